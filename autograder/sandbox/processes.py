"""The processes of a submission: which there are, what they use together, and their end.

Everything that a submission starts hangs below the worker, which is its subreaper. What runs under
a uid of its own is killed with one signal; where the uid is the worker's too, the processes are
frozen one by one until none is left that could start another, and then killed.
"""

import os
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
FREEZE_ROUNDS = 200
CGROUPS = ("/sys/fs/cgroup/memory.stat", "/sys/fs/cgroup/memory/memory.stat")  # version 2, 1
COUNTED = ((b"total_rss", b"total_shmem"), (b"anon", b"shmem"))  # in version 1, in version 2
MIB = 2**20
SHARED = "/dev/shm"
LONG_PATH = 2000  # bytes, from where a folder is opened: what lies in it has a short path again
MOST_OPENED = 64


def children_of(pid: int) -> list[int]:
    """Return the processes that one process started or adopted, through any of its threads."""
    found = []
    with suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            with suppress(OSError), open(f"/proc/{pid}/task/{thread}/children", "rb") as file:
                found += [int(child) for child in file.read().split()]
    return found


def below(roots: Iterable[int]) -> list[int]:
    """Return processes and all that hang below them."""
    pending, found = list(roots), []
    while pending:
        pid = pending.pop()
        found.append(pid)
        pending += children_of(pid)
    return found


def freeze_and_kill(roots: Iterable[int]) -> None:
    """Kill processes and all below them, whatever they start meanwhile."""
    frozen: set[int] = set()
    roots = list(roots)
    for _ in range(FREEZE_ROUNDS):
        new = set(below(roots)) - frozen
        if not new:
            break
        for pid in new:
            _send(pid, signal.SIGSTOP)
        frozen |= new
    for pid in frozen:
        _send(pid, signal.SIGKILL)


def reap(pids: Iterable[int], patience_s: float) -> bool:
    """Wait for the end of children that were killed; tells whether all are gone."""
    deadline = time.monotonic() + patience_s
    left = set(pids)
    while left:
        for pid in list(left):
            try:
                if os.waitpid(pid, os.WNOHANG)[0]:
                    left.discard(pid)
            except ChildProcessError:
                left.discard(pid)
        if left and time.monotonic() > deadline:
            return False
        if left:
            time.sleep(0.002)
    return True


def _send(pid: int, number: int) -> None:
    with suppress(OSError):
        os.kill(pid, number)


def cpu_s(pids: Iterable[int]) -> float:
    """Return the CPU time of processes and of those that they have waited for."""
    total = 0
    for pid in pids:
        with suppress(OSError, ValueError, IndexError), open(f"/proc/{pid}/stat", "rb") as file:
            total += sum(int(ticks) for ticks in file.read().rpartition(b")")[2].split()[11:15])
    return total / TICKS


class Memory:
    """What a submission's processes hold together, above the warm worker that they came from.

    In a container of its own the kernel counts for us, all that is shared or nowhere mapped too.
    Elsewhere the processes are looked at: private and shared memory, each shared page once where
    the kernel tells, and what open files without a name hold.

    Args:
        limit_mib: above it, more effort is made to be exact.
        counts: the container's own counter, or None.
    """

    def __init__(self, limit_mib: float, counts: Path | None):
        self.limit_mib, self.counts = limit_mib, counts
        private, _, self.tables = _resident(os.getpid())
        self.base = _counted(counts) if counts else private

    def used_mib(self, pids: list[int]) -> float:
        """Return what is held now, in MiB; at most the limit where that is sure to be kept."""
        held = [_resident(pid) for pid in pids]
        tables = sum(max(0, table - self.tables) for _, _, table in held)
        if self.counts:
            return (_counted(self.counts) - self.base + tables) / MIB
        rough = sum(max(0, private - self.base) + shared for private, shared, _ in held) + tables
        if rough / MIB <= self.limit_mib:
            return rough / MIB
        exact = [_proportional(pid) for pid in pids]
        if any(pages is None for pages in exact):
            return rough / MIB
        # The worker's pages are shared by it and n processes: theirs are n / (n + 1) of them.
        warm = self.base * len(pids) / (len(pids) + 1)
        return (sum(pages or 0 for pages in exact) - warm + tables) / MIB


