"""Another course's Otter zip is graded without a name for its assignment."""

import csv
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.__main__ import add_commands, main
from autograder.engines.choice import EngineChoice
from autograder.engines.local import LocalEngine
from autograder.gradebook import Gradebook
from autograder.scoring import assignment
from autograder.scoring.workplace import LARGE_BYTES

TESTS = """OK_FORMAT = True
test = {"name": "q1", "points": 2, "suites": [{"cases": [
    {"code": ">>> import helper\\n>>> helper.right(total)\\nTrue", "hidden": True}],
    "scored": True, "setup": "", "teardown": "", "type": "doctest"}]}
"""
HELPER = "def right(total): return total == 6\n"
CELLS = {
    "right.ipynb": "total = sum(int(n) for n in open('numbers.txt').read().split(','))",
    "wrong.ipynb": "total = 5",
}


@pytest.fixture
def course(tmp_path) -> Path:
    """Return a folder with a zip and a class as a stranger hands them over."""
    with zipfile.ZipFile(tmp_path / "lab03.zip", "w") as archive:
        archive.writestr("otter_config.json", json.dumps({"lang": "python"}))
        archive.writestr("tests/q1.py", TESTS)
        archive.writestr("files/helper.py", HELPER)
        archive.writestr("files/numbers.txt", "1,2,3")
    (tmp_path / "class").mkdir()
    for name, answer in CELLS.items():
        sources = "import otter\ngrader = otter.Notebook()", answer, 'grader.check("q1")'
        cells = [
            {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None,
             "source": source} for source in sources
        ]  # fmt: skip
        notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
        (tmp_path / "class" / name).write_text(json.dumps(notebook))
    return tmp_path


def run(*arguments: object):
    add_commands()
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def points(out: Path) -> dict[str, str]:
    with open(out / "grades.csv", newline="") as file:
        return {row["file"]: row["total_points_earned"] for row in csv.DictReader(file)}


def test_a_strangers_zip_is_graded_reported_and_graded_again(course):
    zipped, out = course / "lab03.zip", course / "out"
    command = ("grade", "--zip", zipped, "--submissions", course / "class", "--out", out,
               "--engine", "local", "--workers", 1)  # fmt: skip
    done = run(*command)
    assert done.exit_code == 0, done.output
    assert points(out) == {"points-per-question": "2", "right.ipynb": "2", "wrong.ipynb": "0"}
    assert "lab03" in (out / "report" / "index.html").read_text(encoding="utf-8").lower()
    assert "helper" not in (out / "feedback" / "wrong.html").read_text(encoding="utf-8")
    again = run(*command)
    assert again.exit_code == 0 and "2 unchanged" in again.output, again.output
    assert run("override", out, "wrong", "q1", 1, "--reason", "kind").exit_code == 0
    reported = run("report", out, "--zip", zipped)
    assert reported.exit_code == 0, reported.output
    assert points(out)["wrong.ipynb"] == "1"


ENGINES_START = """
import os, sys
from autograder.engines.local import LocalEngine
def start(self):
    heavy = {"torch", "pandas", "matplotlib", "nbconvert"} & set(sys.modules)
    print("already there:", sorted(heavy), flush=True)
    os._exit(7)
LocalEngine._start = start
from autograder.__main__ import add_commands, main
add_commands()
main(sys.argv[1:])
"""


