"""A drawing is read once, however many tests look at it, and is never taken for another."""

import dataclasses

import numpy as np
from matplotlib.figure import Figure

from autograder.checks.strokes import strokes
from autograder.wall.drawings import drawing


def curve(values):
    fig = Figure()
    fig.add_subplot().plot(np.arange(20), values)
    return drawing(fig)


def test_a_drawing_is_read_once():
    drawn = curve(np.arange(20))
    assert strokes(drawn)[0] is strokes(drawn)[0]


def test_drawings_are_told_apart():
    ones, twos = curve(np.ones(20)), curve(np.full(20, 2))
    for drawn, value in ((ones, 1), (twos, 2), (ones, 1)):
        assert (strokes(drawn)[0].y == value).all()


def test_a_drawing_with_other_data_is_another():
    drawn = curve(np.ones(20))
    seen = strokes(drawn)
    seen.clear()
    assert len(strokes(drawn)) == 1
    assert strokes(dataclasses.replace(drawn, axes=())) == []
