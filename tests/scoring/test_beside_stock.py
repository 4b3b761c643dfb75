"""Doctests pass here where they pass in stock Otter, for a right notebook and for each slip in it.

The files beside: what tests do with a student's classes, and what they hand over.
"""

from pathlib import Path

import pytest
import tomllib
from otter.test_files.ok_test import OKTestFile

from autograder.scoring.formats.doctests import DoctestTests
from tests.running import grade_doctests, ok_file, outcomes

FILES = (
    "student_classes", "object_courses", "handed_objects", "compiled_functions", "datasets",
    "parameters", "handed_modules", "handed_losses", "handed_values", "looked_at",
    "decorators", "tensors", "standard_objects", "zones", "made_items", "large_values",
)  # fmt: skip
PLAIN = {
    name: tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text(encoding="utf-8"))
    for name in FILES
}
CASES = [(name, slip) for name in FILES for slip in ("", *PLAIN[name]["slips"])]


def in_stock(cell: str, examples: list[str]) -> list[bool]:
    """Return which of the examples pass in stock Otter."""
    namespace: dict = {"__name__": "__main__"}
    exec(cell, namespace)
    stock = OKTestFile.from_spec(DoctestTests.spec(ok_file(*examples)))
    stock.run(namespace)
    return [result.passed for result in stock.test_case_results]


@pytest.mark.parametrize("name, slip", CASES)
def test_what_passes_is_what_passes_in_one_process(engine, name, slip):
    right, examples, slips = (PLAIN[name][part] for part in ("cell", "examples", "slips"))
    cell = right.replace(*slips[slip]) if slip else right
    assert (cell != right) is bool(slip)
    graded = grade_doctests(engine, cell, [(code, None) for code in examples], foreign=True)
    expected = in_stock(cell, examples)
    assert all(expected) is not bool(slip), [code for code, ok in zip(examples, expected) if not ok]
    failed = [code for code, ok, here in zip(examples, expected, outcomes(graded)) if ok != here]
    assert not failed


COMPARED = (
    "def f(x): return x\nclass Box: pass\nclass Yes:\n    def __eq__(self, other): return True\n"
    "    def __ne__(self, other): return False\n    __hash__ = None\n"
    "def g(): yield 1\nbox, items, empty, yes = Box(), g(), (lambda: None), Yes()\n"
    "import types\nmodule = types.ModuleType('module')"
)
BESIDE = (
    "np.zeros(3)", "np.zeros(0)", "np.array(1.0)", "np.ma.masked_array([1.0])", "np.float64(1)",
    "torch.zeros(3)", "torch.tensor(1.0)", "pd.Series([1, 2])", "pd.DataFrame({'a': [1]})",
    "pd.Index([1])", "mock.ANY", "sympy.Symbol('x')", "np.poly1d([1])", "1", "None", "'f'", "[1]",
    "yes", "f", "Box", "box", "items",
)  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("one", ["f", "Box", "box", "items", "empty", "module"])
def test_a_comparison_is_true_here_only_where_it_is_in_one_process(engine, one):
    examples = [
        f">>> import numpy as np, pandas as pd, sympy, torch\n>>> from unittest import mock\n"
        f">>> {form.format(one, other)}\n{wanted}"
        for other in BESIDE
        for form in ("{} == {}", "{} != {}", "{1} == {0}", "{1} != {0}", "{} in [{}]")
        for wanted in ("True", "False")
    ]
    graded = grade_doctests(engine, COMPARED, [(code, None) for code in examples], foreign=True)
    stock = in_stock(COMPARED, examples)
    assert not [
        c for c, here, there in zip(examples, outcomes(graded), stock) if here and not there
    ]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("one", ["f", "Box", "items"])
def test_what_equals_itself_alone_compares_as_in_one_process(engine, one):
    others = [other for other in BESIDE if not other.startswith(("pd.", "sympy", "np.ma"))]
    examples = [
        f">>> import numpy as np, torch\n>>> from unittest import mock\n"
        f">>> bool(np.all({form}))\n{wanted}"
        for other in others
        for form in (f"{one} == {other}", f"{one} != {other}", f"{other} == {one}")
        for wanted in ("True", "False")
    ]
    graded = grade_doctests(engine, COMPARED, [(code, None) for code in examples], foreign=True)
    stock = in_stock(COMPARED, examples)
    assert not [c for c, here, there in zip(examples, outcomes(graded), stock) if here != there]


def test_our_own_tests_derive_no_class_from_a_students(engine):
    plain = PLAIN["student_classes"]
    graded = grade_doctests(engine, plain["cell"], [(plain["examples"][0], None)])
    assert outcomes(graded) == [False]


def test_bytecode_that_the_source_does_not_make_is_refused(engine):
    cell = "space = {}\nexec('def f(n):\\n    for i in range(n): pass', space)\nf = space['f']"
    reads = """>>> import dis
>>> try: any(one.opname == "FOR_ITER" for one in dis.get_instructions(f.__code__))
... except AssertionError: False
False"""
    examples = [(reads, None), (">>> f.__code__.co_argcount\n1", None)]
    assert outcomes(grade_doctests(engine, cell, examples, foreign=True)) == [False, True]
