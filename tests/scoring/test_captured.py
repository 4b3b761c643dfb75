"""Errors on pages: those that the student captured, not those that a test's own call raised."""

from tests.running import assignment, grade, test_file

CAPTURED = """
def test_captured(kept):
    from autograder.checks import errors
    errors.require_said(kept, errors.SECOND_BACKWARD, "kept")
"""
CALLED = """
def test_called(f):
    from autograder import probes
    found = probes.error_of(f, 0)
    assert found is None or found.type, "it is looked at"
    returned = f(lambda: 1)
    assert type(returned).__name__ and probes.captured(returned).type == "TypeError"
"""
CELL = """
import torch
x = torch.ones(2, requires_grad=True)
y = (x * x).sum()
y.backward()
try:
    y.backward()
except RuntimeError as error:
    kept = error

def f(x):
    try:
        return 1 / x
    except Exception as error:
        return error if callable(x) else 1 / x
"""


def test_only_what_the_student_captured_is_kept(engine):
    tests = assignment(q1=test_file("q1", CAPTURED), q2=test_file("q2", CALLED))
    graded = grade(engine, tests, (CELL, "q1"), ("pass", "q2"))
    assert [error["type"] for error in graded.errors["q1"]] == ["RuntimeError"]
    assert "q2" not in graded.errors
    assert [case.passed for case in graded.questions[1].cases] == [True], graded.questions[1]
    assert graded.answers["q1"].startswith("import torch")
