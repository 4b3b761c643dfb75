"""Judge functions whose course depends on the data: slopes by differences, and whether it matters.

What a function gives at many points is one question to a sandbox, so the points and what follows
from the numbers found there are two functions here.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.polynomial.chebyshev import chebvander

T = TypeVar("T")

STEPS = {torch.float64: 1e-5, torch.float32: 1e-2}
ROOM = {torch.float64: 1e-6, torch.float32: 1e-5}  # of the spread of the values
DEGREE = 40
# A polynomial is known by its values at the nodes; it is compared half-way between some.
NODES = np.cos(np.pi * (np.arange(DEGREE + 1) + 0.5) / (DEGREE + 1))
BETWEEN = (NODES[1::2] + NODES[:-1:2]) / 2
# Maps the values of a polynomial of this degree at the nodes to those between them.
INTERPOLATION = np.linalg.solve(chebvander(NODES, DEGREE).T, chebvander(BETWEEN, DEGREE).T).T
TO_PYTHON = {
    "__bool__", "__contains__", "__float__", "__index__", "__int__", "allclose", "cond", "equal",
    "is_nonzero", "item", "numpy", "tolist",
}  # fmt: skip


def reads_data(operations: Iterable[str]) -> bool:
    """Tell whether recorded operations turn tensor values into Python values, as a branch must."""
    return bool(TO_PYTHON & set(operations))


def widened(
    f: Callable[[torch.Tensor], Any],
    inputs: Iterable[torch.Tensor],
    ask: Callable[[list[torch.Tensor]], T],
) -> tuple[list[torch.Tensor], T]:
    """Return copies of the inputs in float64, or in float32 where ``f`` takes only that.

    Args:
        ask: what the test wants to know of ``f`` at a list of inputs; its answer is returned too.
    """
    wide = [a.detach().clone().to(torch.float64) for a in inputs]
    try:
        return wide, ask(wide)
    except RuntimeError:  # operations on float32 constants refuse float64
        alone = [_widened_alone(f, a) for a in wide]
        return alone, ask(alone)


def _widened_alone(f: Callable[[torch.Tensor], Any], wide: torch.Tensor) -> torch.Tensor:
    try:
        f(wide.clone())
    except RuntimeError:
        return wide.to(torch.float32)
    return wide


def around(inputs: Sequence[torch.Tensor], entries: Sequence[Sequence[int]]) -> list[torch.Tensor]:
    """Return the points a small step up and down from each input along some of its entries.

    Args:
        entries: for each input the indices into its flattened entries.
    """
    points = []
    for a, picked in zip(inputs, entries):
        for entry in picked:
            step = torch.zeros(a.numel(), dtype=a.dtype)
            step[entry] = _width(a, entry)
            step = step.reshape(a.shape)
            points += [a + step, a - step]
    return points


def slopes(
    found: Sequence[Any], inputs: Sequence[torch.Tensor], entries: Sequence[Sequence[int]]
) -> list[torch.Tensor]:
    """Return the slopes at each input by central differences: ``found`` are the numbers that the
    function gives at the points of :func:`around`.
    """
    quotients = iter([up - down for up, down in zip(found[::2], found[1::2])])
    return [
        torch.tensor([next(quotients) / (2 * float(_width(a, entry))) for entry in picked])
        for a, picked in zip(inputs, entries)
    ]


def _width(a: torch.Tensor, entry: int) -> torch.Tensor:
    width = STEPS[a.dtype] * max(1.0, float(a.reshape(-1)[entry].abs()))
    return torch.tensor(width, dtype=a.dtype)


def switches(
    values: Callable[[torch.Tensor], Iterable[Any]], start: torch.Tensor, end: torch.Tensor
) -> bool:
    """Tell whether ``values`` is made of more than one formula between two inputs.

    A single smooth formula is met by a polynomial of high degree to many digits; a jump or a kink,
    also one in a derivative only, is not.

    Args:
        values: maps a stack of inputs to a number for each.
    """
    places = torch.from_numpy((np.append(NODES, BETWEEN) + 1) / 2).to(start.dtype)
    way = places.reshape(-1, *[1] * start.dim()) * (end - start)
    at = np.array(list(values(start + way)), dtype=np.float64)
    scale = np.ptp(at) or 1.0
    off = np.abs(INTERPOLATION @ at[: NODES.size] - at[NODES.size :])
    return not off.max() <= ROOM[start.dtype] * scale
