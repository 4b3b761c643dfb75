"""Whose an uploaded file is, as the folder tells: how learning platforms lay downloads out.

What each platform writes, as its help and its downloads show:

- Canvas: ``<name>_[LATE_]<user number>_<upload number>_<file>``, all in one folder; a text that
  was typed in is ``<name>_<user number>_text.html``.
- Moodle: a folder ``<full name>_<number>_assignsubmission_<kind>_`` per student and kind, or,
  without folders, files that begin like that.
- Blackboard: ``<item>_<username>_attempt_<time>_<file>``, beside a text file per attempt.
- Gradescope's "Export submissions": a folder ``submission_<number>`` per submission.
- Brightspace: a folder ``<number>-<number> - <name> - <time>`` per upload.
- Chinese platforms (学习通, 雨课堂 and the like): student number and name, in either order, as the
  name of a folder or at the beginning of a file's.

Anything else is taken as people make it: a folder per student, or files side by side.
"""

import os
import re
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from autograder.intake.tables import original
from autograder.intake.upload import NOTEBOOK_NAME, is_notebook_name

_TOKEN = re.compile(r"[^0-9a-z@.+\-]+")
_CANVAS = re.compile(
    r"(?P<name>[^\W\d_][^_]*)_(?P<late>LATE_)?(?P<user>\d+)_"
    r"(?:(?P<upload>\d+)_.+|(?:text|link)\.html?)",
    re.IGNORECASE | re.DOTALL,
)
_MOODLE = re.compile(r"(?P<name>.+?)_(?P<user>\d+)_assignsubmission_[a-z]+_?.*", re.DOTALL)
_BLACKBOARD = re.compile(
    r"(?P<before>.+)_attempt_(?P<time>\d{4}(?:-\d\d){5})(?:[_.].*)?", re.DOTALL
)
_GRADESCOPE = re.compile(r"submission_(?P<upload>\d+)")
_BRIGHTSPACE = re.compile(
    r"(?P<user>\d+)-\d+ - (?P<name>.+?) - "
    r"(?P<time>[^\W\d_]{3,9}\.? \d{1,2}, \d{4} \d{1,4} ?[AP]M)(?: - .*)?",
    re.IGNORECASE | re.DOTALL,
)
_SUFFIX = re.compile(r"(?<=.)\.[A-Za-z0-9]{1,5}$")
_NAME = r"(?P<name>[\u4e00-\u9fff][\u4e00-\u9fff·]+)"
_NUMBER = r"(?<!\d)(?P<user>\d{5,14})(?!\d)(?![班级届])"
_CHINESE = (
    re.compile(rf"{_NUMBER}[-_ （(]*{_NAME}"),
    re.compile(rf"{_NAME}[-_ （(]*{_NUMBER}"),
)
# A student number before anything else; a date is none.
_NUMBERED = re.compile(r"(?!(?:19|20)\d\d[01]\d[0-3]\d\D)(?P<user>\d{5,14})[-_ .]")


@dataclass(frozen=True)
class Owner:
    """Whose a file is, as far as its path tells.

    Attributes:
        key: equal for the files of one student, and only for them.
        name: the student as the platform writes the name; "" where it writes none.
        certain: a platform says so, not only the place of the file.
    """

    key: Hashable
    name: str = ""
    certain: bool = True


def owner_named(file: str) -> Owner | None:
    """Return the owner whom a platform's names tell, or None.

    Args:
        file: the path within the folder of submissions, with "/" between its parts.
    """
    parts = file.split("/")
    for part in parts:
        if found := _GRADESCOPE.fullmatch(part):
            return Owner(("gradescope", found["upload"]))
        if found := _MOODLE.fullmatch(part):
            return Owner(("moodle", found["name"], found["user"]), found["name"])
        if found := _BRIGHTSPACE.fullmatch(part):
            return Owner(("brightspace", found["user"], found["name"]), found["name"])
    if found := _CANVAS.fullmatch(parts[-1]):
        return Owner(("canvas", found["name"], found["user"]), found["name"])
    if found := _BLACKBOARD.fullmatch(parts[-1]):
        return Owner(("blackboard", found["before"]), found["before"].rsplit("_", 1)[-1])
    for part in parts:
        for pattern in _CHINESE:
            if found := pattern.search(part):
                return Owner(("number", found["user"], found["name"]), found["name"])
    if found := _NUMBERED.match(parts[0]):
        return Owner(("number", found["user"]))
    return None


