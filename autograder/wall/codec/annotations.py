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
    """Return kind and encoded parts of an annotation; None for all else."""
    cls = type(value)
    if cls is types.GenericAlias:
        return "parametrised", [encode(value.__origin__), *_parts(value, encode)]
    if cls is types.UnionType:
        return "either", _parts(value, encode)
    if cls in _NAMES:
        return _of_typing(value, encode)
    name = getattr(value, "_name", None) if cls in _KIND_OF.values() else None
    if type(name) is not str:
        name = next((one for one in FORMS if getattr(typing, one, None) is value), None)
    return None if name is None or getattr(typing, name, None) is not value else ("form", [name])


def _of_typing(value: Any, encode: Encode) -> tuple[str, list[Any]] | None:
    origin = getattr(value.__origin__, "_name", None)
    name = "Union" if origin == "Union" else value._name or origin
    if name not in _NAMES[type(value)]:
        return None
    return "typing", [name, *_parts(value, encode)]


def _parts(value: Any, encode: Encode) -> list[Any]:
    """Return the types in an annotation, that of None as None."""
    return [encode(None if one is types.NoneType else one) for one in value.__args__]


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
