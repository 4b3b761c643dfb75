"""From a drawing (:mod:`autograder.wall.evidence`) to strokes: what can be seen, as points."""

import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from autograder.checks import slips
from autograder.wall.evidence import Curve, Drawing

EPSILON = {"bfloat16": 2.0**-7, "float16": 2.0**-10, "float32": 2.0**-23, "float64": 2.0**-23}
NOT_DRAWN = ("", " ", "None", "none")
DRAWS_ITSELF = ("bar", "scatter", "segments", "stairs")


@dataclass(frozen=True)
class Stroke:
    """The points of one drawn curve, or what several artists together draw of one function.

    Attributes:
        x, y: float64 arrays of shape (n,), finite, in the order of drawing.
        labels: the different labels of its artists, without empty ones.
        axes: the indices of its Axes.
        dtype: the coarsest dtype of its data.
        steps: of stairs the x where each step begins, and where it ends; x is its middle.
    """

    x: np.ndarray
    y: np.ndarray
    labels: tuple[str, ...]
    axes: tuple[int, ...]
    dtype: str
    steps: tuple[np.ndarray, np.ndarray] | None = None


@dataclass(frozen=True)
class _Same:
    """A drawing as a key: it is known by being the same one, not by its numbers."""

    drawing: Drawing

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.drawing is other.drawing

    def __hash__(self) -> int:
        return id(self.drawing)


def strokes(drawing: Drawing) -> list[Stroke]:
    """Return what can be seen, without gaps; points drawn one by one in one style are joined."""
    return list(_strokes(_Same(drawing)))


def single_strokes(drawing: Drawing) -> list[Stroke]:
    """Return what can be seen, without gaps, each artist by itself."""
    return [_stroke(curve, kept) for curve, kept in _seen(drawing.curves)]


def guides(drawing: Drawing) -> list[Stroke]:
    """Return what axhline, axvline and axline draw, by their ends."""
    lines = [line for axes in drawing.axes for line in axes.guides]
    return [_stroke(line, kept) for line, kept in _seen(lines)]


def lines(drawing: Drawing) -> Iterator[tuple[Stroke, Stroke]]:
    """Yield the two ends of every piece of each line that can be seen, gaps left out.

    The points of what has no line, as a scatter, count as pieces without a length where there are
    as many of them as a curve needs.
    """
    every = (*drawing.curves, *(line for axes in drawing.axes for line in axes.guides))
    for curve, kept in _seen(every):
        first, last = np.flatnonzero(kept[:-1] & kept[1:]), np.flatnonzero(kept)
        if curve.linestyle not in NOT_DRAWN and curve.artist not in DRAWS_ITSELF:
            if first.size:
                yield _stroke(curve, first), _stroke(curve, first + 1)
        elif last.size >= slips.MIN_POINTS:
            yield _stroke(curve, last), _stroke(curve, last)


@functools.lru_cache(maxsize=1)  # several tests in a row look at one drawing
def _strokes(same: _Same) -> tuple[Stroke, ...]:
    whole: list[Stroke] = []
    crumbs: dict[tuple, list[Stroke]] = {}
    for curve, kept in _seen(same.drawing.curves):
        if np.count_nonzero(kept) >= slips.MIN_POINTS:
            whole.append(_stroke(curve, kept))
        else:
            style = (curve.axes, curve.label, curve.artist, curve.marker, curve.linestyle)
            crumbs.setdefault(style, []).append(_stroke(curve, kept))
    return *whole, *map(join, crumbs.values())


def layers(stroke: Stroke) -> list[Stroke]:
    """Split points of which every x occurs equally often into as many curves, in drawn order."""
    order = np.argsort(stroke.x, kind="stable")
    counts = np.unique(stroke.x, return_counts=True)[1]
    times = int(counts[0])
    if times == stroke.x.size or times == 1 or (counts != times).any():
        return [stroke]
    return [pick(stroke, np.sort(order[layer::times])) for layer in range(times)]


def different(found: Sequence[Stroke]) -> int:
    """Return how many different x the points have: one that is drawn often is one."""
    return np.unique(np.concatenate([stroke.x for stroke in found])).size if found else 0


def same_strokes(before: Sequence[Stroke], after: Sequence[Stroke]) -> bool:
    """Tell whether each stroke of a picture is in another one too, as often."""
    left = list(after)
    for stroke in before:
        place = next((i for i, other in enumerate(left) if _is_same(stroke, other)), None)
        if place is None:
            return False
        del left[place]
    return True


def _is_same(stroke: Stroke, other: Stroke) -> bool:
    return np.array_equal(stroke.x, other.x) and np.array_equal(stroke.y, other.y)


def pick(stroke: Stroke, kept: np.ndarray) -> Stroke:
    """Return the points of a stroke at some indices, or where a mask is true."""
    steps = stroke.steps and (stroke.steps[0][kept], stroke.steps[1][kept])
    return Stroke(stroke.x[kept], stroke.y[kept], stroke.labels, stroke.axes, stroke.dtype, steps)


def readings(stroke: Stroke) -> Iterator[Stroke]:
    """Yield the ways to read a stroke: of stairs each value is that of any place on its step."""
    yield replace(stroke, steps=None)
    for place in stroke.steps or ():
        yield replace(stroke, x=place, steps=None)


def join(parts: Sequence[Stroke]) -> Stroke:
    """Return the points of several strokes as one."""
    if len(parts) == 1:
        return parts[0]
    coarsest = min((part.dtype for part in parts), key=lambda name: -EPSILON.get(name, 0.0))
    return Stroke(
        x=np.concatenate([part.x for part in parts]),
        y=np.concatenate([part.y for part in parts]),
        labels=tuple(dict.fromkeys(label for part in parts for label in part.labels)),
        axes=tuple(sorted({index for part in parts for index in part.axes})),
        dtype=coarsest,
    )


def _seen(curves: Iterable[Curve]) -> Iterator[tuple[Curve, np.ndarray]]:
    """Yield each curve that can be seen, and which of its points are there."""
    for curve in filter(_can_be_seen, curves):
        kept = np.isfinite(curve.x) & np.isfinite(curve.y)
        if kept.any():
            yield curve, kept


def _can_be_seen(curve: Curve) -> bool:
    drawn = curve.marker not in NOT_DRAWN or curve.linestyle not in NOT_DRAWN
    return curve.visible and (drawn or curve.artist in DRAWS_ITSELF)


def _stroke(curve: Curve, kept: np.ndarray) -> Stroke:
    labels = (curve.label,) if curve.label else ()
    if curve.artist == "stairs":
        begin, y, end = _stairs(curve)
        kept = np.isfinite(begin) & np.isfinite(y) & np.isfinite(end)
        steps = begin[kept], end[kept]
        middle = (steps[0] + steps[1]) / 2
        return Stroke(middle, y[kept], labels, (curve.axes,), curve.dtype, steps)
    return Stroke(curve.x[kept], curve.y[kept], labels, (curve.axes,), _dtype(curve.y, curve.dtype))


def _stairs(curve: Curve) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return where each step begins, its value, and where it ends."""
    ends = curve.x.size // 2 * 2
    return curve.x[0:ends:2], curve.y[0:ends:2], curve.x[1:ends:2]


def _dtype(y: np.ndarray, dtype: str) -> str:
    """Return the dtype of the data, or float16 where lists hide that it was float16."""
    if dtype != "float64" or y.size < 20:
        return dtype
    with np.errstate(over="ignore"):
        hidden = (y.astype(np.float16) == y).all() and np.unique(y).size >= 20
    return "float16" if hidden else dtype
