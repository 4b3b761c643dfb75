"""Stand-ins: what a test holds in place of an object that stays in the sandbox.

Every operation that Python lets an object intercept is either asked of the object where it lives
or refused; none is left to Python's defaults, by which an object is true, unequal to everything and
an instance of nothing. A comparison with data is refused: it is decided here, from data. Two
objects of the student's are compared by what they say of each other, as in one process.
A refusal fails the test case, even where the test catches it. ``is`` tells objects apart, for each
has one stand-in; ``type(x)`` cannot be intercepted, so tests get a ``type`` that knows stand-ins.
"""

import sys
from abc import ABCMeta
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import numpy as np

from autograder.scoring import derived, described
from autograder.scoring.asked import ASKED, ATTRIBUTES, COMPARED, PROTOCOLS, REFUSED
from autograder.scoring.asking import (
    ask,
    exactly,
    is_a,
    is_shared,
    name_of,
    names_seen,
    record_of,
    refusal,
    refuser,
    session_of,
    unasked,
)
from autograder.scoring.conversation import Conversation
from autograder.scoring.crossing import call_across, differentiable, handed
from autograder.scoring.known import loaded, reads_memory
from autograder.wall.codec.subclasses import ABILITIES

Exact = TypeVar("Exact")
MOST_ITEMS = 5_000  # that one test case takes one by one
NUMBERS = {"int": "integer", "float": "real"}  # what these operations are called
ENDLESS = f"it gives more than {MOST_ITEMS} items ‖ 它给出的元素超过 {MOST_ITEMS} 个"
OF_TYPES = ("__dataclass_fields__", "__dataclass_params__", "__match_args__")
OF_PYTHON = ("__class__", "__bases__", "__mro__", "__dict__", "__abstractmethods__")
OWN = ("_autograder_session", "_autograder_id", "_autograder_record")


class Kind(type):
    """The type of stand-ins' types, which shows abstract classes none of a stand-in's methods.

    ``isinstance(x, Iterable)`` looks at ``type(x)`` as well as at ``x.__class__``.
    """

    __mro__ = property(lambda cls: ())

    def __getattr__(cls, name: str) -> Any:
        """Return what a library looks for in the type of an object."""
        example = cls.__dict__.get("_autograder_example")
        if name not in OF_TYPES or example is None:
            raise AttributeError(name)
        return getattr(_class_of(example), name)


class StandIn(metaclass=Kind):
    """Stand-in for an object that stays in the sandbox.

    Args:
        session: the conversation with the sandbox.
        record: what the codec received of the object.
    """

    __slots__ = ()
    _autograder_type = "object"
    __array_ufunc__ = None  # NumPy's operators leave the answer to the stand-in

    def __init__(self, session: Conversation, record: dict[str, Any]):
        object.__setattr__(self, "_autograder_session", session)
        object.__setattr__(self, "_autograder_id", record["id"])
        object.__setattr__(self, "_autograder_record", record)

    def __getattribute__(self, name: str) -> Any:
        if name in OWN or name == "__deepcopy__":  # which copy looks for in the object
            return object.__getattribute__(self, name)
        if name == "__class__":
            return _told_class(self, sys._getframe(1).f_globals)
        if name == "__name__" and type(record_of(self).get("name")) is str:
            return record_of(self)["name"]
        if name.startswith("_autograder"):
            raise AttributeError(name)
        if name in INSPECTED and record_of(self)["callable"]:
            return INSPECTED[name](self)
        if name == "__mro__" and isinstance(self, StandInClass):
            return derived.line_of(self)
        if name == "__torch_function__" and _has_identity(self):
            ask(self, "attribute", name)  # which a function or a class does not have
        special = name.startswith("__") and name.endswith("__")
        if special and name not in ATTRIBUTES and not name.startswith(PROTOCOLS):
            return unasked(self, name, isinstance(self, StandInClass))
        return described.with_libraries(name, ask(self, "attribute", name), ask)

    def __setattr__(self, name: str, value: Any) -> None:
        of_class = type(self) is StandInClass and name not in OF_PYTHON
        if (name.startswith("__") and not of_class) or name.startswith("_autograder"):
            raise refusal(self, "assignment to an attribute")
        if name != "__dataclass_params__":  # which nothing but its own module looks at
            ask(self, "set attribute", name, value)

    def __delattr__(self, name: str) -> None:
        if name.startswith("__") or name.startswith("_autograder"):
            raise refusal(self, "deletion of an attribute")
        ask(self, "delete attribute", name)

    def __setitem__(self, key: Any, value: Any) -> None:
        ask(self, "set item", key, value)

    def __delitem__(self, key: Any) -> None:
        ask(self, "delete item", key)

    def __hash__(self) -> int:
        if _has_identity(self):
            return hash(object.__getattribute__(self, "_autograder_id"))
        return exactly(int, self, "hash")

    def __deepcopy__(self, memo: Any) -> Any:
        return _asker("deepcopy")(self)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if not is_shared(session_of(self)):
            raise refusal(self, function.__name__)
        return function._implementation(*args, **kwargs)

    def __length_hint__(self) -> Any:
        return NotImplemented

    def __reversed__(self) -> Iterator[Any]:
        return iter(exactly(list, self, "reversed"))

    def __enter__(self) -> Any:
        return ask(self, "enter")

    def __exit__(self, kind: Any, error: Any, trace: Any) -> bool:
        return exactly(bool, self, "leave", kind, error, None)

    def __await__(self) -> Iterator[Any]:
        if False:
            yield
        return ask(self, "await")

    def __repr__(self) -> str:
        return exactly(str, self, "representation")

    def __str__(self) -> str:
        return exactly(str, self, "text")

    def __format__(self, spec: str) -> str:
        return exactly(str, self, "formatted", str(spec))

    def __bool__(self) -> bool:
        return exactly(bool, self, "truth")

    def __len__(self) -> int:
        return exactly(int, self, "length")

    def __contains__(self, item: Any) -> bool:
        return exactly(bool, self, "contains", item)

    def __getitem__(self, key: Any) -> Any:
        return ask(self, "item", key)

    def __iter__(self) -> Iterator[Any]:
        if "__next__" not in record_of(self).get("has", ()):
            _count_item(self)  # one that holds itself is never read to its end
            return self if is_a(self, "builtins.generator") else iter(exactly(list, self, "items"))
        found = ask(self, "iterator")
        return found if issubclass(type(found), StandIn) else iter(found)

    def __next__(self) -> Any:
        if is_a(self, "builtins.coroutine"):
            raise StopIteration(ask(self, "await"))
        _count_item(self)
        return ask(self, "next")

    def __dir__(self) -> list[str]:
        return exactly(list, self, "names")

    def __instancecheck__(self, instance: Any) -> bool:
        return exactly(bool, self, "instance", instance)

    def __subclasscheck__(self, subclass: Any) -> bool:
        if derived.is_local(self, subclass):
            return False
        return exactly(bool, self, "subclass", subclass)


