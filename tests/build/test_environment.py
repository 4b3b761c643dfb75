"""What students may import is the same list everywhere."""

import re
import shutil
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from autograder.build import environment
from autograder.course import ROOT
from autograder.errors import BuildError

PROMISED = {
    "pandas", "ipywidgets", "ipykernel", "requests", "pyyaml", "sympy", "networkx", "tqdm",
    "scipy", "seaborn", "numpy", "matplotlib", "torch",
}  # fmt: skip


def test_what_the_course_promises_is_on_the_list():
    assert set(environment.allowed()) >= PROMISED
    assert not {"msgpack", "pyseccomp", "otter-grader"} & set(environment.allowed())


def test_list_locks_and_this_machine_agree():
    environment.check_environment(ROOT)


def copied(tmp_path: Path) -> Path:
    for name in ("pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def test_a_package_that_is_not_locked_yet_stops_the_build(tmp_path):
    project = copied(tmp_path) / "pyproject.toml"
    text = project.read_text().replace("sandbox = [", 'sandbox = [\n    "scikit-learn>=1",')
    project.write_text(text)
    with pytest.raises(BuildError, match="scikit-learn.*make lock"):
        environment.check_environment(tmp_path)


def test_another_version_in_the_other_lock_stops_the_build(tmp_path):
    lock = copied(tmp_path) / "requirements.lock"
    lock.write_text(re.sub(r"^seaborn==[\d.]+", "seaborn==0.1", lock.read_text(), flags=re.M))
    with pytest.raises(BuildError, match="seaborn==.*make lock"):
        environment.check_environment(tmp_path)


@pytest.mark.parametrize("version", ["0.1", None])
def test_what_is_installed_here_is_held_against_the_lock(monkeypatch, version):
    def other(name):
        if version is None:
            raise environment.PackageNotFoundError
        return version

    monkeypatch.setattr(environment, "version", other)
    with pytest.raises(BuildError, match="run `make`"):
        environment.check_environment(ROOT)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_release_names_and_pins_them(built, language):
    release = built / "autodiff" / "student" / language
    wanted = (release / "requirements.txt").read_text("utf-8").splitlines()
    page = (release / "README.md").read_text("utf-8")
    named = {Requirement(line).name for line in wanted if not line.startswith("-")}
    for package in environment.allowed():
        assert package in named and package in page
    assert set(environment.pins()) <= set(wanted)
    assert f"Python {environment.grading_python()}" in page
