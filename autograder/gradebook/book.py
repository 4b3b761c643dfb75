"""The gradebook: every gradation ever made, and what people changed by hand.

A regrade adds a row and keeps the old one. Overrides stand beside the gradations and apply to
whichever is the latest.
"""

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from math import isfinite

from autograder.errors import UsageError
from autograder.gradebook.by_hand import Override, with_overrides, with_written
from autograder.gradebook.changes import Change, note_changes
from autograder.gradebook.entry import COLUMNS, Entry, entry_of, storable
from autograder.gradebook.roll import Roll, now
from autograder.intake.times import lateness, parse_time, time_in_name
from autograder.model import Gradation, Provenance, Status

PAGE_ROWS = 100  # rows held in memory while streaming

# What pages are made from, but for the facts: those never change once they have an id.
STATE = (
    "SELECT id, submitted_at FROM gradations ORDER BY id",
    "SELECT id FROM overrides ORDER BY id",
    "SELECT submission FROM members ORDER BY submission",
    "SELECT file, beside, why FROM attachments ORDER BY file",
    "SELECT gradation, question FROM changes ORDER BY gradation, question",
    "SELECT name, value FROM settings WHERE name NOT IN ('pages', 'noted', 'stale', 'zip')"
    " ORDER BY name",
)

LATEST = """
SELECT submission, id, facts, submitted_at FROM gradations AS g
WHERE submission > ? AND id = (SELECT MAX(id) FROM gradations WHERE submission = g.submission)
  AND (NOT EXISTS (SELECT 1 FROM members) OR submission IN (SELECT submission FROM members))
ORDER BY submission LIMIT ?
"""

SOME = 5  # submissions, from where a test case that nobody passes is worth a look
UPLOADS = """
SELECT submission, file, submitted_at, status, id FROM gradations
WHERE id IN (SELECT MAX(id) FROM gradations GROUP BY submission)
  AND (NOT EXISTS (SELECT 1 FROM members) OR submission IN (SELECT submission FROM members))
ORDER BY submission
"""

CHANGES = """
SELECT file, submission, question, before, after, cause, kept, run
FROM changes JOIN gradations ON gradation = id
WHERE NOT EXISTS (SELECT 1 FROM members) OR submission IN (SELECT submission FROM members)
ORDER BY id DESC, question
"""

LATE = "Handed in late ‖ 迟交"
LATE_BY = "Handed in late, by {by} ‖ 迟交 {by}"


