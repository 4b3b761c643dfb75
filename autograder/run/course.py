"""One gradebook of a course, made from the runs of its assignments."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import UsageError
from autograder.files import write_text
from autograder.gradebook import Gradebook
from autograder.gradebook.commands import open_gradebook
from autograder.lms.claims import claims_of
from autograder.lms.columns import find_columns
from autograder.lms.course import Attendance, CourseRun, Handed, attend, total_of
from autograder.lms.files import write_lms_files
from autograder.lms.roster import (
    Rules,
    Student,
    load_groups,
    load_owners,
    load_roster,
    owners_in,
    roster_entry,
)
from autograder.lms.standing import standings_of
from autograder.model import Gradation
from autograder.reports.course_report import write_course_page
from autograder.reports.course_statistics import Part, measure
from autograder.reports.course_tables import course_csv, course_json
from autograder.reports.statistics import slips_of
from autograder.run.exercises import exercises_of
from autograder.run.graded import Remembered, load_graded_assignment
from autograder.run.writing import title_of

BOOK, DATA, TOTAL = "gradebook.sqlite", "course.json", "total"
LAST = "9999"  # a date after all others
NO_RUN = "{out}: no graded assignment there; grade them first: `autograder grade --out {out}`"


@dataclass(frozen=True)
class Tables:
    """What tells who is who, as files of the instructor's.

    Attributes:
        owners, groups: want a roster.
    """

    roster: Path | None = None
    owners: Path | None = None
    groups: Path | None = None


def make_course_report(
    out: Path,
    names: Sequence[str] = (),
    tables: Tables = Tables(),
    title: str = "",
    columns: Iterable[str] = (),
    folder: Path | None = None,
) -> list[str]:
    """Make one gradebook of the runs in a folder; returns what a person should know, by lines.

    Args:
        names: of the runs' folders that count, in their order; none for all.
        columns: what an LMS calls an assignment's column or the total's, as ``name=head``.
        folder: where to; default: ``course-report`` among the runs.

    Raises:
        UsageError: nothing was graded there, a gradebook is damaged, a table does not fit.
    """
    if tables.roster is None and (tables.owners or tables.groups):
        raise UsageError("--owners and --groups want a --roster")
    roster = load_roster(tables.roster) if tables.roster else None
    if roster and tables.groups:
        roster = load_groups(tables.groups, roster)
    target = folder or out / "course-report"
    folders, left = find_runs(out, names, target)
    owners = load_owners(tables.owners) if tables.owners else {}
    parts = read_parts(folders, owners, ordered=bool(names))
    heads = _heads(columns, [part.run.name for part in parts])
    attendance = attend([part.run for part in parts], roster)
    _refuse_strangers(tables.roster, parts, attendance)
    write_course(target, title, parts, attendance)
    if tables.roster:
        write_exports(target / "lms", parts, attendance, tables.roster, heads)
    return [
        *left,
        *_told(attendance, roster),
        f"report: {target / 'index.html'}: "
        f"{counted(len(attendance.attendees), 'student')}, {counted(len(parts), 'assignment')}",
    ]


def counted(number: int, thing: str) -> str:
    """Return a number of things in words: one student, two students."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def find_runs(out: Path, names: Sequence[str], target: Path) -> tuple[list[Path], list[str]]:
    """Return the folders of the runs, and a line for each folder that is none.

    Args:
        names: the wanted ones, in their order; none for all.
        target: where the report goes, which is no run.

    Raises:
        UsageError: there is none, or not the one that was asked for.
    """
    if (out / BOOK).is_file():
        raise UsageError(f"{out}: holds one assignment's run; name the folder in which it lies")
    if (target / BOOK).is_file():
        raise UsageError(f"{target}: holds a run; choose another folder with --to")
    wanted = [out / name for name in dict.fromkeys(names)]
    for place in wanted:
        if not (place / BOOK).is_file():
            raise UsageError(
                f"{place}: no {BOOK} there; grade '{place.name}' first, or leave it out"
            )
    if wanted:
        return wanted, []
    inside = sorted(out.iterdir()) if out.is_dir() else []
    folders = [one for one in inside if one.is_dir() and not one.name.startswith(".")]
    runs = [one for one in folders if (one / BOOK).is_file()]
    if not runs:
        raise UsageError(NO_RUN.format(out=out))
    others = [one for one in folders if one not in runs and one.resolve() != target.resolve()]
    return runs, [
        f"left out: {one}: no {BOOK} there; grade '{one.name}' again, or take the folder away"
        for one in others if not (one / DATA).is_file()
    ]  # fmt: skip


