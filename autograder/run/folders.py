"""The two folders of a run, looked at before anything is graded."""

import errno
import os
from pathlib import Path

from autograder.errors import UsageError
from autograder.intake.download import is_download, unpack_download

UNPACKED = ".submissions"  # where a zip of submissions is unpacked, within OUT
MAX_PATH_BYTES = 510  # SQLite opens no longer ones
MAX_PART_BYTES = 255  # of a name in a folder
LONGEST_NAME = "x" * 130  # as long as a submission's name may be
WRITTEN = ("results", "feedback", "report")
TARGETS = ("grades.csv", "changes.csv", "attention.csv")  # never written over somebody else's


def check_folders(submissions: Path, out: Path) -> None:
    """Refuse folders that cannot be used, before anything else is done.

    Raises:
        UsageError: in one line, which folder, why, and what to do.
    """
    if not submissions.exists():
        raise UsageError(f"{submissions}: no such folder; give SUBMISSIONS=<folder with notebooks>")
    if not submissions.is_dir() and not is_download(submissions):
        raise UsageError(f"{submissions}: is neither a folder nor a zip; give SUBMISSIONS=<folder>")
    _check_length(out)
    inside, outer = submissions.resolve(), out.resolve()
    if inside.is_dir() and inside.is_relative_to(outer):
        raise UsageError(
            f"{submissions}: lies in the output folder {out}; choose an OUT=<folder> beside it"
        )
    if not (out / "gradebook.sqlite").exists():
        for name in TARGETS:
            if (out / name).exists():
                raise UsageError(
                    f"{out / name}: is there already, and no gradebook.sqlite of this program "
                    "beside it; choose another OUT=<folder>, or move it away"
                )
    _check_writable(out)


def _check_length(out: Path) -> None:
    whole = os.path.abspath(out / "gradebook.sqlite-journal")
    longest = max(len(os.fsencode(part)) for part in Path(whole).parts)
    if len(os.fsencode(whole)) > MAX_PATH_BYTES or longest > MAX_PART_BYTES:
        raise UsageError(f"{out}: cannot be written (the path is too long); choose OUT=<folder>")


def _check_writable(out: Path) -> None:
    """Try the deepest paths that a run will write."""
    try:
        for folder in (out, *(out / name for name in WRITTEN)):
            folder.mkdir(parents=True, exist_ok=True)
            _try(folder / ".writable")
        deep = out / "results" / LONGEST_NAME
        made = not deep.exists()
        deep.mkdir(exist_ok=True)
        try:
            _try(deep / ".results.json.12345678")
        finally:
            if made:
                deep.rmdir()
    except OSError as error:
        reason = error.strerror or "unknown reason"
        if error.errno == errno.ENAMETOOLONG:
            reason = "the path is too long"
        raise UsageError(f"{out}: cannot be written ({reason}); choose OUT=<folder>") from None
    for name in (*TARGETS, "gradebook.sqlite"):
        if (out / name).exists() and not os.access(out / name, os.W_OK):
            raise UsageError(f"{out / name}: cannot be written; choose another OUT=<folder>")


def _try(path: Path) -> None:
    path.touch()
    path.unlink()


def folder_of(submissions: Path, out: Path) -> Path:
    """Return the folder with the submissions; an LMS's zip is unpacked into the output folder.

    Raises:
        UsageError: the zip cannot be unpacked.
    """
    return unpack_download(submissions, out / UNPACKED) if submissions.is_file() else submissions
