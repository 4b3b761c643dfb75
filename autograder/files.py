"""Files that are there as a whole or not at all."""

import fcntl
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder.errors import EvidenceError

MOST_BYTES = 32 * 2**20  # of files that cross the wall together
MOST_ENTRIES = 2_000  # of a folder that a test sees
SCRATCH = ".scratch"  # in it: where a test's temporary files lie
Entries = dict[str, tuple[int, int] | None]  # size and time of a file; None: a folder


def write_text(path: Path, text: str) -> None:
    """Write a file in one step, as UTF-8; its folder is made where it is missing."""
    write_bytes(path, text.encode("utf-8", "backslashreplace"))


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file in one step; its folder is made where it is missing."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException as error:
        os.unlink(temporary)
        if isinstance(error, OSError) and error.filename is None:
            error.filename = os.fspath(path)  # a full disk is told without one
        raise


@contextmanager
def alone(name: str) -> Iterator[None]:
    """Let this user's other processes that do the same wait; no file of it is left behind."""
    path = Path(tempfile.gettempdir(), f"autograder-{name}-{os.getuid()}.lock")
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if not _is_at(path, handle):  # whoever had it has removed it meanwhile
                continue
            try:
                yield
            finally:
                path.unlink(missing_ok=True)
            return
        finally:
            os.close(handle)


def _is_at(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(os.stat(path), os.fstat(handle))
    except FileNotFoundError:
        return False


def _umask() -> int:
    """Return which rights new files do not get; there is no other way to ask that is safe."""
    with open("/proc/self/status", encoding="ascii", errors="replace") as status:
        return next((int(one.split()[1], 8) for one in status if one.startswith("Umask:")), 0o022)


def link_all(source: str, target: str) -> None:
    """Lay a link to every file below one folder at its place below another."""
    for folder, _, names in os.walk(source):
        inside = os.path.join(target, os.path.relpath(folder, source))
        os.makedirs(inside, exist_ok=True)
        for name in names:
            os.symlink(os.path.join(folder, name), os.path.join(inside, name))


def entries_below(folder: str) -> Entries:
    """Return what lies below a folder, by relative path: no links, and nothing hidden."""
    found: Entries = {}
    for place, folders, names in os.walk(folder):
        inside = os.path.relpath(place, folder)
        folders[:] = sorted(name for name in folders if name[:1] != "." or name == SCRATCH)
        for name in (*folders, *sorted(names)):
            path = os.path.normpath(os.path.join(inside, name))
            if len(found) >= MOST_ENTRIES:
                return found
            if name in folders:
                found[path] = None
            elif name[:1] != "." and (stamp := stamp_of(os.path.join(place, name))) is not None:
                found[path] = stamp
    return found


def stamp_of(path: str) -> tuple[int, int] | None:
    """Return size and time of a plain file, None of anything else."""
    try:
        status = os.lstat(path)
    except OSError:
        return None
    return (status.st_size, status.st_mtime_ns) if stat.S_ISREG(status.st_mode) else None


def read_file(path: str) -> bytes | None:
    """Return the bytes of a file, None where there is none.

    Raises:
        EvidenceError: it is too large to cross.
    """
    try:
        with open(path, "rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError:
        return None
    if len(data) > MOST_BYTES:
        raise EvidenceError(f"the file {path} is over {MOST_BYTES >> 20} MiB")
    return data


def write_file(path: str, data: bytes, mode: str) -> None:
    """Write a file, or add to it; its folder is made where it is missing."""
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path, mode) as file:
        file.write(data)
