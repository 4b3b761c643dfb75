"""The nouns of grading as plain, frozen data. A leaf: it imports nothing of ours."""

import re
from dataclasses import dataclass, field, fields, replace
from enum import Enum
from pathlib import Path
from typing import Any


class Status(str, Enum):
    """How the run of one submission ended."""

    COMPLETED = "completed"  # every cell was offered to the sandbox
    TIMEOUT = "timeout"  # wall time used up
    CPU_LIMIT = "cpu limit"
    MEMORY_LIMIT = "memory limit"
    DISK_LIMIT = "disk limit"
    OUTPUT_LIMIT = "output limit"
    CRASHED = "crashed"  # the process exited or was killed by a signal of its own making
    PROTOCOL = "protocol violation"  # frames that the grader never asked for
    UNREADABLE = "unreadable"  # the file is no submission for this assignment: a zero with a reason
    NOT_GRADED = "not graded"  # our fault: no mark is given


@dataclass(frozen=True)
class Limits:
    """What one submission may use. Sizes in MiB, times in seconds."""

    wall_s: float = 120.0
    cell_s: float = 30.0  # one cell, or one question of a test
    cpu_s: float = 60.0
    memory_mib: int = 1024  # above what the warm worker already holds
    processes: int = 64
    file_mib: int = 32
    disk_mib: int = 128  # the whole work folder
    output_kib: int = 1024  # captured text of all cells together
    open_files: int = 256


@dataclass(frozen=True)
class Cell:
    """One code cell of a submission, as it stands in the notebook.

    Attributes:
        tests: names of the questions whose tests follow this cell (Otter's cell metadata).
        is_answer: it is marked as a place for an answer (Otter's tag).
    """

    source: str
    tests: tuple[str, ...] = ()
    is_answer: bool = False


@dataclass(frozen=True)
class Job:
    """One submission on its way from the folder to the gradation.

    Attributes:
        name: unique within the run; safe as a folder name.
        path: where the uploaded file lies now (on a Dask worker: its copy).
        file: the file as people see it, relative to the folder of submissions.
        handed_in: ISO 8601 time of the upload, where it is known.
        student: who handed it in, by name, where that is known.
    """

    name: str
    path: Path
    file: str
    handed_in: str | None = None
    student: str = ""


@dataclass(frozen=True)
class Provenance:
    """What a mark can be traced to. Digests are SHA-256, hex; "" where one is not known.

    Attributes:
        grading_zip: of the whole grading zip.
        tests: of its tests and Otter's settings: of all that it says about marks.
        assignment_version: what the zip calls its version.
        environment: of the locks that the zip was built from.
        autograder: this package's version.
        image: the environment that graded, as the engine names it.
        code: of the grader's code that decides about marks.
        limits: a submission's limits, as JSON.
        python: version of the Python that scores (on the local engine it runs the sandbox too).
        torch: version of torch there.
        packages: of every package there, with its version and files.
        without: layers of confinement that did not hold where it was graded, in words.
    """

    grading_zip: str = ""
    tests: str = ""
    assignment_version: str = ""
    environment: str = ""
    autograder: str = ""
    image: str = ""
    code: str = ""
    limits: str = ""
    python: str = ""
    torch: str = ""
    packages: str = ""
    without: str = ""

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> "Provenance":
        """Rebuild a provenance from stored data, of an earlier version of this program too."""
        known = {field.name for field in fields(cls)}
        return cls(**{key: str(value) for key, value in plain.items() if key in known})

    def as_dict(self) -> dict[str, str]:
        """Return what is known, as plain data."""
        return {key: value for key, value in vars(self).items() if value}

    def decides_like(self, other: "Provenance") -> bool:
        """Tell whether both would give the same marks: a zip with the same tests counts as same."""
        around = {"without": ""}
        if self.tests and other.tests:
            around |= {"grading_zip": "", "assignment_version": ""}
        return replace(self, **around) == replace(other, **around)


@dataclass(frozen=True)
class Submission:
    """A validated upload, ready to be run.

    Attributes:
        name: unique name of the submission within the run; safe as a folder name.
        file: the uploaded file as people see it, relative to the folder of submissions.
        digest: SHA-256 of the uploaded bytes, hex.
        cells: code cells in notebook order.
        language: "en" or "zh".
        assignment: assignment name that the notebook claims, or None.
        python: the version of Python that the notebook says it was saved with, or "".
        notes: remarks for the instructor, e.g. which notebook in a zip was taken.
        is_script: a Python file, whose parts are the cells: an error in one ends all.
    """

    name: str
    file: str
    digest: str
    cells: tuple[Cell, ...]
    language: str = "en"
    assignment: str | None = None
    notes: tuple[str, ...] = ()
    python: str = ""
    is_script: bool = False


@dataclass(frozen=True)
class TestCaseOutcome:
    """One test case of one question.

    Attributes:
        name: Otter's name, e.g. "q2 - 3".
        message: text for the student, in the notebook's language; no hidden test source.
        slip: name of the recognised misconception, or None.
        reported: it rests on what the notebook's own process reports, such as which operations
            ran or which line raised an error: evidence against mistakes, not against intent.
        answered: it rests on what an object of the student's says of itself: as in stock Otter, one
            that lies can win it.
    """

    __test__ = False  # pytest: not a test class

    name: str
    passed: bool
    hidden: bool
    points: float
    message: str = ""
    slip: str | None = None
    reported: bool = False
    answered: bool = False


