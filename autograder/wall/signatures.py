"""Oracles with a signature: functions of one or more numbers, arrays or tensors.

An oracle (:mod:`autograder.wall.oracles`) takes one tensor. Formulas take what they are given:
a number gives a number, an array an array, a tensor a tensor that remembers where it came from.
So the handle of a signed oracle makes its arguments the one tensor, of several their stack, and
gives the result back in the kind that was asked with.
"""

import functools
import inspect
import numbers
import types
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from autograder.wall.oracles import Oracle

TensorFunction = Callable[..., torch.Tensor]


class SignedOracle(Oracle):
    """An oracle that is called with numbers, arrays or tensors of shapes that broadcast.

    Args:
        function: of as many tensors of one shape, by torch operations.
        parameters: their names; they may be given by name.
        name: what the handle calls itself.
    """

    def __init__(self, function: TensorFunction, parameters: Sequence[str], name: str = "f"):
        several = len(parameters) > 1
        super().__init__(_of_their_stack(function) if several else function, name)
        self.parameters = tuple(parameters)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return signed(super().__call__, self.parameters, self.__name__)(*args, **kwargs)


def told_of(oracle: Oracle) -> dict[str, Any]:
    """Return what else the other side has to know to make an oracle's handle."""
    if isinstance(oracle, SignedOracle):
        return {"parameters": oracle.parameters}
    told: dict[str, Any] = {}
    if oracle.takes is not None:
        told = {"takes": oracle.takes, "doc": oracle.doc, "exact": is_exact(oracle.function)}
    return {**told, "does": list(oracle.does)} if oracle.does else told


def is_exact(function: Any) -> bool:
    """Tell whether a function's parameters are those of its own code."""
    plain = type(function) is types.FunctionType
    return plain and not {"__wrapped__", "__signature__"} & set(vars(function))


def signed(f: TensorFunction, parameters: Sequence[str], name: str | None = None) -> TensorFunction:
    """Return a function of the named parameters for one that takes their stack.

    With one parameter ``f`` takes what is given; without any it is ``f`` itself that is returned.
    """
    if not parameters:
        return f
    name = name or f.__name__
    signature = _signature(tuple(parameters))

    def ask(*args: Any, **kwargs: Any) -> Any:
        given = signature.bind(*args, **kwargs).args
        for value in given:
            if not isinstance(value, (numbers.Number, np.ndarray, torch.Tensor)):
                kind = type(value).__name__
                raise TypeError(f"{name} takes numbers, arrays and tensors, found {kind}")
        tensors = _tensors(given)
        several = len(tensors) > 1
        found = f(torch.stack(tensors) if several else tensors[0])  # type: ignore[arg-type]
        return _like(given, found, tensors[0].shape)

    ask.__name__ = ask.__qualname__ = name
    ask.__signature__ = signature  # type: ignore[attr-defined]
    return ask


@functools.cache
def _signature(parameters: tuple[str, ...]) -> inspect.Signature:
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Signature([inspect.Parameter(name, kind) for name in parameters])


def _of_their_stack(function: TensorFunction) -> TensorFunction:
    return lambda stacked: function(*stacked.unbind(0))


def _tensors(given: Sequence[Any]) -> Sequence[torch.Tensor]:
    """Return the arguments as tensors of one shape.

    A plain number beside a tensor takes its dtype, as it does in torch.
    """
    dtypes = [value.dtype for value in given if isinstance(value, torch.Tensor)]
    dtype = functools.reduce(torch.promote_types, dtypes) if dtypes else None
    tensors = [_tensor(value, dtype) for value in given]
    return tensors if len(tensors) == 1 else torch.broadcast_tensors(*tensors)


def _tensor(value: Any, dtype: torch.dtype | None) -> torch.Tensor:
    if isinstance(value, torch.Tensor):
        return value if dtype is None else value.to(dtype)
    array = np.asarray(value)
    if array.dtype.kind in "biu":
        array = array.astype(np.float64)
    tensor = torch.from_numpy(np.array(array))  # a copy: strides may be negative
    return tensor if dtype is None or isinstance(value, np.ndarray) else tensor.to(dtype)


def _like(given: Sequence[Any], found: torch.Tensor, shape: torch.Size) -> Any:
    """Return a tensor where one was given, an array where there was one, else a number.

    Args:
        shape: that of each argument; a result of another shape that holds one number is a number.
    """
    if any(isinstance(value, torch.Tensor) for value in given):
        return found
    array = found.detach().numpy()
    if found.numel() == 1 and found.shape != shape:
        array = array.reshape(())
    if any(isinstance(value, (np.ndarray, np.generic)) for value in given):
        return array[()]
    return array.item() if array.size == 1 else array
