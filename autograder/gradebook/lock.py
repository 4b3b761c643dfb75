"""One command at a time in an output folder."""

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder.errors import UsageError

LOCK = ".lock"
PATIENCE_S = 2.0  # for a command that is just ending


@contextmanager
def hold(out: Path) -> Iterator[None]:
    """Keep other commands from the same output folder; ends with the process, however it ends.

    The lock is a record lock: children of the process do not inherit it.

    Raises:
        UsageError: another command is at work there.
    """
    try:
        file = open(out / LOCK, "a+", encoding="ascii")  # noqa: SIM115 - closed below
    except OSError:
        yield  # a place that cannot be written is nobody's to write in
        return
    with file:
        _lock(file.fileno(), out)
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def _lock(handle: int, out: Path) -> None:
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EAGAIN):
                return  # a file system without locks
            if time.monotonic() > until:
                holder = os.pread(handle, 20, 0).decode("ascii", "replace").strip()
                raise UsageError(
                    f"{out}: another command is at work there (process {holder or 'unknown'}); "
                    "wait for its end, or choose another OUT=<folder>"
                ) from None
        time.sleep(0.1)
