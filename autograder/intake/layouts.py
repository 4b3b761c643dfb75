"""Whose an uploaded file is, as the folder tells: how learning platforms lay downloads out.

What each platform writes, as its help and its downloads show:

- Canvas: ``<name>_[LATE_]<user number>_<upload number>_<file>``, all in one folder; a text that
  was typed in is ``<name>_<user number>_text.html``; where marking is anonymous
  ``[LATE_]anon_<letters and digits>`` stands for name and number.
- Moodle: a folder ``<full name>_<number>_assignsubmission_<kind>_`` per student and kind, or,
  without folders, files that begin like that; who is in no group has no number there, only the
  name of that group; ``assignfeedback`` is what graders gave back.
- Blackboard: ``<item>_<username>_attempt_<time>_<file>``, beside a text file per attempt.
- Gradescope's "Export submissions": a folder ``submission_<number>`` per submission.
- Brightspace: a folder ``<number>-<number> - <name> - <time>`` per upload.
- Sakai: a folder ``<family name>, <given name>(<user>)`` per student, with a folder
  ``Submission attachment(s)`` and texts of Sakai's own in it.
- Chinese platforms (学习通, 雨课堂 and the like): student number and name, in either order, as the
  name of a folder or at the beginning of a file's.

Anything else is taken as people make it: a folder per student, or files side by side.
"""

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TypeVar

from autograder.intake.tables import original
from autograder.intake.upload import NOTEBOOK_NAME, is_notebook_name

Told = TypeVar("Told")

# Of ids and addresses; letters with accents are parts of words, Chinese ones stand beside them.
_WORD = re.compile(r"[0-9a-z\u00c0-\u024f\u0370-\u04ff@]+")
_MAX_WORDS = 8  # of an id or an address
_COUNTER = re.compile(r"\d{1,2}")  # more often than an id that of a copy: "a (1).ipynb"
_CANVAS = re.compile(
    r"(?:(?P<name>[^\W\d_][^_]*|(?!\d+_)\w+?(?=_(?:LATE_)?\d{3,}_(?:\d{3,}_|text\.|link\.)))"
    r"_(?P<late>LATE_)?(?P<user>\d+)|(?P<late_one>LATE_)?anon_(?P<nobody>[0-9A-Za-z]{5}))_"
    r"(?!\d\d_\d\dT\d\d_)"  # Otter's own export: the assignment's name and the time
    r"(?:(?P<upload>\d+)_.+|(?:text|link)\.html?)",
    re.IGNORECASE | re.DOTALL,
)
_MOODLE = re.compile(r"(?P<name>.+?)(?:_(?P<user>\d+))?_assignsubmission_[a-z]+_?.*", re.DOTALL)
_BLACKBOARD = re.compile(
    r"(?P<before>.+?)_attempt_(?P<time>\d{4}(?:-\d\d){5})(?:[_.].*)?", re.DOTALL
)
_GRADESCOPE = re.compile(r"submission_(?P<upload>\d+)")
_BRIGHTSPACE = re.compile(
    r"(?P<user>\d+)-\d+ - (?P<name>.+?) ?- "
    r"(?P<time>[^\W\d_]{3,9}\.? \d{1,2}, \d{4} \d{1,4} ?[AP]M)(?: - .*)?",
    re.IGNORECASE | re.DOTALL,
)
_SAKAI = re.compile(r"(?P<name>[^()]*[^\W\d_][^()]*)\((?P<user>[^()]+)\)")
_SAKAI_INSIDE = re.compile(
    r"(?:submission|feedback) attachment\(s\)|(?:timestamp|comments)\.txt|"
    r".*(?:submission|feedback)text\.html",
    re.IGNORECASE | re.DOTALL,
)
# What Jupyter calls a notebook that nobody gave a name.
_SCRATCH = re.compile(r"(?:untitled|未命名|无标题|sans titre|unbenannt)\d*\b", re.IGNORECASE)
_SUFFIX = re.compile(r"(?<=.)\.[A-Za-z0-9]{1,5}$")
_NAME = r"(?P<name>[\u4e00-\u9fff][\u4e00-\u9fff·]+)"
_NUMBER = r"(?<!\d)(?P<user>\d{5,14})(?!\d)(?![班级届])"
_CHINESE = (
    re.compile(rf"{_NUMBER}[-_ （(]*{_NAME}"),
    re.compile(rf"{_NAME}[-_ （(]*{_NUMBER}"),
)
# A student number before anything else; a date is none.
_NUMBERED = re.compile(r"(?!(?:19|20)\d\d[01]\d[0-3]\d\D)(?P<user>\d{5,14})[-_ .]")
_DATE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")


