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
    "decorators", "tensors", "standard_objects",
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
