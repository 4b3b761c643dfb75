"""What a folder of uploads holds: which files are submissions, which lie beside one, and names.

A notebook, or a zip with one, is a submission. What else a student handed in is an *attachment*: it
is listed and never graded, unless nothing else came from that student.
"""

import hashlib
import os
import re
import unicodedata
import zipfile
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import UsageError
from autograder.intake.layouts import attempt_in, owner_named, owners_of
from autograder.intake.upload import (
    IGNORED_FOLDERS,
    Look,
    is_notebook_name,
    look_at,
    may_be_notebook,
)
from autograder.model import Job

IGNORED_NAMES = (
    "expected.json", "class.toml", "Thumbs.db", "desktop.ini", "submission_metadata.yml",
)  # fmt: skip
IGNORED_STEMS = ("readme", "license", "licence")
# What Blackboard writes beside each upload: who handed in what and when.
RECEIPT = re.compile(r"_attempt_\d{4}(-\d\d){5}\.txt$")
# What Sakai writes into each student's folder, and what Moodle and Sakai give back to students.
SAKAIS = re.compile(
    r"(?:timestamp|comments)\.txt|(?:.*\([^()]+\)_)?(?:submission|feedback)text\.html",
    re.IGNORECASE,
)
GIVEN_BACK = re.compile(r".+_\d+_assignfeedback_.*|feedback attachment\(s\)", re.IGNORECASE)
# What instructors keep beside submissions, and what a run leaves: no student's.
TABLES = re.compile(r"\.(?:[ct]sv|xlsx?|ods|ya?ml|toml|sqlite|db|log|ini|cfg)", re.IGNORECASE)
NOTES = re.compile(
    r"(?:notes?|todo|roster|grades?|marks?|reports?|index|students?|class(?:list)?|attendance|"
    r"instructions?|rubric|solutions?|名单|花名册|成绩单?|说明|备注|点名册)(?:[ _.-].*)?",
    re.IGNORECASE,
)
TEXTS = re.compile(r"\.(?:txt|md|rst|html?|pdf|docx?|rtf|odt|json)", re.IGNORECASE)
MAX_LOOKED_AT = 2_000  # names in a zip
RUN_FILES = ("gradebook.sqlite", "grades.csv")  # together they tell a run's output folder
NAME = re.compile(r"[^\w.\-]+")
# Folder names that Windows refuses.
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


@dataclass(frozen=True)
class Attachment:
    """A file that lies beside a submission of the same student and is not graded.

    Attributes:
        beside: the submission's file; both are relative to the folder of submissions.
        why: one phrase for people.
    """

    file: str
    beside: str
    why: str


@dataclass(frozen=True)
class Collected:
    """What a folder holds; files are relative to it, with "/" between their parts.

    Attributes:
        left_out: files and folders that are no student's.
        unread: links that lead nowhere or out of the folder, folders that may not be read, hidden
            notebooks, and what is no file, like a pipe.
    """

    submissions: tuple[str, ...]
    attachments: tuple[Attachment, ...] = ()
    left_out: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


