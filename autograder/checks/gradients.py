"""Judge numbers that should be values or gradients, and name the slip behind wrong ones.

``expect`` raises an AssertionError whose text starts with the slip's name in brackets and is
bilingual (see :mod:`autograder.languages`). Reference derivatives are computed here in float64.
"""

import functools
import math
from collections.abc import Callable, Mapping
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import ArrayLike

from autograder import probes
from autograder.checks import precision
from autograder.checks.answers import describe
from autograder.checks.gradient_slips import SLIPS
from autograder.wall.codec import Function
from autograder.wall.codec.words import package_of
from autograder.wall.products import products

TensorFunction = Callable[[torch.Tensor], torch.Tensor]
SlipValue = torch.Tensor | float | list  # what a slip would give
Slips = dict[str, SlipValue]
R = TypeVar("R")

RTOL, ATOL = 1e-4, 1e-5  # what float32 leaves after a few operations
REMEMBERED = 256  # references of each kind
COARSE, COARSE_RTOL = ("float16", "bfloat16"), 2e-2
NEARLY = 2e-2  # so close, it is about digits


def expect(
    found: object,
    expected: torch.Tensor | float,
    what: str,
    slips: Mapping[str, SlipValue] | Callable[[], Slips] | None = None,
    rtol: float = RTOL,
    atol: float = ATOL,
    exact_shape: bool = False,
) -> None:
    """Require numbers close to the expected ones.

    Args:
        found: number, tensor, array, or list of numbers or of one-number tensors.
        expected: tensor; a single number matches any shape that holds one number.
        what: what the numbers are, as the student knows it, e.g. "vjp(f, a, weights)".
        slips: slip name -> the numbers, or list of tensors of numbers, that this slip would give;
            or a function without arguments that returns this, called only when it is needed.
        rtol, atol: closeness, relative to the largest expected number too. The task sets it, never
            the dtype of what was found: an answer does not choose how well it is looked at.
        exact_shape: a single number has to have the expected shape, too.

    Raises:
        AssertionError: they are not close; the text names the slip where one fits.
    """
    expected = torch.as_tensor(expected).detach().double()
    numbers = read_numbers(found, what)
    single = numbers.numel() == expected.numel() == 1 and not exact_shape
    fits = numbers.shape == expected.shape or single
    assert fits, (
        f"[wrong-shape] {what} should have the shape {tuple(expected.shape)}; "
        f"found {tuple(numbers.shape)}. ‖ "
        f"{what} 的形状应该是 {tuple(expected.shape)}，现在是 {tuple(numbers.shape)}。"
    )
    entries = _entries(numbers)
    assert all(map(math.isfinite, entries)), (
        f"[not-finite] {what} should be finite numbers; found NaN or infinity. ‖ "
        f"{what} 应该是有限的数值，现在有 NaN 或无穷大。"
    )
    if _close(entries, _entries(expected), rtol, atol):
        return
    for slip, candidates in ((slips() if callable(slips) else slips) or {}).items():
        for candidate in candidates if isinstance(candidates, list) else [candidates]:
            candidate = torch.as_tensor(candidate).detach().double()
            fits = candidate.shape == expected.shape
            if fits and _close(entries, _entries(candidate), rtol, atol):
                raise slip_error(slip, what)
    raise _wrong_numbers(found, entries, _entries(expected), what, rtol)


def slip_error(slip: str, what: str) -> AssertionError:
    """Return the error that names a slip of ``SLIPS``."""
    english, chinese = SLIPS[slip]
    return AssertionError(f"[{slip}] {what}: {english} ‖ {what}：{chinese}")


def _wrong_numbers(
    found: object, entries: list[float], expected: list[float], what: str, rtol: float
) -> AssertionError:
    """Return the error about numbers that no slip explains; precision is named where it matters."""
    dtype = precision.coarsest(found, torch.float32)
    if dtype in COARSE and _close(entries, expected, COARSE_RTOL, COARSE_RTOL):
        return AssertionError(
            f"[too-coarse] {what} comes close, but {dtype} holds too few digits for it. Compute in "
            f"float32 or float64. ‖ {what} 很接近，但 {dtype} 的位数不够。"
            "请用 float32 或 float64 计算。"
        )
    if _close(entries, expected, NEARLY, NEARLY * rtol):
        digits = max(1, math.floor(-math.log10(rtol) + 1e-6))
        return AssertionError(
            f"[not-close-enough] {what} comes close, but {digits} digits have to agree: something "
            f"is rounded or estimated on the way. ‖ {what} 很接近，但要求 {digits} 位数字一致："
            "中途有舍入或估计。"
        )
    if len(expected) == 1:
        return AssertionError(
            f"[wrong-numbers] {what} gives another number. ‖ {what} 得到的数不对。"
        )
    wrong = sum(not _close([e], [r], rtol, rtol) for e, r in zip(entries, expected))
    english, chinese = ("all", "全部") if wrong == len(expected) else ("some", "有些")
    return AssertionError(
        f"[wrong-numbers] {what} has the right shape, but {english} of its numbers are wrong. ‖ "
        f"{what} 的形状正确，但{chinese}数值不对。"
    )


def derivatives(f: TensorFunction, x: float, order: int) -> list[torch.Tensor]:
    """Return f(x) and its derivatives up to ``order`` as float64 scalars."""
    return list(_once(_derivatives)(f, float(x), order))


