"""Mutable values that a test and student code hold at the same time.

In one process a list that is handed over is one list on both sides. Over the wall each side has a
list of its own; with every message each side tells what has changed since, so that to both it is
one: changed in place, and the same object when it comes back. That holds while one test case runs:
a number that both sides know stands for each. Of larger values there are copies
(:mod:`autograder.wall.copies`). A table of the notebook's takes long
to encode: it rests from one test case to the next, and is told anew only if it changed meanwhile.
"""

import math
from array import array
from collections import defaultdict, deque
from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from autograder.errors import EvidenceError
from autograder.wall import built, draws
from autograder.wall.copies import Copies
from autograder.wall.glimpses import (
    CONTAINERS,
    FLAT,
    NESTING,
    NUMBERS,
    PLAIN,
    Glimpse,
    glimpse,
    is_same,
    is_table,
    parts_of,
)  # fmt: skip

if TYPE_CHECKING:
    from autograder.wall.leaves import Leaves

MOST = 256  # values at a time; of more of them there are copies
MOST_ITEMS = 2_000  # of one; of a larger one there is a copy
MOST_BYTES = 2**20  # of one array or table
MOST_WEIGHT = 20_000  # of all together: each is looked at with each message
MOST_RESTING = 5_000  # weight of the tables that rest
BYTES, TABLE = 64, 500  # of an array that weigh as an item, and what a table or generator weighs
DTYPES = (
    torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.complex64, torch.complex128,
    torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.bool,
)  # fmt: skip


class Shared:
    """One side's table of what both sides hold.

    Args:
        first: the first number that this side gives; its others follow in steps of two.
    """

    def __init__(self, first: int):
        self.next = first
        self.values: dict[int, Any] = {}
        self.numbers: dict[int, int] = {}  # by id, which nothing else can have meanwhile
        self.agreed: dict[int, bytes] = {}  # content, as both sides know it
        self.still: dict[int, Glimpse] = {}  # what is in a value, as it was agreed on
        self.resting: dict[int, Any] = {}  # tables of test cases before, still agreed on
        self.ready: dict[int, Any] = {}  # content of a value that is new, while a message is made
        self.received: dict[int, Any] = {}  # what the other side told, and nobody noted yet
        self.copies = Copies(1 if first % 2 else -1)  # of values that may not join
        self.leaves: Leaves | None = None  # which both sides hold as well
        self.inside = False  # whether what is told is a part of an object of torch's
        self.open = True  # whether more values may join
        self.paths: Sequence[str] | None = None  # a folder here, and what it is on the other side
        self.weight = 0

    def number_of(self, value: Any) -> int | None:
        """Return a value's number, which it gets now if it is new; None where it is a copy."""
        known = self.numbers.get(id(value))
        if known is not None and self.is_held(known):
            return known
        if not self.open or len(self.values) >= MOST or not _is_small(value):
            return None
        left = MOST_WEIGHT - self.weight
        weight, whole = _weights(value, left)
        if max(weight, whole) > left:
            return None
        self.weight += weight
        number, self.next = self.next, self.next + 2
        self.hold(number, value)
        return number

    def there(self, text: str) -> str:
        """Return a text as the other side means it: a path into the folder of both is another."""
        if self.paths is None or not text.startswith(self.paths[0]):
            return text
        rest = text[len(self.paths[0]) :]
        return self.paths[1] + rest if rest[:1] in ("", "/") else text

    def is_held(self, number: int) -> bool:
        """Tell whether both sides hold a value of this number; one that rests is used again."""
        if number in self.resting:
            value = self.values[number] = self.resting.pop(number)
            self.weight += _weight(value)
        return number in self.values

    def is_turned(self, value: Any) -> bool:
        """Tell whether a value is a tensor of these that was made a leaf of graphs since."""
        return type(value) is torch.Tensor and value.is_leaf and id(value) in self.numbers

    def leave(self, number: int) -> None:
        """Let a value that is new be a copy; its weight stays counted."""
        self.numbers.pop(id(self.values.pop(number)), None)

    def hold(self, number: int, value: Any) -> None:
        """Let a number stand for a value."""
        self.values[number] = value
        self.numbers[id(value)] = number

    def accept(self, number: int, value: Any) -> None:
        """Hold a value that the other side tells of for the first time.

        Raises:
            EvidenceError: the number is none of its.
        """
        if number % 2 == self.next % 2 or number < 0:
            raise EvidenceError("a shared value with a number of this side")
        self.hold(number, value)

    def note(self, number: int) -> None:
        """Note what is in a container or a table, where a glance at that tells of each change.

        So it is where each thing in it is plain, or has a number and is looked at itself.
        """
        noted = glimpse(self.values[number], self.numbers)
        if noted is None:
            self.still.pop(number, None)
        else:
            self.still[number] = noted

    def is_still(self, number: int) -> bool:
        """Tell whether a glance shows that a value holds what was noted of it."""
        noted = self.still.get(number)
        return noted is not None and is_same(self.values[number], noted)

    def rest(self) -> list[int]:
        """Return the numbers of the other side's tables that may rest, the newest first.

        They are those that hold what was agreed on, as a glance tells.
        """
        found, weight = list[int](), 0
        for number, value in sorted({**self.resting, **self.values}.items(), reverse=True):
            theirs = number % 2 != self.next % 2 and is_table(type(value))
            if theirs and (number in self.resting or self.is_still(number)):
                weight += _weight(value)
                if weight > MOST_RESTING:
                    break
                found.append(number)
        return found

    def clear(self, resting: Container[int] = ()) -> None:
        """Forget all but what rests from now on; numbers are not given again."""
        known = {**self.resting, **self.values}
        self.values.clear()
        self.resting = {n: value for n, value in known.items() if n in resting and n in self.agreed}
        self.numbers = {id(value): number for number, value in self.resting.items()}
        self.agreed = {number: self.agreed[number] for number in self.resting}
        self.still = {n: seen for n, seen in self.still.items() if n in self.resting}
        self.received.clear()
        self.ready.clear()
        self.copies.clear()
        self.weight = 0


