"""Grade the hostile suite as an instructor would, and judge what came of it."""

import ast
import html
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course import ROOT
from autograder.gradebook import Gradebook
from autograder.intake.collection import find_submissions, submission_name
from autograder.model import Gradation, Status
from autograder.proving.hostile import traces
from autograder.proving.hostile.entries import FIRST, Attack, Suite, load_release

ASSIGNMENT = FIRST
BYSTANDERS = ("aaa-bystander.ipynb", "malformed-bystander.ipynb", "zzz-bystander.ipynb")
CANARY = "canary-5f1c0e77"
LIMITS = {
    "forging": ("--timeout", "60", "--cell-s", "8", "--cpu-s", "30"),
    "resources": ("--timeout", "9", "--cell-s", "2", "--cpu-s", "8", "--memory-mib", "512",
                  "--disk-mib", "64", "--processes", "48"),
    "malformed": ("--timeout", "30", "--cell-s", "5"),
}  # fmt: skip
RUN_S = 900.0
MIN_SECRET = 30  # characters; shorter lines of a test file stand in many places
MIN_INPUT = 10
INPUT = re.compile(r"\bx\b.*[-+*/(]|[-+*/(].*\bx\b")  # expressions of x, which tests ask with


@dataclass
class Verdict:
    """What one entry came to.

    Attributes:
        undeserved: points for questions that were not answered honestly.
        problems: one sentence for each thing that a sound grader would not do.
    """

    entry: Attack
    status: str
    undeserved: float = 0.0
    problems: list[str] = field(default_factory=list)


@dataclass
class CategoryOutcome:
    """What a run of one category came to; ``problems`` are those of the run as a whole."""

    verdicts: list[Verdict]
    problems: list[str]


def grade_category(
    category: str, engine: str, dist: Path, workers: int = 2, assignment: str = ASSIGNMENT
) -> CategoryOutcome:
    """Grade all entries of one category beside honest bystanders, and judge every result.

    Args:
        engine: "docker", "local", or the address of a Dask scheduler.
        dist: folder with the built assignment.
        assignment: what is attacked.
    """
    with workplace() as place:
        built = Path(shutil.copytree(dist / assignment, place / assignment))  # may be built anew
        grading_zip, release = built / "autograder.zip", load_release(built)
        suite = Suite(release, assignment=assignment)
        secrets = hidden_text(grading_zip, release)
        entries = [entry for entry in suite.entries if entry.category == category]
        alone, mixed = place / "alone", place / "mixed"
        for folder in (alone, mixed):
            for name in BYSTANDERS:
                _write(folder, name, _with_canary(suite.honest_upload()))
        uploads = {e.id: [_write(mixed, *upload) for upload in suite.uploads(e)] for e in entries}
        before = traces.snapshot()
        command = ["--assignment", assignment, "--zip", str(grading_zip), *_where(engine, workers)]
        problems = _run(alone, place / "alone-out", [*command, *LIMITS[category]])
        problems += _run(mixed, place / "mixed-out", [*command, *LIMITS[category]])
        problems += traces.leftovers(before, place / "temporary")
        names = _names(mixed)
        with Gradebook(place / "mixed-out" / "gradebook.sqlite") as book:
            found = {gradation.submission: gradation for gradation in book.latest()}
        shown = {name: _shown(place / "mixed-out", name) for name in names.values()}
        problems += _compare_bystanders(place, names, mixed)
        verdicts = [
            _judge(entry, [names[path] for path in uploads[entry.id]], found, shown, secrets)
            for entry in entries
        ]
    return CategoryOutcome(verdicts, problems)


def hidden_text(grading_zip: Path, release: dict) -> list[str]:
    """List what no student may see: lines of the test files, and the inputs that they ask with.

    Args:
        release: the student release's notebook; what stands in it is no secret.
    """
    found = set()
    with zipfile.ZipFile(grading_zip) as archive:
        for name in archive.namelist():
            if name.startswith("tests/") and name.endswith(".py"):
                found |= _secrets(archive.read(name).decode("utf-8"))
    public = [release["metadata"], *("".join(cell["source"]) for cell in release["cells"])]
    text = "\n".join(_strings(public))
    return sorted(secret for secret in found if secret not in text)


def _secrets(source: str) -> set[str]:
    lines = {line.strip() for line in source.splitlines()}
    code = {line for line in lines if len(line) >= MIN_SECRET and "‖" not in line}
    texts = [n.value for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Constant)]
    inputs = {t for t in texts if isinstance(t, str) and len(t) >= MIN_INPUT and INPUT.search(t)}
    return code | {text for text in inputs if "‖" not in text}


def _strings(tree: object) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, (dict, list)):
        for item in tree.values() if isinstance(tree, dict) else tree:
            yield from _strings(item)


@contextmanager
def workplace() -> Iterator[Path]:
    """Yield a folder that other users may pass through, with ``temporary`` in it; remove it."""
    place = Path(tempfile.mkdtemp(prefix="hostile-"))
    place.chmod(0o711)
    (place / "temporary").mkdir(mode=0o711)
    (place / "secret.txt").write_text(CANARY, encoding="utf-8")
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "xb") as file:  # no entry may take another one's place
        file.write(data)
    return path


