"""What a sandbox says of a fitted estimator is plain data, or the test's own is left as it was."""

import numpy as np
import pytest

from autograder.errors import EvidenceError
from autograder.wall import fitted


class Estimator:
    __module__ = "sklearn.dummy"

    def __init__(self, alpha=1.0, inner=None, steps=(), warm_start=False):
        self.alpha, self.inner, self.steps = alpha, inner, [*steps]
        self.warm_start = warm_start

    def fit(self):
        self.mean_ = 2.0
        return self


class Tree(Estimator):
    __module__ = "sklearn.tree"


SAME = [["alpha", ["same"]], ["steps", ["items", []]], ["warm_start", ["same"]]]
PLAIN = [*SAME, ["inner", ["same"]]]
NESTED = [*SAME, ["inner", ["estimator", [*PLAIN, ["mean_", ["plain", 7.0]]]]]]
BAD = {
    "no list": 3,
    "no pairs": [[1]],
    "no state": [[1, 3]],
    "no number": [[None, PLAIN]],
    "nobody's": [[99, PLAIN]],
    "no estimator": [[3, PLAIN]],
    "a tree": [[4, PLAIN]],
    "one that goes on": [[5, PLAIN]],
    "a parameter is missing": [[1, PLAIN[1:]]],
    "a parameter is told": [[1, [["alpha", ["plain", 2.0]], *PLAIN[1:]]]],
    "an attribute that fitting does not make": [[1, [*PLAIN, ["predict", ["plain", 1]]]]],
    "a hidden name": [[1, [*PLAIN, ["__class__", ["plain", 1]]]]],
    "a name that is none": [[1, [*PLAIN, [3, ["plain", 1]]]]],
    "no data": [[1, [*PLAIN, ["mean_", ["plain", print]]]]],
    "data of no kind": [[1, [*PLAIN, ["mean_", ["other", 1]]]]],
    "nothing": [[1, [*PLAIN, ["mean_", []]]]],
    "objects": [[1, [*PLAIN, ["mean_", ["plain", np.array([print], object)]]]]],
    "records": [[1, [*PLAIN, ["mean_", ["plain", np.zeros(1, [("a", "f8")])]]]]],
    "deep": [[1, [*PLAIN, ["mean_", ["plain", [[[[[[1]]]]]]]]]]],
    "a subclass": [[1, [*PLAIN, ["mean_", ["plain", np.ma.array([1])]]]]],
    "an inner one is no such": [[1, [*SAME, ["inner", ["estimator", PLAIN]]]]],
    "an inner one is not told of": [[2, PLAIN]],
    "an inner one is malformed": [[2, [*SAME, ["inner", ["estimator", [["x", 1]]]]]]],
    "more steps": [[1, [["steps", ["items", [["same"]]]], *PLAIN]]],
    "the second is malformed": [[1, [*PLAIN, ["mean_", ["plain", 1.0]]]], [2, PLAIN]],
}


@pytest.fixture
def held():
    deep = Estimator(1.0, Estimator())
    return {1: Estimator(), 2: deep, 3: [], 4: Tree(), 5: Estimator(warm_start=True)}


def finder(held):
    def find(number):
        if number not in held:
            raise EvidenceError("a function that nobody lent")
        return held[number]

    return find


@pytest.mark.parametrize("name", BAD)
def test_what_is_malformed_changes_nothing(held, name):
    before = {n: dict(vars(one)) for n, one in held.items() if n != 3}
    with pytest.raises(EvidenceError):
        fitted.take(BAD[name], finder(held))
    assert {n: vars(one) for n, one in held.items() if n != 3} == before


def test_what_is_told_is_what_the_test_has(held):
    told = [[1, [*PLAIN, ["mean_", ["plain", np.array([1.0])]]]], [2, NESTED]]
    inner = held[2].inner
    fitted.take(told, finder(held))
    assert held[1].mean_.tolist() == [1.0] and held[1].alpha == 1.0
    assert held[2].inner is inner and inner.mean_ == 7.0 and not hasattr(held[2], "mean_")


@pytest.mark.parametrize("made", [Estimator(), Estimator(2.0, Estimator(), [("a", Estimator())])])
def test_one_side_reads_what_the_other_tells(made):
    parameters = fitted.made_with(made)
    made.fit()
    for inner in (made.inner, *(one for _, one in made.steps)):
        assert inner is None or inner.fit()
    state = fitted.state_of(made, parameters)
    own = Estimator(
        made.alpha, made.inner and Estimator(), [(n, Estimator()) for n, _ in made.steps]
    )
    fitted.take([[1, state]], finder({1: own}))
    assert fitted.state_of(own, fitted.made_with(own)) == state
