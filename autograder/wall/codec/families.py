"""Exception classes as what they are: names, handles, and which derives from which."""

from collections.abc import Callable, Sequence
from typing import Any

from autograder.errors import EvidenceError

MAX_CLASSES = 40
MAX_ARGS = 20
Keep = Callable[[Any], int]


def family(cls: type, keep: Keep) -> list[list[Any]]:
    """Return name, handle and places of the bases of a class and all that it derives from."""
    classes = list(type.mro(cls))[:MAX_CLASSES]
    return [
        [
            f"{one.__module__}.{one.__qualname__}"[:200],
            0 if one.__module__ == "builtins" else keep(one),
            [classes.index(base) for base in one.__bases__ if base in classes],
        ]
        for one in classes
    ]


def plain_args(error: BaseException) -> tuple[Any, ...] | None:
    """Return an error's arguments where they are plain data."""
    return error.args if _are_plain(error.args) else None


def only_plain(args: list[Any]) -> list[Any]:
    """Return the arguments of an error: data, nothing that would be asked for its text later.

    Raises:
        EvidenceError: they are others, or too many.
    """
    if not _are_plain(args):
        raise EvidenceError("an error whose arguments are no plain data")
    return args


def _are_plain(args: Sequence[Any]) -> bool:
    plain = all(type(one) in (str, int, float, bool, type(None)) for one in args)
    return plain and len(args) <= MAX_ARGS