@dataclass(frozen=True)
class Owner:
    """Whose a file is, as far as its path tells.

    Attributes:
        key: equal for the files of one student, and only for them; the platform stands first.
        name: the student as the platform writes the name; "" where it writes none.
        certain: a platform says so, not only the place of the file.
        number: what the platform calls the student or the upload, e.g. a number or user name.
        numbers: all numbers that the platform wrote, of uploads and times too.
    """

    key: tuple[str, ...]
    name: str = ""
    certain: bool = True
    number: str = ""
    numbers: frozenset[str] = frozenset()


def owner_named(file: str) -> Owner | None:
    """Return the owner whom a platform's names tell, or None.

    Args:
        file: the path within the folder of submissions, with "/" between its parts.
    """
    if told := _told_by_platform(file):
        return told[0]
    parts = file.split("/")
    for part in parts:
        for pattern in _CHINESE:
            if found := pattern.search(part):
                return Owner(("number", found["user"], found["name"]), found["name"])
    if found := _NUMBERED.match(parts[0]):
        return Owner(("number", found["user"]))
    return None


def written_by_platform(file: str) -> str:
    """Return what of a path no student chose: all up to the end of what a platform wrote.

    Where no platform's name is in it, that is the whole path.
    """
    told = _told_by_platform(file)
    return told[1] if told else file


def is_marked_late(file: str) -> bool:
    """Tell whether Canvas wrote into a file's name that it came late."""
    owner = owner_named(file)
    found = _CANVAS.fullmatch(file.rsplit("/", 1)[-1])
    is_canvas = owner is not None and owner.key[0] in ("canvas", "anonymous")
    return bool(is_canvas and found and (found["late"] or found["late_one"]))


def canvas_upload(file: str) -> str:
    """Return what Canvas calls somebody's upload, as a file's name begins, or ""."""
    found = _CANVAS.fullmatch(name := file.rsplit("/", 1)[-1])
    return name[: found.end("upload")] if found and found["upload"] else ""


def told_of_upload(file: str, told: Mapping[str, Told]) -> Told | None:
    """Return what is told of the upload that a file belongs to, by the name of its folder.

    The outermost folder counts: what lies in it has names that a student chose.
    """
    return next((told[part] for part in file.split("/") if part in told), None)


def holds_uploads(folder: Path) -> bool:
    """Tell whether a folder is Gradescope's export as it comes out of its zip."""
    return any(_GRADESCOPE.fullmatch(path.name) for path in folder.iterdir() if path.is_dir())


def _told_by_platform(file: str) -> tuple[Owner, str] | None:
    """Return the owner whom a platform tells, and the path up to where its own words end.

    What a student called something comes after that, and may look like any platform's name: the
    outermost part counts, and in it the words that end first.
    """
    parts = file.split("/")
    for place, (part, below) in enumerate(zip(parts, [*parts[1:], ""])):
        if told := list(_owners_in(part, below)):
            end, owner = min(told, key=lambda one: one[0])
            return owner, "/".join([*parts[:place], part[:end]])
    return None


