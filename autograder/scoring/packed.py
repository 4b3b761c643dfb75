"""What is packed in a file that a notebook wrote: bounded, and nothing that could be run."""

import bz2
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import PurePosixPath
from typing import Any

# What is imported, run, or read by a library that trusts it.
RUN = frozenset({
    ".bash", ".bat", ".dll", ".dylib", ".h5", ".hdf", ".hdf5", ".jar", ".js", ".pl", ".ps1", ".py",
    ".pyc", ".pyd", ".pyw", ".pyz", ".r", ".rb", ".sh", ".so", ".whl", ".zsh",
})  # fmt: skip
MAX_UNPACKED = 64 * 2**20
# By how they begin, what unpacks compressed files; their readers go on from one part to the next.
UNPACKERS: dict[bytes, Callable[[], Any]] = {
    b"\x1f\x8b": lambda: zlib.decompressobj(wbits=31),
    b"BZh": bz2.BZ2Decompressor,
    b"\xfd7zXZ\0": lzma.LZMADecompressor,
    b"]\0\0": lzma.LZMADecompressor,
}
DAMAGED = (OSError, ValueError, EOFError, zlib.error, lzma.LZMAError)
Members = list[tuple[str, int]]  # of an archive: name and size


def is_data(path: str) -> bool:
    """Tell whether a file of this name may lie beside a test."""
    return RUN.isdisjoint(suffix.lower() for suffix in PurePosixPath(path).suffixes)


def is_bounded(data: bytes) -> bool:
    """Tell whether a test may unpack a file: it is not too much, runs nothing, stays where it is.

    A file may be two kinds of archive at once, and readers give what stands before the damage.
    """
    content = _unpacked(data)
    if content is None:
        return False
    try:
        archives = _zipped(data), _zipped(content), _tarred(content)
    except tarfile.TarError:
        return False
    return all(map(_are_bounded, archives))


def _zipped(data: bytes) -> Members:
    """Return what a zip holds, whatever stands before it in a file; of all else nothing."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return [(one.filename, one.file_size) for one in archive.infolist()]
    except (zipfile.BadZipFile, *DAMAGED):
        return []


def _tarred(content: bytes) -> Members:
    """Return what a tar holds, of all else nothing; what is no file or folder has no name.

    Raises:
        tarfile.TarError: it is damaged behind its first members.
    """
    with ExitStack() as stack:
        try:
            archive = stack.enter_context(tarfile.open(fileobj=io.BytesIO(content), mode="r:"))
        except tarfile.TarError:
            return []
        return [(one.name if one.isreg() or one.isdir() else "", one.size) for one in archive]


def _are_bounded(members: Members) -> bool:
    return sum(size for _, size in members) <= MAX_UNPACKED and all(
        is_data(name) and _is_inner(name) for name, _ in members
    )


def _is_inner(name: str) -> bool:
    """Tell whether a member lands in the folder that it is unpacked into: links could lead out."""
    path = PurePosixPath(name.replace("\\", "/"))
    return bool(name) and not path.is_absolute() and ".." not in path.parts


def _unpacked(data: bytes) -> bytes | None:
    """Return what a compressed file holds, all parts of it, any other file as it is.

    None where that is too much, or does not end well.
    """
    make = next((one for mark, one in UNPACKERS.items() if data.startswith(mark)), None)
    if make is None or not _begins(make, data):
        return data
    parts, room = [], MAX_UNPACKED
    try:
        while data.strip(b"\0"):
            unpacker = make()
            parts.append(unpacker.decompress(data, room + 1))
            room -= len(parts[-1])
            if room < 0 or not unpacker.eof:
                return None
            data = unpacker.unused_data
    except DAMAGED:
        return None
    return b"".join(parts)


def _begins(make: Callable[[], Any], data: bytes) -> bool:
    """Tell whether anything can be unpacked: else it is no compressed file, whatever its mark."""
    try:
        make().decompress(data, 1)
    except DAMAGED:
        return False
    return True
