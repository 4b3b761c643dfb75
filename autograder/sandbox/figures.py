"""Figures made ahead in the warm worker: a notebook's first ones are there when it asks for them.

An Axes takes milliseconds to make, and three times as many in a child, which copies each page that
it writes to. What is made ahead is what matplotlib itself makes of its default settings; whatever
else is asked for (other settings, a projection, shared axes) is made on the spot, as ever.
"""

from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec

COUNT = 3
# What pyplot passes on when a notebook asked for nothing.
FIGURE_DEFAULTS = {"dpi": None, "facecolor": None, "edgecolor": None, "frameon": True}

_ready: list[Figure] = []
_settings: dict = {}


def make_ready() -> None:
    """Make figures ahead, each with the Axes that its first ``add_subplot`` hands out."""
    _settings.update(dict.copy(matplotlib.rcParams))
    for _ in range(COUNT):
        figure = Figure()
        vars(figure)["add_subplot"] = FirstSubplot(figure)
        _ready.append(figure)


def make_figure(
    figure_class: type[Figure], figsize: tuple[float, float] | None = None, **options: Any
) -> Figure:
    """Return what ``figure_class(figsize=figsize, **options)`` is, from those made ahead if usual.

    Raises:
        As ``figure_class`` does.
    """
    sized = figsize is None or (type(figsize) is tuple and len(figsize) == 2)
    usual = figure_class is Figure and sized and options == FIGURE_DEFAULTS
    if not (_ready and usual and _settings_are_usual()):
        return figure_class(figsize=figsize, **options)
    if figsize is not None:
        _ready[-1].set_size_inches(*figsize)
    return _ready.pop()


def _settings_are_usual() -> bool:
    """Tell whether a figure would be made as those ahead were; a backend's name has no part in it.

    ``%matplotlib inline``, which most notebooks start with, gives the backend another name.
    """
    usual = {**_settings, "backend": dict.get(matplotlib.rcParams, "backend")}
    return dict.__eq__(usual, matplotlib.rcParams)  # not one by one through their checks


class FirstSubplot:
    """Stands before a figure's ``add_subplot`` until that is called.

    Args:
        figure: one without an Axes.
    """

    def __init__(self, figure: Figure):
        self.figure = figure
        self.axes = Axes(figure, 1, 1, 1)

    def __call__(self, *args: Any, **options: Any) -> Axes:
        """Return the figure's first Axes, put where the arguments say.

        Raises:
            As ``Figure.add_subplot`` does.
        """
        figure = self.figure
        del vars(figure)["add_subplot"]
        plain = not options or options == {"sharex": None, "sharey": None}  # GridSpec.subplots
        usual = plain and all(type(arg) in (int, SubplotSpec) for arg in args)
        if not (usual and _settings_are_usual()):
            return figure.add_subplot(*args, **options)
        self.axes.set_subplotspec(SubplotSpec._from_subplot_args(figure, args or (1, 1, 1)))
        return figure._add_axes_internal(self.axes, (Axes, options))  # type: ignore[attr-defined]
