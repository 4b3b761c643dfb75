"""Name the slip behind a wrong curve: the drawn points are fitted against what each slip draws.

A slip is named only if it explains every drawn point, far better than chance would; a curve that
no slip explains is simply wrong. The order of the candidates matters: a shift, a factor or an
offset that is found by fitting comes after all that have nothing to fit.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

import numpy as np

from autograder.checks.memory import remembered

RealFunction = Callable[[np.ndarray], np.ndarray]  # float64 arrays to float64 arrays
Interval = tuple[float, float]
USUAL_INTERVALS: tuple[Interval, ...] = ((-5.0, 5.0),)

MIN_POINTS = 8
MAX_POINTS = 20_000
CLOSE = 2e-4  # of the spread of the values
NEAR = 1e-2
STEPS = (1e-1, 5e-2, 2e-2, 1e-2, 5e-3, 2e-3, 1e-3, 1e-4)
TRIED = 81  # parameters in each round of a fit
BLOCK = 16_384  # numbers that are worked on at once: more would leave the processor's caches


class Points(Protocol):
    """Drawn points: finite float64 arrays of shape (n,), in the order of drawing."""

    @property
    def x(self) -> np.ndarray: ...

    @property
    def y(self) -> np.ndarray: ...


TEXTS = {
    "accumulated-gradient": (
        "the gradients add up from point to point: backward() adds to .grad and never replaces it. "
        "Clear .grad, or take a fresh leaf, for each point.",
        "梯度在逐点累加：backward() 是往 .grad 上累加，而不是替换。"
        "每个点都请清空 .grad 或使用新的叶子张量。",
    ),
    "same-gradient-everywhere": (
        "every point shows the same value: the list holds one .grad tensor many times, or the "
        "gradient of a sum over all points. Keep a copy for each point.",
        "每个点的值都一样：列表里多次放了同一个 .grad 张量，或者是所有点之和的梯度。"
        "请为每个点保存一份副本。",
    ),
    "derivative-equals-f": (
        "these are the values of the function itself, not of its derivative. Draw .grad, not y.",
        "画的是函数本身的值，而不是导数。请画 .grad，而不是 y。",
    ),
    "negated": ("the sign is wrong at every point.", "每个点的正负号都反了。"),
    "negated-or-another-function": (
        "every value has the wrong sign; or it is another function that was drawn, together with "
        "its derivative.",
        "每个点的正负号都反了；或者画的是另一个函数和它的导数。",
    ),
    "second-derivative": (
        "this is the derivative of the derivative.",
        "这是导数的导数。",
    ),
    "degrees": (
        "the numbers were taken for degrees somewhere on the way; torch and NumPy use radians.",
        "中途有一步把数当成了角度；torch 和 NumPy 使用弧度。",
    ),
    "swapped-axes": (
        "x and y are swapped: the values lie on the horizontal axis.",
        "x 与 y 写反了：函数值画在了横轴上。",
    ),
    "finite-differences": (
        "the values compare neighbouring values of f; that is close, but not the derivative. "
        "Let autograd differentiate.",
        "这些值是用 f 的相邻值相减得到的，接近导数，但不是导数。请用 autograd 求导。",
    ),
    "differences-not-divided": (
        "these are differences of neighbouring values of f; not divided by the step, and no "
        "derivatives either. Let autograd differentiate.",
        "这些是 f 相邻值之差，没有除以步长，也不是导数。请用 autograd 求导。",
    ),
    "reversed-values": (
        "the values are right but stand in the opposite order of x.",
        "数值正确，但顺序与 x 相反。",
    ),
    "scaled-grid": (
        "the values are right but drawn over another scale of x, for instance over their indices. "
        "Draw them over the grid.",
        "数值正确，但横坐标的刻度不对，例如画在了下标上。请画在网格上。",
    ),
    "shifted-grid": (
        "the values are right but drawn beside their places: the grid is shifted.",
        "数值正确，但没有画在自己的位置上：网格平移了。",
    ),
    "scaled-values": (
        "every value is wrong by the same factor.",
        "每个值都差同一个倍数。",
    ),
    "offset-values": (
        "every value is wrong by the same amount: .grad held something before, or a constant was "
        "added.",
        "每个值都差同一个常数：.grad 里原来就有值，或者加了一个常数。",
    ),
    "absolute-values": ("the signs are lost.", "正负号丢失了。"),
    "nearly-right": (
        "the values come close, but autograd comes much closer: they were rounded, or are "
        "differences of f.",
        "数值很接近，但 autograd 会精确得多：这些值经过了舍入，或者是由 f 的差得到的。",
    ),
    "shuffled-values": (
        "the values are right but stand in another order than x.",
        "数值正确，但顺序与 x 不同。",
    ),
}


def diagnose(
    stroke: Points,
    right: RealFunction,
    derivative_of: RealFunction | None = None,
    intervals: Iterable[Interval] = USUAL_INTERVALS,
) -> str | None:
    """Return the slip that draws a stroke instead of ``right``, or None.

    Args:
        stroke: has ``x`` and ``y``, finite float64 arrays of shape (n,), in the order of drawing.
        right, derivative_of, intervals: see :func:`autograder.checks.curves.require_curve`.
    """
    known = tuple((float(low), float(high)) for low, high in intervals)
    return _diagnose(stroke.x, stroke.y, right, derivative_of, known)


# Two tests ask of one submission: a longer memory would hold only what nobody asks again.
@remembered(4)
def _diagnose(
    x: np.ndarray,
    y: np.ndarray,
    right: RealFunction,
    derivative_of: RealFunction | None,
    intervals: tuple[Interval, ...],
) -> str | None:
    if not MIN_POINTS <= x.size <= MAX_POINTS or np.unique(x).size < MIN_POINTS:
        return None
    with np.errstate(all="ignore"):
        if derivative_of is not None and _is_finite_difference(x, y, right, derivative_of):
            return "finite-differences"
        truth = _distance(y, evaluate(right, x))

        def explains(values: np.ndarray) -> bool:
            return _explains(y, values, 0.25 * truth)

        for slip, values in _candidates(x, y, right, derivative_of, intervals):
            if explains(values):
                return slip
        moved = _diagnose_places(x, y, right, explains)
        return moved or ("nearly-right" if truth <= NEAR * _spread(y) else None)


def is_finite_difference(stroke: Points, right: RealFunction, primitive: RealFunction) -> bool:
    """Tell whether the values are differences of the primitive rather than its derivative.

    Differences are told from the derivative where they explain the points several times better, and
    to many digits; in float32 both may explain them equally well, and then nobody can
    tell from a picture.
    """
    return _is_finite_difference(stroke.x, stroke.y, right, primitive)


def _is_finite_difference(
    x: np.ndarray, y: np.ndarray, right: RealFunction, primitive: RealFunction
) -> bool:
    if x.size < MIN_POINTS or x.size > MAX_POINTS:
        return False
    with np.errstate(all="ignore"):
        inner = slice(1, -1)  # the ends are often treated in another way
        truth = _distance(y[inner], evaluate(right, x)[inner])
        scale = max(_spread(y), 1e-300)
        if truth <= 1e-10 * scale:
            return False
        off = np.abs(y[inner] - _differences(x, primitive)[:, inner])
        nearest = np.nan_to_num(off, nan=np.inf).max(axis=1).min()
        return bool(nearest <= min(0.25 * truth, 2e-5 * scale))


def evaluate(function: RealFunction, x: np.ndarray) -> np.ndarray:
    """Return a function's values as float64; NaN where it has none."""
    with np.errstate(all="ignore"):
        return np.broadcast_to(np.asarray(function(x), dtype=np.float64), x.shape)


