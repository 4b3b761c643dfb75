"""A curve and its tangent are judged by what can be seen, however they were drawn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from autograder.checks import tangents
from autograder.wall.codec import pack, unpack
from autograder.wall.drawings import drawing

X = np.linspace(0.5, 2, 100)
LINE = tangents.Line(4, 1, 0)
WRONG = {"[secant] a secant ‖ 割线": lambda x: 7.5 * (x - 1)}


def curve(x):
    return x**3 - 1 / x


def tangent(x):
    return 4 * (x - 1)


def picture(*draw, on_curve=True):
    fig = Figure()
    ax = fig.add_subplot()
    if on_curve:
        ax.plot(X, curve(X), label="f(x)")
    for one in draw:
        one(ax)
    ax.legend()
    return unpack(pack(drawing(fig)))  # as it comes over the wall


def judge(drawn):
    found = tangents.require_curve(drawn, curve, LINE, "f(x)")
    line = tangents.require_tangent(drawn, curve, LINE, "tangent", WRONG)
    tangents.require_reach(line, (0.5, 2), 0.1, "tangent")
    tangents.require_together(drawn, curve, LINE, (0.5, 2), 0.1, "f(x)")
    tangents.require_alone(drawn, curve, LINE, 0.1)
    tangents.require_in_view(drawn, found, (0.5, 2), "f(x)")
    tangents.require_in_view(drawn, line, (0.5, 2), "tangent", LINE)
    tangents.require_labels(drawn, found, line)


def _one_by_one(ax):
    for k, x in enumerate(X[::4]):
        ax.plot(x, tangent(x), "r.", label="tangent" if k == 0 else None)


DRAWN = {
    "over the grid": lambda ax: ax.plot(X, tangent(X), label="tangent"),
    "two points": lambda ax: ax.plot([0, 3], [-4, 8], label="tangent"),
    "reversed": lambda ax: ax.plot(X[::-1], tangent(X)[::-1], "--", label="tangent"),
    "a point and a slope": lambda ax: ax.axline((1, 0), slope=4, label="tangent"),
    "two points of an endless line": lambda ax: ax.axline((0, -4), (2, 4), label="tangent"),
    "dots": lambda ax: ax.scatter(X, tangent(X), label="tangent"),
    "one call per point": _one_by_one,
    "from differences": lambda ax: ax.plot(X, 4.002 * (X - 1) + 0.001, label="tangent"),
    "float32": lambda ax: ax.plot(X.astype("f4"), tangent(X.astype("f4")), label="tangent"),
}
EXTRAS = {
    "nothing": lambda ax: None,
    "the point of contact": lambda ax: ax.plot(1, 0, "ko"),
    "axes": lambda ax: (ax.axhline(0), ax.axvline(0)),
    "an upright line": lambda ax: ax.plot([1, 1], [-2, 3], ":"),
    "a level": lambda ax: ax.plot([0, 2], [0, 0], ":"),
    "a corner": lambda ax: ax.plot([1, 1, 0], [-2, 0, 0], "k:"),
    "the curve again": lambda ax: ax.plot(X[::3], curve(X[::3]), lw=4),
    "a piece of the tangent": lambda ax: ax.plot([0.8, 1.2], [-0.8, 0.8], lw=4),
    "points of the curve": lambda ax: ax.plot([1, 1.5, 2], curve(np.array([1, 1.5, 2])), "o"),
    "marks on the axis": lambda ax: ax.scatter(X, 0 * X),
    "what is not seen": lambda ax: ax.plot(X, X, visible=False),
    "a cut view": lambda ax: ax.set(xlim=(0.3, 2.2), ylim=(-3, 8)),
}


@pytest.mark.parametrize("extra", EXTRAS)
@pytest.mark.parametrize("way", DRAWN)
def test_a_right_picture_is_right_however_it_is_drawn(way, extra):
    judge(picture(DRAWN[way], EXTRAS[extra]))


@pytest.mark.parametrize("beside", [[], [0.9, 1.1], X])
@pytest.mark.parametrize("twin", [False, True])
def test_a_tangent_is_drawn_where_its_curve_is(twin, beside):
    fig = Figure()
    ax, other = fig.subplots(1, 2)
    other = ax.twinx() if twin else other
    ax.plot(X, curve(X), label="f(x)")
    other.plot(X, tangent(X), label="tangent")
    if len(beside):
        ax.plot(beside, tangent(np.array(beside)), "r", label="tangent")
    ax.legend()
    other.legend()
    drawn = unpack(pack(drawing(fig)))
    if len(beside) == len(X):
        judge(drawn)
    else:
        with pytest.raises(AssertionError, match=r"^\[apart\] .+ ‖ "):
            judge(drawn)


def test_one_scatter_may_hold_both():
    x = np.concatenate([X, X])
    y = np.concatenate([curve(X), tangent(X)])
    drawn = picture(lambda ax: ax.scatter(x, y), on_curve=False)
    tangents.require_curve(drawn, curve, LINE, "f(x)")
    tangents.require_tangent(drawn, curve, LINE, "tangent")


@pytest.mark.filterwarnings("ignore:divide by zero")
def test_the_pole_is_a_gap():
    x = np.linspace(-2, 2, 401)
    both = picture(
        lambda ax: ax.plot(x, curve(x), label="f"),
        lambda ax: ax.plot(x, tangent(x), label="tangent"),
        lambda ax: ax.set(ylim=(-10, 10)),
        on_curve=False,
    )
    judge(both)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(slope=st.floats(-10, 10), height=st.floats(-3, 3), two=st.booleans())
def test_any_other_line_is_refused_and_no_near_one_is(slope, height, two):
    x = np.array([0.0, 3.0]) if two else X
    drawn = picture(lambda ax: ax.plot(x, slope * (x - 1) + height, label="tangent"))
    near = abs(slope - 4) <= 0.0095 and abs(height) <= 0.0045
    far = abs(slope - 4) > 0.02 or abs(height) > 0.02
    if near:
        judge(drawn)
    elif far:
        with pytest.raises(AssertionError):
            tangents.require_tangent(drawn, curve, LINE, "tangent")


ADDED = {
    "another line": lambda ax: ax.plot(X, 7.5 * (X - 1.5)),
    "a secant": lambda ax: ax.plot([0.5, 2], [-1.875, 7.5]),
    "a short secant": lambda ax: ax.plot([1, 1.2], curve(np.array([1, 1.2]))),
    "a secant among others": lambda ax: [ax.plot([1, x], [0, curve(x)]) for x in (1.3, 1.6, 2)],
    "a parallel": lambda ax: ax.plot(X, tangent(X) + 1),
    "the normal": lambda ax: ax.axline((1, 0), slope=-0.25),
    "a second tangent": lambda ax: ax.plot([0, 3], [-6.5, 15], "--"),
    "the derivative": lambda ax: ax.plot(X, 3 * X**2 + X**-2),
    "dots of another curve": lambda ax: ax.scatter(X, X**2),
    "in its own axes": lambda ax: ax.twinx().plot(X, X**2),
}


@pytest.mark.parametrize("added", ADDED)
@pytest.mark.parametrize("way", DRAWN)
def test_what_else_is_drawn_is_refused(way, added):
    drawn = picture(DRAWN[way], ADDED[added])
    with pytest.raises(AssertionError, match=r"^\[(extra-line|many-lines)\]"):
        judge(drawn)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(slope=st.floats(-10, 10), height=st.floats(-3, 3), two=st.booleans())
def test_a_second_line_is_refused_unless_it_lies_on_the_first_or_along_an_axis(slope, height, two):
    x = np.array([0.0, 3.0]) if two else X
    drawn = picture(DRAWN["two points"], lambda ax: ax.plot(x, slope * (x - 1) + height))
    near = slope == 0 or (abs(slope - 4) <= 0.0095 and abs(height) <= 0.0045)
    if near:
        tangents.require_alone(drawn, curve, LINE, 0.1)
    elif abs(slope) > 1e-6 and (abs(slope - 4) > 0.02 or abs(height) > 0.02):
        with pytest.raises(AssertionError, match=r"^\[extra-line\]"):
            tangents.require_alone(drawn, curve, LINE, 0.1)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.lists(st.sampled_from([0.0, 1.0, np.nan, np.inf]), max_size=3),
    st.sampled_from(["-", "--", "o", "", "o-"]),
)
def test_lines_of_few_points_or_none_are_looked_at_like_any(x, form):
    drawn = picture(DRAWN["two points"], lambda ax: ax.plot(x, tangent(np.array(x)), form))
    tangents.require_alone(drawn, curve, LINE, 0.1)


REFUSED = {
    "secant": lambda ax: ax.plot([1, 2], [0, 7.5], label="tangent"),
    "swapped-axes": lambda ax: ax.plot(tangent(X), X, label="tangent"),
    "coarse-step": lambda ax: ax.plot(X, 4.05 * (X - 1), label="tangent"),
    "bent-tangent": lambda ax: ax.plot(X, np.minimum(tangent(X), X), label="tangent"),
    "wrong-line": lambda ax: ax.plot(X, -3 * X, label="tangent"),
    "missing-curve": lambda ax: None,
    "many-lines": lambda ax: [ax.plot(X, m * (X - 1)) for m in (1, 2, 3, 4)],
    "half-curve": lambda ax: ax.plot([0.9, 1.1], [-0.4, 0.4], label="tangent"),
    "out-of-view": lambda ax: (DRAWN["two points"](ax), ax.set_xlim(4, 5)),
    "label-missing": lambda ax: ax.plot(X, tangent(X)),
}


@pytest.mark.parametrize("slug", REFUSED)
def test_what_is_wrong_is_named(slug):
    if slug == "label-missing":
        slug = "label-missing|no-legend"
    with pytest.raises(AssertionError, match=rf"\[({slug})\]"):
        judge(picture(REFUSED[slug.partition("|")[0]]))


def test_labels_may_not_be_swapped():
    drawn = picture(
        lambda ax: ax.plot(X, curve(X), label="tangent line"),
        lambda ax: ax.plot(X, tangent(X), label="f(x)"),
        on_curve=False,
    )
    with pytest.raises(AssertionError, match="swapped-labels"):
        judge(drawn)


def test_a_wrong_curve_is_named_beside_a_right_tangent():
    drawn = picture(
        DRAWN["two points"], lambda ax: ax.plot(X, X**3 + 1 / X, label="f"), on_curve=False
    )
    with pytest.raises(AssertionError, match="wrong-pole"):
        tangents.require_curve(
            drawn, curve, LINE, "f(x)", {"[wrong-pole] added ‖ 加上了": lambda x: x**3 + 1 / x}
        )
