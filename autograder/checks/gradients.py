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

SLIPS = {
    "accumulated-gradient": (
        "The gradient holds earlier ones too: backward() adds to .grad, it never replaces it. "
        "Use a fresh leaf, or clear .grad, before each walk.",
        "梯度里混进了之前的梯度：backward() 是往 .grad 上累加，而不是替换。"
        "每次反向传播之前请使用新的叶子张量，或者清空 .grad。",
    ),
    "first-derivative-only": (
        "This is the first derivative. Differentiate the derivative again, n times in all.",
        "这是一阶导数。请对导数再次求导，一共求 n 次。",
    ),
    "one-order-too-many": (
        "This is a derivative of one order too many; count how often your loop runs.",
        "导数多求了一阶；请数一数循环执行了几次。",
    ),
    "one-order-too-few": (
        "This is a derivative of one order too few; count how often your loop runs.",
        "导数少求了一阶；请数一数循环执行了几次。",
    ),
    "power-of-first-derivative": (
        "This is the first derivative raised to a power. "
        "The n-th derivative differentiates n times; it does not multiply.",
        "这是一阶导数的幂。n 阶导数是求导 n 次，而不是把一阶导数相乘。",
    ),
    "function-instead-of-derivative": (
        "These are the values of the function itself, not of its derivative.",
        "这是函数本身的值，而不是导数的值。",
    ),
    "finite-differences": (
        "This is estimated from values of f, or of a lower derivative, at nearby points; autograd "
        "gives another number here. Let autograd differentiate, in every order.",
        "这是由 f（或较低阶导数）在邻近点的值估计出来的；autograd 在这里给出的是另一个数。"
        "每一阶都请让 autograd 求导。",
    ),
    "hard-coded-cosine": (
        "Whatever the function, the answer is a cosine. Differentiate the function that is given.",
        "无论给什么函数，结果都是余弦。请对传入的函数求导。",
    ),
    "summed-gradient": (
        "All values are the same sum. Each point needs a derivative of its own.",
        "所有的值都是同一个总和。每个点都应有自己的导数值。",
    ),
    "same-gradient-everywhere": (
        "Every point has the same value: the list holds one .grad tensor many times. "
        "Keep a copy for each point, or take a fresh leaf.",
        "每个点的值都一样：列表里多次放了同一个 .grad 张量。"
        "请为每个点保存副本，或使用新的叶子张量。",
    ),
    "reversed-order": (
        "The values are right but stand in the opposite order of xs.",
        "数值正确，但顺序与 xs 相反。",
    ),
    "sorted-order": (
        "The values are right but stand in another order than xs; do not sort the grid.",
        "数值正确，但顺序与 xs 不同；请不要对网格排序。",
    ),
    "degrees": (
        "The numbers were taken for degrees somewhere on the way. torch works in radians.",
        "中途有一步把数当成了角度。torch 使用弧度。",
    ),
    "gradient-overwritten": (
        "This is the gradient once. After several walks .grad holds their sum: it accumulates.",
        "这只是一份梯度。多次反向传播之后，.grad 里是它们的和：梯度会累加。",
    ),
    "gradient-not-cleared": (
        "The gradient also holds what an earlier attempt left in it. Start from a fresh leaf.",
        "梯度里还留着之前那次尝试的结果。请从新的叶子张量开始。",
    ),
    "weights-ignored": (
        "This is the gradient with all weights one. gradient= has to be the weights given.",
        "这是所有权重都为 1 时的梯度。gradient= 应该是给定的权重。",
    ),
    "weights-after-sum": (
        "The weights belong to the outputs: they go in before the walk back. Multiplying the "
        "finished gradient by them is only right when the Jacobian is diagonal.",
        "权重属于输出，要在反向传播之前给出。把求好的梯度再乘以权重，只有雅可比矩阵是对角阵时才对。",
    ),
    "jacobian-times-vector": (
        "This is J w, the product from the other side. A backward pass computes w J.",
        "这是从另一边相乘的 J w。反向传播计算的是 w J。",
    ),
    "mean-instead-of-sum": (
        "The result is too small by the number of entries: a mean was taken where a sum was asked.",
        "结果只有应有值的 1/元素个数：应该求和的地方求了平均。",
    ),
    "doubled": ("The result is twice as large as it should be.", "结果是应有值的两倍。"),
    "swapped-branches": (
        "The two branches are swapped: over 10 passes a through, otherwise a is doubled.",
        "两个分支写反了：大于 10 时直接用 a，否则翻倍。",
    ),
    "always-doubled": ("a is doubled on both sides of the border.", "边界两边都把 a 翻倍了。"),
    "never-doubled": ("a is doubled on neither side of the border.", "边界两边都没有翻倍。"),
    "not-doubled-inside": (
        "These are the slopes of a itself; inside the border it is doubled before it is summed.",
        "这是 a 本身的斜率；在边界以内，求和之前要先翻倍。",
    ),
    "border-on-the-wrong-side": (
        "Over 10 means strictly larger: a norm of exactly 10 is not over it.",
        "“大于 10”是严格大于：范数恰好等于 10 时不算。",
    ),
    "border-elsewhere": (
        "The border lies elsewhere: another number than 10 is compared, or no norm.",
        "边界不在范数为 10 的地方：比较的数不是 10，或者比较的不是范数。",
    ),
    "norm-cut-to-integer": (
        "The norm is cut or rounded to a whole number before it is compared.",
        "范数在比较之前被取整了。",
    ),
    "one-walk-too-few": (
        "This is the gradient of one walk too few; count how often your loop runs.",
        "少走了一遍；请数一数循环执行了几次。",
    ),
    "norm-not-euclidean": (
        "The norm is the root of the sum of the squares of all entries.",
        "范数是所有元素平方和的平方根。",
    ),
    "halved": (
        "This is half of what it should be: the gradient of one walk only, or the factor 2 of y "
        "was left out.",
        "这只是应有值的一半：只走了一遍的梯度，或者漏掉了 y 中的系数 2。",
    ),
    "taylor-coefficient": (
        "This is the derivative divided by n!, a coefficient of the Taylor series.",
        "这是导数除以 n!，即泰勒级数的系数。",
    ),
    "changes-its-argument": (
        "Afterwards the argument is not what it was. Make a leaf of your own from its values, and "
        "leave it alone.",
        "调用之后，传入的张量变了。请用它的数值另建一个叶子张量，不要改动它本身。",
    ),
    "answer-changes-later": (
        "Called again, it changes what it returned before: both are one and the same tensor. "
        "Return a tensor of its own.",
        "再次调用会改变之前返回的结果：两者是同一个张量。请返回独立的张量。",
    ),
    "another-answer-each-time": (
        "Called again with the same arguments, it gives another answer: something is left over "
        "from the first call.",
        "用同样的参数再次调用，结果就不同了：第一次调用留下了什么。",
    ),
    "other-point": (
        "f was not computed at the values of the argument that was given.",
        "没有在传入参数的数值处计算 f。",
    ),
    "forward-pass-again": (
        "f was computed more than once. Keep the graph instead and walk it several times.",
        "f 计算了不止一次。请保留计算图，在同一张图上走多遍。",
    ),
    "never-walked-back": (
        "The numbers did not come out of a walk back through f. Let autograd differentiate.",
        "这些数不是沿 f 反向传播得到的。请让 autograd 求导。",
    ),
    "forward-pass-missing": (
        "f was never computed.",
        "根本没有计算 f。",
    ),
    "branch-per-entry": (
        "The branch is decided once, by the norm of the whole tensor, not entry by entry.",
        "走哪个分支由整个张量的范数一次决定，而不是逐个元素决定。",
    ),
}


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