def _evaluate_all(function: RealFunction, xs: np.ndarray) -> np.ndarray:
    """Return :func:`evaluate` of each row of ``xs``."""
    return evaluate(function, xs.ravel()).reshape(xs.shape)


def _candidates(
    x: np.ndarray,
    y: np.ndarray,
    right: RealFunction,
    primitive: RealFunction | None,
    intervals: tuple[Interval, ...],
) -> Iterator[tuple[str, np.ndarray]]:
    """Yield (slip, the values that it would draw), the most special first."""
    values = evaluate(right, x)
    ascending, descending = np.argsort(x, kind="stable"), np.argsort(-x, kind="stable")
    if primitive is not None:
        sums = [np.cumsum(values)]
        for order in (ascending, descending):
            total = np.empty_like(values)
            total[order] = np.cumsum(values[order])
            sums.append(total)
        for total in sums:
            yield "accumulated-gradient", total + np.median(y - total)
        yield "derivative-equals-f", evaluate(primitive, x)
        yield "same-gradient-everywhere", np.full_like(y, y[0])
        steps = np.diff(evaluate(primitive, x))
        yield "differences-not-divided", np.append(steps, np.nan)
        yield "differences-not-divided", np.append(np.nan, steps)
    yield "negated", -values
    if primitive is not None:
        yield "second-derivative", (evaluate(right, x + 1e-5) - evaluate(right, x - 1e-5)) / 2e-5
    for factor in (np.pi / 180, 180 / np.pi):
        yield "degrees", evaluate(right, x * factor)
        yield "degrees", evaluate(right, x * factor) * factor
        yield "degrees", values * factor
    step = float(np.median(np.abs(np.diff(x))))
    for shift in (1, -1):  # before reversed-values, which draws the same of an even function
        yield "shifted-grid", evaluate(right, x + shift * step)
        rolled = np.roll(values, shift)
        rolled[0 if shift > 0 else -1] = np.nan
        yield "shifted-grid", rolled
    yield "reversed-values", values[::-1]
    yield "absolute-values", np.abs(values)
    if np.ptp(np.diff(x)) <= 1e-9 * np.ptp(x) and abs(x[1] - x[0] - 1) < 1e-9:
        for low, high in intervals:
            for end in (high, high - (high - low) / x.size):
                yield "scaled-grid", evaluate(right, np.linspace(low, end, x.size))
    if np.unique(x).size == x.size:
        shuffled = np.empty_like(values)
        shuffled[np.argsort(y)] = np.sort(values)
        yield "shuffled-values", shuffled


