"""What a test does with ``env``, the notebook's names, it does in one process as well."""

import pytest
from otter.test_files.exception_test import ExceptionTestFile

from autograder.scoring.assignment import Assignment
from tests.running import grade, outcomes, test_file

CELL = """
rate, names = 1.0, ["a"]
def convert(x): return x * rate
def first(): return names[0]
def helper(x): return x
def use(x): return helper(x)
"""
CASES = (
    'def test_number(env):\n    env["rate"] = 2.0\n    assert env["convert"](10) == 20',
    'def test_read(env):\n    assert env["rate"] == 2.0 and "rate" in env',
    "def test_kept(convert):\n    assert convert(10) == 20",
    "def test_gone(convert):\n    assert convert(10) == 10",
    'def test_list(env):\n    env["names"] = ["b"]\n    assert env["first"]() == "b"',
    'def test_function(env):\n    seen = []\n    def fake(x):\n        seen.append(x)\n'
    '        return 7\n    env["helper"] = fake\n    assert env["use"](3) == 7 and seen == [3]',
    'def test_other(env):\n    env["helper"] = lambda x: x\n    assert env["use"](3) == 7',
)  # fmt: skip
SLIPS = {
    "right": ("", ""),
    "a number of its own": ("return x * rate", "return x * 1.0"),
    "a copy of the list": (
        "def first(): return names[0]",
        "kept = list(names)\ndef first(): return kept[0]",
    ),
    "no such function": ("return helper(x)", "return x"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_name_that_a_test_sets_is_the_notebooks(engine, slip):
    cell, source = CELL.replace(*SLIPS[slip]) if slip != "right" else CELL, test_file("q1", *CASES)
    space: dict = {}
    exec(cell, space)
    stock = ExceptionTestFile.from_string(source)
    stock.run(space)
    expected = [one.passed for one in stock.test_case_results]
    tests = Assignment("demo", "d", {"show_hidden": True}, {"q1": source}, {}, is_foreign=True)
    assert outcomes(grade(engine, tests, (cell, "q1"))) == expected
    assert (expected == [True, True, True, False, True, True, False]) is (slip == "right")


def test_a_test_of_our_own_keeps_what_it_sets(engine):
    tests = Assignment("demo", "d", {"show_hidden": True}, {"q1": test_file("q1", CASES[0])}, {})
    assert outcomes(grade(engine, tests, (CELL, "q1"))) == [False]
