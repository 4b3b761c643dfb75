"""Runs inside the peer's container: one submission through nbgrader's own commands.

Reads /in/plan.json (test cases) and /in/submission.ipynb; writes /out/scores.json.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

COURSE = Path("/tmp/course")


def graded_cell(name: str, points: float, source: str) -> dict:
    """Return one autograded test cell."""
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": name,
        "metadata": {
            "nbgrader": {
                "grade": True, "solution": False, "locked": True, "task": False,
                "schema_version": 3, "grade_id": name, "cell_type": "code", "points": points,
            }
        },
        "outputs": [],
        "source": source,
    }  # fmt: skip


def main() -> None:
    """Make a course, release the tests, collect and autograde the submission."""
    plan = json.loads(Path("/in/plan.json").read_text(encoding="utf-8"))
    tests = {q: [graded_cell(*case) for case in cases] for q, cases in plan["tests"].items()}
    release = {**plan["release"], "cells": [cell for cells in tests.values() for cell in cells]}
    source, submitted = COURSE / "source" / "ps1", COURSE / "submitted" / "student" / "ps1"
    for folder in (source, submitted):
        folder.mkdir(parents=True)
    (source / "autodiff.ipynb").write_text(json.dumps(release))
    data = Path("/in/submission.ipynb").read_bytes()
    try:
        notebook = json.loads(data)
        cells, missing = [], dict(tests)
        for cell in notebook["cells"]:
            cells.append(cell)
            for question in list(missing):
                if f'grader.check("{question}")' in "".join(cell["source"]):
                    cells.extend(missing.pop(question))  # a cell's id may stand there once
                    break
        data = json.dumps({**notebook, "cells": cells}).encode()
    except Exception as error:  # a malformed file goes in as it is
        print(type(error), file=sys.stderr)
    (submitted / "autodiff.ipynb").write_bytes(data)
    os.chdir(COURSE)
    for command in (["generate_assignment", "ps1", "--force"], ["autograde", "ps1", "--force"]):
        if command[0] == "autograde":
            command += ["--ExecutePreprocessor.timeout=30"]
        subprocess.run([sys.executable, "-m", "nbgrader", *command], check=False)
    from nbgrader.api import Gradebook

    with Gradebook("sqlite:///gradebook.db") as book:
        found = book.find_submission_notebook("autodiff", "ps1", "student")
        scores = {grade.cell.name: grade.score or 0 for grade in found.grades}
    Path("/out/scores.json").write_text(json.dumps(scores))


if __name__ == "__main__":
    main()
