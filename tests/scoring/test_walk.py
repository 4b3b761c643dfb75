"""The walk keeps Otter's order, and one bad cell costs its own question only."""

import random

import pytest

from autograder.errors import SandboxError, SubmissionEnded
from autograder.model import Limits, Status
from autograder.scoring import walk
from autograder.scoring.session import Session
from tests.running import assignment, grade, messages, outcomes, test_file

A_IS_1 = test_file("q1", "def case(a):\n    assert a == 1")
B_IS_2 = test_file("q2", "def case(b):\n    assert b == 2")


def test_a_question_is_tested_right_after_its_cell(engine):
    gradation = grade(engine, assignment(q1=A_IS_1), ("a = 1", "q1"), "a = 99")
    assert outcomes(gradation) == [True]


def test_a_question_whose_cell_is_gone_is_tested_at_the_end(engine):
    gradation = grade(engine, assignment(q1=A_IS_1, q2=B_IS_2), ("a = 1", "q1"), "b = 1", "b = 2")
    assert outcomes(gradation) == [True, True]


def test_of_a_duplicated_question_the_last_outcome_counts(engine):
    gradation = grade(engine, assignment(q1=A_IS_1), ("a = 1", "q1"), ("a = 2", "q1"))
    assert outcomes(gradation) == [False]


def test_an_error_in_a_cell_does_not_end_the_notebook(engine):
    gradation = grade(engine, assignment(q1=A_IS_1), "1 / 0", ("a = 1", "q1"))
    assert outcomes(gradation) == [True] and gradation.status is Status.COMPLETED
    assert gradation.outputs[0].error.startswith("ZeroDivisionError")


def test_otters_checks_and_exports_do_nothing(engine):
    cells = (
        "import otter\ngrader = otter.Notebook('x.ipynb')",
        ("a = 1", "q1"),
        "grader.check('q1')",
        "grader.check_all()",
        "grader.export(pdf=True, run_tests=True)",
    )
    gradation = grade(engine, assignment(q1=A_IS_1), *cells)
    assert outcomes(gradation) == [True]
    assert all(output.error is None for output in gradation.outputs)
    said = " ".join(output.text for output in gradation.outputs)
    assert "passed" not in said and "the tests of this question run when it is graded" in said


GRADERS = {
    "otter's": ("import otter\ngrader = otter.Notebook()", "", None),
    "one's own": (
        "class G:\n    def check(self, q):\n        print('mine')\ngrader = G()",
        "mine\n",
        None,
    ),
    "none": ("grader = None", "", "AttributeError"),
}


@pytest.mark.parametrize("seed", [None, 3])
@pytest.mark.parametrize("name", GRADERS)
def test_a_cell_that_only_checks_runs_along_and_any_other_by_itself(
    engine, monkeypatch, name, seed
):
    asked, request = [], Session.request

    def noted(session, op, **fields):
        asked.append(fields.get("source"))
        return request(session, op, **fields)

    monkeypatch.setattr(Session, "request", noted)
    grader, text, error = GRADERS[name]
    cells = (grader, "import random\na = 1", ("grader.check('q1')", "q1"),
             "print(get_ipython().execution_count, random.random())")  # fmt: skip
    tested = assignment(q1=A_IS_1)
    tested.config["seed"] = seed
    gradation = grade(engine, tested, *cells)
    assert outcomes(gradation) == [True]
    checked, counted = gradation.outputs[2], gradation.outputs[3].text.split()
    assert checked.text.startswith(text) and (checked.error or "").partition(":")[0] == (
        error or ""
    )
    assert ("grader.check('q1')" in asked) is (name != "otter's")
    assert counted[0] == "5"  # of the cell after this one, as in IPython
    assert seed is None or float(counted[1]) == random.Random(seed).random()


FATAL = {
    "exit": ("import os\nos._exit(3)", Status.CRASHED),
    "kill": ("import os\nos.kill(os.getpid(), 9)", Status.MEMORY_LIMIT),
    "null": ("import ctypes\nctypes.string_at(0)", Status.CRASHED),
    "hang": ("import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
             Status.TIMEOUT),
}  # fmt: skip


@pytest.mark.parametrize("name", FATAL)
def test_a_cell_that_ends_the_process_costs_only_its_own_question(engine, name):
    source, status = FATAL[name]
    gradation = grade(
        engine, assignment(q1=A_IS_1, q2=B_IS_2), (f"b = 5\n{source}\nb = 2", "q2"), ("a = 1", "q1"),
        limits=Limits(cell_s=2, wall_s=30),
    )  # fmt: skip
    assert outcomes(gradation) == [True, False]
    assert gradation.status is status and gradation.reason