@contextmanager
def attempt(shared: Shared | None) -> Iterator[None]:
    """Make a message; where none can be made, the table is what it was: the other side knows of
    nothing that would have been told.
    """
    if shared is None:
        yield
        return
    first, agreed, weight = shared.next, dict(shared.agreed), shared.weight
    try:
        yield
    except BaseException:
        for number in range(first, shared.next, 2):
            if number in shared.values:
                shared.leave(number)
        shared.agreed, shared.weight = agreed, weight
        shared.still.clear()  # it is told by what was agreed on
        raise
    finally:
        shared.ready.clear()


def is_container(value: Any) -> bool:
    """Tell whether a value holds others, each of which crosses in its own way."""
    return type(value) in CONTAINERS


def is_mutable(value: Any) -> bool:
    """Tell whether a value may change in place; a tensor that autograd follows is no such one.

    An array may, even one that is fixed: what it looks at, or whether it is fixed.
    """
    cls = type(value)
    if cls is torch.Tensor:
        return _is_still(value)
    if cls is array:
        return value.typecode in NUMBERS
    if cls is np.ndarray or cls in CONTAINERS or cls in draws.KINDS or is_table(cls):
        return True
    return built.is_built(value)


def _is_still(tensor: torch.Tensor) -> bool:
    plain = tensor.layout is torch.strided and not (tensor.is_conj() or tensor.is_neg())
    plain = plain and tensor.dtype in DTYPES
    return plain and not tensor.requires_grad and tensor.is_leaf and tensor.grad is None


