"""Whatever was drawn becomes numbers: labels, legends, units, masks, dtypes and limits kept."""

import matplotlib
import numpy as np
import pytest
import torch
from matplotlib import patheffects
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Polygon, Rectangle
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, ScaledTranslation

from autograder.checks import curves
from autograder.errors import EvidenceError
from autograder.wall import drawings
from autograder.wall.codec import pack, unpack
from autograder.wall.drawings import drawing
from tests.pictures import GRID, RIGHT, WRONG, days

X = np.array([0.0, 1.0, 2.0, 4.0])
Y = np.array([1.0, -1.0, 0.5, 3.0])


def curves_of(draw):
    fig = Figure()
    draw(fig.add_subplot())
    return drawing(fig).curves


ARTISTS = {
    "line": lambda ax: ax.plot(X, Y, label="one"),
    "scatter": lambda ax: ax.scatter(X, Y, label="one"),
    "step": lambda ax: ax.step(X, Y, label="one"),
    "stem": lambda ax: ax.stem(X, Y, label="one"),
    "errorbar": lambda ax: ax.errorbar(X, Y, yerr=0.1, xerr=0.2, capsize=3, label="one"),
    "bar": lambda ax: ax.bar(X, Y, label="one"),
    "segments": lambda ax: ax.vlines(X, 0, Y, label="one"),
}


@pytest.mark.parametrize("artist", ARTISTS)
def test_an_artist_is_one_curve_with_its_points_and_label(artist):
    (curve,) = curves_of(ARTISTS[artist])
    assert curve.artist == artist and curve.label == "one" and curve.visible
    np.testing.assert_allclose(curve.x, X)
    np.testing.assert_allclose(curve.y, Y)
    assert curve.x.dtype == curve.y.dtype == np.float64


PIECES = {
    "hlines": (lambda ax: ax.hlines(0.5, -1, 3), [-1, 3], [0.5, 0.5]),
    "one piece": (lambda ax: ax.add_collection(LineCollection([np.c_[X, Y]])), X, Y),
    "vlines": (lambda ax: ax.vlines([1, 2], 0, [3, 4]), [1, 2], [3, 4]),
}


@pytest.mark.parametrize("way", PIECES)
def test_pieces_are_known_by_every_point_and_upright_ones_by_their_tips(way):
    draw, x, y = PIECES[way]
    (curve,) = curves_of(draw)
    assert curve.artist == "segments"
    np.testing.assert_allclose(curve.x, x)
    np.testing.assert_allclose(curve.y, y)


PLACED = {
    "line": lambda ax, to: ax.plot(X, Y, transform=to),
    "scatter": lambda ax, to: ax.scatter(X, Y, transform=to),
    "step": lambda ax, to: ax.step(X, Y, transform=to),
    "segments": lambda ax, to: ax.add_collection(LineCollection([np.c_[X, Y]], transform=to)),
}
MOVED = {
    "as usual": lambda ax: ax.transData,
    "shifted": lambda ax: Affine2D().translate(0, 1) + ax.transData,
    "stretched": lambda ax: Affine2D().scale(2, -3) + ax.transData,
    "turned": lambda ax: Affine2D().rotate_deg(90) + ax.transData,
}


@pytest.mark.parametrize("scale", ["linear", "symlog"])
@pytest.mark.parametrize("way", MOVED)
@pytest.mark.parametrize("artist", PLACED)
def test_a_point_is_where_it_is_drawn(artist, way, scale):
    axes = Figure().add_subplot(xscale=scale, xlim=(-9, 9), ylim=(-9, 9))
    to = MOVED[way](axes)
    PLACED[artist](axes, to)
    (curve,) = drawing(axes).axes[0].curves
    seen = axes.transData.transform(np.c_[curve.x, curve.y])
    np.testing.assert_allclose(seen, to.transform(np.c_[X, Y]))


def test_dots_in_the_axes_own_coordinates_are_where_they_are_drawn():
    axes = Figure().add_subplot(xlim=(-1, 3), ylim=(0, 10))
    axes.scatter([0, 0.5], [0.5, 1], transform=axes.transAxes)
    (curve,) = drawing(axes).axes[0].curves
    np.testing.assert_allclose(np.c_[curve.x, curve.y], [(-1, 5), (1, 10)])


