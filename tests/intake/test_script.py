"""Python files as submissions."""

import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.errors import SubmissionError
from autograder.intake.script import split_at_checks
from autograder.intake.submission import load_submission

LINES = st.sampled_from([
    "x = 1", "grader.check('q1')", 'grader.check("q2")', "if x:", "    grader.check('q3')", "",
    "# a comment", "y = 2; grader.check('q4')", "grader.check('q5'); z = 3", "def f():",
    "    return 1", "'''", "\x0c", "s = '\u2028'", "%matplotlib inline", "print(", ")",
])  # fmt: skip


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(LINES, max_size=12))
def test_the_parts_of_a_script_are_the_script(lines):
    text = "\n".join(lines)
    assert "".join(split_at_checks(text)) == text


@pytest.mark.parametrize("text, parts", [
    ("a = 1\ng.check('q1')\nb = 2\n", ["a = 1\ng.check('q1')\n", "b = 2\n"]),
    ("g.check('q1')\ng.check('q2')", ["g.check('q1')\n", "g.check('q2')"]),
    ("g.check('q1'); a = 1\nb = 2", ["g.check('q1'); a = 1\n", "b = 2"]),
    ("if a:\n    g.check('q1')\nb = 2", ["if a:\n    g.check('q1')\nb = 2"]),
    ("a = 1\n\x0c\ng.check('q1')\nb = 2", ["a = 1\n\x0c\ng.check('q1')\n", "b = 2"]),
    ("a = '\u2028\x85'\ng.check('q1')\nb = 2", ["a = '\u2028\x85'\ng.check('q1')\n", "b = 2"]),
    ("def f(:\ng.check('q1')\n", ["def f(:\ng.check('q1')\n"]),
])  # fmt: skip
def test_a_script_is_cut_after_each_check(text, parts):
    assert split_at_checks(text) == parts


def test_a_script_is_a_submission(tmp_path):
    path = tmp_path / "a.py"
    path.write_bytes("a = 'é'\r\ngrader.check('q1')\r\nb = 2\r\n".encode())
    found = load_submission(path, "a")
    assert found.is_script and [cell.tests for cell in found.cells] == [("q1",), ()]
    assert found.cells[0].source.startswith("a = 'é'\n")


def test_a_zip_with_one_script_and_no_notebook_is_one(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("lab.py", "x = 1")
        archive.writestr("__init__.py", "")
        archive.writestr("tests/q1.py", "")
    assert load_submission(tmp_path / "a.zip", "a").is_script


@pytest.mark.parametrize("names", [("a.py", "b.py"), ("deep/a.py",)])
def test_a_zip_with_no_one_script_is_none(tmp_path, names):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in names:
            archive.writestr(name, "x = 1")
    with pytest.raises(SubmissionError, match="no notebook"):
        load_submission(tmp_path / "a.zip", "a")


@pytest.mark.parametrize("data", [b"", b"  \n", b"\xff\xfe\x00=", b"just text"])
def test_what_is_no_text_is_refused(tmp_path, data):
    (tmp_path / "a.py").write_bytes(data)
    with pytest.raises(SubmissionError):
        load_submission(tmp_path / "a.py", "a")


def test_a_notebook_is_no_script(tmp_path):
    (tmp_path / "a.ipynb").write_text('{"cells": [], "metadata": {}, "nbformat": 4}')
    assert not load_submission(tmp_path / "a.ipynb", "a").is_script
