"""Which course a command works on, and what a shell completes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder import course
from autograder.__main__ import main
from autograder.errors import UsageError
from autograder.run import menu


def make_course(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / "assignments" / name).mkdir(parents=True)
        (folder / "assignments" / name / f"{name}.ipynb").write_text("{}")
    return folder


@pytest.fixture
def elsewhere(tmp_path, monkeypatch) -> Path:
    """Return an empty current folder."""
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    monkeypatch.delenv(course.VARIABLE, raising=False)
    return tmp_path / "empty"


def test_in_a_checkout_its_own_course_is_at_hand_everywhere(elsewhere):
    assert course.course_folder() == course.work_folder() == course.ROOT
    assert "autodiff" in course.assignment_names()


def test_the_course_of_the_current_folder_comes_first(elsewhere):
    make_course(elsewhere, "lab2", "lab1")
    (elsewhere / "assignments" / "drafts").mkdir()
    assert course.assignment_names() == ["lab1", "lab2"]
    assert course.dist_folder() == elsewhere / "dist"
    assert course.results_folder() == elsewhere / "results"


def test_a_course_that_was_chosen_comes_before_any_other(elsewhere, tmp_path, monkeypatch):
    make_course(elsewhere, "lab1")
    monkeypatch.setenv(course.VARIABLE, str(make_course(tmp_path / "other", "own")))
    assert course.assignment_names() == ["own"] and course.work_folder() == tmp_path / "other"


def test_an_installed_package_brings_its_course_and_works_in_the_current_folder(
    elsewhere, tmp_path, monkeypatch
):
    site = tmp_path / "site-packages"
    bundled = make_course(site / "autograder" / "bundled", "autodiff")
    monkeypatch.setattr(course, "ROOT", site)
    monkeypatch.setattr(course, "BUNDLED", bundled)
    assert course.course_folder() == bundled and course.assignment_names() == ["autodiff"]
    assert course.work_folder() == elsewhere
    assert course.whole_lock() == bundled / "requirements.lock"


def test_where_no_course_is_the_way_to_one_is_named(elsewhere, monkeypatch):
    monkeypatch.setenv(course.VARIABLE, str(elsewhere))
    with pytest.raises(UsageError, match=r"no assignments/<name>/<name>\.ipynb.*autograder new"):
        course.check_names([])


@pytest.mark.parametrize("before", [True, False])
def test_the_course_stands_before_the_command_or_after_it(before, elsewhere, tmp_path):
    chosen = ["--course", str(make_course(tmp_path / "other", "own"))]
    asked = ["build", "--assignment", "autodiff"]
    found = CliRunner().invoke(main, [*chosen, *asked] if before else [*asked, *chosen])
    assert found.exit_code == 2 and "no assignment 'autodiff'; there are: own" in found.output
    assert course.VARIABLE not in os.environ


def test_a_folder_without_a_course_is_refused(elsewhere):
    found = CliRunner().invoke(main, ["grade", "--course", str(elsewhere)])
    assert found.exit_code == 2 and "no course" in found.output


def complete(words: str) -> list[str]:
    """Return what bash is told of the last of some words."""
    at = len(words.split(" ")) - 1
    asked = {"_AUTOGRADER_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(at)}
    code = "import sys; sys.argv[0] = 'autograder'; from autograder.__main__ import run; run()"
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, **asked},
                          capture_output=True, text=True)  # fmt: skip
    return [line.partition(",")[2] for line in done.stdout.splitlines()]


def test_a_shell_completes_commands_options_and_assignments():
    assert complete("autograder exp") == ["export"]
    assert "--submissions" in complete("autograder grade --sub")
    assert complete("autograder grade --assignment linear") == ["linear-algebra"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shells_script_is_printed(shell):
    found = CliRunner().invoke(main, ["completion", shell])
    assert not found.exit_code and f"_AUTOGRADER_COMPLETE={shell}_complete" in found.output


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_other_systems_are_told_where_it_runs(system, monkeypatch):
    monkeypatch.setattr(menu.sys, "platform", system)
    found = CliRunner().invoke(main, ["grade"])
    assert found.exit_code == 2 and "WSL2" in found.output and "macOS" in found.output
    assert not CliRunner().invoke(main, ["completion", "bash"]).exit_code
