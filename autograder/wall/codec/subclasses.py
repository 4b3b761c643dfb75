"""Objects of subclasses of plain types: which ones are what their plain value says.

A named tuple, a member of an enumeration or a dict with a method more is to a test what it is in
one process: the plain value crosses with the class's name, and the scorer makes such a class of its
own. An object whose class changes what a comparison, a length or an item means is no such value;
it stays where it is, behind a handle.
"""

import collections
import enum
from typing import Any

import torch

BASES = (
    collections.OrderedDict, collections.Counter, collections.defaultdict, collections.deque,
    int, float, complex, str, bytes, tuple, list, dict, set, frozenset, torch.Tensor,
)  # fmt: skip
ENUMERATIONS = tuple(
    getattr(enum, name)
    for name in ("Enum", "IntEnum", "StrEnum", "ReprEnum", "Flag", "IntFlag")
    if hasattr(enum, name)
)
TEXTS = ("__repr__", "__str__", "__format__")
MAX_MEMBERS = 1000
# What the abstract classes of the standard library look for in a class.
ABILITIES = (
    "__abs__", "__aenter__", "__aexit__", "__aiter__", "__anext__", "__await__", "__bytes__",
    "__call__", "__complex__", "__contains__", "__enter__", "__exit__", "__float__", "__fspath__",
    "__getitem__", "__hash__", "__index__", "__int__", "__iter__", "__len__", "__next__",
    "__reversed__", "__round__", "__setitem__", "asend", "athrow", "close", "send", "throw",
)  # fmt: skip
# What a class's objects do as attributes of another class.
DESCRIBING = ("__get__", "__set__", "__delete__", "__set_name__")
# Names of a class that change nothing about what a finished object is to a test.
HARMLESS = frozenset({
    "__module__", "__qualname__", "__doc__", "__dict__", "__weakref__", "__slots__",
    "__annotations__", "__annotate__", "__annotate_func__", "__annotations_cache__", "__init__",
    "__new__", "__init_subclass__", "__class_getitem__", "__orig_bases__", "__parameters__",
    "__match_args__", "__getnewargs__", "__static_attributes__", "__firstlineno__", "__reduce__",
    "__reduce_ex__", "__getstate__", "__setstate__", "__copy__", "__deepcopy__", "__sizeof__",
    "__dir__", "__set_name__", "__abstractmethods__", "__replace__", "__type_params__",
})  # fmt: skip


STAYING: list[type] = []  # classes whose objects stay: those that a test derives, of this process


def plain_value(value: Any) -> Any:
    """Return the very plain value that an object of a subclass holds, whatever its class says."""
    base: Any = base_of(type(value))
    if base in (int, float, complex):
        return {int: int.__index__, float: float.__float__, complex: complex.__pos__}[base](value)
    if base is str:
        return str.__str__(value)
    if base is bytes:
        return bytes.__getitem__(value, slice(None))
    if base in (tuple, list, set, frozenset):
        return base(base.__iter__(value))
    if base is torch.Tensor:
        return base.as_subclass(value, base)
    if base is collections.OrderedDict:
        return base(base.items(value))
    if base is collections.defaultdict:
        return base(value.default_factory, dict.items(value))
    if base is collections.deque:
        return base(base.__iter__(value), value.maxlen)
    return base(dict(dict.items(value)))


def content_of(value: Any) -> Any:
    """Return what a changeable object of a subclass holds, in a list, a dict or a set of Python's
    own, whatever its class says.
    """
    base: Any = base_of(type(value))
    if issubclass(base, dict):
        return dict(base.items(value))
    return (set if base is set else list)(base.__iter__(value))


def become(value: Any, content: Any) -> None:
    """Let a changeable object of a subclass hold such a content, whatever its class says."""
    base: Any = base_of(type(value))
    if base is list:
        list.__setitem__(value, slice(None), content)
        return
    base.clear(value)
    (base.extend if base is collections.deque else base.update)(value, content)


def base_of(cls: type) -> type | None:
    """Return the plain type that a class derives from."""
    return next((base for base in type.mro(cls) if base in BASES), None)


