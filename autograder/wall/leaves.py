"""Leaves of autograd's graphs that a test and student code hold at the same time.

Each side has a tensor of its own for such a leaf: for a parameter of the notebook's, or for what a
test makes and hands over. What one side writes into it, and which gradient it has, goes along with
the next message. The scorer names with each request those that the test case still has; the
notebook's process looks after no others.
"""

import weakref
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import torch

from autograder.errors import EvidenceError
from autograder.wall.codec.arrays import tensor_bytes

KINDS = (torch.Tensor, torch.nn.Parameter)
MOST = 500  # leaves at a time
MOST_BYTES = 2**22  # of one; all are looked at with each message

# Number, data, gradient, whether autograd counts the change of the data, and whether it requires
# gradients; None, and False for the gradient, where they are as both sides know.
Told = list[list[Any]]


@dataclass
class _Held:
    """A leaf, and its data and gradient as both sides know them."""

    found: Callable[[], torch.Tensor | None]
    data: bytes
    grad: bytes | None
    version: int
    requires: bool

    def know(self, tensor: torch.Tensor, data: bool, grad: bool, requires: bool) -> None:
        """Note what both sides know from now on, and nothing that only this side knows."""
        if data:
            self.data, self.version = tensor_bytes(tensor), tensor._version
        if grad:
            self.grad = _grad_of(tensor)
        if requires:
            self.requires = tensor.requires_grad


class Leaves:
    """What one side knows of the leaves that both hold.

    Args:
        weak: hold none that nobody else holds.
    """

    def __init__(self, weak: bool) -> None:
        self.weak = weak
        self.held: dict[int, _Held] = {}
        self.fresh = set[int]()  # since the other side last named what it holds
        self.named = set[int]()  # that the other side has, as far as it said
        self.used = False  # whether there has been one
        self.last = 0  # number of a test's own, which are negative

    def hold(self, number: int, tensor: torch.Tensor) -> bool:
        """Note a leaf as it crosses; returns False of one too many, or of another layout."""
        fits = number in self.held or len(self.held) < MOST
        fits = fits and tensor.numel() * tensor.element_size() <= MOST_BYTES
        if fits and type(tensor) in KINDS and tensor.layout is torch.strided:
            found = weakref.ref(tensor) if self.weak else lambda: tensor
            data, grad = tensor_bytes(tensor), _grad_of(tensor)
            self.held[number] = _Held(found, data, grad, tensor._version, tensor.requires_grad)
            self.fresh.add(number)
            self.used = True
            return True
        return False

    def number_of(self, tensor: torch.Tensor) -> int | None:
        """Return a leaf's number, None where it is not held."""
        return next((number for number, one in self.held.items() if one.found() is tensor), None)

    def find(self, number: int) -> torch.Tensor:
        """Return the leaf of a number.

        Raises:
            EvidenceError: none is held.
        """
        tensor = self.held[number].found() if number in self.held else None
        if tensor is None:
            raise EvidenceError("an unknown leaf")
        return tensor

    def looked_at(self, tensor: torch.Tensor) -> int | None:
        """Return the number of the leaf in whose memory a tensor is, None where it is in none's."""
        place = tensor.untyped_storage().data_ptr() if tensor.numel() else 0
        for number, held in self.held.items():
            leaf = held.found() if place else None
            if leaf is not None and leaf.untyped_storage().data_ptr() == place:
                untold = number in self.fresh and (self.weak or number > 0)
                return None if untold else number
        return None

    def own_number(self, tensor: torch.Tensor) -> int | None:
        """Return the number of a leaf of a test's own, which it gets now if it is new."""
        known = self.number_of(tensor)
        if known is not None:
            return known
        self.last -= 1
        return self.last if self.hold(self.last, tensor) else None

    def adopt(self, number: int, tensor: torch.Tensor) -> torch.Tensor:
        """Return the leaf that is held here for one that was received, or that one from now on."""
        self.named.add(number)
        held = self.held.get(number)
        known = held.found() if held is not None else None
        alike = known is not None and (type(known), known.dtype, known.shape)
        if known is None or alike != (type(tensor), tensor.dtype, tensor.shape):
            self.hold(number, tensor)
            return tensor
        _write(known, tensor_bytes(tensor), _grad_of(tensor), False)
        self.hold(number, known)
        return known

    def told(self) -> Told:
        """Return what is to be told of each leaf, which both sides know from then on."""
        found: Told = []
        for number, held in list(self.held.items()):
            tensor = held.found()
            if tensor is None:
                del self.held[number]
                continue
            data, grad = tensor_bytes(tensor), _grad_of(tensor)
            changed = data != held.data and len(data) == len(held.data)
            counted = changed and tensor._version != held.version
            new = [data if changed else None, False if grad == held.grad else grad]
            turned = None if tensor.requires_grad == held.requires else tensor.requires_grad
            found.append([number, *new, counted, turned])
            held.requires = tensor.requires_grad
            held.data, held.grad = data if changed else held.data, grad
            held.version = tensor._version
        return found

    def take(self, told: object, find: Callable[[int], Any] | None = None) -> None:
        """Take over what the other side told.

        Args:
            find: finds a leaf of this side's; with it only those that are named stay held.

        Raises:
            EvidenceError: it is malformed.
        """
        if not isinstance(told, list) or len(told) > 2 * MOST or not all(map(_is_told, told)):
            raise EvidenceError("malformed leaves")
        if find is not None:
            self._keep({number for number, *_ in told}, find)
        for number, *new in told:
            held = self.held.get(number)
            tensor = held.found() if held is not None else None
            if held is not None and tensor is not None:
                _write(tensor, *new)
                held.know(tensor, new[0] is not None, new[1] is not False, new[3] is not None)
        self.fresh.clear()

    def clear(self) -> None:
        """Hold none any longer."""
        self.held.clear()

    def _keep(self, numbers: set[int], find: Callable[[int], Any]) -> None:
        self.named = stay = numbers | self.fresh
        self.held = {number: held for number, held in self.held.items() if number in stay}
        for number in numbers - self.held.keys():
            if number > 0 and isinstance(tensor := find(number), torch.Tensor):
                self.hold(number, tensor)


