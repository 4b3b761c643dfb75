"""Which course is at hand, which assignments it has, and where things lie in its folder.

A course is a folder with ``assignments/<name>/<name>.ipynb``. It is the first of: the one that was
chosen (``--course``, or the variable ``AUTOGRADER_COURSE``), the current folder, the checkout that
this package is imported from, and the course that an installed package brings along.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from autograder.errors import UsageError

ROOT = Path(__file__).resolve().parents[1]  # holds this package: the checkout, or site-packages
BUNDLED = Path(__file__).resolve().parent / "bundled"  # the course within an installed package
VARIABLE = "AUTOGRADER_COURSE"
NO_COURSE = (
    "{folder}: no course, as it has no assignments/<name>/<name>.ipynb; `autograder new NAME` "
    "makes one"
)


def course_folder() -> Path:
    """Return the folder of the course at hand."""
    if chosen := os.environ.get(VARIABLE):
        return Path(chosen)
    here = Path.cwd()
    return next((place for place in (here, ROOT) if names_in(place)), BUNDLED)


def work_folder() -> Path:
    """Return where ``dist/`` and ``results/`` are made: in the course, if it is the user's own."""
    course = course_folder()
    return Path.cwd() if course == BUNDLED else course


def assignment_folder(name: str) -> Path:
    """Return where an assignment's source, sample class and bank lie."""
    return course_folder() / "assignments" / name


def dist_folder() -> Path:
    """Return where assignments are built to."""
    return work_folder() / "dist"


def results_folder() -> Path:
    """Return where results go if nothing else is said."""
    return work_folder() / "results"


def whole_lock() -> Path:
    """Return the lock file of everything that this package needs but torch."""
    own = ROOT / "requirements.lock"
    return own if own.is_file() else BUNDLED / own.name


def names_in(course: Path) -> list[str]:
    """Return the assignments of a course, sorted: folders with a notebook of their own name."""
    notebooks = (course / "assignments").glob("*/*.ipynb")
    return sorted(path.parent.name for path in notebooks if path.stem == path.parent.name)


def assignment_names() -> list[str]:
    """Return the assignments of the course at hand, sorted."""
    return names_in(course_folder())


def check_course(folder: Path) -> Path:
    """Return a chosen course's whole path.

    Raises:
        UsageError: it is no course.
    """
    if not names_in(folder):
        raise UsageError(NO_COURSE.format(folder=folder))
    return folder.resolve()


def check_names(names: Sequence[str]) -> list[str]:
    """Return the given assignment names, or all of them.

    Raises:
        UsageError: a name is unknown.
    """
    known = assignment_names()
    if not known:
        raise UsageError(NO_COURSE.format(folder=course_folder()))
    for name in names:
        if name not in known:
            raise UsageError(f"no assignment '{name}'; there are: {', '.join(known)}")
    return list(names) or known
