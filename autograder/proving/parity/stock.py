"""Stock Otter on a class: ``otter run``, each submission in a process and kernel of its own.

Nothing holds the notebooks: stock Otter runs them as whoever calls this.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.errors import EngineError
from autograder.proving.parity import stock_runs
from autograder.proving.parity.kernels import start_kernels

CELL_S, RUN_S = 120, 600
OPENED = re.compile(r"""Notebook\(\\?["']([\w. -]{1,100}\.ipynb)\\?["']""")


@dataclass(frozen=True)
class StockCase:
    """One test case in stock Otter."""

    name: str
    passed: bool
    points: float
    message: str = ""


@dataclass(frozen=True)
class StockRun:
    """What stock Otter made of one submission.

    Attributes:
        cases: by question; None where it gave no result.
        points: points and possible points by question.
        score: the submission's, where a setting changes the sum.
        said: the last line that it printed, where it gave no result.
        seconds: with the imports that all notebooks share done before.
    """

    cases: dict[str, list[StockCase]] | None
    points: dict[str, tuple[float, float]] = field(default_factory=dict)
    score: float | None = None
    said: str = ""
    seconds: float = 0.0


def run_stock(
    pairs: Sequence[tuple[Path, Path]],
    python: str = sys.executable,
    at_once: int = 2,
    cell_s: int = CELL_S,
) -> list[StockRun]:
    """Run stock Otter on submissions; results are in their order.

    Args:
        pairs: grading zips and submissions.
        python: the interpreter of the environment that has Otter and the course's packages.
        cell_s: seconds after which a cell, and with it the submission, is given up.

    Raises:
        EngineError: it cannot run here.
    """
    with tempfile.TemporaryDirectory(prefix="stock-") as name:
        folder = Path(name)
        folders = [folder / str(number) for number in range(len(pairs))]
        runs = [
            [str(grading_zip.resolve()), str(_copy(submission, own)), str(own)]
            for (grading_zip, submission), own in zip(pairs, folders)
        ]
        (folder / "kernels").mkdir()
        server, kernels = start_kernels(folder / "kernels", python)
        try:
            run_s = max(RUN_S, 3 * cell_s)
            plan = {"runs": runs, "at_once": at_once, "cell_s": cell_s, "run_s": run_s}
            _serve(python, plan, kernels)
        finally:
            server.kill()
            server.wait()
        return [_read(own) for own in folders]


def _copy(submission: Path, own: Path) -> Path:
    """Copy a notebook under the name by which its first cell opens it, for Python's own kernel.

    Without the file of that name Otter's first cell fails in stock Otter, and no question is
    tested at its place; on Gradescope the kernel is Python's, whatever the notebook says.
    """
    own.mkdir()
    if submission.suffix != ".ipynb":
        return Path(shutil.copy(submission, own / submission.name))
    text = submission.read_text(encoding="utf-8", errors="replace")
    opened = OPENED.search(text)
    copied = own / (opened[1] if opened else submission.name)
    try:
        notebook = json.loads(text)
        notebook["metadata"]["kernelspec"]["name"] = "python3"
        copied.write_text(json.dumps(notebook), encoding="utf-8")
    except (ValueError, KeyError, TypeError):
        shutil.copy(submission, copied)
    return copied


def _serve(python: str, plan: dict[str, Any], kernels: dict[str, str]) -> None:
    environment = {
        **os.environ, **kernels,
        "PATH": os.pathsep.join([str(Path(python).parent), os.environ.get("PATH", "")]),
    }  # fmt: skip
    done = subprocess.run(
        [python, stock_runs.__file__], env=environment, input=json.dumps(plan),
        capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        raise EngineError(f"stock Otter cannot run here ({_last_line(done.stderr)})")


def _read(own: Path) -> StockRun:
    """Return what was found, read as the untrusted text that it is."""
    try:
        found = json.loads((own / stock_runs.FOUND).read_text(encoding="utf-8"))
        return StockRun(
            cases={
                str(question): [StockCase(str(name), passed is True, float(points), str(message))
                                for name, passed, points, message in test["cases"]]
                for question, test in found["questions"].items()
            },
            points={str(question): (float(test["score"]), float(test["possible"]))
                    for question, test in found["questions"].items()},
            score=None if found["score"] is None else float(found["score"]),
            seconds=float(found["seconds"]),
        )  # fmt: skip
    except FileNotFoundError:
        said = own / stock_runs.SAID
        text = said.read_text(encoding="utf-8", errors="replace") if said.exists() else ""
        return StockRun(None, said=_last_line(text) or "it took too long")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return StockRun(None, said=f"a result that cannot be read ({type(error).__name__})")


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else ""
