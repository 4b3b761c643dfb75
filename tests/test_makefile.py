"""The Makefile's fixed interface and the lock files behind it."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from autograder.wording import CALLER

ROOT = Path(__file__).resolve().parents[1]
LOCKS = {
    "all": ROOT / "requirements.lock",
    "sandbox": ROOT / "autograder" / "sandbox" / "requirements.lock",
}
TARGETS = (
    "build", "grade", "test", "lint", "audit", "bench", "hostile", "check-gradescope", "clean",
    "help",
)  # fmt: skip


def run_make(*arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    return subprocess.run(
        ["make", *arguments], cwd=folder, capture_output=True, text=True, env=kept
    )


def planned(*arguments: str) -> str:
    """Return the commands that make would run, were everything installed and built."""
    done = run_make("--dry-run", "--old-file=requirements.lock", *arguments)
    assert not done.returncode, done.stderr
    return done.stdout


@pytest.mark.parametrize("target", TARGETS)
def test_the_target_exists_and_help_names_it(target):
    assert planned(target)
    assert f"make {target} " in run_make("help").stdout


def test_plain_make_builds_every_assignment():
    assert planned().rstrip().endswith("-m autograder build")


@pytest.mark.parametrize(
    ("variable", "option"),
    [
        ("ASSIGNMENT=autodiff", "--assignment 'autodiff'"),
        ("SUBMISSIONS=a folder", "--submissions 'a folder'"),
        ("OUT=here", "--out 'here'"),
        ("ENGINE=local", "--engine 'local'"),
        ("WORKERS=3", "--workers '3'"),
        ("SCHEDULER=tcp://10.0.0.1:8786", "--scheduler 'tcp://10.0.0.1:8786'"),
        ("TIMEOUT=20", "--timeout '20'"),
        ("DEADLINE=2025-03-01T23:59", "--deadline '2025-03-01T23:59'"),
    ],
)
def test_a_variable_becomes_the_option(variable, option):
    last = planned("grade", variable).strip().splitlines()[-1]
    assert "-m autograder grade " in last
    assert option in last


def test_the_course_report_takes_its_folder_and_roster():
    told = planned("course-report", "OUT=all runs", "ROSTER=r.csv").replace("\\\n", " ")
    assert "-m autograder course-report 'all runs' --roster 'r.csv'" in " ".join(told.split())


def test_an_unknown_assignment_is_left_to_the_command_to_refuse():
    last = planned("grade", "ASSIGNMENT=no-such-thing").strip().splitlines()[-1]
    assert "--assignment 'no-such-thing'" in last


@pytest.mark.parametrize("given", ["SUBMISSION=class", "out=marks", "ROOSTER=r.csv"])
def test_a_misspelt_variable_is_named_and_nothing_is_done(given):
    done = run_make("--dry-run", "grade", "ASSIGNMENT=autodiff", given)
    assert done.returncode == 2 and f"no variable {given.split('=')[0]} is known" in done.stderr
    assert not done.stdout


@pytest.mark.parametrize(
    "given", ["AUTOGRADER_BASE_IMAGE=debian:12", "XDG_CACHE_HOME=/x", "KEEP=1"]
)
def test_what_the_environment_may_hold_may_stand_in_the_call(given):
    assert planned("grade", given)


def test_every_variable_that_the_makefile_reads_is_known():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    known = text.split("OURS  = ")[1].split("GIVEN")[0].replace("\\", "").split()
    read = set(re.findall(r"\$\((?:if \$\(|or \$\(|call given,)?([A-Z][A-Z_]+)\b", text))
    made = set(re.findall(r"^([A-Z_]+) *:?= ", text, re.MULTILINE)) | {"MAKEFILE_LIST", "PY"}
    assert read - made - {"OURS", "KNOWN", "GIVEN"} <= set(known)


@pytest.mark.parametrize(
    ("given", "wanted"), [((), "OUT"), (("OUT=marks",), "ROSTER"), (("ROSTER=r.csv",), "OUT")]
)
def test_an_export_without_its_folder_or_roster_says_which_variable_is_missing(given, wanted):
    done = run_make("--dry-run", "--old-file=requirements.lock", "export", *given)
    assert done.returncode == 2 and f"make export wants {wanted}=<" in done.stderr


def test_where_torch_may_come_with_cuda_it_is_said_before(tmp_path):
    told = planned("lint", f"VENV={tmp_path}")
    assert "gigabytes of CUDA packages" in told.split("pip install --disable")[0].split("echo")[-1]


def test_an_old_python_is_refused_in_one_line(tmp_path):
    (tmp_path / "old-python").write_text(
        '#!/bin/sh\necho "Python 3.10 or newer is needed" >&2\nexit 1\n'
    )
    (tmp_path / "old-python").chmod(0o755)
    done = run_make(f"PYTHON={tmp_path}/old-python", f"VENV={tmp_path}/venv", "lint")
    assert done.returncode == 2
    assert "Python 3.10 or newer" in done.stderr
    assert not (tmp_path / "venv").exists()


def read_lock(path: Path) -> dict[str, list[str]]:
    """Return each locked requirement (``name==version ; marker``) with its hashes."""
    text = path.read_text(encoding="utf-8").replace("\\\n", "")
    entries = {}
    for line in text.splitlines():
        if line and not line.lstrip().startswith("#"):
            requirement, *hashes = re.split(r"\s+--hash=", line)
            entries[requirement.strip()] = [value.strip() for value in hashes]
    return entries


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_is_pinned_and_hashed(name):
    for requirement, hashes in read_lock(LOCKS[name]).items():
        assert re.match(r"[a-z0-9._-]+==[^ ]+( ; |$)", requirement), requirement
        assert hashes and all(value.startswith("sha256:") for value in hashes), requirement


@pytest.mark.parametrize("name", LOCKS)
def test_no_lock_brings_cuda_packages(name):
    names = [requirement.split("==")[0] for requirement in read_lock(LOCKS[name])]
    assert not [name for name in names if re.match("torch$|nvidia-|cuda-|triton", name)]


def test_the_sandbox_gets_the_versions_of_the_main_lock():
    pins = {entry.split(" ;")[0] for entry in read_lock(LOCKS["all"])}
    assert {entry.split(" ;")[0] for entry in read_lock(LOCKS["sandbox"])} <= pins


def told_by(python: str, tmp_path: Path, *arguments: str) -> str:
    """Return what make says whose Python is a shell script."""
    path = tmp_path / "bin" / "python"
    path.parent.mkdir()
    path.write_text(f"#!/bin/sh\n{python}\n")
    path.chmod(0o755)
    done = run_make(f"VENV={tmp_path}", f"--old-file={tmp_path}/ready", *arguments)
    assert not done.returncode, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("target", ["build", "grade", "export", "course-report", "worker-image"])
def test_the_command_knows_that_make_calls_it(target, tmp_path):
    wanted = ("OUT=marks", "ROSTER=class.csv") if target == "export" else ()
    said = told_by(f'echo "called by [${CALLER}]"', tmp_path, target, *wanted)
    assert said.splitlines()[-1] == "called by [make]"


TYPED = {
    "grade": ("SUBMISSIONS", "OUT", "ZIP", "ROSTER", "EXTENSIONS", "TIMES", "DEADLINE", "ENGINE"),
    "export": ("OUT", "ROSTER", "GROUPS", "OWNERS", "EXTENSIONS", "TITLE"),
    "course-report": ("OUT", "ROSTER", "GROUPS", "OWNERS", "TITLE"),
}


@pytest.mark.parametrize("target", TYPED)
@pytest.mark.parametrize(
    "value",
    ["marks $5", "a$(b", 'the "new" class', "it's `id`", "$(shell touch {0})", "$$", "\\n", "a,b",
     "#1", "~x", "*", "; touch {0}", "课程 (1)", "%s", "--help", "$(error x)"],
)  # fmt: skip
def test_what_a_variable_holds_comes_to_the_command_as_typed(target, value, tmp_path):
    trace = tmp_path / "trace"
    value = value.replace("{0}", str(trace))
    given = [f"{name}={value}" for name in TYPED[target]]
    said = told_by("printf '%s\\n' \"$@\"", tmp_path, target, *given)
    assert said.splitlines().count(value) == len(given), said
    assert not trace.exists()