def _is_small(value: Any) -> bool:
    cls = type(value)
    if cls is np.ndarray or cls is torch.Tensor:
        return bool(value.nbytes <= MOST_BYTES)
    if is_table(cls):
        return _cells(value) <= MOST_BYTES // 16
    if cls in draws.KINDS:
        return True
    if built.is_built(value):
        return built.is_small(value)
    if cls in FLAT:
        return len(value) * getattr(value, "itemsize", 1) <= MOST_BYTES
    return len(value) <= MOST_ITEMS


def _cells(table: Any) -> int:
    return math.prod(table.shape)


def _weight(value: Any) -> int:
    """Return the weight of one value without the values in it."""
    cls = type(value)
    if cls is np.ndarray or cls is torch.Tensor:
        return 1 + int(value.nbytes) // BYTES
    if is_table(cls):
        return TABLE + _cells(value) // 8
    if cls in draws.KINDS:
        return TABLE
    if built.is_built(value):
        return len(vars(value))
    if cls in FLAT or cls is str or cls is bytes:
        return 1 + len(value) // BYTES
    return 1 + (len(value) if cls in NESTING else 0)


def _weights(value: Any, most: int) -> tuple[int, int]:
    """Return two weights, counted as far as to ``most``.

    The first is what the value's content weighs where each value in it that may be shared has a
    number, the second what it weighs where none has. A short list may hold a long one.
    """
    first = whole = _weight(value)
    seen = {id(value)}
    inner = [(part, True) for part in parts_of(value)]
    while inner and whole <= most:
        part, inlined = inner.pop()
        if type(part) in PLAIN or id(part) in seen:
            continue
        seen.add(id(part))
        inlined = inlined and not (is_mutable(part) and _is_small(part))
        weight = _weight(part)
        whole += weight
        first += weight if inlined else 0
        inner += [(item, inlined) for item in parts_of(part)]
    return first, whole


def weight_of(value: Any, most: int) -> int:
    """Return what a value and all in it weigh, counted as far as to ``most``."""
    return _weights(value, most)[1]


def fill(held: Any, value: Any) -> None:
    """Make a held value what another one of its class is, in place.

    Raises:
        EvidenceError: it is of another class, or cannot become that.
    """
    cls = type(held)
    if cls is not type(value):
        raise EvidenceError("a shared value of another kind")
    if cls is list or cls in FLAT:
        held[:] = value
    elif cls is np.ndarray:
        _fill_array(held, value)
    elif cls is torch.Tensor:
        _fill_tensor(held, value)
    elif is_table(cls):
        held._update_inplace(value)
        if cls.__name__ == "Series":
            held.name = value.name
    elif built.is_built(held):
        built.fill(held, value)
    elif cls in draws.KINDS:
        draws.take_over(held, value)
    else:
        held.clear()
        (held.extend if cls is deque else held.update)(value)
        if cls is defaultdict:
            held.default_factory = value.default_factory


def _fill_tensor(held: torch.Tensor, value: torch.Tensor) -> None:
    """Write into a tensor's own memory, at which others may look, where the content fits it."""
    apart = all(stride for stride, size in zip(held.stride(), held.shape) if size > 1)
    if held.shape == value.shape and held.dtype == value.dtype and apart:
        with torch.no_grad():
            held.copy_(value)
    else:
        held.data = value.detach()
    if held.is_leaf and (value.requires_grad or held.requires_grad):
        held.requires_grad_(value.requires_grad)
        known, grad = held.grad, value.grad
        if known is not None and grad is not None and known.shape == grad.shape:
            known.copy_(grad)
        else:
            held.grad = value.grad


def _fill_array(held: np.ndarray, value: np.ndarray) -> None:
    if held.dtype != value.dtype:
        raise EvidenceError("a shared array of another dtype")
    if held.shape != value.shape:
        held.resize(value.shape, refcheck=False)
    if held.flags.owndata:
        held.flags.writeable = True
    if held.flags.writeable:
        held[...] = value
    if held.flags.writeable != value.flags.writeable:
        held.flags.writeable = value.flags.writeable
