"""Grading a folder: what is there, what is graded already, grade the rest, write the pages."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from autograder.engines.choice import EngineChoice
from autograder.engines.shipment import code_digest
from autograder.errors import UsageError
from autograder.files import write_text
from autograder.gradebook import Entry, Gradebook, entry_of
from autograder.intake.collection import find_jobs
from autograder.intake.submission import digest_file
from autograder.intake.times import Collection, find_times
from autograder.model import Gradation, Job, Limits, Status
from autograder.reports.feedback import feedback_page
from autograder.run.workers import grade_all
from autograder.run.writing import reference_of, title_of, write_all
from autograder.scoring.assignment import Assignment, provenance
from autograder.scoring.task import Task

GradeAll = Callable[[list[Job], Task, EngineChoice, int], Iterator[Any]]


@dataclass
class Summary:
    """Counts of one run.

    Attributes:
        mismatches: submissions whose points differ from ``expected.json``, where there is one.
    """

    graded: int = 0
    reused: int = 0
    not_graded: list[str] = field(default_factory=list)
    expected: int = 0
    mismatches: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Outcome:
    """A gradation in the forms in which it is kept: writing them down is all that is left to do."""

    status: Status
    submission: str
    entry: Entry
    results: str
    page: str
    trace: str = ""  # of a fault of ours, for the log


@dataclass(frozen=True)
class Finish:
    """Makes outcomes of gradations, in the scorers' processes.

    Attributes:
        released: whether feedback shows hidden test cases and expected curves.
        title: the assignment's name for people.
        expected: right curves by question.
    """

    released: bool
    title: str
    expected: dict[str, list[dict[str, Any]]]

    def __call__(self, job: Job, gradation: Gradation) -> Outcome:
        return Outcome(
            status=gradation.status,
            submission=job.name,
            entry=entry_of(gradation, job.handed_in),
            results=results_json(gradation),
            page=feedback_page(gradation, self.released, self.title, self.expected),
            trace=gradation.trace,
        )


def grade_folder(
    assignment: Assignment,
    folder: Path,
    out: Path,
    choice: EngineChoice,
    limits: Limits,
    scorers: int,
    on_start: Callable[[int, int], None] = lambda total, reused: None,
    on_result: Callable[[Status], None] = lambda status: None,
    grade: GradeAll = grade_all,
    collection: Collection | None = None,
) -> Summary:
    """Grade every submission of a folder into ``out``.

    Results are committed one by one: an interrupted run goes on where it was.

    Args:
        grade: maps jobs to outcomes (:func:`grade_all`, or a cluster's).

    Raises:
        UsageError: the folder or ``out`` cannot be used.
        EngineError: no sandbox can be started.
    """
    jobs = find_jobs(folder)
    collection = collection or Collection()
    _make_folder(out)
    times = find_times(folder, {job.name: job.file for job in jobs}, collection.times)
    jobs = [replace(job, handed_in=times.get(job.name)) for job in jobs]
    summary = Summary()
    by = provenance(assignment, choice.environment, code_digest(), limits)
    with Gradebook(out / "gradebook.sqlite") as gradebook:
        gradebook.begin_run(assignment.name, [job.name for job in jobs])
        gradebook.set_folder(folder.resolve())
        gradebook.set_times(times)
        moved = collection.deadline not in (None, gradebook.deadline)
        if moved:
            gradebook.set_deadline(collection.deadline)
        rest = []
        for job in jobs:
            digest = digest_file(job.path)
            if gradebook.holds(digest, by, job.name):
                summary.reused += 1
            else:
                rest.append(job)
        on_start(len(jobs), summary.reused)
        if rest:
            finish = Finish(gradebook.released, title_of(assignment), reference_of(assignment))
            task = Task(assignment, limits, by, finish)
            for outcome in grade(rest, task, choice, min(scorers, len(rest))):
                _keep(outcome, out, gradebook)
                summary.graded += 1
                on_result(outcome.status)
        summary.not_graded = gradebook.not_graded()
        write_all(out, gradebook, assignment, every_page=moved)
        _compare(summary, gradebook, folder / "expected.json")
    return summary


def results_json(gradation: Gradation) -> str:
    """Return what ``results.json`` says of a gradation, in Gradescope's format."""
    content = gradation.gradescope or {
        "score": 0,
        "output": f"Not graded: {gradation.reason}",
        "extra_data": {"status": gradation.status.value},
        "tests": [],
    }
    return json.dumps(content, ensure_ascii=False, allow_nan=False)


def _keep(outcome: Outcome, out: Path, gradebook: Gradebook) -> None:
    """Commit one outcome and write its files."""
    write_text(out / "results" / outcome.submission / "results.json", outcome.results)
    if outcome.trace:
        write_text(out / "log" / f"{outcome.submission}.txt", outcome.trace)
    gradebook.add_entry(outcome.entry)
    write_text(out / "feedback" / f"{outcome.submission}.html", outcome.page)


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        probe = out / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise UsageError(
            f"{out}: cannot be written ({error.strerror}); choose OUT=<folder>"
        ) from None


def _compare(summary: Summary, gradebook: Gradebook, expected: Path) -> None:
    if not expected.is_file():
        return
    try:
        points = dict(json.loads(expected.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return  # somebody else's file
    for gradation in gradebook.latest():
        wanted = points.get(gradation.file)
        if not isinstance(wanted, dict):
            continue
        summary.expected += 1
        found = {question.name: question.score for question in gradation.questions}
        if any(abs(found.get(q, 0) - p) > 1e-6 for q, p in wanted.items() if q != "total"):
            summary.mismatches.append(gradation.file)
