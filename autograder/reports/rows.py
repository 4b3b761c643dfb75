"""The table of a class report: one small row per submission, as its script reads them."""

from autograder.model import Gradation, Status
from autograder.reports.exercises import Person
from autograder.reports.inert import inert_name
from autograder.reports.statistics import ClassStatistics, slips_of
from autograder.reports.strings import STATUSES, slip_name

NOBODY = Person()


class Rows:
    """The table's rows, in the order in which submissions come."""

    def __init__(self) -> None:
        self.slips: dict[str, int] = {}
        self.noticed: list[tuple[str, str, list[str]]] = []
        self._rows: list[tuple] = []

    def add(self, gradation: Gradation, person: Person = NOBODY) -> None:
        """Take over what the table shows of one submission."""
        file = inert_name(gradation.file)
        scores = {question.name: question.score for question in gradation.questions}
        failed = {
            case.name for question in gradation.questions for case in question.cases
            if not case.passed
        }  # fmt: skip
        found = sorted({self._number(slip) for slip, _ in slips_of(gradation)})
        notes = [inert_name(note, 300) for note in gradation.notes[:10]]
        marked = bool(gradation.questions) or gradation.status is not Status.NOT_GRADED
        state = list(Status).index(gradation.status)
        self._rows.append((file, gradation.submission, gradation.score if marked else None, scores,
                           failed, state, found, round(gradation.wall_s, 2), notes,
                           inert_name(person.name)))  # fmt: skip
        if gradation.noticed:
            told = [inert_name(str(one), 400) for one in gradation.noticed]
            self.noticed.append((file, gradation.submission, told))

    def as_dict(self, statistics: ClassStatistics) -> dict:
        """Return what the table's script reads."""
        names = sorted(statistics.questions)
        numbers = numbered_cases(statistics)
        rows = [
            [file, key, _round(score), [_round(scores.get(name)) for name in names], *rest,
             _mask(failed, numbers), who]
            for file, key, score, scores, failed, *rest, who in self._rows
        ]  # fmt: skip
        return {
            "questions": [inert_name(name) for name in names],
            "possible": [_round(statistics.questions[name].possible) for name in names],
            "total": _round(statistics.possible),
            "statuses": [STATUSES[status] for status in Status],
            "slips": [slip_name(slip) for slip in self.slips],
            "rows": rows,
        }

    def _number(self, slip: str) -> int:
        return self.slips.setdefault(slip, len(self.slips))


def numbered_cases(statistics: ClassStatistics) -> dict[str, int]:
    """Return each test case's number, as the table's script counts them."""
    names = [case for _, cases in sorted(statistics.cases.items()) for case in cases]
    return {name: number for number, name in enumerate(names)}


def _mask(failed: set[str], numbers: dict[str, int]) -> str:
    """Return the failed test cases as the bits of a number in hex; "" for none."""
    total = sum(1 << numbers[name] for name in failed if name in numbers)
    return f"{total:x}" if total else ""


def _round(value: float | None) -> float | None:
    if value is None:
        return None
    return int(value) if value == int(value) else round(value, 3)
