"""What a test raises that is no ordinary error fails its test case, and no other.

pytest's outcomes are such: that ``pytest.raises`` saw nothing raised, ``pytest.fail``, ``skip``.
"""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from otter.test_files.exception_test import ExceptionTestFile

from autograder.errors import OutOfTime, SandboxError
from autograder.model import Status
from autograder.scoring.assignment import Assignment
from autograder.scoring.bounds import bounded
from tests.running import assignment, grade, grade_doctests, messages, outcomes, test_file

CELL = """
class Quit(BaseException): pass
def stop(kind): raise {"quit": Quit, "exit": SystemExit, "leave": GeneratorExit,
                       "break": KeyboardInterrupt}[kind]("enough")
def quiet(value): return value
def ask(read): return read("Your age? ")
def age():
    try: return int(input("age? "))
    except EOFError: return 0
"""
RAISED = (
    "SystemExit(3)", "GeneratorExit()", "KeyboardInterrupt()", "BaseException('b')", "Own()",
    "asyncio.CancelledError()", "pytest.fail.Exception('no')", "ValueError('v')",
)  # fmt: skip
WAYS = (
    "raise {raised}",
    "quiet(1)\n    raise {raised}",
    "ask(mock.Mock(side_effect={raised}))",
    "[quiet(1) for _ in stopping({raised})]",
    "with mock.patch('builtins.input', side_effect={raised}):\n        age()",
)
HEAD = """import asyncio, pytest
from unittest import mock
class Own(BaseException): pass
def stopping(error):
    yield 1
    raise error
"""


def graded(engine, *bodies: str):
    takes = "quiet, ask, age, stop"
    cases = [f"def case{n}({takes}):\n    {body}" for n, body in enumerate(bodies)]
    source = test_file("q1", *cases).replace("OK_FORMAT", HEAD + "OK_FORMAT", 1)
    tests = Assignment("demo", "d", {"show_hidden": True}, {"q1": source}, {}, is_foreign=True)
    return source, grade(engine, tests, (CELL, "q1"))