def collect(
    folder: Path,
    called: Container[str] | None = None,
    kept: Iterable[str] = (),
    out: Path | None = None,
) -> Collected:
    """Tell submissions, attachments and other files of a folder apart.

    Args:
        called: names of what is to be graded; a notebook of another never outranks one of it.
        kept: files that stay submissions whatever else arrives: somebody gave them points.
        out: an output folder, which holds no submissions.

    Raises:
        UsageError: there is no such folder, or no submission in it.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder; give SUBMISSIONS=<folder with notebooks>")
    paths, left_out, unread = _walk(folder, out)
    if len(paths) == 1 and holds_many(paths[0]):
        raise UsageError(
            f"{paths[0]}: is a whole class's download; give SUBMISSIONS=<this zip>, or unpack it"
        )
    files = {path.relative_to(folder).as_posix(): path for path in paths}
    owners, groups = owners_of(files), dict[object, list[str]]()
    for file in files:
        groups.setdefault(owners[file].key, []).append(file)
    stay, submissions, attachments = frozenset(kept), list[str](), list[Attachment]()
    for group in groups.values():
        counted, beside = _sort_out(group, files, called)
        submissions += counted
        submissions += [other.file for other in beside if other.file in stay]
        attachments += [other for other in beside if other.file not in stay]
    if not submissions:
        links = f" (not read: {', '.join(unread[:3])})" if unread else ""
        raise UsageError(
            f"{folder}: no submissions there{links}; put .ipynb files or Otter's .zip files into it"
        )
    return Collected(
        tuple(sorted(submissions, key=os.fsencode)),
        tuple(sorted(attachments, key=lambda other: os.fsencode(other.file))),
        tuple(sorted(left_out)),
        tuple(sorted(unread)),
    )


def holds_many(path: Path) -> bool:
    """Tell whether a file is a zip with uploads of several students, as a platform packs them."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name.replace("\\", "/") for name in archive.namelist()[:MAX_LOOKED_AT]]
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError):
        return False
    owners = owners_of(name for name in names if is_notebook_name(name))
    return len({owner.key for owner in owners.values() if owner.certain}) > 1


def jobs_of(folder: Path, names: Mapping[str, str]) -> list[Job]:
    """Return one job per named file of a folder."""
    return [Job(name, folder / file, file) for file, name in names.items()]


def find_submissions(folder: Path) -> list[Path]:
    """Return every file of a folder that somebody may have meant as a submission, sorted.

    Nested folders are searched; hidden ones, checkpoints and links out of the folder are not.
    """
    return _walk(folder, None)[0]


def _walk(folder: Path, out: Path | None) -> tuple[list[Path], list[str], list[str]]:
    """Return the files that may be a student's, and the names of what is nobody's, or no file."""
    root, target = folder.resolve(), out.resolve() if out else None
    found: list[Path] = []
    left_out: list[str] = []
    unread: list[str] = []
    top = folder

    def note(error: OSError) -> None:
        unread.append(f"{Path(error.filename).relative_to(folder).as_posix()}/")

    for base, folders, files in os.walk(folder, onerror=note):
        here = Path(base)
        inside = []
        for name in sorted(folders):
            path = here / name
            if name.startswith(".") or name in IGNORED_FOLDERS:
                continue
            if GIVEN_BACK.fullmatch(name):
                continue
            if (
                _is_at_work(name, folders)
                or path.resolve() == target
                or all((path / run).is_file() for run in RUN_FILES)
            ):
                left_out.append(f"{path.relative_to(folder).as_posix()}/")
            elif not path.is_symlink():
                inside.append(name)
            elif not path.resolve().is_relative_to(root):
                unread.append(f"{path.relative_to(folder).as_posix()}/")
        folders[:] = inside
        # A download may have one folder around everything.
        if here == top and not files and len(inside) == 1 and _holds_folders(here / inside[0]):
            top = here / inside[0]
        for name in files:
            path = here / name
            if name.startswith(".") or _is_furniture(path):
                if _is_hidden_work(path):
                    unread.append(path.relative_to(folder).as_posix())
                continue
            if not _is_inside(path, root):
                unread.append(path.relative_to(folder).as_posix())
            elif _is_an_instructors(path, here in (folder, top)):
                left_out.append(path.relative_to(folder).as_posix())
            else:
                found.append(path)
    found.sort(key=lambda path: os.fsencode(path.relative_to(folder)))
    return found, left_out, unread


def _is_at_work(name: str, beside: Iterable[str]) -> bool:
    """Tell whether a folder is what Teams keeps of assignments that were not handed in."""
    return name.casefold() == "working files" and "submitted files" in map(str.casefold, beside)


def _is_furniture(path: Path) -> bool:
    """Tell whether a file is none of a student's, as its name says."""
    return (
        path.name in IGNORED_NAMES
        or path.stem.casefold() in IGNORED_STEMS
        or path.name.startswith("~$")  # an office's mark that a file is open
        or RECEIPT.search(path.name) is not None
        or GIVEN_BACK.fullmatch(path.name) is not None
        or (SAKAIS.fullmatch(path.name) is not None and owner_named(path.as_posix()) is not None)
    )


