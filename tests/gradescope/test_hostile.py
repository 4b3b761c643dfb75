"""What a submission tries is held in Gradescope's folders, as Gradescope starts a run there."""

import json
import zipfile

import pytest

from autograder.errors import EngineError
from autograder.proving.hostile import on_gradescope
from autograder.proving.hostile.entries import Suite, load_release
from autograder.proving.hostile.grading import hidden_text, judge_upload
from tests.gradescope.test_run import replace_upload, root, start  # noqa: F401

ENTRIES = (
    "exception-poses-as-sandbox-fault",
    "forked-twin-answers",
    "lying-figure",
    "os-exit",
    "patched-torch",
    "sabotages-the-worker",
    "signals",
    "writes-results-everywhere",
)


@pytest.fixture(scope="module")
def suite(built):
    return Suite(load_release(built / on_gradescope.ASSIGNMENT))


@pytest.mark.parametrize("name", ENTRIES)
def test_no_upload_earns_what_it_does_not_answer(name, root, suite, built):  # noqa: F811
    (entry,) = [one for one in suite.entries if one.id == name]
    grading_zip = built / on_gradescope.ASSIGNMENT / "autograder.zip"
    lay_out_tests(grading_zip, root / "source")
    ((_, data),) = suite.uploads(entry)
    replace_upload(root, upload_ipynb=data)
    gradation = on_gradescope.read_gradation(json.dumps(start(root)).encode())
    secrets = hidden_text(grading_zip, suite.release)
    shown = on_gradescope.visible_text(gradation.gradescope)
    assert judge_upload(entry, gradation, shown, secrets).problems == []


def lay_out_tests(grading_zip, source):
    """Put an assignment's tests and settings in the place of the folder's own."""
    for path in (source / "tests").glob("*.py"):
        path.unlink()
    with zipfile.ZipFile(grading_zip) as archive:
        for name in archive.namelist():
            if name.startswith("tests/") or name in ("otter_config.json", "manifest.json"):
                archive.extract(name, source)


def test_results_that_are_missing_or_refused_are_no_verdict_of_the_suite(suite):
    assert on_gradescope.read_gradation(None).status.value == "not graded"
    (entry,) = [one for one in suite.entries if one.id == "patched-torch"]
    verdict = judge_upload(entry, on_gradescope.read_gradation(None), "", [])
    assert any("ended as not graded" in problem for problem in verdict.problems)


@pytest.mark.docker
def test_an_image_that_is_not_there_is_named_with_the_command_that_makes_it(built, docker_engine):
    with pytest.raises(EngineError, match="no image no:such: .*check-gradescope"):
        on_gradescope.grade_entries([], built, "no:such")