def owners_of(files: Iterable[str]) -> dict[str, Owner]:
    """Return whose each file is.

    Args:
        files: paths within the folder of submissions, with "/" between their parts.
    """
    known = {file: owner_named(file) for file in files}
    tree = _Tree([file for file, owner in known.items() if owner is None])
    return {file: owner or tree.owner(file) for file, owner in known.items()}


def tokens_in(name: str) -> set[str]:
    """Return the parts of a file's path that may be an id or an e-mail address, in lower case."""
    name = original(name).casefold()
    stem = name.removesuffix(".ipynb").removesuffix(".zip")
    words = {word for text in (name, stem) for word in _TOKEN.split(text)}
    words |= {part for word in words for part in re.split(r"[-.+]", word)}
    return {word.strip(".-+") for word in words} | words


def attempt_in(file: str) -> tuple[tuple[bool, int, str], ...]:
    """Return a key that puts a student's files in the order of their attempts.

    Canvas numbers its uploads; elsewhere numbers in a path count as numbers: "a10" after "a9".
    """
    found = _CANVAS.fullmatch(file.rsplit("/", 1)[-1])
    if found and found["upload"]:
        return ((True, int(found["upload"]), ""),)
    stem = file[: -len(PurePosixPath(file).suffix) or None]
    return tuple(
        (part.isdecimal(), int(part) if part.isdecimal() else 0, part)
        for part in re.split(r"(\d+)", stem)
        if part
    )


class _Tree:
    """Files as people lay them out: which folder is a student's, which holds many students."""

    def __init__(self, files: list[str]):
        self._notebooks: dict[str, list[str]] = {}  # below each folder
        self._direct: set[str] = set()  # folders with files directly in them
        self._below: dict[str, set[str]] = {}  # folders with their folders
        self._alike: dict[tuple[str, str], set[str]] = {}  # folders side by side, by what they hold
        for file in files:
            here = os.path.dirname(file)
            self._direct.add(here)
            if here and is_notebook_name(file):
                self._alike.setdefault(self._kind(here, file), set()).add(here)
            while here:
                self._notebooks.setdefault(here, []).extend([file] * is_notebook_name(file))
                above = os.path.dirname(here)
                self._below.setdefault(above, set()).add(here)
                here = above

    def owner(self, file: str) -> Owner:
        """Return whose a file is."""
        parts = file.split("/")[:-1]
        for depth in range(1, len(parts) + 1):
            folder = "/".join(parts[:depth])
            if self._is_one_students(folder):
                return Owner(("folder", folder), parts[depth - 1], certain=False)
        stem = _stem(file)
        return Owner(("file", stem), stem.rsplit("/", 1)[-1], certain=False)

    def _kind(self, folder: str, file: str) -> tuple[str, str]:
        return os.path.dirname(folder), os.path.basename(_stem(file))

    def _is_one_students(self, folder: str) -> bool:
        """Tell whether a folder holds one notebook, some named alike, or what others hold too."""
        notebooks = self._notebooks[folder]
        stems = sorted({_stem(file) for file in notebooks}, key=len)
        if len(stems) > 1:
            return all(stem.startswith(stems[0]) for stem in stems) or any(
                len(self._alike[self._kind(folder, file)]) > 1
                for file in notebooks
                if os.path.dirname(file) == folder
            )
        return folder in self._direct or len(self._below.get(folder, ())) == 1


def _stem(file: str) -> str:
    """Return a path without its suffix: "ada.ipynb.txt" and "ada.pdf" agree."""
    folder, name = os.path.split(file)
    found = NOTEBOOK_NAME.search(name) or _SUFFIX.search(name)
    return os.path.join(folder, name[: found.start()] if found else name)
