"""The hostile suite on Gradescope's layout: an upload and a container each, under its limits."""

import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from autograder.engines.image import has_image
from autograder.errors import EngineError
from autograder.model import Gradation, QuestionResult, Status
from autograder.proving.gradescope import containers, harness
from autograder.proving.hostile.entries import Attack, Suite, load_release
from autograder.proving.hostile.grading import (
    ASSIGNMENT,
    CategoryOutcome,
    hidden_text,
    judge_upload,
)

FULL = 100.0
TAG = f"autograder-gradescope:{ASSIGNMENT}"  # what check-gradescope has set up


def grade_entries(
    entries: Iterable[Attack], dist: Path, tag: str = TAG, workers: int = 2
) -> CategoryOutcome:
    """Grade entries by an image's own run_autograder, and judge what it wrote.

    Raises:
        EngineError: there is no such image, or a container cannot be run.
    """
    if not has_image(tag):
        raise EngineError(
            f"there is no image {tag}: `python -m autograder check-gradescope --assignment "
            f"{ASSIGNMENT}` sets it up"
        )
    folder = dist / ASSIGNMENT
    release = load_release(folder)
    suite, secrets = Suite(release), hidden_text(folder / "autograder.zip", release)

    def attempt(entry: Attack) -> Gradation:
        uploads = {Path(name).name: data for name, data in suite.uploads(entry)[:1]}
        return read_gradation(containers.run_upload(tag, uploads, harness.metadata(FULL)).results)

    entries = list(entries)
    with ThreadPoolExecutor(workers) as pool:
        verdicts = [
            judge_upload(entry, gradation, visible_text(gradation.gradescope), secrets)
            for entry, gradation in zip(entries, pool.map(attempt, entries))
        ]
    return CategoryOutcome(verdicts, [])


def read_gradation(data: bytes | None) -> Gradation:
    """Return what a results.json says, as far as the suite judges it; not graded without one."""
    results = json.loads(data or b"{}")
    status = Status(results.get("extra_data", {}).get("status", Status.NOT_GRADED.value))
    earned: dict[str, float] = {}
    possible: dict[str, float] = {}
    for test in results.get("tests", []):
        if "max_score" in test:
            question = test["name"].split(" - ")[0]
            earned[question] = earned.get(question, 0.0) + test.get("score", 0.0)
            possible[question] = possible.get(question, 0.0) + test["max_score"]
    questions = tuple(QuestionResult(name, earned[name], possible[name]) for name in sorted(earned))
    return Gradation(
        submission="upload", file="upload", digest="", assignment=ASSIGNMENT, status=status,
        reason=str(results.get("output", "")), questions=questions, gradescope=results,
    )  # fmt: skip


def visible_text(results: dict) -> str:
    """Return what a student sees on Gradescope before the hidden tests are published."""
    tests = [test for test in results.get("tests", []) if test.get("visibility") == "visible"]
    return json.dumps({"output": results.get("output"), "tests": tests}, ensure_ascii=False)
