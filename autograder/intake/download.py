"""An LMS's download as it is: one zip with everybody's files, unpacked into a folder of ours."""

import lzma
import os
import shutil
import tempfile
import zipfile
import zlib
from pathlib import Path

from autograder.errors import UsageError
from autograder.intake.tables import looks_chinese
from autograder.intake.upload import MAX_FILE_BYTES, is_link

MAX_ENTRIES = 500_000
MAX_NAME_BYTES = 240
UTF_8_FLAG = 0x800
OLD = "cp437"  # of names, before zip knew UTF-8
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
            encoding = _encoding_of(entries)
            for entry in entries:
                if not entry.is_dir() and not is_link(entry):
                    _write(archive, entry, _name_of(entry, encoding), fresh)
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


def _write(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, folder: Path) -> None:
    parts = [_bounded(part) for part in name.replace("\\", "/").split("/")]
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


def _encoding_of(entries: list[zipfile.ZipInfo]) -> str:
    """Return in what names without a mark are written that are not UTF-8.

    Almost any bytes are some GB18030, "ü" of a Western Windows and the letter after it too; so most
    have to be common Chinese characters. Else they are as zip says.
    """
    raw = [_raw(entry) for entry in entries if not entry.flag_bits & UTF_8_FLAG]
    old = b"\n".join(name for name in raw if not _is_text(name, "utf-8"))
    return "gb18030" if looks_chinese(old) and _is_text(old, "gb18030") else OLD


def _is_text(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _raw(entry: zipfile.ZipInfo) -> bytes:
    return entry.filename.encode(OLD, "replace")


def _name_of(entry: zipfile.ZipInfo, encoding: str) -> str:
    if entry.flag_bits & UTF_8_FLAG:
        return entry.filename
    raw = _raw(entry)
    return raw.decode("utf-8" if _is_text(raw, "utf-8") else encoding, "replace")


def _bounded(part: str) -> str:
    """Return a name that a file system takes, its suffix kept."""
    if len(os.fsencode(part)) <= MAX_NAME_BYTES:
        return part
    stem, suffix = os.path.splitext(part)
    room = max(MAX_NAME_BYTES - len(os.fsencode(suffix)), 1)
    return os.fsencode(stem)[:room].decode("utf-8", "ignore") + suffix[:40]
