"""What a run hides from submissions: the others, its results, the tests, also without Landlock."""

import json
import os
import subprocess
import sys
import zipfile

import pytest

from autograder.course import ROOT
from tests.running import test_file

# Only code can turn a layer off: it starts the command here.
WITHOUT_LANDLOCK = """
from autograder.__main__ import main
from autograder.engines.local import LocalEngine
LocalEngine.__init__.__defaults__ = ("", ("landlock",), ())
main()
"""
LOOKING = "import os\nfound = [path for path in {paths!r} if os.path.exists(path)]"


def test_no_submission_sees_another_or_results_or_tests_without_landlock_either(open_folder):
    if os.geteuid():
        pytest.fail("run the tests as root, so that uids can be dropped")
    uploads, out, zips = (open_folder / name for name in ("uploads", "out", "zips"))
    seen, kept, grading_zip = open_folder / "seen", out / "kept", zips / "demo.zip"
    for folder in (uploads, kept, zips):
        folder.mkdir(parents=True)
    test = test_file("q1", f"def case(found):\n    assert found == [{str(seen)!r}]")
    with zipfile.ZipFile(grading_zip, "w") as archive:
        archive.writestr("tests/q1.py", test)
        archive.writestr("otter_config.json", "{}")
    paths = [seen, uploads / "bob.ipynb", kept, grading_zip, ROOT / "assignments", ROOT / "dist"]
    seen.touch()
    cell = {
        "cell_type": "code", "source": LOOKING.format(paths=[str(path) for path in paths]),
        "metadata": {}, "outputs": [], "execution_count": None,
    }  # fmt: skip
    text = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    for name in ("ada", "bob"):
        (uploads / f"{name}.ipynb").write_text(text)
    assert all(path.exists() for path in paths)
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_LANDLOCK, "grade", "--zip", grading_zip, "--engine",
         "local", "--submissions", uploads, "--out", out, "--workers", "1"],
        cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "without Landlock" in done.stdout
    for name in ("ada", "bob"):
        results = json.loads((out / "results" / name / "results.json").read_text())
        assert [test.get("score") for test in results["tests"]][-1] == 1, results["tests"]
