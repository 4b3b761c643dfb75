"""What the notebooks of a class import: which modules, in how many of them."""

from collections import Counter
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from autograder.errors import AutograderError
from autograder.intake.bounds import looked_at
from autograder.intake.submission import load_cells
from autograder.scoring.assignment import Assignment
from autograder.scoring.libraries import modules_imported

MOST_NOTEBOOKS = 2000
TEACHERS, MOST_MODULES, DEEPEST = 5, 24, 2  # of what workers learn to import ahead


def count_imports(paths: Iterable[Path], most: int = MOST_NOTEBOOKS) -> Counter[str]:
    """Return in how many notebooks each module is imported; what cannot be read counts nothing.

    Args:
        most: look at so many files.
    """
    found: Counter[str] = Counter()
    for _, path in zip(range(most), paths):
        found.update(looked_at(path, partial(_imports_of, path)) or ())
    return found


def _imports_of(path: Path) -> list[str]:
    try:
        cells = load_cells(path)
    except (AutograderError, OSError, MemoryError, RecursionError, ValueError):
        return []
    code = (cell for cell in cells if cell.get("cell_type") == "code")
    return modules_imported("\n".join("".join(cell["source"]) for cell in code))


def modules_to_warm(assignment: Assignment, paths: Iterable[Path]) -> list[str]:
    """Return what workers import ahead: what the solution imports, if the zip tells.

    Else the tests and the first submissions are the teachers, within bounds: what a notebook names
    decides which listed library is imported ahead, nothing more (see sandbox/warmth.py).
    """
    if assignment.tells_imports:
        return assignment.imports
    learned = [
        name
        for name, _ in count_imports(paths, TEACHERS).most_common()
        if name.count(".") < DEEPEST and "test" not in name
    ]
    return sorted({*assignment.imports, *learned[:MOST_MODULES]})
