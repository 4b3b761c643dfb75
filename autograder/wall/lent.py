"""A test's objects that are more than functions, as student code holds them.

What Python does with such an object, as far as its class says what that is, is asked of the object
where it lives. To code that gets it, it is iterable, sized, callable and so on just as the test's
object is; what is not asked is not there.
"""

from collections.abc import Callable, Iterator, MutableMapping
from types import MappingProxyType
from typing import Any

Ask = Callable[..., Any]  # of an operation and what it takes

ARITHMETIC = (
    "add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "pow", "lshift", "rshift", "and",
    "xor", "or",
)  # fmt: skip
CONTAINER = {"length": "__len__", "contains": "__contains__", "item": "__getitem__"}
TEXTS = {"representation": "__repr__", "text": "__str__"}
SPECIAL = {  # operation -> the method that asks for it
    **CONTAINER,
    **TEXTS,
    "set item": "__setitem__", "delete item": "__delitem__", "truth": "__bool__",
    "hash": "__hash__", "integer": "__int__", "index": "__index__", "real": "__float__",
    "enter": "__enter__", "leave": "__exit__",
    **{name: f"__{name}__" for name in ("eq", "ne", "lt", "le", "gt", "ge")},
    **{name: f"__{name}__" for name in ("neg", "pos", "abs", "invert")},
    **{f"{side}{name}": f"__{side}{name}__" for side in ("", "r", "i") for name in ARITHMETIC},
}  # fmt: skip
ABSENT = {  # which a class takes back
    "no hash": "__hash__", "no reversed": "__reversed__", "no items": "__iter__",
}  # fmt: skip
# Of a class, which student code may decorate: what it reads of it, and what it puts in place of it.
OF_CLASS = frozenset({"__name__", "__qualname__", "__module__", "__doc__"})
READ_OF_CLASS = OF_CLASS | {"__annotations__"}
METHODS = frozenset({
    *SPECIAL.values(), "__init__", "__iter__", "__next__", "__reversed__", "__call__", "__format__",
    "__bytes__", "__complex__", "__getattr__",
})  # fmt: skip
OWN = ("own item", "set own item", "delete own item")  # past what the class makes of a name
MEMBERS: dict[str, Callable[..., Any]] = {  # of a class, that are no functions, by what they hold
    "property": property, "staticmethod": staticmethod, "classmethod": classmethod,
}  # fmt: skip
ATTRIBUTES = ("attribute", "set attribute", "delete attribute", *OWN)


class Lent:
    """An object of a test's, as student code holds it.

    Args:
        ask: asks the test's side for an operation.
        function: what a call of it is.
        number: what stands for it.
    """

    __slots__ = ("_autograder_ask", "_autograder_function", "_autograder_lent", "__weakref__")
    _autograder_ask: Ask
    _autograder_function: Callable[..., Any]
    _autograder_lent: int

    def __init__(self, ask: Ask, function: Callable[..., Any], number: int):
        object.__setattr__(self, "_autograder_ask", ask)
        object.__setattr__(self, "_autograder_function", function)
        object.__setattr__(self, "_autograder_lent", number)


def make_lent(ask: Ask, function: Callable[..., Any], plain: dict[str, Any]) -> Lent:
    """Return what student code gets in place of an object.

    Args:
        ask: see :class:`Lent`.
        function: likewise.
        plain: the record that crossed: ``name`` of its class, ``id``, and what it ``does``.
    """
    key = plain["name"], tuple(plain["does"])
    if key not in _classes:
        _classes[key] = type(plain["name"], (Lent,), {"__slots__": (), **_members(key[1])})
    made: Lent = _classes[key](ask, function, plain["id"])
    return made


_errors: dict[int, tuple[type, int]] = {}  # classes of errors by their ids


def make_error_class(name: str, bases: list[Any], number: int) -> type | None:
    """Return a class of errors for one of a test's, None where its bases are no classes."""
    if not all(isinstance(one, type) for one in bases):
        return None
    made = type(name, tuple(bases), {"__module__": "__main__"})
    _errors[id(made)] = made, number
    return made


