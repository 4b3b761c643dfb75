"""The gradebook: every gradation ever made, in one SQLite file, and what people changed by hand.

Each gradation is committed as it arrives, so a killed run loses nothing. A regrade adds a row and
keeps the old one. Overrides stand beside the gradations and apply to whichever is the latest.
"""

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path

from autograder.errors import UsageError
from autograder.model import Gradation, QuestionResult, Status
from autograder.reports.times import lateness, parse_time, time_in_name

APPLICATION_ID = 0x41474742  # "AGGB": tells our files from other people's databases
SCHEMA_VERSION = 1
BUSY_TIMEOUT_S = 30.0
PAGE_ROWS = 100  # rows held in memory while streaming

SCHEMA = """
CREATE TABLE run (assignment TEXT NOT NULL, begun_at TEXT NOT NULL);
CREATE TABLE members (submission TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE gradations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    submission TEXT NOT NULL, file TEXT NOT NULL, digest TEXT NOT NULL,
    assignment TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL, language TEXT NOT NULL,
    score REAL NOT NULL, possible REAL NOT NULL,
    wall_s REAL NOT NULL, cpu_s REAL NOT NULL, memory_mib REAL NOT NULL,
    submitted_at TEXT, graded_at TEXT NOT NULL, graded_by TEXT NOT NULL, facts BLOB NOT NULL);
CREATE INDEX gradations_by_submission ON gradations (submission, id);
CREATE TABLE questions (
    gradation INTEGER NOT NULL REFERENCES gradations, name TEXT NOT NULL,
    score REAL NOT NULL, possible REAL NOT NULL, PRIMARY KEY (gradation, name)) WITHOUT ROWID;
CREATE TABLE test_cases (
    gradation INTEGER NOT NULL REFERENCES gradations, question TEXT NOT NULL,
    number INTEGER NOT NULL, name TEXT NOT NULL, passed INTEGER NOT NULL, hidden INTEGER NOT NULL,
    points REAL NOT NULL, slip TEXT, PRIMARY KEY (gradation, question, number)) WITHOUT ROWID;
CREATE TABLE overrides (
    id INTEGER PRIMARY KEY AUTOINCREMENT, submission TEXT NOT NULL, question TEXT NOT NULL,
    points REAL, reason TEXT NOT NULL, made_at TEXT NOT NULL);
"""

# Came later than the other tables, so it is made where it is missing.
SETTINGS = "CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL)"

# What pages are made from, but for the facts: those never change once they have an id.
STATE = (
    "SELECT id, submitted_at FROM gradations ORDER BY id",
    "SELECT id FROM overrides ORDER BY id",
    "SELECT submission FROM members ORDER BY submission",
    "SELECT name, value FROM settings WHERE name <> 'pages' ORDER BY name",
)

LATEST = """
SELECT submission, id, facts, submitted_at FROM gradations AS g
WHERE submission > ? AND id = (SELECT MAX(id) FROM gradations WHERE submission = g.submission)
  AND (NOT EXISTS (SELECT 1 FROM members) OR submission IN (SELECT submission FROM members))
ORDER BY submission LIMIT ?
"""


UPLOADS = """
SELECT submission, file, submitted_at, status FROM gradations
WHERE id IN (SELECT MAX(id) FROM gradations GROUP BY submission)
  AND (NOT EXISTS (SELECT 1 FROM members) OR submission IN (SELECT submission FROM members))
ORDER BY submission
"""
UNMARKED = "{name}: not marked yet ‖ {name}：尚未批改"
GIVEN = (
    "{name}: {points:g} points given by hand ({reason}) ‖ {name}：手动给 {points:g} 分（{reason}）"
)
UNCOUNTED = (
    "Points given by hand count once this is graded, or every question has some ‖ "
    "评分之后，或者每道题都手动给分之后，手动给的分数才计入"
)
LATE = "Handed in late ‖ 迟交"
LATE_BY = "Handed in late, by {by} ‖ 迟交 {by}"


COLUMNS = (
    "submission, file, digest, assignment, status, reason, language, score, possible,"
    " wall_s, cpu_s, memory_mib, submitted_at, graded_by, facts, graded_at"
)


