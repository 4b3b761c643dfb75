"""Curves that are patches: the steps of ``stairs``, and borders of paths that hold no colour."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch, PathPatch, Polygon, StepPatch
from matplotlib.path import Path

Points = tuple[np.ndarray, np.ndarray]


def outlines(axes: Axes) -> Iterator[tuple[Patch, str, Points]]:
    """Yield each patch that draws a curve, what it is, and its points before its transform.

    Of stairs these are the two ends of each step in turn.
    """
    for patch in axes.patches:
        if type(patch) is StepPatch:
            upright = patch.orientation == "vertical"
            yield patch, "stairs" if upright else "path", _steps(patch)
        elif type(patch) in (PathPatch, Polygon) and not patch.get_fill():
            yield patch, "path", _corners(patch.get_path())


def _steps(patch: StepPatch) -> Points:
    data: Any = [np.ma.asarray(part) for part in patch.get_data()[:2]]
    across, along = (np.repeat(np.ma.filled(part.astype(float), np.nan), 2) for part in data)
    along = along[1:-1]
    return (along, across) if patch.orientation == "vertical" else (across, along)


def _corners(path: Path) -> Points:
    """Return where the segments of a path end, with NaN between its pieces."""
    points: list[tuple[float, float]] = []
    for vertices, code in path.iter_segments(simplify=False):
        if code == Path.MOVETO and points:
            points.append((np.nan, np.nan))
        if code != Path.CLOSEPOLY:
            points.append((float(vertices[-2]), float(vertices[-1])))
    corners = np.array(points, dtype=float).reshape(-1, 2)
    return corners[:, 0].copy(), corners[:, 1].copy()
