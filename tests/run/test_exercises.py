"""What is told of test cases agrees with Otter's own reading of their file, and runs nothing."""

import pytest

from autograder.run.exercises import read_checks
from autograder.scoring.formats import parse_tests
from tests.running import ok_file, test_file

NAMED = test_file("q1", "def test_sum(total, In):\n    assert total == 2") + (
    "\n\n@test_case(points=2, name='another', success_message='Right. ‖ 对。', hidden=True)\n"
    "def test_more(total, other):\n    assert other\n"
)


@pytest.mark.parametrize(
    "source", [NAMED, test_file("q2", "def test_it(x):\n    pass"), ok_file(">>> 1\n1", ">>> x\n2")]
)
def test_every_case_has_otters_name(source):
    parsed = parse_tests(source, "tests/q.py", "en")
    assert list(read_checks(source)) == [case.name for case in parsed.test_cases]


def test_a_case_is_told_by_its_words_its_names_and_its_code():
    checks = read_checks(NAMED)
    assert checks["another"].passed == ("Right.", "对。")
    assert checks["q1 - 1"].about == "sum"
    assert checks["q1 - 1"].names == ("total",) and checks["another"].names == ("total", "other")
    assert checks["q1 - 1"].source.endswith("assert total == 2")
    assert "@test_case" not in checks["another"].source
    assert read_checks(ok_file(">>> x\n2"))["q1 - 1"].source == ">>> x\n2"


@pytest.mark.parametrize(
    "source", ["", "not python (", "raise SystemExit", "test = make()", "test = {'suites': 3}",
               "from x import y\ntest = {'name': 'q', 'suites': [{'cases': [1]}]}"]
)  # fmt: skip
def test_a_file_that_says_nothing_plainly_tells_nothing(source):
    assert read_checks(source) == {}