def _with_canary(data: bytes) -> bytes:
    return data.replace(b"# Initialize Otter", f"# {CANARY}".encode())


def _run(folder: Path, out: Path, options: list[str]) -> list[str]:
    command = [
        sys.executable, "-m", "autograder", "grade",
        "--submissions", str(folder), "--out", str(out), *options,
    ]  # fmt: skip
    environment = {**os.environ, "TMPDIR": str(folder.parent / "temporary"), "SECRET": CANARY}
    done = subprocess.run(
        command, capture_output=True, text=True, errors="replace", timeout=RUN_S,
        cwd=ROOT, env=environment, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    said = done.stdout + done.stderr
    problems = []
    if done.returncode:
        problems.append(f"the command ended with status {done.returncode}: {said[-1500:]}")
    if "Traceback (most recent call last)" in said:
        problems.append(f"the command showed a traceback: {said[-1500:]}")
    return problems


def _where(engine: str, workers: int) -> list[str]:
    if "://" in engine:
        return ["--scheduler", engine]
    return ["--engine", engine, "--workers", str(workers)]


def _names(folder: Path) -> dict[Path, str]:
    taken: set[str] = set()
    return {
        path: submission_name(path.relative_to(folder), taken) for path in find_submissions(folder)
    }


def _shown(out: Path, name: str) -> str:
    """Return what the student may see before the instructor releases the hidden tests."""
    results = json.loads((out / "results" / name / "results.json").read_text(encoding="utf-8"))
    visible = {
        **results,
        "tests": [t for t in results["tests"] if t.get("visibility") == "visible"],
    }
    page = (out / "feedback" / f"{name}.html").read_text(encoding="utf-8")
    return json.dumps(visible, ensure_ascii=False) + "\n" + page


def _compare_bystanders(place: Path, names: dict[Path, str], mixed: Path) -> list[str]:
    problems = []
    for file in BYSTANDERS:
        stems = {"alone-out": file.removesuffix(".ipynb"), "mixed-out": names[mixed / file]}
        paths = [place / out / "results" / stem / "results.json" for out, stem in stems.items()]
        texts = [_without_times(path) if path.is_file() else None for path in paths]
        if texts[0] is None or texts[0] != texts[1]:
            problems.append(f"{file}: its result changed beside the hostile submissions")
    return problems


def _without_times(path: Path) -> bytes:
    return re.sub(rb'"execution_time": [0-9.e-]+', b"", path.read_bytes())


def _judge(
    entry: Attack,
    names: list[str],
    found: dict[str, Gradation],
    shown: dict[str, str],
    secrets: list[str],
) -> Verdict:
    verdict = Verdict(entry, "")
    for name in names:
        gradation = found.get(name)
        if gradation is None:
            verdict.problems.append("it got no result")
            continue
        one = judge_upload(entry, gradation, shown[name], secrets)
        verdict.status, verdict.undeserved = one.status, verdict.undeserved + one.undeserved
        verdict.problems += one.problems
    return verdict


def judge_upload(entry: Attack, gradation: Gradation, shown: str, secrets: list[str]) -> Verdict:
    """Judge what one upload of an entry came to.

    Args:
        shown: what the student may see of it.
        secrets: texts that no student may see.
    """
    verdict = Verdict(entry, gradation.status.value)
    _judge_points(entry, gradation, verdict)
    _judge_text(gradation, shown, secrets, verdict)
    return verdict


def _judge_points(entry: Attack, gradation: Gradation, verdict: Verdict) -> None:
    if verdict.status not in entry.verdicts:
        verdict.problems.append(f"it ended as {verdict.status} ({gradation.reason}), "
                                f"not as {' or '.join(entry.verdicts)}")  # fmt: skip
    keeps = entry.keeps if gradation.status is not Status.UNREADABLE else "none"
    for question in gradation.questions:
        more = question.score - entry.earns.get(question.name, 0.0)
        if question.name != keeps and more > 0:
            verdict.undeserved += more
            verdict.problems.append(f"{more:g} undeserved points for {question.name}")
        if question.name == keeps and question.score != question.possible:
            verdict.problems.append(f"the honest {keeps} got {question.score:g}")
    if not gradation.questions:
        verdict.problems.append("it got no points for any question, not even zeros")
    if gradation.status is not Status.COMPLETED and not gradation.reason.strip():
        verdict.problems.append("no reason is given")


def _judge_text(gradation: Gradation, text: str, secrets: list[str], verdict: Verdict) -> None:
    if "<script>alert" in text.partition("<html")[2]:
        verdict.problems.append("markup of the submission's reaches a page")
    if "Traceback (most recent call last)" in text:
        verdict.problems.append("a traceback is shown")
    if CANARY in text + json.dumps(gradation.as_dict(), ensure_ascii=False):
        verdict.problems.append("it got at text of somebody else's")
    plain = html.unescape(text)
    told = [secret for secret in secrets if secret in plain or json.dumps(secret)[1:-1] in plain]
    if told:
        verdict.problems.append(f"hidden text is shown: {told[0][:80]}")
