"""The grading zip under Gradescope's conditions, on this machine: every rule, every sample."""

import ast
import json
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autograder.build.archive import read_zip
from autograder.course import ROOT
from autograder.errors import EngineError
from autograder.intake.collection import find_submissions, submission_name
from autograder.languages import SEPARATOR
from autograder.proving.gradescope import containers, stock, validate
from autograder.proving.gradescope.containers import Run, SetUp
from autograder.scoring.assignment import Assignment, load_assignment
from autograder.scoring.formats.doctests import DoctestTests

COMPARED = ("name", "score", "max_score", "status", "output")
MOST_PEAK_MIB = 400  # that one of our own assignments may take there
PEER_SAMPLES = 3


@dataclass
class Report:
    """What the check of one assignment found.

    Attributes:
        runs: by submission's file name.
        bad_runs: by what was wrong with the upload.
        faults: sentences; empty: passed.
        same: how many submissions have the same tests and points as ``grade`` gives them.
    """

    assignment: str
    set_up: SetUp
    runs: dict[str, Run] = field(default_factory=dict)
    bad_runs: dict[str, Run] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    same: int = 0

    @property
    def peak_mib(self) -> float:
        """The most memory that any run held."""
        runs = [*self.runs.values(), *self.bad_runs.values()]
        return max((run.peak_mib for run in runs), default=0)

    @property
    def wall_s(self) -> float:
        """Median seconds per submission."""
        return statistics.median(run.wall_s for run in self.runs.values())


