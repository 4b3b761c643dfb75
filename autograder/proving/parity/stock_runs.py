"""Stock ``otter run`` on many submissions, each in a process and with a kernel of its own.

``python stock_runs.py`` reads a plan from its input and writes ``found.json`` into each
submission's folder. It runs as a script, in whichever environment has Otter, and imports nothing
of ours; its processes are forked from one that has imported what all of them need.
"""

import contextlib
import ctypes
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

FOUND, SAID = "found.json", "said.txt"
NO_START = "Kernel died before replying"  # its ports were taken between their choice and its start
STARTS = 3
PR_SET_PDEATHSIG = 1


def serve(runs: list[list[str]], at_once: int, cell_s: int, run_s: int) -> None:
    """Grade each submission in a process forked from this one, a few at a time.

    Args:
        runs: a grading zip, a submission and the folder for what is found.
        cell_s, run_s: seconds after which a cell is interrupted, and a run is given up.
    """
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    del sys.path[0]  # this file's folder
    import otter.execute.preprocessor
    import otter.run  # noqa: F401
    from nbclient import NotebookClient
    from nbconvert.preprocessors import ExecutePreprocessor

    NotebookClient.startup_timeout.default_value = 240  # the machine may be busy
    ExecutePreprocessor.timeout.default_value = cell_s
    running = 0
    for grading_zip, submission, own in runs:
        if running == at_once:
            os.wait()
            running -= 1
        if not os.fork():
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            signal.alarm(run_s)
            run_here(grading_zip, submission, Path(own))
        running += 1
    for _ in range(running):
        os.wait()


def run_here(grading_zip: str, submission: str, own: Path) -> None:
    """Grade one submission in this process, which ends here."""
    said = os.open(own / SAID, os.O_WRONLY | os.O_CREAT)
    for fd in (1, 2):
        os.dup2(said, fd)
    os.chdir(own)
    began = time.monotonic()
    try:
        from otter.run import main

        results = run_otter(
            lambda: main(submission, autograder=grading_zip, output_dir=".", no_logo=True)
        )
        written = json.loads(Path("results.json").read_text())
        found = {
            "questions": {name: describe(test) for name, test in results.results.items()},
            "score": written.get("score"),
            "seconds": round(time.monotonic() - began, 2),
        }
        (own / FOUND).write_text(json.dumps(found))
    except BaseException as error:
        traceback.print_exc()
        print(f"{type(error).__name__}: {error}", flush=True)
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
        os._exit(0)


def run_otter(run: Callable[[], Any]) -> Any:
    """Return what a run of Otter gives; again where another kernel took its kernel's ports.

    Raises:
        BaseException: what ended the run.
    """
    left = STARTS
    while True:
        left -= 1
        try:
            results = run()
            if results.catastrophic_error is not None:
                raise results.catastrophic_error
            return results
        except RuntimeError as error:
            if not left or NO_START not in str(error):
                raise


def describe(test: Any) -> dict[str, Any]:
    """Return points and cases of one question; a case is name, outcome, points and message."""
    return {
        "score": test.score,
        "possible": test.possible,
        "cases": [
            [one.test_case.name, one.passed, one.test_case.points, (one.message or "")[:2000]]
            for one in test.test_case_results
        ],
    }


if __name__ == "__main__":
    plan = json.load(sys.stdin)
    serve(**plan)
