"""A hardened zip from another course's: OK format, pandas, a data file."""

import io
import json
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.__main__ import add_commands, main
from autograder.errors import UsageError
from autograder.gradescope.conversion import convert
from autograder.proving.gradescope.harness import bad_uploads, hidden_texts
from autograder.scoring.assignment import load_assignment
from tests.gradescope.test_run import ROOT, install, start

TESTS = """OK_FORMAT = True
test = {"name": "q1", "points": 3, "suites": [{"cases": [
    {"code": ">>> sales.shape == (3, 2)\\nTrue", "hidden": False},
    {"code": ">>> import statistics\\n>>> total == statistics.expected()\\nTrue", "hidden": True}],
    "scored": True, "setup": "", "teardown": "", "type": "doctest"}]}
"""
# A helper that is called as a module of Python's is: it must not stand in the grader's way.
FILES = {"files/sales.csv": "day,sold\n1,4\n2,5\n3,6\n",
         "files/statistics.py": "def expected():\n    return 15\n"}  # fmt: skip
ANSWER = "import pandas as pd\nsales = pd.read_csv('sales.csv')\ntotal = int(sales.sold.sum())"


def make_zip(path: Path, helper: str = "statistics") -> Path:
    """Write another course's grading zip, as `otter generate` lays it out.

    Args:
        helper: what its helper module is called.
    """
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("otter_config.json", json.dumps({"lang": "python"}))
        archive.writestr("tests/q1.py", TESTS.replace("statistics", helper))
        archive.writestr("run_autograder", "#!/bin/sh\nfalse\n")
        archive.writestr("setup.sh", "#!/bin/sh\nfalse\n")
        archive.writestr("environment.yml", "dependencies: [python=3.11, {pip: [pandas]}]")
        for name, text in FILES.items():
            archive.writestr(name.replace("statistics", helper), text)
    return path


def notebook(answer: str, **metadata: object) -> str:
    """Return a submission with one answer."""
    sources = "import otter\ngrader = otter.Notebook()", answer, 'grader.check("q1")'
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None,
              "source": source} for source in sources]  # fmt: skip
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4})


def entries_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_zip_has_our_scripts_their_tests_and_files_and_is_the_same_each_time(tmp_path):
    theirs = make_zip(tmp_path / "lab07.zip")
    made = convert(theirs, ROOT)
    assert made.data == convert(theirs, ROOT).data
    entries = entries_of(made.data)
    assert entries["tests/q1.py"].decode() == TESTS
    assert entries["files/sales.csv"].decode() == FILES["files/sales.csv"]
    assert "grader/autograder/gradescope/run.py" in entries
    for script in ("setup.sh", "run_autograder"):
        assert b"$source/grader" in entries[script]
    (tmp_path / "ours.zip").write_bytes(made.data)
    assignment = load_assignment(tmp_path / "ours.zip")
    assert (assignment.name, assignment.is_named) == ("lab07", False)
    assert sorted(assignment.files) == ["sales.csv", "statistics.py"]
    assert "pandas" in assignment.lists["environment.yml"]
    with pytest.raises(UsageError, match="hardened already"):
        convert(tmp_path / "ours.zip", ROOT)


@pytest.mark.parametrize("answer, score", [(ANSWER, 3), (ANSWER + " + 1", 1.5), ("1 / 0", 0)])
def test_it_grades_in_gradescopes_folders(tmp_path, answer, score):
    root = tmp_path / "autograder"
    source = root / "source"
    for name, data in entries_of(convert(make_zip(tmp_path / "lab.zip"), ROOT).data).items():
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    for name in ("submission", "results"):
        (root / name).mkdir()
    (root / "submission" / "lab.ipynb").write_text(
        notebook(answer, otter={"assignment_name": "another"})
    )
    install(root, f'exec "{sys.executable}" "$@"')
    results = start(root)
    assert results["score"] == score, results
    assert "expected()" not in json.dumps(results)


def test_the_command_writes_the_zip_and_says_what_to_do_next(tmp_path):
    add_commands()
    theirs, ours = make_zip(tmp_path / "lab.zip"), tmp_path / "made" / "ours.zip"
    done = CliRunner().invoke(main, ["gradescope", str(theirs), "-o", str(ours)])
    assert done.exit_code == 0, done.output
    assert "check-gradescope --zip" in done.output
    assert load_assignment(ours).name == "lab"
    again = CliRunner().invoke(main, ["gradescope", str(theirs), "-o", str(theirs)])
    assert again.exit_code == 2 and "another file" in again.output


def test_a_zip_alone_is_checked_with_submissions(tmp_path):
    add_commands()
    asked = CliRunner().invoke(
        main, ["check-gradescope", "--zip", str(make_zip(tmp_path / "a.zip"))]
    )
    assert asked.exit_code == 2 and "--submissions" in asked.output


def test_the_check_knows_hidden_doctests_and_zips_without_a_name(tmp_path):
    hidden = hidden_texts(load_assignment(make_zip(tmp_path / "lab.zip")))
    assert ">>> total == statistics.expected()" in hidden
    assert not any("shape" in text for text in hidden)
    sample = tmp_path / "a.ipynb"
    sample.write_text(notebook("1"))
    left_out = set(bad_uploads([sample])) - set(bad_uploads([sample], has_name=False))
    assert left_out == {"another assignment's notebook"}
