"""Which stand-in stands for what, and what type a test sees in it."""

import datetime
from typing import Any

from autograder.scoring import derived
from autograder.scoring.asking import ask, record_of
from autograder.scoring.conversation import Conversation
from autograder.scoring.known import loaded
from autograder.scoring.standins import (
    OWN,
    Kind,
    StandIn,
    StandInClass,
    StandInFunction,
    is_instance,
)
from autograder.wall.codec.subclasses import DESCRIBING

# Of which C code wants a real object; it asks that by its attributes, as Python does.
DEMANDED: dict[str, type] = {"datetime.tzinfo": datetime.tzinfo}


def stand_in(session: Conversation, record: dict[str, Any]) -> StandIn:
    """Return the stand-in for a received record; its type bears the name of the object's type.

    An object has one stand-in, so that ``is`` tells two apart.

    Raises:
        EvidenceError: what is told of a class is malformed.
    """
    standing = vars(session).setdefault("standing", {})
    known = standing.get(record["id"])
    if "lineage" in record and (known is None or type(known) is StandInClass):
        made = derived.local_class(session, record, StandInClass)
        if made is not None:
            return made
    if known is None or record_of(known)["bases"] != record["bases"]:
        known = standing[record["id"]] = _new_stand_in(session, record)
    return known


def _new_stand_in(session: Conversation, record: dict[str, Any]) -> StandIn:
    base = StandInFunction if record["callable"] else StandIn
    name = (record["bases"] or ["object"])[0].removeprefix("builtins.")
    known: dict[Any, Any] = session.types
    describes = tuple(one for one in DESCRIBING if one in record.get("has", ()))
    bases = (base, *(cls for one, cls in DEMANDED.items() if one in record["bases"][1:]))
    key = bases, name, record.get("class"), describes
    if key not in known:
        short = name.rpartition(".")[2] or "object"
        body = {"__slots__": (*OWN, "__weakref__"), "_autograder_type": name}
        body |= {one: _describer(one) for one in describes}
        known[key] = Kind(short, bases, body)
    made = known[key](session, record)
    known[key]._autograder_example = made
    return made


def _describer(name: str) -> Any:
    """Return what an object does as an attribute of a test's class: it is asked for that."""

    def describe(standing: StandIn, *args: Any) -> Any:
        return ask(standing, "attribute", name)(*args)

    return describe


def type_of(value: Any, *more: Any, **options: Any) -> Any:
    """Return what ``type(value)`` is to a test: of a stand-in, the type of what it stands for."""
    if len(more) == 2 and any(type(base) is StandInClass for base in more[0]):
        return StandInClass(value, *more, **options)
    if more or not issubclass(type(value), StandIn):
        return type(value, *more, **options)
    return loaded(record_of(value)["bases"][0]) or ask(value, "type")


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


SEEN = {"type": TypeOf, "isinstance": is_instance}  # in place of Python's own, for a test