def _count_item(standing: StandIn) -> None:
    """Count what a test case takes of objects, one by one; raises where that is too much."""
    case = session_of(standing).case
    case.items += 1
    if case.items > MOST_ITEMS:
        raise case.refuse(AssertionError(ENDLESS))


class StandInFunction(StandIn):
    """Stand-in for a callable; calling it runs the student's code in the sandbox."""

    __slots__ = ()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        session = session_of(self)
        args = tuple(handed(arg) for arg in args)
        kwargs = {name: handed(arg) for name, arg in kwargs.items()}
        inputs = differentiable((args, kwargs))
        if not inputs:
            reply = session.request("call", target=self, args=args, kwargs=kwargs)
            return reply.get("value")
        fields = {"target": self, "args": args, "kwargs": kwargs}
        return call_across(session, "call", fields, inputs)


class StandInClass(StandInFunction, ABCMeta, metaclass=Kind):
    """Stand-in for a class: itself a class, so that a test can derive from it and match by it.

    It has no objects here; those of the class have stand-ins of their own.
    """

    def __new__(
        cls, name: str, bases: tuple[Any, ...], space: dict[str, Any], **options: Any
    ) -> "StandInClass":
        """Derive a class from a student's, which is made where that is."""
        lead = next(base for base in bases if isinstance(type(base), Kind))
        session = session_of(lead)
        if not is_shared(session):
            raise refusal(lead, "a class that derives from it")
        told = derived.told_of(name, bases, space, options, session.workplace)
        there = ask(lead, "derive", *told)
        if type(there) is not StandInClass:
            raise refusal(lead, "a class that derives from it")
        for base in bases:
            if type(base) is StandInClass:
                derived.show_inherited(base, ask)
        known: dict[str, Any] = {one: object.__getattribute__(there, one) for one in OWN}
        known |= {one: space[one] for one in ("__classcell__", "__qualname__") if one in space}
        made: StandInClass = type.__new__(cls, name, bases, known)
        derived.leave_uncalled(made)
        session.standing[known["_autograder_id"]] = made
        session.case.classes.add(id(made))
        return made

    def __init__(cls, *args: Any, **options: Any):
        pass

    def mro(cls) -> list[type]:
        """Return what it derives from: as told, where student code or a library says so."""
        line = type.__dict__["__dict__"].__get__(cls).get(derived.LINE)
        return type.mro(cls) if line is None else [cls, *line]


IDENTICAL = frozenset({
    *(f"builtins.{name}" for name in ("function", "type", "module", "generator", "coroutine")),
    "abc.ABCMeta", "typing._ProtocolMeta",
})  # fmt: skip


