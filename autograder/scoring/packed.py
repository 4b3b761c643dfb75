"""What is packed in a file that a notebook wrote: bounded, and nothing that could be run."""

import bz2
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable
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
DAMAGED = (
    OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, tarfile.TarError,
)  # fmt: skip


def is_data(path: str) -> bool:
    """Tell whether a file of this name may lie beside a test."""
    return RUN.isdisjoint(suffix.lower() for suffix in PurePosixPath(path).suffixes)


def is_bounded(data: bytes) -> bool:
    """Tell whether what is packed in a file is no more than a test may get, and nothing to run."""
    try:
        if zipfile.is_zipfile(io.BytesIO(data)):  # whatever stands before the archive in it
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                return _are_bounded([(one.filename, one.file_size) for one in archive.infolist()])
        content = _unpacked(data)
        if content is None:
            return False
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as tar:
            return _are_bounded([(one.name, one.size) for one in tar])
    except DAMAGED:
        return True  # no archive, or a damaged one: that is the test's to find out


def _are_bounded(members: list[tuple[str, int]]) -> bool:
    return sum(size for _, size in members) <= MAX_UNPACKED and all(
        is_data(name) for name, _ in members
    )


def _unpacked(data: bytes) -> bytes | None:
    """Return what a compressed file holds, all parts of it, any other file as it is.

    None where that is too much, or does not end.
    """
    make = next((one for mark, one in UNPACKERS.items() if data.startswith(mark)), None)
    if make is None:
        return data
    parts, room = [], MAX_UNPACKED
    while data.strip(b"\0"):
        unpacker = make()
        parts.append(unpacker.decompress(data, room + 1))
        room -= len(parts[-1])
        if room < 0 or not unpacker.eof:
            return None
        data = unpacker.unused_data
    return b"".join(parts)
