"""Classes of the student's as classes here, and classes that a test derives from them.

A derived class is made where the student's is, and its objects live there; what the test defines in
it stays here and is called back. So the class here holds nothing but its place in the line of
classes, by which ``super()`` finds what is inherited, and asks for that.
"""

import functools
import types
from collections.abc import Callable
from typing import Any

from autograder.errors import EvidenceError
from autograder.scoring.conversation import Conversation
from autograder.scoring.known import loaded
from autograder.scoring.lent import is_own
from autograder.scoring.libraries import bring

LINE = "_autograder_line"  # of the classes that one derives from, in order
MOST_NAMES = 1_000
IMMUTABLE = 1 << 8  # CPython's flag of a class that is written in C
# What a class says of itself; of the rest of its namespace each member is told.
LEFT = frozenset({"__classcell__", "__module__", "__dict__", "__weakref__", "__firstlineno__",
                  "__static_attributes__"})  # fmt: skip
NOT_INHERITED = frozenset({
    "__class__", "__dict__", "__weakref__", "__doc__", "__module__", "__slots__", "__mro__",
    "__abstractmethods__", "__init_subclass__", "__subclasshook__", "__class_getitem__", "__del__",
    "__getattribute__", "__set_name__", "__annotations__", "__bases__", "__name__", "__qualname__",
})  # fmt: skip

Ask = Callable[..., Any]  # of a stand-in, an operation and what it takes


class _Quiet:
    """Keeps libraries from being told of classes that are only stand-ins."""

    def __init_subclass__(cls, **options: Any) -> None:
        pass


def local_class(session: Conversation, record: dict[str, Any], kind: Any) -> Any:
    """Return the class here that stands for one there; None where none can be made.

    Args:
        record: what was received of the class, with the classes that it derives from.
        kind: the type of such classes.

    Raises:
        EvidenceError: it is malformed.
    """
    lineage = record["lineage"]
    made: dict[int, Any] = {}
    try:
        for place in reversed(range(len(lineage))):
            name, handle, bases = lineage[place]
            if type(name) is not str or type(handle) is not int:
                raise EvidenceError("malformed classes")
            if not all(type(base) is int and base > place for base in bases):
                raise EvidenceError("malformed classes")
            after = _reached(lineage, place)
            found = _place(session, name, handle, [made[one] for one in after], kind)
            if found is None:
                return None
            made[place] = found
    except (TypeError, ValueError, KeyError, IndexError) as error:
        raise EvidenceError(f"malformed classes ({type(error).__name__})") from None
    cls = made[0]
    if type(cls) is not kind or object.__getattribute__(cls, "_autograder_id") != record["id"]:
        return None
    type.__setattr__(cls, "_autograder_record", record)
    return cls


def _reached(lineage: Any, place: int) -> list[int]:
    """Return the places of the classes that one derives from, in order."""
    found, left = set[int](), list(lineage[place][2])
    while left:
        one = left.pop()
        if one not in found:
            found.add(one)
            left += lineage[one][2]
    return sorted(found)


def _place(session: Conversation, name: str, handle: int, line: list[Any], kind: Any) -> Any:
    """Return a library's own class, or the one here for a student's; None: it cannot be made."""
    known = session.standing.get(handle)
    if handle and type(known) is kind:
        return known
    bring(name)
    own = loaded(name)
    if own is not None or not handle:
        return own
    short = name.rpartition(".")[2]
    record = {"id": handle, "bases": ["builtins.type"], "callable": True, "has": [], "name": short}
    quiet = [_Quiet, *(one for one in line if one is not _Quiet)]
    body = {"_autograder_session": session, "_autograder_id": handle, "_autograder_record": record,
            LINE: quiet}  # fmt: skip
    for base in (object, *(one for one in line if _is_c(one) or type(one) is kind)):
        try:
            made = type.__new__(kind, short, (base,), dict(body))
        except TypeError:  # its objects would be laid out in another way
            continue
        leave_uncalled(made)
        session.standing[handle] = made
        return made
    return None


def _is_c(cls: type) -> bool:
    return bool(type.__dict__["__flags__"].__get__(cls) & IMMUTABLE)


def leave_uncalled(cls: type) -> None:
    """Let a class here have no objects, as one that is abstract: its objects are elsewhere."""
    type.__dict__["__abstractmethods__"].__set__(cls, frozenset({"__new__"}))


def line_of(cls: type) -> tuple[type, ...]:
    """Return the classes that a class derives from, itself first."""
    return tuple(one for one in type.__dict__["__mro__"].__get__(cls) if one is not _Quiet)


def is_local(cls: Any, subclass: Any) -> bool:
    """Tell whether a class is none that student code could have to do with.

    Abstract classes ask whatever derives from them about any class, also of another submission.
    """
    ended = getattr(object.__getattribute__(cls, "_autograder_session"), "usage", None) is not None
    if ended:
        return True
    derived = isinstance(cls, type) and LINE not in type.__dict__["__dict__"].__get__(cls)
    return derived and not hasattr(type(subclass), "_autograder_type")


def told_of(
    name: str, bases: tuple[Any, ...], space: dict[str, Any], options: dict[str, Any], folder: str
) -> tuple[Any, ...]:
    """Return what the other side has to know to make a class that a test derives.

    Args:
        folder: where the assignment's helper modules are.
    """
    members = tuple((key, _member(value)) for key, value in space.items() if key not in LEFT)
    return name, tuple(_base(base, folder) for base in bases), members, options


def _base(base: Any, folder: str) -> Any:
    """Return a class as it is told: a student's by itself, a library's by name, else what it is."""
    if hasattr(type(base), "_autograder_type"):
        return base
    if not is_own(base, folder):
        return f"{base.__module__}:{base.__qualname__}"
    return told_of(base.__name__, base.__bases__, dict(vars(base)), {}, folder)


def _member(value: Any) -> tuple[str, Any]:
    """Return what a member of a class is, and what it is made of."""
    if isinstance(value, types.FunctionType):
        return "abstract" if getattr(value, "__isabstractmethod__", False) else "plain", value
    if isinstance(value, (staticmethod, classmethod)):
        return type(value).__name__, _member(value.__func__)
    if type(value) is property:
        parts = value.fget, value.fset, value.fdel
        return "property", (*map(_member, parts), value.__doc__)
    if type(value) is functools.cached_property:
        return "cached_property", _member(value.func)
    return "plain", value


def show_inherited(cls: Any, ask: Ask) -> None:
    """Let ``super()`` find here what a student's class has."""
    own = type.__dict__["__dict__"].__get__(cls)
    names = ask(cls, "names")
    if type(names) is not list or len(names) > MOST_NAMES:
        return
    for name in names:
        if type(name) is str and name not in NOT_INHERITED and name not in own:
            type.__setattr__(cls, name, _Inherited(cls, name, ask))


class _Inherited:
    """What ``super()`` finds: it is asked of the object, from this class on."""

    def __init__(self, cls: Any, name: str, ask: Ask):
        self.cls, self.name, self.ask = cls, name, ask

    def __get__(self, standing: Any, owner: Any = None) -> Any:
        target = owner if standing is None else standing
        return self.ask(target, "inherited", self.cls, self.name)
