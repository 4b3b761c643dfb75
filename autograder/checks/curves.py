"""Judge the picture, not the call: is a function drawn right at every point that was drawn?

Any artist will do: what counts is the points. A stroke is right where each of its points lies on
one of the functions that the picture should show; so two curves in one scatter, a curve in pieces,
one call per point, any order, gaps, twin axes and subplots are all the same. How far and how
densely a curve reaches, and its labels, are asked separately.

    drawn = probes.drawing(fig)
    df = curves.require_curve(drawn, np.cos, "df(x)", others=[np.sin], derivative_of=np.sin)
    curves.require_cover(df, (-5, 5), max_gap=0.05)

Functions are given as float64 arrays to float64 arrays. A point is right when it is off by no more
than a few roundings of the dtype that the numbers were computed in: float32, unless they are
recognisably float16 or bfloat16. What is wrong is named by :mod:`autograder.checks.slips`.
"""

import re
from collections.abc import Iterable, Sequence

import numpy as np

from autograder.checks import slips
from autograder.checks.memory import remembered
from autograder.checks.slips import Interval, RealFunction
from autograder.checks.strokes import (
    EPSILON,
    Stroke,
    different,
    join,
    layers,
    pick,
    readings,
    same_strokes,
    strokes,
)
from autograder.wall.evidence import FLAT, Drawing

ROUNDINGS = 4
MAX_SUSPECTS = 10
NO_ROUNDING = 10  # times the room: then it is about something else
DERIVATIVE_MARK = re.compile(
    r"['′∂∇]|\bd\s*f|\bdy|df|d/dx|deriv|diff|grad|slope|cos|导|梯度|斜率|微分", re.IGNORECASE
)


def require_curve(
    drawing: Drawing,
    right: RealFunction,
    name: str,
    *,
    others: Sequence[RealFunction] = (),
    derivative_of: RealFunction | None = None,
    intervals: Iterable[Interval] = slips.USUAL_INTERVALS,
) -> Stroke:
    """Require that a function is drawn, right at every point, and return its points.

    Args:
        right: the function that should be drawn.
        name: what the messages call it, e.g. ``"df(x)"``.
        others: the other functions that belong in the picture.
        derivative_of: the function that ``right`` is the derivative of, if it is one; then slips
            of differentiation are recognised.
        intervals: where the grid may lie; to recognise a curve drawn over its indices.

    Raises:
        AssertionError: ``[slip]`` the name of the slip, ``[wrong-curve]``,
            ``[too-few-points]`` or ``[missing-curve]``.
    """
    found = strokes(drawing)
    mine, theirs, wrong = _share_out(found, right, others)
    if derivative_of is not None:
        _refuse_differences(mine, right, derivative_of, name)
    suspects = sorted(wrong, key=lambda stroke: -stroke.x.size)[:MAX_SUSPECTS]
    size, drawn = different(mine), sum(stroke.x.size for stroke in mine)
    most = max((stroke.x.size for stroke in wrong), default=0)
    # Some right points beside a wrong curve that is much richer are no right curve.
    if mine and size >= max(slips.MIN_POINTS, most / 2):
        return join(mine)
    for suspect in suspects:
        slip = slips.diagnose(suspect, right, derivative_of, intervals)
        if slip == "negated" and derivative_of is None and theirs:
            slip = "negated-or-another-function"
        if slip:
            raise _slip_error(slip, name)
    if derivative_of is not None and _is_drawn_twice(theirs, derivative_of):
        raise _slip_error("derivative-equals-f", name)
    if suspects:
        raise _wrong_curve(suspects[0], right, name)
    assert not (drawn >= 3 and size < slips.MIN_POINTS), (
        f"[too-few-points] {name} is right where it is drawn, but so few points make no curve; "
        f"draw more. ‖ {name} 画出的点是对的，但点太少，请画更多的点。"
    )
    raise missing_curve(drawing, name)


def missing_curve(drawing: Drawing, name: str) -> AssertionError:
    """Return the error that says that a curve is not there, or lies in axes of another kind."""
    if any(axes.projection != FLAT for axes in drawing.axes):
        return AssertionError(
            f"[axes-of-another-kind] {name} is not drawn over two straight axes: curves in three "
            f"dimensions, or around a point, are not looked at. ‖ {name} 没有画在平面直角坐标系里："
            "三维坐标系或极坐标系里的曲线不予评判。"
        )
    return AssertionError(
        f"[missing-curve] {name} is not drawn in this figure, or cannot be seen. ‖ "
        f"这张图里没有画出 {name}，或者看不见它。"
    )


