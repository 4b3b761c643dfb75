"""An estimator that a test hands over and student code fits is one on both sides.

The library is made up, under the names of scikit-learn's modules, in the test and in the notebook.
"""

import sys
import types

import pytest

from tests.running import grade_doctests, messages, outcomes
from tests.scoring.test_beside_stock import in_stock

LIBRARY = """
import numpy as np
class Estimator:
    def __init__(self, scale=1.0, inner=None, steps=(), f=abs, names=None, warm_start=False):
        self.scale, self.inner, self.steps, self.f = scale, inner, list(steps), f
        self.names, self.warm_start = names, warm_start
    def fit(self, x, y=None):
        self.mean_ = np.mean(x) * self.scale
        self.classes_, self._seen = np.array(["a", "b"], object), {"n": len(x), "of": [1, (2.0, None)]}
        self.steps = list(self.steps)
        for one in [self.inner, *(one for _, one in self.steps)]:
            if one is not None: one.fit(x, y)
        return self
    def predict(self, x): return self.f(np.asarray(x) - self.mean_)
class Grown(Estimator):
    def fit(self, x, y=None):
        self.tree_ = lambda x: x
        return self
"""  # noqa: E501
CELL = f"""
import sys, types
for place in ("sklearn.dummy", "sklearn.tree"):
    made = sys.modules[place] = types.ModuleType(place)
    exec({LIBRARY!r}, made.__dict__)
def fit(m, x):
    m.fit(x)
    return m
def fit_inner(m, x): m.inner.fit(x)
def fit_again(m, x): return m.fit([50.0]).fit(x)
def fit_and_fail(m, x):
    m.fit(x)
    raise ValueError("too late")
def fit_and_ask(m, x, ask): return m.fit(x) and ask()
def best(models, x): return min((m.fit(x) for m in models), key=lambda m: m.mean_)
def known(m): return [m.mean_, m.fit([9.0]).mean_]
def forget(m):
    del m.mean_
def set_scale(m): m.scale = 2.0
def set_function(m): m.f = lambda x: x
def set_inner(m, x): m.inner = type(m)().fit(x)
def set_steps(m): m.steps = []
def set_name(m): m.names[0] = "x"
def set_mean(m): m.mean_ = print
def set_shadow(m): m.predict = 1
kept = []
def keep(m, x): kept.append(m)
def fit_kept(x): kept[-1].fit(x)
"""
MADE = ">>> from sklearn.dummy import Estimator\n>>> from sklearn.tree import Grown\n"
ONE = MADE + ">>> m = Estimator()\n"
DEEP = MADE + ">>> a, b = Estimator(2.0), Estimator(3.0)\n>>> m = Estimator(1.0, a, (('b', b),))\n"
EXAMPLES = {
    "fitted": ONE + ">>> fit(m, [1, 3]) is m, float(m.mean_), m.classes_.tolist(), m._seen\n"
    "(True, 2.0, ['a', 'b'], {'n': 2, 'of': [1, (2.0, None)]})",
    "predicts": ONE + ">>> _ = fit(m, [1, 3])\n>>> m.predict([1, 5]).tolist()\n[1.0, 3.0]",
    "deep": DEEP + ">>> _ = fit(m, [1, 3])\n>>> float(m.mean_), float(a.mean_), float(b.mean_)\n"
    "(2.0, 4.0, 6.0)\n>>> m.inner is a and m.steps[0][1] is b and type(m.steps) is list\nTrue",
    "inner": DEEP + ">>> fit_inner(m, [1, 3])\n>>> float(a.mean_), hasattr(m, 'mean_')\n"
    "(4.0, False)",
    "again": ONE + ">>> _ = fit(m, [1, 3])\n>>> _ = fit_again(m, [5])\n>>> float(m.mean_)\n5.0",
    "by turns": ONE + ">>> _ = fit(m, [1])\n>>> _ = m.fit([7])\n>>> [float(x) for x in known(m)]\n"
    "[7.0, 9.0]\n>>> float(m.mean_)\n9.0",
    "raised": ONE + ">>> try: fit_and_fail(m, [1, 3])\n... except ValueError: float(m.mean_)\n2.0",
    "asked": ONE + ">>> float(fit_and_ask(m, [1, 3], lambda: m.mean_))\n2.0",
    "several": MADE + ">>> m = [Estimator(2.0), Estimator(1.0)]\n>>> best(m, [3.0]) is m[1]\nTrue\n"
    ">>> float(m[0].mean_)\n6.0",
    "kept": ONE + ">>> keep(m, [1])\n>>> fit_kept([4])\n>>> float(m.mean_)\n4.0",
    "forgotten": ONE + ">>> _ = m.fit([1])\n>>> forget(m)\n>>> hasattr(m, 'mean_')\nFalse",
}
REFUSED = {  # what passes here would be another thing than what student code made
    "parameter": ONE + ">>> set_scale(m)\n>>> m.scale == 2\n{}",
    "function": ONE + ">>> set_function(m)\n>>> m.f is abs\n{}",
    "replaced": DEEP + ">>> set_inner(m, [1])\n>>> m.inner is a\n{}",
    "steps": DEEP + ">>> set_steps(m)\n>>> len(m.steps) == 1\n{}",
    "in a list": MADE + ">>> m = Estimator(names=['a'])\n>>> set_name(m)\n>>> m.names == ['a']\n{}",
    "no data": ONE + ">>> set_mean(m)\n>>> hasattr(m, 'mean_')\n{}",
    "a method's name": ONE + ">>> set_shadow(m)\n>>> callable(m.predict)\n{}",
    "goes on": MADE + ">>> m = Estimator(warm_start=True)\n>>> _ = fit(m, [1])\n"
    ">>> hasattr(m, 'mean_')\n{}",
    "compiled": MADE + ">>> m = Grown()\n>>> _ = fit(m, [1])\n>>> hasattr(m, 'tree_')\n{}",
}


@pytest.fixture(autouse=True)
def library(monkeypatch):
    for place in ("sklearn.dummy", "sklearn.tree"):
        made = types.ModuleType(place)
        exec(LIBRARY, made.__dict__)
        monkeypatch.setitem(sys.modules, place, made)
    monkeypatch.setitem(sys.modules, "sklearn", types.ModuleType("sklearn"))


def test_what_student_code_fits_is_fitted_in_the_test(engine):
    examples = list(EXAMPLES.values())
    graded = grade_doctests(engine, CELL, [(code, None) for code in examples], foreign=True)
    stock = dict(zip(EXAMPLES, in_stock(CELL, examples)))
    assert all(stock.values()), stock
    found = dict(zip(EXAMPLES, outcomes(graded), strict=True))
    assert all(found.values()), (found, messages(graded))


@pytest.mark.parametrize("slip", ["m.fit([0.5 * n for n in x])", "type(m)().fit(x)", "None"])
def test_what_is_not_fitted_so_is_not_here(engine, slip):
    cell = CELL.replace("    m.fit(x)\n    return", f"    {slip}\n    return")
    examples = list(EXAMPLES.values())
    graded = grade_doctests(engine, cell, [(code, None) for code in examples], foreign=True)
    assert outcomes(graded) == in_stock(cell, examples)


def test_what_else_student_code_changes_passes_here_only_where_it_is_so(engine):
    examples = [code.format(wanted) for code in REFUSED.values() for wanted in (True, False)]
    graded = grade_doctests(engine, CELL, [(code, None) for code in examples], foreign=True)
    stock = in_stock(CELL, examples)
    only = [c for c, here, there in zip(examples, outcomes(graded), stock) if here and not there]
    assert sum(stock) == len(REFUSED) and not only
