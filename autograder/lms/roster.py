"""Who is in the course, and which submission is whose."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from autograder.errors import UsageError
from autograder.intake.layouts import attempt_in, owner_named, tokens_in
from autograder.intake.tables import original, read_table
from autograder.intake.times import is_late, number_of, parse_deadline, parse_time, time_in_name
from autograder.lms.columns import COLUMN_HEADS, find_columns, find_head
from autograder.lms.names import spellings, split_name, squeeze
from autograder.model import Gradation, Status

__all__ = ["COLUMN_HEADS", "find_columns"]  # and what is defined here

DEADLINE_COLUMNS = ("deadline", "due", "due date", "extension", "截止时间", "截止日期")


@dataclass(frozen=True)
class Student:
    """One line of the roster; what it does not say is ""."""

    name: str = ""
    first: str = ""
    last: str = ""
    email: str = ""
    login: str = ""
    sis_id: str = ""
    canvas_id: str = ""
    section: str = ""
    upload_id: str = ""
    group: str = ""

    @property
    def keys(self) -> set[str]:
        """What may name this student in a file name, in lower case."""
        local = self.email.partition("@")[0]
        found = {
            self.email,
            self.login,
            self.sis_id,
            self.canvas_id,
            number_of(self.upload_id),
            local if len(local) > 2 else "",
        }
        return {key.casefold() for key in found if key}

    @property
    def family(self) -> str:
        """The family name; a name in one piece stands for it unless it has a comma."""
        return self.last or split_name(self.name)[0]

    @property
    def given(self) -> str:
        """The given name, where it is known."""
        return self.first or split_name(self.name)[1]

    @property
    def groups(self) -> set[str]:
        """The groups that the student is in, as their names are compared."""
        return {squeeze(group) for group in re.split(r"[,;|、]", self.group) if squeeze(group)}

    @property
    def is_a_test(self) -> bool:
        """Whether this is the student that Canvas makes for trying things out."""
        return squeeze(self.name) in ("studenttest", "teststudent") and not self.sis_id

    @property
    def shown(self) -> str:
        """The name for people, as LMS files have it: family name first."""
        return (
            self.name or ", ".join(part for part in (self.last, self.first) if part) or self.email
        )


@dataclass(frozen=True)
class Entry:
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

    def for_student(self, student: Student, entry: Entry) -> Entry:
        """Return a submission as it counts for a student: an extension alone says what is late."""
        if not student.keys & self.extensions.keys():
            return entry
        due, time = self.due(student), entry.submitted_at
        return replace(entry, late=bool(due and time and time > due))


@dataclass
class Matching:
    """Which entry counts for whom, and what a person should look at."""

    chosen: list[tuple[Student, Entry]] = field(default_factory=list)
    missing: list[Student] = field(default_factory=list)
    unmatched: list[tuple[Entry, str]] = field(default_factory=list)
    duplicates: list[tuple[Student, Entry, Entry]] = field(default_factory=list)
    rules: Rules = Rules()


def load_roster(path: Path) -> list[Student]:
    """Read a roster: a CSV with a header, e.g. an LMS's own gradebook or roster export.

    Canvas's "Student, Test" is nobody.

    Raises:
        UsageError: it cannot be read, names nobody, or two students share an id or e-mail.
    """
    table = read_table(path)
    row, columns = find_head(table)
    if not set(columns) & {"canvas_id", "sis_id", "login", "email"}:
        raise UsageError(
            f"{path}: no column with ids or e-mail addresses; name one of "
            "'Email', 'SID', 'SIS Login ID', 'Username', 'ID', '学号', '邮箱'"
        )
    students = []
    for cells in table[row + 1 :]:
        values = {key: _value(key, cells[n]) for key, n in columns.items() if n < len(cells)}
        student = Student(**values)
        points_row = "points possible" in student.name.casefold()
        if student.keys and not points_row and not student.is_a_test:
            students.append(student)
    _check_unique(path, students)
    return students


def _value(key: str, cell: str) -> str:
    text = original(cell.strip())
    # Brightspace writes a "#" before what a spreadsheet would take for a number.
    return text.removeprefix("#") if key in ("sis_id", "login") else text


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
                value = _value(key, cells[columns[key]]).casefold()
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
                found[original(cells[place].strip()).casefold()] = parse_deadline(cells[due[0]])
    return found


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
        original(row[file].strip()): row[owner].strip().casefold()
        for row in table[1:]
        if len(row) > max(file, owner)
    }


def roster_entry(
    gradation: Gradation, submitted_at: str | None, deadline: datetime | None
) -> Entry:
    """Return what exports need of a gradation; the time may also stand in the file's name."""
    time = parse_time(submitted_at) if submitted_at else time_in_name(gradation.file)
    late = is_late(gradation.file, time, deadline)
    graded = gradation.status is not Status.NOT_GRADED or gradation.questions
    return Entry(
        gradation.submission, gradation.file, gradation.score if graded else None,
        gradation.possible, time, late, gradation.status is not Status.UNREADABLE,
        "; ".join(map(str, gradation.noticed)),
    )  # fmt: skip


