"""One gradation in the form in which the gradebook stores it."""

import json
import re
import zlib
from dataclasses import dataclass
from typing import Any

from autograder.model import Gradation, Provenance

BEFORE_SURROGATES = re.compile(r"\\+(?=ud[89a-f][0-9a-f]{2}|[\ud800-\udfff])")
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

    row: tuple[Any, ...]
    questions: list[tuple[str, float, float]]
    cases: list[tuple[Any, ...]]

    @property
    def submission(self) -> str:
        """The submission's name."""
        return str(self.row[0])

    @property
    def file(self) -> str:
        """The uploaded file, as people see it."""
        return str(self.row[1])

    @property
    def reason(self) -> str:
        """Why it did not end as usual, or ""."""
        return str(self.row[5])

    @property
    def score(self) -> float:
        """Points earned."""
        return float(self.row[7])

    @property
    def possible(self) -> float:
        """Points that could be earned."""
        return float(self.row[8])

    @property
    def digest(self) -> str:
        """SHA-256 of the upload, hex."""
        return str(self.row[2])

    @property
    def graded_by(self) -> Provenance:
        """What the marks can be traced to."""
        return Provenance.from_dict(json.loads(self.row[13]))


def entry_of(gradation: Gradation, submitted_at: str | None = None) -> Entry:
    """Return what the gradebook stores of a gradation; reads nothing and may run anywhere.

    Args:
        submitted_at: ISO 8601 time of the upload, where it is known.
    """
    facts = zlib.compress(json.dumps(gradation.as_dict(), ensure_ascii=True).encode(), 3)
    return Entry(
        row=(
            gradation.submission, storable(gradation.file), gradation.digest,
            gradation.assignment, gradation.status.value, storable(gradation.reason),
            gradation.language, gradation.score, gradation.possible, gradation.wall_s,
            gradation.cpu_s, gradation.memory_mib, submitted_at,
            json.dumps(gradation.graded_by.as_dict(), sort_keys=True), facts,
        ),
        questions=[(q.name, q.score, q.possible) for q in gradation.questions],
        cases=[
            (q.name, n, case.name, case.passed, case.hidden, case.points, case.slip)
            for q in gradation.questions
            for n, case in enumerate(q.cases)
        ],
    )  # fmt: skip


def storable(text: str) -> str:
    """Return text that SQLite can hold, another for each: names may carry undecodable bytes.

    Such a byte is written as its surrogate, with an odd number of backslashes; where a name itself
    holds what looks like that, their number is even.
    """
    doubled = BEFORE_SURROGATES.sub(lambda found: 2 * found[0], text)
    return doubled.encode("utf-8", "backslashreplace").decode("utf-8")