def require_cover(
    stroke: Stroke, interval: Interval, max_gap: float, name: str = "the curve"
) -> None:
    """Require points over the whole interval, no two neighbours further apart than ``max_gap``.

    Raises:
        AssertionError: ``[half-curve]`` or ``[too-few-points]``.
    """
    low, high = interval
    inside = np.unique(stroke.x[(stroke.x >= low - max_gap) & (stroke.x <= high + max_gap)])
    # A grid with too large a step may end a step before the end.
    step = max(max_gap, float(np.median(np.diff(inside))) if inside.size > 1 else 0.0)
    near = step * (1 + 1e-9)
    reaches = inside.size and inside[0] <= low + near and inside[-1] >= high - near
    assert reaches, (
        f"[half-curve] {name} is right where it is drawn, but does not reach over the whole range "
        f"from {low:g} to {high:g}. ‖ 画出的部分正确，但 {name} 没有覆盖从 {low:g} 到 {high:g} 的"
        "整个区间。"
    )
    gaps = np.diff(inside)
    at = int(gaps.argmax()) if gaps.size else 0
    assert gaps.size and gaps[at] <= max_gap * (1 + 1e-9), (
        f"[too-few-points] {name} has a gap of {gaps[at] if gaps.size else high - low:.3g} after "
        f"x = {inside[at]:.3g}; draw more points. ‖ {name} 在 x = {inside[at]:.3g} 之后有宽度为 "
        f"{gaps[at] if gaps.size else high - low:.3g} 的空隙；请画更多的点。"
    )


def require_in_view(
    drawing: Drawing, stroke: Stroke, name: str = "the curve", share: float = 0.9
) -> None:
    """Require that the limits of the Axes leave at least a share of the points in view.

    Raises:
        AssertionError: ``[out-of-view]``.
    """
    seen = np.zeros(stroke.x.size, dtype=bool)
    for index in stroke.axes:
        axes = drawing.axes[index]
        seen |= _within(stroke.x, axes.xlim) & _within(stroke.y, axes.ylim)
    assert seen.mean() >= share, (
        f"[out-of-view] Of {name}, {_share(~seen)} lies outside of what the axes show; look at "
        f"set_xlim, set_ylim and the scales. ‖ {name} 有{_share(~seen, chinese=True)}"
        "在坐标轴显示的范围之外；请检查 set_xlim、set_ylim 和坐标轴的刻度类型。"
    )


def require_labels(
    drawing: Drawing,
    function: Stroke,
    derivative: Stroke,
    mark: re.Pattern[str] = DERIVATIVE_MARK,
    noun: tuple[str, str] = ("derivative", "导数"),
) -> None:
    """Require that a legend, or titles of separate Axes, tell a function and its derivative apart.

    Args:
        mark: what only the label of the second one says.
        noun: what the message calls it.

    Raises:
        AssertionError: ``[no-legend]``, ``[same-label]`` or ``[swapped-labels]``.
    """
    shown = {text.strip() for axes in drawing.axes for text in axes.legend} - {""}
    if len(shown) < 2 and not _titles_differ(drawing, function, derivative):
        labels = {*function.labels, *derivative.labels}
        unnamed = not function.labels or not derivative.labels
        slug, english, chinese = "no-legend", "no legend shows them", "没有图例显示它们"
        if shown and unnamed:
            slug, english, chinese = "label-missing", "one has none", "有一条没有标签"
        elif shown and len(labels) < 2:
            slug, english, chinese = "same-label", "they share one", "两条曲线共用一个"
        elif shown:
            slug, english, chinese = "legend-too-short", "it shows one", "图例只显示了一个"
        raise AssertionError(
            f"[{slug}] Each of the two curves needs a label of its own in a legend; {english}. "
            f"‖ 两条曲线在图例中应各有自己的标签；{chinese}。"
        )
    ours, theirs = " ".join(function.labels), " ".join(derivative.labels)
    assert not (mark.search(ours) and theirs and not mark.search(theirs)), (
        f"[swapped-labels] The labels are swapped: the function is labelled as the {noun[0]}. "
        f"‖ 标签写反了：函数的曲线标成了{noun[1]}。"
    )