LEGENDS = {
    "hidden": lambda ax: ax.legend().set_visible(False),
    "removed": lambda ax: ax.legend().remove(),
    "faded": lambda ax: ax.legend().set_alpha(0),
    "the figure's, hidden": lambda ax: ax.figure.legend().set_visible(False),
    "of hidden axes": lambda ax: (ax.legend(), ax.set_visible(False)),
    "of hidden texts": lambda ax: [text.set_visible(False) for text in ax.legend().get_texts()],
}


@pytest.mark.parametrize("way", LEGENDS)
def test_a_legend_that_cannot_be_seen_is_none(way):
    axes = Figure().add_subplot()
    axes.plot(X, Y, label="f")
    LEGENDS[way](axes)
    assert drawing(axes).axes[0].legend == ()


REFERENCES = {
    "axhline": lambda ax: ax.axhline(0),
    "axvline": lambda ax: ax.axvline(1),
    "axline": lambda ax: ax.axline((0, 0), (1, 1)),
    "grid": lambda ax: ax.grid(True),
    "axes coordinates": lambda ax: ax.plot([0, 1], [0, 1], transform=ax.transAxes),
    "text": lambda ax: ax.text(0, 0, "f"),
}


GUIDES = {
    "axhline": (lambda ax: ax.axhline(0.5, label="g"), [-1, 3], [0.5, 0.5]),
    "axvline": (lambda ax: ax.axvline(2, label="g"), [2, 2], [-2, 2]),
    "a part of the height": (lambda ax: ax.axvline(2, 0.5, 1, label="g"), [2, 2], [0, 2]),
    "axline by its slope": (lambda ax: ax.axline((1, 0), slope=2, label="g"), [-1, 3], [-4, 4]),
    "axline by points": (lambda ax: ax.axline((1, 0), (2, 2), label="g"), [-1, 3], [-4, 4]),
    "level axline on a log scale": (
        lambda ax: (ax.axline((1, 0.5), (2, 0.5), label="g"), ax.set_yscale("symlog")),
        [-1, 3],
        [0.5, 0.5],
    ),
    "upright axline": (lambda ax: ax.axline((1, 0), (1, 1), label="g"), [1, 1], [-2, 2]),
}


@pytest.mark.parametrize("guide", GUIDES)
def test_a_line_through_the_whole_view_is_a_guide(guide):
    draw, x, y = GUIDES[guide]
    fig = Figure()
    ax = fig.add_subplot()
    draw(ax)
    ax.set(xlim=(-1, 3), ylim=(-2, 2))
    (axes,) = unpack(pack(drawing(fig))).axes
    (found,) = axes.guides
    assert (found.artist, found.label, found.visible) == ("guide", "g", True)
    np.testing.assert_allclose(found.x, x)
    np.testing.assert_allclose(found.y, y)


NO_GUIDES = {
    "a line of two points": lambda ax: ax.plot([0, 1], [0, 1]),
    "grid": lambda ax: ax.grid(True),
    "axes coordinates": lambda ax: ax.plot([0, 1], [0, 1], transform=ax.transAxes),
    "axline of the axes": lambda ax: ax.axline((0, 0), slope=1, transform=ax.transAxes),
    "axline on a log scale": lambda ax: (ax.axline((1, 1), (2, 2)), ax.set_xscale("log")),
}


@pytest.mark.parametrize("name", NO_GUIDES)
def test_what_is_no_line_of_the_data_is_no_guide(name):
    fig = Figure()
    NO_GUIDES[name](fig.add_subplot())
    assert drawing(fig).axes[0].guides == ()


@pytest.mark.parametrize("reference", REFERENCES)
def test_what_shows_no_data_is_no_curve(reference):
    assert curves_of(REFERENCES[reference]) == ()


DATA = {
    "float32": (X.astype("f4"), Y.astype("f4"), "float32"),
    "float16 on a float64 grid": (X, Y.astype("f2"), "float16"),
    "integers": (X.astype(int), [1, -1, 0, 3], "float64"),
    "tensors": (torch.tensor(X), torch.tensor(Y), "float64"),
    "list of 0-d tensors": (list(torch.tensor(X)), list(torch.tensor(Y).float()), "float32"),
    "list of 1-entry arrays": (X, [np.array(value) for value in Y], "float64"),
    "masked": (X, np.ma.masked_greater(Y, 2), "float64"),
}


