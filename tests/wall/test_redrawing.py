"""A picture is drawn again with a function asked for a multiple: what came from it follows."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from autograder import probes
from autograder.checks import curves

HEAD = """
import math
import matplotlib.pyplot as plt
import numpy as np
import torch

def derivative(f, xs):
    t = torch.tensor(xs, requires_grad=True)
    f(t).sum().backward()
    return t.grad.numpy()

x = np.arange(-5, 5, 0.1)
"""
DRAW = """
fig, ax = plt.subplots()
ax.plot(x, np.sin(x), label="f")
ax.plot(x, {second}, label="df")
"""
FOLLOWS = {
    "called in the plot": [HEAD, DRAW.format(second="derivative(torch.sin, x)")],
    "in one cell": [HEAD + DRAW.format(second="derivative(torch.sin, x)")],
    "kept in a variable": [HEAD + "values = derivative(f=torch.sin, xs=x)",
                           DRAW.format(second="values")],
    "after an assertion that no longer holds": [
        HEAD + "values = derivative(torch.sin, x)\nassert np.allclose(values, np.cos(x))",
        DRAW.format(second="values")],
    "after a statement that fails": [HEAD, "undefined_name", DRAW.format(
        second="derivative(torch.sin, x)")],
    "by a helper": [HEAD, "def helper(x):\n    return derivative(torch.sin, x)",
                    DRAW.format(second="helper(x)")],
    "by partial": [HEAD, "from functools import partial\nslope = partial(derivative, torch.sin)",
                   DRAW.format(second="slope(x)")],
    "point by point": [HEAD, DRAW.format(
        second="[derivative(torch.sin, np.array([v]))[0] for v in x]")],
    "in pyplot's figure": [HEAD, "plt.plot(x, np.sin(x))\n"
                           "plt.plot(x, derivative(torch.sin, x))\nfig = plt.gcf()"],
    "with a magic": [HEAD, "%matplotlib inline\n" + DRAW.format(
        second="derivative(torch.sin, x)")],
}  # fmt: skip
STAYS = {
    "NumPy's cosine": "np.cos(x)",
    "torch's cosine": "torch.cos(torch.tensor(x))",
    "math's cosine": "[math.cos(v) for v in x]",
    "a shifted sine": "np.sin(x + np.pi / 2)",
    "a function that is looked up": "getattr(np, 'co' + 's')(x)",
}


def redraw(cells):
    space = {}
    for cell in cells:
        try:
            exec("\n".join(line for line in cell.splitlines() if not line.startswith("%")), space)
        except NameError:
            continue
    before = dict(space), plt.get_fignums()
    drawn = probes.drawing(space["fig"])
    again = probes.redrawn(space["derivative"], "derivative", "fig", ["", *cells], 1.5)
    after = dict(space), plt.get_fignums()
    plt.close("all")
    assert before == after
    return drawn, again


@pytest.mark.parametrize("case", FOLLOWS)
def test_a_curve_from_the_function_follows_it(case):
    drawn, again = redraw(FOLLOWS[case])
    curves.require_followed(drawn, again, np.cos, 1.5, "df(x)", "derivative")


@pytest.mark.parametrize("case", STAYS)
def test_a_curve_from_elsewhere_stays(case):
    drawn, again = redraw([HEAD, DRAW.format(second=STAYS[case])])
    with pytest.raises(AssertionError, match=r"^\[not-from-your-function\] .+ ‖ "):
        curves.require_followed(drawn, again, np.cos, 1.5, "df(x)", "derivative")


@pytest.mark.parametrize("wrong", ["derivative(torch.sin, x) + 1", "2 * derivative(torch.sin, x)"])
def test_a_curve_that_follows_does_not_stand_in_for_the_one_that_is_right(wrong):
    beside = DRAW.format(second=wrong) + "\nfig.axes[0].plot(x, np.cos(x))"
    drawn, again = redraw([HEAD, beside])
    with pytest.raises(AssertionError, match=r"^\[not-from-your-function\] A curve follows"):
        curves.require_followed(drawn, again, np.cos, 1.5, "df(x)", "derivative", [np.sin])
    curves.require_followed(drawn, again, np.cos, 1.5, "df(x)", "derivative", [np.tanh])


def test_what_cannot_be_drawn_again_is_none():
    assert redraw([HEAD, DRAW.format(second="x"), "del fig\nfig = plt.figure()"])[1] is not None
    space = {}
    exec(HEAD, space)
    assert probes.redrawn(space["derivative"], "derivative", "fig", [], 1.5) is None