def _diagnose_places(
    x: np.ndarray, y: np.ndarray, right: RealFunction, explains: Callable[[np.ndarray], bool]
) -> str | None:
    """Return the slip among those with something to fit."""
    if _explains(x, evaluate(right, y), np.inf) and _spread(y) > 0:
        return "swapped-axes"
    values = evaluate(right, x)
    for reach in (0.2, 2.0, 10.0):
        if explains(_best_fit(y, right, lambda shifts: x + shifts, -reach, reach)):
            return "shifted-grid"
    factor = np.divide(y @ values, values @ values)  # NaN, which nothing fits, where all are 0
    if factor != 0 and np.isfinite(factor) and explains(values * factor):
        return "scaled-values"
    if explains(values + float(np.median(y - values))):
        return "offset-values"
    if explains(_best_fit(y, right, lambda logs: x * np.exp(logs), -2.5, 2.5)):
        return "scaled-grid"
    return None


def _best_fit(
    y: np.ndarray, right: RealFunction, moved: RealFunction, low: float, high: float
) -> np.ndarray:
    """Return the values that come closest for some parameter between two bounds.

    Args:
        moved: maps parameters of shape (k, 1) to (k, n) places, at which ``right`` is evaluated.
    """
    rows = max(1, BLOCK // y.size)
    for _ in range(7):
        tried = np.linspace(low, high, TRIED)[:, np.newaxis]
        blocks = (tried[start : start + rows] for start in range(0, TRIED, rows))
        off = [np.abs(y - _evaluate_all(right, moved(some))).mean(axis=1) for some in blocks]
        best = int(np.argmin(np.nan_to_num(np.concatenate(off), nan=np.inf)))
        low, high = tried[max(best - 1, 0), 0], tried[min(best + 1, TRIED - 1), 0]
    return evaluate(right, moved(tried[best]))


@remembered(8)
def _differences(x: np.ndarray, primitive: RealFunction) -> np.ndarray:
    """Return what difference quotients of the primitive give at the drawn points, one in a row."""
    at = evaluate(primitive, x)
    neighbours = (
        _neighbour_differences(x, at) if np.unique(x).size == x.size else np.empty((0, x.size))
    )
    steps = np.array([*STEPS, np.median(np.abs(np.diff(x)))])[:, np.newaxis]
    after, before = (_evaluate_all(primitive, x + step) for step in (steps, -steps))
    middle = _evaluate_all(primitive, x + steps / 2) - _evaluate_all(primitive, x - steps / 2)
    quotients = (after - before) / (2 * steps), (after - at) / steps, (at - before) / steps
    return np.concatenate([neighbours, *quotients, middle / steps])


def _neighbour_differences(x: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return the quotients between neighbours, centred, ahead and behind, in rows."""
    order = np.argsort(x, kind="stable")
    quotients = np.diff(at[order]) / np.diff(x[order])
    found = np.empty((3, x.size))
    found[0, order] = np.gradient(at[order], x[order])
    found[1, order] = np.append(quotients, quotients[-1])
    found[2, order] = np.insert(quotients, 0, quotients[0])
    return found


def _explains(y: np.ndarray, values: np.ndarray, bound: float) -> bool:
    """Tell whether values are the drawn ones, closer than a bound; NaN fits anything."""
    known = ~np.isnan(values)
    if known.sum() < 0.9 * y.size:
        return False
    scale = max(_spread(y), np.abs(y).max(), 1e-300)
    return bool(np.abs(y - values)[known].max() <= min(bound, CLOSE * scale))


def _distance(y: np.ndarray, values: np.ndarray) -> float:
    return float(np.nan_to_num(np.abs(y - values), nan=np.inf).max()) if y.size else np.inf


def _spread(values: np.ndarray) -> float:
    return float(np.ptp(values)) if values.size else 0.0
