"""What a submission touched of what the grader relies on, and where its notebook does so.

It costs nothing by itself: it is told to the instructor, who looks at the line.
"""

import re
from collections.abc import Iterable, Sequence

from autograder.model import Cell, Noticed
from autograder.scoring.usage import Usage
from autograder.wall.cells import lines_of

MOST = 20
MAX_LINE = 200
CHANGES = re.compile(r"=|setattr|__dict__|vars\s*\(|patch|update|import")


def find_noticed(cells: Sequence[Cell], usages: Iterable[Usage]) -> tuple[Noticed, ...]:
    """Return what was noticed in the runs of one submission, each once, with its line."""
    found: dict[tuple[str, str], Noticed] = {}
    for usage in usages:
        for name in usage.changed:
            place = _line_of_name(cells, str(name))
            found.setdefault(("changed", str(name)), Noticed("changed", str(name), *place))
        for what, line in usage.noted:
            place = _line_of_text(cells, str(line))
            found.setdefault(("reached", str(what)), Noticed("reached", str(what), *place))
    return tuple(found.values())[:MOST]


def _line_of_name(cells: Sequence[Cell], name: str) -> tuple[int, int, str]:
    """Return where a notebook names what it changed, most likely: cell, line, text.

    The cell and the line count from 1; they are 0 where no line names it.
    """
    parts = [part for part in re.findall(r"\w+", name) if not part.isdigit()]
    for last in reversed(parts[-3:]):
        word = re.compile(rf"\b{re.escape(last)}\b")
        named = [place for place in _lines(cells) if word.search(place[2])]
        bound = re.compile(
            rf"\b{re.escape(last)}\b[\"'\])]*\s*(?:=(?!=)|,)|def\s+{re.escape(last)}\b"
        )
        for telling in (bound, CHANGES, word):
            if found := [place for place in named if telling.search(place[2])]:
                return found[0]
    return 0, 0, ""


def _line_of_text(cells: Sequence[Cell], text: str) -> tuple[int, int, str]:
    """Return where a line of code stands in a notebook."""
    for cell, line, source in _lines(cells):
        if text and source.startswith(text[:MAX_LINE]):
            return cell, line, source
    return 0, 0, text[:MAX_LINE]


def _lines(cells: Sequence[Cell]) -> Iterable[tuple[int, int, str]]:
    for number, cell in enumerate(cells, start=1):
        for line, source in enumerate(lines_of(cell.source), start=1):
            if source.strip():
                yield number, line, source.strip()[:MAX_LINE]
