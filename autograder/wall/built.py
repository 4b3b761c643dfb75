"""Torch's modules, optimisers and schedules that a test hands over: one on both sides.

Each side has an object of torch's own class. What is told of it is its attributes: parameters are
leaves (:mod:`autograder.wall.leaves`), its other values are shared as any are
(:mod:`autograder.wall.sharing`), and so it runs where it is used, by that side's own torch. Of a
class that the test defines the notebook has one of the same name, whose methods the test is asked.
"""

import sys
import weakref
from collections import OrderedDict, defaultdict
from collections.abc import Iterator
from types import FunctionType
from typing import Any

import torch
from torch.optim.lr_scheduler import LRScheduler
from torch.utils.hooks import RemovableHandle

from autograder.errors import EvidenceError

PLACES = ("torch.nn.modules.", "torch.optim.")
KINDS = (torch.nn.Module, torch.optim.Optimizer, LRScheduler)
INSIDE = (list, dict, OrderedDict, defaultdict, set)  # that belong to one such object alone
FLAT = ("_flat_weights", "_flat_weight_refs")  # which a recurrent module makes of its parameters
PLAIN = (bool, int, float, str)
UNTOLD = ("__init__", "__new__", "__setattr__", "__getattr__", "__delattr__", "__setstate__",
          "__getstate__", "__init_subclass__", "__del__")  # fmt: skip
MOST_BYTES = 2**22  # of one module's parameters and buffers


def is_built(value: Any) -> bool:
    """Tell whether a value is of one of torch's classes that are told by their attributes."""
    cls = type(value)
    return issubclass(cls, KINDS) and (name_of(cls) is not None or is_own(cls))


def name_of(cls: type) -> str | None:
    """Return "module:class" of one of torch's classes, None of any other."""
    name = f"{cls.__module__}:{cls.__qualname__}"
    return name if _find(name) is cls else None


def is_own(cls: type) -> bool:
    """Tell whether a class is a module's that is not torch's."""
    return issubclass(cls, torch.nn.Module) and name_of(cls) is None and base_of(cls) is not None


def base_of(cls: type) -> str | None:
    """Return the name of torch's class that one is, or derives from; None where there is none."""
    return next((name for one in cls.__mro__ if (name := name_of(one))), None)


def members_of(cls: type) -> Iterator[tuple[str, str, Any]]:
    """Yield name, kind and value of what a class adds to torch's that it derives from."""
    seen = set(UNTOLD)
    for part in cls.__mro__:
        if name_of(part) is not None:
            return
        for name, one in vars(part).items():
            if name in seen:
                continue
            seen.add(name)
            if type(one) is property and one.fset is None and one.fget is not None:
                yield name, "property", one.fget
            elif type(one) is staticmethod:
                yield name, "staticmethod", one.__func__
            elif type(one) is FunctionType or (type(one) in PLAIN and not name.startswith("__")):
                yield name, "", one


class Mirrors:
    """Classes of the notebook's that stand for those of tests, and what stands for these there."""

    def __init__(self) -> None:
        self.classes: dict[int, type] = {}  # by the id of what stands for a test's class
        self.origins: dict[type, Any] = {}

    def make(self, origin: Any, name: str, base: str, members: list[list[Any]]) -> type:
        """Return the class that stands for a test's, the same one each time."""
        known = self.classes.get(id(origin))
        if known is None:
            kinds = {"property": property, "staticmethod": staticmethod}
            space = {name: kinds.get(kind, _itself)(one) for name, kind, one in members}
            known = type(
                name, (_find(base) or torch.nn.Module,), {**space, "__module__": "__main__"}
            )
            self.classes[id(origin)], self.origins[known] = known, origin
        return known


def _itself(value: Any) -> Any:
    return value


MIRRORS = Mirrors()


def empty(name: Any) -> Any:
    """Return an object of a class without its attributes.

    Raises:
        EvidenceError: there is no such class.
    """
    cls: Any = _find(name)
    if cls is None:
        raise EvidenceError("an object of an unknown class")
    return cls.__new__(cls)


def _find(name: Any) -> type | None:
    module, _, attribute = name.partition(":") if type(name) is str else ("", "", "")
    if not module.startswith(PLACES) or module not in sys.modules:
        return None
    found = getattr(sys.modules[module], attribute, None)
    return found if isinstance(found, type) and issubclass(found, KINDS) else None


def attributes(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield what is told of such an object."""
    for name, one in vars(value).items():
        # A schedule counts the steps of its optimiser, which matters for a warning alone.
        if name not in FLAT and not (name == "step" and callable(one)):
            yield name, one


def parts_of(value: Any) -> Iterator[Any]:
    """Yield what is in such an object, and in the containers that are its own."""
    for _, one in attributes(value):
        if type(one) in INSIDE:
            yield from one
            yield from one.values() if isinstance(one, dict) else ()
        else:
            yield one


def is_small(value: Any) -> bool:
    """Tell whether an object's own tensors may be looked at with each message."""
    found = [one for one in parts_of(value) if isinstance(one, torch.Tensor)]
    return (
        sum(one.nbytes for one in found if not isinstance(one, torch.nn.UninitializedParameter))
        <= MOST_BYTES
    )


def fill(held: Any, value: Any) -> None:
    """Make an object what another of its class is; containers of its own stay the same ones."""
    told = dict(attributes(value))
    for name in dict(attributes(held)).keys() - told.keys():
        del vars(held)[name]
    for name, one in told.items():
        known = vars(held).get(name)
        if type(known) is type(one) and type(one) in INSIDE:
            _refill(known, one)
        else:
            vars(held)[name] = one
    keys = [key for one in told.values() if type(one) is OrderedDict for key in one]
    given = [key for key in keys if type(key) is int]
    RemovableHandle.next_id = max(RemovableHandle.next_id, *[key + 1 for key in given], 0)
    if "_flat_weights_names" in told:
        held._flat_weights = [getattr(held, name) for name in held._flat_weights_names]
        held._flat_weight_refs = list(map(weakref.ref, held._flat_weights))


def _refill(held: Any, value: Any) -> None:
    if isinstance(held, list):
        held[:] = value
    else:
        held.clear()
        held.update(value)


def check_name(name: Any) -> str:
    """Return the name of an attribute that the other side tells of.

    Raises:
        EvidenceError: it is none.
    """
    if type(name) is not str or name.startswith(("__", "_autograder")):
        raise EvidenceError("an attribute that is not told of")
    return name
