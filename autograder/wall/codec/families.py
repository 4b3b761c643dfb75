"""Exception classes as what they are: names, handles, and which derives from which."""

import builtins
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

from autograder.errors import EvidenceError
from autograder.wall import lent

MAX_CLASSES = 40
MAX_ARGS = 100  # and what is in them
MAX_CHAIN = 8  # levels of nesting at which no more is told of what an error was raised from
CHAIN = ("cause", "context")
PLAIN = frozenset({str, bytes, int, float, bool, type(None), tuple, list, dict})  # in arguments
GROUPS = tuple(  # from Python 3.11 on
    vars(builtins)[name] for name in ("BaseExceptionGroup",) if hasattr(builtins, name)
)
Keep = Callable[[Any], int]


def family(cls: type, keep: Keep) -> list[list[Any]]:
    """Return name, handle and places of the bases of a class and all that it derives from."""
    classes = list(type.mro(cls))[:MAX_CLASSES]
    places = {id(one): place for place, one in enumerate(classes)}  # a metaclass may compare them
    return [
        [
            f"{one.__module__}.{one.__qualname__}"[:200],
            0 if one.__module__ == "builtins" else -(lent.number_of(one) or -keep(one)),
            [places[id(base)] for base in one.__bases__ if id(base) in places],
        ]
        for one in classes
    ]


def classes_of(value: Any, keep: Keep) -> dict[str, Any]:
    """Return what is told of the class that a value has or is: which derives from which."""
    if isinstance(value, type):
        return {"classes" if issubclass(value, BaseException) else "lineage": family(value, keep)}
    return {} if type(value).__module__ == "builtins" else {"class": keep(type(value))}


def of_a_test(cls: Any) -> bool:
    """Tell whether a test defines a class of errors: no module has it by its name."""
    if not isinstance(cls, type) or not issubclass(cls, BaseException):
        return False
    module = None if cls.__module__ == "__main__" else sys.modules.get(cls.__module__)
    return getattr(module, cls.__name__, None) is not cls


def bases_told(cls: Any, encode: Callable[[Any], Any]) -> dict[str, Any]:
    """Return what a test's class of errors derives from, nothing of all else."""
    return {"bases": [encode(one) for one in cls.__bases__]} if of_a_test(cls) else {}


def of_class(cls: Any, error: BaseException) -> BaseException:
    """Return an error as one of a class that derives from its own."""
    if not isinstance(cls, type) or not issubclass(cls, type(error)):
        return error
    made: BaseException = cls.__new__(cls)
    made.args = error.args
    return made


def more_of(
    error: BaseException, encode: Callable[[Any], Any], chained: bool, own: bool
) -> dict[str, Any]:
    """Return an error's arguments where they are plain data, and what it was raised from.

    Args:
        chained: whether the latter is told.
        own: whether its class is, where a test defines it.
    """
    found: dict[str, Any] = {"own": encode(type(error))} if own and of_a_test(type(error)) else {}
    if isinstance(error, GROUPS):
        found["group"] = [encode(error.message), *map(encode, error.exceptions)]
    elif _are_plain(error.args):
        found["args"] = [encode(one) for one in error.args]
    notes = getattr(error, "__notes__", None)
    if type(notes) is list and notes and _are_plain(notes):
        found["notes"] = [encode(one) for one in notes]
    for name in CHAIN if chained else ():
        inner = getattr(error, f"__{name}__")
        if isinstance(inner, BaseException):
            found[name] = encode(inner)
    return found


def chain(error: BaseException, plain: dict[str, Any], decode: Callable[[Any], Any]) -> None:
    """Let an error be raised from what its record says, and have its notes.

    Raises:
        EvidenceError: that is no error, or those are no plain data.
    """
    if "notes" in plain:
        vars(error)["__notes__"] = only_plain([decode(one) for one in plain["notes"]])
    for name in reversed(CHAIN):
        if name in plain:
            inner = decode(plain[name])
            if not isinstance(inner, BaseException):
                raise EvidenceError("an error is raised from an error")
            setattr(error, f"__{name}__", inner)


def group_of(parts: list[Any]) -> list[Any]:
    """Return the arguments of a group of errors: its message, and the errors.

    Raises:
        EvidenceError: they are others.
    """
    message, *errors = parts or [None]
    if type(message) is not str or not all(isinstance(one, BaseException) for one in errors):
        raise EvidenceError("a group is a message and errors")
    return [message, errors]


def new_error(cls: type, message: str, args: list[Any] | None) -> BaseException:
    """Return an error with the arguments that it was made with, where those make its text."""
    for given in (args, [message]):
        try:
            error: BaseException = cls(*given or ())
            if given is not None and str(error) == message:
                return error
        except Exception:  # e.g. UnicodeDecodeError needs more arguments
            continue
    try:
        return cls(message)
    except Exception:
        return Exception(message)


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
