"""Who is in the course, and which submission is whose."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from autograder.errors import UsageError
from autograder.intake.layouts import attempt_in
from autograder.intake.tables import original, read_table
from autograder.intake.times import is_late, parse_deadline, parse_time, time_in_name
from autograder.lms.columns import COLUMN_HEADS, find_columns, find_head
from autograder.lms.names import squeeze
from autograder.lms.people import People
from autograder.lms.student import Student
from autograder.model import Gradation, Status

__all__ = ["COLUMN_HEADS", "Student", "find_columns"]  # and what is defined here

NUMBERED = ("canvas_id", "sis_id", "login", "upload_id")
_GUARDED = re.compile(r"""#(.*)|="([^"]*)"|'(\d.*)|(\d+)[.,]0{1,2}""")
_ADDRESS = re.compile(r"(?:mailto:|[^<]*<)?([^<>\s]+@[^<>\s]+?)>?", re.IGNORECASE)
# What stands where there is no id or address.
_NOTHING = ("-", "--", "n/a", "#n/a", "#ref!", "#name?", "#value!", "null", "(none)")
_SHORTENED = re.compile(r"\d(?:[.,]\d+)?E\+\d+", re.IGNORECASE)
DEADLINE_COLUMNS = ("deadline", "due", "due date", "extension", "截止时间", "截止日期")


@dataclass(frozen=True)
class GradedSubmission:
    """A submission's mark, as far as exports need it.

    Attributes:
        submitted_at: aware time of the upload, or None.
        late: after the deadline, or so marked by the LMS.
        readable: it is a notebook for this assignment.
        noticed: what it touched of what the grader relies on, in words.
    """

    submission: str
    file: str
    score: float | None
    possible: float
    submitted_at: datetime | None = None
    late: bool = False
    readable: bool = True
    noticed: str = ""


@dataclass(frozen=True)
class Rules:
    """What decides whose a submission is and whether it is late, besides names and roster.

    Attributes:
        owners: by file, the id or e-mail address of whose it is.
        people: by folder of a download, ids and e-mail addresses of all whose it is.
        deadline: of everybody without an extension.
        extensions: deadlines by id or e-mail address.
    """

    owners: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, list[str]] = field(default_factory=dict)
    deadline: datetime | None = None
    extensions: Mapping[str, datetime] = field(default_factory=dict)

    def due(self, student: Student) -> datetime | None:
        """Return the deadline of one student."""
        own = [self.extensions[key] for key in student.keys if key in self.extensions]
        return max(own, default=self.deadline)

    def for_student(self, student: Student, entry: GradedSubmission) -> GradedSubmission:
        """Return a submission as it counts for a student: an extension alone says what is late."""
        if not student.keys & self.extensions.keys():
            return entry
        due, time = self.due(student), entry.submitted_at
        return replace(entry, late=bool(due and time and time > due))


@dataclass
class Matching:
    """Which entry counts for whom, and what a person should look at."""

    chosen: list[tuple[Student, GradedSubmission]] = field(default_factory=list)
    missing: list[Student] = field(default_factory=list)
    unmatched: list[tuple[GradedSubmission, str]] = field(default_factory=list)
    duplicates: list[tuple[Student, GradedSubmission, GradedSubmission]] = field(
        default_factory=list
    )
    rules: Rules = Rules()
    strangers: list[str] = field(default_factory=list)  # who has an extension, and no line


def load_roster(path: Path) -> list[Student]:
    """Read a roster: a CSV with a header, e.g. an LMS's own gradebook or roster export.

    Who has neither id nor e-mail address is told from others by name, and gets no mark.
    Canvas's "Student, Test" is nobody.

    Raises:
        UsageError: it cannot be read, names nobody, or two students share an id or e-mail.
    """
    table = read_table(path)
    row, columns = find_head(table)
    if not set(columns) & {"canvas_id", "sis_id", "login", "email", "upload_id"}:
        raise UsageError(
            f"{path}: no column with ids or e-mail addresses; name one of "
            "'Email', 'SID', 'SIS Login ID', 'Username', 'ID', '学号', '邮箱'"
        )
    students = []
    for cells in table[row + 1 :]:
        values = {key: _value(path, key, cells[n]) for key, n in columns.items() if n < len(cells)}
        student = Student(**_with_family_name(values))
        points_row = "points possible" in student.name.casefold()
        if (student.keys or student.shown) and not points_row and not student.is_a_test:
            students.append(student)
    # Who is in two sections or groups has two lines.
    students = _once(students)
    _check_unique(path, students)
    return students