def inputs_in(tree: Any, depth: int = 4) -> list[torch.Tensor]:
    """Return the tensors in call arguments that require gradients, in order, on either side."""
    cls = type(tree)  # not isinstance(): a stand-in may answer that it is a list
    if issubclass(cls, torch.Tensor):
        return [tree] if tree.requires_grad else []
    if depth and issubclass(cls, (list, tuple)):
        return [found for item in tree for found in inputs_in(item, depth - 1)]
    if depth and issubclass(cls, dict):
        return [found for item in tree.values() for found in inputs_in(item, depth - 1)]
    return []


def _is_told(one: object) -> bool:
    if not isinstance(one, list) or len(one) != 5:
        return False
    number, data, grad, counted, requires = one
    known = type(grad) is bytes or grad is None or grad is False
    known = known and type(number) is int and type(counted) is bool
    known = known and type(requires) in (bool, type(None))
    return known and type(data) in (bytes, type(None))


def _grad_of(tensor: torch.Tensor) -> bytes | None:
    grad = tensor.grad
    return None if grad is None or grad.layout is not torch.strided else tensor_bytes(grad)


def _write(
    tensor: torch.Tensor,
    data: bytes | None,
    grad: bytes | None | bool,
    counted: bool,
    requires: bool | None = None,
) -> None:
    """Give a leaf other data and another gradient in place; None and False leave them alone.

    Raises:
        EvidenceError: they do not fit its shape.
    """
    with torch.no_grad(), suppress(RuntimeError):  # e.g. entries that share memory: it stays
        if requires is not None and tensor.is_leaf:
            tensor.requires_grad_(requires)
        if data is not None and data != tensor_bytes(tensor):
            (tensor if counted else tensor.data).copy_(_like(tensor, data))
        if isinstance(grad, bytes):
            found = _like(tensor, grad)
            if tensor.grad is None or tensor.grad.shape != found.shape:
                tensor.grad = found
            else:
                tensor.grad.copy_(found)
        elif grad is None:
            tensor.grad = None


def _like(tensor: torch.Tensor, data: bytes) -> torch.Tensor:
    if len(data) != tensor.numel() * tensor.element_size():
        raise EvidenceError("data that does not fit its leaf")
    if not data:
        return torch.zeros_like(tensor)
    return torch.frombuffer(bytearray(data), dtype=tensor.dtype).reshape(tensor.shape)
