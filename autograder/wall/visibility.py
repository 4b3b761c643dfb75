"""What of a picture can be seen: not hidden, not transparent, not of the colour behind it."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import Collection, LineCollection, PathCollection
from matplotlib.colors import to_rgb, to_rgba
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

FAINTEST = 0.01  # of what lies between black and white


class Ground:
    """What the artists of an Axes are drawn on, looked at once for all of them."""

    def __init__(self, axes: Axes):
        self.axes = axes

    @cached_property
    def colour(self) -> tuple[float, ...] | None:
        """Its colour; None where that is not known."""
        return _backdrop(self.axes)


def is_visible(artist: Artist, axes: Axes) -> bool:
    """Tell whether an artist is switched on, and not faded to nothing."""
    alpha = artist.get_alpha()
    faded = alpha is not None and not np.any(alpha)
    return bool(artist.get_visible() and axes.get_visible()) and not faded


def has_stroke(line: Line2D, ground: Ground) -> bool:
    """Tell whether the line itself can be seen, be it joined or not."""
    return line.get_linewidth() > 0 and _stands_out(line, (line.get_color(),), ground)


def has_marks(line: Line2D, ground: Ground) -> bool:
    """Tell whether the marks of a line can be seen, if it has any."""
    colours = line.get_markerfacecolor(), line.get_markeredgecolor()
    return line.get_markersize() > 0 and _stands_out(line, colours, ground)


def has_outline(patch: Patch, ground: Ground) -> bool:
    """Tell whether the border of a patch can be seen."""
    return patch.get_linewidth() > 0 and _stands_out(patch, (patch.get_edgecolor(),), ground)


def has_colour(collection: Collection, ground: Ground) -> bool:
    """Tell whether the dots or segments of a collection can be seen."""
    if isinstance(collection, PathCollection) and not np.any(collection.get_sizes()):
        return False
    if collection.get_array() is not None:  # its colours are known when it is drawn
        return True
    colours = [*_rows(collection.get_facecolor()), *_rows(collection.get_edgecolor())]
    return _stands_out(collection, colours, ground)


def _rows(colours: Any) -> np.ndarray:
    return np.asarray(colours, dtype=float).reshape(-1, 4)


def _stands_out(artist: Artist, colours: Iterable[Any], ground: Ground) -> bool:
    """Tell whether any of some colours differs from what lies behind an artist."""
    seen = [to_rgba(colour) for colour in colours]
    seen = [colour for colour in seen if colour[3] > 0]
    if not seen or artist.get_path_effects() or (behind := ground.colour) is None:
        return bool(seen)
    alpha = artist.get_alpha()
    return any(
        np.abs(np.subtract(colour[:3], behind)).max()
        * (alpha if isinstance(alpha, float | int) else colour[3])
        > FAINTEST
        for colour in seen
    )


def _backdrop(axes: Axes) -> tuple[float, ...] | None:
    """Return the colour that the artists of an Axes are drawn on; None where that is not known."""
    areas: list[Patch | Collection] = [*axes.patches, *axes.collections]
    if axes.images or any(map(_is_filled, areas)):
        return None
    colour: tuple[float, ...] | None = None
    own = axes.get_figure()
    root = own.figure if own is not None else None
    for figure in dict.fromkeys((root, own)):
        if figure is not None and figure.patch.get_visible():
            colour = _over(figure.get_facecolor(), colour)
    for other in root.get_axes() if root is not None else ():
        same = other is axes or other.bbox.bounds == axes.bbox.bounds  # its twins lie below it
        if same and other.axison and other.get_frame_on() and other.patch.get_visible():
            colour = _over(other.get_facecolor(), colour)
    return colour


def _is_filled(artist: Patch | Collection) -> bool:
    if isinstance(artist, Patch):
        return artist.get_fill() and to_rgba(artist.get_facecolor())[3] > 0
    return not isinstance(artist, LineCollection | PathCollection)


def _over(front: Any, behind: tuple[float, ...] | None) -> tuple[float, ...] | None:
    """Return the colour of one layer on another; None where an unknown one shines through."""
    share = to_rgba(front)[3]
    if share == 1:
        return to_rgb(front)
    if behind is None:
        return None
    return tuple(share * one + (1 - share) * two for one, two in zip(to_rgb(front), behind))
