"""Every sample submission gets, test case by test case, what stock Otter gives it."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from autograder.engines.local import LocalEngine
from autograder.intake.collection import find_submissions
from autograder.model import Job, Limits, Provenance
from autograder.scoring import pipeline
from autograder.scoring.assignment import load_assignment

ROOT = Path(__file__).resolve().parents[1]
STOCK = """
import json, sys
from otter.run import main
results = main(sys.argv[2], autograder=sys.argv[1], output_dir=None, no_logo=True)
found = {
    name: {"score": test.score, "possible": test.possible,
           "cases": [[r.test_case.name, r.passed, r.test_case.points]
                     for r in test.test_case_results]}
    for name, test in results.results.items()
}
print("\\n@@" + json.dumps(found))
"""


def grade_with_stock_otter(grading_zip: Path, submission: Path, folder: Path) -> dict:
    """Run stock ``otter run`` in a process of its own; returns scores and cases by question.

    The notebook is handed in under the release's name: Otter's first cell opens the file of that
    name, and without it no question is tested at its place.
    """
    folder = Path(tempfile.mkdtemp(dir=folder))
    if submission.suffix == ".ipynb":
        submission = Path(shutil.copy(submission, folder / f"{grading_zip.parent.name}.ipynb"))
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": "1",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    command = [sys.executable, "-c", STOCK, str(grading_zip), str(submission)]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )
    assert "@@" in done.stdout, done.stdout[-2000:] + done.stderr[-2000:]
    return json.loads(done.stdout.rsplit("@@", 1)[1])


@pytest.mark.parametrize("name", ["autodiff", "linear-algebra"])
def test_every_sample_submission_gets_what_stock_otter_gives(name, built, tmp_path):
    grading_zip = built / name / "autograder.zip"
    assignment = load_assignment(grading_zip, name)
    samples = find_submissions(ROOT / "assignments" / name / "sample")
    assert len(samples) >= 15
    with ThreadPoolExecutor(2) as pool:
        stock = list(
            pool.map(lambda path: grade_with_stock_otter(grading_zip, path, tmp_path), samples)
        )
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