@pytest.mark.parametrize("case", DATA)
def test_data_of_any_kind_becomes_float64_and_its_dtype_is_kept(case):
    x, y, dtype = DATA[case]
    (curve,) = curves_of(lambda ax: ax.plot(x, y))
    assert curve.x.dtype == curve.y.dtype == np.float64 and curve.dtype == dtype
    if case == "masked":
        assert np.isnan(curve.y[3]) and curve.y[0] == 1
    else:
        np.testing.assert_allclose(curve.y, [float(value) for value in y], rtol=1e-3)


def test_categories_and_dates_become_numbers():
    (curve,) = curves_of(lambda ax: ax.plot(["a", "b", "c"], [1, 2, 3]))
    np.testing.assert_allclose(curve.x, [0, 1, 2])
    (curve,) = curves_of(lambda ax: ax.plot(days(3), [1, 2, 3]))
    np.testing.assert_allclose(np.diff(curve.x), [1, 1])


HIDDEN = {
    "invisible": {"visible": False},
    "transparent": {"alpha": 0},
}


@pytest.mark.parametrize("look", HIDDEN)
@pytest.mark.parametrize("call", ["plot", "scatter"])
def test_what_cannot_be_seen_is_marked(look, call):
    (curve,) = curves_of(lambda ax: getattr(ax, call)(X, Y, **HIDDEN[look]))
    assert not curve.visible


BLEND_IN = {
    "white on white": lambda fig, ax: ax.plot(X, Y, color="white"),
    "nearly white": lambda fig, ax: ax.plot(X, Y, color=(1, 1, 0.995)),
    "nearly nothing": lambda fig, ax: ax.plot(X, Y, alpha=0.002),
    "white marks": lambda fig, ax: ax.plot(X, Y, "o", color="w"),
    "white dots": lambda fig, ax: ax.scatter(X, Y, color="white"),
    "dots without a size": lambda fig, ax: ax.scatter(X, Y, s=0),
    "white pieces": lambda fig, ax: ax.vlines(X, 0, Y, colors="w"),
    "white stairs": lambda fig, ax: ax.stairs(Y, np.arange(5), baseline=None, color="w"),
    "black on black": lambda fig, ax: (ax.set_facecolor("k"), ax.plot(X, Y, "k")),
    "on a figure without axes": lambda fig, ax: (
        fig.set_facecolor("navy"), ax.set_axis_off(), ax.plot(X, Y, color="navy")
    ),
    "on a twin": lambda fig, ax: (ax.set_facecolor("red"), ax.twinx().plot(X, Y, "red")),
}  # fmt: skip
STAND_OUT = {
    "white on black": lambda fig, ax: (ax.set_facecolor("k"), ax.plot(X, Y, "w")),
    "white on a coloured figure": lambda fig, ax: (
        fig.set_facecolor("k"), ax.set_axis_off(), ax.plot(X, Y, "w")
    ),
    "white on nothing": lambda fig, ax: (
        fig.patch.set_alpha(0), ax.set_facecolor("none"), ax.plot(X, Y, "w")
    ),
    "white on an area": lambda fig, ax: (ax.axhspan(-2, 4), ax.plot(X, Y, "w")),
    "white on an image": lambda fig, ax: (ax.imshow(np.eye(4)), ax.plot(X, Y, "w")),
    "white with a black rim": lambda fig, ax: ax.plot(
        X, Y, "w", path_effects=[patheffects.withStroke(linewidth=3, foreground="k")]
    ),
    "white marks with a rim": lambda fig, ax: ax.plot(X, Y, "wo", markeredgecolor="k"),
    "dots coloured by a number": lambda fig, ax: ax.scatter(X, Y, c=Y),
    "grey": lambda fig, ax: ax.plot(X, Y, color="0.9"),
    "on a twin": lambda fig, ax: (ax.set_facecolor("red"), ax.twinx().plot(X, Y, "w")),
}  # fmt: skip


