"""``grades.csv``: the columns of Otter's ``final_grades.csv``."""

from collections.abc import Iterable
from pathlib import Path

from autograder.files import write_text
from autograder.intake.tables import harmless, to_csv
from autograder.model import Gradation, Status

POINTS_ROW = "points-per-question"
HANDED_IN = ("submitted_at", "lateness")


def write_grades_csv(
    path: Path,
    gradations: Iterable[Gradation],
    questions: Iterable[str] = (),
    handed_in: dict[str, tuple[str, str]] | None = None,
) -> None:
    """Write one row per submission, sorted by file, after a row with the points per question.

    A submission that is *not graded* gets empty cells, not zeros, and says so in the column
    ``grading_status``.

    Args:
        questions: names of all questions; those of the gradations are added.
        handed_in: by submission, the time it was handed in and how late that is. Where a deadline
            is set, these are two more columns at the end; else the columns are exactly Otter's.
    """
    rows, possible = [], dict.fromkeys(questions, 0.0)
    for gradation in gradations:
        scores = {question.name: question.score for question in gradation.questions}
        for question in gradation.questions:
            possible[question.name] = max(possible.get(question.name, 0.0), question.possible)
        extra = ("", "") if handed_in is None else handed_in.get(gradation.submission, ("", ""))
        rows.append((gradation.file, scores, gradation.status, gradation.reason, extra))
    names = sorted(possible)
    total = sum(possible.values())
    table: list[list] = [
        ["file", *names, "total_points_earned", "percent_correct", "grading_status"]
    ]
    if any(status is not Status.NOT_GRADED for _, _, status, *_ in rows):
        table.append(
            [POINTS_ROW, *(number(possible[name]) for name in names), number(total), 1, "--"]
        )
    later = [HANDED_IN, ("", "")][: len(table)]
    for file, scores, status, reason, extra in sorted(rows, key=lambda row: row[0]):
        table.append(
            [harmless(file), *_marks(scores, names, total, status), _state(status, reason)]
        )
        later.append(extra)
    if handed_in is not None:
        table = [[*row, *extra] for row, extra in zip(table, later)]
    write_text(path, to_csv(table))


def number(value: float) -> float | int:
    """Return points without needless decimals."""
    rounded = round(value, 5)
    return int(rounded) if rounded == int(rounded) else rounded


def _marks(scores: dict, names: list[str], total: float, status: Status) -> list:
    if status is Status.NOT_GRADED and not scores:
        return [""] * (len(names) + 2)
    earned = sum(scores.values())
    share = earned / total if total else 0
    return [*(number(scores.get(name, 0.0)) for name in names), number(earned), share]


def _state(status: Status, reason: str) -> str:
    if status is Status.COMPLETED:
        return "Completed"
    line = " ".join(reason.split(" ‖ ")[0].split())
    return harmless(f"{status.value}: {line}" if line else status.value)