def test_sandboxes_warm_up_before_the_command_imports_what_scores(course):
    asked = ("grade", "--engine", "local", "--zip", course / "lab03.zip", "--submissions",
             course / "class", "--out", course / "out")  # fmt: skip
    command = [sys.executable, "-c", ENGINES_START, *map(str, asked)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 7 and "already there: []" in done.stdout, done.stdout + done.stderr


def test_a_zip_alone_needs_submissions(course):
    asked = run("grade", "--zip", course / "lab03.zip")
    assert asked.exit_code == 2 and "--submissions <folder>" in asked.output


def test_inspect_says_what_a_zip_holds(course):
    with zipfile.ZipFile(course / "lab03.zip", "a") as archive:
        archive.writestr("requirements.txt", "pandas==2.2\nnumpy\n# torch\n")
        conda = "channels: [conda-forge]\ndependencies: [python=3.11, scipy, {pip: [pandas]}]\n"
        archive.writestr("environment.yml", conda)
        archive.writestr("tests/q2.py", "OK_FORMAT = False\nraise SystemError\n")
    told = run("inspect", course / "lab03.zip")
    assert told.exit_code == 0, told.output
    for line in (
        "assignment: lab03 (from the file's name)",
        "questions: 2 (1 in OK format)",
        "test cases: 1, 1 of them hidden; 2 points",
        "files: 2, 0.0 MiB (helper.py, numbers.txt)",
        "packages: requirements.txt: numpy, pandas",
        "packages: environment.yml: pandas, scipy",
        "not supported: tests/q2.py cannot be read (SystemError)",
    ):
        assert line in told.output.splitlines(), told.output


def test_test_files_that_end_who_reads_them_are_named_by_inspect(course):
    with zipfile.ZipFile(course / "lab03.zip", "a") as archive:
        archive.writestr("tests/q2.py", "OK_FORMAT = False\nimport os\nos._exit(3)\n")
        archive.writestr("tests/q3.py", "OK_FORMAT = False\nimport os\nos.kill(os.getpid(), 9)\n")
    asked = [sys.executable, "-m", "autograder", "inspect", str(course / "lab03.zip")]
    told = subprocess.run(asked, capture_output=True, text=True)
    for line in (
        "questions: 3 (1 in OK format)",
        "not supported: tests/q2.py cannot be read (it ends the grader: exit status 3)",
        "not supported: tests/q3.py cannot be read (it ends the grader: signal 9)",
    ):
        assert line in told.stdout.splitlines(), (told.returncode, told.stdout, told.stderr)


def test_a_test_file_that_never_ends_is_named_and_costs_nobody(course, monkeypatch):
    monkeypatch.setattr(assignment, "PARSE_S", 0.3)
    with zipfile.ZipFile(course / "lab03.zip", "a") as archive:
        archive.writestr("tests/q2.py", "OK_FORMAT = False\nwhile True:\n    pass\n")
    said = "tests/q2.py cannot be read (TestTooLong)"
    told = run("inspect", course / "lab03.zip")
    assert told.exit_code == 0 and f"not supported: {said}" in told.output, told.output
    done = run("grade", "--zip", course / "lab03.zip", "--submissions", course / "class",
               "--out", course / "out", "--engine", "local", "--workers", 1)  # fmt: skip
    assert done.exit_code == 0 and f"lab03: {said}: its question gives" in done.output, done.output
    assert points(course / "out")["right.ipynb"] == "2"


@pytest.mark.parametrize("entry, said", [
    ("tests/q1.R", "tests for R"), ("readme.txt", "not a grading zip"),
])  # fmt: skip
def test_inspect_refuses_what_is_no_grading_zip_for_python(tmp_path, entry, said):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(entry, "x")
    told = run("inspect", tmp_path / "a.zip")
    assert told.exit_code == 2 and said in told.output and "Traceback" not in told.output


@pytest.mark.parametrize("entries, said", [
    ({"tests/q1.R": "x", "otter_config.json": "{}"}, "tests for R"),
    ({"autograde.py": "x", "nbgrader_config.py": "x"}, "otter generate"),
    ({"run_autograder": "#!/bin/sh", "setup.sh": "#!/bin/sh"}, "otter generate"),
    ({"otter_config.json": "{}"}, "holds no tests"),
    ({"lab/otter_config.json": "{}", "lab/tests/q1.py": "x = 1"}, "zip what that folder holds"),
    ({"tests\\q1.py": "x = 1", "files\\a.csv": "1"}, "paths are written with \\"),
    ({"otter_config.json": "[]", "tests/q1.py": "x = 1"}, "not a grading zip"),
])  # fmt: skip
def test_the_zip_of_another_grader_is_refused_in_a_line(course, entries, said):
    with zipfile.ZipFile(course / "other.zip", "w") as archive:
        for name, text in entries.items():
            archive.writestr(name, text)
    told = run("grade", "--zip", course / "other.zip", "--submissions", course / "class",
               "--out", course / "out", "--engine", "local")  # fmt: skip
    assert told.exit_code == 2 and said in told.output
    assert len(told.output.splitlines()) == 1 and "Traceback" not in told.output


@pytest.mark.parametrize("command", [
    ["inspect"], ["gradescope", "-o", "hardened.zip"],
    ["grade", "--submissions", "class", "--out", "out", "--engine", "local", "--zip"],
])  # fmt: skip
def test_a_large_file_that_is_damaged_is_one_line_to_each_command(course, monkeypatch, command):
    monkeypatch.chdir(course)
    with zipfile.ZipFile("lab03.zip", "a") as archive:
        archive.writestr("files/big.csv", os.urandom(LARGE_BYTES))
    data = bytearray(Path("lab03.zip").read_bytes())
    data[len(data) // 2] ^= 1
    Path("lab03.zip").write_bytes(data)
    told = run(*command, "lab03.zip")
    assert told.exit_code == 2 and "make the zip anew" in told.output
    assert [line for line in told.output.splitlines() if "lab03.zip" in line]
    assert "Traceback" not in told.output


@pytest.mark.parametrize("settings, said", [
    ({"seed": "x"}, "seed in its otter_config.json is 'x', not a whole number"),
    ({"seed": True}, "not a whole number"), ({"seed_variable": 3}, "not a name"),
    ({"points_possible": "10"}, "not a number"), ({"score_threshold": []}, "not a number"),
    ({"assignment_name": 5}, "not a name"), (None, "holds no otter_config.json"),
])  # fmt: skip
def test_settings_of_another_kind_are_refused_in_a_line(course, settings, said):
    with zipfile.ZipFile(course / "odd.zip", "w") as archive:
        archive.writestr("tests/q1.py", TESTS)
        if settings is not None:
            archive.writestr("otter_config.json", json.dumps(settings))
    told = run("grade", "--zip", course / "odd.zip", "--submissions", course / "class",
               "--out", course / "out", "--engine", "local")  # fmt: skip
    assert told.exit_code == 2 and said in told.output and "odd.zip" in told.output
    assert len(told.output.splitlines()) == 1 and "Traceback" not in told.output


# Files' names may hold all of these; Otter calls a question by its file's name.
NAMES = ["s2 (optional)", "q1.a", "Frage-ä", "第一题", "q" * 90]


def add_question(course: Path, name: str, tests: str, count: int = 1) -> None:
    with zipfile.ZipFile(course / "lab03.zip", "a") as archive:
        archive.writestr(f"tests/{name}.py", tests)
    for path in list((course / "class").iterdir()):
        notebook = json.loads(path.read_text())
        check = {**notebook["cells"][-1], "source": f"grader.check({json.dumps(name)})"}
        notebook["cells"].append(check)
        for number in range(count):
            notebook["metadata"]["copy"] = number
            path.with_stem(f"{path.stem}{number or ''}").write_text(json.dumps(notebook))


@pytest.mark.parametrize("name", NAMES)
def test_a_question_has_whatever_name_its_file_has(course, name):
    add_question(course, name, TESTS.replace('"q1"', json.dumps(name)))
    done = run("grade", "--zip", course / "lab03.zip", "--submissions", course / "class",
               "--out", course / "out", "--engine", "local", "--workers", 1)  # fmt: skip
    assert done.exit_code == 0, done.output
    assert points(course / "out")["right.ipynb"] == "4"


@pytest.mark.parametrize("tests", [
    "OK_FORMAT = False\nraise SystemError\n", "OK_FORMAT = True\ntest = 5\n", "def f(:\n",
    "import no_such_package\nOK_FORMAT = False\nname = 'q2'\n",
])  # fmt: skip
def test_a_broken_test_file_costs_nobody_and_is_told_to_student_and_instructor(course, tests):
    add_question(course, "q2", tests, 3)
    done = run("grade", "--zip", course / "lab03.zip", "--submissions", course / "class",
               "--out", course / "out", "--engine", "local", "--workers", 1)  # fmt: skip
    assert done.exit_code == 0 and "look at the tests themselves: q2 - 1" in done.output
    assert points(course / "out")["right.ipynb"] == "2"
    page = (course / "out" / "feedback" / "right.html").read_text(encoding="utf-8")
    assert "a fault of the assignment, not of your answer" in page


@pytest.mark.parametrize(
    ("layer", "told"), [("seccomp", "seccomp"), ("rlimits", "resource limits")]
)
def test_a_layer_that_is_missing_is_told_and_kept_with_each_mark(course, monkeypatch, layer, told):
    monkeypatch.setattr(EngineChoice, "_make", lambda *_: LocalEngine(layers_off=(layer,)))
    done = run("grade", "--zip", course / "lab03.zip", "--submissions", course / "class",
               "--out", course / "out", "--engine", "local", "--workers", 1)  # fmt: skip
    assert f"Student code was held without {told}" in done.output, done.output
    with Gradebook(next((course / "out").glob("gradebook*"))) as book:
        assert {one.graded_by.without for one in book.latest()} == {told}
