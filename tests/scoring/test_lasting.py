"""Tests that can leave nothing behind run in the scorer itself; all others in a copy of it."""

import importlib

import pytest

from autograder.model import Limits, Provenance
from autograder.scoring import lasting
from autograder.scoring.assignment import Assignment
from autograder.scoring.libraries import LISTED
from autograder.scoring.scorer import Scorer
from autograder.scoring.task import Task, as_it_is
from tests.running import ok_file, outcomes, test_file
from tests.scoring.test_apart import ENDS, HARMS
from tests.scoring.test_boundary import Forked, notebook

ONLY_COMPARE = (
    ">>> rain.shape\n(2000, 3)",
    ">>> list(by_town.columns) == ['mean', 'max'] and bool(by_town['mean'].is_unique)\nTrue",
    ">>> all(wet_days(known, n) >= wet_days(known, n + 1) for n in range(5))\nTrue",
    ">>> import numpy as np\n>>> np.isclose(answer, [1, 2], atol=1e-3).all()\nTrue",
    ">>> table.where('price', 3).num_rows, table.column(0).item(0)\n(1, 2)",
    ">>> f'{answer:.2f}'\n'3.14'",
    ">>> for n in range(3):\n...     print(double(n))\n0\n2\n4",
)
LASTING = (
    "x[0] = 1", "x.y = 1", "del x[0]", "x += [1]", "global y\n    y = 1", "x.append(1)",
    "x.pop()", "x.remove(1)", "x.insert(0, 1)",
    "x.update({})", "x.title('t')", "np.seterr(all='raise')", "np.random.seed(1)", "plt.figure()",
    "pd.set_option('display.width', 1)", "plt.rcParams.update({})", "x.to_csv('a.csv')",
    "open('a')", "eval(x)", "exec(x)", "__import__('os')", "getattr(x, 'seterr')(all='raise')",
    "setattr(x, 'y', 1)", "vars(x)", "globals()", "import os", "import random", "import helper",
    "from numpy import *", "from numpy import seterr", "import sys as np", "x.__dict__",
    "x.__class__", "__builtins__", "class A: pass", "with x: pass", "import warnings",
    "def inner(seen=[]):\n        return seen", "(lambda seen=[]: seen)()", "while x: pass",
    "type.mro(x)", "match x:\n        case 1: pass", "async def f(): pass", "yield x", "input()",
    "from numpy import random", "from pandas import read_csv", "x: int = 1", "memoryview(x)",
    "hashlib.md5(x)", "@x\n    def g(): pass", "super()", "dir(x)", "help(x)", "breakpoint()",
)  # fmt: skip


@pytest.mark.parametrize("case", ONLY_COMPARE)
def test_a_doctest_that_only_compares_leaves_nothing(case):
    assert lasting.leave_nothing([ok_file(case)])


def test_functions_that_only_compare_leave_nothing():
    body = "def t(f, x):\n    import numpy as np\n    assert np.allclose([f(v) for v in x], x)"
    assert lasting.leave_nothing([test_file("q1", body), ok_file(">>> 1\n1")])


@pytest.mark.parametrize("statement", LASTING)
def test_what_may_stay_is_known(statement):
    assert not lasting.leave_nothing([test_file("q1", f"def t(x):\n    {statement}")])
    if "\n" not in statement:
        examples = [ok_file(f">>> {statement}"), ok_file(">>> 1\n1\n>>> " + statement)]
        if not statement.endswith("pass"):
            assert not any(lasting.leave_nothing([one]) for one in examples)


@pytest.mark.parametrize("harm", [*HARMS, *ENDS])
def test_whatever_harms_the_next_submission_is_none(harm):
    body = f"def harm(v):\n    import numpy as np\n    {({**HARMS, **ENDS})[harm]}"
    assert not lasting.leave_nothing([test_file("q1", body)])


@pytest.mark.parametrize("beside", ["SEEN = set()", "it = iter([1, 2])", "print(1)", "x = [f(1)]"])
def test_what_a_file_holds_beside_its_tests_is_constant(beside):
    source = test_file("q1", "def t(x):\n    assert x")
    assert lasting.leave_nothing([source])
    assert not lasting.leave_nothing([f"{source}\n{beside}\n"])


@pytest.mark.parametrize("code", [
    "'>>> x' + '.seterr()'", "''.join(['>>> import', ' os'])", "f\">>> x{''}.seterr()\"",
    "'>>> x{}'.replace('{}', '.seterr()')", "'%s' % '>>> import os'", "'>>> x.%s()' % 'seterr'",
])  # fmt: skip
def test_doctests_that_are_put_together_are_not_looked_into(code):
    source = ok_file(">>> 1\n1")
    assert lasting.leave_nothing([source])
    assert not lasting.leave_nothing([f"{source}\ntest['suites'] = {code}\n"])
    assert not lasting.leave_nothing([f"OK_FORMAT = True\ntest = {{'suites': [{code}]}}\n"])


def test_a_file_that_cannot_be_read_is_none():
    assert not lasting.leave_nothing(["def ("])
    assert not lasting.leave_nothing([ok_file(">>> (")])


# A test asks a name of the notebook's for its attribute: the name may be bound to a library.
CHANGES = {
    "matplotlib.pyplot", "random", "numpy.random", "decimal", "matplotlib", "seaborn", "json",
    "functools", "hashlib", "bisect", "collections", "torch.autograd", "torch.func", "textwrap",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_no_attribute_on_the_list_changes_a_library(name):
    assert name in LISTED
    found = {one for one in lasting.ATTRIBUTES if hasattr(importlib.import_module(name), one)}
    assert found <= {"get", "tri"}  # pyplot's tells an artist's properties; a part of matplotlib


def test_only_what_may_leave_something_is_scored_in_a_copy(tmp_path, monkeypatch):
    copies = []

    def score_apart(score, *others):
        copies.append(others)
        return score()

    monkeypatch.setattr("autograder.scoring.scorer.score_apart", score_apart)
    found = []
    for case in (">>> a == 1\nTrue", ">>> import os\n>>> os.getcwd() == a\nFalse"):
        tests = Assignment("lab", "d", {}, {"q1": ok_file(case)}, {}, is_foreign=True)
        engines = Forked()
        scorer = Scorer(Task(tests, Limits(), Provenance(), as_it_is), engines)
        try:
            found += outcomes(scorer.score(notebook(tmp_path, "ada", ("a = 1", "q1"))))
        finally:
            scorer.close()
            engines.close()
        assert len(copies) == len(found) - 1
    assert found == [True, True]
