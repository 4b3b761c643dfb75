"""How closely two numbers have to agree: it follows the dtype that they were computed in.

A dtype holds so many decimal digits; sums in another order, and quotients by sums that nearly
cancel, cost some of them, so fewer have to agree. float64 alone proves no accuracy, for NumPy and
plain numbers turn float32 results into it: what counts is the coarser of the answer's dtype and the
dtype in which the test asks.
"""

import math
from collections.abc import Iterable, Iterator

import torch

HELD = {"bfloat16": 2, "float16": 3, "float32": 7, "float64": 16}  # from coarse to fine
AGREEING = {"bfloat16": 1, "float16": 2, "float32": 4, "float64": 9}


def coarsest(*values: object) -> str:
    """Return the name of the coarsest floating-point dtype of tensors, arrays, lists and dtypes.

    Whole numbers are exact and plain numbers say nothing, so both leave the verdict to the others;
    without any other it is ``"float32"``.
    """
    names = set(_names(values))
    return next((name for name in HELD if name in names), "float32")


def tolerance(dtype: str) -> float:
    """Return how far apart numbers of a dtype may be, relative to their size."""
    return 10.0 ** -AGREEING[dtype]


def explain(dtype: str, relative: float) -> tuple[str, str]:
    """Say in an English and a Chinese clause which relative tolerance holds for a dtype."""
    agree = max(1, math.floor(-math.log10(relative) + 1e-6))
    return (
        f"{dtype} holds about {HELD[dtype]} digits, and here {agree} must agree",
        f"{dtype} 约有 {HELD[dtype]} 位有效数字，这里要求 {agree} 位一致",
    )


def _names(values: Iterable[object]) -> Iterator[str]:
    for value in values:
        if isinstance(value, (list, tuple)):
            yield from _names(value)
        else:
            dtype = value if isinstance(value, torch.dtype) else getattr(value, "dtype", "")
            yield str(dtype).removeprefix("torch.")
