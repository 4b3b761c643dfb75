"""What a student wrote for each question: the cells before its tests that are there for answers."""

import re
from collections.abc import Collection, Sequence

from autograder.model import Cell

MAX_ANSWER = 12_000  # letters of one question's code that are kept
# Lines that are Otter's own: they start it, or check an answer.
_CHECKS = re.compile(
    r"^\s*(?:#.*|import otter|grader\s{0,9}=\s{0,9}otter\.Notebook\(.*\)"
    r"|grader\.check\w*\(.*\)\s*)?$"
)
_LEFT_OUT = "\n# …"


def answers_of(cells: Sequence[Cell], questions: Collection[str]) -> dict[str, str]:
    """Return the code of each question's answer, as the student left it.

    An answer is what stands between a question's tests and those before it: the cells that are
    marked as places for answers, or, where none is, every cell that does more than check. A
    question whose tests stand there twice has the answer that stands before the last of them.

    Args:
        questions: the names of the assignment's questions; others are none.
    """
    found: dict[str, str] = {}
    before: list[Cell] = []
    for cell in cells:
        before.append(cell)
        asked = [name for name in cell.tests if name in questions]
        code = _code(before) if asked else ""
        found |= {name: code for name in asked if code}
        if asked:
            before = []
    return found


def _code(cells: Sequence[Cell]) -> str:
    marked = [cell for cell in cells if cell.is_answer]
    kept = [cell.source.strip("\n").rstrip() for cell in marked or cells]
    text = "\n\n".join(source for source in kept if not _only_checks(source))
    return text if len(text) <= MAX_ANSWER else text[:MAX_ANSWER] + _LEFT_OUT


def _only_checks(source: str) -> bool:
    return all(_CHECKS.match(line) for line in source.split("\n"))
