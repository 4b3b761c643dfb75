"""A look into an upload that the command takes by itself: it may cost only so much.

A small file can be read as it is. A larger one may unpack to gigabytes or hold millions of parts:
it is looked at in a process of its own, within bounds, and tells nothing where it goes beyond.
"""

import json
import os
import resource
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

SMALL_BYTES = 1 << 20  # of a file that is looked at here; a zip is never small
MOST_MIB, MOST_S = 1024, 10  # of memory, and of CPU time
PATIENCE_S = 60  # by the clock


def looked_at(path: Path, look: Callable[[], Any]) -> Any:
    """Return what a look at a file tells, None where that would cost too much.

    Args:
        look: returns what JSON can hold; what it raises is raised here for a small file alone.
    """
    try:
        small = path.stat().st_size <= SMALL_BYTES and not _is_packed(path)
    except OSError:
        small = True  # the look says why
    return look() if small else _apart(look)


def _is_packed(path: Path) -> bool:
    with open(path, "rb") as file:
        return file.read(2) == b"PK"


def _apart(look: Callable[[], Any]) -> Any:
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            os.close(reading)
            _hold()
            told = json.dumps(look()).encode()
            with open(writing, "wb") as out:
                out.write(told)
        except BaseException:
            os._exit(1)  # it is no notebook, or too much of one
        os._exit(0)
    os.close(writing)
    with open(reading, "rb") as source:
        told = source.read()
    _, status = os.waitpid(pid, 0)
    return json.loads(told) if status == 0 else None


def _hold() -> None:
    """Hold this process to the bounds; over one of time the kernel ends it."""
    for number in (signal.SIGALRM, signal.SIGXCPU):
        signal.signal(number, signal.SIG_DFL)
    signal.alarm(PATIENCE_S)
    for kind, most in (
        (resource.RLIMIT_CPU, MOST_S),
        (resource.RLIMIT_DATA, MOST_MIB * 2**20 + _held_bytes()),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):  # a lower limit holds already
            resource.setrlimit(kind, (most, most))


def _held_bytes() -> int:
    with open("/proc/self/statm", "rb") as file:
        return int(file.read().split()[5]) * resource.getpagesize()
