"""Which assignments this course has, and where things lie in its folder."""

from collections.abc import Sequence
from pathlib import Path

from autograder.errors import UsageError

ROOT = Path(__file__).resolve().parents[1]


def assignment_names() -> list[str]:
    """Return the bundled assignments, sorted: folders with a notebook of their own name."""
    notebooks = (ROOT / "assignments").glob("*/*.ipynb")
    return sorted(path.parent.name for path in notebooks if path.stem == path.parent.name)


def check_names(names: Sequence[str]) -> list[str]:
    """Return the given assignment names, or all of them.

    Raises:
        UsageError: a name is unknown.
    """
    known = assignment_names()
    for name in names:
        if name not in known:
            raise UsageError(f"no assignment '{name}'; there are: {', '.join(known)}")
    return list(names) or known
