"""Stand-ins: what a test holds in place of an object that stays in the sandbox.

Every operation that Python lets an object intercept is either asked of the object where it lives
or refused; none is left to Python's defaults, by which an object is true, unequal to everything and
an instance of nothing. A comparison with data is refused: it is decided here, from data. Two
objects of the student's are compared by what they say of each other, as in one process.
A refusal fails the test case, even where the test catches it. ``is`` tells objects apart, for each
has one stand-in; ``type(x)`` cannot be intercepted, so tests get a ``type`` that knows stand-ins.
"""

import types
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import torch

from autograder.scoring import described
from autograder.scoring.crossing import call_across, differentiable
from autograder.scoring.known import loaded
from autograder.wall.codec import Function
from autograder.wall.codec.subclasses import ABILITIES

Exact = TypeVar("Exact")
MOST_ITEMS = 5_000  # that one test case takes one by one
ENDLESS = f"it gives more than {MOST_ITEMS} items ‖ 它给出的元素超过 {MOST_ITEMS} 个"
OWN = ("_autograder_session", "_autograder_id", "_autograder_record")
# Attributes with two underscores that are asked for; any other is refused.
ATTRIBUTES = frozenset({
    "__doc__", "__name__", "__qualname__", "__module__", "__annotations__", "__defaults__",
    "__kwdefaults__", "__dict__", "__wrapped__", "__members__", "__version__", "__bases__",
    "__self__", "__closure__", "__abstractmethods__", "__dataclass_fields__", "__slots__",
    "__mro__", "__match_args__",  # and methods of the student's own
    "__init__", "__new__", "__len__", "__bool__", "__repr__", "__str__", "__iter__", "__next__",
    "__contains__", "__getitem__", "__setitem__", "__call__", "__enter__", "__exit__", "__eq__",
    "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__hash__", "__add__", "__radd__", "__sub__",
    "__mul__", "__rmul__", "__truediv__", "__neg__", "__abs__", "__matmul__", "__pow__", "__del__",
})  # fmt: skip
PROTOCOLS = "__sklearn_"  # what libraries look for in objects under such names is asked for


class Refused(TypeError):
    """An operation on a stand-in that is not asked of the object itself."""


class _Kind(type):
    """The type of stand-ins' types, which shows abstract classes none of a stand-in's methods.

    ``isinstance(x, Iterable)`` looks at ``type(x)`` as well as at ``x.__class__``.
    """

    __mro__ = property(lambda cls: ())


class StandIn(metaclass=_Kind):
    """Stand-in for an object that stays in the sandbox.

    Args:
        session: the conversation with the sandbox.
        record: what the codec received of the object.
    """

    __slots__ = (*OWN, "__weakref__")
    _autograder_type = "object"
    __array_ufunc__ = None  # NumPy's operators leave the answer to the stand-in

    def __init__(self, session: Any, record: dict[str, Any]):
        object.__setattr__(self, "_autograder_session", session)
        object.__setattr__(self, "_autograder_id", record["id"])
        object.__setattr__(self, "_autograder_record", record)

    def __getattribute__(self, name: str) -> Any:
        if name in OWN or name == "__deepcopy__":  # which copy looks for in the object
            return object.__getattribute__(self, name)
        if name == "__class__":
            return _class_of(self)
        if name == "__name__" and type(_record(self).get("name")) is str:
            return _record(self)["name"]
        if name.startswith("_autograder"):
            raise AttributeError(name)
        if name in INSPECTED and _record(self)["callable"]:
            return INSPECTED[name](self)
        special = name.startswith("__") and name.endswith("__")
        if special and name not in ATTRIBUTES and not name.startswith(PROTOCOLS):
            raise _refusal(self, name)
        return described.with_libraries(name, _ask(self, "attribute", name), _ask)

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("__") or name.startswith("_autograder"):
            raise _refusal(self, "assignment to an attribute")
        _ask(self, "set attribute", name, value)

    def __delattr__(self, name: str) -> None:
        if name.startswith("__") or name.startswith("_autograder"):
            raise _refusal(self, "deletion of an attribute")
        _ask(self, "delete attribute", name)

    def __setitem__(self, key: Any, value: Any) -> None:
        _ask(self, "set item", key, value)

    def __delitem__(self, key: Any) -> None:
        _ask(self, "delete item", key)

    def __hash__(self) -> int:
        if _has_identity(self):
            return hash(object.__getattribute__(self, "_autograder_id"))
        return _exactly(int, self, "hash")

    def __deepcopy__(self, memo: Any) -> Any:
        return _asker("deepcopy")(self)

    def __length_hint__(self) -> Any:
        return NotImplemented

    def __reversed__(self) -> Iterator[Any]:
        return iter(_exactly(list, self, "reversed"))

    def __enter__(self) -> Any:
        return _ask(self, "enter")

    def __exit__(self, kind: Any, error: Any, trace: Any) -> bool:
        return _exactly(bool, self, "leave", None if error is None else type_of(error), error, None)

    def __await__(self) -> Iterator[Any]:
        if False:
            yield
        return _ask(self, "await")

    def __repr__(self) -> str:
        return _exactly(str, self, "representation")

    def __str__(self) -> str:
        return _exactly(str, self, "text")

    def __format__(self, spec: str) -> str:
        return _exactly(str, self, "formatted", str(spec))

    def __bool__(self) -> bool:
        return _exactly(bool, self, "truth")

    def __len__(self) -> int:
        return _exactly(int, self, "length")

    def __int__(self) -> int:
        return _exactly(int, self, "integer")

    def __index__(self) -> int:
        return _exactly(int, self, "index")

    def __float__(self) -> float:
        return _exactly(float, self, "real")

    def __contains__(self, item: Any) -> bool:
        return _exactly(bool, self, "contains", item)

    def __getitem__(self, key: Any) -> Any:
        return _ask(self, "item", key)

    def __iter__(self) -> Iterator[Any]:
        if "__next__" in _record(self).get("has", ()) or _is_a(self, "builtins.generator"):
            return self
        return iter(_exactly(list, self, "items"))

    def __next__(self) -> Any:
        if _is_a(self, "builtins.coroutine"):
            raise StopIteration(_ask(self, "await"))
        session = object.__getattribute__(self, "_autograder_session")
        session.items += 1
        if session.items > MOST_ITEMS:  # a test that catches it would pass by it
            session.refused = session.refused or AssertionError(ENDLESS)
            raise AssertionError(ENDLESS)
        return _ask(self, "next")

    def __dir__(self) -> list[str]:
        return _exactly(list, self, "names")

    def __instancecheck__(self, instance: Any) -> bool:
        return _exactly(bool, self, "instance", instance)

    def __subclasscheck__(self, subclass: Any) -> bool:
        return _exactly(bool, self, "subclass", subclass)


