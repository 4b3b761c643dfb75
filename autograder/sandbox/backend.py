"""Matplotlib backend of the sandbox: like Jupyter's inline one, but nothing is ever rendered."""

from matplotlib._pylab_helpers import Gcf
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from autograder.sandbox import figures


class FigureCanvas(FigureCanvasAgg):
    """A canvas that draws only when a student saves a figure."""


class FigureManager(FigureManagerBase):
    """One figure known to pyplot."""


def new_figure_manager(num: int, *, FigureClass: type = Figure, **options):
    """Return the manager of a new figure, as pyplot asks for it."""
    return new_figure_manager_given_figure(num, figures.make_figure(FigureClass, **options))


def new_figure_manager_given_figure(num: int, figure: Figure):
    """Return the manager of a figure that pyplot did not make."""
    return FigureCanvas.new_manager(figure, num)


def show(*args, **kwargs) -> None:
    """Close the open figures, as the inline backend does once it has shown them."""
    Gcf.destroy_all()


FigureCanvas.manager_class = FigureManager
FigureManager.pyplot_show = classmethod(lambda cls, *args, **kwargs: show())
