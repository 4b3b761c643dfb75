"""Grading a folder: what is there, what is graded already, grade the rest, write the pages."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from autograder.engines.choice import EngineChoice
from autograder.engines.shipment import code_digest
from autograder.files import write_text
from autograder.gradebook import Entry, Gradebook, entry_of
from autograder.gradebook.changes import Change
from autograder.gradebook.lock import hold
from autograder.gradebook.roll import now
from autograder.intake.collection import Collected, collect, jobs_of
from autograder.intake.submission import digest_file
from autograder.intake.times import Collection, find_people, find_times
from autograder.lms.student import Student
from autograder.model import Gradation, Job, Limits, Noticed, Status
from autograder.reports.exercises import Exercises, without_tests
from autograder.reports.feedback import feedback_page
from autograder.run.exercises import exercises_of
from autograder.run.folders import check_folders, folder_of
from autograder.run.interrupts import between_interrupts
from autograder.run.people import match_students, names_in, person_of
from autograder.run.workers import grade_all
from autograder.run.writing import reference_of, results_json, titles_of, write_all
from autograder.scoring.assignment import Assignment, provenance
from autograder.scoring.environment import listing
from autograder.scoring.task import Task

GradeAll = Callable[[list[Job], Task, EngineChoice, int], Iterator[Any]]


@dataclass
class Summary:
    """Counts of one run.

    Attributes:
        mismatches: submissions whose points differ from ``expected.json``, where there is one.
        graded: how many got a result now, and ``reused`` how many had one.
        not_graded: files without one, with the reason.
        unreadable: submissions that earned nothing as they cannot be read, with the reason.
        changes: marks that differ from those of before.
        collected: what the folder held.
        without: layers of confinement that did not hold, in words.
        noticed: submissions that touched what the grader relies on, with what.
        never_passed: test cases that nobody passes.
        unread_tests: test files that cannot be read, which give nobody points.
        untimed: how many are not known to be late or not, where there is a deadline.
    """

    graded: int = 0
    reused: int = 0
    not_graded: list[tuple[str, str]] = field(default_factory=list)
    expected: int = 0
    mismatches: list[str] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    without: set[str] = field(default_factory=set)
    noticed: list[tuple[str, str]] = field(default_factory=list)
    never_passed: list[str] = field(default_factory=list)
    unread_tests: list[str] = field(default_factory=list)
    untimed: int = 0
    collected: Collected = Collected(())

    @property
    def none_readable(self) -> bool:
        """Whether nothing in the folder could be read: most likely it is the wrong one."""
        return bool(self.unreadable) and len(self.unreadable) == len(self.collected.submissions)


@dataclass(frozen=True)
class Outcome:
    """A gradation in the forms in which it is kept: writing them down is all that is left to do."""

    status: Status
    submission: str
    entry: Entry
    results: str
    page: str
    trace: str = ""  # of a fault of ours, for the log
    without: str = ""  # layers that did not hold while it was graded
    noticed: tuple[Noticed, ...] = ()


@dataclass(frozen=True)
class Finish:
    """Makes outcomes of gradations, in the scorers' processes.

    Attributes:
        released: whether feedback shows hidden test cases and expected curves.
        title: the assignment's name for people.
        expected: right curves by question.
        exercises: what students read of the questions.
    """

    released: bool
    title: str
    expected: dict[str, list[dict[str, Any]]]
    exercises: Exercises = field(default_factory=dict)

    def __call__(self, job: Job, gradation: Gradation) -> Outcome:
        person = person_of(job.student, job.handed_in, now())
        return Outcome(
            status=gradation.status,
            submission=job.name,
            entry=entry_of(gradation, job.handed_in),
            results=results_json(gradation),
            page=feedback_page(
                gradation, self.released, self.title, self.expected, self.exercises, person
            ),
            trace=gradation.trace,
            without=gradation.graded_by.without,
            noticed=gradation.noticed,
        )


@dataclass(frozen=True)
class Order:
    """What a run is to grade, into what, and whose.

    Attributes:
        folder: of the submissions, or an LMS's zip of them.
        keep: marks that the same uploads have already stay, whatever a new grading says.
        archive: where the grading zip lies, for later commands.
        roster: whose names pages show; None leaves those of an earlier run.
    """

    assignment: Assignment
    folder: Path
    out: Path
    collection: Collection = Collection()
    keep: bool = False
    archive: Path | None = None
    roster: list[Student] | None = None


@dataclass(frozen=True)
class Means:
    """What a run grades with.

    Attributes:
        grade: maps jobs to outcomes (:func:`grade_all`, or a cluster's).
    """

    choice: EngineChoice
    limits: Limits
    scorers: int
    grade: GradeAll = grade_all


def grade_folder(
    order: Order,
    means: Means,
    on_start: Callable[[int, int], None] = lambda total, reused: None,
    on_result: Callable[[Outcome], None] = lambda outcome: None,
) -> Summary:
    """Grade every submission of a folder, or of an LMS's zip.

    Results are committed one by one: an interrupted run goes on where it was.

    Raises:
        UsageError: the folder or ``out`` cannot be used, or another command uses ``out``.
        EngineError: no sandbox can be started.
    """
    out = order.out
    check_folders(order.folder, out)
    with hold(out):
        folder = folder_of(order.folder, out)
        collected = collect(folder, order.assignment.called, _given_points(out), out)
        with Gradebook(out / "gradebook.sqlite") as gradebook:
            if order.archive:
                gradebook.set_zip(order.archive.resolve())
            run = _Run(replace(order, folder=folder), gradebook, collected)
            return run.grade(means, on_start, on_result)


@dataclass
class _Run:
    """One run over a folder, with its output folder held and its gradebook open."""

    order: Order
    gradebook: Gradebook
    collected: Collected

    def grade(
        self,
        means: Means,
        on_start: Callable[[int, int], None],
        on_result: Callable[[Outcome], None],
    ) -> Summary:
        """Grade what is not graded yet and write the pages."""
        assignment, out, gradebook = self.order.assignment, self.order.out, self.gradebook
        by = provenance(assignment, means.choice.environment, code_digest(), means.limits)
        listed = out / "environments" / f"{by.packages[:12]}.txt"
        if not listed.exists():
            write_text(listed, listing())
        jobs, moved = self._begin()
        rest = [job for job in jobs if not gradebook.holds(digest_file(job.path), by, job.name)]
        summary = Summary(reused=len(jobs) - len(rest), collected=self.collected)
        on_start(len(jobs), summary.reused)
        if rest:
            finish = Finish(
                gradebook.released, titles_of(assignment), reference_of(assignment),
                without_tests(exercises_of(assignment)),
            )  # fmt: skip
            task = Task(assignment, means.limits, by, finish)
            made = means.grade(rest, task, means.choice, min(means.scorers, len(rest)))
            for outcome in between_interrupts(made):
                _keep(outcome, out, gradebook, self.order.keep)
                summary.graded += outcome.status is not Status.NOT_GRADED
                summary.without |= {outcome.without} - {""}
                summary.noticed += [(outcome.entry.file, str(one)) for one in outcome.noticed[:1]]
                on_result(outcome)
        summary.not_graded = gradebook.ended_by(Status.NOT_GRADED)
        summary.unreadable = gradebook.ended_by(Status.UNREADABLE)
        summary.never_passed = gradebook.never_passed()
        summary.unread_tests = _unread_tests(gradebook)
        if gradebook.deadline:
            told = gradebook.handed_in().values()
            summary.untimed = sum(not time and not late for time, late in told)
        begun = gradebook.begun_at()
        summary.changes = [one for one in gradebook.latest_changes() if one.run == begun]
        write_all(out, gradebook, assignment, every_page=moved)
        _compare(summary, gradebook, self.order.folder / "expected.json")
        return summary

    def _begin(self) -> tuple[list[Job], bool]:
        """Keep what the run is about; returns its jobs, and whether the deadline moved."""
        order, gradebook, submissions = self.order, self.gradebook, self.collected.submissions
        names = gradebook.name_submissions(submissions)
        times = find_times(
            order.folder, {name: file for file, name in names.items()}, order.collection.times
        )
        gradebook.begin_run(order.assignment.name, names.values(), self.collected.attachments)
        gradebook.set_folder(order.folder.resolve())
        gradebook.set_times(times)
        people = find_people(order.folder)
        gradebook.set_members_of_uploads(people)
        deadline = order.collection.deadline
        moved = deadline not in (None, gradebook.deadline)
        if moved:
            gradebook.set_deadline(deadline)
        extensions = order.collection.extensions
        if extensions is not None and extensions != gradebook.extensions:
            gradebook.set_extensions(extensions)
            moved = True
        files = {name: file for file, name in names.items()}
        if order.roster is not None:
            students = match_students(order.roster, files, people)
            moved = moved or students != gradebook.students
            gradebook.set_students(students)
        told, known = names_in(names), gradebook.students
        whose = {
            name: known[name][0] if name in known else told.get(file, "")
            for name, file in files.items()
        }
        return [
            replace(job, handed_in=times.get(job.name), student=whose[job.name])
            for job in jobs_of(order.folder, names)
        ], moved


def _given_points(out: Path) -> frozenset[str]:
    """Return the files that somebody gave points by hand."""
    path = out / "gradebook.sqlite"
    if not path.exists():
        return frozenset()
    with Gradebook(path) as gradebook:
        given = gradebook.active_overrides()
        return frozenset(file for file, name in gradebook.files().items() if name in given)


def _keep(outcome: Outcome, out: Path, gradebook: Gradebook, keep: bool) -> None:
    """Write one outcome's files, then commit it: what is committed has its files."""
    write_text(out / "results" / outcome.submission / "results.json", outcome.results)
    if outcome.trace:
        write_text(out / "log" / f"{outcome.submission}.txt", outcome.trace)
    write_text(out / "feedback" / f"{outcome.submission}.html", outcome.page)
    gradebook.add_entry(outcome.entry, keep)


def _unread_tests(gradebook: Gradebook) -> list[str]:
    latest = gradebook.latest(overrides=False)
    read = (one.unread_tests for one in latest if one.status is Status.COMPLETED)
    return [*next(read, ())]


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float))


def _compare(summary: Summary, gradebook: Gradebook, expected: Path) -> None:
    if not expected.is_file():
        return
    try:
        points = dict(json.loads(expected.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, RecursionError):
        return  # somebody else's file
    for gradation in gradebook.latest():
        wanted = points.get(gradation.file)
        if not isinstance(wanted, dict) or not all(map(_is_number, wanted.values())):
            continue
        summary.expected += 1
        found = {question.name: question.score for question in gradation.questions}
        if any(abs(found.get(q, 0) - p) > 1e-6 for q, p in wanted.items() if q != "total"):
            summary.mismatches.append(gradation.file)