class StandInFunction(StandIn):
    """Stand-in for a callable; calling it runs the student's code in the sandbox."""

    __slots__ = ()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        session = object.__getattribute__(self, "_autograder_session")
        args = tuple(_handed(arg) for arg in args)
        kwargs = {name: _handed(arg) for name, arg in kwargs.items()}
        inputs = differentiable((args, kwargs))
        if not inputs:
            reply = session.request("call", target=self, args=args, kwargs=kwargs)
            return reply.get("value")
        fields = {"target": self, "args": args, "kwargs": kwargs}
        return call_across(session, "call", fields, inputs)


def _handed(value: Any) -> Any:
    """Return what crosses in place of a function of tensors or numbers that a test hands over.

    One of torch's own crosses by its name; any other stays here and answers from here.
    """
    if type(value) is types.BuiltinFunctionType:
        name = value.__name__
        if getattr(torch, name, None) is value:
            return Function(f"torch.{name}(x)", name)
    return value


# Operations that are refused: their default would decide something about an object unseen.
REFUSED = (
    "__missing__", "__idivmod__", "__complex__", "__bytes__", "__fspath__",
    "__buffer__", "__release_buffer__", "__aiter__", "__anext__", "__aenter__", "__aexit__",
    "__reduce__", "__reduce_ex__", "__getstate__", "__setstate__",
    "__sizeof__", "__mro_entries__", "__array__", "__array_function__", "__dlpack__",
)  # fmt: skip
IDENTICAL = frozenset(
    f"builtins.{name}" for name in ("function", "type", "module", "generator", "coroutine")
)
COMPARED = ("eq", "ne", "lt", "le", "gt", "ge")
ASKED = (
    *(f"{side}{name}"
      for name in ("add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "divmod", "pow",
                   "lshift", "rshift", "and", "xor", "or")
      for side in ("", "r", "i") if (side, name) != ("i", "divmod")),
    "neg", "pos", "abs", "invert", "round", "trunc", "floor", "ceil", "copy",
)  # fmt: skip


def _comparer(operation: str) -> Callable[[StandIn, Any], bool]:
    def compare(self: StandIn, other: Any) -> bool:
        if operation in ("eq", "ne") and _has_identity(self):
            return (self is other) is (operation == "eq")
        if not issubclass(type(other), StandIn):
            raise _refusal(self, operation)
        return _exactly(bool, self, operation, other)

    return compare


def _asker(operation: str) -> Callable[..., Any]:
    """Return an operation that is asked as in stock Otter, where the assignment comes from there.

    Elsewhere it is refused: ``x - expected`` would hand an object that lies what it is to equal.
    """

    def ask(self: StandIn, *args: Any) -> Any:
        lending = getattr(object.__getattribute__(self, "_autograder_session"), "lending", None)
        if lending is None or not lending.sharing:
            raise _refusal(self, operation)
        return _ask(self, operation, *args)

    return ask


