"""Grades the solution and a blank notebook before students do, in stock Otter and isolated."""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from autograder.course import ROOT
from autograder.engines.local import LocalEngine
from autograder.errors import BuildError
from autograder.languages import LANGUAGES
from autograder.model import Gradation, Job, Limits

Case = tuple[str, bool, bool, str]  # name, passed, hidden, message

STOCK = """
import json, sys
from nbclient import NotebookClient
from otter.run import main
NotebookClient.startup_timeout.default_value = 240  # a kernel may be read from a cold disk
results = main(sys.argv[2], autograder=sys.argv[1], output_dir=None, no_logo=True)
print("\\n@@" + json.dumps([[r.test_case.name, r.passed, bool(r.test_case.hidden), r.message]
                            for t in results.results.values() for r in t.test_case_results]))
"""
STOCK_S = 300.0
STAMP = "verified.json"
SKETCH_POINTS, SKETCH_DIGITS = 250, 3


def verify_assignment(name: str, files: dict[str, bytes], stamp: bytes = b"") -> bytes:
    """Grade the solutions and the blank releases before anything of them is written to ``dist/``.

    Args:
        files: what was built, by its name in ``dist/<assignment>/``.
        stamp: what an earlier call returned; the same content is not graded again.

    Returns:
        The stamp of this content: JSON with its digest and, for the reports, the curves that the
        solution draws (``reference_curves``: question -> dicts like those of ``Gradation.curves``).

    Raises:
        BuildError: a solution misses marks or a blank notebook passes a hidden test; the message
            names the question's test case.
    """
    entries = {"autograder.zip": "autograder.zip"}
    for language in LANGUAGES:
        entries[f"solution ({language})"] = f"solutions/{name}-{language}.ipynb"
        entries[f"blank ({language})"] = f"student/{language}/{name}.ipynb"
    content = _digest([files[entry] for entry in entries.values()])
    if _is_stamp_of(stamp, content):
        return stamp
    with tempfile.TemporaryDirectory(prefix="autograder-") as temporary:
        notebooks = {}
        for kind, entry in entries.items():
            notebooks[kind] = Path(temporary, entry)
            notebooks[kind].parent.mkdir(parents=True, exist_ok=True)
            notebooks[kind].write_bytes(files[entry])
        grading_zip = notebooks.pop("autograder.zip")
        first = {kind: path for kind, path in notebooks.items() if f"({LANGUAGES[0]})" in kind}
        with ThreadPoolExecutor(len(first)) as pool:  # beside the isolated scorer
            stock = pool.map(lambda path: _grade_stock(grading_zip, path), first.values())
            graded = _grade_isolated(name, grading_zip, notebooks)
            for kind, gradation in graded.items():
                _check(name, "the isolated scorer", kind, _cases(gradation))
            for kind, cases in zip(first, stock):
                _check(name, "stock Otter", kind, cases)
    drawn = graded[f"solution ({LANGUAGES[0]})"].curves
    plain = {
        "content": content,
        "reference_curves": {question: _sketched(curves) for question, curves in drawn.items()},
    }
    return (json.dumps(plain, ensure_ascii=False, sort_keys=True) + "\n").encode()


def _check(name: str, grader: str, kind: str, cases: Iterable[Case]) -> None:
    for case, passed, hidden, message in cases:
        if kind.startswith("solution") and not passed:
            raise BuildError(
                f"{name}: the solution fails {case} in {grader}: {message.strip()[:600]}"
            )
        if kind.startswith("blank") and passed and hidden:
            raise BuildError(f"{name}: a blank notebook passes the hidden test {case} in {grader}")


def _is_stamp_of(stamp: bytes, content: str) -> bool:
    try:
        plain = json.loads(stamp)
        return plain["content"] == content and isinstance(plain["reference_curves"], dict)
    except (ValueError, KeyError, TypeError):
        return False


def _cases(gradation: Gradation) -> list[Case]:
    return [
        (case.name, case.passed, case.hidden, case.message)
        for question in gradation.questions
        for case in question.cases
    ]


def _sketched(curves: list[dict]) -> list[dict]:
    """Return curves as coarsely as a picture needs them, so that rounding errors leave no trace."""

    def thin(values: list[float | None]) -> list[float | None]:
        kept = values[:: -(-len(values) // SKETCH_POINTS) or 1]
        return [None if value is None else round(value, SKETCH_DIGITS) for value in kept]

    return [{**curve, "x": thin(curve["x"]), "y": thin(curve["y"])} for curve in curves]


def _grade_isolated(
    name: str, grading_zip: Path, notebooks: dict[str, Path]
) -> dict[str, Gradation]:
    from autograder.scoring.assignment import load_assignment, provenance
    from autograder.scoring.pipeline import score

    assignment = load_assignment(grading_zip, name)
    with LocalEngine() as engine:
        by = provenance(assignment, engine.image)
        return {
            kind: score(Job(path.stem, path, path.name), assignment, engine, Limits(), by)
            for kind, path in notebooks.items()
        }


def _grade_stock(grading_zip: Path, path: Path) -> list[Case]:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": "1",
        "PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}",
    }
    try:
        done = subprocess.run(
            [sys.executable, "-c", STOCK, str(grading_zip.resolve()), str(path.resolve())],
            env=environment, capture_output=True, text=True, timeout=STOCK_S, cwd=path.parent,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise BuildError(f"{path.name}: stock Otter takes more than {STOCK_S:g} s") from None
    if "@@" not in done.stdout:
        lines = (done.stderr or done.stdout).strip().splitlines()
        reason = lines[-1] if lines else "no output"
        raise BuildError(f"{path.name}: stock Otter cannot grade it: {reason}")
    return json.loads(done.stdout.rsplit("@@", 1)[1])


def _digest(contents: list[bytes]) -> str:
    total = hashlib.sha256(b"".join(hashlib.sha256(content).digest() for content in contents))
    return total.hexdigest()
