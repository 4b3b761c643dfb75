"""``grades.csv``: exactly the columns of Otter's ``final_grades.csv``."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from autograder.model import Gradation, Status
from autograder.reports.files import write_text

POINTS_ROW = "points-per-question"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_grades_csv(
    path: Path, gradations: Iterable[Gradation], questions: Iterable[str] = ()
) -> None:
    """Write one row per submission, sorted by file, after a row with the points per question.

    A submission that is *not graded* gets empty cells, not zeros, and says so in its last column.

    Args:
        questions: names of all questions; those of the gradations are added.
    """
    rows, possible = [], dict.fromkeys(questions, 0.0)
    for gradation in gradations:
        scores = {question.name: question.score for question in gradation.questions}
        for question in gradation.questions:
            possible[question.name] = max(possible.get(question.name, 0.0), question.possible)
        rows.append((gradation.file, scores, gradation.status, gradation.reason))
    names = sorted(possible)
    total = sum(possible.values())
    table = [["file", *names, "total_points_earned", "percent_correct", "grading_status"]]
    if any(status is not Status.NOT_GRADED for _, _, status, _ in rows):
        table.append(
            [POINTS_ROW, *(number(possible[name]) for name in names), number(total), 1, "--"]
        )
    for file, scores, status, reason in sorted(rows, key=lambda row: row[0]):
        table.append(
            [harmless(file), *_marks(scores, names, total, status), _state(status, reason)]
        )
    write_text(path, to_csv(table))


def to_csv(table: Iterable[Iterable], delimiter: str = ",", quote_all: bool = False) -> str:
    """Return a table as CSV text with plain newlines."""
    text = io.StringIO()
    quoting = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    csv.writer(text, delimiter=delimiter, lineterminator="\n", quoting=quoting).writerows(table)
    return text.getvalue()


def harmless(text: str) -> str:
    """Return a cell's text that no spreadsheet takes for a formula: a quote mark goes before it."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def original(text: str) -> str:
    """Return the text that :func:`harmless` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text


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
