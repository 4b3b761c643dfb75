"""Libraries' objects that a test hands over: student code has such an object too."""

import sys
import types

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from autograder.errors import EvidenceError
from autograder.wall import codec
from autograder.wall.codec import recipes
from autograder.wall.codec.handles import lent_number
from autograder.wall.oracles import Oracle

FRAME = pd.DataFrame({"k": list("aab"), "v": [1, 2, 4], "w": [1.5, None, 2.5]})
HANDED = {
    "groups": (FRAME.groupby("k"), lambda g: g["v"].mean()),
    "groups of two": (FRAME.groupby(["k", "v"], sort=False), lambda g: g.size()),
    "chosen columns": (FRAME.groupby("k", as_index=False)[["w"]], lambda g: g.max()),
    "a column's": (FRAME.groupby("k")["v"], lambda g: g.sum()),
    "rolling": (FRAME["v"].rolling(2), lambda r: r.mean()),
    "distribution": (stats.gamma(2, scale=3), lambda d: d.cdf([1, 2, 3])),
    "another one": (stats.t(5), lambda d: d.ppf([0.1, 0.5])),
    "drawn": (stats.norm(1), lambda d: d.rvs(3, random_state=1)),
}


class Estimator:
    """As those of scikit-learn are, whose module it says that it is of."""

    __module__ = "sklearn.made_up"

    def __init__(self, inner=None):
        self.inner = inner

    def fit(self, x):
        self.mean_, self.seen_ = np.mean(x), np.zeros(1, [("a", "i1"), ("b", "f8")])
        return self

    def predict(self, x):
        return x - self.mean_


@pytest.fixture(autouse=True)
def made_up(monkeypatch):
    module = types.ModuleType("sklearn.made_up")
    module.Estimator = Estimator
    monkeypatch.setitem(sys.modules, "sklearn", types.ModuleType("sklearn"))
    monkeypatch.setitem(sys.modules, "sklearn.made_up", module)
    yield
    for known in vars(recipes.COPIES).values():
        known.clear()


class Test:
    """The side of a test, which lends."""

    __test__ = False

    def __init__(self):
        self.lent = {}

    def lend(self, value):
        if id(value) not in self.lent:
            assert recipes.is_copied(value), value
            self.lent[id(value)] = Oracle(value, does=(recipes.COPIED,))
        return self.lent[id(value)]

    def hand(self, value):
        frame = codec.pack({"value": value}, lend=self.lend)
        return codec.unpack(frame, resolve=lambda number: None, adopt=lambda *one: one)["value"]


@pytest.mark.parametrize("name", HANDED)
def test_a_copy_does_what_the_object_does(name):
    value, use = HANDED[name]
    copied = Test().hand(value)
    assert copied is not value and type(copied) is type(value)
    np.testing.assert_array_equal(np.asarray(use(copied)), np.asarray(use(value)))


@pytest.mark.parametrize("name", HANDED)
def test_it_is_one_object_and_comes_back_as_the_tests(name):
    test, (value, _) = Test(), HANDED[name]
    first, again = test.hand(value), test.hand([value, value])
    assert first is again[0] is again[1]
    assert lent_number(first) == test.lend(value).id
    assert test.hand(Estimator().fit([1])) is not first


def test_of_many_the_last_are_known():
    test, handed = Test(), [stats.norm(n) for n in range(recipes.MOST + 9)]
    copies = [test.hand(one) for one in handed]
    assert [lent_number(one) is not None for one in copies][:8] == [False] * 8
    assert lent_number(copies[-1]) == test.lend(handed[-1]).id
    assert test.hand(handed[0]).mean() == 0.0


def test_what_an_estimator_holds_comes_along():
    inner = Estimator().fit([1.0, 3.0])
    copied = Test().hand(Estimator(inner).fit([5.0]))
    assert copied.predict(6.0) == 1.0 and copied.inner.predict(3.0) == 1.0
    assert copied.seen_.dtype == inner.seen_.dtype and copied.seen_["b"].tolist() == [0.0]


def test_another_object_is_made_where_the_tests_own_has_changed():
    test, estimator = Test(), Estimator().fit([1.0])
    first = test.hand(estimator)
    assert test.hand(estimator) is first
    assert test.hand(estimator.fit([2.0])).mean_ == 2.0 and first.mean_ == 1.0


def test_a_copy_that_is_fitted_is_told():
    outer = Test().hand(Estimator(Estimator()))
    recipes.COPIES.told()
    outer.inner.fit([1.0])
    with pytest.raises(EvidenceError, match="changed by the code"):
        recipes.COPIES.told()
    recipes.COPIES.told()


@pytest.mark.parametrize("name", HANDED)
def test_what_is_only_used_is_not_said_to_have_changed(name):
    value, use = HANDED[name]
    use(Test().hand(value))
    recipes.COPIES.told()


@pytest.mark.parametrize("value", [stats.norm(0), FRAME.groupby("k"), Estimator()])
def test_a_sandbox_can_send_none(value):
    frame = codec.pack(value, lend=Test().lend)
    with pytest.raises(EvidenceError, match="may not send recipes"):
        codec.unpack(frame, adopt=lambda kind, plain, one: one)
    records = []
    codec.unpack(
        codec.pack(value, keep=lambda one: 1),
        adopt=lambda kind, plain, one: records.append(kind),
    )
    assert records == ["object"]


def test_an_object_that_cannot_be_taken_apart_does_not_cross():
    with pytest.raises(EvidenceError, match="cannot cross into the sandbox"):
        codec.pack(Stubborn(), lend=Test().lend)


class Stubborn(Estimator):
    __module__ = "sklearn.made_up"

    def __reduce_ex__(self, protocol):
        raise TypeError("no")
