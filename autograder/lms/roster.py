"""Who is in the course, and which submission is whose."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

from autograder.errors import UsageError
from autograder.intake.tables import original, read_table
from autograder.intake.times import is_late, number_of, parse_time, time_in_name
from autograder.model import Gradation, Status

# What the columns of rosters and gradebook exports are called, in lower case.
COLUMNS = {
    "canvas_id": ("id", "canvas user id"),
    "sis_id": (
        "sis user id",
        "sid",
        "student id",
        "id number",
        "student_id",
        "matriculation number",
    ),
    "login": ("sis login id", "username", "login id", "login", "netid", "user name"),
    "email": ("email address", "email", "e-mail", "mail"),
    "name": ("student", "name", "full name", "student name"),
    "first": ("first name", "first_name", "given name"),
    "last": ("last name", "last_name", "surname", "family name"),
    "section": ("section", "sections"),
    # What names the upload: Moodle's grading worksheet, Gradescope's score sheet.
    "upload_id": ("identifier", "submission id"),
}
COLUMN_HEADS = {
    "canvas": re.compile(r"(.+) \(\d+\)"),
    "blackboard": re.compile(r"(.+?) \[Total Pts: [^\]]*\] ?\|\d+"),
}
_TOKEN = re.compile(r"[^0-9a-z@.+\-]+")


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
        return self.last or self.name.partition(",")[0].strip()

    @property
    def given(self) -> str:
        """The given name, where it is known."""
        return self.first or self.name.partition(",")[2].strip()

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
    """

    submission: str
    file: str
    score: float | None
    possible: float
    submitted_at: datetime | None = None
    late: bool = False


@dataclass
class Matching:
    """Which entry counts for whom, and what a person should look at."""

    chosen: list[tuple[Student, Entry]] = field(default_factory=list)
    missing: list[Student] = field(default_factory=list)
    unmatched: list[tuple[Entry, str]] = field(default_factory=list)
    duplicates: list[tuple[Student, Entry, Entry]] = field(default_factory=list)


def load_roster(path: Path) -> list[Student]:
    """Read a roster: a CSV with a header, e.g. an LMS's own gradebook or roster export.

    Raises:
        UsageError: it cannot be read, names nobody, or two students share an id or e-mail.
    """
    table = read_table(path)
    columns = _columns(table[0])
    if not set(columns) & {"canvas_id", "sis_id", "login", "email"}:
        raise UsageError(
            f"{path}: no column with ids or e-mail addresses; name one of "
            "'Email', 'SID', 'SIS Login ID', 'Username', 'ID'"
        )
    students = []
    for row in table[1:]:
        values = {key: original(row[n].strip()) for key, n in columns.items() if n < len(row)}
        student = Student(**values)
        if student.keys and "points possible" not in student.name.casefold():
            students.append(student)
    _check_unique(path, students)
    return students


def find_columns(path: Path, title: str) -> dict[str, str]:
    """Return how a roster that Canvas or Blackboard wrote heads an assignment's column.

    They know a column by the number in its head: ``Autodiff (123)``, ``Autodiff [Total Pts: 40
    Score] |123``. Without it a new column comes into being.
    """
    found = {}
    for cell in read_table(path)[0]:
        for platform, pattern in COLUMN_HEADS.items():
            head = pattern.fullmatch(original(cell.strip()))
            if head and _plain(head[1]) == _plain(title):
                found[platform] = head[0]
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


def entry_of(gradation: Gradation, submitted_at: str | None, deadline: datetime | None) -> Entry:
    """Return what exports need of a gradation; the time may also stand in the file's name."""
    time = parse_time(submitted_at) if submitted_at else time_in_name(gradation.file)
    late = is_late(gradation.file, time, deadline)
    graded = gradation.status is not Status.NOT_GRADED or gradation.questions
    return Entry(
        gradation.submission, gradation.file, gradation.score if graded else None,
        gradation.possible, time, late,
    )  # fmt: skip


def match(roster: list[Student], entries: Iterable[Entry], owners: dict[str, str]) -> Matching:
    """Find each submission's student, and for each student the submission that counts.

    Of several the latest before the deadline counts; where all are late, the latest. Submissions
    without a known time rank before those with one, in the order of their file names.
    """
    by_key: dict[str, set[Student]] = {}
    for student in roster:
        for key in student.keys:
            by_key.setdefault(key, set()).add(student)
    found: dict[Student, list[Entry]] = {}
    matching = Matching()
    for entry in entries:
        students = _students_of(entry, by_key, owners)
        if len(students) == 1 or _is_group(students):
            for student in students:
                found.setdefault(student, []).append(entry)
        else:
            why = "names nobody on the roster"
            if students:
                why = "names more than one: " + "; ".join(sorted(s.shown for s in students))
            matching.unmatched.append((entry, why))
    for student in roster:
        ranked = sorted(found.get(student, ()), key=_rank)
        if not ranked:
            matching.missing.append(student)
            continue
        matching.chosen.append((student, ranked[-1]))
        matching.duplicates += [(student, ranked[-1], other) for other in ranked[:-1]]
    return matching


def _plain(title: str) -> str:
    return " ".join(re.split(r"[\s_-]+", title.strip())).casefold()


def _students_of(entry: Entry, by_key: dict, owners: dict) -> set[Student]:
    for name in (entry.file, entry.submission, Path(entry.file).name):
        if name in owners:
            return set(by_key.get(owners[name], ()))
    keys = {key for key in _tokens(entry.file) | _tokens(entry.submission) if key in by_key}
    whole = {key for key in keys if not any(key != other and key in other for other in keys)}
    return {student for key in whole for student in by_key[key]}


def _is_group(students: set[Student]) -> bool:
    """Tell whether the roster itself gives all of them the same upload."""
    uploads = {student.upload_id for student in students}
    return len(uploads) == 1 and uploads != {""}


def _tokens(name: str) -> set[str]:
    """Return the parts of a file name that may be an id or an e-mail address."""
    name = original(name).casefold()
    stem = name.removesuffix(".ipynb").removesuffix(".zip")
    words = {word for text in (name, stem) for word in _TOKEN.split(text)}
    words |= {part for word in words for part in re.split(r"[-.+]", word)}
    return {word.strip(".-+") for word in words} | words


def _rank(entry: Entry) -> tuple[bool, bool, datetime, str]:
    known = entry.submitted_at is not None
    time = entry.submitted_at or datetime.min.replace(tzinfo=timezone.utc)
    return (not entry.late, known, time, entry.file)


def _columns(head: list[str]) -> dict[str, int]:
    cells = [cell.strip().casefold() for cell in head]
    found = {}
    for key, names in COLUMNS.items():
        for name in names:
            if name in cells:
                found[key] = cells.index(name)
                break
    return found


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