def own_counter() -> Path | None:
    """Return where the kernel counts this container's memory; None outside one of our own."""
    if os.getpid() != 1:
        return None
    return next((path for path in map(Path, CGROUPS) if _readable(path)), None)


def _readable(path: Path) -> bool:
    try:
        return _counted(path) > 0
    except (OSError, ValueError, KeyError, StopIteration):
        return False


def _counted(path: Path) -> int:
    with open(path, "rb") as file:
        pairs = dict(line.split() for line in file)
    names = next(names for names in COUNTED if names[0] in pairs)
    return sum(int(pairs[name]) for name in names)


def private_mib() -> float:
    """Return the private memory of this process, in MiB."""
    return _resident(os.getpid())[0] / MIB


def _resident(pid: int) -> tuple[int, int, int]:
    """Return a process's private and shared memory, as touched, and its page tables, in bytes."""
    private = shared = tables = 0
    with suppress(OSError), open(f"/proc/{pid}/status", "rb") as file:
        for line in file:
            if line.startswith((b"RssAnon:", b"VmSwap:")):
                private += int(line.split()[1]) * 1024
            elif line.startswith(b"RssShmem:"):
                shared += int(line.split()[1]) * 1024
            elif line.startswith(b"VmPTE:"):
                tables += int(line.split()[1]) * 1024
    return private, shared, tables


def _proportional(pid: int) -> int | None:
    """Return a process's share of its memory, each page divided by who maps it, in bytes."""
    total = 0
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as file:
            for line in file:
                if line.startswith((b"Pss_Anon:", b"Pss_Shmem:", b"SwapPss:")):
                    total += int(line.split()[1]) * 1024
    except (FileNotFoundError, ProcessLookupError):
        return 0  # it has ended
    except OSError:
        return None
    return total


def shared_entries(uid: int) -> list[str]:
    """Return the paths of what a uid has in the folder of shared memory."""
    found = []
    try:
        with os.scandir(SHARED) as entries:
            for entry in entries:
                with suppress(OSError):  # gone meanwhile
                    if entry.stat(follow_symlinks=False).st_uid == uid:
                        found.append(entry.path)
    except OSError:
        return []  # there is none, or nobody may look
    return found


def shared_bytes(uid: int) -> int:
    """Return what a uid's entries take of shared memory."""
    total = 0
    for path in shared_entries(uid):
        with suppress(OSError):
            total += os.stat(path, follow_symlinks=False).st_blocks * 512
    return total


def folder_bytes(folder: str, most: int, most_entries: int) -> tuple[int, int]:
    """Return what a folder's files take on the disk, and how many entries there are.

    It stops counting where either is more than may be. Where a path gets too long for the kernel
    it goes on from an open folder.
    """
    total = entries = 0
    stack, opened = [folder], list[int]()
    try:
        while stack and total <= most and entries <= most_entries:
            path = stack.pop()
            if len(os.fsencode(path)) > LONG_PATH:
                if len(opened) >= MOST_OPENED:
                    return total, most_entries + 1  # nobody needs so many as deep as that
                with suppress(OSError):
                    opened.append(os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))
                    path = f"/proc/self/fd/{opened[-1]}"
            # Another uid's folder in a container is skipped: there the tmpfs has its own limit.
            with suppress(OSError), os.scandir(path) as found:
                for entry in found:
                    entries += 1
                    if entry.is_dir(follow_symlinks=False):
                        stack.append(entry.path)
                        continue
                    with suppress(OSError):  # gone meanwhile: the others still count
                        total += entry.stat(follow_symlinks=False).st_blocks * 512
                    if entries > most_entries:
                        break
    finally:
        for number in opened:
            os.close(number)
    return total, entries
