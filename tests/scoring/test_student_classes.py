"""What tests do with a student's classes is here what it is in one process: they derive from them,
match by them, compare their objects with values, take them apart.
"""

from pathlib import Path

import pytest
import tomllib
from otter.test_files.ok_test import OKTestFile

from autograder.scoring.formats.doctests import DoctestTests
from tests.running import grade_doctests, ok_file, outcomes

PLAIN = tomllib.loads(Path(__file__).with_name("student_classes.toml").read_text(encoding="utf-8"))
CELL, EXAMPLES, SLIPS = PLAIN["cell"], PLAIN["examples"], PLAIN["slips"]


def in_stock(cell: str) -> list[bool]:
    """Return which of the examples pass in stock Otter."""
    namespace: dict = {"__name__": "__main__"}
    exec(cell, namespace)
    stock = OKTestFile.from_spec(DoctestTests.spec(ok_file(*EXAMPLES)))
    stock.run(namespace)
    return [result.passed for result in stock.test_case_results]


@pytest.mark.parametrize("slip", ["", *SLIPS])
def test_student_classes_do_what_they_do_in_one_process(engine, slip):
    cell = CELL.replace(*SLIPS[slip]) if slip else CELL
    assert (cell != CELL) is bool(slip)
    graded = grade_doctests(engine, cell, [(code, None) for code in EXAMPLES], foreign=True)
    expected = in_stock(cell)
    assert all(expected) is not bool(slip)
    assert outcomes(graded) == expected


def test_our_own_tests_derive_no_class_from_a_students(engine):
    graded = grade_doctests(engine, CELL, [(EXAMPLES[0], None)])
    assert outcomes(graded) == [False]
