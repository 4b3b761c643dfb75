"""What the student's process raises where it is asked between two steps is never our fault."""

import pytest

from autograder.model import Status
from autograder.scoring.assignment import Assignment
from tests.running import assignment, grade, ok_file, outcomes, test_file

NAMES = (
    "shell = get_ipython()\n"
    "class Names(dict):\n    def __iter__(self):\n        raise {error}('no')\n"
    "shell.user_ns = Names(shell.user_ns)\n"
)
SEEDS = "import random\ndef seed(*args):\n    raise {error}('no')\nrandom.seed = seed\n"
FILES = (
    "import builtins\ndef open(*args, **kwargs):\n    raise {error}('no')\nbuiltins.open = open\n"
)
ERRORS = ("ValueError", "ZeroDivisionError", "SystemExit", "KeyboardInterrupt", "StopIteration")
ASKED = "def case(x):\n    assert x == 1"


def doctests(case: str) -> Assignment:
    """Return an assignment from elsewhere, whose tests are doctests."""
    config, tests = (
        {"seed": 42},
        {"q1": ok_file(">>> x\n1", case), "q2": ok_file(">>> 1\n1", name="q2")},
    )
    return Assignment("demo", "d", config, tests, {}, is_foreign=True)


@pytest.mark.parametrize("error", ERRORS)
def test_names_that_cannot_be_told_cost_the_sentence_about_them(engine, error):
    broken = NAMES.format(error=error)
    found = grade(
        engine, assignment(q1=test_file("q1", ASKED)), ("x = 1", "q1"), broken, "y = 1 / 0"
    )
    assert found.status is Status.COMPLETED and outcomes(found) == [True]


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("broken", [NAMES, SEEDS, FILES], ids=["names", "seeds", "files"])
def test_a_doctest_for_which_the_notebook_refuses_fails_alone(engine, broken, error):
    tests = doctests(">>> 'zzz' in globals(), 'a.csv'\n(False, 'a.csv')")
    cells = ("x = 1", broken.format(error=error), "y = 1 / 0", ("x = 1", "q1"))
    found = grade(engine, tests, *cells)
    assert found.status is Status.COMPLETED
    assert outcomes(found)[2], "of another question"


class Unsaid(Exception):
    def __str__(self):
        raise ZeroDivisionError


def test_an_error_without_a_text_fails_its_case_alone():
    def fail(x):
        raise Unsaid

    tests = assignment(q1=test_file("q1", ASKED)).tests("q1", "en")
    tests.test_cases[0].body.call_func = fail
    tests.run(None)
    assert not tests.test_case_results[0].passed
    assert "Unsaid" in tests.test_case_results[0].message
