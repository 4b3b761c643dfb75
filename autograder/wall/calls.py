"""What a call of student code gave, and what it left of its arguments, as plain data."""

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator, KeysView, Sequence, ValuesView
from typing import Any

import numpy as np
import torch
from torch.autograd.graph import Node

from autograder.wall import captures
from autograder.wall.evidence import TensorState

MAX_GRAPH_NODES = 200_000
MAX_ITEMS = 10_000  # of a sequence that is read
ARRAYS = (np.ndarray, np.ma.MaskedArray)  # they cross as what they are


def told(value: Any) -> Any:
    """Return a value with exceptions as what is known of them, and sequences as lists."""
    if isinstance(value, BaseException):
        return captures.captured(value)
    if isinstance(value, (str, bytes, dict, set, torch.Tensor, np.ndarray)):
        return value
    return list(value) if isinstance(value, Iterable) else value


def kept(value: Any) -> Any:
    """Return :func:`told`, a tensor as a copy, which no later call can change."""
    found = told(value)
    return found.clone() if isinstance(found, torch.Tensor) else found


def listed(value: Any) -> Any:
    """Return the items of an iterator, a dict's view or a deque as a list; all else as it is.

    They give their items in order as a list does, and nothing of them but that can cross. So does
    what an array of a class of one's own holds.
    """
    if _is_kind_of_array(value):
        return np.asarray(value)
    if isinstance(value, (Iterator, KeysView, ValuesView, deque)):
        return list(itertools.islice(value, MAX_ITEMS))
    return value


def items(value: Any, depth: int = 3) -> Any:
    """Return a sequence as plain lists and tuples, whatever its class; all else as it is.

    Subclasses of tuple and list (such as namedtuples) and ranges become plain, to a depth; so do
    strings and arrays of a subclass, such as a matrix.
    """
    if _is_kind_of_array(value):
        return np.asarray(value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, (tuple, list, range)) and depth:
        plain = [items(item, depth - 1) for item in value[:MAX_ITEMS]]
        return tuple(plain) if isinstance(value, tuple) else plain
    return value


def _is_kind_of_array(value: Any) -> bool:
    return isinstance(value, np.ndarray) and type(value) not in ARRAYS


def answer_about(f: Callable[..., Any], source: str, args: Sequence[Any]) -> tuple[Any, Any]:
    """Return what ``f(it, *args)`` gives, ``it`` being what a piece of Python makes, and more.

    In place of a value stands what is known of the exception that was raised. The second item is
    what the function ``told`` of that piece, if it has one, returns afterwards.
    """
    made: dict[str, Any] = {"__name__": "made"}
    exec(compile(source, "<made>", "exec"), made)
    try:
        value = items(listed(f(made["it"], *args)))
    except Exception as error:
        value = captures.captured(error)
    return value, made["told"]() if "told" in made else None


def left(arg: Any) -> tuple | np.ndarray | None:
    """Return a tensor's (values, requires_grad, gradient), or an array."""
    if isinstance(arg, torch.Tensor):
        grad = arg.grad if arg.is_leaf else None
        return arg.detach().clone(), arg.requires_grad, None if grad is None else grad.detach()
    return arg.copy() if isinstance(arg, np.ndarray) else None


def copied(arg: Any) -> Any:
    """Return a copy of a tensor or an array, also of those in a tuple; anything else itself."""
    if type(arg) is tuple:
        return tuple(map(copied, arg))
    if isinstance(arg, np.ndarray):
        return arg.copy()
    return arg.clone() if isinstance(arg, torch.Tensor) else arg


def share(first: object, second: object) -> bool:
    """Tell whether two values are tensors that share their memory."""
    tensors = [item for item in (first, second) if isinstance(item, torch.Tensor)]
    if len(tensors) < 2 or not all(tensor.numel() for tensor in tensors):
        return False
    one, other = (tensor.untyped_storage().data_ptr() for tensor in tensors)
    return one == other


def state_of(tensor: object) -> TensorState:
    """Return a tensor's place in autograd.

    Raises:
        TypeError: it is no tensor.
    """
    if not isinstance(tensor, torch.Tensor):
        raise TypeError(f"expected a tensor, found {type(tensor).__name__}")
    grad = tensor.grad if tensor.is_leaf else None
    return TensorState(
        is_leaf=tensor.is_leaf,
        requires_grad=tensor.requires_grad,
        grad=None if grad is None else grad.detach(),
        dtype=str(tensor.dtype).removeprefix("torch."),
        shape=tuple(tensor.shape),
        grad_fn=None if tensor.grad_fn is None else type(tensor.grad_fn).__name__,
    )


def count_nodes(tensor: object) -> int:
    """Count the autograd nodes reachable from ``tensor.grad_fn``, AccumulateGrad included."""
    root = getattr(tensor, "grad_fn", None)
    seen: set[Node] = set()
    stack = [root] if root is not None else []
    while stack and len(seen) < MAX_GRAPH_NODES:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            stack.extend(parent for parent, _ in node.next_functions if parent is not None)
    return len(seen)


def in_turn(answers: object, count: int) -> Iterable[Any]:
    """Return the list of ``count`` answers; where one is an exception, an iterator that raises it.

    The list came from the sandbox: with fewer answers a loop over them would skip checks.
    """
    if not isinstance(answers, list) or not 1 <= len(answers) <= count + 1:
        raise AssertionError("malformed answers")
    *given, error = answers
    if error is None and len(given) == count:
        return given
    return _until(given, error if isinstance(error, Exception) else AssertionError("no answer"))


def _until(given: list, error: Exception) -> Iterator[Any]:
    yield from given
    raise error