def number_of(value: Any) -> int | None:
    """Return the number of a test's object that student code holds, None of all else."""
    if isinstance(value, type):
        return _errors[id(value)][1] if id(value) in _errors else None
    if Lent not in type.mro(type(value)):
        return None
    number: int = object.__getattribute__(value, "_autograder_lent")
    return number


_classes: dict[tuple[str, tuple[str, ...]], type] = {}


def _members(does: tuple[str, ...]) -> dict[str, Any]:
    """Return the methods of a class whose objects do so much."""
    members: dict[str, Any] = {
        SPECIAL[name]: _asking(name, SPECIAL[name]) for name in does if name in SPECIAL
    }
    if "leave" in does:
        members["__exit__"] = _leave
    members |= {name: None for key, name in ABSENT.items() if key in does}
    members |= {name: method for key, name, method in _METHODS if key in does}
    return members


def _asking(operation: str, name: str) -> Callable[..., Any]:
    def ask(self: Lent, *args: Any) -> Any:
        return self._autograder_ask(operation, *args)

    ask.__name__ = ask.__qualname__ = name
    return ask


def _call(self: Lent, *args: Any, **kwargs: Any) -> Any:
    return self._autograder_function(*args, **kwargs)


def _items(self: Lent) -> Any:
    return iter(self._autograder_ask("items"))


def _leave(self: Lent, kind: Any, error: Any, trace: Any) -> Any:
    return self._autograder_ask("leave", error)


def _reversed(self: Lent) -> Any:
    return iter(self._autograder_ask("reversed"))


def _iterator(self: Lent) -> Any:
    return self._autograder_ask("iterator")


def _itself(self: Lent) -> Any:
    return self


def _next(self: Lent) -> Any:
    found = self._autograder_ask("next")
    if not found:
        raise StopIteration
    return found[0]


def _attribute(self: Lent, name: str) -> Any:
    if name.startswith("__") or name.startswith("_autograder"):
        raise AttributeError(name)
    return self._autograder_ask("attribute", name)


def _of_class(self: Lent, name: str) -> Any:
    if name in READ_OF_CLASS or name in METHODS:
        return object.__getattribute__(self, "_autograder_ask")("attribute", name)
    return object.__getattribute__(self, name)


def _has_instance(self: Lent, value: Any) -> Any:
    return self._autograder_ask("has instance", value)


def _set_attribute(self: Lent, name: str, value: Any) -> None:
    self._autograder_ask("set attribute", name, value)


def _delete_attribute(self: Lent, name: str) -> None:
    self._autograder_ask("delete attribute", name)


class OwnItems(MutableMapping[str, Any]):
    """What an object's ``__dict__`` is to student code: entries by name, which it does not list."""

    def __init__(self, ask: Ask):
        self._ask = ask

    def __getitem__(self, name: str) -> Any:
        return self._ask("own item", name)

    def __setitem__(self, name: str, value: Any) -> None:
        self._ask("set own item", name, value)

    def __delitem__(self, name: str) -> None:
        self._ask("delete own item", name)

    def __iter__(self) -> Iterator[str]:
        raise TypeError("the names in a test's object are not listed")

    def __len__(self) -> int:
        raise TypeError("the names in a test's object are not counted")


def _members_of_class(self: Lent) -> MappingProxyType[str, Any]:
    """Return what a class's ``__dict__`` is to student code: what the test defines in it."""
    ask = object.__getattribute__(self, "_autograder_ask")
    found = {}
    for name in ask("members"):
        kind, *held = ask("member", name)
        found[name] = MEMBERS[kind](*held) if kind in MEMBERS else held[0]
    return MappingProxyType(found)


_METHODS: tuple[tuple[str, str, Any], ...] = (
    ("own item", "__dict__", property(lambda self: OwnItems(self._autograder_ask))),
    ("members", "__dict__", property(_members_of_class)),
    ("call", "__call__", _call),
    ("items", "__iter__", _items),
    ("iterator", "__iter__", _iterator),
    ("reversed", "__reversed__", _reversed),
    ("next", "__iter__", _itself),
    ("next", "__next__", _next),
    ("attribute", "__getattr__", _attribute),
    ("has instance", "__getattribute__", _of_class),
    ("has instance", "__instancecheck__", _has_instance),
    ("set attribute", "__setattr__", _set_attribute),
    ("delete attribute", "__delattr__", _delete_attribute),
)
