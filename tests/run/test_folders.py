"""The folders of a run are looked at before it, and belong to one command at a time."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder.errors import UsageError
from autograder.gradebook import Gradebook, lock
from autograder.gradebook.lock import hold
from autograder.run.folders import check_folders

HOLDER = """
import sys, time
from pathlib import Path
from autograder.gradebook.lock import hold
with hold(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def submissions(tmp_path):
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "ana.ipynb").write_text("{}")
    return tmp_path / "class"


def test_folders_of_any_name_are_accepted_and_nothing_is_left_in_them(submissions, tmp_path):
    for name in ("out", "[bold]out[/]", "输出 (1)"):
        check_folders(submissions, tmp_path / name)
        left = sorted(p.name for p in (tmp_path / name).rglob("*"))
        assert left == ["feedback", "report", "results"]
    check_folders(submissions, submissions / "out")


def test_submissions_inside_the_output_folder_are_refused(submissions, tmp_path):
    for out in (tmp_path, submissions):
        with pytest.raises(UsageError, match="lies in the output folder"):
            check_folders(submissions, out)
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(UsageError, match="lies in the output folder"):
        check_folders(submissions, tmp_path / "link")


@pytest.mark.parametrize("name", ["grades.csv", "changes.csv"])
def test_somebody_elses_tables_are_not_written_over(submissions, tmp_path, name):
    out = tmp_path / "out"
    out.mkdir()
    (out / name).write_text("mine")
    with pytest.raises(UsageError, match=f"{name}: is there already"):
        check_folders(submissions, out)
    assert (out / name).read_text() == "mine"
    Gradebook(out / "gradebook.sqlite").close()
    check_folders(submissions, out)


@pytest.mark.parametrize("depth", [6, 39, 60])
def test_a_path_that_is_too_long_is_told_before_anything_is_graded(submissions, tmp_path, depth):
    out = tmp_path.joinpath(*["x" * 100] * depth)
    with pytest.raises(UsageError, match="too long"):
        check_folders(submissions, out)


def test_a_name_that_is_too_long_is_told_with_the_repair(submissions, tmp_path):
    with pytest.raises(UsageError, match="too long.*choose OUT=<folder>"):
        check_folders(submissions, tmp_path / ("x" * 256))


@pytest.mark.parametrize("place", ["/proc/out", "/dev/null/out"])
def test_a_place_that_cannot_be_written_is_one_line(submissions, tmp_path, place):
    with pytest.raises(UsageError, match="cannot be written"):
        check_folders(submissions, Path(place))


def test_a_file_that_is_no_zip_is_refused_by_name(tmp_path):
    (tmp_path / "a.txt").write_text("a")
    with pytest.raises(UsageError, match="neither a folder nor a zip"):
        check_folders(tmp_path / "a.txt", tmp_path / "out")
    with pytest.raises(UsageError, match="no such folder"):
        check_folders(tmp_path / "nothing", tmp_path / "out")


def start(script, folder):
    child = subprocess.Popen([sys.executable, "-c", script, str(folder)], stdout=subprocess.PIPE)
    assert child.stdout.readline() == b"held\n"
    return child


def test_a_second_command_says_who_is_at_work_and_a_dead_one_holds_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(lock, "PATIENCE_S", 0.2)
    child = start(HOLDER, tmp_path)
    try:
        with (
            pytest.raises(UsageError, match=rf"at work there \(process {child.pid}\)"),
            hold(tmp_path),
        ):
            pass
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        child.stdout.close()
    with hold(tmp_path):
        pass


OPENER = """
import sys, time
from autograder.gradebook import Gradebook
time.sleep(max(0, float(sys.argv[2]) - time.time()))
for number in range(12):
    Gradebook(f"{sys.argv[1]}/{number}.sqlite").close()
"""


def test_a_new_gradebook_that_two_commands_open_at_once_is_never_called_damaged(tmp_path):
    begin = str(time.time() + 4)
    command = [sys.executable, "-c", OPENER, str(tmp_path), begin]
    children = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for _ in range(3)
    ]
    told = [child.communicate(timeout=120)[0] for child in children]
    assert [child.returncode for child in children] == [0, 0, 0], told