@dataclass(frozen=True)
class Noticed:
    """Something of the libraries' or the grader's that a notebook touched; it costs nothing.

    Attributes:
        kind: "changed" for a name or function that is another now, "reached" for a look at frames,
            raw memory or the like.
        what: its name.
        cell, line: where the notebook names it, from 1; 0 where it does not.
        text: that line.
    """

    kind: str
    what: str
    cell: int = 0
    line: int = 0
    text: str = ""

    def __str__(self) -> str:
        where = f"cell {self.cell}, line {self.line}" if self.cell else "no line names it"
        done = "is changed" if self.kind == "changed" else "is used"
        what = "its memory" if self.what == "*" else self.what
        return f"{what} {done} ({where}{': ' if self.text else ''}{self.text})"


@dataclass(frozen=True)
class QuestionResult:
    """All test cases of one question; score as Otter computes it."""

    name: str
    score: float
    possible: float
    cases: tuple[TestCaseOutcome, ...] = ()


@dataclass(frozen=True)
class CellOutput:
    """What one cell printed and the error that ended it, if any (text, bounded).

    Attributes:
        lost: names that the cell would have defined, had it not ended in its error.
    """

    text: str = ""
    error: str | None = None
    lost: tuple[str, ...] = ()

    @property
    def missing_module(self) -> str | None:
        """The module whose absence ended the cell, if that did."""
        found = re.match(r"ModuleNotFoundError: No module named '([\w.]{1,200})'", self.error or "")
        return found[1] if found else None


@dataclass(frozen=True)
class Gradation:
    """The result of one submission: facts only; reports derive numbers and render.

    Attributes:
        reason: one sentence for people when status is not COMPLETED, else "".
        curves: per question, the drawn curves that its tests looked at: dicts with keys
            ``label, artist, axes, x, y`` (lists of at most 1,000 floats; None where not finite).
        errors: per question, errors that the notebook itself captured and its tests looked at:
            dicts with keys ``type, message, raised_in``.
        answers: per question, the code of its answer cells, as the student left it (bounded).
        outputs: one per code cell that was run.
        wall_s, cpu_s: seconds used by the sandbox for this submission.
        graded_by: what the marks can be traced to.
        gradescope: Otter's ``to_gradescope_dict`` with our additions; the content of results.json.
        trace: what a fault of ours looked like, for a log file; never stored, never shown.
        noticed: what it touched of what the grader relies on; for the instructor only.
        unread_tests: what is wrong with test files that could not be read, and gave no points.
    """

    submission: str
    file: str
    digest: str
    assignment: str
    status: Status
    reason: str = ""
    language: str = "en"
    questions: tuple[QuestionResult, ...] = ()
    curves: dict = field(default_factory=dict)
    errors: dict = field(default_factory=dict)
    outputs: tuple[CellOutput, ...] = ()
    notes: tuple[str, ...] = ()
    wall_s: float = 0.0
    cpu_s: float = 0.0
    memory_mib: float = 0.0
    graded_by: Provenance = Provenance()
    gradescope: dict = field(default_factory=dict)
    trace: str = field(default="", repr=False, compare=False)
    noticed: tuple[Noticed, ...] = ()
    answers: dict[str, str] = field(default_factory=dict)
    unread_tests: tuple[str, ...] = ()

    @property
    def score(self) -> float:
        """Points earned, as the sum over questions."""
        return sum(question.score for question in self.questions)

    @property
    def possible(self) -> float:
        """Points that could be earned."""
        return sum(question.possible for question in self.questions)

    def as_dict(self) -> dict:
        """Return plain JSON-ready data, not copied; :meth:`from_dict` reads it back."""
        questions = [
            {**vars(question), "cases": [vars(case) for case in question.cases]}
            for question in self.questions
        ]
        outputs = [vars(output) for output in self.outputs]
        kept = {key: value for key, value in vars(self).items() if key != "trace"}
        return {
            **kept,
            "status": self.status.value,
            "questions": questions,
            "outputs": outputs,
            "noticed": [vars(one) for one in self.noticed],
            "graded_by": self.graded_by.as_dict(),
        }

    @classmethod
    def from_dict(cls, plain: dict) -> "Gradation":
        """Rebuild a gradation from :meth:`as_dict`'s data."""
        plain = dict(plain)
        plain["status"] = Status(plain["status"])
        plain["questions"] = tuple(
            QuestionResult(**{**q, "cases": tuple(TestCaseOutcome(**c) for c in q["cases"])})
            for q in plain["questions"]
        )
        plain["outputs"] = tuple(
            CellOutput(**{**output, "lost": tuple(output.get("lost", ()))})
            for output in plain["outputs"]
        )
        plain["notes"] = tuple(plain["notes"])
        plain["unread_tests"] = tuple(plain.get("unread_tests", ()))
        plain["noticed"] = tuple(Noticed(**one) for one in plain.get("noticed", ()))
        plain["graded_by"] = Provenance.from_dict(plain["graded_by"])
        return cls(**plain)
