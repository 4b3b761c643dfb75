"""Grades the solution and a blank notebook before anybody else does, in stock Otter and isolated."""

import hashlib
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from autograder.engines.local import PACKAGE_ROOT, LocalEngine
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


def verify_assignment(name: str, folder: Path) -> bool:
    """Grade the solutions and the blank releases; remembers what passed in ``verified.json``.

    Raises:
        BuildError: a solution misses marks or a blank notebook passes a hidden test; the message
            names the question's test case.
    """
    grading_zip = folder / "autograder.zip"
    notebooks = {}
    for language in LANGUAGES:
        notebooks[f"solution ({language})"] = folder / "solutions" / f"{name}-{language}.ipynb"
        notebooks[f"blank ({language})"] = folder / "student" / language / f"{name}.ipynb"
    state = _digest([grading_zip, *notebooks.values()])
    stamp = folder / "verified.json"
    if stamp.exists() and json.loads(stamp.read_text()).get("content") == state:
        return True
    isolated = _grade_isolated(name, grading_zip, notebooks)
    first = {kind: path for kind, path in notebooks.items() if "(en)" in kind}
    with ThreadPoolExecutor(2) as pool:
        stock = pool.map(lambda path: _grade_stock(grading_zip, path), first.values())
        results = {"the isolated scorer": isolated, "stock Otter": dict(zip(first, stock))}
    for grader, found in results.items():
        for kind, cases in found.items():
            _check(name, grader, kind, cases)
    stamp.write_text(json.dumps({"content": state}) + "\n")
    return True


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
        "PYTHONPATH": str(PACKAGE_ROOT),
        "OMP_NUM_THREADS": "1",
        "PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}",
    }
    done = subprocess.run(
        [sys.executable, "-c", STOCK, str(grading_zip.resolve()), str(path.resolve())],
        env=environment, capture_output=True, text=True, timeout=STOCK_S, cwd=path.parent,
    )  # fmt: skip
    if "@@" not in done.stdout:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise BuildError(f"{path}: stock Otter cannot grade it: {lines[-1] if lines else 'no output'}")
    return json.loads(done.stdout.rsplit("@@", 1)[1])


def _digest(paths: list[Path]) -> str:
    total = hashlib.sha256()
    for path in paths:
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
