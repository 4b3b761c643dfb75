"""Every sample submission gets, test case by test case, what stock Otter gives it."""

from pathlib import Path

import pytest

from autograder.course import assignment_names
from autograder.engines.local import LocalEngine
from autograder.intake.collection import find_submissions
from autograder.model import Job, Limits, Provenance
from autograder.scoring import pipeline
from autograder.scoring.assignment import load_assignment
from tests.stock_otter import grade_with_stock_otter

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("name", assignment_names())
def test_every_sample_submission_gets_what_stock_otter_gives(name, built):
    grading_zip = built / name / "autograder.zip"
    assignment = load_assignment(grading_zip, name)
    samples = find_submissions(ROOT / "assignments" / name / "sample")
    assert len(samples) >= 15
    stock = grade_with_stock_otter(grading_zip, samples)
    different = {}
    with LocalEngine() as engine:
        for path, expected in zip(samples, stock):
            gradation = pipeline.score(
                Job(path.stem, path, path.name), assignment, engine, Limits(), Provenance()
            )
            found = {
                question.name: {
                    "score": pytest.approx(question.score),
                    "possible": pytest.approx(question.possible),
                    "cases": [[case.name, case.passed, case.points] for case in question.cases],
                }
                for question in gradation.questions
            }
            if found != expected:
                different[path.name] = {
                    q: (expected.get(q), found.get(q)) for q in found if found[q] != expected.get(q)
                }
    assert not different
