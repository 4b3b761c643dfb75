"""A course to begin with: one assignment of one question, with a sample class of three."""

import re
import tempfile
from pathlib import Path

from autograder.build.assign import build_assignment
from autograder.build.sample import write_sample_class
from autograder.errors import BuildError
from autograder.files import write_text

TEMPLATE = Path(__file__).with_name("templates") / "course"
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,60}")
MARK = "@NAME@"
# What the template's files are called in a course.
PLACES = {
    "README.md": "README.md",
    "gitignore": ".gitignore",
    "notebook.json": f"assignments/{MARK}/{MARK}.ipynb",
    "bank.toml": f"assignments/{MARK}/bank/q1.toml",
    "class.toml": f"assignments/{MARK}/sample/class.toml",
}


def write_course(folder: Path) -> Path:
    """Write a course into a folder that does not exist yet, or is empty; returns its notebook.

    Its assignment is called as the folder is.

    Raises:
        BuildError: the folder holds something, or its name cannot be an assignment's.
    """
    name = folder.resolve().name
    if not NAME.fullmatch(name):
        raise BuildError(
            f"{name}: cannot be the name of an assignment; begin with a letter, then letters, "
            "digits, - and _"
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BuildError(f"{folder}: is there already; choose another name")
    for source, place in PLACES.items():
        text = (TEMPLATE / source).read_text(encoding="utf-8")
        write_text(folder / place.replace(MARK, name), text.replace(MARK, name))
    assignment = folder / "assignments" / name
    with tempfile.TemporaryDirectory(prefix="autograder-") as temporary:
        built = build_assignment(assignment, Path(temporary), verify=False)
        write_sample_class(assignment, built.folder)
    return assignment / f"{name}.ipynb"
