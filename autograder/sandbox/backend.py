"""Matplotlib backend of the sandbox: like Jupyter's inline one, but nothing is ever rendered."""

from typing import Any

from matplotlib._pylab_helpers import Gcf
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from autograder.sandbox import figures


class FigureManager(FigureManagerBase):
    """One figure known to pyplot."""

    @classmethod
    def pyplot_show(cls, *args: object, **kwargs: object) -> None:
        """Do what :func:`show` does."""
        show()


class FigureCanvas(FigureCanvasAgg):
    """A canvas that draws only when a student saves a figure."""

    manager_class = FigureManager


def new_figure_manager(
    num: int, *, FigureClass: type[Figure] = Figure, **options: Any
) -> FigureManagerBase:
    """Return the manager of a new figure, as pyplot asks for it."""
    return new_figure_manager_given_figure(num, figures.make_figure(FigureClass, **options))


def new_figure_manager_given_figure(num: int, figure: Figure) -> FigureManagerBase:
    """Return the manager of a figure that pyplot did not make."""
    return FigureCanvas.new_manager(figure, num)


def show(*args: object, **kwargs: object) -> None:
    """Close the open figures, as the inline backend does once it has shown them."""
    Gcf.destroy_all()
