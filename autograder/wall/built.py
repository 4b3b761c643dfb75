"""Torch's modules, optimisers and schedules that a test hands over: one on both sides.

Each side has an object of torch's own class. What is told of it is its attributes: parameters are
leaves (:mod:`autograder.wall.leaves`), its other values are shared as any are
(:mod:`autograder.wall.sharing`), and so it runs where it is used, by that side's own torch.
"""

import sys
import weakref
from collections import OrderedDict, defaultdict
from collections.abc import Iterator
from typing import Any

import torch
from torch.optim.lr_scheduler import LRScheduler
from torch.utils.hooks import RemovableHandle

from autograder.errors import EvidenceError

PLACES = ("torch.nn.modules.", "torch.optim.")
KINDS = (torch.nn.Module, torch.optim.Optimizer, LRScheduler)
INSIDE = (list, dict, OrderedDict, defaultdict, set)  # that belong to one such object alone
FLAT = ("_flat_weights", "_flat_weight_refs")  # which a recurrent module makes of its parameters
MOST_BYTES = 2**22  # of one module's parameters and buffers


def is_built(value: Any) -> bool:
    """Tell whether a value is of one of torch's classes that are told by their attributes."""
    cls = type(value)
    return issubclass(cls, KINDS) and name_of(cls) is not None


def name_of(cls: type) -> str | None:
    """Return "module:class" of one of torch's classes, None of any other."""
    name = f"{cls.__module__}:{cls.__qualname__}"
    return name if _find(name) is cls else None


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
