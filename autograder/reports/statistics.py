"""What a class's results say about its exercises, gathered one by one in flat memory."""

import math
import random
import re
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, field

from autograder.model import Gradation, Status
from autograder.reports.causes import verdict_of
from autograder.reports.curves import CurveGroups, agreed, thin

MAX_SAMPLED_DRAWINGS = 100  # per question; a drawing holds a few curves
MAX_GROUPS = 2000  # different errors that are told apart
SLOWEST = 10
_NUMBERS = re.compile(r"\d+(?:\.\d+)?")


@dataclass
class Item:
    """How hard something worth points was, and how well it tells strong from weak students.

    Sums for the share of points earned (x) and the points earned elsewhere (r).
    """

    possible: float = 0.0
    hidden: bool = False
    answered: bool = False  # it rests on what an object of the student's says of itself
    reported: bool = False  # it rests on what the notebooks' own processes report
    slips: Counter = field(default_factory=Counter)
    count: int = 0
    full: int = 0
    none: int = 0
    _sums: list[float] = field(default_factory=lambda: [0.0] * 5)

    def add(self, earned: float, possible: float, rest: float) -> None:
        """Count one student: points earned here of those possible, and points earned elsewhere."""
        share = earned / possible if possible else 0.0
        self.possible = max(self.possible, possible)
        self.count += 1
        self.full += share >= 1 - 1e-9
        self.none += share <= 1e-9
        for place, term in enumerate((share, rest, share**2, rest**2, share * rest)):
            self._sums[place] += term

    @property
    def difficulty(self) -> float:
        """The mean share of points earned, 0 to 1: low is hard."""
        return self._sums[0] / self.count if self.count else 0.0

    @property
    def variance(self) -> float:
        """Population variance of the points earned."""
        if not self.count:
            return 0.0
        mean = self._sums[0] / self.count
        return max(self._sums[2] / self.count - mean**2, 0.0) * self.possible**2

    @property
    def discrimination(self) -> float | None:
        """Corrected item-total correlation, None where one side does not vary.

        For a test case, which is right or wrong, this is the point-biserial correlation.
        """
        n, (x, r, xx, rr, xr) = self.count, self._sums
        spread = (n * xx - x * x) * (n * rr - r * r)
        if n < 3 or n * xx - x * x < 1e-9 * n * n or n * rr - r * r < 1e-9 * n * n:
            return None
        return max(-1.0, min(1.0, (n * xr - x * r) / math.sqrt(spread)))


