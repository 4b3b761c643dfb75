"""Classes that a test derives from a student's: made here, their functions stay the test's."""

import functools
import types
from collections.abc import Callable
from typing import Any

from autograder.wall.codec.recipes import find
from autograder.wall.codec.subclasses import STAYING


def derive(
    lead: Any, name: str, bases: tuple[Any, ...], members: tuple[Any, ...], options: dict[str, Any]
) -> type:
    """Return a class as a test defines it.

    Args:
        lead: the student's class that it derives from.
        bases: classes, the names of libraries' ones, and what classes of the test's are made of.
        members: name, kind and parts of each.

    Raises:
        Exception: what the student's class raises over it.
    """
    lines = tuple(_base(lead, base) for base in bases)
    made = types.new_class(name, lines, options, functools.partial(_fill, members))
    STAYING.append(made)
    return made


def _fill(members: tuple[Any, ...], space: dict[str, Any]) -> None:
    space["__module__"] = "__main__"
    for name, member in members:
        space[name] = _made(member)


def _base(lead: Any, base: Any) -> Any:
    if type(base) is tuple:
        return derive(lead, *base)
    return find(base) if type(base) is str else base


def _made(member: tuple[str, Any]) -> Any:
    kind, parts = member
    return _MEMBERS[kind](parts)


def _property(get: Any, put: Any, delete: Any, text: Any) -> property:
    return property(_made(get), _made(put), _made(delete), text)


def _abstract(function: Any) -> Any:
    function.__isabstractmethod__ = True
    return function


_MEMBERS: dict[str, Callable[[Any], Any]] = {
    "plain": lambda value: value,
    "abstract": _abstract,
    "staticmethod": lambda part: staticmethod(_made(part)),
    "classmethod": lambda part: classmethod(_made(part)),
    "property": lambda parts: _property(*parts),
    "cached_property": lambda part: functools.cached_property(_made(part)),
}


def inherited(target: Any, cls: type, name: str) -> Any:
    """Return what an object or a class has of a name, from one of its classes on."""
    line = (
        target if isinstance(target, type) and cls in type.mro(target) else type(target)
    ).__mro__
    before = line[line.index(cls) - 1]
    return getattr(super(before, target), name)
