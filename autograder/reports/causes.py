"""Why test cases failed, cause by cause: one entry for each, with what followed from it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from autograder.languages import ENDED_LINE
from autograder.model import TestCaseOutcome
from autograder.reports.exercises import Check
from autograder.reports.inert import inert
from autograder.reports.misconceptions import CONSEQUENCES, is_cause, is_specific, may_follow
from autograder.reports.strings import HAN, slip_name

# What the scorer writes in the place of a cause that it told before.
AGAIN = re.compile(r"(?:The cause is the same as in (?P<en>.+)\.|原因与 (?P<zh>.+) 相同。)")
NOTHING = "nothing-there"
NOT_ANSWERED = ("Not answered yet", "尚未作答")
SPECIFIC = {slip for slip in CONSEQUENCES if is_specific(slip)}
Line = tuple[str, str]  # English, Chinese; equal where only one is known


@dataclass(frozen=True)
class Verdict:
    """One test case as its student may see it.

    Attributes:
        head: what the assignment says of it, passed or failed; () where that is not told.
        lesson: what was found.
        again: the test case that tells the same cause, or "".
        told: whether anything may be said of it but that it is there.
        names: what it asks the notebook for, where that is known.
    """

    name: str
    passed: bool
    points: float
    head: tuple[Line, ...] = ()
    lesson: tuple[Line, ...] = ()
    slip: str | None = None
    again: str = ""
    told: bool = True
    names: frozenset[str] = frozenset()

    @property
    def earned(self) -> float:
        """Points that it gave."""
        return self.points if self.passed else 0.0


@dataclass
class Cause:
    """Test cases that failed for one reason, the one that tells it first.

    Attributes:
        consequences: what also failed, and is most likely mended together with this.
        unanswered: names that are still as they were handed out; that is the cause then.
    """

    verdicts: list[Verdict]
    consequences: list[Verdict] = field(default_factory=list)
    unanswered: tuple[str, ...] = ()

    @property
    def slip(self) -> tuple[str, str] | None:
        """The misconception's name for people."""
        if self.unanswered:
            return NOT_ANSWERED
        slip = self.verdicts[0].slip
        return slip_name(slip) if slip else None

    @property
    def lesson(self) -> tuple[Line, ...]:
        """What to say of it: of a recognised one no generic line."""
        if self.unanswered:
            names = ", ".join(self.unanswered)
            return ((names, names),)
        first = self.verdicts[0]
        return first.lesson if first.lesson and first.slip else (*first.head, *first.lesson)

    @property
    def told(self) -> bool:
        """Whether it may be told."""
        return bool(self.unanswered) or self.verdicts[0].told

    @property
    def folded(self) -> list[Verdict]:
        """The test cases to list beneath; none where the entry says all."""
        rest = [*self.verdicts, *self.consequences]
        return rest if len(rest) > 1 or (self.verdicts[0].slip and self.verdicts[0].head) else []

    @property
    def cost(self) -> float:
        """Points that are lost by it."""
        return sum(verdict.points for verdict in (*self.verdicts, *self.consequences))


def verdict_of(case: TestCaseOutcome, released: bool, check: Check | None) -> Verdict:
    """Return what a student may see of a test case.

    Args:
        released: hidden test cases may be named; else only recognised misconceptions are told.
        check: what the assignment says of it, where that is known.
    """
    slip = case.slip if not case.passed else None
    names = frozenset(check.names if check else ())
    if not case.passed and ENDED_LINE.search(case.message):  # nothing was found, so nothing told
        lines = [line for line in _lines(inert(case.message), None) if ENDED_LINE.search(line[0])]
        return Verdict(case.name, False, case.points, lesson=tuple(lines[-1:]), names=names)
    if not (released or not case.hidden or slip):
        return Verdict(case.name, case.passed, case.points, told=False, names=names)
    lines = _lines(inert(case.message), check)
    again = next((found for line in lines for found in map(AGAIN.fullmatch, line) if found), None)
    if again:
        lines = [line for line in lines if not any(map(AGAIN.fullmatch, line))]
    size = 1 if slip or case.passed else 0
    known = check and lines and lines[0] in (check.failed, check.passed)
    size = max(size, int(bool(known)))
    head, lesson = lines[:size], lines[size:]
    if slip and not lesson and not again:  # a test without a message of its own
        head, lesson = [], head
    return Verdict(
        case.name, case.passed, case.points, tuple(head), tuple(lesson), slip,
        (again["en"] or again["zh"]) if again else "", names=names,
    )  # fmt: skip


