"""The parity command: what differs, which causes explain it, and when it exits with 1."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.__main__ import add_commands, main
from autograder.errors import UsageError
from autograder.model import CellOutput, Gradation, QuestionResult, Status, TestCaseOutcome
from autograder.proving.parity import forked_kernel
from autograder.proving.parity.commands import show
from autograder.proving.parity.comparison import (
    LISTED,
    POINTS,
    Cause,
    Parity,
    compare,
    load_causes,
)
from autograder.proving.parity.stock import StockCase, StockRun
from tests.foreign.courses import Course


def graded(*passed: bool, message: str = "", error: str | None = None, score: float | None = None):
    cases = tuple(
        TestCaseOutcome(f"q1 - {n}", one, False, 1.0, "" if one else message)
        for n, one in enumerate(passed)
    )
    points = float(sum(passed)) if score is None else score
    question = QuestionResult("q1", points, float(len(passed)), cases)
    return Gradation(
        "a", "a.ipynb", "d", "lab", Status.COMPLETED, questions=(question,),
        outputs=(CellOutput(error=error),),
    )  # fmt: skip


def in_stock(*passed: bool):
    cases = [StockCase(f"q1 - {n}", one, 1.0) for n, one in enumerate(passed)]
    return StockRun({"q1": cases}, {"q1": (float(sum(passed)), float(len(passed)))})


def compared(gradation: Gradation, run: StockRun, causes=(), tests=None) -> Parity:
    found = Parity()
    compare(gradation, run, causes, tests or {}, found)
    return found


def test_equal_results_make_no_difference():
    found = compared(graded(True, False), in_stock(True, False))
    assert (found.tests, found.in_stock, found.in_both, found.only_here) == (2, 1, 1, 0)
    assert not found.differences and found.percent == 100


def test_each_direction_is_a_difference():
    found = compared(graded(True, False), in_stock(False, True))
    assert [(one.here, one.stock) for one in found.unexplained] == [(True, False), (False, True)]
    assert found.only_here == 1 and found.percent == 0


def test_a_test_that_is_missing_on_one_side_fails_there():
    assert compared(graded(True), in_stock(True, True)).unexplained[0].case == "q1 - 1"
    assert compared(graded(True, True), in_stock(True)).only_here == 1


def test_equal_tests_with_other_points_are_a_difference():
    found = compared(graded(True, score=0.5), in_stock(True))
    assert [one.case for one in found.unexplained] == [POINTS]


def test_what_passes_here_only_has_no_cause():
    every = Cause("all", "whatever", {"submission": re.compile("")})
    assert compared(graded(False), in_stock(True), [every]).unexplained == []
    assert len(compared(graded(True), in_stock(False), [every]).unexplained) == 1


@pytest.mark.parametrize("name, gradation, test", [
    ("network", graded(False, error="URLError: <urlopen error [Errno 1] Operation not permitted>"),
     ""),
    ("terminal", graded(False, error="OSError: out of pty devices"), ""),
    ("size", graded(False, message="the value has more than 100000 parts"), ""),
    ("stays", graded(False, message="'bool' of this Bag cannot be asked for, since it stays in the "
                                    "notebook"), ""),
    ("identity", graded(False, message="AssertionError: "), "assert a is b"),
    ("patience", graded(False, message="TestTooLong: the test itself did not end within 30 s"), ""),
    ("clock", graded(False, message="AssertionError: your function is too slow"),
     "start = time.perf_counter()\nf(a)\nassert time.perf_counter() - start < 1"),
    ("clock", graded(False, message="the result is not the one that was expected"),
     ">>> timeit.timeit(lambda: f(3), number=1000) < 0.1\nTrue"),
])  # fmt: skip
def test_listed_causes_explain_what_they_say(name, gradation, test):
    found = compared(gradation, in_stock(True), load_causes([LISTED]), {"q1": [test]})
    assert [one.cause for one in found.differences] == [name]


@pytest.mark.parametrize("gradation, test", [
    (graded(False), ""), (graded(False, error="ValueError: no"), "assert a is None"),
    (graded(False, message="the value is another one"), "assert a == type_of"),
    (graded(False, message="AssertionError: too slow"), "assert steps < 10"),
    (graded(False, message="KeyError: 'a'"), "start = time.time()"),
    (graded(False, message="the result is not the one that was expected"), "time = 3"),
])  # fmt: skip
def test_other_differences_have_no_listed_cause(gradation, test):
    found = compared(gradation, in_stock(True), load_causes([LISTED]), {"q1": [test]})
    assert len(found.unexplained) == 1


@pytest.mark.parametrize("text", ["[a]\nwhy = 'x'", "[a]\nwhy = 'x'\nnowhere = 'y'", "a = 1",
                                  "[a]\ncell = 'x'", "[a]\nwhy = 'x'\ncell = '('"])  # fmt: skip
def test_a_table_of_causes_that_says_nothing_is_refused(tmp_path, text):
    (tmp_path / "own.toml").write_text(text)
    with pytest.raises(UsageError, match="not a table of causes"):
        load_causes([tmp_path / "own.toml"])


@pytest.mark.parametrize("here", [True, False])
def test_a_difference_without_a_listed_cause_says_so(here, capsys):
    found = compared(graded(here, message="not the one"), in_stock(not here), [])
    show(found)
    table = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert "no listed cause" + ("" if here else ": not the one") in table
    assert "differences without a listed cause: 1." in table


def test_what_stock_otter_cannot_grade_is_told_and_not_compared():
    found = compared(graded(True), StockRun(None, said="EOFError"))
    assert found.without_stock == {"a.ipynb": "EOFError"} and not found.tests


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    plain = {
        "cells": {"setup": "import otter\ngrader = otter.Notebook('lab.ipynb')", "a": "x = [1]"},
        "tests": {"q1": {"cell": "a", "cases": [">>> x\n[1]", ">>> len(x) == y\nTrue"]}},
        "submissions": {"right": {"a": "x, y = [1], 1"}, "wrong": {"a": "x = [2]"}},
    }
    return Course("lab", plain).write(tmp_path_factory.mktemp("course") / "lab")


def run(course, out, *more):
    add_commands()
    zipped, uploads = course
    command = ["parity", "--zip", zipped, "--submissions", uploads, "--out", out, "--engine",
               "local", "--workers", "1", *more]  # fmt: skip
    return CliRunner().invoke(main, [str(one) for one in command])


def test_the_command_compares_and_writes_what_it_found(course, tmp_path):
    done = run(course, tmp_path)
    assert done.exit_code == 0, done.output
    assert "2 of 4 tests of 2 submissions pass in stock Otter; 2 of them (100.0 %)" in done.output
    found = json.loads((tmp_path / "parity.json").read_text(encoding="utf-8"))
    assert (found["tests"], found["in_stock"], found["in_both"]) == (4, 2, 2)
    assert found["differences"] == [] and found["unexplained"] == 0


def test_the_command_needs_a_grading_zip(course, tmp_path):
    done = run((tmp_path / "none.zip", course[1]), tmp_path / "out")
    assert done.exit_code == 2 and "no grading zip" in done.output


STARTING = """
import subprocess, sys, time
print(subprocess.Popen([sys.executable, *sys.argv[1:]]).pid, flush=True)
time.sleep(60)
"""


def test_kernels_end_with_whoever_had_them_started(tmp_path):
    place = tmp_path / "kernels"
    command = [sys.executable, "-c", STARTING, forked_kernel.__file__, str(place)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as starter:
        pid = int(starter.stdout.readline())
        assert wait_for(place.exists)
        starter.kill()
    assert wait_for(lambda: state_of(pid) in ("", "Z"))


GREEDY = """
import resource, runpy
runpy.run_path(FILE)["limit_memory"]()
bytearray(WHOLE // 4 + 2**30)
"""


def test_a_notebook_in_stock_otter_cannot_take_the_whole_memory():
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    whole = max(whole, 4 * forked_kernel.LEAST_BYTES)
    script = GREEDY.replace("FILE", repr(forked_kernel.__file__)).replace("WHOLE", str(whole))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "MemoryError" in done.stderr


def wait_for(is_so, seconds=60):
    until = time.monotonic() + seconds
    while not is_so() and time.monotonic() < until:
        time.sleep(0.1)
    return is_so()


def state_of(pid: int) -> str:
    """Return the letter of a process's state, "" where there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return ""
