"""Judge a curve and its tangent in one picture, however they were drawn.

The curve has to be right to a few roundings, as all curves (:mod:`autograder.checks.curves`). The
tangent may come from differences, so it has a tolerance of its own; and two points, or ``axline``,
are as good as many. Points that lie on the tangent and not on the curve are the tangent's.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from autograder.checks import curves, slips
from autograder.checks.slips import Interval, RealFunction
from autograder.checks.strokes import (
    Stroke,
    guides,
    join,
    layers,
    lines,
    pick,
    single_strokes,
    strokes,
)
from autograder.wall.evidence import Curve, Drawing

TANGENT_MARK = re.compile(r"tang|切|4\s*\*?\s*\(?x", re.IGNORECASE)
MANY = 2  # other lines; with more, one would be right by chance
WIDE = 0.3  # neighbouring points of a curve are nearer
NAMED = 0.01  # how far a wrong line may be from what a slip draws, as a share of its values
COARSE = 0.6  # a slope that is off by so much may come from a large step


@dataclass(frozen=True)
class Line:
    """A straight line, and how far from it a drawn one may be.

    Attributes:
        at, value: the point that it has to go through.
        steep: how much the slope may be off.
        off: how far it may pass that point.
    """

    slope: float
    at: float
    value: float
    steep: float = 0.01
    off: float = 0.005

    def __call__(self, x: np.ndarray) -> np.ndarray:
        return self.value + self.slope * (x - self.at)

    def holds(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Tell for each point whether it is near enough."""
        return np.abs(y - self(x)) <= self.off + self.steep * np.abs(x - self.at)


def require_curve(
    drawing: Drawing,
    curve: RealFunction,
    line: Line,
    name: str,
    wrong: Mapping[str, RealFunction] | None = None,
) -> Stroke:
    """Require that a curve is drawn, right at every point, beside its tangent.

    Args:
        wrong: message that names a misconception -> the curve that it leads to.

    Raises:
        AssertionError: see :func:`curves.require_curve`.
    """
    rest = _without(drawing, curve, line)
    found = strokes(rest)
    if not any(curves.fits(stroke, curve).all() for stroke in found):
        for message, function in (wrong or {}).items():
            assert not any(
                stroke.x.size >= slips.MIN_POINTS and curves.fits(stroke, function).all()
                for stroke in found
            ), message
    return curves.require_curve(rest, curve, name)


def require_tangent(
    drawing: Drawing,
    curve: RealFunction,
    line: Line,
    name: str,
    wrong: Mapping[str, RealFunction] | None = None,
) -> Stroke:
    """Require that the tangent is drawn, and return its points.

    Args:
        wrong: message that names a misconception -> the line that it leads to.

    Raises:
        AssertionError: a message of ``wrong``, or ``[swapped-axes]``, ``[coarse-step]``,
            ``[bent-tangent]``, ``[wrong-line]``, ``[many-lines]`` or ``[missing-curve]``.
    """
    mine: list[Stroke] = []
    others: list[Stroke] = []
    for stroke in _lines(drawing, curve):
        (mine if line.holds(stroke.x, stroke.y).all() else others).append(stroke)
    others = [stroke for stroke in others if not _is_decoration(stroke)]
    assert len(others) <= MANY, (
        f"[many-lines] {name}: besides the curve there are several lines; only the tangent was "
        f"asked for. ‖ {name}：除了曲线，图中还有好几条线；题目只要求画切线。"
    )
    if mine:
        return join(mine)
    for stroke in sorted(others, key=lambda stroke: -float(np.ptp(stroke.x))):
        _explain(stroke, line, name, wrong or {})
    assert not others, (
        f"[wrong-line] {name}: the line that is drawn is not the tangent. ‖ "
        f"{name}：画出的线不是切线。"
    )
    raise curves.missing_curve(drawing, name)