def abilities(cls: type) -> list[str]:
    """Return which abilities the objects of a class have; none are told of Python's own."""
    if cls.__module__ == "builtins":
        return []
    parts = [_dict_of(part) for part in type.mro(cls)]
    names = ABILITIES + DESCRIBING
    found = {name: next((part[name] for part in parts if name in part), None) for name in names}
    return [name for name, member in found.items() if member is not None]


def is_enumeration(cls: type) -> bool:
    """Tell whether a class is an enumeration."""
    return enum.Enum in type.mro(cls)


def stays(cls: type) -> bool:
    """Tell whether a test derived a class here, whose functions answer on the other side."""
    return any(one is cls for one in STAYING)


FACTORIES = {
    cls.__name__: cls
    for cls in (
        int, float, complex, bool, str, list, tuple, dict, set, collections.Counter,
        collections.OrderedDict, collections.deque,
    )
}  # fmt: skip


def is_faithful(value: Any) -> bool:
    """Tell whether an object's class leaves to its plain base, or to ``enum``, what it means.

    A ``defaultdict`` also means what makes its items: where that is no type of the list, it stays.
    """
    cls = type(value)
    if stays(cls):
        return False
    if base_of(cls) is collections.defaultdict:
        held = vars(collections.defaultdict)["default_factory"]  # past what the class says
        made_by = held.__get__(value)
        if made_by is not None and not any(made_by is one for one in FACTORIES.values()):
            return False
    if base_of(cls) is torch.Tensor and (_hides(cls) or value.requires_grad):
        return False
    trusted = (*BASES, *ENUMERATIONS, torch.Tensor.__base__, object)
    for part in type.mro(cls):
        if part in trusted:
            continue
        for name, member in _dict_of(part).items():
            if name.startswith("__") and name.endswith("__") and name not in HARMLESS:
                known = [_dict_of(base).get(name) for base in trusted]
                if name not in TEXTS and not any(member is one for one in known):
                    return False
    return True


def own_texts(cls: type) -> list[str]:
    """Return which texts of its objects a class makes itself; named tuples make the usual one."""
    trusted = (*BASES, *ENUMERATIONS, object)
    known = [_dict_of(base).get(name) for base in trusted for name in TEXTS]
    found = []
    for name in TEXTS:
        maker = next(_dict_of(part)[name] for part in type.mro(cls) if name in _dict_of(part))
        usual = getattr(maker, "__globals__", None) is vars(collections)
        if not usual and not any(maker is one for one in known):
            found.append(name)
    return found


def own_names(cls: type) -> list[str]:
    """Return which public names of its plain base a class has made its own, as a list's append."""
    base: Any = base_of(cls)
    parts = list(type.mro(cls))
    own = {name for part in parts[: parts.index(base)] for name in _dict_of(part)}
    found = own & set(_dict_of(base)) - set(fields_of(cls))
    return sorted(name for name in found if not name.startswith("_"))


def _hides(cls: type) -> bool:
    """Tell whether a class of tensors has a name of its own for anything that torch looks up."""
    parts = list(type.mro(cls))
    own = {name for part in parts[: parts.index(torch.Tensor)] for name in _dict_of(part)}
    return not own.isdisjoint(set(dir(torch.Tensor)) - HARMLESS - set(TEXTS))


def fields_of(cls: type) -> list[str]:
    """Return the field names of a named tuple's class, [] for any other."""
    fields = getattr(cls, "_fields", ())
    named = issubclass(cls, tuple) and type(fields) is tuple
    return list(fields) if named and all(type(name) is str for name in fields) else []


def members_of(cls: type) -> list[list[Any]] | None:
    """Return names and values of an enumeration's members; None where they are no plain data."""
    found = [[name, member.value] for name, member in cls.__members__.items()]  # type: ignore[attr-defined]
    plain = all(_is_plain(value) for _, value in found)
    return found if plain and len(found) <= MAX_MEMBERS else None


def _is_plain(value: Any) -> bool:
    if type(value) is tuple:
        return all(map(_is_plain, value))
    return value is None or type(value) in (bool, int, float, str, bytes, complex)


def _dict_of(cls: type) -> Any:
    return type.__dict__["__dict__"].__get__(cls)
