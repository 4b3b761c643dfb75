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
NO_START, STARTS = "Kernel died before replying", 3  # another one may have taken its ports
STOCK_S = 300.0
SKETCH_POINTS, SKETCH_DIGITS = 250, 3


def verify_assignment(
    name: str,
    files: dict[str, bytes],
    engine: LocalEngine,
    stamp: bytes = b"",
    stock: bool = True,
) -> bytes:
    """Grade the solutions and the blank releases before anything of them is written to ``dist/``.

    Args:
        files: what was built, by its name in ``dist/<assignment>/``.
        engine: where they are graded; it may have been started ahead.
        stamp: what an earlier call returned; the same content is not graded again.
        stock: grade them in stock Otter too, which says whether students can check themselves;
            what grades here does not depend on it.

    Returns:
        The stamp of this content: JSON with its digest, with whether stock Otter graded it too and,
        for the reports, with the curves that the solution draws (``reference_curves``: question ->
        dicts like those of ``Gradation.curves``).

    Raises:
        BuildError: a solution misses marks or a blank notebook passes a hidden test; the message
            names the question's test case.
    """
    entries = {"autograder.zip": "autograder.zip"}
    for language in LANGUAGES:
        entries[f"solution ({language})"] = f"solutions/{name}-{language}.ipynb"
        entries[f"blank ({language})"] = f"student/{language}/{name}.ipynb"
    content = _digest([files[entry] for entry in entries.values()])
    known = _read_stamp(stamp, content)
    curves, stock = known.get("reference_curves"), stock and not known.get("stock")
    if curves is not None and not stock:
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
            asked = first.values() if stock else ()
            beside = pool.map(lambda path: _grade_stock(grading_zip, path), asked)
            if curves is None:
                curves = _verify_isolated(name, grading_zip, notebooks, engine)
            for kind, cases in zip(first, beside):
                _check(name, "stock Otter", kind, cases)
    plain = {"content": content, "reference_curves": curves, "stock": stock}
    return (json.dumps(plain, ensure_ascii=False, sort_keys=True) + "\n").encode()


def _verify_isolated(
    name: str, grading_zip: Path, notebooks: dict[str, Path], engine: LocalEngine
) -> dict:
    graded = _grade_isolated(name, grading_zip, notebooks, engine)
    for kind, gradation in graded.items():
        _check(name, "the isolated scorer", kind, _cases(gradation))
    drawn = graded[f"solution ({LANGUAGES[0]})"].curves
    return {question: _sketched(curves) for question, curves in drawn.items()}


def _check(name: str, grader: str, kind: str, cases: Iterable[Case]) -> None:
    for case, passed, hidden, message in cases:
        if kind.startswith("solution") and not passed:
            raise BuildError(
                f"{name}: the solution fails {case} in {grader}: {message.strip()[:600]}"
            )
        if kind.startswith("blank") and passed and hidden:
            raise BuildError(f"{name}: a blank notebook passes the hidden test {case} in {grader}")


def _read_stamp(stamp: bytes, content: str) -> dict:
    """Return what a stamp says, nothing where it is of another content or no stamp."""
    try:
        plain = json.loads(stamp)
        right = plain["content"] == content and isinstance(plain["reference_curves"], dict)
        return plain if right else {}
    except (ValueError, KeyError, TypeError):
        return {}


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
    name: str, grading_zip: Path, notebooks: dict[str, Path], engine: LocalEngine
) -> dict[str, Gradation]:
    from autograder.scoring.assignment import load_assignment, provenance
    from autograder.scoring.pipeline import score

    assignment = load_assignment(grading_zip, name)
    with engine:
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
    for _ in range(STARTS):
        try:
            done = subprocess.run(
                [sys.executable, "-c", STOCK, str(grading_zip.resolve()), str(path.resolve())],
                env=environment, capture_output=True, text=True, timeout=STOCK_S, cwd=path.parent,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise BuildError(f"{path.name}: stock Otter takes more than {STOCK_S:g} s") from None
        if NO_START not in done.stderr:
            break
    if "@@" not in done.stdout:
        lines = (done.stderr or done.stdout).strip().splitlines()
        reason = lines[-1] if lines else "no output"
        raise BuildError(f"{path.name}: stock Otter cannot grade it: {reason}")
    return json.loads(done.stdout.rsplit("@@", 1)[1])


def _digest(contents: list[bytes]) -> str:
    total = hashlib.sha256(b"".join(hashlib.sha256(content).digest() for content in contents))
    return total.hexdigest()
