"""Figures that were made ahead cannot be told from those that matplotlib makes when asked."""

import io
import pickle
import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from autograder.course import ROOT
from autograder.sandbox import figures
from autograder.wall.drawings import drawing

X = np.linspace(-2, 2, 9)


@pytest.fixture
def ready(monkeypatch):
    monkeypatch.setattr(figures, "_ready", [])
    monkeypatch.setattr(figures, "_settings", {})
    figures.make_ready()
    return figures._ready


def one(figure):
    axes = figure.subplots()
    axes.plot(X, X**2, label="f(x)")
    axes.legend(loc="upper left")
    axes.set_title("one")


def two_below(figure):
    figure.add_subplot(2, 1, 1).plot(X, X)
    figure.add_subplot(212).scatter(X, -X)


def current(figure):
    figure.gca().plot(X, X)
    figure.gca().grid(True)
    figure.suptitle("current")


def grid(figure):
    for axes in figure.subplots(2, 2, sharex=True, gridspec_kw={"hspace": 0.5}).flat:
        axes.plot(X, X)


def polar(figure):
    figure.add_subplot(projection="polar").plot(X, X)


def titled(figure):
    figure.subplots(subplot_kw={"title": "given", "facecolor": "red"}).plot(X, X)


def placed(figure):
    figure.add_axes((0.2, 0.2, 0.5, 0.5)).plot(X, X)
    figure.add_subplot(122).plot(X, -X)


def cleared(figure):
    figure.clear()
    figure.add_subplot().plot(X, X)
    figure.clear()
    figure.add_subplot().plot(X, -X)


def twin(figure):
    axes = figure.add_subplot()
    axes.plot(X, X)
    axes.twinx().plot(X, X**3, "r")
    figure.tight_layout()


def added_again(figure):
    axes = figure.add_subplot()
    figure.add_subplot(axes).plot(X, X)


def render(figure):
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


@pytest.mark.parametrize("size", [None, (4, 3), (2.5, 5.0)])
@pytest.mark.parametrize(
    "draw",
    [one, two_below, current, grid, polar, titled, placed, cleared, twin, added_again],
)
def test_they_look_the_same_to_the_pixel(ready, draw, size):
    waiting = len(ready)
    ours = figures.make_figure(Figure, figsize=size, **figures.FIGURE_DEFAULTS)
    assert len(ready) == waiting - 1, "none that was ready was taken"
    theirs = Figure(figsize=size)
    draw(ours)
    draw(theirs)
    assert type(ours) is Figure and all(type(a) is type(b) for a, b in zip(ours.axes, theirs.axes))
    assert "add_subplot" not in vars(ours)
    assert render(ours) == render(theirs)
    if draw is not polar:
        assert repr(drawing(ours)) == repr(drawing(theirs))


def test_the_first_axes_are_those_made_ahead(ready):
    figure = figures.make_figure(Figure, **figures.FIGURE_DEFAULTS)
    held = figure.add_subplot.axes
    assert figure.subplots() is held and type(held) is Axes
    assert figure.axes == [held] and figure.gca() is held
    assert held.get_gridspec().get_geometry() == (1, 1)


@pytest.mark.parametrize("asked_for", [{"dpi": 50}, {"facecolor": "red"}, {"layout": "tight"}])
def test_what_is_unusual_is_made_on_the_spot(ready, asked_for):
    waiting = len(ready)
    figure = figures.make_figure(Figure, **{**figures.FIGURE_DEFAULTS, **asked_for})
    assert len(ready) == waiting and render(figure) == render(Figure(**asked_for))


def test_a_class_of_ones_own_is_kept(ready):
    class Own(Figure):
        pass

    assert type(figures.make_figure(Own, **figures.FIGURE_DEFAULTS)) is Own


@pytest.mark.parametrize("when", ["before the figure", "before the axes"])
def test_other_settings_make_other_axes(ready, when):
    figure = None
    if when == "before the axes":
        figure = figures.make_figure(Figure, **figures.FIGURE_DEFAULTS)
    with matplotlib.rc_context({"axes.grid": True, "lines.linewidth": 5, "xtick.labelsize": 4}):
        figure = figure or figures.make_figure(Figure, **figures.FIGURE_DEFAULTS)
        theirs = Figure()
        one(figure)
        one(theirs)
        assert render(figure) == render(theirs)


@pytest.mark.parametrize("arguments", [(5,), (1, 1, 2), (1, 2), ("one",), (0, 1, 1)])
def test_wrong_arguments_are_refused_as_ever(ready, arguments):
    ours, theirs = figures.make_figure(Figure, **figures.FIGURE_DEFAULTS), Figure()
    refused = []
    for figure in (ours, theirs):
        with pytest.raises((TypeError, ValueError)) as caught:
            figure.add_subplot(*arguments)
        refused.append((caught.type, str(caught.value)))
        one(figure)
    assert refused[0] == refused[1]
    assert render(ours) == render(theirs)


@pytest.mark.parametrize("size", [(-1, 2), (np.inf, 2), (np.nan, 1)])
def test_wrong_sizes_are_refused_as_ever(ready, size):
    for make in (figures.make_figure, lambda cls, **options: cls(**options)):
        with pytest.raises(ValueError, match="figure size must be positive finite"):
            make(Figure, figsize=size, **figures.FIGURE_DEFAULTS)


def test_an_empty_figure_can_be_pickled(ready):
    figure = pickle.loads(pickle.dumps(figures.make_figure(Figure, **figures.FIGURE_DEFAULTS)))
    theirs = Figure()
    one(figure)
    one(theirs)
    assert render(figure) == render(theirs)


def test_pyplot_takes_them_and_knows_them():
    """In a process of its own, for the backend."""
    script = """
import matplotlib
from autograder.sandbox import backend
backend.take_figures_made_ahead()
matplotlib.use(backend.INLINE)
import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from autograder.sandbox import figures
figures.make_ready()
held = [figure.add_subplot.axes for figure in figures._ready]
figure, axes = plt.subplots(figsize=(3, 2))
assert axes in held and plt.gcf() is figure and plt.gca() is axes and figure.number == 1
assert tuple(figure.get_size_inches()) == (3, 2)
plt.figure()
assert plt.plot([1, 2])[0].axes in held and plt.get_fignums() == [1, 2]
own = Figure()
assert plt.figure(own) is own and plt.gcf() is own
for _ in range(5):
    plt.subplots()
plt.show()
assert not plt.get_fignums()
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert not done.returncode, done.stderr


def test_a_notebook_that_starts_as_ours_do_takes_them():
    """``%matplotlib inline`` gives the backend another name, and no figure another look."""
    script = """
from autograder.sandbox import figures, shell as shells, streams, warmth
shell = warmth.warm_up()
kept = streams.redirect_output(64)
before = len(figures._ready)
text = "import matplotlib.pyplot as plt\\n\\n%matplotlib inline\\nfig, ax = plt.subplots()"
assert shells.run_cell(shell, text, kept, None).error is None
assert len(figures._ready) == before - 1
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert not done.returncode
