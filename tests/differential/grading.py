"""A case graded by this grader, in the words of the record."""

import json
from pathlib import Path

from autograder.model import Gradation, Job, Limits, Provenance
from autograder.scoring import pipeline
from tests.differential.notebooks import make_notebook, test_sources
from tests.running import assignment

LIMITS = Limits(cell_s=60, wall_s=240)  # a machine may be busy: time is not what is compared


def grade_case(engine, changes: list[str], path: Path) -> dict:
    """Return what the record holds of a case, found out here."""
    gradation = gradation_of(engine, changes, path)
    return {
        "passed": {q.name: [case.passed for case in q.cases] for q in gradation.questions},
        "errors": [(output.error or "").split(":")[0] for output in gradation.outputs],
    }


def gradation_of(engine, changes: list[str], path: Path) -> Gradation:
    """Return a case graded here."""
    path.write_text(json.dumps(make_notebook(changes)), encoding="utf-8")
    tests = assignment(**test_sources())
    return pipeline.score(Job("nb", path, path.name), tests, engine, LIMITS, Provenance())
