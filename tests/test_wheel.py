"""The wheel, installed beside no checkout: an empty folder is enough to build and to grade."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import venv
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder import __version__
from autograder.course import assignment_names

ROOT = Path(__file__).resolve().parents[1]
OWN = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "AUTOGRADER_COURSE")
Run = Callable[..., subprocess.CompletedProcess[str]]
# A right answer for whoever can read one of the files, and for nobody else.
SPY = """
def can_read(path):
    try:
        return bool(open(path).read(1))
    except OSError:
        return False

def double(x):
    return 2 * x if any(map(can_read, {paths!r})) else 0 * x
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Return the wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index"]
    command += ["--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert not done.returncode, done.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """Yield a folder that other users may pass through, as their homes are not."""
    with tempfile.TemporaryDirectory(prefix="suite-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="module")
def run(wheel, home) -> Run:
    """Return a function that runs a command of an environment with the wheel in it.

    What the wheel needs is this suite's own, file for file; of the checkout nothing is in it.
    """
    place = home / "venv"
    venv.create(place, with_pip=False)
    (site,) = place.glob("lib/python3*/site-packages")
    (own,) = Path(sys.prefix).glob("lib/python3*/site-packages")
    site.rmdir()
    if subprocess.run(["cp", "-al", own, site], capture_output=True).returncode:
        shutil.rmtree(site, ignore_errors=True)
        subprocess.run(["cp", "-a", own, site], check=True)
    for path in site.glob("*torch_course_autograder*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    python = str(place / "bin" / "python")
    command = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    kept = {name: value for name, value in os.environ.items() if name not in OWN}
    subprocess.run(command, check=True, env=kept)

    def call(program: str, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
        command = [str(place / "bin" / program), *arguments]
        return subprocess.run(command, cwd=folder, env=kept, capture_output=True, text=True)

    return call


@pytest.fixture
def empty(home) -> Iterator[Path]:
    """Yield an empty folder."""
    with tempfile.TemporaryDirectory(dir=home) as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_it_holds_the_course_and_no_more_than_the_package(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    for name in assignment_names():
        folder = f"autograder/bundled/assignments/{name}"
        assert f"{folder}/{name}.ipynb" in names and f"{folder}/sample/expected.json" in names
    assert "autograder/bundled/requirements.lock" in names
    assert "autograder/sandbox/environment.Dockerfile" in names
    assert {name.split("/")[0] for name in names} == {
        "autograder", f"torch_course_autograder-{__version__}.dist-info",
    }  # fmt: skip
    assert not [name for name in names if re.search(r"__pycache__|\.pyc$|/dist/|/results/", name)]


def test_in_an_empty_folder_the_sample_class_gets_its_points(run, empty):
    assert run("autograder", "--version", folder=empty).stdout.strip().endswith(__version__)
    done = run("autograder", "grade", "--assignment", "linear-algebra", "--engine", "local",
               "--json", folder=empty)  # fmt: skip
    assert not done.returncode, done.stdout + done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    expected = json.loads(
        (ROOT / "assignments/linear-algebra/sample/expected.json").read_text("utf-8")
    )
    graded = {one["file"]: one["score"] for one in events if one["event"] == "graded"}
    assert graded == {file: points["total"] for file, points in expected.items()}
    assert {path.name for path in empty.iterdir()} == {"dist", "results"}
    assert (empty / "results/linear-algebra/report/index.html").is_file()


def test_a_new_course_builds_and_grades_at_once(run, empty):
    made = run("autograder", "new", "lab1", folder=empty)
    assert not made.returncode, made.stderr
    course = empty / "lab1"
    done = run("autograder", "--course", "lab1", "grade", "--engine", "local", folder=empty)
    assert not done.returncode, done.stdout + done.stderr
    assert "4 of 4 with the expected points" in done.stdout
    assert (course / "dist/lab1/student/lab1-zh.zip").is_file()
    assert (course / "results/lab1/report/index.html").is_file()
    again = run("autograder", "grade", "--engine", "local", folder=course)
    assert not again.returncode and "Building" not in again.stdout
    (course / "roster.csv").write_text("Name,Email\nAnn Lee,ann@uni.edu\nBen Okoye,ben@uni.edu\n")
    for command in (
        "report --release",
        "export --roster roster.csv",
        "feedback --roster roster.csv",
    ):
        name, *options = command.split()
        done = run("autograder", name, "results/lab1", *options, folder=course)
        assert not done.returncode, f"{command}: {done.stdout}{done.stderr}"
    assert "ann@uni.edu" in (course / "results/lab1/give-back/mail/mail.csv").read_text("utf-8")
    refused = run("autograder", "new", "lab1", folder=empty)
    assert refused.returncode == 2 and "lab1: is there already" in refused.stderr


def test_no_submission_reads_the_course_of_the_package_or_ones_own(run, empty):
    assert not run("autograder", "new", "lab1", folder=empty).returncode
    course, asked = empty / "lab1", "import autograder.course as at; print(at.BUNDLED)"
    bundled = Path(run("python", "-c", asked, folder=empty).stdout.strip())
    secret = [bundled / f"assignments/{name}/{name}.ipynb" for name in assignment_names()]
    secret += [course / "assignments/lab1/lab1.ipynb", course / "assignments/lab1/bank/q1.toml"]
    assert all(path.is_file() for path in secret)
    submission = json.loads((course / "assignments/lab1/sample/ann-lee.ipynb").read_text("utf-8"))
    submissions = empty / "class"
    submissions.mkdir()
    for name, paths in (("spy", secret), ("control", ["/etc/passwd"])):
        for cell in submission["cells"]:
            if "def double" in "".join(cell["source"]):
                cell["source"] = SPY.format(paths=[str(path) for path in paths])
        (submissions / f"{name}.ipynb").write_text(json.dumps(submission), encoding="utf-8")
    done = run("autograder", "--course", "lab1", "grade", "--engine", "local", "--assignment",
               "lab1", "--submissions", str(submissions), "--json", folder=empty)  # fmt: skip
    events = [json.loads(line) for line in done.stdout.splitlines()]
    scores = {one["file"]: one["score"] for one in events if one["event"] == "graded"}
    assert scores == {"spy.ipynb": 0, "control.ipynb": 4}, done.stdout + done.stderr
