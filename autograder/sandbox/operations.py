"""The operations that a test may do with an object that stays here; the list is closed."""

import itertools
import operator
from collections.abc import Callable
from typing import Any

from autograder.errors import EvidenceError
from autograder.wall.codec import MAX_NODES

PLAIN_LISTS = ("matplotlib.axes._base.ArtistList", "matplotlib.cbook.silent_list")


def operate(target: Any, operation: str, args: tuple[Any, ...]) -> Any:
    """Do one operation with an object.

    Raises:
        EvidenceError: there is no such operation, or its answer is endless.
        Exception: what the object raises.
    """
    if operation not in OPERATIONS:
        raise EvidenceError(f"a test cannot ask an object for '{operation}'")
    return OPERATIONS[operation](target, *args)


def _attribute(target: Any, name: str) -> Any:
    value = getattr(target, name)
    kind = type(value)
    if f"{kind.__module__}.{kind.__qualname__.partition('.')[0]}" in PLAIN_LISTS:
        return list(value)
    if name in ("__dict__", "__members__"):
        return dict(value)
    return value


def _items(target: Any) -> list[Any]:
    found = list(itertools.islice(iter(target), MAX_NODES + 1))
    if len(found) > MAX_NODES:
        raise EvidenceError(f"there are more than {MAX_NODES} items")
    return found


OPERATIONS: dict[str, Callable[..., Any]] = {
    "attribute": _attribute,
    "item": lambda target, key: target[key],
    "items": _items,
    "next": next,
    "length": len,
    "contains": lambda target, item: item in target,
    "truth": bool,
    "integer": int,
    "index": operator.index,
    "real": float,
    "representation": repr,
    "text": str,
    "formatted": format,
    "names": dir,
    "type": type,
    "instance": lambda target, instance: isinstance(instance, target),
    "subclass": lambda target, subclass: issubclass(subclass, target),
}