def check(
    name: str,
    grading_zip: Path,
    sample: Path,
    base: str,
    say: Callable[[str], None],
    count: int | None = None,
) -> Report:
    """Set the zip up, grade the sample class and bad uploads there, compare and validate.

    Args:
        count: grade only so many of the sample class, evenly chosen.

    Raises:
        EngineError: no container could be made, or set-up failed.
    """
    assignment = load_assignment(grading_zip, name)
    say(f"{name}: set-up on {base} ...")
    entries = read_zip(grading_zip.read_bytes())
    tag = f"autograder-gradescope:{re.sub(r'[^A-Za-z0-9_.-]', '-', name)}"
    made = containers.set_up(base, tag, entries, find_wheels())
    report = Report(name, made)
    paths = [path for path in find_submissions(sample) if path.suffix in (".ipynb", ".zip")]
    if count and count < len(paths):
        paths = [paths[index * len(paths) // count] for index in range(count)]
    say(f"{name}: {len(paths)} sample submissions ...")
    expected = grade_here(name, grading_zip, sample)
    secrets, total = hidden_texts(assignment), total_points(assignment)
    for path in paths:
        run = containers.run_upload(made.tag, {path.name: path.read_bytes()}, metadata(total))
        report.runs[path.name] = run
        report.faults += [f"{path.name}: {fault}" for fault in _faults(run, total, secrets)]
        wanted = expected.get(path.relative_to(sample).as_posix(), {"tests": []})
        differences = find_differences(run.results, wanted)
        report.faults += [f"{path.name}: {text}" for text in differences]
        report.same += not differences
    say(f"{name}: uploads that cannot be graded ...")
    for case, uploads in bad_uploads(paths, assignment.is_named).items():
        run = containers.run_upload(made.tag, uploads, metadata(total))
        report.bad_runs[case] = run
        report.faults += [f"{case}: {fault}" for fault in _faults(run, None, secrets)]
        report.faults += [f"{case}: {fault}" for fault in _refusal_faults(run)]
    if not assignment.is_foreign and report.peak_mib > MOST_PEAK_MIB:
        report.faults.append(f"{report.peak_mib:.0f} MiB at the peak, over {MOST_PEAK_MIB}")
    return report


def measure_peer(
    grading_zip: Path, sample: Path, report: Report, say: Callable[[str], None]
) -> dict:
    """Run stock Otter in the same layout on some of the same submissions; return the ratios.

    Raises:
        EngineError: the peer's image cannot be made, or it gives no result.
    """
    say(f"{report.assignment}: stock Otter's runner, for comparison ...")
    made = stock.set_up_stock(
        ROOT, report.set_up.base, read_zip(grading_zip.read_bytes()), find_wheels()
    )
    names = [name for name in report.runs if name.endswith(".ipynb")][:PEER_SAMPLES]
    pairs = []
    for name in names:
        uploads = {name: (sample / name).read_bytes()}
        # One after the other, so that both meet the same load.
        theirs = containers.run_upload(made.tag, uploads, metadata(0))
        ours = containers.run_upload(report.set_up.tag, uploads, metadata(0))
        if theirs.results is None:
            raise EngineError(f"stock Otter gave no result for {name}: {theirs.stdout[-600:]}")
        pairs.append((ours, theirs))
    return {
        "gradescope_image_ratio": report.set_up.size_mib / made.size_mib,
        "gradescope_wall_ratio": statistics.median(a.wall_s / b.wall_s for a, b in pairs),
        "gradescope_peak_mib": report.peak_mib,
        "gradescope_wall_s": statistics.median(a.wall_s for a, _ in pairs),
        "gradescope_image_mib": report.set_up.size_mib,
        "gradescope_setup_s": report.set_up.wall_s,
        "gradescope_stock_wall_s": statistics.median(b.wall_s for _, b in pairs),
        "gradescope_stock_image_mib": made.size_mib,
        "gradescope_stock_peak_mib": max(b.peak_mib for _, b in pairs),
    }


def find_wheels() -> dict[str, bytes]:
    """Return the torch wheel that pip finds on this machine's disk, if any; downloads nothing."""
    from importlib.metadata import version

    wanted = f"torch=={version('torch').split('+')[0]}"
    command = [sys.executable, "-m", "pip", "download", "--no-index", "--no-deps", "-d"]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([*command, folder, wanted], capture_output=True, stdin=subprocess.DEVNULL)
        return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def grade_here(name: str, grading_zip: Path, sample: Path) -> dict[str, dict]:
    """Grade the sample class with the grade command; returns results by relative file name."""
    with tempfile.TemporaryDirectory() as out:
        command = [
            sys.executable, "-m", "autograder", "grade", "--assignment", name, "--zip",
            str(grading_zip.resolve()), "--submissions", str(sample.resolve()), "--out", out,
            "--engine", "docker",
        ]  # fmt: skip
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        results: dict[str, dict] = {}
        taken: set[str] = set()
        for path in find_submissions(sample):
            relative = path.relative_to(sample)
            made = submission_name(relative, taken)
            file = Path(out) / "results" / made / "results.json"
            if not file.is_file():
                raise EngineError(f"`grade` gave no result for {relative}: {done.stderr[-600:]}")
            results[relative.as_posix()] = json.loads(file.read_text(encoding="utf-8"))
        return results


def find_differences(data: bytes | None, wanted: dict) -> list[str]:
    """Return how tests and points differ from what ``grade`` wrote."""
    found = _comparable(json.loads(data)["tests"]) if data else []
    expected = _comparable(wanted["tests"])
    if len(found) != len(expected):
        return [f"{len(found)} tests, but `grade` has {len(expected)}"]
    return [
        f"{theirs['name']}: {key} differs from `grade`'s"
        for ours, theirs in zip(found, expected)
        for key in COMPARED
        if ours.get(key) != theirs.get(key)
    ]


def _comparable(tests: list[dict]) -> list[dict]:
    """Leave out the entries that carry a picture: they are no tests."""
    return [test for test in tests if test.get("output_format") != "html"]


def hidden_texts(assignment: Assignment) -> set[str]:
    """Return the texts that stand in hidden tests and nowhere in a public one."""
    hidden, public = set(), ""
    for question, source in assignment.sources.items():
        doctests = assignment.tests(question, "en")
        if isinstance(doctests, DoctestTests):
            for code, is_hidden in _examples(doctests.spec(source)):
                hidden |= set(code.splitlines()) if is_hidden else set()
                public += "" if is_hidden else code
            continue
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef) and _is_hidden(node):
                hidden |= set(_texts(node))
            elif isinstance(node, ast.FunctionDef):
                public += ast.unparse(node)
    return {text for text in hidden if text not in public}


def _examples(spec: dict) -> Iterator[tuple[str, bool]]:
    """Yield the text of each case of a test in OK format, and whether it is hidden."""
    for suite in spec["suites"]:
        for case in suite["cases"]:
            yield str(case["code"]), bool(case.get("hidden", True))


def _is_hidden(function: ast.FunctionDef) -> bool:
    keywords = [word for call in function.decorator_list if isinstance(call, ast.Call)
                for word in call.keywords]  # fmt: skip
    return any(word.arg == "hidden" and getattr(word.value, "value", False) for word in keywords)


def _texts(function: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from (part.strip() for part in node.value.split(SEPARATOR.strip()))


def total_points(assignment: Assignment) -> float:
    """Return what the assignment is worth."""
    return sum(assignment.tests(question, "en").possible for question in assignment.questions)


def metadata(total: float) -> dict:
    """Return a submission_metadata.json as Gradescope writes it."""
    return {
        "id": 123456789,
        "created_at": "2026-02-02T19:59:12.345678-08:00",
        "assignment": {
            "due_date": "2026-02-03T23:59:00.000000-08:00", "group_size": None,
            "group_submission": False, "id": 25828, "course_id": 1234,
            "late_due_date": None, "release_date": "2026-01-20T00:00:00.000000-08:00",
            "title": "Homework", "total_points": f"{total:.1f}",
        },
        "submission_method": "upload",
        "users": [{"email": "student@example.com", "id": 1234, "name": "Student Name"}],
        "previous_submissions": [
            {"submission_time": "2026-02-01T10:00:00.000000-08:00", "score": 1.0,
             "autograder_error": False, "results": {}},
        ],
    }  # fmt: skip


def bad_uploads(samples: list[Path], has_name: bool = True) -> dict[str, dict[str, bytes]]:
    """Return uploads that cannot be graded, by what is wrong with them.

    Args:
        has_name: whether notebooks of other assignments are known by the assignment's name.
    """
    notebook = next(path.read_bytes() for path in samples if path.suffix == ".ipynb")
    other = json.loads(notebook)
    named = {"autograder": {"assignment": "another"}, "otter": {"assignment_name": "another"}}
    other["metadata"] = {**other.get("metadata", {}), **named}
    uploads = {
        "nothing": {},
        "two notebooks": {"a.ipynb": notebook, "b.ipynb": notebook},
        "a Python file": {"homework.py": b"x = 1\n"},
        "not JSON": {"homework.ipynb": b"\x89PNG not a notebook"},
        "a damaged zip": {"homework.zip": b"PK\x03\x04 cut off"},
        "another assignment's notebook": {"homework.ipynb": json.dumps(other).encode()},
    }
    return uploads if has_name else {case: uploads[case] for case in list(uploads)[:-1]}


def _faults(run: Run, total: float | None, secrets: set[str]) -> list[str]:
    if run.results is None:
        return [f"no results.json (exit status {run.exit_status})"]
    return validate.find_faults(run.results, total, secrets)


def _refusal_faults(run: Run) -> list[str]:
    results = json.loads(run.results or b"{}")
    faults = []
    if results.get("score") != 0:
        faults.append("it must score 0")
    if not results.get("output") or results.get("visibility", "visible") != "visible":
        faults.append("the student sees no sentence")
    if results.get("extra_data", {}).get("status") != "unreadable":
        faults.append("not recognised as an upload that cannot be graded")
    return faults
