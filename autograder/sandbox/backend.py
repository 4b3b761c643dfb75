"""Matplotlib as a kernel has it: its inline backend, and a stand-in for what needs a screen.

The inline backend closes a cell's figures at its end, or keeps them, as the notebook says. Nothing
is drawn (:mod:`autograder.sandbox.drawing`). Another backend is the one that matplotlib has;
where that cannot be opened here, for want of a screen or an extension, matplotlib's own backend
without one takes its place, so that the notebook goes on as it did where it was written.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib
from IPython.core import pylabtools
from IPython.core.interactiveshell import InteractiveShell
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.figure import Figure
from matplotlib.texmanager import TexManager

from autograder.sandbox import drawing, figures

INLINE = "module://matplotlib_inline.backend_inline"
NO_SCREEN = "agg"


def use_inline(shell: InteractiveShell) -> None:
    """Make the inline backend the one in use, for this shell."""
    import matplotlib.pyplot as plt

    take_figures_made_ahead()
    matplotlib.use(INLINE)
    plt.switch_backend(INLINE)
    from matplotlib_inline import backend_inline

    _settle_instead_of_drawing(shell, vars(plt))
    vars(pylabtools)["print_figure"] = drawing.check_figure
    backend_inline.configure_inline_support(shell, INLINE)
    matplotlib.interactive(True)
    vars(plt)["switch_backend"] = _opening_any(plt.switch_backend, _beginning_inline(shell))


def forget_choice(shell: InteractiveShell) -> None:
    """Let a notebook find that no notebook has chosen a backend or drawn anything.

    The inline backend then takes its place with the first figure, as in a kernel: until then pyplot
    is not interactive, and whoever chooses another one keeps a cell's figures. A matplotlib before
    3.6 has chosen when it is imported.
    """
    import matplotlib.pyplot as plt
    from matplotlib_inline.backend_inline import flush_figures, show

    if hasattr(plt, "_get_backend_mod"):
        if flush_figures in shell.events.callbacks["post_execute"]:
            shell.events.unregister("post_execute", flush_figures)
        vars(plt)["_backend_mod"] = None
        matplotlib.interactive(False)
    vars(show).update(_to_draw=[], _draw_called=False)
    dict.__setitem__(matplotlib.rcParams, "backend", INLINE)
    # What %run makes of these is a figure that nobody asked for.
    shell.magics_manager.registry["ExecutionMagics"].default_runner = None
    if hasattr(plt.draw_if_interactive, "called"):
        plt.draw_if_interactive.called = False


def _settle_instead_of_drawing(shell: InteractiveShell, pyplot: dict[str, Any]) -> None:
    """Let a cell's end draw nothing, where this matplotlib draws by a function of that name."""
    name, event = "_draw_all_if_interactive", "post_execute"
    if pyplot.get(name) in shell.events.callbacks[event]:
        shell.events.unregister(event, pyplot[name])
        shell.events.register(event, drawing.settle_figures)
        pyplot[name] = drawing.settle_figures


def work_in(folder: str) -> None:
    """Let what matplotlib makes for LaTeX lie in a submission's folder."""
    manager: Any = TexManager
    manager._cache_dir = Path(folder) / "tex.cache"


def take_figures_made_ahead() -> None:
    """Let the inline backend, once it is chosen, take figures that are ready."""
    from matplotlib_inline import backend_inline

    backend_inline.new_figure_manager = new_figure_manager


def new_figure_manager(
    num: int, *args: Any, FigureClass: type[Figure] = Figure, **options: Any
) -> FigureManagerBase:
    """Return the manager of a new figure, as pyplot asks for it."""
    from matplotlib_inline import backend_inline

    figure = FigureClass(*args, **options) if args else figures.make_figure(FigureClass, **options)
    return backend_inline.new_figure_manager_given_figure(num, figure)


def _beginning_inline(shell: InteractiveShell) -> Callable[[], bool]:
    """Return what lets the inline backend, where none is in use yet, take its place."""
    import matplotlib.pyplot as plt
    from matplotlib_inline.backend_inline import flush_figures

    pyplot, made = vars(plt), vars(plt)["_backend_mod"]

    def begin() -> bool:
        if pyplot["_backend_mod"] is not None:
            return False
        pyplot["_backend_mod"] = made
        matplotlib.interactive(True)
        shell.events.register("post_execute", flush_figures)
        return True

    return begin


def _opening_any(
    switch_backend: Callable[[str], None], begin_inline: Callable[[], bool]
) -> Callable[[str], None]:
    def switch(newbackend: str) -> None:
        """Close the figures and go on with another backend."""
        if newbackend in (INLINE, "inline") and begin_inline():
            return
        try:
            switch_backend(newbackend)
        except ImportError:
            switch_backend(NO_SCREEN)
            for settings in (matplotlib.rcParams, matplotlib.rcParamsDefault):
                dict.__setitem__(settings, "backend", newbackend)

    switch.__name__ = "switch_backend"
    vars(switch)["__wrapped__"] = switch_backend
    return switch