def _once(students: list[Student]) -> list[Student]:
    """Return each student once; lines that differ in section and group alone are one student's."""
    found: dict[Student, list[Student]] = {}
    for one in students:
        found.setdefault(replace(one, section="", group=""), []).append(one)
    return [
        replace(
            lines[0],
            section=" and ".join(dict.fromkeys(one.section for one in lines if one.section)),
            group=";".join(dict.fromkeys(one.group for one in lines if one.group)),
        )
        for lines in found.values()
    ]


def _with_family_name(values: dict[str, str]) -> dict[str, str]:
    """Return what a row says; "Name" beside a given name may be the family name alone."""
    name, first = values.get("name", ""), values.get("first", "")
    if not first or values.get("last") or squeeze(first) in squeeze(name):
        return values
    return {**values, "last": name}


def _value(path: Path, key: str, cell: str) -> str:
    """Return what a cell says; of ids and addresses without what was put around or into them.

    Raises:
        UsageError: a spreadsheet has shortened an id.
    """
    text = original(cell.strip())
    if key not in (*NUMBERED, "email"):
        return text
    text = _seen(text)
    if text.casefold() in _NOTHING:
        return ""
    if found := _ADDRESS.fullmatch(text):
        return found[1]
    if _SHORTENED.fullmatch(text):
        raise UsageError(
            f"{path}: the id {text} was shortened by a spreadsheet; make its column text there, or "
            "export the roster again and do not open it in between"
        )
    found = _GUARDED.fullmatch(text)  # Brightspace's "#", Excel's ="0012", a quote mark, "12.0"
    return next(filter(None, found.groups()), "") if found else text


def _seen(text: str) -> str:
    """Return what a reader sees of an id: no marks without width, and digits of one width."""
    plain = unicodedata.normalize("NFKC", text).replace("–", "-").replace("—", "-")
    return "".join(c for c in plain if unicodedata.category(c) not in ("Cf", "Cc")).strip()


def load_groups(path: Path, roster: list[Student]) -> list[Student]:
    """Return the roster with the groups of a CSV, e.g. Canvas's export of a group set.

    Raises:
        UsageError: it cannot be read, or lacks a column for groups or for ids.
    """
    table = read_table(path)
    row, columns = find_head(table)
    ids = set(columns) & {"canvas_id", "sis_id", "login", "email"}
    if "group" not in columns or not ids:
        raise UsageError(f"{path}: give a column 'group' and one with ids or e-mail addresses")
    groups: dict[str, list[str]] = {}
    for cells in table[row + 1 :]:
        for key in ids:
            if max(columns[key], columns["group"]) < len(cells) and cells[columns[key]].strip():
                value = _value(path, key, cells[columns[key]]).casefold()
                groups.setdefault(value, []).append(cells[columns["group"]])
    return [
        replace(one, group=";".join([one.group, *(g for k in one.keys for g in groups.get(k, ()))]))
        for one in roster
    ]


def load_extensions(path: Path) -> dict[str, datetime]:
    """Read a CSV of extensions: a column with ids or e-mail addresses, and ``deadline``.

    Raises:
        UsageError: it cannot be read, lacks a column, or a deadline is no time.
    """
    table = read_table(path)
    head = [cell.strip().casefold() for cell in table[0]]
    row, columns = find_head(table)
    due = [head.index(name) for name in DEADLINE_COLUMNS if name in head]
    ids = [columns[key] for key in ("canvas_id", "sis_id", "login", "email") if key in columns]
    if row or not due or not ids:
        raise UsageError(f"{path}: give the columns 'id' (or 'email') and 'deadline'")
    found = {}
    for cells in table[1:]:
        for place in ids:
            if len(cells) > max(place, due[0]) and cells[place].strip() and cells[due[0]].strip():
                who = _value(path, "login", cells[place]).casefold()
                found[who] = _deadline(path, cells[due[0]])
    return found


def _deadline(path: Path, cell: str) -> datetime:
    try:
        return parse_deadline(cell)
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None


