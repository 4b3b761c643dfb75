"""Stock ``otter run`` on many notebooks, in the shape in which tests compare gradations."""

from pathlib import Path

from autograder.proving.parity.stock import run_stock


def grade_with_stock_otter(grading_zip: Path, submissions: list[Path]) -> list[dict]:
    """Run stock Otter on each submission; returns scores and cases by question, in order."""
    found = run_stock([(grading_zip, submission) for submission in submissions])
    for submission, run in zip(submissions, found):
        assert run.cases is not None, f"{submission.name}: {run.said}"
    return [
        {
            question: {
                "score": run.points[question][0],
                "possible": run.points[question][1],
                "cases": [[case.name, case.passed, case.points] for case in cases],
            }
            for question, cases in (run.cases or {}).items()
        }
        for run in found
    ]
