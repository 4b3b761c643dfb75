"""What annotations say of types beyond a class: ``list[int]``, ``int | None``, ``Optional[int]``.

They are data: the names of a few forms, and the types and forms in them.
"""

import types
import typing
from collections.abc import Callable
from functools import reduce
from typing import Any

from autograder.errors import EvidenceError

Encode = Callable[[Any], Any]  # of one part, by the codec
KINDS = frozenset({"parametrised", "either", "typing", "form"})
FORMS = ("Any", "NoReturn", "Self", "Hashable", "Sized")
ALIASES = (
    "List", "Dict", "Set", "FrozenSet", "Tuple", "Type", "Deque", "DefaultDict", "OrderedDict",
    "Counter", "Iterable", "Iterator", "Sequence", "MutableSequence", "Mapping", "MutableMapping",
    "Collection", "Container", "Generator", "Awaitable", "Coroutine", "AsyncIterator",
    "AsyncIterable", "Callable",
)  # fmt: skip
SPECIAL = ("Union", "Optional", "Literal", "ClassVar", "Final")
LITERALS = (str, int, bool, bytes, type(None))
MOST = 100  # types in one
_KIND_OF = {name: type(getattr(typing, name)) for name in ALIASES}
# Of each class of typing's that holds types: the names that its objects go by.
_NAMES: dict[type, tuple[str, ...]] = {}
for _name, _names in (
    ("List", ALIASES), ("Optional", SPECIAL[:2]), ("Literal", SPECIAL[2:3]),
    ("ClassVar", SPECIAL[3:]),
):  # fmt: skip
    _example = type(getattr(typing, _name)[int])
    _NAMES[_example] = _NAMES.get(_example, ()) + _names
_NAMES[type(typing.Callable[[int], int])] = ("Callable",)


def parts_of(value: Any, encode: Encode) -> tuple[str, list[Any]] | None:
    """Return kind and encoded parts of an annotation; None for all else, and for one that stays.

    So one does that holds what is no type: a name as text, or a variable for a type.
    """
    found = _told(value)
    if found is None:
        return None
    kind, head, inner = found
    head = [encode(one) if isinstance(one, type) else one for one in head]
    return kind, [*head, *(encode(None if one is types.NoneType else one) for one in inner)]


def _told(value: Any) -> tuple[str, list[Any], tuple[Any, ...]] | None:
    """Return kind, origin or name, and parts of an annotation that can be told."""
    cls = type(value)
    found: tuple[str, list[Any], tuple[Any, ...]] | None = None
    if cls is types.GenericAlias:
        found = "parametrised", [value.__origin__], value.__args__
    elif cls is types.UnionType:
        found = "either", [], value.__args__
    elif cls in _NAMES:
        origin = getattr(value.__origin__, "_name", None)
        name = "Union" if origin == "Union" else value._name or origin
        found = ("typing", [name], value.__args__) if name in _NAMES[cls] else None
    elif (form := _form(value)) is not None:
        found = "form", [form], ()
    if found is None or len(found[2]) >= MOST:
        return None
    literal = found[1] == ["Literal"]
    may_stand = _is_literal if literal else _is_type
    return found if all(map(may_stand, found[2])) else None


def _form(value: Any) -> str | None:
    """Return the name of what typing has alone, as ``Any``; None for all else."""
    if type(value) in _KIND_OF.values() and value._name in ALIASES:
        name: str = value._name
        return name if getattr(typing, name, None) is value else None
    return next((one for one in FORMS if getattr(typing, one, None) is value), None)


def _is_literal(one: Any) -> bool:
    return type(one) in LITERALS


def _is_type(one: Any) -> bool:
    if one is Ellipsis:
        return True
    return _told(one) is not None if type(one) in _HELD else isinstance(one, type)


def make_annotation(kind: str, parts: list[Any]) -> Any:
    """Return the annotation of a kind and its decoded parts.

    Raises:
        EvidenceError: they are malformed.
        Exception: as ``typing`` does, of parts that do not fit.
    """
    if not 0 < len(parts) <= MOST:
        raise EvidenceError("malformed annotation")
    if kind == "either":
        return reduce(_or, map(_checked, parts))
    first, *inner = parts
    if kind == "parametrised":
        if not isinstance(first, type):
            raise EvidenceError("malformed annotation")
        return types.GenericAlias(first, tuple(map(_checked, inner)))
    if kind == "form":
        if inner or first not in FORMS + ALIASES:
            raise EvidenceError("malformed annotation")
        return getattr(typing, first)
    if first not in ALIASES + SPECIAL:
        raise EvidenceError("malformed annotation")
    return _make_typing(first, inner)


def _make_typing(name: str, inner: list[Any]) -> Any:
    form = getattr(typing, name)
    if name == "Literal":
        if not all(type(one) in LITERALS for one in inner):
            raise EvidenceError("malformed annotation")
        return form[tuple(inner)]
    inner = list(map(_checked, inner))
    if name == "Callable":
        *takes, gives = inner
        return form[takes[0] if takes == [...] else takes, gives]
    return form[tuple(inner)] if len(inner) != 1 else form[inner[0]]


def _or(one: Any, other: Any) -> Any:
    """Return what is either; a class that stands in for a student's is not asked for it."""
    cls: Any = type if isinstance(one, type) else type(one)
    return cls.__or__(one, other)


def _checked(part: Any) -> Any:
    """Return what may stand in an annotation: no text, which would be evaluated."""
    if part is None:
        return types.NoneType
    if part is Ellipsis or isinstance(part, type) or type(part) in _HELD:
        return part
    raise EvidenceError("malformed annotation")


_HELD = frozenset({
    types.GenericAlias, types.UnionType, *_NAMES, *_KIND_OF.values(),
    *(type(getattr(typing, one)) for one in FORMS if hasattr(typing, one)),
})  # fmt: skip
