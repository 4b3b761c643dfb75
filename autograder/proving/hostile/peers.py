"""Other graders on the same hostile submissions, each in a container of its own."""

import ast
import json
import secrets
import shutil
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from autograder.course import ROOT
from autograder.engines import image
from autograder.errors import AutograderError
from autograder.proving.bench.peers import ensure_peer_image
from autograder.proving.hostile.entries import Attack, Suite

RUN_S = 90.0  # a grader that has not ended by then hangs, unless an honest notebook takes long too
PATIENCE = 5.0  # how many times as long as on an honest notebook a grader may take
FIRST_RUN_S = 900.0
FULL = 20.0
HERE = Path(__file__).parent


@dataclass(frozen=True)
class PeerResult:
    """What a peer made of one submission.

    Attributes:
        scores: points by question, or None where it gave no result.
        ended: it came to an end by itself.
        said: the end of what it printed.
    """

    scores: dict[str, float] | None
    ended: bool
    said: str


Grade = Callable[[Path, float], PeerResult]  # of a notebook, within so many seconds


def otter(dist: Path) -> Grade:
    """Return a function that grades one notebook with stock Otter."""
    tag = ensure_peer_image()
    grading_zip = dist / "autodiff" / "autograder.zip"

    def grade(path: Path, limit_s: float) -> PeerResult:
        command = ["python", "-m", "otter", "run", "-a", "/in/autograder.zip", "-o", "/out",
                   "--no-logo", "/in/submission.ipynb"]  # fmt: skip
        return _run(tag, {"autograder.zip": grading_zip, "submission.ipynb": path}, command,
                    "results.json", _otter_scores, limit_s)  # fmt: skip

    return grade


def nbgrader(dist: Path) -> Grade:
    """Return a function that grades one notebook with nbgrader."""
    environment = ensure_peer_image()
    recipe = HERE / "nbgrader.Dockerfile"
    tag = f"autograder-nbgrader:{image.digest_of([recipe.read_bytes(), environment.encode()])}"
    if not image.has_image(tag):
        with tempfile.TemporaryDirectory() as name:
            shutil.copy(recipe, Path(name, "Dockerfile"))
            Path(name, "ca.pem").write_bytes(image.read_ca_bundle())
            image.build_image(tag, Path(name), {"ENVIRONMENT": environment})
    plan = {
        "release": _empty_release(dist),
        "tests": nbgrader_tests(dist / "autodiff" / "autograder.zip"),
    }

    def grade(path: Path, limit_s: float) -> PeerResult:
        with tempfile.TemporaryDirectory(prefix="peer-") as name:
            plan_file = Path(name, "plan.json")
            plan_file.write_text(json.dumps(plan), encoding="utf-8")
            files = {"plan.json": plan_file, "submission.ipynb": path,
                     "peer.py": HERE / "nbgrader_peer.py"}  # fmt: skip
            command = ["python", "/in/peer.py"]
            return _run(tag, files, command, "scores.json", _nbgrader_scores, limit_s)

    return grade


PEERS = {"otter": otter, "nbgrader": nbgrader}


def nbgrader_tests(grading_zip: Path) -> dict[str, list]:
    """Return name, points and source of each of nbgrader's test cells, by question."""
    tests: dict[str, list] = {}
    with zipfile.ZipFile(grading_zip) as archive:
        for name in sorted(archive.namelist()):
            if name.startswith("tests/") and name.endswith(".py"):
                question = Path(name).stem
                tests[question] = _test_cells(question, archive.read(name).decode("utf-8"))
    return tests


def _test_cells(question: str, source: str) -> list[tuple[str, float, str]]:
    cells: list[tuple[str, float, str]] = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.decorator_list:
            decorator = node.decorator_list[0]
            keywords = decorator.keywords if isinstance(decorator, ast.Call) else []
            settings = {k.arg: ast.literal_eval(k.value) for k in keywords}
            node.decorator_list = []
            names = [argument.arg for argument in node.args.args]
            call = ", ".join(f"globals().get({name!r})" for name in names)
            text = f"{ast.unparse(node)}\n{node.name}({call})"
            cells.append((f"{question}-{len(cells)}", settings.get("points") or 0, text))
    return cells


def measure_patience(grade: Grade, suite: Suite, folder: Path) -> float:
    """Return the seconds after which a peer hangs, from what it takes for an honest notebook.

    On a machine with other work to do a sound grader is slow too, which is no failing of its own.

    Raises:
        AutograderError: it does not give the honest answer its points, so nothing can be counted.
    """
    path = folder / "honest.ipynb"
    path.write_bytes(suite.honest_upload())
    begun = time.monotonic()
    result = grade(path, FIRST_RUN_S)
    taken = time.monotonic() - begun
    points = (result.scores or {}).get(suite.honest, 0.0)
    if points < FULL:
        raise AutograderError(
            f"the peer gives the honest notebook {points:g} of {FULL:g} points, so nothing can "
            f"be compared; it said: {result.said[-500:]}"
        )
    return max(RUN_S, PATIENCE * taken)