def derivative_on_grid(f: TensorFunction, xs: ArrayLike) -> torch.Tensor:
    """Return the float64 derivative of an entry-by-entry function at each number of ``xs``."""
    xs = np.asarray(xs, dtype=np.float64)
    return _once(_derivative_on_grid)(f, tuple(xs.ravel().tolist()), xs.shape)


def second_derivative_on_grid(f: TensorFunction, xs: ArrayLike) -> torch.Tensor:
    """Return the float64 second derivative of such a function at each number of ``xs``."""
    leaf = torch.as_tensor(np.array(xs, dtype=np.float64)).requires_grad_()
    with torch.enable_grad():
        first = products([f(leaf)], [leaf], [torch.ones_like(leaf)])[0]
    if not first.requires_grad:
        return torch.zeros_like(leaf)
    return products([first], [leaf], [torch.ones_like(leaf)], further=False)[0].detach()


def jacobian(f: TensorFunction, a: torch.Tensor) -> torch.Tensor:
    """Return the float64 Jacobian of f at a, flattened: (entries of f(a), entries of a)."""
    a = a.detach().to(torch.float64)
    return _once(_jacobian)(f, tuple(a.reshape(-1).tolist()), tuple(a.shape))


def product(
    f: TensorFunction, a: torch.Tensor, weights: torch.Tensor | None = None
) -> torch.Tensor:
    """Return the float64 vector-Jacobian product of f at a, in a's shape; default: weights one."""
    leaf = a.detach().to(torch.float64, copy=True).requires_grad_()
    with torch.enable_grad():
        result = f(leaf)
    given = torch.ones_like(result) if weights is None else weights.to(torch.float64)
    return products([result], [leaf], [given], further=False)[0]


def _derivatives(f: TensorFunction, x: float, order: int) -> tuple[torch.Tensor, ...]:
    leaf = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    found = [f(leaf)]
    for _ in range(order):
        found += products(found[-1:], [leaf], [torch.ones_like(leaf)])
    return tuple(value.detach() for value in found)


def _derivative_on_grid(
    f: TensorFunction, entries: tuple[float, ...], shape: tuple[int, ...]
) -> torch.Tensor:
    leaf = torch.tensor(entries, dtype=torch.float64).reshape(shape).requires_grad_()
    return torch.autograd.grad(f(leaf).sum(), leaf)[0]


def _jacobian(
    f: TensorFunction, entries: tuple[float, ...], shape: tuple[int, ...]
) -> torch.Tensor:
    a = torch.tensor(entries, dtype=torch.float64).reshape(shape)
    return torch.autograd.functional.jacobian(f, a).reshape(-1, a.numel())


@functools.cache
def _once(compute: Callable[..., R]) -> Callable[..., R]:
    """Return ``compute`` with a memory for functions that are known by their text.

    Tests ask the same questions of every submission: their inputs are random, but the same.
    """
    known = functools.lru_cache(maxsize=REMEMBERED)(compute)
    return lambda f, *args: (known if isinstance(f, Function) else compute)(f, *args)


def read_numbers(found: object, what: str) -> torch.Tensor:
    """Return a number, a tensor, an array, a Series or a list of such as a float64 tensor.

    Raises:
        AssertionError: ``[nothing-there]`` or ``[wrong-type]``.
    """
    assert found is not None, (
        f"[nothing-there] {what} should be numbers; found None: nothing was returned or stored. ‖ "
        f"{what} 应该是数值，现在是 None：没有返回或存入任何值。"
    )
    try:
        if isinstance(found, (list, tuple)):
            return torch.stack([read_numbers(item, what) for item in found])
        if isinstance(found, torch.Tensor):
            found = found.detach()
            if found.is_complex():
                raise TypeError
            return found.double()
        if _is_column(found):
            found = found.to_numpy()  # type: ignore[attr-defined]
        elif type(found) is not np.ndarray:
            found = probes.items(found)
            found = found if isinstance(found, np.ndarray) else _number(found)
        return torch.as_tensor(np.array(found, dtype=np.float64))
    except (TypeError, ValueError, RuntimeError, OverflowError):
        raise AssertionError(
            f"[wrong-type] {what} should be numbers; found {describe(found)}. ‖ "
            f"{what} 应该是数值，现在是 {describe(found)}。"
        ) from None


def _is_column(found: object) -> bool:
    """Tell whether this is a Series or an Index; a table is none, and no tensor."""
    pandas = package_of(type(found)) == "pandas"
    return pandas and hasattr(found, "to_numpy") and getattr(found, "ndim", 0) == 1


def _number(found: object) -> float:
    """Return what is a number, of whatever library: a fraction, a decimal, one of sympy's.

    Raises:
        TypeError, ValueError: it is none, or a text or a truth.
    """
    if isinstance(found, (str, bytes, bool, np.bool_)):
        raise TypeError
    return float(found)  # type: ignore[arg-type]  # whether it can is asked here


def _entries(numbers: torch.Tensor) -> list[float]:
    """Return the entries as plain numbers, in order: of the few of a test they cost the least."""
    return (numbers if numbers.dim() == 1 else numbers.flatten()).tolist()


def _close(numbers: list[float], expected: list[float], rtol: float, atol: float) -> bool:
    room = atol + rtol * max(map(abs, expected), default=0.0)
    return all(abs(number - right) <= room for number, right in zip(numbers, expected))
