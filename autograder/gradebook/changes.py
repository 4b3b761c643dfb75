"""Which marks a new gradation changes, and why: said for each of them, and kept."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from autograder.gradebook.by_hand import Override
from autograder.gradebook.entry import Entry
from autograder.model import Provenance, Status

TINY = 1e-9
CAUSES = {
    "tests": "other tests",
    "code": "other code of the grader",
    "limits": "other limits",
    **dict.fromkeys(("image", "python", "torch", "packages"), "another environment"),
}
KEPT_MARK = "the mark stays as it was published"
KEPT = KEPT_MARK + "; graded again it would be {after}"


@dataclass(frozen=True)
class Change:
    """A mark that a new gradation changed.

    Attributes:
        before, after: points, None for no mark.
        kept: the mark of before still counts.
        run: when the run began that changed it, ISO 8601.
    """

    file: str
    submission: str
    question: str
    before: float | None
    after: float | None
    cause: str
    kept: bool
    run: str


def note_changes(
    write: sqlite3.Connection,
    number: int,
    entry: Entry,
    given: Mapping[str, Override],
    keep: bool,
    now: str,
) -> None:
    """Keep how a gradation that was just stored differs from the one before it.

    Args:
        number: the gradation's id.
        given: points given by hand, by question: no gradation changes them.
        keep: marks of the same upload stay: they become points given by hand, until another
            upload of the same name comes.
    """
    before = write.execute(
        "SELECT id, digest, status, graded_by FROM gradations"
        " WHERE submission = ? AND id < ? ORDER BY id DESC LIMIT 1",
        (entry.submission, number),
    ).fetchone()
    if before is None:
        return
    marks = dict(write.execute("SELECT name, score FROM questions WHERE gradation = ?", before[:1]))
    same = before[1] == entry.digest
    cause = _cause(same, before[2], entry, Provenance.from_dict(json.loads(before[3])))
    run = (write.execute("SELECT begun_at FROM run").fetchone() or (now,))[0]
    fresh = {name: score for name, score, _ in entry.questions}
    if not same:
        for question, override in given.items():
            if override.reason.startswith(KEPT_MARK):
                marks[question] = override.points or 0.0
                _give(write, entry.submission, question, None, "another upload", now)
        given = {q: one for q, one in given.items() if not one.reason.startswith(KEPT_MARK)}
    for question, old, new in _differing(marks, fresh):
        if question in given:
            continue
        stays = keep and same and old is not None
        write.execute(
            "INSERT INTO changes VALUES (?, ?, ?, ?, ?, ?, ?)",
            (number, question, old, new, cause, stays, run),
        )
        if stays:
            reason = KEPT.format(after="no mark" if new is None else f"{new:g}")
            _give(write, entry.submission, question, old, reason, now)


def _give(
    write: sqlite3.Connection,
    submission: str,
    question: str,
    points: float | None,
    reason: str,
    now: str,
) -> None:
    write.execute(
        "INSERT INTO overrides (submission, question, points, reason, made_at)"
        " VALUES (?, ?, ?, ?, ?)",
        (submission, question, points, reason, now),
    )


def _differing(
    before: dict[str, float], after: dict[str, float]
) -> Iterator[tuple[str, float | None, float | None]]:
    for question in sorted(before.keys() | after.keys()):
        old, new = before.get(question), after.get(question)
        if old is None or new is None or abs(old - new) > TINY:
            yield question, old, new


def _cause(same_upload: bool, status: str, entry: Entry, before: Provenance) -> str:
    """Return why an upload was graded again, in words."""
    causes = [] if same_upload else ["another upload"]
    if status == Status.NOT_GRADED.value:
        causes.append("not graded before")
    old, new = before.as_dict(), entry.graded_by.as_dict()
    causes += [
        cause
        for field, cause in CAUSES.items()
        if field in old and old[field] != new.get(field)  # what was not kept is not known
    ]
    return ", ".join(dict.fromkeys(causes)) or "graded again"
