"""Assignments built side by side: which are old, what is said, what becomes of faulty ones."""

import os
import signal
import time

import pytest

from autograder.build import several
from autograder.course import VARIABLE
from autograder.errors import BuildError
from tests.build.sources import load_tiny, write_source

NEWER, OLDER = 10**9, -(10**9)


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Return the folder of a course with the tiny assignment."""
    write_source(tmp_path / "assignments", load_tiny())
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    return tmp_path


def make_zip(course, age_s: int) -> None:
    path = course / "dist" / "tiny" / "autograder.zip"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    os.utime(path, (time.time() + age_s, time.time() + age_s))


def test_what_is_not_built_or_older_than_its_files_is_old(course):
    dist = course / "dist"
    assert several.outdated(["tiny"], dist) == ["tiny"]
    make_zip(course, NEWER)
    assert several.outdated(["tiny"], dist) == []
    make_zip(course, OLDER)
    assert several.outdated(["tiny"], dist) == ["tiny"]


def test_what_another_process_built_meanwhile_is_left_alone(course):
    make_zip(course, NEWER)
    with several.Builds(["tiny"], course / "dist", urgent=True) as builds:
        assert builds.wait("tiny") == ""
    assert not (course / "dist" / "tiny" / "autograder.zip").stat().st_size


def test_builds_that_are_stopped_wait_for_nothing_that_they_started(course, monkeypatch):
    program = course / "python"
    program.write_text("#!/bin/sh\nsleep 40 &\necho $! > started\nexec sleep 41\n")
    program.chmod(0o755)
    monkeypatch.chdir(course)
    monkeypatch.setattr(several.sys, "executable", str(program))
    with several.Builds(["tiny"], course / "dist"):
        while not (course / "started").is_file() or not (course / "started").read_text():
            time.sleep(0.02)
        began = time.monotonic()
    assert time.monotonic() - began < 10
    os.kill(int((course / "started").read_text()), signal.SIGKILL)


def test_a_place_that_cannot_be_written_is_named_with_the_repair(course):
    (course / "dist").mkdir()
    (course / "dist" / "tiny").write_text("a file, where a folder is to be")
    with several.Builds(["tiny"], course / "dist", verify=False) as builds:
        with pytest.raises(BuildError) as raised:
            builds.wait("tiny")
    line = str(raised.value)
    assert line.startswith(str(course / "dist" / "tiny")) and "let this user write there" in line


def test_each_is_told_as_it_is_ready_and_a_fault_by_its_line(course):
    (course / "assignments" / "bad").mkdir()
    (course / "assignments" / "bad" / "bad.ipynb").write_text("{}")
    with several.Builds(["tiny", "bad"], course / "dist", verify=False) as builds:
        assert builds.wait("tiny").startswith("tiny: ") and "not verified" in builds.wait("tiny")
        with pytest.raises(BuildError, match=r"bad\.ipynb: not a notebook"):
            builds.wait("bad")
    assert (course / "dist" / "tiny" / "autograder.zip").is_file()
    assert builds.wait("no such one") == ""


def test_the_first_of_urgent_builds_has_the_machine_to_itself(course, monkeypatch):
    told = []

    def run(self, folder, dist, options):
        told.append(f"{folder.name} begins {options}")
        time.sleep(0.2)
        told.append(f"{folder.name} ends")
        return folder.name

    monkeypatch.setattr(several.Builds, "_run", run)
    with several.Builds(["tiny", "next"], course / "dist", urgent=True) as builds:
        assert builds.wait("next") == "next"
    first, second, third, _ = told
    assert first == "tiny begins ['0', '--urgent']" and second == "tiny ends"
    assert third.startswith("next begins ['10'")