@pytest.mark.parametrize("way", BLEND_IN)
def test_what_has_the_colour_behind_it_cannot_be_seen(way):
    fig = Figure()
    BLEND_IN[way](fig, fig.add_subplot())
    assert curves.strokes(drawing(fig)) == []


@pytest.mark.parametrize("way", STAND_OUT)
def test_what_has_another_colour_than_what_lies_behind_it_can_be_seen(way):
    fig = Figure()
    STAND_OUT[way](fig, fig.add_subplot())
    assert len(curves.strokes(drawing(fig))) == 1


@pytest.mark.parametrize("projection", ["3d", "polar"])
def test_an_axes_without_two_straight_axes_shows_no_graph(projection):
    fig = Figure()
    fig.add_subplot(projection=projection).plot(X, Y)
    drawn = drawing(fig)
    assert drawn.curves == () and unpack(pack(drawn)).axes[0].projection == projection
    with pytest.raises(AssertionError, match=r"^\[axes-of-another-kind\]"):
        curves.require_curve(drawn, np.sin, "f(x)")


PATHS = {
    "a path": lambda ax: ax.add_patch(PathPatch(Path(np.c_[X, Y]), fill=False, label="one")),
    "an open polygon": lambda ax: ax.add_patch(
        Polygon(np.c_[X, Y], closed=False, fill=False, label="one")
    ),
    "stairs on their side": lambda ax: ax.stairs(
        [1, 2, 4], [-1, 0, 1, 3], orientation="horizontal", label="one"
    ),
}
NO_PATHS = {
    "an area": lambda ax: ax.fill(X, Y),
    "a filled path": lambda ax: ax.add_patch(PathPatch(Path(np.c_[X, Y]))),
    "a frame": lambda ax: ax.add_patch(Rectangle((0, 0), 1, 1, fill=False)),
    "an arrow": lambda ax: ax.annotate("", (0, 0), (1, 1), arrowprops={"arrowstyle": "->"}),
}


@pytest.mark.parametrize("way", PATHS)
def test_a_border_without_an_area_is_a_curve(way):
    (curve,) = curves_of(PATHS[way])
    assert curve.artist == "path" and curve.label == "one" and curve.visible
    assert curve.x[0] == X[0] or curve.x[0] == 1


@pytest.mark.parametrize("way", NO_PATHS)
def test_an_area_or_a_frame_is_no_curve(way):
    assert curves_of(NO_PATHS[way]) == ()


def test_pieces_of_a_path_have_a_gap_between_them():
    path = Path(np.c_[X, Y], [Path.MOVETO, Path.LINETO, Path.MOVETO, Path.LINETO])
    (curve,) = curves_of(lambda ax: ax.add_patch(PathPatch(path, fill=False)))
    np.testing.assert_array_equal(curve.y, [1, -1, np.nan, 0.5, 3])


STEPS = {"middle": [0.5, 1.5, 3], "begin": [0, 1, 2], "end": [1, 2, 4]}


@pytest.mark.parametrize("place", STEPS)
def test_a_step_of_stairs_shows_the_value_at_any_one_place_on_it(place):
    fig = Figure()
    fig.add_subplot().stairs(np.sin(STEPS[place]), X, baseline=None)
    (stroke,) = curves.strokes(drawing(fig))
    np.testing.assert_allclose(stroke.x, STEPS["middle"])
    assert curves.fits(curves.as_meant(stroke, [np.sin]), np.sin).all()
    assert not curves.fits(curves.as_meant(stroke, [np.cos]), np.cos).any()


@pytest.mark.parametrize("inches", [0, 2 / 72, -4 / 72])
def test_a_line_that_is_shifted_a_little_on_the_paper_shows_its_data(inches):
    fig = Figure()
    ax = fig.add_subplot()
    move = ScaledTranslation(inches, -inches, fig.dpi_scale_trans)
    ax.plot(X, Y, transform=ax.transData + move)
    (curve,) = drawing(fig).curves
    np.testing.assert_array_equal([curve.x, curve.y], [X, Y])


