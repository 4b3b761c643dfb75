"""What is done once in the warm worker so that no child has to: imports, first figures, memory."""

import gc
import importlib
import linecache
import logging
import os
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from autograder.sandbox import deferred, otter_stub, pages, person, settings

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


# Of what students may import, what takes long and starts no thread of its own.
MAY_BE_WARM = frozenset({
    "altair", "babypandas", "bs4", "datascience", "folium", "ipywidgets", "networkx", "nltk",
    "pandas", "plotly", "requests", "scipy", "seaborn", "sklearn", "statsmodels", "sympy", "tqdm",
})  # fmt: skip


# What a library imports, compiles or looks up only when it is first used for something.
FIRST_USES = {
    "plotly": "import plotly.express\nplotly.express.line(x=[0, 1], y=[0, 1], title='warm')",
    "pandas": """
import io
import pandas
table = pandas.read_csv(io.StringIO("word,number\\na,1\\nb,\\n"))
repr(table), table.to_html(), table.describe()
table.dropna().groupby("word")["number"].agg(["mean"]).sort_values("mean").query("mean > 0")
table.merge(table, on="word").pivot_table(index="word")
table["number"].plot()
import matplotlib.pyplot
matplotlib.pyplot.close("all")
""",
}


def warm_up(full: bool = True, modules: Iterable[str] = ()) -> "InteractiveShell":
    """Import what notebooks use and make the shell; returns the shell.

    Args:
        full: also preload what only some submissions need (worth it when many follow).
        modules: what the assignment's own solution imports; anything else loads when asked for.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    import torch

    torch.set_num_threads(1)
    import matplotlib.pyplot as plt

    from autograder.sandbox import backend
    from autograder.sandbox import shell as shells

    otter_stub.install_stub()
    shell = shells.make_shell()
    shells.take_over_input(shell)
    backend.use_inline(shell)
    person.lay_over()
    import bdb  # noqa: F401 - imported lazily by IPython otherwise

    import numpy.random  # noqa: F401 - imported lazily by NumPy otherwise
    import torch.fx.experimental.symbolic_shapes

    deferred.defer_compiler()
    import_ahead(modules)
    used = {name.partition(".")[0] for name in modules}
    if firsts := [source for name, source in FIRST_USES.items() if name in used]:
        shells.run_once(shell, *firsts)
    if full:
        shell.run_line_magic("matplotlib", "inline")  # brings a part of IPython's magics along
        import torch._decomp.decompositions_for_jvp
        import torch._subclasses.schema_check_mode
        import torch.func

        figure = plt.figure()
        figure.add_subplot().plot([0, 1], label="warm")
        figure.legend()
        figure.canvas.draw()
        plt.close("all")
        from autograder.sandbox.figures import make_ready

        make_ready()
        for module in (torch._tensor, torch.autograd, torch.autograd.graph, torch.functional):
            linecache.getlines(str(module.__file__))  # of what stands in most tracebacks
        _spare_children_work()
    backend.forget_choice(shell)
    return shell


def import_ahead(modules: Iterable[str]) -> None:
    """Import those of some modules that are worth it and can be imported.

    A notebook may have named them: a package's program, or what is its own, is none of them.
    """
    for name in modules:
        if name.partition(".")[0] in MAY_BE_WARM and "._" not in name:
            # The notebook meets the error itself; a module may also end the program.
            with settings.kept(name), suppress(Exception, SystemExit):
                importlib.import_module(name)


def _spare_children_work() -> None:
    """Do once what libraries do in every child right after the fork.

    matplotlib drops the fonts that it has loaded; logging renews each handler's lock, which a
    thread might hold, where this process has one thread only.
    """
    from matplotlib import font_manager

    font_manager._get_font.cache_clear()  # type: ignore[attr-defined]
    logging._at_fork_reinit_lock_weakset.clear()  # type: ignore[attr-defined]


def settle(full: bool = True) -> None:
    """Keep for good what is warm, and lay it out for the children.

    Args:
        full: as for :func:`warm_up`.
    """
    gc.collect()
    gc.freeze()
    gc.disable()
    if full:
        pages.fill_gaps()
        pages.collapse()
