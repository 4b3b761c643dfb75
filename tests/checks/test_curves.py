"""Pictures are judged by their points: every right way passes, every slip is called by its name."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from autograder.checks import curves, slips
from autograder.languages import SEPARATOR
from autograder.wall.drawings import drawing
from tests.pictures import GRID, RIGHT, WRONG

PAIRS = {
    "sin": (np.sin, np.cos),
    "cube": (lambda x: x**3 - 2 * x, lambda x: 3 * x**2 - 2),
    "bell": (lambda x: np.exp(-x * x / 2), lambda x: -x * np.exp(-x * x / 2)),
}
NUMBERS = st.sampled_from([0.0, 1.0, -1.0, 1e300, -1e300, np.inf, np.nan]) | st.floats(-9, 9)
SLOW = {"bar", "one call per point", "one scatter per point", "interleaved in one style"}


def picture(way, pair="sin", x=GRID):
    fig = Figure()
    way(fig, x, *PAIRS[pair])
    return drawing(fig)


def find_both(drawn, pair="sin"):
    f, df = PAIRS[pair]
    return (
        curves.require_curve(drawn, f, "f(x)", others=[df]),
        curves.require_curve(drawn, df, "df(x)", others=[f], derivative_of=f),
    )


def slug_of(drawn, pair="sin"):
    f, df = PAIRS[pair]
    with pytest.raises(AssertionError, match=r"^\[([a-z-]+)\] .+ ‖ ") as caught:
        curves.require_curve(drawn, df, "df(x)", others=[f], derivative_of=f)
    return str(caught.value)[1:].partition("]")[0]


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("way", RIGHT)
def test_a_right_picture_passes_however_it_was_drawn(way, pair):
    drawn = picture(RIGHT[way], pair, GRID[::5] if way in SLOW else GRID)
    for stroke in find_both(drawn, pair):
        curves.require_cover(stroke, (-5, 5), max_gap=0.25)
        curves.require_in_view(drawn, stroke)


def test_a_curve_that_lies_on_another_may_follow_a_function():
    def drawn(factor):
        fig = Figure()
        for height in (1.0, factor):
            fig.subplots().plot(GRID, height * np.sin(GRID))
        return drawing(fig)

    curves.require_followed(drawn(1.0), drawn(1.5), np.cos, 1.5, "df(x)", "derivative")
    with pytest.raises(AssertionError, match=r"^\[not-from-your-function\]"):
        curves.require_followed(drawn(1.0), drawn(1.0), np.cos, 1.5, "df(x)", "derivative")


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_picture_is_called_by_its_slip(case):
    slip, way = WRONG[case]
    assert slug_of(picture(way)) == slip


@pytest.mark.parametrize("case", WRONG)
@pytest.mark.parametrize("pair", ["cube", "bell"])
def test_a_slip_is_refused_for_any_function(case, pair):
    slip, way = WRONG[case]
    drawn = picture(way, pair)
    f, df = PAIRS[pair]
    with pytest.raises(AssertionError):
        found = curves.require_curve(drawn, df, "df(x)", others=[f], derivative_of=f)
        curves.require_cover(found, (-5, 5), max_gap=0.1)


@pytest.mark.parametrize("case", [name for name in WRONG if name not in ("one point", "empty")])
def test_a_wrong_derivative_does_not_spoil_the_function(case):
    drawn = picture(WRONG[case][1])
    curves.require_curve(drawn, np.sin, "f(x)", others=[np.cos])


def test_half_a_curve_does_not_cover():
    drawn = picture(RIGHT["plot"], x=GRID[GRID > 0])
    with pytest.raises(AssertionError, match=r"^\[half-curve\]"):
        curves.require_cover(find_both(drawn)[0], (-5, 5), max_gap=0.05)


@given(
    st.lists(st.floats(-5, 5), min_size=1, max_size=slips.MIN_POINTS - 1),
    st.integers(slips.MIN_POINTS, 600),
    st.sampled_from(["plot", "scatter"]),
)
@settings(max_examples=60, deadline=None)
@example([0.0], 500, "plot")
def test_a_point_is_one_however_often_it_is_drawn(points, times, way):
    x = np.resize(np.array(points), max(times, len(points)))
    for right in PAIRS["sin"]:
        fig = Figure()
        getattr(fig.subplots(), way)(x, right(x))
        with pytest.raises(AssertionError, match=r"^\[too-few-points\]"):
            curves.require_curve(drawing(fig), right, "f(x)")


def test_one_point_that_is_drawn_often_follows_no_function():
    def drawn(factor):
        fig = Figure()
        fig.subplots().plot(np.zeros(500), factor * np.cos(np.zeros(500)))
        return drawing(fig)

    with pytest.raises(AssertionError, match=r"^\[not-from-your-function\]"):
        curves.require_followed(drawn(1.0), drawn(1.0), np.cos, 1.5, "df(x)", "derivative")


def test_a_coarse_grid_has_too_few_points():
    drawn = picture(RIGHT["plot"], x=np.linspace(-5, 5, 21))
    with pytest.raises(AssertionError, match=r"^\[too-few-points\]"):
        curves.require_cover(find_both(drawn)[0], (-5, 5), max_gap=0.05)


def test_a_gap_counts_as_too_few_points_only_where_it_is_wide():
    stroke = find_both(picture(RIGHT["NaN gaps"]))[0]
    curves.require_cover(stroke, (-5, 5), max_gap=0.1)
    with pytest.raises(AssertionError, match=r"^\[too-few-points\]"):
        curves.require_cover(stroke, (-5, 5), max_gap=0.03)


def test_a_curve_outside_of_the_limits_is_out_of_view():
    def far_away(fig, x, f, df):
        RIGHT["plot"](fig, x, f, df)
        fig.axes[0].set_xlim(100, 200)

    drawn = picture(far_away)
    with pytest.raises(AssertionError, match=r"^\[out-of-view\]"):
        curves.require_in_view(drawn, find_both(drawn)[0])


@pytest.mark.parametrize("share", [0.9, 0.5, 0.2])
def test_how_much_of_a_curve_has_to_be_in_view_can_be_said(share):
    for shown in (0.1, 0.3, 0.6, 0.95):

        def cut(fig, x, f, df, shown=shown):
            RIGHT["plot"](fig, x, f, df)
            fig.axes[0].set(xlim=(x[0], x[0] + shown * (x[-1] - x[0])), ylim=(-99, 99))

        drawn = picture(cut)
        if shown > share:
            curves.require_in_view(drawn, find_both(drawn)[0], "f(x)", share)
        else:
            with pytest.raises(AssertionError, match=r"^\[out-of-view\]"):
                curves.require_in_view(drawn, find_both(drawn)[0], "f(x)", share)


def _legend(*labels, on="axes", texts=None):
    def way(fig, x, f, df):
        ax = fig.add_subplot()
        for label, values in zip(labels, (f(x), df(x))):
            ax.plot(x, values, label=label)
        if on is not None:
            (ax if on == "axes" else fig).legend(*([texts] if texts else []))

    return way


def _titles(fig, x, f, df):
    for ax, title, values in zip(fig.subplots(2), ("f", "its derivative"), (f(x), df(x))):
        ax.plot(x, values)
        ax.set_title(title)


LABELLED = {
    "legend": (_legend("f(x)", "df(x)"), None),
    "legend of the figure": (_legend("sin", "gradient", on="figure"), None),
    "texts given to the legend": (_legend(None, None, texts=["y", "y'"]), None),
    "Chinese": (_legend("函数", "导数"), None),
    "titles of subplots": (_titles, None),
    "no legend": (_legend("f(x)", "df(x)", on=None), "no-legend"),
    "no labels": (_legend(None, None, on=None), "no-legend"),
    "one label": (_legend("curve", "curve", texts=["curve"]), "same-label"),
    "swapped": (_legend("df(x)", "f(x)"), "swapped-labels"),
}


@pytest.mark.parametrize("case", LABELLED)
def test_labels_tell_the_curves_apart(case):
    way, slip = LABELLED[case]
    drawn = picture(way)
    if slip is None:
        curves.require_labels(drawn, *find_both(drawn))
    else:
        with pytest.raises(AssertionError, match=rf"^\[{slip}\] .+ ‖ "):
            curves.require_labels(drawn, *find_both(drawn))


def test_messages_do_not_tell_the_right_value():
    fig = Figure()
    fig.add_subplot().plot(GRID, np.where(GRID > 3, 0.123456789, np.cos(GRID)))
    with pytest.raises(AssertionError) as caught:
        curves.require_curve(drawing(fig), np.cos, "df(x)")
    assert "0.12" not in str(caught.value) and "at x = " in str(caught.value)


def test_every_slip_has_a_text_in_both_languages_that_otter_can_carry():
    for slip, texts in slips.TEXTS.items():
        assert len(texts) == 2 and all(texts), slip
        assert not any(bad in text for text in texts for bad in ('"', "\n", SEPARATOR)), slip


@pytest.mark.parametrize("far", [1e3, 1e100, 1e300])
def test_right_points_far_out_make_no_room_for_wrong_ones(far):
    near, out = np.linspace(0, 3, 50), np.linspace(far, 2 * far, 100)
    fig = Figure()
    ax = fig.add_subplot()
    with np.errstate(over="ignore"):
        ax.plot(np.r_[near, out], np.r_[near**2 + 0.01, out**2])
    with pytest.raises(AssertionError, match=r"^\[[a-z-]+\]"):
        curves.require_curve(drawing(fig), lambda x: x**2, "f")


def test_a_curve_that_a_coarse_type_explains_in_part_is_told_its_precision():
    x = np.linspace(0, 3, 60).astype("f2")
    fig = Figure()
    off = 1 + 10 * float(np.finfo("f2").eps) * np.sin(9 * x.astype("f8"))
    fig.add_subplot().plot(x, ((7.5 + x**2) * off).astype("f2"))
    with pytest.raises(AssertionError, match="roundings in float16 explain.*float16 舍入"):
        curves.require_curve(drawing(fig), lambda x: 7.5 + x**2, "f")


@pytest.mark.parametrize("dtype", ["f8", "f4", "f2"])
@pytest.mark.parametrize("x", [np.linspace(0.5, 2, 60), np.arange(30.0)])
def test_of_a_curve_that_is_wholly_wrong_nothing_is_said_about_roundings(x, dtype):
    fig = Figure()
    fig.add_subplot().plot(x.astype(dtype), (np.cos(x) * np.sqrt(x + 1)).astype(dtype))
    with pytest.raises(AssertionError, match="no matter of rounding.*不是舍入") as caught:
        curves.require_curve(drawing(fig), lambda x: x**3 - 1 / x, "f")
    assert "at x = 0," not in str(caught.value)


@settings(max_examples=100, deadline=None)
@example(points=[(0.0, 0.0)] * 4 + [(1e300, 0.0)] * 4, artist="plot")
@given(
    points=st.lists(st.tuples(NUMBERS, NUMBERS), max_size=30),
    artist=st.sampled_from(["plot", "scatter"]),
)
def test_any_picture_gets_a_verdict(points, artist):
    fig = Figure()
    x, y = np.array(points, dtype=float).reshape(-1, 2).T
    getattr(fig.add_subplot(), artist)(x, y)
    with pytest.raises(AssertionError, match=r"^\[[a-z-]+\] .+ ‖ "):
        curves.require_curve(drawing(fig), lambda x: 7.5 + x**2, "f", derivative_of=np.sin)


def test_a_function_with_a_pole_is_judged_where_it_was_drawn():
    x = np.linspace(0.1, 3, 200)
    f, df = (lambda x: x**3 - 1 / x), (lambda x: 3 * x**2 + 1 / x**2)
    fig = Figure()
    ax = fig.add_subplot()
    ax.plot(x, f(x.astype("f4")), label="f(x)")
    ax.plot(x, 4 * x - 4, "--", label="tangent at 1")
    drawn = drawing(fig)
    curves.require_curve(drawn, f, "f(x)")
    curves.require_curve(drawn, lambda x: 4 * x - 4, "the tangent", others=[f])
    with pytest.raises(AssertionError, match=r"^\[wrong-curve\]"):
        curves.require_curve(drawn, df, "df(x)", others=[f], derivative_of=f)


@pytest.mark.parametrize("zero", [-1e-13, 0.0, 1e-13])
def test_a_place_is_told_as_a_person_would(zero):
    x = np.linspace(-1, 1, 41)
    x[20] = zero  # as np.arange leaves it
    fig = Figure()
    fig.add_subplot().plot(x, np.where(x == zero, 100, 1 + x))
    with pytest.raises(AssertionError, match=r"^\[wrong-curve\] .* at x = 0, and"):
        curves.require_curve(drawing(fig), np.cosh, "f(x)")


@settings(max_examples=30, deadline=None)
@given(
    step=st.sampled_from([0.01, 0.02, 0.05, 0.1]),
    dtype=st.sampled_from(["f4", "f8"]),
    order=st.permutations(range(4)),
    artist=st.sampled_from(["plot", "scatter", "step", "stem"]),
)
def test_order_grid_dtype_and_artist_never_matter(step, dtype, order, artist):
    x = np.concatenate([np.array_split(np.arange(-5, 5, step), 4)[part] for part in order])
    drawn = picture(RIGHT[artist], x=x.astype(dtype).astype("f8"))
    for stroke in find_both(drawn):
        curves.require_cover(stroke, (-5, 5), max_gap=2 * step)


@settings(max_examples=20, deadline=None)
@given(at=st.integers(0, GRID.size - 1), off=st.floats(1e-4, 1e3), sign=st.sampled_from([-1, 1]))
def test_a_single_wrong_point_is_never_accepted(at, off, sign):
    values = np.cos(GRID)
    values[at] += sign * off
    fig = Figure()
    fig.add_subplot().plot(GRID, values)
    with pytest.raises(AssertionError):
        curves.require_curve(drawing(fig), np.cos, "df(x)", derivative_of=np.sin)


@pytest.mark.parametrize("count", [3, 5, 6])
def test_a_right_curve_of_few_points_is_coarse_not_missing(count):
    cubic, line = lambda x: x**3 - 1 / x, lambda x: 4 * x - 4
    figure, x = Figure(), np.linspace(0.5, 2, count)
    axes = figure.add_subplot()
    axes.plot(x, cubic(x))
    axes.plot(x, line(x))
    with pytest.raises(AssertionError, match=r"\[too-few-points\]"):
        curves.require_curve(drawing(figure), cubic, "f(x)", others=[line])


@pytest.mark.parametrize("steep", [0.1, 1.0, 30.0])
def test_swapped_axes_are_named_however_steep_the_curve(steep):
    x = np.linspace(0.5, 2, 100)
    fig = Figure()
    fig.subplots().plot(steep * x**3, x)
    with pytest.raises(AssertionError, match=r"^\[swapped-axes\]"):
        curves.require_curve(drawing(fig), lambda x: steep * x**3, "f(x)")