def require_followed(
    drawing: Drawing,
    redrawn: Drawing,
    right: RealFunction,
    factor: float,
    name: str,
    source: str,
    others: Sequence[RealFunction] = (),
) -> None:
    """Require that a curve follows the function it should come from.

    Args:
        drawing: the picture.
        redrawn: the picture that was drawn when ``source`` was asked for a multiple.
        right: what the curve shows in the picture, where that is right.
        source: the student's function, as the message calls it.
        others: the other functions that belong in the picture; where one is not there, a curve
            like ``right`` may be meant for it.

    Raises:
        AssertionError: ``[not-from-your-function]``.
    """

    def followed(x: np.ndarray) -> np.ndarray:
        return factor * right(x)

    before, after = strokes(drawing), strokes(redrawn)

    def shows(one: RealFunction) -> bool:
        return different(_share_out(after, one, ())[0]) >= slips.MIN_POINTS

    if shows(followed):
        return
    assert not same_strokes(before, after), (
        f"[not-from-your-function] No drawn curve follows {source}: whatever it is asked for, the "
        f"picture stays the same. {name} was drawn from something else, or not at all, or {source} "
        f"does not look at f. ‖ 没有一条曲线来自 {source}：无论让它求什么，图都不变。"
        f"{name} 是用别的办法画出来的，或者没有画出来，或者 {source} 没有用到 f。"
    )
    assert not (shows(right) and all(map(shows, others))), (
        f"[not-from-your-function] A curve follows {source}, but it is not the one that shows "
        f"{name}: that one was drawn from something else. ‖ 有一条曲线来自 {source}，但画出 {name} "
        "的不是它：那一条是用别的办法画出来的。"
    )


def _share_out(
    found: Iterable[Stroke], right: RealFunction, others: Sequence[RealFunction]
) -> tuple[list[Stroke], list[Stroke], list[Stroke]]:
    """Sort strokes into those of ``right``, those of ``others``, and wrong ones; split mixed ones.

    A stroke whose points lie on several functions counts for each with the points that lie there.
    """
    mine: list[Stroke] = []
    theirs: list[Stroke] = []
    wrong: list[Stroke] = []
    for drawn in found:
        stroke = as_meant(drawn, (right, *others))
        on_right = fits(stroke, right)
        if on_right.all():
            mine.append(stroke)
            continue
        on_other = np.zeros_like(on_right)
        for other in others:
            on_other |= fits(stroke, other)
        if on_other.all():
            theirs.append(stroke)
        elif (on_right | on_other).all():
            mine.append(pick(stroke, on_right))
            theirs.append(pick(stroke, on_other))
        elif len(parts := layers(stroke)) > 1:
            for whole, part in zip((mine, theirs, wrong), _share_out(parts, right, others)):
                whole.extend(part)
        else:
            wrong.append(stroke)
    return mine, theirs, wrong


def as_meant(stroke: Stroke, functions: Iterable[RealFunction]) -> Stroke:
    """Return the reading of a stroke that lies on one of some functions; else the first one."""
    every = list(readings(stroke))
    if len(every) > 1:
        for function in functions:
            for reading in every:
                if fits(reading, function).all():
                    return reading
    return every[0]


def fits(stroke: Stroke, function: RealFunction) -> np.ndarray:
    """Tell for each point whether it lies on the graph of a function."""
    values, room = _reference(stroke.x, function)
    # Where the function has no finite value, no point is right: "<=" alone refuses only NaN.
    with np.errstate(invalid="ignore"):
        return np.isfinite(values) & (np.abs(stroke.y - values) <= _rounding(stroke) * room)


def room(stroke: Stroke, function: RealFunction) -> np.ndarray:
    """Return how far each point may be off: some roundings of y, and of x where the graph is steep.

    The size of a number that is computed by way of larger ones is not known here; so no size
    counts for less than the usual size of the values about as far out, or less far.
    """
    return _rounding(stroke) * _reference(stroke.x, function)[1]


def _rounding(stroke: Stroke) -> float:
    return ROUNDINGS * EPSILON.get(stroke.dtype, EPSILON["float32"])