@settings(max_examples=15, deadline=None, derandomize=True,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(way=st.sampled_from(WAYS), raised=st.sampled_from(RAISED))
def test_whatever_a_test_raises_fails_its_case_alone(engine, way, raised):
    _, gradation = graded(engine, way.format(raised=raised), "assert quiet(2) == 2")
    assert outcomes(gradation) == [False, True]


SAID = [
    ("with pytest.raises(ValueError):\n        quiet(1)", "DID NOT RAISE"),
    ("pytest.fail('it has to be sorted')", "it has to be sorted"),
    ("pytest.skip('not now')", "not now"),
    ("raise SystemExit('gone')", "gone"),
]


@pytest.mark.parametrize("body, said", SAID)
def test_the_student_reads_what_was_said(engine, body, said):
    assert said in messages(graded(engine, body)[1])


CAUGHT = [
    "with pytest.raises(SystemExit):\n        stop('exit')",
    "with pytest.raises(KeyboardInterrupt):\n        stop('break')",
    "with pytest.raises(GeneratorExit, match='enough'):\n        stop('leave')",
    "with pytest.raises(BaseException) as info:\n        stop('quit')\n"
    "    assert info.type.__name__ == 'Quit' and str(info.value) == 'enough'",
    "with pytest.raises(KeyboardInterrupt):\n        ask(mock.Mock(side_effect=KeyboardInterrupt))",
]


def test_what_ends_more_than_a_function_can_be_caught_as_in_one_process(engine):
    source, gradation = graded(engine, *CAUGHT)
    namespace: dict = {"__name__": "__main__"}
    exec(CELL, namespace)
    stock = ExceptionTestFile.from_string(source, "q1.py")
    stock.run(namespace)
    assert [result.passed for result in stock.test_case_results] == [True] * len(CAUGHT)
    assert outcomes(gradation) == [True] * len(CAUGHT), messages(gradation)


def test_a_file_that_ends_as_it_is_read_is_named(engine):
    source = "import pytest\npytest.skip('not today', allow_module_level=True)\nOK_FORMAT = False\n"
    tests = Assignment("demo", "d", {}, {"q1": source, "q2": test_file("q2", "def c(): pass")}, {})
    assert outcomes(grade(engine, tests, ("pass", "q1", "q2"))) == [False, True]
    assert "tests/q1.py" in tests.unreadable["q1"]


def test_a_doctest_that_is_broken_off_fails_alone(engine):
    examples = [(">>> raise KeyboardInterrupt", None), (">>> 1 + 1\n2", None)]
    assert outcomes(grade_doctests(engine, CELL, examples, foreign=True)) == [False, True]


@pytest.mark.parametrize(
    ("ends", "raised"),
    [(MemoryError(), SandboxError), (OutOfTime(Status.TIMEOUT, "too long"), OutOfTime)],
)
def test_a_submission_that_ends_while_tests_are_read_costs_the_next_one_nothing(
    monkeypatch, ends, raised
):
    tests = assignment(q1=test_file("q1", "def case(a):\n    assert a == 1"))

    def end(source, path, language):
        raise ends

    monkeypatch.setattr("autograder.scoring.assignment.parse_tests", end)
    with pytest.raises(raised):
        tests.tests("q1", "en")
    monkeypatch.undo()
    assert len(tests.tests("q1", "en").test_cases) == 1 and not tests.unreadable


ENDED = [
    "os._exit(0)",
    "os.abort()",
    "os.kill(os.getpid(), signal.SIGKILL)",
    "os.kill(os.getppid(), signal.SIGTERM)",
    "os.kill(0, signal.SIGTERM)",
    "os.kill(-1, signal.SIGTERM)",
    "os.killpg(os.getpgrp(), signal.SIGKILL)",
    "signal.raise_signal(signal.SIGTERM)",
    "os.execv(sys.executable, [sys.executable, '-c', ''])",
    "quiet(1); os.fork(); quiet(2)",
    "try: os._exit(0)\n    except BaseException: pass",
]


def test_a_test_that_ends_the_process_or_doubles_it_fails_or_goes_on_alone(engine):
    bodies = [f"import os, signal, sys\n    {one}" for one in ENDED]
    after = "assert quiet(2) == 2"
    _, gradation = graded(engine, *[one for body in bodies for one in (body, after)])
    found = outcomes(gradation)
    assert not any(found[0 : 2 * len(ENDED) : 2][:9]) and not found[-2]
    assert all(found[1::2]), messages(gradation)


def test_a_signal_that_a_test_listens_to_is_its_own(engine):
    body = (
        "import os, signal\n    heard = []\n    before = signal.signal(signal.SIGUSR1, "
        "lambda *a: heard.append(1))\n    os.kill(os.getpid(), signal.SIGUSR1)\n"
        "    signal.raise_signal(signal.SIGUSR1)\n    signal.signal(signal.SIGUSR1, before)\n"
        "    assert len(heard) == 2"
    )
    assert outcomes(graded(engine, body)[1]) == [True]


def test_a_copy_of_the_grader_asks_the_notebook_nothing(engine):
    body = (
        "import os\n    pid = os.fork()\n    if not pid:\n        try:\n            quiet(1)\n"
        "        except AssertionError:\n            os._exit(7)\n        os._exit(1)\n"
        "    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7\n    assert quiet(2) == 2"
    )
    _, gradation = graded(engine, body)
    assert outcomes(gradation) == [True], messages(gradation)


def test_a_test_that_takes_too_much_memory_says_so(engine):
    body = "b = bytearray(3 << 30)"
    with bounded(60, 1024):
        both = (
            graded(engine, body)[1],
            grade_doctests(engine, CELL, [(f">>> {body}", False)], foreign=True),
        )
    for gradation in both:
        assert outcomes(gradation) == [False] and "memory" in messages(gradation)
