"""What an instructor has to look at before the marks: files that were not graded as they should."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from autograder.intake.upload import show_name
from autograder.languages import SEPARATOR
from autograder.model import Gradation, Status
from autograder.reports.exercises import Person
from autograder.reports.inert import inert_name
from autograder.reports.strings import STATUSES

TWINS = "The same file, byte for byte, as {} ‖ 与 {} 完全相同"
SEVERAL = "The same student handed in {} ‖ 同一名学生还提交了 {}"
MAX_LISTED = 60  # of one kind; the table below shows the others
KINDS = ("not_graded", "wrong_file", "unreadable", "early", "imports", "twins", "several")
# Another notebook, or none at all; one that is damaged is not the wrong one.
WRONG_FILE = re.compile(
    r"this notebook is for the assignment '|\b(?:not a|is no) notebook(?! \((?:it is no valid JSON"
    r"|millions of parts|nested too deep))|no notebook in the zip"
)


@dataclass(frozen=True)
class Case:
    """One submission in one kind of trouble.

    Attributes:
        row: its place in the class.
        state: how it ended, in both languages, or what else to show as a tag; None for nothing.
        reason: bilingual.
    """

    row: int
    name: str
    file: str
    submission: str
    state: tuple[str, str] | None
    reason: str


@dataclass(frozen=True)
class Kind:
    """One kind of trouble.

    Attributes:
        listed: the first of its cases.
        rows: the places of all in the class.
    """

    key: str
    listed: Sequence[Case]
    rows: Sequence[int]

    @property
    def left(self) -> int:
        """How many are not listed."""
        return len(self.rows) - len(self.listed)


@dataclass
class Trouble:
    """Gathers what is wrong with the submissions of a class, one by one."""

    people: Mapping[str, Person]
    _cases: dict[str, list[Case]] = field(default_factory=dict)
    _rows: dict[str, list[int]] = field(default_factory=dict)
    _same: dict[str, list[Case]] = field(default_factory=dict)
    _whose: dict[str, list[Case]] = field(default_factory=dict)

    def add(self, row: int, gradation: Gradation) -> None:
        """Look at one submission, the one at place ``row``."""
        person = self.people.get(gradation.submission, Person())
        case = Case(
            row, inert_name(person.name), inert_name(gradation.file), gradation.submission, None, ""
        )
        if gradation.status is not Status.COMPLETED:
            reason = _without_file(gradation.reason, gradation.file)
            self._note(_kind_of(gradation), reason, case, STATUSES[gradation.status])
        for module in sorted({one.missing_module for one in gradation.outputs} - {None}, key=str):
            self._note("imports", f"No module named {module}", case)
        if gradation.digest:
            self._same.setdefault(gradation.digest, []).append(case)
        if person.key:
            self._whose.setdefault(person.key, []).append(case)

    def kinds(self) -> list[Kind]:
        """Return what there is, the worst first."""
        for group in self._same.values():
            self._note_group("twins", group, TWINS)
        for group in self._whose.values():
            self._note_group("several", group, SEVERAL)
        self._same, self._whose = {}, {}
        return [Kind(key, self._cases[key], self._rows[key]) for key in KINDS if key in self._cases]

    def _note_group(self, key: str, group: list[Case], text: str) -> None:
        if len({case.submission for case in group}) < 2:
            return
        for case in group:
            others = [other.file for other in group if other is not case]
            shown = ", ".join(others[:3]) + (f" (+{len(others) - 3})" if len(others) > 3 else "")
            self._note(key, text.replace("{}", shown), case)

    def _note(
        self, key: str, reason: str, case: Case, state: tuple[str, str] | None = None
    ) -> None:
        self._rows.setdefault(key, []).append(case.row)
        listed = self._cases.setdefault(key, [])
        if len(listed) < MAX_LISTED:
            plain = inert_name(reason.replace("\n", " "), 400)
            listed.append(Case(case.row, case.name, case.file, case.submission, state, plain))


def _kind_of(gradation: Gradation) -> str:
    if gradation.status is Status.NOT_GRADED:
        return "not_graded"
    if gradation.status is not Status.UNREADABLE:
        return "early"
    return "wrong_file" if WRONG_FILE.search(gradation.reason) else "unreadable"


def _without_file(reason: str, file: str) -> str:
    """Return a reason without the file's name before it, which stands beside it already."""
    parts = []
    names = (file, file.rsplit("/", 1)[-1], show_name(file.rsplit("/", 1)[-1]))
    for part in reason.split(SEPARATOR):
        for name, mark in product(names, (": ", "：")):
            part = part.removeprefix(f"{name}{mark}")
        parts.append(part[:1].upper() + part[1:])
    return SEPARATOR.join(parts)
