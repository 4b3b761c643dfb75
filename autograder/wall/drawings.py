"""From a matplotlib Axes to a drawing (:mod:`autograder.wall.evidence`): what any call drew.

Nothing is rendered. Lines, scatter points, stems, steps, stairs, error bars, line collections and
paths all become curves of numbers; units, masks, tensors and lists become float64 with NaN where
nothing is drawn. An Axes of another kind than two straight axes, as a 3D one, draws no graphs.
"""

import functools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import Collection, LineCollection, PathCollection
from matplotlib.container import BarContainer, Container, ErrorbarContainer, StemContainer
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import AxLine, Line2D
from matplotlib.patches import Patch
from matplotlib.transforms import Transform

from autograder.errors import EvidenceError
from autograder.wall.evidence import FLAT, AxesDrawing, Curve, Drawing
from autograder.wall.outlines import Points, outlines
from autograder.wall.visibility import (
    Ground,
    has_colour,
    has_marks,
    has_outline,
    has_stroke,
    is_visible,
)

MAX_ARTISTS = 20_000
MAX_POINTS = 2_000_000
SHADOW_INCHES = 5 / 72  # a line that lies no further beside its data, as a shadow, shows them
DECORATION = ("decoration", "")  # part of a plot that shows no data: caps, bars, stems, base lines


def drawing(target: object) -> Drawing:
    """Return what an Axes, a Figure or a list of Axes shows.

    Raises:
        TypeError: ``target`` is none of them.
        EvidenceError: too much is drawn.
    """
    title, axes = _find_axes(target)
    if sum(len(one.get_children()) for one in axes) > MAX_ARTISTS:
        raise EvidenceError(f"more than {MAX_ARTISTS} artists are drawn")
    drawn = tuple(_axes_drawing(one, index) for index, one in enumerate(axes))
    if sum(curve.x.size for one in drawn for curve in one.curves) > MAX_POINTS:
        raise EvidenceError(f"more than {MAX_POINTS} points are drawn")
    return Drawing(axes=drawn, title=title)


def _find_axes(target: object) -> tuple[str, list[Axes]]:
    if isinstance(target, Figure | SubFigure):
        suptitle = target.get_suptitle() if isinstance(target, Figure) else ""
        return suptitle[:500], list(target.get_axes())
    if isinstance(target, Axes):
        siblings = [
            other
            for other in target.figure.get_axes()
            if other is not target and other.bbox.bounds == target.bbox.bounds
        ]
        return "", [target, *siblings]  # twins share the place of an Axes
    if isinstance(target, np.ndarray):
        target = target.ravel().tolist()
    if isinstance(target, (list, tuple)) and target and all(isinstance(a, Axes) for a in target):
        return "", list(target)
    found = type(target).__name__
    raise TypeError(
        f"expected a matplotlib Axes or Figure, found {found} "
        f"‖ 应为 matplotlib 的 Axes 或 Figure，实为 {found}"
    )


def _axes_drawing(axes: Axes, index: int) -> AxesDrawing:
    return AxesDrawing(
        title=axes.get_title()[:500],
        xlabel=axes.get_xlabel()[:500],
        ylabel=axes.get_ylabel()[:500],
        legend=_legend(axes),
        xlim=_pair(axes.get_xlim()),
        ylim=_pair(axes.get_ylim()),
        curves=tuple(_curves(axes, index)),
        guides=tuple(_guides(axes, index)),
        projection=axes.name[:500],
    )


def _pair(limits: tuple[float, float]) -> tuple[float, float]:
    low, high = limits
    return float(low), float(high)


def _legend(axes: Axes) -> tuple[str, ...]:
    """Return the texts of the legend of an Axes and of its figures."""
    figure = axes.get_figure()
    root = figure.figure if figure is not None else None
    legends = [axes.get_legend()]
    for one in dict.fromkeys((figure, root)):
        legends += one.legends if one is not None else []
    seen = [legend for legend in legends if legend and is_visible(legend, axes)]
    return tuple(
        text.get_text()[:500]
        for legend in seen
        for text in legend.get_texts()
        if is_visible(text, axes)
    )


def _curves(axes: Axes, index: int) -> Iterator[Curve]:
    if axes.name != FLAT:
        return
    ground = Ground(axes)
    roles = _container_roles(axes)
    for line in axes.lines:
        role = roles.get(id(line), ("", ""))
        if role != DECORATION and not _is_reference(line, axes):
            yield _line_curve(ground, line, index, *role)
    for collection in axes.collections:
        if roles.get(id(collection)) != DECORATION:
            curve = _collection_curve(ground, collection, index)
            if curve is not None:
                yield curve
    for container in axes.containers:
        if isinstance(container, BarContainer) and len(container):
            yield _bar_curve(axes, container, index)
    for patch, artist, points in outlines(axes):
        yield _patch_curve(ground, patch, artist, points, index)