@remembered(32)
def _reference(x: np.ndarray, function: RealFunction) -> tuple[np.ndarray, np.ndarray]:
    """Return a function's values, and how large the numbers are that its roundings belong to."""
    values = slips.evaluate(function, x)
    steps = 1e-5 * np.maximum(1.0, np.abs(x))
    after, before = (slips.evaluate(function, x + step) for step in (steps, -steps))
    sizes = np.abs(values)
    usual = _usual_sizes(x, sizes)
    with np.errstate(all="ignore"):
        moved = np.abs(x) * np.minimum(np.abs((after - before) / (2 * steps)), 1e6)
        return values, np.maximum(sizes, usual) + np.nan_to_num(moved)


def _usual_sizes(x: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Return for each point the median size of the values up to the next power of two of ``|x|``.

    Points far out, where a function may be huge, make no room for the others.
    """
    octaves = np.floor(np.log2(np.maximum(1.0, np.abs(x))))
    usual, finite = np.zeros_like(sizes), np.isfinite(sizes)
    for octave in np.unique(octaves):
        known = sizes[finite & (octaves <= octave)]
        usual[octaves == octave] = np.median(known) if known.size else 0.0
    return usual


def _is_drawn_twice(theirs: Iterable[Stroke], function: RealFunction) -> bool:
    whole = [stroke for stroke in theirs if stroke.x.size > 1 and fits(stroke, function).all()]
    return len(whole) > 1


def _refuse_differences(
    mine: Iterable[Stroke], right: RealFunction, primitive: RealFunction, name: str
) -> None:
    for stroke in mine:
        if slips.is_finite_difference(stroke, right, primitive):
            raise _slip_error("finite-differences", name)


def _slip_error(slip: str, name: str) -> AssertionError:
    english, chinese = slips.TEXTS[slip]
    return AssertionError(f"[{slip}] {name}: {english} ‖ {name}：{chinese}")


def _wrong_curve(stroke: Stroke, right: RealFunction, name: str) -> AssertionError:
    with np.errstate(all="ignore"):
        off = np.abs(stroke.y - slips.evaluate(right, stroke.x)) / room(stroke, right)
    # Where the curve itself has no value, there is nothing to leave.
    at = int(np.where(np.isfinite(off), off, -1.0).argmax())
    where = f"{round(float(stroke.x[at]), 4) + 0.0:.4g}"  # -1e-13 is 0 to its reader
    coarse = EPSILON.get(stroke.dtype, 0) > EPSILON["float32"]
    if not coarse or off[at] >= NO_ROUNDING:  # in a finer type it would be nearly right
        return AssertionError(
            f"[wrong-curve] No drawn curve is {name}. One leaves it most at x = {where}, and by "
            f"far: that is no matter of rounding. ‖ 画出的曲线都不是 {name}。其中一条在 "
            f"x = {where} 处偏离最大，而且相差很远：这不是舍入的问题。"
        )
    # How far is not told: the exact distance would give the right value away.
    return AssertionError(
        f"[wrong-curve] No drawn curve is {name}. One leaves it most at x = {where}, by more than "
        f"roundings in {stroke.dtype} explain. ‖ 画出的曲线都不是 {name}。其中一条在 x = {where} "
        f"处偏离最大，超过了 {stroke.dtype} 舍入误差所能解释的程度。"
    )


def _share(mask: np.ndarray, chinese: bool = False) -> str:
    whole = bool(mask.all())
    return ("全部" if whole else "一部分") if chinese else ("all" if whole else "a part")


def _within(values: np.ndarray, limits: tuple[float, float]) -> np.ndarray:
    low, high = min(limits), max(limits)
    margin = 0.02 * (high - low)
    return (values >= low - margin) & (values <= high + margin)


def _titles_differ(drawing: Drawing, *found: Stroke) -> bool:
    """Tell whether each stroke has an Axes of its own, with a title or a y label of its own."""
    if any(len(stroke.axes) != 1 for stroke in found):
        return False
    axes = [drawing.axes[stroke.axes[0]] for stroke in found]
    own = len({stroke.axes for stroke in found}) == len(found)
    names = [next(filter(None, (*one.legend, one.title, one.ylabel)), "") for one in axes]
    return own and all(names) and len(set(names)) == len(names)