def try_peer(
    grade: Grade,
    suite: Suite,
    entries: list[Attack],
    workers: int,
    folder: Path,
    limit_s: float,
    on_result: Callable[[Attack, bool, float], None],
) -> dict[str, float]:
    """Grade entries with one peer; returns ``{tried, held, undeserved_points}``.

    Args:
        grade: what one of :data:`PEERS` returned.
        limit_s: a grader that has not ended by then hangs.
        on_result: called with each entry, whether it was held, and the undeserved points.
    """
    count = {"tried": 0, "held": 0, "undeserved_points": 0.0}

    def attempt(entry: Attack) -> tuple[Attack, bool, float]:
        (_, data), *_ = suite.uploads(entry)
        path = folder / f"{entry.category}-{entry.id}.ipynb"
        path.write_bytes(data)
        return entry, *judge(entry, grade(path, limit_s))

    with ThreadPoolExecutor(workers) as pool:
        for entry, held, undeserved in pool.map(attempt, entries):
            count["tried"] += 1
            count["held"] += held
            count["undeserved_points"] = round(count["undeserved_points"] + undeserved, 3)
            on_result(entry, held, undeserved)
    return count


def judge(entry: Attack, result: PeerResult) -> tuple[bool, float]:
    """Tell whether a peer held an entry, and the points that it gave undeservedly.

    Held: it ended, gave nothing to the other questions and, where the file is readable, gave the
    honest answer its points; where it is not, it said so without a traceback.
    """
    if result.scores is None:
        clear = result.ended and "Traceback" not in result.said
        return clear and "unreadable" in entry.verdicts, 0.0
    keeps = "none" if "unreadable" in entry.verdicts else entry.keeps
    undeserved = sum(points for q, points in result.scores.items() if q != keeps and points > 0)
    undeserved += max(0.0, result.scores.get(keeps, 0.0) - FULL)
    kept = keeps == "none" or result.scores.get(keeps, 0.0) >= 19.999
    return result.ended and not undeserved and kept, undeserved


def _run(
    tag: str,
    files: dict[str, Path],
    command: list[str],
    result: str,
    read: Callable[[dict], dict[str, float]],
    limit_s: float,
) -> PeerResult:
    name = f"autograder-peer-{secrets.token_hex(6)}"
    with tempfile.TemporaryDirectory(prefix="peer-") as out:
        mounts = [f"{path.resolve()}:/in/{inside}:ro" for inside, path in files.items()]
        mounts += [f"{ROOT / 'autograder'}:/peer/autograder:ro", f"{out}:/out"]
        options = ["--network", "none", "--cpus", "1", "--memory", "2g", "--pids-limit", "512"]
        for mount in mounts:
            options += ["-v", mount]
        ended = True
        try:
            done = subprocess.run(
                ["docker", "run", "--rm", "--name", name, *options, tag, *command],
                capture_output=True, timeout=limit_s, stdin=subprocess.DEVNULL,
            )  # fmt: skip
            said = (done.stdout + done.stderr)[-20_000:].decode(errors="replace")
        except subprocess.TimeoutExpired:
            ended, said = False, ""
        finally:
            subprocess.run(["docker", "rm", "-f", name], capture_output=True, timeout=60)
        try:
            scores = read(json.loads(Path(out, result).read_text(encoding="utf-8")))
        except Exception:  # a peer's result may be anything that the submission wrote
            scores = None
        return PeerResult(scores, ended, said)


def _otter_scores(content: dict) -> dict[str, float]:
    scores: dict[str, float] = {}
    for test in content["tests"]:
        question = test["name"].split(" ")[0]
        scores[question] = scores.get(question, 0.0) + float(test.get("score") or 0)
    if "score" in content:  # what Gradescope would believe
        scores["total"] = max(0.0, float(content["score"]) - sum(scores.values()))
    return scores


def _nbgrader_scores(content: dict) -> dict[str, float]:
    scores: dict[str, float] = {}
    for name, points in content.items():
        question = name.rsplit("-", 1)[0]
        scores[question] = scores.get(question, 0.0) + points
    return scores


def _empty_release(dist: Path) -> dict:
    path = dist / "autodiff" / "student" / "en" / "autodiff.ipynb"
    return {**json.loads(path.read_text(encoding="utf-8")), "metadata": {}, "cells": []}