def _container_roles(axes: Axes) -> dict[int, tuple[str, str]]:
    """Map the ids of artists that belong to an error bar or stem plot to (artist, label)."""
    roles = {}
    for container in axes.containers:
        if isinstance(container, ErrorbarContainer):
            data, caps, bars = container.lines
            roles.update({id(artist): DECORATION for artist in (*caps, *bars)})
            if data is not None:
                roles[id(data)] = "errorbar", _label(container)
        elif isinstance(container, StemContainer):
            roles[id(container.markerline)] = "stem", _label(container)
            roles[id(container.baseline)] = DECORATION
            roles[id(container.stemlines)] = DECORATION
    return roles


def _is_reference(line: Line2D, axes: Axes) -> bool:
    """Tell whether a line is one of axhline, axvline or axline, or not in data coordinates."""
    separate = line.get_transform().contains_branch_seperately(axes.transData)
    beside = not any(separate) and _shift(line, axes) is not None
    return isinstance(line, AxLine) or not (all(separate) or beside)


def _shift(line: Line2D, axes: Axes) -> float | None:
    """Return by how many inches a line lies beside its data; None where it does not just that."""
    try:
        points: np.ndarray = np.ma.filled(np.ma.asarray(line.get_xydata(), dtype=float), np.nan)
    except (TypeError, ValueError):
        return None
    points = points[np.isfinite(points).all(axis=1)]
    if len(points) < 2:
        return None
    moved = line.get_transform().transform(points) - axes.transData.transform(points)
    if not np.isfinite(moved).all() or np.ptp(moved, axis=0).max() > 1e-6:
        return None
    figure = axes.get_figure()
    return float(np.abs(moved[0]).max() / figure.dpi) if figure is not None else None


def _guides(axes: Axes, index: int) -> Iterator[Curve]:
    """Yield the lines that reach through the whole view, each by two points at its edges."""
    ground = Ground(axes)
    for line in axes.lines:
        ends = _ends(line, axes)
        if ends is not None:
            yield Curve(
                x=np.array(ends[0], dtype=np.float64),
                y=np.array(ends[1], dtype=np.float64),
                label=_label(line),
                artist="guide",
                axes=index,
                marker="None",
                linestyle=str(line.get_linestyle())[:500] if has_stroke(line, ground) else "None",
                visible=is_visible(line, axes),
                dtype="float64",
            )


def _ends(line: Line2D, axes: Axes) -> tuple[Any, Any] | None:
    """Return the x and the y of both ends of an axhline, axvline or axline; None for others."""
    if isinstance(line, AxLine):
        return _ends_of_axline(line, axes)
    separate = tuple(line.get_transform().contains_branch_seperately(axes.transData))
    if sum(separate) != 1:
        return None
    x, y = (np.asarray(values, dtype=np.float64) for values in line.get_data(orig=False))
    if x.shape != (2,) or y.shape != (2,):
        return None
    low, high = axes.get_ylim() if separate[0] else axes.get_xlim()  # the rest is shares of it
    return (x, low + y * (high - low)) if separate[0] else (low + x * (high - low), y)


def _ends_of_axline(line: AxLine, axes: Axes) -> tuple[Any, Any] | None:
    if Artist.get_transform(line) != axes.transData:  # its own method gives another one
        return None
    first: Any = line.get_xy1()
    (x, y), slope = first, line.get_slope()
    if slope is None:
        second: Any = line.get_xy2()  # there is one where there is no slope
        slope = (second[1] - y) / (second[0] - x) if second[0] != x else np.inf
    if not np.isfinite(slope):
        return (x, x), axes.get_ylim()
    if slope and (axes.get_xscale(), axes.get_yscale()) != ("linear", "linear"):
        return None  # it is bent in data coordinates
    ends = np.asarray(axes.get_xlim(), dtype=np.float64)
    return ends, y + slope * (ends - x)


def _line_curve(ground: Ground, line: Line2D, index: int, artist: str, label: str) -> Curve:
    axes = ground.axes
    drawstyle = line.get_drawstyle()
    raw_x, raw_y = line.get_xdata(orig=True), line.get_ydata(orig=True)
    x, y = _numbers(axes.xaxis, raw_x), _numbers(axes.yaxis, raw_y)
    if x.shape != y.shape:
        x, y = np.broadcast_arrays(x, y)
    shift = _shift(line, axes) if line.get_transform() != axes.transData else 0.0
    if shift is None or shift > SHADOW_INCHES:
        x, y = _in_data(line.get_transform(), axes, x, y)
    return Curve(
        x=x,
        y=y,
        label=label or _label(line),
        artist=artist or ("step" if drawstyle.startswith("steps") else "line"),
        axes=index,
        marker=str(line.get_marker())[:500] if has_marks(line, ground) else "None",
        linestyle=str(line.get_linestyle())[:500] if has_stroke(line, ground) else "None",
        visible=is_visible(line, axes),
        dtype=_dtype(raw_x, raw_y),
    )


