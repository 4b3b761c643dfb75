"""Every assignment's grading zip, unpacked in Gradescope's folders and run as Gradescope does."""

import shutil
import zipfile

import pytest

from autograder.course import assignment_names
from tests.gradescope.test_run import root, start  # noqa: F401


@pytest.mark.parametrize("name", assignment_names())
def test_a_solution_gets_all_points_and_a_blank_notebook_none(name, built, root):  # noqa: F811
    shutil.rmtree(root / "source")
    with zipfile.ZipFile(built / name / "autograder.zip") as archive:
        archive.extractall(root / "source")
    found = {}
    for what, path in {
        "solution": built / name / "solutions" / f"{name}-zh.ipynb",
        "blank": built / name / "student" / "en" / f"{name}.ipynb",
    }.items():
        shutil.rmtree(root / "submission")
        (root / "submission").mkdir()
        shutil.copy(path, root / "submission" / f"{name}.ipynb")
        found[what] = start(root)
    tests = found["solution"]["tests"]
    possible = sum(test.get("max_score", 0) for test in tests)
    assert found["solution"]["score"] == possible > 0
    assert found["blank"]["score"] == 0 and "not graded" not in found["blank"].get("output", "")