def load_owners(path: Path) -> dict[str, str]:
    """Read a CSV that says whose a file is: columns ``file`` and ``id`` (or an e-mail address).

    Raises:
        UsageError: it cannot be read or lacks a column.
    """
    table = read_table(path)
    head = [cell.strip().casefold() for cell in table[0]]
    if "file" not in head or not {"id", "email"} & set(head):
        raise UsageError(f"{path}: give the columns 'file' and 'id' (or 'email')")
    file, owner = head.index("file"), head.index("id" if "id" in head else "email")
    return {
        original(row[file].strip()): _value(path, "login", row[owner]).casefold()
        for row in table[1:]
        if len(row) > max(file, owner)
    }


def owners_in(name: str, owners: Mapping[str, str]) -> dict[str, str]:
    """Return whose the files of one assignment are; those that are named with it come first."""
    own = {
        file.removeprefix(f"{name}/"): who
        for file, who in owners.items() if file.startswith(f"{name}/")
    }  # fmt: skip
    return {**owners, **own}


def roster_entry(
    gradation: Gradation, submitted_at: str | None, deadline: datetime | None
) -> GradedSubmission:
    """Return what exports need of a gradation; the time may also stand in the file's name."""
    time = parse_time(submitted_at) if submitted_at else time_in_name(gradation.file)
    late = is_late(gradation.file, time, deadline)
    graded = gradation.status is not Status.NOT_GRADED or gradation.questions
    return GradedSubmission(
        gradation.submission, gradation.file, gradation.score if graded else None,
        gradation.possible, time, late, gradation.status is not Status.UNREADABLE,
        "; ".join(map(str, gradation.noticed)),
    )  # fmt: skip


def match(
    roster: list[Student],
    entries: Iterable[GradedSubmission],
    owners: Mapping[str, str] | None = None,
    rules: Rules | None = None,
) -> Matching:
    """Find each submission's student, and for each student the submission that counts.

    A readable notebook comes before a file that is none. Then the latest before the deadline
    counts; where all are late, the latest. Submissions without a known time rank before those
    with one, in the order of their attempts. A group's submission counts for each member.
    """
    rules = rules or Rules(owners=owners or {})
    people, listed = People(roster, rules.owners, rules.people), [s for s in roster if s.keys]
    found: dict[Student, list[GradedSubmission]] = {}
    known = {key for student in roster for key in student.keys}
    matching = Matching(rules=rules, strangers=sorted(rules.extensions.keys() - known))
    for entry in entries:
        students, why = people.of(entry.file, entry.submission)
        if nameless := sorted(one.shown for one in students if not one.keys):
            why = f"is of {'; '.join(nameless)}, without an id or e-mail address on the roster"
        for student in students:
            found.setdefault(student, []).append(rules.for_student(student, entry))
        if not students or nameless:
            matching.unmatched.append((entry, why))
    for student in listed:
        ranked = sorted(found.get(student, ()), key=_rank)
        if not ranked:
            matching.missing.append(student)
            continue
        matching.chosen.append((student, ranked[-1]))
        matching.duplicates += [(student, ranked[-1], other) for other in ranked[:-1]]
    return matching


def _rank(entry: GradedSubmission) -> tuple[Any, ...]:
    known = entry.submitted_at is not None
    time = entry.submitted_at or datetime.min.replace(tzinfo=timezone.utc)
    return (entry.readable, not entry.late, known, time, attempt_in(entry.file), entry.file)


def latest_of(entries: Iterable[GradedSubmission]) -> GradedSubmission:
    """Return which of one student's submissions counts."""
    return max(entries, key=_rank)


def reason_for(kept: GradedSubmission, other: GradedSubmission) -> str:
    """Return why one of two submissions of a student counts."""
    parts = zip(attempt_in(kept.file), attempt_in(other.file))
    mine, others = next((pair for pair in parts if pair[0] != pair[1]), ((False,), (False,)))
    last = "it is the later attempt" if mine[0] and others[0] else "its name comes last"
    whys = ("it can be read", "it was in time", "its time is known", "it is later", last, last)
    pairs = zip(_rank(kept), _rank(other), whys)
    return next((why for mine, others, why in pairs if mine != others), "they are the same")


def _check_unique(path: Path, students: list[Student]) -> None:
    if not any(student.keys for student in students):
        raise UsageError(f"{path}: names no student")
    for what in ("email", "login", "sis_id", "canvas_id"):
        seen: set[str] = set()
        for student in students:
            value = getattr(student, what).casefold()
            if value and value in seen:
                raise UsageError(f"{path}: two students share {what.replace('_', ' ')} '{value}'")
            seen.add(value)