def _has_identity(standing: StandIn) -> bool:
    """Tell whether an object is equal to itself alone, as functions and classes are."""
    return (_record(standing)["bases"] or ["?"])[0] in IDENTICAL


def _refuser(name: str) -> Callable[..., Any]:
    def refuse(self: StandIn, *args: Any, **kwargs: Any) -> Any:
        raise _refusal(self, name)

    refuse.__name__ = refuse.__qualname__ = name
    return refuse


for _name in REFUSED:
    setattr(StandIn, _name, _refuser(_name))
for _name in COMPARED:
    setattr(StandIn, f"__{_name}__", _comparer(_name))
for _name in ASKED:
    setattr(StandIn, f"__{_name}__", _asker(_name))


def stand_in(session: Any, record: dict[str, Any]) -> StandIn:
    """Return the stand-in for a received record; its type bears the name of the object's type.

    An object has one stand-in, so that ``is`` tells two apart.
    """
    standing = vars(session).setdefault("standing", {})
    known = standing.get(record["id"])
    if known is None or _record(known)["bases"] != record["bases"]:
        known = standing[record["id"]] = _new_stand_in(session, record)
    return known


def _new_stand_in(session: Any, record: dict[str, Any]) -> StandIn:
    base = StandInFunction if record["callable"] else StandIn
    name = (record["bases"] or ["object"])[0].removeprefix("builtins.")
    known: dict[Any, Any] = session.types
    if (base, name) not in known:
        short = name.rpartition(".")[2] or "object"
        known[base, name] = _Kind(short, (base,), {"__slots__": (), "_autograder_type": name})
    return known[base, name](session, record)


def type_of(value: Any, *more: Any, **options: Any) -> Any:
    """Return what ``type(value)`` is to a test: of a stand-in, the type of what it stands for."""
    if more or not issubclass(type(value), StandIn):
        return type(value, *more, **options)
    return loaded(_record(value)["bases"][0]) or _ask(value, "type")


class _TypeKind(type):
    """Makes ``TypeOf`` in all else what ``type`` is."""

    def __call__(cls, *args: Any, **options: Any) -> Any:
        return type_of(*args, **options)

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, type)

    def __subclasscheck__(cls, subclass: Any) -> bool:
        return issubclass(subclass, type)

    def __eq__(cls, other: object) -> bool:
        return other is type or other is cls

    def __hash__(cls) -> int:
        return hash(type)


class TypeOf(metaclass=_TypeKind):
    """What tests get as ``type``: it knows stand-ins."""


def _code_of(standing: StandIn) -> Any:
    return described.make_code(standing, _ask(standing, "code"))


def _signature_of(standing: StandIn) -> Any:
    return described.make_signature(_ask(standing, "signature"))


INSPECTED: dict[str, Callable[[StandIn], Any]] = {
    "__code__": _code_of,
    "__signature__": _signature_of,
}


def _record(standing: StandIn) -> dict[str, Any]:
    return object.__getattribute__(standing, "_autograder_record")


def _name_of(standing: StandIn) -> str:
    return type(standing)._autograder_type


def _is_a(standing: StandIn, name: str) -> bool:
    return name in _record(standing)["bases"]


def _ask(standing: StandIn, operation: str, *args: Any) -> Any:
    session = object.__getattribute__(standing, "_autograder_session")
    reply = session.request("operate", target=standing, operation=operation, args=args)
    return reply.get("value")


def _exactly(kind: type[Exact], standing: StandIn, operation: str, *args: Any) -> Exact:
    """Ask for an operation whose answer is of one type, exactly."""
    value = _ask(standing, operation, *args)
    if type(value) is not kind:
        raise _refusal(standing, operation)
    return value


def _refusal(standing: StandIn, operation: str) -> Refused:
    session = object.__getattribute__(standing, "_autograder_session")
    name, word = _name_of(standing), operation.strip("_")
    refusal = Refused(
        f"'{word}' of this {name} cannot be asked for, since it stays in the notebook ‖ "
        f"不能对这个 {name} 使用 '{word}'，因为它留在笔记本中"
    )
    session.refused = session.refused or refusal
    return refusal


def _class_of(standing: StandIn) -> type:
    """Return a class for which isinstance() answers as it does for the object itself.

    That is the library's own class where the type is a library's; for a student's class a new one
    that derives from the library's class and has the abilities that abstract classes look for.
    """
    record = _record(standing)
    own, *others = record["bases"] or ["builtins.object"]
    exact = loaded(own)
    if exact is not None:
        return exact
    bases = [cls for cls in map(loaded, others) if cls is not None]
    nearest = [cls for cls in bases if not any(cls in one.__mro__[1:] for one in bases)]
    has = [name for name in record.get("has", ()) if name in ABILITIES]
    abilities = {"__hash__": None, **{name: _refuser(name) for name in has}}
    try:
        return type(_name_of(standing).rpartition(".")[2], tuple(nearest), abilities)
    except Exception:
        raise _refusal(standing, "isinstance") from None