def test_a_line_that_is_shifted_far_is_where_it_is_drawn():
    fig = Figure()
    ax = fig.add_subplot()
    ax.set(xlim=(0, 4), ylim=(-1, 3))
    ax.plot(X, Y, transform=ax.transData + ScaledTranslation(0, 1, fig.dpi_scale_trans))
    (curve,) = drawing(fig).curves
    assert (curve.y > Y + 0.5).all()
    np.testing.assert_allclose(curve.x, X, atol=1e-9)


def test_titles_labels_limits_and_legends_are_kept():
    fig = Figure()
    ax = fig.add_subplot()
    ax.plot(X, Y, label="f")
    ax.set(title="T", xlabel="x", ylabel="y", xlim=(-1, 5), ylim=(-2, 4))
    fig.suptitle("S")
    fig.legend(loc="outside upper right")
    drawn = drawing(fig)
    (axes,) = drawn.axes
    assert (drawn.title, axes.title, axes.xlabel, axes.ylabel) == ("S", "T", "x", "y")
    assert axes.legend == ("f",) and axes.xlim == (-1, 5) and axes.ylim == (-2, 4)


def test_an_axes_brings_its_twin_but_not_its_neighbour():
    fig = Figure()
    first, second = fig.subplots(1, 2)
    twin = first.twinx()
    first.plot(X, Y), twin.plot(X, -Y), second.plot(X, 2 * Y)
    assert [curve.y[0] for curve in drawing(first).curves] == [1, -1]
    assert [curve.y[0] for curve in drawing(second).curves] == [2]
    assert len(drawing([first, second]).axes) == 2
    assert len(drawing(np.array([[first], [second]])).axes) == 2
    assert len(drawing(fig).axes) == 3


@pytest.mark.parametrize("target", [None, 3, "fig", [], [1], np.zeros(2), matplotlib, Figure])
def test_what_is_no_figure_is_refused_with_its_type(target):
    with pytest.raises(TypeError, match="expected a matplotlib Axes or Figure, found"):
        drawing(target)


def test_too_many_artists_or_points_are_a_clear_error(monkeypatch):
    monkeypatch.setattr(drawings, "MAX_POINTS", 3)
    with pytest.raises(EvidenceError, match="more than 3 points"):
        curves_of(ARTISTS["line"])
    monkeypatch.setattr(drawings, "MAX_ARTISTS", 3)
    with pytest.raises(EvidenceError, match="more than 3 artists"):
        curves_of(ARTISTS["line"])


def test_nothing_is_rendered(monkeypatch):
    fig = Figure()
    RIGHT["errorbar"](fig, GRID, np.sin, np.cos)
    monkeypatch.setattr(Figure, "draw", lambda *_: pytest.fail("the figure was drawn"))
    assert len(drawing(fig).curves) == 2


@pytest.mark.parametrize("way", [*RIGHT, *WRONG])
def test_every_picture_crosses_the_wall(way):
    fig = Figure()
    draw = RIGHT[way] if way in RIGHT else WRONG[way][1]
    draw(fig, GRID[::25], np.sin, np.cos)
    drawn = drawing(fig)
    crossed = unpack(pack(drawn))
    assert [c.label for c in crossed.curves] == [c.label for c in drawn.curves]
    for one, other in zip(crossed.curves, drawn.curves):
        np.testing.assert_array_equal(one.y, other.y)


UNSEEN = {
    "no width": {"linewidth": 0},
    "no colour": {"color": "none"},
    "a transparent colour": {"color": (0, 0, 0, 0.0)},
    "marks without a size": {"linestyle": "none", "marker": "o", "markersize": 0},
    "marks without a colour": {
        "linestyle": "none", "marker": "o", "markerfacecolor": "none", "markeredgecolor": "none"
    },
}  # fmt: skip


@pytest.mark.parametrize("way", UNSEEN)
def test_what_cannot_be_seen_is_no_stroke(way):
    fig = Figure()
    fig.add_subplot().plot(X, Y, **UNSEEN[way])
    assert curves.strokes(drawing(fig)) == []


def test_rings_on_a_line_without_width_are_seen():
    fig = Figure()
    fig.add_subplot().plot(X, Y, linewidth=0, marker="o", markerfacecolor="none")
    assert len(curves.strokes(drawing(fig))) == 1