def _comparer(operation: str) -> Callable[[StandIn, Any], Any]:
    def compare(self: StandIn, other: Any) -> Any:
        if operation in ("eq", "ne") and _has_identity(self):
            if isinstance(other, np.ndarray):
                return _with_each(self, operation, other)
            return NotImplemented  # then the other one is asked, and last it is the same or not
        if issubclass(type(other), StandIn):
            return exactly(bool, self, operation, other)
        if hasattr(type(other), "__array__") or not _is_tested(self):
            raise refusal(self, operation)
        return ask(self, operation, other)

    return compare


def _with_each(standing: StandIn, operation: str, array: np.ndarray) -> Any:
    """Return what NumPy does where none of an array's elements can equal a function or a class."""
    if type(array) is not np.ndarray or array.dtype.kind not in "biufc":
        raise refusal(standing, operation)
    return np.full(array.shape, operation == "ne")[()]


def _asker(operation: str) -> Callable[..., Any]:
    """Return an operation that is asked as in stock Otter, where the assignment comes from there.

    Elsewhere it is refused: ``x - expected`` would hand an object that lies what it is to equal.
    """

    def asked(self: StandIn, *args: Any) -> Any:
        if not is_shared(session_of(self)):
            raise refusal(self, operation)
        return ask(self, operation, *args)

    return asked


def _is_tested(standing: StandIn) -> bool:
    """Tell whether a test names the class of an object, or one that it derives from.

    What it is equal to is then for that class to say, as in Otter; whoever asks a function for a
    value does not ask an object in its place.
    """
    session, cls = session_of(standing), class_there(standing)
    if cls is None or not is_shared(session):
        return False
    line = [one for one in derived.line_of(cls) if type(one) is StandInClass]
    return not session.case.classes.isdisjoint(map(id, line))


def _has_identity(standing: StandIn) -> bool:
    """Tell whether an object is equal to itself alone, as functions and classes are."""
    return (record_of(standing)["bases"] or ["?"])[0] in IDENTICAL


def _number(kind: type[Exact], operation: str) -> Callable[[StandIn], Exact]:
    return lambda self: exactly(kind, self, operation)


for _kind, _name in ((int, "int"), (int, "index"), (float, "float"), (complex, "complex")):
    setattr(StandIn, f"__{_name}__", _number(_kind, NUMBERS.get(_name, _name)))
for _name in REFUSED:
    setattr(StandIn, _name, refuser(_name))
for _name in COMPARED:
    setattr(StandIn, f"__{_name}__", _comparer(_name))
for _name in ASKED:
    setattr(StandIn, f"__{_name}__", _asker(_name))


INSPECTED: dict[str, Callable[[StandIn], Any]] = {
    "__code__": lambda standing: described.make_code(standing, ask(standing, "code")),
    "__signature__": lambda standing: described.make_signature(ask(standing, "signature")),
    "__globals__": names_seen,
}


def class_there(standing: StandIn) -> type | None:
    """Return the stand-in for an object's class, None where there is none that is a class."""
    number = record_of(standing).get("class")
    session = session_of(standing)
    if type(number) is not int:
        return None
    known = session.standing.get(number)
    if known is None:
        answered = session.case.answered
        known = ask(standing, "type")
        session.case.answered = answered  # of the names that came along as much was believed
    return known if type(known) is StandInClass else None


def _told_class(standing: StandIn, asker: dict[str, Any]) -> type:
    """Return what a stand-in says that its class is; ``asker`` is where that is asked.

    Nothing is raised where that is refused: torch takes an error for a yes.
    """
    cls = _class_of(standing)
    if not reads_memory(cls):
        return cls
    if not str(asker.get("__name__")).startswith("autograder."):
        refusal(standing, "isinstance")  # which fails the test case
    return type(standing)


def is_instance(value: Any, kinds: Any) -> bool:
    """Return what ``isinstance`` is to a test: also of a stand-in that may not say what it is."""
    if type(kinds) is tuple:
        return any(is_instance(value, kind) for kind in kinds)
    plain = isinstance(kinds, type) and not isinstance(type(kinds), Kind)
    if plain and issubclass(type(value), StandIn) and reads_memory(cls := _class_of(value)):
        return issubclass(cls, kinds)
    return isinstance(value, kinds)


def _class_of(standing: StandIn) -> type:
    """Return a class for which isinstance() answers as it does for the object itself.

    That is the library's own class where the type is a library's; for a student's class a new one
    that derives from the library's class and has the abilities that abstract classes look for.
    """
    record = record_of(standing)
    own, *others = record["bases"] or ["builtins.object"]
    exact = loaded(own) or class_there(standing)
    if exact is not None:
        return exact
    bases = [cls for cls in map(loaded, others) if cls is not None]
    nearest = [cls for cls in bases if not any(cls in one.__mro__[1:] for one in bases)]
    has = [name for name in record.get("has", ()) if name in ABILITIES]
    abilities = {"__hash__": None, **{name: refuser(name) for name in has}}
    try:
        return type(name_of(standing).rpartition(".")[2], tuple(nearest), abilities)
    except Exception:
        raise refusal(standing, "isinstance") from None
