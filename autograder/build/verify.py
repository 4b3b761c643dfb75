"""Grades the solution and a blank notebook before students do, in stock Otter and isolated."""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from autograder.course import ROOT
from autograder.engines.local import LocalEngine
from autograder.errors import BuildError
from autograder.languages import LANGUAGES
from autograder.model import Limits

STOCK = """
import json, sys
from otter.run import main
results = main(sys.argv[2], autograder=sys.argv[1], output_dir=None, no_logo=True)
print("\\n@@" + json.dumps([[r.test_case.name, r.passed, bool(r.test_case.hidden), r.message]
                            for t in results.results.values() for r in t.test_case_results]))
"""
STOCK_S = 300.0
STAMP = "verified.json"


def verify_assignment(name: str, files: dict[str, bytes], stamp: bytes = b"") -> bytes:
    """Grade the solutions and the blank releases before anything of them is written to ``dist/``.

    Args:
        files: what was built, by its name in ``dist/<assignment>/``.
        stamp: what an earlier call returned; the same content is not graded again.

    Returns:
        The stamp of this content.

    Raises:
        BuildError: a solution misses marks or a blank notebook passes a hidden test; the message
            names the question's test case.
    """
    entries = {"autograder.zip": "autograder.zip"}
    for language in LANGUAGES:
        entries[f"solution ({language})"] = f"solutions/{name}-{language}.ipynb"
        entries[f"blank ({language})"] = f"student/{language}/{name}.ipynb"
    state = _stamp([files[entry] for entry in entries.values()])
    if state == stamp:
        return state
    with tempfile.TemporaryDirectory(prefix="autograder-") as temporary:
        notebooks = {}
        for kind, entry in entries.items():
            notebooks[kind] = Path(temporary, entry)
            notebooks[kind].parent.mkdir(parents=True, exist_ok=True)
            notebooks[kind].write_bytes(files[entry])
        grading_zip = notebooks.pop("autograder.zip")
        # The isolated scorer is quick: what fails there need not wait for stock Otter.
        for kind, cases in _grade_isolated(name, grading_zip, notebooks).items():
            _check(name, "the isolated scorer", kind, cases)
        first = {kind: path for kind, path in notebooks.items() if f"({LANGUAGES[0]})" in kind}
        with ThreadPoolExecutor(len(first)) as pool:
            stock = pool.map(lambda path: _grade_stock(grading_zip, path), first.values())
            for kind, cases in zip(first, stock):
                _check(name, "stock Otter", kind, cases)
    return state


def _check(name, grader, kind, cases) -> None:
    for case, passed, hidden, message in cases:
        if kind.startswith("solution") and not passed:
            raise BuildError(
                f"{name}: the solution fails {case} in {grader}: {message.strip()[:600]}"
            )
        if kind.startswith("blank") and passed and hidden:
            raise BuildError(f"{name}: a blank notebook passes the hidden test {case} in {grader}")


def _grade_isolated(name, grading_zip, notebooks) -> dict:
    from autograder.pipeline import grade
    from autograder.scoring.assignment import load_assignment

    assignment = load_assignment(grading_zip, name)
    found = {}
    with LocalEngine() as engine:
        for kind, path in notebooks.items():
            gradation = grade(path, path.stem, assignment, engine, Limits())
            found[kind] = [
                (case.name, case.passed, case.hidden, case.message)
                for question in gradation.questions
                for case in question.cases
            ]
    return found


def _grade_stock(grading_zip: Path, path: Path) -> list:
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


def _stamp(contents: list[bytes]) -> bytes:
    total = hashlib.sha256(b"".join(hashlib.sha256(content).digest() for content in contents))
    return (json.dumps({"content": total.hexdigest()}) + "\n").encode()
