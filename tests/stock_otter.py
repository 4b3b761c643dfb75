"""Stock ``otter run`` on many notebooks, each in a process and with a kernel of its own.

``python -m tests.stock_otter ZIP`` reads pairs of a submission and an empty folder and grades each.
Its processes and the kernels are forked from ones that have imported what every notebook needs and
have run nothing of any: importing costs seconds, and is done once.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from autograder.course import ROOT
from tests.differential.record import start_kernels

AT_ONCE = 2
RUN_S = 600.0
FOUND, SAID = "found.json", "said.txt"


def grade_with_stock_otter(grading_zip: Path, submissions: list[Path], folder: Path) -> list[dict]:
    """Run stock ``otter run`` on each submission; returns scores and cases by question, in order.

    A notebook is handed in under the release's name: Otter's first cell opens the file of that
    name, and without it no question is tested at its place.
    """
    plan = []
    for submission in submissions:
        own = Path(tempfile.mkdtemp(dir=folder))
        if submission.suffix == ".ipynb":
            submission = Path(shutil.copy(submission, own / f"{grading_zip.parent.name}.ipynb"))
        plan.append((str(submission), str(own)))
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": "1",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    command = [sys.executable, "-m", "tests.stock_otter", str(grading_zip)]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, input=json.dumps(plan), capture_output=True, text=True,
        timeout=RUN_S,
    )  # fmt: skip
    assert not done.returncode, done.stderr[-2000:]
    for submission, own in plan:
        assert Path(own, FOUND).exists(), submission + Path(own, SAID).read_text()[-2000:]
    return [json.loads(Path(own, FOUND).read_text()) for _, own in plan]


def serve(grading_zip: str, plan: list[tuple[str, str]]) -> None:
    """Grade each submission in a process forked from this one, a few at a time."""
    with tempfile.TemporaryDirectory() as folder:
        kernels = start_kernels(Path(folder))
        try:
            import nbconvert.preprocessors  # noqa: F401
            import otter.execute.preprocessor
            import otter.run  # noqa: F401
            from nbclient import NotebookClient

            NotebookClient.startup_timeout.default_value = 240  # the machine may be busy
            running = 0
            for submission, own in plan:
                if running == AT_ONCE:
                    os.wait()
                    running -= 1
                if not os.fork():
                    run_here(grading_zip, submission, Path(own))
                running += 1
            for _ in range(running):
                os.wait()
        finally:
            kernels.kill()
            kernels.wait()


def run_here(grading_zip: str, submission: str, own: Path) -> None:
    """Grade one submission in this process, which ends here."""
    status = 1
    try:
        said = os.open(own / SAID, os.O_WRONLY | os.O_CREAT)
        for fd in (1, 2):
            os.dup2(said, fd)
        os.chdir(own)
        from otter.run import main

        results = main(submission, autograder=grading_zip, output_dir=None, no_logo=True)
        found = {
            name: {
                "score": test.score,
                "possible": test.possible,
                "cases": [
                    [one.test_case.name, one.passed, one.test_case.points]
                    for one in test.test_case_results
                ],
            }
            for name, test in results.results.items()
        }
        (own / FOUND).write_text(json.dumps(found))
        status = 0
    except Exception as error:
        print(type(error).__name__, error, flush=True)
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
        os._exit(status)


if __name__ == "__main__":
    serve(sys.argv[1], json.load(sys.stdin))