def _owners_in(part: str, below: str) -> Iterator[tuple[int, Owner]]:
    """Yield whose one part of a path is, and where the platform's own words in it end.

    Args:
        below: the next part; "" where this one is the file's name.
    """
    if found := _GRADESCOPE.fullmatch(part):
        number = frozenset({found["upload"]})
        owner = Owner(("gradescope", found["upload"]), "", True, found["upload"], number)
        yield found.end("upload"), owner
    if found := _MOODLE.fullmatch(part):
        end = found.end("user" if found["user"] else "name")
        yield end, _owner("moodle", found, found["user"] or "")
    if found := _BRIGHTSPACE.fullmatch(part):
        yield found.end("time"), _owner("brightspace", found, part[: found.end("time")])
    if below and (found := _SAKAI.fullmatch(part)) and _SAKAI_INSIDE.fullmatch(below):
        yield found.end(), _owner("sakai", found, "")
    if not below and (found := _CANVAS.fullmatch(part)):
        upload = found["upload"] or ""
        who = "nobody" if found["nobody"] else "user"
        owner = _owner("canvas", found, f"{found['user']} {upload}")
        if found["nobody"]:
            numbers = frozenset({upload} - {""})
            owner = Owner(("anonymous", found["nobody"]), numbers=numbers)
        yield found.end("upload" if upload else who), owner
    if not below and (found := _BLACKBOARD.fullmatch(part)):
        user = found["before"].rsplit("_", 1)[-1]
        numbers = frozenset({found["time"], *found["time"].split("-")} - {user})
        owner = Owner(("blackboard", found["before"]), user, True, user, numbers)
        yield found.end("time"), owner


def _owner(platform: str, found: re.Match[str], own: str) -> Owner:
    """Return the student whom a platform names and numbers; all numbers in ``own`` are its."""
    name, user = found["name"] or "", found["user"] or ""
    numbers = frozenset(re.findall(r"\d+", own))
    return Owner((platform, user, name), name, True, user, numbers)


def owners_of(files: Iterable[str]) -> dict[str, Owner]:
    """Return whose each file is.

    Args:
        files: paths within the folder of submissions, with "/" between their parts.
    """
    known = _with_one_name({file: owner_named(file) for file in files})
    told: dict[tuple[str, ...], list[str]] = {}
    for file, owner in known.items():
        if owner:
            told.setdefault(owner.key, []).append(file)
    beside: dict[str, set[str]] = {}  # by folder, whose files are in it
    for file, owner in known.items():
        beside.setdefault(os.path.dirname(file), set()).add(str(owner.key) if owner else file)
    nobody = {key for key, theirs in told.items() if _names_nobody(key, theirs, beside)}
    own = {file: one for file, one in known.items() if one and one.key not in nobody}
    tree = _Tree([file for file in known if file not in own])
    return {file: own.get(file) or tree.owner(file) for file in known}


def _with_one_name(known: dict[str, Owner | None]) -> dict[str, Owner | None]:
    """Return owners with the name that stands behind a number: of 张三 and 张三报告 the first."""
    names: dict[str, set[str]] = {}
    named = {
        file: one for file, one in known.items() if one and one.key[0] == "number" and one.name
    }
    for owner in named.values():
        names.setdefault(owner.key[1], set()).add(owner.name)
    found = dict(known)
    for file, owner in named.items():
        name = min((one for one in names[owner.key[1]] if owner.name.startswith(one)), key=len)
        found[file] = replace(owner, key=("number", owner.key[1], name), name=name)
    return found