def require_reach(stroke: Stroke, interval: Interval, slack: float, name: str) -> None:
    """Require that a line reaches over an interval, but for some slack at each end.

    Raises:
        AssertionError: ``[half-curve]``.
    """
    low, high = interval
    near = slack * (1 + 1e-9)
    assert stroke.x.min() <= low + near and stroke.x.max() >= high - near, (
        f"[half-curve] {name} does not reach over the whole range from {low:g} to {high:g}. ‖ "
        f"{name} 没有覆盖从 {low:g} 到 {high:g} 的整个区间。"
    )


def require_together(
    drawing: Drawing, curve: RealFunction, line: Line, interval: Interval, step: float, name: str
) -> None:
    """Require Axes that show both a curve and its tangent over an interval.

    Args:
        step: how far apart neighbouring points of the curve may be.

    Raises:
        AssertionError: ``[apart]``.
    """
    for index in range(len(drawing.axes)):
        try:
            shown = _only(drawing, index)
            curves.require_cover(require_curve(shown, curve, line, name), interval, step)
            require_reach(require_tangent(shown, curve, line, name), interval, step, name)
        except AssertionError:
            continue
        return
    raise AssertionError(
        f"[apart] {name} and its tangent are drawn on different axes; draw them on the same ones, "
        f"where one can see that they touch. ‖ {name} 和它的切线画在了不同的坐标系里；"
        "请画在同一个坐标系中，这样才看得出两者相切。"
    )


def require_alone(drawing: Drawing, curve: RealFunction, line: Line, step: float) -> None:
    """Require no line but a curve, its tangent, and lines along the axes; points may be marked.

    Args:
        step: how far apart neighbouring points of the curve may be; what joins two points of it
            that are further apart is a secant.

    Raises:
        AssertionError: ``[extra-line]``.
    """
    for one, other in lines(drawing):
        with np.errstate(all="ignore"):
            on_curve = curves.fits(one, curve) & curves.fits(other, curve)
            near = np.abs(other.x - one.x) <= step * (1 + 1e-6)
            on_line = line.holds(one.x, one.y) & line.holds(other.x, other.y)
        assert (on_line | (on_curve & near) | _is_along_an_axis(one, other)).all(), (
            "[extra-line] Besides the curve and its tangent another line or curve is drawn; none "
            "was asked for, but for lines along the axes and a mark at the point of contact. ‖ "
            "除了曲线和它的切线，图中还有别的线或曲线；除了沿坐标轴的线和切点的标记，题目没有要求画别的。"
        )


def _only(drawing: Drawing, index: int) -> Drawing:
    """Return a picture whose other Axes are empty."""
    axes = tuple(
        one if place == index else replace(one, curves=(), guides=())
        for place, one in enumerate(drawing.axes)
    )
    return replace(drawing, axes=axes)


def _is_along_an_axis(one: Stroke, other: Stroke) -> np.ndarray:
    """Tell for each piece of a line, or for points alone, whether they run along an axis."""
    x, y = np.stack([one.x, other.x]), np.stack([one.y, other.y])
    if np.array_equal(*x) and np.array_equal(*y):
        return np.full(x.shape[1], not (np.ptp(x) and np.ptp(y)))
    return (np.ptp(x, 0) <= 1e-9 * np.ptp(x)) | (np.ptp(y, 0) <= 1e-9 * np.ptp(y))


def require_labels(drawing: Drawing, curve: Stroke, tangent: Stroke) -> None:
    """Require that a legend tells the curve and its tangent apart.

    Raises:
        AssertionError: see :func:`curves.require_labels`.
    """
    curves.require_labels(drawing, curve, tangent, TANGENT_MARK, ("tangent", "切线"))


