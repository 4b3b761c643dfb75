"""What a folder of uploads holds: which files are submissions, and a name for each."""

import hashlib
import os
import re
import unicodedata
from pathlib import Path

from autograder.errors import UsageError
from autograder.intake.submission import IGNORED_FOLDERS
from autograder.model import Job

IGNORED_NAMES = (
    "expected.json", "class.toml", "Thumbs.db", "desktop.ini", "submission_metadata.yml",
)  # fmt: skip
IGNORED_STEMS = ("README",)
# What Blackboard writes beside each upload: who handed in what and when.
RECEIPT = re.compile(r"_attempt_\d{4}(-\d\d){5}\.txt$")
NAME = re.compile(r"[^\w.\-]+")
# Folder names that Windows refuses.
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def find_jobs(folder: Path) -> list[Job]:
    """Return one job per submission of a folder, with names that differ.

    Raises:
        UsageError: there is no such folder, or nothing in it.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder; give SUBMISSIONS=<folder with notebooks>")
    paths = find_submissions(folder)
    if not paths:
        raise UsageError(
            f"{folder}: no submissions there; put .ipynb files or Otter's .zip files into it"
        )
    taken: set[str] = set()
    relative = [path.relative_to(folder) for path in paths]
    return [
        Job(submission_name(file, taken), path, file.as_posix())
        for file, path in zip(relative, paths)
    ]


def find_submissions(folder: Path) -> list[Path]:
    """Return every file of a folder that somebody may have meant as a submission, sorted.

    Nested folders are searched; hidden files, checkpoints and links out of the folder are not.
    """
    root = folder.resolve()
    found = []
    for base, folders, files in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name not in IGNORED_FOLDERS
        )
        for name in files:
            path = Path(base) / name
            if not name.startswith(".") and not _is_furniture(path) and _is_inside(path, root):
                found.append(path)
    return sorted(found, key=lambda path: os.fsencode(path.relative_to(folder)))


def _is_furniture(path: Path) -> bool:
    """Tell whether a file is none of a student's, as its name says."""
    return (
        path.name in IGNORED_NAMES
        or path.stem in IGNORED_STEMS
        or RECEIPT.search(path.name) is not None
    )


def _is_inside(path: Path, root: Path) -> bool:
    try:
        return path.resolve().is_relative_to(root) and path.is_file()
    except (OSError, RuntimeError):
        return False


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
