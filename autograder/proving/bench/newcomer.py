"""How long a newcomer waits: `make grade` on a fresh clone, to the first verdict and the last."""

import os
import subprocess
import tempfile
import time
from pathlib import Path

from autograder.course import ROOT, assignment_names
from autograder.errors import AutograderError, UsageError

# What would let a clone take part of this checkout's environment, or of its course.
OWN = ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "AUTOGRADER_COURSE")


def measure_newcomer() -> dict:
    """Return ``newcomer``: seconds from typing ``make grade ENGINE=local`` on a fresh clone.

    ``first_verdict_s`` until the first submission's result is there, ``whole_course_s`` until the
    command ends, with every assignment of the course graded. What pip and uv hold in their caches
    they take from there.

    Raises:
        AutograderError: the clone cannot be made, or the command fails.
    """
    if not (ROOT / ".git").exists():
        raise UsageError(f"{ROOT}: no clone of the repository, of which a newcomer takes one")
    with tempfile.TemporaryDirectory(prefix="autograder-") as name:
        clone = Path(name, "clone")
        _run(["git", "clone", "--quiet", str(ROOT), str(clone)], Path(name))
        began, clock = time.time(), time.monotonic()
        _run(["make", "--no-print-directory", "grade", "ENGINE=local"], clone)
        whole_s = time.monotonic() - clock
        verdicts = list((clone / "results").glob("*/results/*/results.json"))
        graded = {path.parents[2].name for path in verdicts}
        first_s = min((path.stat().st_mtime for path in verdicts), default=began) - began
    if missing := set(assignment_names()) - graded:
        raise AutograderError(f"make grade: left out {', '.join(sorted(missing))}")
    return {"newcomer": {"first_verdict_s": round(first_s, 1), "whole_course_s": round(whole_s, 1)}}


def _run(command: list[str], folder: Path) -> None:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in OWN and not name.startswith("MAKE")
    }
    done = subprocess.run(
        command, cwd=folder, env=kept, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if done.returncode:
        raise AutograderError(f"{' '.join(command)}: {(done.stdout + done.stderr)[-800:].strip()}")
