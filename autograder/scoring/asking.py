"""How an object that stays in the sandbox is asked for something, and how it is refused."""

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol, TypeVar

import numpy as np

from autograder.scoring.asked import ARRAYS, KEPT
from autograder.scoring.conversation import Conversation

Exact = TypeVar("Exact")


class Standing(Protocol):
    """What stands for an object that stays in the sandbox."""

    _autograder_type: str


class Refused(TypeError):
    """An operation on a stand-in that is not asked of the object itself."""


def session_of(standing: Standing) -> Conversation:
    found: Conversation = object.__getattribute__(standing, "_autograder_session")
    return found


def record_of(standing: Standing) -> dict[str, Any]:
    found: dict[str, Any] = object.__getattribute__(standing, "_autograder_record")
    return found


def name_of(standing: Standing) -> str:
    return type(standing)._autograder_type


def is_a(standing: Standing, name: str) -> bool:
    return name in record_of(standing)["bases"]


def is_shared(session: Conversation) -> bool:
    """Tell whether the assignment comes from elsewhere, so that objects are asked as in Otter."""
    return session.lending.sharing


def ask(standing: Standing, operation: str, *args: Any) -> Any:
    reply = session_of(standing).request("operate", target=standing, operation=operation, args=args)
    return reply.get("value")


def exactly(kind: type[Exact], standing: Standing, operation: str, *args: Any) -> Exact:
    """Ask for an operation whose answer is of one type, exactly."""
    value = ask(standing, operation, *args)
    if type(value) is not kind:
        raise refusal(standing, operation)
    return value


def unasked(standing: Standing, name: str, of_class: bool) -> Any:
    """Return what is found under a special name that no object is asked for.

    In an assignment of elsewhere NumPy makes an array of an object that is one to it.
    """
    if is_shared(session_of(standing)):
        if name in KEPT:
            kept = partial(refuser(name), standing)
            return ask(standing, "attribute", name) if of_class else kept
        if name in ARRAYS and not is_a(standing, "builtins.dict"):  # no sequence to NumPy
            found = ask(standing, "array") if name == "__array__" else None
            if type(found) is not np.ndarray:
                raise AttributeError(name)
            return lambda dtype=None, copy=None: np.array(found, dtype=dtype)
    raise refusal(standing, name)


def names_seen(standing: Standing) -> Any:
    """Return the names that a function sees, where they are the notebook's."""
    session = session_of(standing)
    found = is_shared(session) and session.request("space", act="of", about=standing).get("value")
    if found is not True:
        raise refusal(standing, "__globals__")
    return session.names


def refusal(standing: Standing, operation: str) -> Refused:
    session = session_of(standing)
    name, word = name_of(standing), operation.strip("_")
    refused = Refused(
        f"'{word}' of this {name} cannot be asked for, since it stays in the notebook ‖ "
        f"不能对这个 {name} 使用 '{word}'，因为它留在笔记本中"
    )
    return session.case.refuse(refused)


def refuser(name: str) -> Callable[..., Any]:
    def refuse(self: Standing, *args: Any, **kwargs: Any) -> Any:
        raise refusal(self, name)

    refuse.__name__ = refuse.__qualname__ = name
    return refuse
