"""Which cells of a notebook are the answer to which question."""

import pytest

from autograder.intake.answers import MAX_ANSWER, answers_of
from autograder.model import Cell

QUESTIONS = ("q1", "q2")


def answer(source):
    return Cell(source, (), True)


def check(*names):
    return Cell(f'grader.check("{names[0]}")', names)


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ([Cell("import torch"), answer("x = 1"), check("q1")], {"q1": "x = 1"}),
        ([answer("x = 1"), Cell("demo"), answer("y = 2"), check("q1")], {"q1": "x = 1\n\ny = 2"}),
        ([Cell("x = 1", ("q1",)), Cell("y = 2", ("q2",))], {"q1": "x = 1", "q2": "y = 2"}),
        ([Cell("x = 1"), check("q1"), check("q2")], {"q1": "x = 1"}),
        ([Cell("x = 1"), Cell("\n# a remark\n"), check("q1")], {"q1": "x = 1"}),
        ([answer("old"), check("q1"), answer("new"), check("q1")], {"q1": "new"}),
        ([answer("x = 1"), check("another")], {}),
        ([answer("x = 1")], {}),
        (
            [Cell("import otter\ngrader = otter.Notebook()"), Cell("x = 1"), check("q1")],
            {"q1": "x = 1"},
        ),
        ([Cell("x = 1", ("q1", "q2"))], {"q1": "x = 1", "q2": "x = 1"}),
        ([], {}),
    ],
)
def test_an_answer_is_what_stands_before_its_tests(cells, found):
    assert answers_of(cells, QUESTIONS) == found


def test_an_endless_answer_is_cut():
    (text,) = answers_of([answer("x = 1\n" * MAX_ANSWER), check("q1")], QUESTIONS).values()
    assert len(text) < MAX_ANSWER + 10 and text.endswith("…")
