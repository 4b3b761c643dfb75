"""What processes hold that neither their folder nor a count of their pages shows.

A file lives without a name as long as it is open, mapped, or under way: handed over through a
socket from which nobody has taken it yet. Of those under way the kernel tells only how many there
are, so they may not stay so.
"""

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress

SECTOR = 512  # what the kernel counts a file's blocks in
DELETED = b"(deleted)"
IN_MEMORY = (
    b"/dev/zero",
    b"/dev/shm/",
    b"/memfd:",
    b"/SYSV",
)  # files whose mapped pages are memory
UNDER_WAY = b"scm_fds:"
MOST_UNDER_WAY = 32  # descriptors at a time
LOOKS = 5  # in a row at which some are under way


class Unseen:
    """Looks for what one submission holds so."""

    def __init__(self) -> None:
        self.looks = 0

    def keeps_files_under_way(self, pids: Iterable[int]) -> bool:
        """Tell whether descriptors stay in sockets, where what they hold cannot be counted."""
        count = sum(_under_way(path) for path, found in _open_files(pids) if _is_socket(found))
        self.looks = self.looks + 1 if count else 0
        return count > MOST_UNDER_WAY or self.looks >= LOOKS


def nameless_bytes(pids: Iterable[int]) -> int:
    """Return what open and mapped files without a name hold on disk or in memory.

    As far as we may look; what is mapped of a file in memory and touched is counted as memory.
    """
    pids = list(pids)
    held: dict[tuple[int, int], int] = {}
    for _, found in _open_files(pids):
        if not found.st_nlink:
            held[found.st_dev, found.st_ino] = found.st_blocks * SECTOR
    mapped: dict[tuple[int, int], int] = {}
    for path, touched in _nameless_maps(pids):
        with suppress(OSError):  # gone meanwhile, or we may not follow it
            found = os.stat(path)
            key = found.st_dev, found.st_ino
            if key not in held:
                mapped[key] = mapped.get(key, found.st_blocks * SECTOR) - touched
    return sum(held.values()) + sum(max(0, size) for size in mapped.values())


def _open_files(pids: Iterable[int]) -> Iterator[tuple[str, os.stat_result]]:
    """Yield the open descriptors of processes, each with what is known of its file."""
    for pid in pids:
        with suppress(OSError):
            for number in os.listdir(f"/proc/{pid}/fd"):
                with suppress(OSError):
                    found = os.stat(f"/proc/{pid}/fd/{number}")
                    yield f"/proc/{pid}/fdinfo/{number}", found


def _is_socket(found: os.stat_result) -> bool:
    return stat.S_ISSOCK(found.st_mode)


def _under_way(path: str) -> int:
    """Return how many descriptors wait in a socket, as its line in ``/proc`` says."""
    with suppress(OSError, ValueError), open(path, "rb") as file:
        for line in file:
            if line.startswith(UNDER_WAY):
                return int(line.removeprefix(UNDER_WAY))
    return 0


def _nameless_maps(pids: Iterable[int]) -> Iterator[tuple[str, int]]:
    """Yield a path to the file of each map of one without a name, and what counts as memory."""
    for pid in pids:
        with suppress(OSError, ValueError):
            if DELETED not in _read(f"/proc/{pid}/maps"):
                continue
            path, in_memory, nameless = "", False, False
            for line in _read(f"/proc/{pid}/smaps").splitlines():
                words = line.split(None, 5)
                if not words[0].endswith(b":"):
                    first, last = (int(part, 16) for part in words[0].split(b"-"))
                    path = f"/proc/{pid}/map_files/{first:x}-{last:x}"
                    in_memory = words[-1].startswith(IN_MEMORY)
                    nameless = line.rstrip().endswith(DELETED)
                elif words[0] == b"Rss:" and nameless:
                    yield path, int(words[1]) * 1024 if in_memory else 0


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