class Gradebook(Roll):
    """One gradebook, open for reading and writing.

    Raises (from every method):
        UsageError: the file is no gradebook, is damaged, newer than this program, or locked.
    """

    def add(self, gradation: Gradation, submitted_at: str | None = None) -> None:
        """Commit a gradation at once; an earlier one of the same submission stays as history.

        Args:
            submitted_at: ISO 8601 time of the upload, where it is known.
        """
        self.add_entry(entry_of(gradation, submitted_at))

    def add_entry(self, entry: Entry, keep: bool = False) -> None:
        """Commit what :func:`entry_of` made of a gradation, and which marks it changes.

        Args:
            keep: a mark that the same upload had stays; what it would be now is noted.
        """
        marks = ", ".join("?" * (len(entry.row) + 1))
        given = self.active_overrides().get(entry.submission, {})
        with self._transaction() as write:
            number = write.execute(
                f"INSERT INTO gradations ({COLUMNS}) VALUES ({marks})", (*entry.row, now())
            ).lastrowid
            write.executemany(
                "INSERT INTO questions VALUES (?, ?, ?, ?)",
                [(number, *question) for question in entry.questions],
            )
            write.executemany(
                "INSERT INTO test_cases VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [(number, *case) for case in entry.cases],
            )
            note_changes(write, number or 0, entry, given, keep, now())

    def changes(self) -> list[Change]:
        """Return the marks that gradations of the class's submissions changed, the latest first."""
        rows = self._read(CHANGES).fetchall()
        return [Change(*row) for row in rows]

    def latest_changes(self) -> list[Change]:
        """Return the marks that the latest run changed which changed any."""
        changes = self.changes()
        return [change for change in changes if change.run == changes[0].run]

    def set_times(self, times: dict[str, str]) -> None:
        """Correct the times of upload (ISO 8601) of the latest gradations, by submission."""
        with self._transaction() as write:
            write.executemany(
                "UPDATE gradations SET submitted_at = ? WHERE id ="
                " (SELECT MAX(id) FROM gradations WHERE submission = ?)",
                ((time, name) for name, time in times.items()),
            )

    def state(self) -> str:
        """Return a digest that changes with anything that pages show."""
        total = hashlib.sha256()
        for query in STATE:
            for row in self._read(query):
                total.update(repr(row).encode())
        return total.hexdigest()

    def holds(self, digest: str, graded_by: Provenance, name: str) -> bool:
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
            and graded_by.decides_like(Provenance.from_dict(json.loads(row[1])))
            and row[2] != Status.NOT_GRADED.value
        )

    def ended_by(self, status: Status) -> list[tuple[str, str]]:
        """Return the files of the class that ended in one way, and why, by file."""
        rows = self._read(
            "SELECT file, reason FROM gradations WHERE status = ? AND id IN"
            f" (SELECT id FROM ({UPLOADS})) ORDER BY file",
            (status.value,),
        )
        return rows.fetchall()

    def never_passed(self) -> list[str]:
        """Return the test cases that nobody of the class passes, where some tried."""
        rows = self._read(
            "SELECT name FROM test_cases WHERE gradation IN"
            f" (SELECT id FROM ({UPLOADS}) WHERE status = ?)"
            " GROUP BY question, number, name HAVING MAX(passed) = 0 AND COUNT(*) >= ?"
            " ORDER BY question, number",
            (Status.COMPLETED.value, SOME),
        )
        return [name for (name,) in rows.fetchall()]

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
        possible = self._possible() if changes else {}
        for name, facts, _ in self._latest_rows():
            gradation = self._decode(facts)
            if written and gradation.questions:
                gradation = with_written(gradation, written, changes.get(name, {}))
            if name in changes:
                gradation = with_overrides(gradation, changes[name], possible)
            if name in late:
                note = LATE_BY if late[name] != "late" else LATE
                notes = (*gradation.notes, note.format(by=late[name]))
                gradation = replace(gradation, notes=notes)
            yield gradation

    def handed_in(self) -> dict[str, tuple[str, str]]:
        """Return by submission when it was handed in (ISO 8601 or "") and how late that is."""
        due, found = self.due_dates(), {}
        for name, file, text, *_ in self._read(UPLOADS).fetchall():
            time = parse_time(text) if text else time_in_name(file)
            found[name] = (time.isoformat() if time else "", lateness(file, time, due(file, name)))
        return found

    def graded_at(self) -> dict[str, str]:
        """Return by submission of the class when its latest gradation was made (ISO 8601)."""
        query = "SELECT submission, graded_at FROM gradations WHERE id IN"
        return dict(self._read(f"{query} (SELECT id FROM ({UPLOADS}))").fetchall())

    def first_graded(self) -> str:
        """Return when the first gradation of all was made (ISO 8601), or ""."""
        row = self._read("SELECT MIN(graded_at) FROM gradations").fetchone()
        return str(row[0] or "")

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

    def override(
        self,
        name: str,
        question: str,
        points: float | None,
        reason: str,
        bonus: bool = False,
        penalty: bool = False,
    ) -> None:
        """Give a question's points by hand; None takes that back. Survives every regrade.

        Args:
            bonus: points above the question's maximum are meant.
            penalty: negative points are meant.

        Raises:
            UsageError: no such submission or question, points that are not meant, or no reason.
        """
        if not reason.strip():
            raise UsageError("an override needs a reason")
        if not self._read("SELECT 1 FROM gradations WHERE submission = ?", (name,)).fetchone():
            raise UsageError(f"{self.path}: holds no submission '{name}'")
        possible = self._possible()
        if question not in possible:
            raise UsageError(f"no question '{question}'; there are: {', '.join(sorted(possible))}")
        if points is not None:
            most = float("inf") if bonus else possible[question]
            if not isfinite(points) or (points < 0 and not penalty):
                wanted = "a finite number" if penalty else "a number that is not negative"
                raise UsageError(f"{points} points: give {wanted}")
            if points > most:
                raise UsageError(
                    f"{points:g} points: {question} is worth {most:g}; add --bonus if you mean it"
                )
        with self._transaction() as write:
            write.execute(
                "INSERT INTO overrides (submission, question, points, reason, made_at)"
                " VALUES (?, ?, ?, ?, ?)",
                (name, question, points, storable(reason), now()),
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
                changed.append((mark.submission, mark.question, mark.points, mark.reason, now()))
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

    def questions(self) -> list[str]:
        """Return the names of all questions, sorted."""
        return sorted(self._possible())

    def assignment(self) -> str:
        """Return the name of the assignment whose marks these are, or ""."""
        row = self._read(
            "SELECT assignment FROM run UNION SELECT assignment FROM gradations LIMIT 1"
        )
        return (row.fetchone() or ("",))[0]

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

    def _possible(self) -> dict[str, float]:
        """Return by question, written ones included, the points that could be earned."""
        rows = self._read("SELECT name, MAX(possible) FROM questions GROUP BY name")
        return {**dict(rows.fetchall()), **self.written}

    def _latest_rows(self) -> Iterator[tuple[str, bytes, str | None]]:
        last = ""
        while rows := self._read(LATEST, (last, PAGE_ROWS)).fetchall():
            for name, _, facts, submitted_at in rows:
                yield name, facts, submitted_at
            last = rows[-1][0]

    def _decode(self, facts: bytes) -> Gradation:
        try:
            return Gradation.from_dict(json.loads(zlib.decompress(facts)))
        except (zlib.error, ValueError, KeyError, TypeError) as error:
            raise self._unusable(error) from None