def _collection_curve(ground: Ground, collection: Collection, index: int) -> Curve | None:
    axes = ground.axes
    if isinstance(collection, PathCollection):
        points, transform = collection.get_offsets(), collection.get_offset_transform()
        artist = "scatter"
    elif isinstance(collection, LineCollection):
        points, transform = _segment_points(collection.get_segments()), collection.get_transform()
        artist = "segments"
    else:
        return None
    values: np.ndarray = np.ma.filled(np.ma.asarray(points, dtype=float), np.nan).reshape(-1, 2)
    x, y = _in_data(transform, axes, values[:, 0].copy(), values[:, 1].copy())
    return Curve(
        x=x,
        y=y,
        label=_label(collection),
        artist=artist,
        axes=index,
        marker="o" if artist == "scatter" else "",
        linestyle="",
        visible=is_visible(collection, axes) and has_colour(collection, ground),
        dtype="float64",
    )


def _patch_curve(ground: Ground, patch: Patch, artist: str, points: Points, index: int) -> Curve:
    axes = ground.axes
    x, y = _in_data(patch.get_transform(), axes, *points)
    return Curve(
        x=x,
        y=y,
        label=_label(patch),
        artist=artist,
        axes=index,
        marker="None",
        linestyle="-",
        visible=is_visible(patch, axes) and has_outline(patch, ground),
        dtype="float64",
    )


def _in_data(
    transform: Transform, axes: Axes, x: np.ndarray, y: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return where points lie in data coordinates if another transform draws them."""
    if transform == axes.transData:
        return x, y
    moved = (transform - axes.transData).transform(np.column_stack([x, y]))
    return moved[:, 0].copy(), moved[:, 1].copy()


def _segment_points(segments: Sequence[np.ndarray]) -> np.ndarray:
    """Return the tips of upright segments, as of vlines; of others, as of hlines, every point."""
    drawn: list[np.ndarray] = [
        np.ma.filled(np.ma.asarray(part, dtype=float), np.nan) for part in segments if len(part)
    ]
    if all((part[:, 0] == part[0, 0]).all() for part in drawn):
        drawn = [part[-1:] for part in drawn]
    return np.concatenate(drawn) if drawn else np.empty((0, 2))


def _bar_curve(axes: Axes, container: BarContainer, index: int) -> Curve:
    """Return the tips of bars; those of horizontal ones too."""
    patches = container.patches
    if container.orientation == "horizontal":
        tips = [(p.get_x() + p.get_width(), p.get_y() + p.get_height() / 2) for p in patches]
    else:
        tips = [(p.get_x() + p.get_width() / 2, p.get_y() + p.get_height()) for p in patches]
    values = np.asarray(tips, dtype=float).reshape(-1, 2)
    return Curve(
        x=values[:, 0].copy(),
        y=values[:, 1].copy(),
        label=_label(container),
        artist="bar",
        axes=index,
        marker="",
        linestyle="",
        visible=any(is_visible(patch, axes) for patch in patches),
        dtype="float64",
    )


def _label(artist: Artist | Container) -> str:
    label = str(artist.get_label() or "")[:500]
    return "" if label.startswith("_") else label


def _dtype(*parts: object) -> str:
    """Return the coarsest floating dtype of the data as it was passed."""
    found = []
    for part in parts:
        dtype = getattr(part, "dtype", None)
        if dtype is None and isinstance(part, (list, tuple)) and part:
            dtype = getattr(part[0], "dtype", None)
        found.append(_dtype_name(dtype) if dtype is not None else "float64")
    for coarse in ("bfloat16", "float16", "float32"):
        if coarse in found:
            return coarse
    return "float64"


@functools.cache
def _dtype_name(dtype: object) -> str:
    return str(dtype).removeprefix("torch.")


def _numbers(axis: Axis, values: Any) -> np.ndarray:
    if type(values) is np.ndarray and values.dtype.kind == "f":
        return values.astype(np.float64).reshape(-1)  # a copy
    converted = axis.convert_units(values)
    if isinstance(converted, (list, tuple)):
        converted = [_scalar(value) for value in converted]
    elif hasattr(converted, "detach"):
        converted = converted.detach().cpu().numpy()
    masked = np.ma.asarray(converted)
    return np.ma.filled(masked.astype(np.float64), np.nan).reshape(-1).copy()


def _scalar(value: Any) -> Any:
    if hasattr(value, "detach"):
        return float(value.detach())
    return value