def _is_hidden_work(path: Path) -> bool:
    """Tell whether a hidden file may be somebody's work; a Mac's and an office's own are not."""
    return path.name[0] == "." and path.name[:2] not in ("._", ".~") and may_be_notebook(path)


def _holds_folders(folder: Path) -> bool:
    try:
        with os.scandir(folder) as entries:
            return any(entry.is_dir() for entry in entries)
    except OSError:
        return False


def _is_an_instructors(path: Path, at_the_root: bool) -> bool:
    """Tell whether a file that lies among the submissions is a table or note of an instructor's."""
    if not at_the_root or is_notebook_name(path.name) or owner_named(path.name):
        return False
    noted = TEXTS.fullmatch(path.suffix) and NOTES.fullmatch(path.stem)
    return bool(noted or TABLES.fullmatch(path.suffix)) and not may_be_notebook(path)


def _is_inside(path: Path, root: Path) -> bool:
    try:
        return path.resolve().is_relative_to(root) and path.is_file()
    except (OSError, RuntimeError):
        return False


def _sort_out(
    group: list[str], files: Mapping[str, Path], called: Container[str] | None
) -> tuple[list[str], list[Attachment]]:
    """Return which files of one student are graded, and the others.

    Each rule drops files only where others pass it: a student never loses the last one.
    """
    if len(group) == 1:
        return group, []
    named = [file for file in group if may_be_notebook(files[file])]
    looks: dict[str, Look] = {}
    if len(named) > 1:
        looks = {file: look for file in named if (look := look_at(files[file]))}
    counted, dropped = group, dict[str, str]()
    for passing, why in (
        (named, "no notebook"),
        (looks, "cannot be read as a notebook"),
        *((_passing(looks, rule, called), why) for rule, why in RULES),
    ):
        if better := [file for file in counted if file in passing]:
            dropped |= {file: why for file in counted if file not in better}
            counted = better
    if not looks and len(counted) > 1:  # nothing that could earn points: one zero is enough
        best = max(counted, key=attempt_in)
        dropped |= {file: "the other one counts" for file in counted if file != best}
        counted = [best]
    last = max(counted, key=attempt_in)
    return counted, [Attachment(file, last, why) for file, why in dropped.items()]


Rule = Callable[[Look, Container[str] | None], bool]

RULES: tuple[tuple[Rule, str], ...] = (
    (
        lambda look, called: None in (called, look.assignment) or look.assignment in (called or ()),
        "of another assignment",
    ),
    (lambda look, _: look.has_questions, "has none of the questions"),
    (lambda look, _: not look.untouched, "as it was released: no answer in it"),
)


def _passing(looks: Mapping[str, Look], rule: Rule, called: Container[str] | None) -> list[str]:
    return [file for file, look in looks.items() if rule(look, called)]


def submission_name(relative: Path, taken: set[str]) -> str:
    """Return a unique name for a submission that is safe as a folder name on any system.

    Args:
        relative: the file's path within the folder of submissions.
        taken: the case-folded names given so far, to which this one is added; two names may not
            differ in case only.
    """
    raw = os.fsencode(relative)
    text = raw.decode("utf-8", "replace")
    plain = unicodedata.normalize("NFC", text.rsplit(".", 1)[0] if "." in text else text)
    name = NAME.sub("_", plain).strip("._-") or "submission"
    short = _cut(name, 120)
    digest = hashlib.sha256(raw)
    if short != name or RESERVED.fullmatch(name) or name.casefold() in taken:
        while (short := f"{_cut(name, 100)}-{digest.hexdigest()[:10]}").casefold() in taken:
            digest.update(b"again")  # a file was named like another one's digest
    taken.add(short.casefold())
    return short


def _cut(text: str, size: int) -> str:
    """Return the longest beginning of a text that takes at most ``size`` bytes."""
    return text.encode()[:size].decode("utf-8", "ignore").rstrip("._-")