@dataclass(frozen=True)
class Entry:
    """One gradation as the gradebook stores it; making it is the work, storing it is quick.

    Attributes:
        row: values of ``COLUMNS``, all but the time of storing.
        questions: name, points, points possible.
        cases: question, number, name, passed, hidden, points, slip.
    """

    row: tuple
    questions: list[tuple]
    cases: list[tuple]


@dataclass(frozen=True)
class Override:
    """Points that a person gave by hand.

    Attributes:
        points: the question's points from now on; None takes the override back.
    """

    submission: str
    question: str
    points: float | None
    reason: str
    made_at: str = ""


class Gradebook:
    """One gradebook file, open for reading and writing.

    Raises (from every method):
        UsageError: the file is no gradebook, is damaged, newer than this program, or locked.
    """

    def __init__(self, path: Path):
        self.path = Path(path)
        try:
            self._connection = sqlite3.connect(
                self.path, timeout=BUSY_TIMEOUT_S, isolation_level=None
            )
            self._prepare()
        except sqlite3.Error as error:
            raise self._unusable(error) from None

    def __enter__(self) -> "Gradebook":
        return self

    def __exit__(self, *exception) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; everything is already committed."""
        self._connection.close()

    def begin_run(self, assignment: str, submissions: Iterable[str]) -> None:
        """Say which submissions the class consists of now; :meth:`latest` yields only these.

        Raises:
            UsageError: the gradebook belongs to another assignment.
        """
        with self._transaction() as write:
            held = write.execute("SELECT DISTINCT assignment FROM gradations LIMIT 1").fetchone()
            if held and held[0] != assignment:
                raise UsageError(
                    f"{self.path}: holds the marks of '{held[0]}', not '{assignment}'; "
                    "choose another OUT=<folder>"
                )
            write.execute("DELETE FROM run")
            write.execute("DELETE FROM members")
            write.execute("INSERT INTO run VALUES (?, ?)", (assignment, _now()))
            write.executemany(
                "INSERT OR IGNORE INTO members VALUES (?)", ((name,) for name in submissions)
            )

    def add(self, gradation: Gradation, submitted_at: str | None = None) -> None:
        """Commit a gradation at once; an earlier one of the same submission stays as history.

        Args:
            submitted_at: ISO 8601 time of the upload, where it is known.
        """
        self.add_entry(entry_of(gradation, submitted_at))

    def add_entry(self, entry: Entry) -> None:
        """Commit what :func:`entry_of` made of a gradation."""
        marks = ", ".join("?" * (len(entry.row) + 1))
        with self._transaction() as write:
            number = write.execute(
                f"INSERT INTO gradations ({COLUMNS}) VALUES ({marks})", (*entry.row, _now())
            ).lastrowid
            write.executemany(
                "INSERT INTO questions VALUES (?, ?, ?, ?)",
                [(number, *question) for question in entry.questions],
            )
            write.executemany(
                "INSERT INTO test_cases VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [(number, *case) for case in entry.cases],
            )

    def set_times(self, times: dict[str, str]) -> None:
        """Correct the times of upload (ISO 8601) of the latest gradations, by submission."""
        with self._transaction() as write:
            write.executemany(
                "UPDATE gradations SET submitted_at = ? WHERE id ="
                " (SELECT MAX(id) FROM gradations WHERE submission = ?)",
                ((time, name) for name, time in times.items()),
            )

    def set_deadline(self, deadline: datetime | None) -> None:
        """Keep the deadline after which a submission is late; None: there is none."""
        self._keep("deadline", deadline.isoformat() if deadline else "")

    def set_written(self, possible: dict[str, float]) -> None:
        """Keep which questions people mark, and their points; they count in every submission."""
        self._keep("written", json.dumps(possible))

    @property
    def written(self) -> dict[str, float]:
        """The questions that people mark: name -> points that could be earned."""
        return json.loads(self._kept("written") or "{}")

    def set_released(self, released: bool) -> None:
        """Keep whether feedback may name hidden test cases and show expected curves."""
        self._keep("released", "yes" if released else "")

    @property
    def released(self) -> bool:
        """Whether feedback may name hidden test cases and show expected curves."""
        return bool(self._kept("released"))

    def set_folder(self, folder: Path) -> None:
        """Keep where the submissions lie."""
        self._keep("folder", str(folder))

    @property
    def folder(self) -> Path | None:
        """The folder of the submissions, where it is known."""
        return Path(self._kept("folder")) if self._kept("folder") else None

    @property
    def deadline(self) -> datetime | None:
        """The deadline, or None."""
        return parse_time(self._kept("deadline"))

    @property
    def pages(self) -> str:
        """What the pages that lie in the output folder were made from, as it was kept."""
        return self._kept("pages")

    def set_pages(self, made_from: str) -> None:
        """Keep what the pages were made from."""
        self._keep("pages", made_from)

    def state(self) -> str:
        """Return a digest that changes with anything that pages show."""
        total = hashlib.sha256()
        for query in STATE:
            for row in self._read(query):
                total.update(repr(row).encode())
        return total.hexdigest()

    def holds(self, digest: str, graded_by: dict, name: str) -> bool:
        """Tell whether the submission's latest gradation need not be made again.

        That is so when the same bytes were graded by the same things, and not given up by a fault
        of ours: a grading zip in which only other things than tests and settings changed counts as
        the same. Only the latest counts: a file that went back to an older content is graded again.
        """
        row = self._read(
            "SELECT digest, graded_by, status FROM gradations"
            " WHERE submission = ? ORDER BY id DESC LIMIT 1",
            (name,),
        ).fetchone()
        return (
            row is not None
            and row[0] == digest
            and _deciding(json.loads(row[1])) == _deciding(graded_by)
            and row[2] != Status.NOT_GRADED.value
        )

    def not_graded(self) -> list[str]:
        """Return the files of the class that could not be graded, by submission."""
        rows = self._read(f"SELECT file FROM ({UPLOADS}) WHERE status = ?",
                          (Status.NOT_GRADED.value,))  # fmt: skip
        return [file for (file,) in rows.fetchall()]

    def latest(self, overrides: bool = True) -> Iterator[Gradation]:
        """Yield the latest gradation of every submission of the class, ordered by name.

        A few are in memory at a time, and the gradebook may be written meanwhile.

        Args:
            overrides: whether points given by hand replace the graded ones, and notes say that
                and how late a submission is.
        """
        changes = self.active_overrides() if overrides else {}
        written = self.written if overrides else {}
        late = {name: by for name, (_, by) in self.handed_in().items() if by} if overrides else {}
        for name, facts, _ in self._latest_rows():
            gradation = self._decode(facts)
            if written and gradation.questions:
                gradation = _with_written(gradation, written, changes.get(name, {}))
            if name in changes:
                gradation = self._overridden(gradation, changes[name])
            if name in late:
                note = LATE_BY if late[name] != "late" else LATE
                notes = (*gradation.notes, note.format(by=late[name]))
                gradation = replace(gradation, notes=notes)
            yield gradation

    def handed_in(self) -> dict[str, tuple[str, str]]:
        """Return by submission when it was handed in (ISO 8601 or "") and how late that is."""
        deadline, found = self.deadline, {}
        for name, file, text, _ in self._read(UPLOADS).fetchall():
            time = parse_time(text) if text else time_in_name(file)
            found[name] = (time.isoformat() if time else "", lateness(file, time, deadline))
        return found

    def submission_times(self) -> dict[str, str]:
        """Return the known upload times (ISO 8601) by submission name."""
        return {name: time for name, _, time in self._latest_rows() if time}

    def history(self, name: str) -> Iterator[tuple[str, Gradation]]:
        """Yield ``(graded_at, gradation)`` of one submission, oldest first, without overrides."""
        rows = self._read(
            "SELECT graded_at, facts FROM gradations WHERE submission = ? ORDER BY id", (name,)
        )
        for graded_at, facts in rows.fetchall():
            yield graded_at, self._decode(facts)

    def override(self, name: str, question: str, points: float | None, reason: str) -> None:
        """Give a question's points by hand; None takes that back. Survives every regrade.

        Raises:
            UsageError: no such submission or question, negative points, or no reason given.
        """
        if not reason.strip():
            raise UsageError("an override needs a reason")
        if points is not None and not 0 <= points < float("inf"):
            raise UsageError(f"{points} points: give a number that is not negative")
        if not self._read("SELECT 1 FROM gradations WHERE submission = ?", (name,)).fetchone():
            raise UsageError(f"{self.path}: holds no submission '{name}'")
        known = [row[0] for row in self._read("SELECT DISTINCT name FROM questions ORDER BY name")]
        known += self.written
        if question not in known:
            raise UsageError(f"no question '{question}'; there are: {', '.join(known)}")
        with self._transaction() as write:
            write.execute(
                "INSERT INTO overrides (submission, question, points, reason, made_at)"
                " VALUES (?, ?, ?, ?, ?)",
                (name, question, points, reason, _now()),
            )

    def override_all(self, marks: Iterable) -> int:
        """Take over marks (``submission, question, points, reason``) at once.

        Returns:
            How many were new or changed; the others stand already.
        """
        active, changed = self.active_overrides(), []
        for mark in marks:
            old = active.get(mark.submission, {}).get(mark.question)
            if old is None or (old.points, old.reason) != (mark.points, mark.reason):
                changed.append((mark.submission, mark.question, mark.points, mark.reason, _now()))
        with self._transaction() as write:
            write.executemany(
                "INSERT INTO overrides (submission, question, points, reason, made_at)"
                " VALUES (?, ?, ?, ?, ?)",
                changed,
            )
        return len(changed)

    def overrides(self) -> list[Override]:
        """Return all overrides ever made, oldest first, withdrawn ones included."""
        rows = self._read(
            "SELECT submission, question, points, reason, made_at FROM overrides ORDER BY id"
        )
        return [Override(*row) for row in rows]

    def assignment(self) -> str:
        """Return the name of the assignment whose marks these are, or ""."""
        row = self._read(
            "SELECT assignment FROM run UNION SELECT assignment FROM gradations LIMIT 1"
        )
        return (row.fetchone() or ("",))[0]

    def _prepare(self) -> None:
        """Make the tables of a new file; refuse a file that is not ours."""
        run = self._connection.execute
        mark = run("PRAGMA application_id").fetchone()[0]
        version = run("PRAGMA user_version").fetchone()[0]
        if mark == APPLICATION_ID:
            if version != SCHEMA_VERSION:
                raise UsageError(
                    f"{self.path}: written by another version of this program (schema {version}, "
                    f"this one has {SCHEMA_VERSION}); use that one or choose another OUT=<folder>"
                )
            run("SELECT COUNT(*) FROM members").fetchone()
        elif run("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]:
            raise UsageError(f"{self.path}: is no gradebook; choose another OUT=<folder>")
        run("PRAGMA journal_mode = WAL")  # where it cannot be had, the rollback journal stays
        run("PRAGMA synchronous = NORMAL")  # in WAL mode only a power cut can lose the last commits
        run("PRAGMA foreign_keys = ON")
        if mark != APPLICATION_ID:
            self._connection.executescript(
                f"BEGIN IMMEDIATE; {SCHEMA} PRAGMA application_id = {APPLICATION_ID};"
                f" PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
            )
        run(SETTINGS)

    def _keep(self, name: str, value: str) -> None:
        with self._transaction() as write:
            write.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))

    def _kept(self, name: str) -> str:
        row = self._read("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return row[0] if row else ""

    def _latest_rows(self) -> Iterator[tuple[str, bytes, str | None]]:
        last = ""
        while rows := self._read(LATEST, (last, PAGE_ROWS)).fetchall():
            for name, _, facts, submitted_at in rows:
                yield name, facts, submitted_at
            last = rows[-1][0]

    def active_overrides(self) -> dict[str, dict[str, Override]]:
        """Return the points by hand that count now: submission -> question -> override."""
        active: dict[str, dict[str, Override]] = {}
        for override in self.overrides():
            questions = active.setdefault(override.submission, {})
            if override.points is None:
                questions.pop(override.question, None)
            else:
                questions[override.question] = override
        return {name: questions for name, questions in active.items() if questions}

    def _overridden(self, gradation: Gradation, changes: dict[str, Override]) -> Gradation:
        notes = tuple(
            GIVEN.format(name=name, points=change.points, reason=change.reason.replace("‖", "|"))
            for name, change in changes.items()
        )
        rows = self._read("SELECT name, MAX(possible) FROM questions GROUP BY name")
        known = {**dict(rows.fetchall()), **self.written}
        if not gradation.questions and set(known) - set(changes):
            # What was not graded has no mark, and no zeros, until every question has points.
            return replace(gradation, notes=(*gradation.notes, *notes, UNCOUNTED))
        questions = {question.name: question for question in gradation.questions}
        for name, change in changes.items():
            question = questions.get(name) or QuestionResult(name, 0.0, known.get(name, 0.0))
            questions[name] = replace(question, score=change.points)
        return replace(
            gradation,
            questions=tuple(questions[name] for name in sorted(questions)),
            notes=gradation.notes + notes,
        )

    def _decode(self, facts: bytes) -> Gradation:
        try:
            return Gradation.from_dict(json.loads(zlib.decompress(facts)))
        except (zlib.error, ValueError, KeyError, TypeError) as error:
            raise self._unusable(error) from None

    def _read(self, query: str, values: tuple = ()) -> sqlite3.Cursor:
        try:
            return self._connection.execute(query, values)
        except sqlite3.Error as error:
            raise self._unusable(error) from None

    def _transaction(self) -> "_Transaction":
        return _Transaction(self._connection, self._unusable)

    def _unusable(self, error: Exception) -> UsageError:
        if "locked" in str(error):
            repair = "another run uses it; wait for its end, or choose another OUT=<folder>"
        elif "unable to open" in str(error) or "readonly" in str(error):
            repair = "it cannot be opened for writing; choose another OUT=<folder>"
        else:
            repair = "it is damaged or no gradebook; move it away or choose another OUT=<folder>"
        return UsageError(f"{self.path}: {error}: {repair}")


def entry_of(gradation: Gradation, submitted_at: str | None = None) -> Entry:
    """Return what the gradebook stores of a gradation; reads nothing and may run anywhere.

    Args:
        submitted_at: ISO 8601 time of the upload, where it is known.
    """
    facts = zlib.compress(json.dumps(gradation.as_dict(), ensure_ascii=True).encode(), 3)
    return Entry(
        row=(
            gradation.submission, _storable(gradation.file), gradation.digest,
            gradation.assignment, gradation.status.value, _storable(gradation.reason),
            gradation.language, gradation.score, gradation.possible, gradation.wall_s,
            gradation.cpu_s, gradation.memory_mib, submitted_at,
            _canonical(gradation.graded_by), facts,
        ),
        questions=[(q.name, q.score, q.possible) for q in gradation.questions],
        cases=[
            (q.name, n, case.name, case.passed, case.hidden, case.points, case.slip)
            for q in gradation.questions
            for n, case in enumerate(q.cases)
        ],
    )  # fmt: skip


class _Transaction:
    """A write that is there as a whole or not at all."""

    def __init__(self, connection: sqlite3.Connection, explain):
        self._connection = connection
        self._explain = explain

    def __enter__(self) -> sqlite3.Connection:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise self._explain(error) from None
        return self._connection

    def __exit__(self, kind, error, trace) -> None:
        try:
            self._connection.execute("COMMIT" if kind is None else "ROLLBACK")
        except sqlite3.Error as failure:
            raise self._explain(failure) from None
        if isinstance(error, sqlite3.Error):
            raise self._explain(error) from None


def _with_written(
    gradation: Gradation, written: dict[str, float], marked: dict[str, Override]
) -> Gradation:
    """Return a gradation with the questions that people mark; what is not marked yet says so."""
    added = [QuestionResult(name, 0.0, possible) for name, possible in written.items()]
    waiting = tuple(UNMARKED.format(name=name) for name in written if name not in marked)
    return replace(
        gradation,
        questions=(*gradation.questions, *added),
        notes=gradation.notes + waiting,
    )


def _deciding(graded_by: dict) -> dict:
    """Return what decides about marks: the tests, where their digest is known, not their zip."""
    around = {"grading_zip", "assignment_version"} if "tests" in graded_by else set()
    return {key: value for key, value in graded_by.items() if key not in around}


def _canonical(graded_by: dict) -> str:
    return json.dumps(graded_by, sort_keys=True)


def _storable(text: str) -> str:
    """Return text that SQLite can hold: file names may carry undecodable bytes as surrogates."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