def match(
    roster: list[Student],
    entries: Iterable[Entry],
    owners: Mapping[str, str] | None = None,
    rules: Rules | None = None,
) -> Matching:
    """Find each submission's student, and for each student the submission that counts.

    A readable notebook comes before a file that is none. Then the latest before the deadline
    counts; where all are late, the latest. Submissions without a known time rank before those
    with one, in the order of their attempts. A group's submission counts for each member.
    """
    rules = rules or Rules(owners=owners or {})
    people = _People(roster, rules)
    found: dict[Student, list[Entry]] = {}
    matching = Matching(rules=rules)
    for entry in entries:
        students, why = people.of(entry)
        for student in students:
            found.setdefault(student, []).append(rules.for_student(student, entry))
        if not students:
            matching.unmatched.append((entry, why))
    for student in roster:
        ranked = sorted(found.get(student, ()), key=_rank)
        if not ranked:
            matching.missing.append(student)
            continue
        matching.chosen.append((student, ranked[-1]))
        matching.duplicates += [(student, ranked[-1], other) for other in ranked[:-1]]
    return matching


class _People:
    """Finds whose a file is: by a list of owners, an id, a group's name, a person's name."""

    def __init__(self, roster: list[Student], rules: Rules):
        self.rules = rules
        self.by_key = _indexed(roster, lambda one: one.keys)
        self.by_group = _indexed(roster, lambda one: one.groups)
        self.by_name = _indexed(roster, lambda one: spellings(one.name, one.first, one.last))

    def of(self, entry: Entry) -> tuple[set[Student], str]:
        """Return whose an entry is; where that is doubtful nobody's, and why."""
        owners = self.rules.owners
        for name in (entry.file, entry.submission, Path(entry.file).name):
            if name in owners:
                named = self.by_key.get(owners[name], set())
                return named, "is given to somebody who is not on the roster"
        parts = original(entry.file).split("/")
        told = [key for part in parts for key in self.rules.people.get(part, ())]
        if members := {student for key in told for student in self.by_key.get(key, ())}:
            return members, ""
        names = people_named_in(entry.file)
        for name in names:
            if name in self.by_group and name not in self.by_name:
                return self.by_group[name], ""
        students = self._by_id(entry)
        if not students:
            students = next((self.by_name[name] for name in names if name in self.by_name), set())
        if len(students) == 1 or _is_group(students):
            return students, ""
        if students:
            shown = "; ".join(sorted(student.shown for student in students))
            return set(), f"names more than one: {shown}"
        return set(), "names nobody on the roster"

    def _by_id(self, entry: Entry) -> set[Student]:
        tokens = tokens_in(entry.file) | tokens_in(entry.submission)
        keys = {key for key in tokens if key in self.by_key}
        whole = {key for key in keys if not any(key != other and key in other for other in keys)}
        return {student for key in whole for student in self.by_key[key]}


def _indexed(roster: list[Student], keys: Callable[[Student], set[str]]) -> dict[str, set[Student]]:
    found: dict[str, set[Student]] = {}
    for student in roster:
        for key in keys(student):
            found.setdefault(key, set()).add(student)
    return found


def people_named_in(file: str) -> list[str]:
    """Return what may be a name of a person or group in a file's path, squeezed."""
    owner = owner_named(file)
    if owner:
        group, _, person = owner.name.rpartition("-")  # Moodle puts a group before a member
        return [squeeze(name) for name in (owner.name, person if group else "") if squeeze(name)]
    parts = original(file).split("/")
    parts[-1] = re.sub(r"(?:\.[A-Za-z]\w{0,6})+$", "", parts[-1])
    return [squeeze(part) for part in parts if len(squeeze(part)) > 1]


def _is_group(students: set[Student]) -> bool:
    """Tell whether the roster itself gives all of them the same upload."""
    uploads = {student.upload_id for student in students}
    return len(uploads) == 1 and uploads != {""}


def _rank(entry: Entry) -> tuple[Any, ...]:
    known = entry.submitted_at is not None
    time = entry.submitted_at or datetime.min.replace(tzinfo=timezone.utc)
    return (entry.readable, not entry.late, known, time, attempt_in(entry.file), entry.file)


def reason_for(kept: Entry, other: Entry) -> str:
    """Return why one of two submissions of a student counts."""
    whys = ("it can be read", "it was in time", "its time is known", "it is later",
            "it is the later attempt", "its name comes last")  # fmt: skip
    pairs = zip(_rank(kept), _rank(other), whys)
    return next((why for mine, others, why in pairs if mine != others), "they are the same")


def _check_unique(path: Path, students: list[Student]) -> None:
    if not students:
        raise UsageError(f"{path}: names no student")
    for what in ("email", "login", "sis_id", "canvas_id"):
        seen: set[str] = set()
        for student in students:
            value = getattr(student, what).casefold()
            if value and value in seen:
                raise UsageError(f"{path}: two students share {what.replace('_', ' ')} '{value}'")
            seen.add(value)