def test_what_a_notebook_never_came_to_is_told_as_such(engine):
    slow = ("import time\ntime.sleep(60)\nb = 2", "q2")
    gradation = grade(engine, assignment(q1=A_IS_1, q2=B_IS_2), ("a = 1", "q1"), slow,
                      limits=Limits(cell_s=30, wall_s=4))  # fmt: skip
    assert outcomes(gradation) == [True, False] and gradation.status is Status.TIMEOUT
    (case,) = gradation.questions[1].cases
    assert "This check got no answer, as the notebook had ended: " in case.message
    assert "SubmissionEnded" not in case.message


def test_an_endless_cell_is_interrupted_and_the_rest_goes_on(engine):
    gradation = grade(engine, assignment(q1=A_IS_1), "while True: pass", ("a = 1", "q1"),
                      limits=Limits(cell_s=1, wall_s=30))  # fmt: skip
    assert outcomes(gradation) == [True]


def test_a_function_that_never_returns_fails_its_test_case_only(engine):
    tests = test_file("q1", "def case(f):\n    f()", "def case2(a):\n    assert a == 1")
    cell = "a = 1\ndef f():\n    while True: pass"
    gradation = grade(
        engine, assignment(q1=tests), (cell, "q1"), limits=Limits(cell_s=1, wall_s=30)
    )
    assert outcomes(gradation) == [False, True]
    assert "stopped after" in messages(gradation)


def test_a_failure_never_quotes_the_test(engine):
    secret = test_file("q1", "def case(a):\n    secret_value = 4711\n    assert a == secret_value")
    gradation = grade(engine, assignment(q1=secret), ("a = 1", "q1"))
    assert "4711" not in str(gradation.as_dict()) and "secret" not in str(gradation.as_dict())


def test_messages_come_in_the_notebooks_language(engine):
    case = "def case(a):\n    assert False, '[slip-name] Wrong. ‖ 错了。'"
    tests = assignment(q1=test_file("q1", case))
    english = grade(engine, tests, ("a = 1", "q1"))
    chinese = grade(engine, tests, ("a = 1", "q1"), language="zh")
    assert messages(english) == "Wrong." and "错了" in messages(chinese)
    assert english.questions[0].cases[0].slip == "slip-name"


def test_prints_during_tests_are_nobodys_output(engine):
    tests = assignment(q1=test_file("q1", "def case(f):\n    f(12345)"))
    gradation = grade(engine, tests, ("def f(x):\n    print('seen', x)", "q1"), "print('own')")
    assert [output.text for output in gradation.outputs] == ["", "own\n"]


COUNTING = "count, seen = 0, []\ndef f(x):\n    global count\n    count += 1\n    seen.append(x)"


def test_each_test_case_sees_what_the_one_before_it_left(engine):
    cases = (
        "def before(count, seen):\n    assert count == 0 and seen == []",
        "def calls(f):\n    f(7)",
        "def after(count, seen):\n    assert count == 1 and seen == [7]",
        "def probes_it(f):\n    from autograder import probes\n    probes.results(f, [(8,), (9,)])",
        "def own_copy(seen, count):\n    assert (count, seen) == (3, [7, 8, 9])\n    seen.clear()",
        "def again(seen, count):\n    assert (count, seen) == (3, [7, 8, 9])",
    )
    tests = assignment(q1=test_file("q1", *cases))
    assert outcomes(grade(engine, tests, (COUNTING, "q1"))) == [True] * len(cases)


def test_a_value_that_cannot_be_looked_at_fails_only_the_test_case_that_wants_it(engine):
    cases = ("def first(f):\n    f(1)", "def second(deep):\n    pass", "def third(f):\n    f(2)")
    code = "def f(x):\n    return x\ndeep = []\nfor _ in range(40):\n    deep = [deep]"
    gradation = grade(engine, assignment(q1=test_file("q1", *cases)), (code, "q1"))
    assert outcomes(gradation) == [True, False, True]
    assert "nested" in messages(gradation)


def test_the_same_submission_gets_the_same_result_twice(engine):
    case = "def case(f):\n    import torch\n    assert f(torch.rand(3)).sum() < 0, 'no'"
    tests = assignment(q1=test_file("q1", case))
    cells = ("import torch, random\nr = random.random()\ndef f(x):\n    return x", "q1")
    first, second = (grade(engine, tests, cells).gradescope for _ in range(2))
    first.pop("execution_time"), second.pop("execution_time")
    assert first == second


@pytest.mark.parametrize("status", [Status.TIMEOUT, Status.MEMORY_LIMIT])
def test_a_submission_whose_sandbox_never_starts_is_not_graded(engine, monkeypatch, status):
    def never(*arguments):
        raise SubmissionEnded(status, "there was no more of it")

    monkeypatch.setattr(walk, "Session", never)
    with pytest.raises(SandboxError, match="did not start: .*no more of it") as failure:
        grade(engine, assignment(q1=A_IS_1), ("a = 1", "q1"))
    assert not failure.value.ran
