"""Judge functions whose course depends on the data: slopes by differences, and whether it matters.

The functions given here map a list of tensors without gradients to a list with one number for each:
so many questions are one request to a sandbox.
"""

import numpy as np
import torch
from numpy.polynomial.chebyshev import chebvander

from autograder import probes

STEPS = {torch.float64: 1e-5, torch.float32: 1e-2}
ROOM = {torch.float64: 1e-6, torch.float32: 1e-5}  # of the spread of the values
DEGREE = 40
# A polynomial is known by its values at the nodes; it is compared half-way between them.
NODES = np.cos(np.pi * (np.arange(DEGREE + 1) + 0.5) / (DEGREE + 1))
BETWEEN = (NODES[1:] + NODES[:-1]) / 2
# Maps the values of a polynomial of this degree at the nodes to those between them.
INTERPOLATION = np.linalg.solve(chebvander(NODES, DEGREE).T, chebvander(BETWEEN, DEGREE).T).T
TO_PYTHON = {
    "__bool__", "__contains__", "__float__", "__index__", "__int__", "allclose", "cond", "equal",
    "is_nonzero", "item", "numpy", "tolist",
}  # fmt: skip


def reads_data(operations) -> bool:
    """Tell whether recorded operations turn tensor values into Python values, as a branch must."""
    return bool(TO_PYTHON & set(operations))


def widened(f, inputs) -> list[torch.Tensor]:
    """Return copies of the inputs in float64, or in float32 where ``f`` takes only that."""
    wide = [a.detach().clone().to(torch.float64) for a in inputs]
    try:
        probes.outputs(f, wide)
    except RuntimeError:  # operations on float32 constants refuse float64
        return [_widened_alone(f, a) for a in wide]
    return wide


def _widened_alone(f, wide):
    try:
        f(wide.clone())
    except RuntimeError:
        return wide.to(torch.float32)
    return wide


def slopes(values, inputs, entries) -> list[torch.Tensor]:
    """Return the slopes of ``values`` at each input along some entries, by central differences.

    Args:
        entries: for each input the indices into its flattened entries.
    """
    points, widths = [], []
    for a, picked in zip(inputs, entries):
        for entry in picked:
            step = torch.zeros(a.numel(), dtype=a.dtype)
            step[entry] = STEPS[a.dtype] * max(1.0, float(a.reshape(-1)[entry].abs()))
            points += [a + step.reshape(a.shape), a - step.reshape(a.shape)]
            widths.append(2 * float(step[entry]))
    found = values(points)
    quotients = [(up - down) / w for up, down, w in zip(found[::2], found[1::2], widths)]
    return list(torch.tensor(quotients).split([len(picked) for picked in entries]))


def switches(values, start: torch.Tensor, end: torch.Tensor) -> bool:
    """Tell whether ``values`` is made of more than one formula between two inputs.

    A single smooth formula is met by a polynomial of high degree to many digits; a jump or a kink,
    also one in a derivative only, is not.
    """
    places = torch.from_numpy((np.append(NODES, BETWEEN) + 1) / 2).to(start.dtype)
    way = places.reshape(-1, *[1] * start.dim()) * (end - start)
    at = np.array(values(list(start + way)))
    nodes, others = at[: NODES.size], at[NODES.size :]
    scale = np.ptp(at) or 1.0
    return not np.abs(INTERPOLATION @ nodes - others).max() <= ROOM[start.dtype] * scale
