"""An LMS's download as it is: one zip with everybody's files, unpacked into a folder of ours."""

import lzma
import os
import shutil
import tempfile
import zipfile
import zlib
from pathlib import Path

from autograder.errors import UsageError
from autograder.intake.upload import MAX_FILE_BYTES, is_link

MAX_ENTRIES = 500_000
MAX_NAME_BYTES = 240
UTF_8_FLAG = 0x800
# What a damaged archive raises, and one in which a name is a file's and a folder's.
UNREADABLE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, RuntimeError, EOFError, ValueError,
    FileExistsError, NotADirectoryError,
)  # fmt: skip


def is_download(path: Path) -> bool:
    """Tell whether what was given as the submissions is one zip."""
    return path.is_file() and zipfile.is_zipfile(path)


def unpack_download(path: Path, folder: Path) -> Path:
    """Unpack a download into a folder, in place of what was unpacked there before.

    Names stay as the LMS wrote them, also Chinese ones; nothing is written outside of the folder,
    and links are left out. A file too large to be a submission keeps its size and no content.

    Raises:
        UsageError: it cannot be read.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".unpacking"))
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES:
                raise UsageError(f"{path}: more than {MAX_ENTRIES:,} files; unpack it yourself")
            for entry in entries:
                if not entry.is_dir() and not is_link(entry):
                    _write(archive, entry, fresh)
        if folder.exists():
            shutil.rmtree(folder)
        fresh.rename(folder)
    except UNREADABLE as error:
        reason = " ".join(str(error).split())[:100]
        raise UsageError(
            f"{path}: cannot be unpacked ({reason}); download it again, or unpack it yourself"
        ) from None
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return folder


def _write(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> None:
    parts = [_bounded(part) for part in _name_of(entry).replace("\\", "/").split("/")]
    place = folder.joinpath(*(part for part in parts if part not in ("", ".", "..")))
    if place == folder:
        return
    number, free = 1, place
    while free.exists():
        number += 1
        free = place.with_name(f"{place.stem} ({number}){place.suffix}")
    free.parent.mkdir(parents=True, exist_ok=True)
    with open(free, "wb") as target:
        if entry.file_size > MAX_FILE_BYTES:
            target.truncate(entry.file_size)
            return
        with archive.open(entry) as source:
            shutil.copyfileobj(source, target)


def _name_of(entry: zipfile.ZipInfo) -> str:
    """Return an entry's name; one without a mark is UTF-8 or GB18030, or else as zip says."""
    if entry.flag_bits & UTF_8_FLAG:
        return entry.filename
    raw = entry.filename.encode("cp437", "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename


def _bounded(part: str) -> str:
    """Return a name that a file system takes, its suffix kept."""
    if len(os.fsencode(part)) <= MAX_NAME_BYTES:
        return part
    stem, suffix = os.path.splitext(part)
    room = max(MAX_NAME_BYTES - len(os.fsencode(suffix)), 1)
    return os.fsencode(stem)[:room].decode("utf-8", "ignore") + suffix[:40]
