"""Whatever would fail to be drawn is noticed, and a usual figure is not laid out at all."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from autograder.sandbox.drawing import check_figure, may_fail

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