@dataclass
class ClassStatistics:
    """Everything the class report shows, but for the rows of its table.

    ``scores`` holds shares of the possible points of all marked submissions; items leave out
    unreadable files, which say nothing about the exercises.
    """

    assignment: str = ""
    possible: float = 0.0
    scores: list[float] = field(default_factory=list)
    totals: Item = field(default_factory=Item)
    statuses: Counter = field(default_factory=Counter)
    questions: dict[str, Item] = field(default_factory=dict)
    cases: dict[str, dict[str, Item]] = field(default_factory=dict)
    slips: Counter = field(default_factory=Counter)
    slip_questions: dict[str, Counter] = field(default_factory=dict)
    lessons: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    errors: Counter = field(default_factory=Counter)
    cell_errors: Counter = field(default_factory=Counter)
    cell_error_rows: dict[str, list[int]] = field(default_factory=dict)
    missing_modules: Counter = field(default_factory=Counter)
    drawings: dict[str, list] = field(default_factory=dict)
    drawn: Counter = field(default_factory=Counter)
    curve_groups: dict[str, CurveGroups] = field(default_factory=dict)
    wall_s: list[float] = field(default_factory=list)
    cpu_s: float = 0.0
    slowest: list[tuple[float, str, str]] = field(default_factory=list)
    graded_by: Counter = field(default_factory=Counter)
    _random: random.Random = field(default_factory=lambda: random.Random(0))

    def add(self, gradation: Gradation) -> None:
        """Count one submission."""
        self.assignment = self.assignment or gradation.assignment
        self.statuses[gradation.status] += 1
        self.graded_by[tuple(sorted(gradation.graded_by.as_dict().items()))] += 1
        if gradation.status is Status.NOT_GRADED and not gradation.questions:
            return
        self.possible = max(self.possible, gradation.possible)
        self.scores.append(gradation.score / gradation.possible if gradation.possible else 0.0)
        if gradation.status is Status.UNREADABLE:
            return
        self._add_times(gradation)
        self._add_items(gradation)
        self._add_slips(gradation)
        self._add_errors(gradation)
        for question, curves in gradation.curves.items():
            self._sample(question, curves, _is_solved(gradation, question))

    @property
    def submissions(self) -> int:
        """All submissions, not graded ones included."""
        return sum(self.statuses.values())

    @property
    def reliability(self) -> float | None:
        """Cronbach's alpha over the questions; None where it says nothing."""
        items = list(self.questions.values())
        total = self.totals.variance
        if len(items) < 2 or self.totals.count < 3 or total <= 0:
            return None
        parts = sum(item.variance for item in items)
        return len(items) / (len(items) - 1) * (1 - parts / total)

    def _add_times(self, gradation: Gradation) -> None:
        self.wall_s.append(gradation.wall_s)
        self.cpu_s += gradation.cpu_s
        self.slowest.append((gradation.wall_s, gradation.submission, gradation.file))
        if len(self.slowest) > 20 * SLOWEST:
            self.slowest = sorted(self.slowest, reverse=True)[:SLOWEST]

    def _add_items(self, gradation: Gradation) -> None:
        total = gradation.score
        self.totals.add(total, gradation.possible, total)
        for question in gradation.questions:
            item = self.questions.setdefault(question.name, Item())
            item.add(question.score, question.possible, total - question.score)
            for case in question.cases:
                cases = self.cases.setdefault(question.name, {})
                item = cases.setdefault(case.name, Item(hidden=case.hidden))
                item.possible = max(item.possible, case.points)
                item.reported = item.reported or case.reported
                item.answered = item.answered or case.answered
                item.add(float(case.passed), 1.0, total - case.points * case.passed)
                item.possible = case.points
                if case.slip and not case.passed:
                    item.slips[case.slip] += 1

    def _add_slips(self, gradation: Gradation) -> None:
        for slip, question in slips_of(gradation):
            self.slip_questions.setdefault(slip, Counter())[question] += 1
        for case in (case for question in gradation.questions for case in question.cases):
            if case.slip and not case.passed and not self._is_explained(case.slip):
                lesson = verdict_of(case, True, None).lesson
                if lesson or case.slip not in self.lessons:
                    self.lessons[case.slip] = list(lesson)
        self.slips.update({slip for slip, _ in slips_of(gradation)})

    def _is_explained(self, slip: str) -> bool:
        """Tell whether a misconception's lesson is known in both languages."""
        return any(english != chinese for english, chinese in self.lessons.get(slip, ()))

    def _add_errors(self, gradation: Gradation) -> None:
        for question, errors in gradation.errors.items():
            groups = {
                (str(error["type"]), _pattern(error["message"]), str(error.get("raised_in", "")))
                for error in errors
            }
            for group in groups:
                _count(self.errors, (*group, question))
        for module in {output.missing_module for output in gradation.outputs} - {None}:
            _count(self.missing_modules, module)
        for line in {_last_line(output.error) for output in gradation.outputs if output.error}:
            pattern = _pattern(line)
            _count(self.cell_errors, pattern)
            if pattern in self.cell_errors:
                self.cell_error_rows.setdefault(pattern, []).append(self.submissions - 1)

    def _sample(self, question: str, curves: list[dict], solved: bool) -> None:
        """Keep an even sample of the class's drawings (reservoir sampling)."""
        self.drawn[question] += 1
        if not solved:
            groups = self.curve_groups.setdefault(question, CurveGroups())
            groups.add(self.submissions - 1, thin(curves))
        kept = self.drawings.setdefault(question, [])
        if len(kept) < MAX_SAMPLED_DRAWINGS:
            kept.append((thin(curves), solved))
        elif (place := self._random.randrange(self.drawn[question])) < MAX_SAMPLED_DRAWINGS:
            kept[place] = (thin(curves), solved)

    def agreed_curves(self) -> dict[str, list[dict]]:
        """Return, per question, the curves on which drawings with full marks agree."""
        found = {name: agreed([curves for curves, solved in kept if solved])
                 for name, kept in self.drawings.items()}  # fmt: skip
        return {name: curves for name, curves in found.items() if curves}


def slips_of(gradation: Gradation) -> list[tuple[str, str]]:
    """Return the recognised misconceptions as sorted ``(slip, question)`` pairs, each once."""
    return sorted(
        {
            (case.slip, question.name)
            for question in gradation.questions
            for case in question.cases
            if case.slip and not case.passed
        }
    )


def quantile(values: list[float], share: float) -> float:
    """Return a quantile by linear interpolation; 0 for no values."""
    if not values:
        return 0.0
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def histogram(values: list[float], low: float, high: float, bins: int) -> list[int]:
    """Return counts in equal bins over [low, high]; values outside count at the ends."""
    counts = [0] * bins
    for value in values:
        place = int((value - low) / (high - low) * bins + 1e-9) if high > low else 0
        counts[max(0, min(bins - 1, place))] += 1
    return counts


def _is_solved(gradation: Gradation, question: str) -> bool:
    return any(q.name == question and q.score >= q.possible for q in gradation.questions)


def _count(groups: Counter, key: Hashable) -> None:
    if key in groups or len(groups) < MAX_GROUPS:
        groups[key] += 1


def _pattern(message: str) -> str:
    """Return a message with its numbers taken out, so that like errors fall together."""
    return _NUMBERS.sub("#", " ".join(str(message)[:400].split()))


def _last_line(error: str) -> str:
    lines = str(error).strip().splitlines()
    return lines[-1] if lines else ""
