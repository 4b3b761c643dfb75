"""Exception classes as what they are: names, handles, and which derives from which."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

from autograder.errors import EvidenceError

MAX_CLASSES = 40
MAX_ARGS = 100  # and what is in them
MAX_CHAIN = 8  # levels of nesting at which no more is told of what an error was raised from
CHAIN = ("cause", "context")
PLAIN = frozenset({str, int, float, bool, type(None), tuple, list, dict})  # in arguments
Keep = Callable[[Any], int]


def family(cls: type, keep: Keep) -> list[list[Any]]:
    """Return name, handle and places of the bases of a class and all that it derives from."""
    classes = list(type.mro(cls))[:MAX_CLASSES]
    places = {id(one): place for place, one in enumerate(classes)}  # a metaclass may compare them
    return [
        [
            f"{one.__module__}.{one.__qualname__}"[:200],
            0 if one.__module__ == "builtins" else keep(one),
            [places[id(base)] for base in one.__bases__ if id(base) in places],
        ]
        for one in classes
    ]


def classes_of(value: Any, keep: Keep) -> dict[str, Any]:
    """Return what is told of the class that a value has or is: which derives from which."""
    if isinstance(value, type):
        return {"classes" if issubclass(value, BaseException) else "lineage": family(value, keep)}
    return {} if type(value).__module__ == "builtins" else {"class": keep(type(value))}


def more_of(error: BaseException, encode: Callable[[Any], Any], chained: bool) -> dict[str, Any]:
    """Return an error's arguments where they are plain data, and what it was raised from.

    Args:
        chained: whether the latter is told.
    """
    found: dict[str, Any] = {}
    if _are_plain(error.args):
        found["args"] = [encode(one) for one in error.args]
    for name in CHAIN if chained else ():
        inner = getattr(error, f"__{name}__")
        if isinstance(inner, BaseException):
            found[name] = encode(inner)
    return found


def chain(error: BaseException, plain: dict[str, Any], decode: Callable[[Any], Any]) -> None:
    """Let an error be raised from what its record says.

    Raises:
        EvidenceError: that is no error.
    """
    for name in reversed(CHAIN):
        if name in plain:
            inner = decode(plain[name])
            if not isinstance(inner, BaseException):
                raise EvidenceError("an error is raised from an error")
            setattr(error, f"__{name}__", inner)


def only_plain(args: list[Any]) -> list[Any]:
    """Return the arguments of an error: data, nothing that would be asked for its text later.

    Raises:
        EvidenceError: they are others, or too many.
    """
    if not _are_plain(args):
        raise EvidenceError("an error whose arguments are no plain data")
    return args


def texts_in(args: Sequence[Any]) -> set[str]:
    """Return the texts among the plain arguments of an error."""
    return {one for one in islice(_parts(args), MAX_ARGS) if type(one) is str}


def _are_plain(args: Sequence[Any]) -> bool:
    """Tell whether all are plain, or containers of what is."""
    parts = list(islice(_parts(args), MAX_ARGS + 1))
    return len(parts) <= MAX_ARGS and all(type(one) in PLAIN for one in parts)


def _parts(args: Sequence[Any]) -> Iterator[Any]:
    """Yield arguments and what is in them, without end where one holds itself."""
    left = [*args]
    while left:
        yield (one := left.pop())
        if type(one) in (tuple, list):
            left += one
        elif type(one) is dict:
            left += [*one, *one.values()]