def require_in_view(
    drawing: Drawing, stroke: Stroke, interval: Interval, name: str, line: Line | None = None
) -> None:
    """Require that the Axes show a curve, or a line of few points, over an interval.

    Raises:
        AssertionError: ``[out-of-view]``.
    """
    low, high = interval
    if line is None:
        inside = (stroke.x >= low) & (stroke.x <= high)
        stroke = pick(stroke, inside) if inside.any() else stroke
    else:
        x = np.linspace(max(low, stroke.x.min()), min(high, stroke.x.max()), 50)
        stroke = replace(stroke, x=x, y=line(x))
    curves.require_in_view(drawing, stroke, name)


def _lines(drawing: Drawing, curve: RealFunction) -> Iterator[Stroke]:
    """Yield what may be lines: of all that can be seen, the points that are not on the curve."""
    crumbs = [one for one in single_strokes(drawing) if 1 < one.x.size < slips.MIN_POINTS]
    whole = [part for one in strokes(drawing) for part in layers(one)]
    joined = [one for one in whole if not _is_made_of(one, crumbs)]
    for drawn in (*crumbs, *joined, *guides(drawing)):
        stroke = curves.as_meant(drawn, (curve,))
        on_curve = curves.fits(stroke, curve)
        chord = stroke.x.size == 2 and np.ptp(stroke.x) > WIDE  # a secant, and no piece of a curve
        rest = stroke if chord else pick(stroke, ~on_curve)
        if np.unique(rest.x).size >= 2:
            yield rest


def _is_made_of(stroke: Stroke, crumbs: list[Stroke]) -> bool:
    """Tell whether a stroke only joins short lines, each of which is looked at itself."""
    points = {point for crumb in crumbs for point in zip(crumb.x, crumb.y)}
    return all(point in points for point in zip(stroke.x, stroke.y))


def _is_decoration(stroke: Stroke) -> bool:
    """Tell whether a stroke is horizontal, as an axis or a level is."""
    return stroke.x.size < slips.MIN_POINTS and np.ptp(stroke.y) == 0


def _explain(stroke: Stroke, line: Line, name: str, wrong: Mapping[str, RealFunction]) -> None:
    x, y = stroke.x, stroke.y
    for message, function in wrong.items():
        values = slips.evaluate(function, x)
        assert not (np.abs(y - values) <= NAMED * (1 + np.abs(values))).all(), message
    assert not line.holds(y, x).all(), (
        f"[swapped-axes] {name}: x and y are swapped. ‖ {name}：x 与 y 写反了。"
    )
    slope = np.polyfit(x, y, 1)[0]
    close = abs(slope - line.slope) <= COARSE
    assert not (close and replace(line, slope=slope, off=0.05).holds(x, y).all()), (
        f"[coarse-step] {name} has nearly the right slope: with a smaller step, or by autograd, "
        f"it comes out right. ‖ {name} 的斜率接近正确：把步长取小，或者用 autograd，就对了。"
    )
    assert line.holds(x, y).mean() < 0.5 or len(x) < 3, (
        f"[bent-tangent] {name} is right in places, but bends away: a tangent is one straight "
        f"line. ‖ {name} 有一部分是对的，却拐弯了：切线是一条直线。"
    )


def _without(drawing: Drawing, curve: RealFunction, line: Line) -> Drawing:
    """Return a picture without the points that are the tangent's alone."""
    axes = tuple(
        replace(one, curves=tuple(_curve_without(part, curve, line) for part in one.curves))
        for one in drawing.axes
    )
    return replace(drawing, axes=axes)


def _curve_without(part: Curve, curve: RealFunction, line: Line) -> Curve:
    stroke = Stroke(part.x, part.y, (), (part.axes,), part.dtype)
    with np.errstate(all="ignore"):
        near, on_curve = line.holds(part.x, part.y), curves.fits(stroke, curve)
    there = np.isfinite(part.x) & np.isfinite(part.y)
    whole = near[there].all() and not on_curve[there].all()  # the point of contact is its own too
    return replace(part, y=np.where(near if whole else near & ~on_curve, np.nan, part.y))
