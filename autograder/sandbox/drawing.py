"""What a kernel's drawing of a figure would raise or change, without drawing most figures.

A kernel draws each figure that it displays and shows the error where that fails. Here nobody looks
at the picture: a figure is laid out only where something in it may fail to be drawn, a formula, a
text for LaTeX, a formatter or an artist of the notebook's own, or where drawing moves its Axes.
"""

import functools
from collections.abc import Iterator
from typing import Any

import matplotlib
from IPython.core import pylabtools
from matplotlib._pylab_helpers import Gcf
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FixedFormatter, Formatter, FuncFormatter

from autograder.wall.codec.words import package_of

MATPLOTLIB = ("matplotlib", "mpl_toolkits")
print_figure = pylabtools.print_figure


def check_figure(
    fig: Figure,
    fmt: str = "png",
    bbox_inches: str | None = "tight",
    base64: bool = False,
    **options: Any,
) -> Any:
    """Stand where IPython makes the picture of a displayed figure: there is none.

    Raises:
        As the drawing would.
    """  # fmt: skip
    if fmt == "png" and not base64:  # a notebook asks for the picture itself
        return print_figure(fig, fmt, bbox_inches, base64, **options)
    if (fig.axes or fig.lines) and (may_fail(fig) or _moves(fig)):
        fig.draw_without_rendering()
    return None


def settle_figures() -> None:
    """Stand where pyplot draws, at a cell's end, the figures that changed in it.

    What a later cell finds changed by it is done: layouts and aspects are brought about.
    """
    if not matplotlib.is_interactive():
        return
    for manager in Gcf.get_all_fig_managers():
        fig = manager.canvas.figure
        if _moves(fig):
            fig.draw_without_rendering()


def _moves(fig: Figure) -> bool:
    """Tell whether drawing a figure, which changed since it was drawn, places its Axes anew."""
    aspects = (axes.get_aspect() for axes in fig.axes)
    laid_out = fig.get_layout_engine() is not None or any(aspect != "auto" for aspect in aspects)
    return bool(fig.stale) and laid_out


def may_fail(fig: Figure) -> bool:
    """Tell whether there is anything in a figure that is not sure to be drawn."""
    return (
        any(map(_is_risky, fig.get_children()))
        or any(_is_risky(artist) for axes in fig.axes for artist in _parts(axes))
        or any(_formats_oddly(formatter) for axes in fig.axes for formatter in _formatters(axes))
    )


def _parts(axes: Axes) -> Iterator[Artist]:
    """Yield what lies in an Axes, but none of its ticks: to ask for them makes them."""
    yield from axes._children  # type: ignore[attr-defined]
    yield from (axes.title, axes._left_title, axes._right_title)  # type: ignore[attr-defined]
    yield from (axis.label for axis in axes._axis_map.values())
    if legend := axes.get_legend():
        yield from (legend.get_title(), *legend.get_texts())


def _formatters(axes: Axes) -> Iterator[Formatter]:
    for axis in axes._axis_map.values():
        yield axis.get_major_formatter()
        yield axis.get_minor_formatter()


def _is_risky(artist: Artist) -> bool:
    own = package_of(type(artist)) not in MATPLOTLIB
    return own or (isinstance(artist, Text) and _is_formula(artist.get_text(), artist))


def _is_formula(text: str, artist: Text | None = None) -> bool:
    return "$" in text or bool(artist and text and artist.get_usetex())


def _formats_oddly(formatter: Formatter) -> bool:
    if isinstance(formatter, FixedFormatter):
        return any(_is_formula(str(text)) for text in formatter.seq)
    own = package_of(type(formatter)) not in MATPLOTLIB
    if own or not isinstance(formatter, FuncFormatter):
        return own
    texts = _texts_by_place(formatter.func)
    return texts is None or any(map(_is_formula, texts))


def _texts_by_place(func: Any) -> list[str] | None:
    """Return the texts of the function that ``set_ticklabels`` makes for places set before."""
    by_place = Axis._format_with_dict  # type: ignore[attr-defined]
    if isinstance(func, functools.partial) and func.func is by_place:
        return list(map(str, func.args[0].values()))
    return None
