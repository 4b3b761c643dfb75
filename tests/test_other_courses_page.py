"""The page "Bring your own Otter course", followed literally: its command blocks are run."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.course import ROOT
from tests.gradescope.test_conversion import ANSWER, make_zip, notebook
from tests.run.test_other_courses import points

PAGE = (ROOT / ".docs" / "other-courses.md").read_text("utf-8")
BLOCKS = re.findall(r"^( *)```console\n(.*?)```", PAGE, re.DOTALL | re.MULTILINE)
LINES = [line.strip() for _, block in BLOCKS for line in block.splitlines()]
COMMANDS = [line[2:] for line in LINES if line.startswith("$ ")]


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    """Return the folder in which the page's reader is."""
    folder = tmp_path_factory.mktemp("course")
    make_zip(folder / "lab.zip", helper="lab_helper")
    (folder / "packages.txt").write_text("pandas\n")
    (folder / "submissions").mkdir()
    for name, answer in {"ann": ANSWER, "ben": ANSWER + " - 1"}.items():
        (folder / "submissions" / f"{name}.ipynb").write_text(notebook(answer))
    return folder


@pytest.fixture(scope="module")
def printed(course) -> dict[str, str]:
    """Run every command of the page, in its order; returns what each printed."""
    found = {}
    for command in COMMANDS:
        first, *arguments = shlex.split(command)
        assert first == "autograder"
        done = subprocess.run(
            [sys.executable, "-m", "autograder", *arguments], cwd=course, text=True,
            capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        found[command] = done.stdout
    return found


def test_every_command_of_the_page_works_as_typed(printed):
    assert len(printed) >= 6
    kinds = {command.split()[1] for command in printed}
    assert {"inspect", "grade", "override", "report", "gradescope"} <= kinds


def test_the_class_is_graded_and_what_the_page_names_is_there(printed, course):
    marks = course / "marks"
    assert points(marks)["ann.ipynb"] == "2"  # by hand, at the page's end
    assert points(marks)["ben.ipynb"] == "0"
    for name in ("report/index.html", "feedback", "environments"):
        assert (marks / name).exists(), name
        assert f"marks/{name}" in PAGE
    assert (course / "lab-gradescope.zip").is_file()


def test_the_page_is_found_from_the_others():
    for name in ("README.md", ".docs/instructor-guide.md"):
        assert "other-courses.md" in (ROOT / name).read_text("utf-8"), name