def read_parts(folders: Sequence[Path], owners: Mapping[str, str], ordered: bool) -> list[Part]:
    """Return the assignments of a course, read from their runs' gradebooks.

    Args:
        owners: by file, or by assignment and file, whose it is.
        ordered: they come as they are to stand; else those with an earlier deadline come first,
            or, where not all have one, those that were graded first.

    Raises:
        UsageError: a gradebook is damaged, or two are of one assignment.
    """
    read, seen = [], dict[str, Path]()
    for folder in folders:
        with open_gradebook(folder) as gradebook:
            part = _read(folder, gradebook, owners)
            read.append(
                (gradebook.deadline, gradebook.first_graded()[:10] or LAST, part.run.name, part)
            )
        if part.run.name in seen:
            raise UsageError(
                f"{folder}: holds '{part.run.name}', and so does {seen[part.run.name]}; "
                "name the ones that count with --assignment"
            )
        seen[part.run.name] = folder
    if not ordered:
        due = [deadline for deadline, *_ in read]
        read.sort(key=lambda one: (one[0] if None not in due else 0, *one[1:3]))
    return [part for *_, part in read]


def _read(folder: Path, gradebook: Gradebook, owners: Mapping[str, str]) -> Part:
    name = gradebook.assignment() or folder.name
    described = _describe(name, gradebook)
    times, due, marks = gradebook.submission_times(), gradebook.deadline, []
    for gradation in gradebook.latest():
        entry = roster_entry(gradation, times.get(gradation.submission), due)
        marks.append((entry, _points(gradation), tuple(slips_of(gradation))))
    claims = claims_of(
        {entry.submission: entry.file for entry, *_ in marks},
        name,
        {one: told[2] for one, told in gradebook.students.items() if len(told) > 2},
        gradebook.members_of_uploads,
    )
    rules = Rules(owners_in(name, owners), gradebook.members_of_uploads, due, gradebook.extensions)
    run = CourseRun(
        name,
        folder,
        tuple(Handed(one, claims[one.submission], points, slips) for one, points, slips in marks),
        _possible(points for _, points, _ in marks),
        rules,
        tuple(gradebook.attachments()),
    )
    return Part(run, title_of(described), exercises_of(described))


def _describe(name: str, gradebook: Gradebook) -> Remembered:
    """Return what the grading zip says of an assignment; its name alone where the zip is gone."""
    try:
        graded = load_graded_assignment(gradebook, None)
    except UsageError:
        return Remembered(name, [])
    return Remembered(name, graded.questions, manifest=graded.manifest)


def _points(gradation: Gradation) -> dict[str, tuple[float, float]]:
    return {one.name: (one.score, one.possible) for one in gradation.questions}


def _possible(marks: Iterable[Mapping[str, tuple[float, float]]]) -> dict[str, float]:
    """Return by question the points that could be earned."""
    possible: dict[str, float] = {}
    for questions in marks:
        for name, (_, most) in questions.items():
            possible[name] = max(possible.get(name, 0.0), most)
    return dict(sorted(possible.items()))


def write_course(target: Path, title: str, parts: Sequence[Part], attendance: Attendance) -> None:
    """Write ``index.html``, ``course.csv`` and ``course.json``."""
    attendees = attendance.attendees
    standings = standings_of([part.run for part in parts], attendees)
    statistics = measure(parts, attendees, standings)
    write_course_page(target / "index.html", title, statistics, attendance, standings)
    write_text(target / "course.csv", course_csv(statistics, attendees, standings))
    write_text(target / DATA, course_json(title, statistics, attendees, standings))


def write_exports(
    folder: Path,
    parts: Sequence[Part],
    attendance: Attendance,
    roster: Path,
    heads: Mapping[str, str],
) -> None:
    """Write what platforms import: ``<assignment>/<platform>.csv`` for each, and ``total/``."""
    runs = [part.run for part in parts]
    for run, matching in zip(runs, attendance.matchings):
        head = heads.get(run.name, run.name)
        columns = find_columns(roster, head)
        write_lms_files(folder / run.name, matching, head, run.possible, columns,
                        run.attachments)  # fmt: skip
    whole, head = total_of(runs, attendance), heads.get(TOTAL, TOTAL.capitalize())
    possible = sum(run.possible for run in runs)
    write_lms_files(folder / TOTAL, whole, head, possible, find_columns(roster, head))


def _heads(columns: Iterable[str], names: Sequence[str]) -> dict[str, str]:
    heads = {}
    for column in columns:
        name, separator, head = column.partition("=")
        if not separator or name not in (*names, TOTAL):
            known = ", ".join((*names, TOTAL))
            raise UsageError(f"--column {column}: give NAME=HEAD, where NAME is one of {known}")
        heads[name] = head
    return heads


def _refuse_strangers(roster: Path | None, parts: Sequence[Part], attendance: Attendance) -> None:
    handed = sum(len(part.run.handed) for part in parts)
    if roster and handed and not any(one.chosen for one in attendance.matchings):
        raise UsageError(
            f"{roster}: none of the {handed} submissions belongs to anybody on this roster; give "
            "the roster of this class, or --owners"
        )


def _told(attendance: Attendance, roster: list[Student] | None) -> list[str]:
    """Return what a person should know, one line each."""
    unmatched = sum(len(one.unmatched) for one in attendance.matchings)
    lines = [
        f"'{name}' is the name of more than one, and not put together; give a --roster"
        for name in attendance.doubtful
    ]
    if unmatched:
        lines.append(f"{unmatched} submissions of nobody on the roster: see lms/*/attention.csv")
    if roster is None:
        lines.append("no files for an LMS: they want a --roster")
    return lines
