"""Judge functions whose course depends on the data: slopes by differences, and whether it matters.

The functions given here are called with plain float64 tensors and return one number.
"""

import numpy as np
import torch

STEP = 1e-5
DEGREE = 40
TO_PYTHON = {
    "__bool__", "__contains__", "__float__", "__index__", "__int__", "allclose", "cond", "equal",
    "is_nonzero", "item", "numpy", "tolist",
}  # fmt: skip


def reads_data(operations) -> bool:
    """Tell whether recorded operations turn tensor values into Python values, as a branch must."""
    return bool(TO_PYTHON & set(operations))


def slope(value, a: torch.Tensor, index: int) -> float:
    """Return the slope of ``value`` along one entry of ``a``, by central differences."""
    a = a.detach().to(torch.float64)
    step = torch.zeros(a.numel(), dtype=torch.float64)
    step[index] = STEP * max(1.0, float(a.reshape(-1)[index].abs()))
    step = step.reshape(a.shape)
    return (value(a + step) - value(a - step)) / (2 * float(step.abs().max()))


def switches(value, start: torch.Tensor, end: torch.Tensor) -> bool:
    """Tell whether ``value`` is made of more than one formula between two inputs.

    A single smooth formula is met by a polynomial of high degree to many digits; a jump or a kink,
    also one in a derivative only, is not.
    """
    start, end = (a.detach().to(torch.float64) for a in (start, end))
    points = np.cos(np.pi * (np.arange(DEGREE + 1) + 0.5) / (DEGREE + 1))
    between = (points[1:] + points[:-1]) / 2
    at = [value(start + (t + 1) / 2 * (end - start)) for t in [*points, *between]]
    nodes, others = np.array(at[: points.size]), np.array(at[points.size :])
    fit = np.polynomial.chebyshev.Chebyshev.fit(points, nodes, DEGREE, domain=[-1, 1])
    scale = np.ptp(at) or 1.0
    return not np.abs(fit(between) - others).max() <= 1e-6 * scale