def find_causes(verdicts: Iterable[Verdict], unanswered: Sequence[str] = ()) -> list[Cause]:
    """Group failed test cases by cause, those that say why before those that only say that.

    Args:
        unanswered: names that the answer leaves as they were handed out, in order.
    """
    verdicts = list(verdicts)
    causes: dict[tuple, Cause] = {}
    places: dict[str, tuple] = {}
    for verdict in verdicts:
        if verdict.passed:
            continue
        blank = not verdict.names.isdisjoint(unanswered)
        key = ("unanswered",) if blank else places.get(verdict.again) or _key(verdict)
        places[verdict.name] = key
        if key in causes:
            causes[key].verdicts.append(verdict)
        else:
            causes[key] = Cause([verdict])
    if left := causes.pop(("unanswered",), None):
        asked = frozenset().union(*(verdict.names for verdict in left.verdicts))
        blank_names = tuple(name for name in unanswered if name in asked)
        causes = {("unanswered",): replace(left, unanswered=blank_names), **causes}
    kept = _fold(list(causes.values()), _parts(verdicts))
    return sorted(kept, key=lambda cause: not cause.told)


def _key(verdict: Verdict) -> tuple:
    if not verdict.told:
        return ("further",)
    return ("slip", verdict.slip) if verdict.slip else ("text", verdict.lesson or verdict.head)


def _parts(verdicts: list[Verdict]) -> list[frozenset[str]]:
    """Return the parts of a question: names that test cases for points ask for together."""
    parts: list[frozenset[str]] = []
    for verdict in verdicts:
        if verdict.points and verdict.names:
            joined = [part for part in parts if part & verdict.names]
            parts = [part for part in parts if not part & verdict.names]
            parts.append(verdict.names.union(*joined))
    return parts


def _fold(causes: list[Cause], parts: list[frozenset[str]]) -> list[Cause]:
    """Put what only says that something is wrong beneath the cause, in its part, that says why."""
    known = [cause for cause in causes if not cause.unanswered]
    roots = [cause for cause in known if is_cause(cause.verdicts[0].slip)]
    roots += [cause for cause in known if cause.verdicts[0].slip == NOTHING]
    if not roots:  # then what else would be a consequence is the reason
        roots = [cause for cause in known if cause.verdicts[0].slip in SPECIFIC][:1]
    kept = []
    for cause in causes:
        root = next((one for one in roots if _follows(cause, one, parts)), None)
        if root is None:
            kept.append(cause)
        else:
            root.consequences += cause.verdicts
    return kept


def _follows(cause: Cause, root: Cause, parts: list[frozenset[str]]) -> bool:
    """Tell whether a cause is most likely what follows from another one."""
    first, other = cause.verdicts[0], root.verdicts[0]
    if cause is root or not cause.told or cause.unanswered or is_cause(first.slip):
        return False
    part = next((part for part in parts if part & other.names), other.names)
    if first.slip is None:  # a check for no points that says what is wrong with the same name
        said = " ".join(english for english, _ in first.lesson)
        return not first.points and any(name in said for name in part)
    if other.slip == NOTHING and first.slip not in CONSEQUENCES:
        return False
    return may_follow(first.slip) and (not first.names or not part or bool(first.names & part))


def group_passed(verdicts: Iterable[Verdict]) -> list[tuple[Verdict, int]]:
    """Join passed test cases that say the same, with their count; told ones come first."""
    found: dict[tuple, tuple[Verdict, int]] = {}
    for verdict in verdicts:
        if verdict.passed:
            key = (verdict.told, verdict.head)
            first, count = found.get(key, (replace(verdict, points=0.0), 0))
            found[key] = (replace(first, points=first.points + verdict.points), count + 1)
    return sorted(found.values(), key=lambda pair: not (pair[0].told and pair[0].head))


def _says_in_chinese(line: str, next_line: str) -> bool:
    """Tell whether a Chinese line has its English beneath, which may quote Chinese names."""
    if not HAN.search(next_line):
        return HAN.search(line) is not None
    return line.endswith(("。", "？")) and next_line.endswith((".", "?"))


def _lines(message: str, check: Check | None) -> list[Line]:
    """Return a message's lines in both languages: a Chinese line has its English beneath."""
    plain = [line for line in message.split("\n") if line.strip()]
    known = {text: pair for pair in ((check.passed, check.failed) if check else ()) for text in pair
             if all(pair)}  # fmt: skip
    found: list[Line] = []
    while plain:
        line = plain.pop(0)
        if plain and _says_in_chinese(line, plain[0]):
            found.append((plain.pop(0), line))
        else:
            found.append(known.get(line, (line, line)))
    return found
