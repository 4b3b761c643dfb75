"""Whatever would fail to be drawn is noticed, and a usual figure is not laid out at all."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from autograder.engines.local import LocalEngine
from autograder.model import Limits
from autograder.sandbox.drawing import check_figure, may_fail, settle_figures
from autograder.scoring.session import Session

TEXTS = ("a", "$x^2$", r"$\nosuch{x}$", r"$\frac{1}$", r"\alpha", "5 $", "100 %", "", "$$", "é")
PLACES = {
    "title": lambda axes, text: axes.set_title(text),
    "left title": lambda axes, text: axes.set_title(text, loc="left"),
    "x": lambda axes, text: axes.set_xlabel(text),
    "y": lambda axes, text: axes.set_ylabel(text),
    "text": lambda axes, text: axes.text(0.5, 0.5, text),
    "note": lambda axes, text: axes.annotate(text, (0.5, 0.5)),
    "legend": lambda axes, text: (axes.plot([0, 1], label=text), axes.legend(title=text)),
    "ticks": lambda axes, text: axes.set_xticks([0, 1], [text, text]),
    "formatter": lambda axes, text: axes.xaxis.set_major_formatter(lambda x, n: text),
    "figure": lambda axes, text: axes.figure.suptitle(text),
}


def error_of(function):
    try:
        function()
    except Exception as error:
        return type(error)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from(sorted(PLACES)), st.sampled_from(TEXTS)), max_size=3),
    st.booleans(),
)
@pytest.mark.filterwarnings("ignore")
def test_a_figure_is_refused_where_drawing_it_fails(texts, second):
    figure = Figure()
    FigureCanvasAgg(figure)
    axes = figure.subplots(1, 1 + second, squeeze=False)[0][-1]
    axes.plot([0, 1])
    for place, text in texts:
        PLACES[place](axes, text)
    found = error_of(lambda: check_figure(figure, base64=True))
    assert found == error_of(lambda: figure.savefig(io.BytesIO()))


def test_a_usual_figure_is_not_laid_out():
    figure = Figure()
    axes = figure.subplots()
    axes.plot([0, 1], label="f(x)")
    axes.scatter([0, 1], [1, 2])
    axes.legend()
    axes.set_title("100 %")
    assert not may_fail(figure)


@pytest.mark.parametrize("ticks", [["a", "b"], ["100 %", ""]])
def test_names_at_places_are_no_reason_to_lay_a_figure_out(ticks):
    axes = Figure().subplots()
    axes.set_xticks([0, 1])
    axes.set_xticklabels(ticks)
    assert not may_fail(axes.figure)
    axes.set_xticklabels(["a", "$b$"])
    assert may_fail(axes.figure)


LAYOUTS = {
    "constrained": dict(layout="constrained"),
    "tight": dict(layout="tight"),
    "none": dict(),
}


@given(
    st.sampled_from(sorted(LAYOUTS)),
    st.sampled_from(["auto", "equal", 0.5]),
    st.sampled_from(["box", "datalim"]),
    st.floats(1, 50),
)
@settings(deadline=None, max_examples=25)
@pytest.mark.filterwarnings("ignore")
def test_after_a_cell_axes_lie_where_drawing_would_have_put_them(layout, aspect, adjust, most):
    places = []
    with plt.rc_context({"interactive": True}):
        for finish in (settle_figures, lambda: plt.gcf().canvas.draw()):
            figure, axes = plt.subplots(2, **LAYOUTS[layout])
            axes[0].plot([0, 1], [0, most])
            axes[0].set_title("a title\nof two lines")
            axes[0].set_aspect(aspect, adjustable=adjust)
            finish()
            places.append([(*one.get_position().bounds, *one.get_xlim()) for one in axes])
            plt.close("all")
    assert np.allclose(*places)


def test_no_picture_is_made_of_what_a_cell_shows():
    cells = (
        "import matplotlib.pyplot as plt\n"
        "from matplotlib.backends.backend_agg import FigureCanvasAgg as Agg\n"
        "times, draw = [], Agg.draw\n"
        "Agg.draw = lambda canvas: (times.append(1), draw(canvas))[1]\n"
        "plt.plot([1, 2])\nplt.show()\nplt.plot([2, 1])",
        "assert times == []\nplt.gcf().canvas.draw()\nassert times == [1]",
    )
    with LocalEngine() as engine:
        session = Session(engine.stream, Limits())
        outputs = [session.run_cell(cell)[0].error for cell in cells]
        session.end()
    assert outputs == [None, None]
