"""Values of a student's own classes: the scorer makes a class of the same name and plain base.

What such an object has beyond its plain value, methods and further attributes, is asked for where
it lives. Members of one enumeration share one class, so that identity and equality hold.
"""

import collections
import enum
from typing import Any

import torch

from autograder.errors import EvidenceError

MAX_FIELDS = 100


def make_subclass(session: Any, record: dict[str, Any], value: Any) -> Any:
    """Return an object of a class of its own that holds a plain value.

    Args:
        record: what the codec received; its fields were checked.
        value: the decoded plain value.
    """
    own = tuple(name for name in record["own"] if hasattr(type(value), name))
    names = tuple(record["bases"][:1]), tuple(record["fields"]), tuple(record["texts"]), own
    key = (*names, type(value))
    if key not in session.types:
        session.types[key] = _subclass(_short(record), type(value), *names[1:])
    cls = session.types[key]
    made = cls._make(value) if record["fields"] else _instance(cls, value)
    return session.mirrors.one(record["id"], _known(session, record, made))


def _instance(cls: type, value: Any) -> Any:
    if isinstance(value, collections.defaultdict):
        return cls(value.default_factory, value)
    if isinstance(value, collections.deque):
        return cls(value, value.maxlen)
    if isinstance(value, torch.Tensor):
        return value.as_subclass(cls)
    return cls(value)


def _subclass(
    name: str, base: type, fields: tuple[str, ...], texts: tuple[str, ...], own: tuple[str, ...]
) -> type:
    if fields and (base is not tuple or len(fields) > MAX_FIELDS):
        raise EvidenceError("malformed fields")
    named: Any = collections.namedtuple  # its fields are known only now
    plain = named(name, fields) if fields else base
    asked = {
        "__getattr__": _ask_for,
        "__dir__": _names,
        **{one: _asked(one) for one in own if one[0] != "_"},
    }
    copiers = {"__copy__": _copier("copy"), "__deepcopy__": _copier("deepcopy")}
    return type(name, (plain,), {**asked, **copiers, **{one: _TEXTS[one] for one in texts}})


def make_member(session: Any, record: dict[str, Any], members: list[Any], value: Any) -> Any:
    """Return the member of an enumeration that has a value.

    Args:
        members: pairs of a name and a value, of the whole class.
    """
    key = "enumeration", record["family"]
    if key not in session.types:
        session.types[key] = _enumeration(record, members)
    return _known(session, record, session.types[key](value))


def _enumeration(record: dict[str, Any], members: list[Any]) -> Any:
    names = dict.fromkeys(record["bases"])
    base: Any = next((cls for name, cls in _ENUMERATIONS.items() if name in names), enum.Enum)
    mixed = next((cls for name, cls in _MIXED.items() if name in names), None)
    more = {"type": mixed} if mixed is not None and base is enum.Enum else {}
    made = base(_short(record), [(name, value) for name, value in members], **more)
    made.__getattr__ = _ask_for
    for name in record["texts"]:
        setattr(made, name, _TEXTS[name])
    return made


_ENUMERATIONS = {
    f"enum.{name}": getattr(enum, name)
    for name in ("IntEnum", "StrEnum", "IntFlag", "Flag")
    if hasattr(enum, name)
}
_MIXED = {"builtins.str": str, "builtins.int": int, "builtins.float": float}


def _short(record: dict[str, Any]) -> str:
    name = (record["bases"] or ["object"])[0].rpartition(".")[2]
    return name if name.isidentifier() else "object"


def _known(session: Any, record: dict[str, Any], made: Any) -> Any:
    """Let an object be known to the sandbox again, where its class has room for that."""
    made._autograder_session, made._autograder_id = session, record["id"]
    return made


def _ask_for(made: Any, name: str) -> Any:
    session = vars(made).get("_autograder_session")
    if session is None or (name.startswith("_") and name.endswith("_")):
        raise AttributeError(name)
    return _ask(session, made, "attribute", name)


def _ask(session: Any, made: Any, operation: str, *args: Any) -> Any:
    return session.request("operate", target=made, operation=operation, args=args).get("value")


def _names(made: Any) -> Any:
    session = vars(made).get("_autograder_session")
    return object.__dir__(made) if session is None else _ask(session, made, "names")


def _asked(name: str) -> property:
    return property(lambda made: _ask_for(made, name))


def _copier(operation: str) -> Any:
    def make(made: Any, *memo: Any) -> Any:
        return _ask(vars(made)["_autograder_session"], made, operation)

    return make


def _text_maker(operation: str) -> Any:
    def make(made: Any, *args: Any) -> str:
        return str(_ask(vars(made)["_autograder_session"], made, operation, *args))

    return make


_TEXTS = {
    "__repr__": _text_maker("representation"),
    "__str__": _text_maker("text"),
    "__format__": _text_maker("formatted"),
}
