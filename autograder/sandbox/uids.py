"""The uids that submissions run under: a block of this machine's that nobody else uses.

Each worker reserves a small run of uids from the block, with a lock that ends with it, and takes
only those which nobody is known by and no process runs under. So whatever is killed under such a
uid is a submission's.
"""

import fcntl
import os
import pwd
import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from autograder.errors import EngineError

VARIABLE = "AUTOGRADER_UIDS"
FIRST, LAST = 20_000, 39_999
LEAST = 1000  # below are the system's own
MOST = 2**31 - 2
RUN = 32  # uids of one worker
FEW = 64  # files that a worker removes by itself
# The last for a container whose root can only be read.
LOCK_FOLDERS = ("/run/autograder-uids", "/var/tmp/autograder-uids", "/tmp/autograder-uids")
REPAIR = f"set {VARIABLE}=<first>-<last> to a block of uids that nobody uses here"


class Uids:
    """The run of uids of one worker; taken in turn.

    Raises:
        EngineError: the block is malformed, or nothing of it is free.
    """

    def __init__(self) -> None:
        first, last = parse_block(os.environ.get(VARIABLE, ""))
        self.lock: int | None = None
        if os.getpid() == 1:  # in a container of its own nobody else is
            self.run = range(first, last + 1)
        else:
            self.run, self.lock = _reserve(first, last)
        self.count = random.SystemRandom().randrange(len(self.run))

    def take(self) -> int:
        """Return the next uid.

        Raises:
            EngineError: somebody is known by each of them.
        """
        for _ in self.run:
            self.count = (self.count + 1) % len(self.run)
            if not _is_somebodys(self.run[self.count]):
                return self.run[self.count]
        raise EngineError(f"the uids {self.run[0]} to {self.run[-1]} are users of here; {REPAIR}")


def parse_block(text: str) -> tuple[int, int]:
    """Return the first and the last uid of a block as people write it, e.g. "20000-39999".

    Raises:
        EngineError: it is none.
    """
    if not text:
        return FIRST, LAST
    first, dash, last = text.partition("-")
    if not (dash and first.strip().isdecimal() and last.strip().isdecimal()):
        raise EngineError(f"{VARIABLE}={text}: no block of uids; write {VARIABLE}={FIRST}-{LAST}")
    block = int(first), int(last)
    if not LEAST <= block[0] <= block[1] <= MOST or block[1] - block[0] + 1 < RUN:
        raise EngineError(
            f"{VARIABLE}={text}: a block has {RUN} uids at least, from {LEAST} up; "
            f"write {VARIABLE}={FIRST}-{LAST}"
        )
    return block


def _reserve(first: int, last: int) -> tuple[range, int]:
    """Return a run of uids that is free, and the descriptor that keeps it reserved."""
    starts = list(range(first, last - RUN + 2, RUN))
    random.SystemRandom().shuffle(starts)
    folder, used = _lock_folder(), _used()
    for start in starts:
        run = range(start, start + RUN)
        lock = os.open(f"{folder}/{start}", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            continue
        if not any(low <= run[-1] and run[0] <= high for low, high in used):
            return run, lock
        os.close(lock)
    raise EngineError(f"no uids are free between {first} and {last}; {REPAIR}")


def _lock_folder() -> str:
    for folder in LOCK_FOLDERS:
        with suppress(OSError):
            with suppress(FileExistsError):
                os.mkdir(folder, 0o700)
            found = os.lstat(folder)
            if found.st_uid == os.geteuid() and found.st_mode & 0o170077 == 0o040000:
                return folder
    raise EngineError(
        f"no place to reserve uids: none of {', '.join(LOCK_FOLDERS)} is a folder of this "
        "user's alone; remove them, or use ENGINE=docker"
    )


def _used() -> list[tuple[int, int]]:
    """Return ranges of uids that belong to somebody, or that processes run under now."""
    found = {user.pw_uid for user in pwd.getpwall()}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with suppress(OSError):
                found.add(entry.stat().st_uid)
    return [(uid, uid) for uid in found] + list(_subordinate())


def _subordinate() -> Iterator[tuple[int, int]]:
    """Yield the ranges that users may map into containers of their own."""
    with suppress(OSError), open("/etc/subuid", encoding="utf-8", errors="replace") as file:
        for line in file:
            with suppress(ValueError):
                _, start, count = line.split(":")
                yield int(start), int(start) + int(count) - 1


def _is_somebodys(uid: int) -> bool:
    try:
        return bool(pwd.getpwuid(uid))
    except KeyError:
        return False


@contextmanager
def acting_as(uid: int) -> Iterator[None]:
    """Open, look into and remove files as a uid would; 0: as this process does anyway."""
    if not uid:
        yield
        return
    import ctypes

    libc = ctypes.CDLL(None)
    libc.setfsgid(uid)
    libc.setfsuid(uid)
    try:
        yield
    finally:
        libc.setfsuid(0)
        libc.setfsgid(0)


def take_away(uid: int, folder: str) -> bool:
    """Remove a uid's folder if there is nothing in it but a few files; tells whether it is gone.

    It goes into no other folder and through no link. No process may run under the uid any more.
    """
    try:
        with acting_as(uid):
            place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                names = os.listdir(place)
                for name in names[: FEW + 1]:
                    os.unlink(name, dir_fd=place)
            finally:
                os.close(place)
        os.rmdir(folder)
    except OSError:
        return False
    return True