def _names_nobody(key: tuple[str, ...], files: list[str], beside: dict[str, set[str]]) -> bool:
    """Tell whether what looked like a student is in the names of several students' files.

    Canvas numbers each upload anew. A number that all files of one folder and all of the next begin
    with, or a date that all files share, is the assignment's.
    """
    names = {file.rsplit("/", 1)[-1] for file in files}
    uploads = [
        found["upload"] for name in names if (found := _CANVAS.fullmatch(name)) and found["upload"]
    ]
    if key[0] == "canvas" and len(set(uploads)) == 1 and len(uploads) > 2:
        return True
    folders = {os.path.dirname(file) for file in files}
    in_names = all((one := owner_named(name)) and one.key == key for name in names)
    if not in_names or key[0] not in ("canvas", "number"):
        return False
    alone = all(len(beside[folder]) == 1 for folder in folders)
    dated = key[0] == "number" and _DATE.fullmatch(key[1])
    return alone and (len(folders) > 1 or bool(dated and sum(map(is_notebook_name, files)) > 1))


def tokens_in(name: str) -> set[str]:
    """Return the parts of a file's path that may be an id or an e-mail address, in lower case.

    Each is a word, or some in a row with what stands between them: "a_li@x.org" of "a_li@x.org_1".
    """
    parts = unicodedata.normalize("NFC", original(name)).casefold().split("/")
    return {token for part in parts for token in _tokens_of(part)}


def _tokens_of(part: str) -> set[str]:
    words = [word.span() for word in _WORD.finditer(part)]
    found = {
        part[start:end]
        for number, (start, _) in enumerate(words)
        for _, end in words[number : number + _MAX_WORDS]
    }
    stem = part.removesuffix(".ipynb").removesuffix(".zip")
    return {one for one in found if not _COUNTER.fullmatch(one) or one == stem}


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
        self._beside = _attached(files)
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
        stem = self._beside.get(_stem(file)) or _stem(file)
        return Owner(("file", stem), stem.rsplit("/", 1)[-1], certain=False)

    def _kind(self, folder: str, file: str) -> tuple[str, str]:
        return os.path.dirname(folder), os.path.basename(_stem(file))

    def _is_one_students(self, folder: str) -> bool:
        """Tell whether a folder holds one notebook, some named alike, or what others hold too."""
        notebooks = self._notebooks[folder]
        named = [file for file in notebooks if not _SCRATCH.match(os.path.basename(file))]
        stems = sorted({_stem(file) for file in named or notebooks}, key=len)
        if len(stems) > 1:
            return all(stem.startswith(stems[0]) for stem in stems) or any(
                len(self._alike[self._kind(folder, file)]) > 1
                for file in notebooks
                if os.path.dirname(file) == folder
            )
        return folder in self._direct or len(self._below.get(folder, ())) == 1


def _stem(file: str) -> str:
    """Return a path without its suffix: "ada.ipynb.txt" and "Ada .pdf" agree."""
    folder, name = os.path.split(file)
    found = NOTEBOOK_NAME.search(name) or _SUFFIX.search(name)
    stem = unicodedata.normalize("NFC", name[: found.start()] if found else name)
    return os.path.join(folder, stem.strip().casefold())


def _attached(files: list[str]) -> dict[str, str]:
    """Return, by the stem of a file that is no notebook, that of the notebook it lies beside.

    Its name goes on where a notebook's ends ("ada report.pdf" beside "ada.ipynb"), or both begin
    with the same person, as in "Ada Li - notes.pdf" beside "Ada Li - autodiff.ipynb".
    """
    notebooks: dict[str, set[str]] = {}  # by folder
    for file in filter(is_notebook_name, files):
        notebooks.setdefault(os.path.dirname(file), set()).add(_stem(file))
    found = {}
    for file in files:
        stem, near = _stem(file), notebooks.get(os.path.dirname(file), set())
        if is_notebook_name(file) or stem in near:
            continue
        whole = {one for one in near if re.match(r"(?!\w)|_", stem.removeprefix(one))
                 and stem.startswith(one)}  # fmt: skip
        people = {one.partition(" - ")[0] for one in near}
        if not whole and len(people) > 1:
            whole = {one for one in near if " - " in one and _person(one) == _person(stem)}
        if len(whole) == 1:
            found[stem] = whole.pop()
    return found


def _person(stem: str) -> str:
    return stem.partition(" - ")[0]
