"""A fence around one submission's tests: files of others are neither read nor written from inside.

A test may open whatever path a student answers, by whatever library, in Python or below it. So the
kernel holds the copy of the scorer in which it runs (:mod:`autograder.scoring.apart`): it reads
Python, packages and what the tests themselves name, and writes where tests work. What it has of
the grader's channels beyond its own is closed. Where a kernel has no Landlock there is no fence.
"""

import ast
import ctypes
import fcntl
import os
import stat
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from autograder.sandbox.landlock import (
    PR_SET_NO_NEW_PRIVS,
    READ_RIGHTS,
    SHARED_RIGHTS,
    Landlock,
)
from autograder.sandbox.processes import SHARED
from autograder.sandbox.readable import COURSE, DEVICES, readable_paths, without

OURS = Path(__file__).resolve().parents[1]
# What a test's connection, and what looks at the machine for itself, reads of the system.
SYSTEM = (
    "/etc/resolv.conf", "/etc/hosts", "/etc/host.conf", "/etc/gai.conf", "/etc/services",
    "/etc/protocols", "/etc/group", "/etc/ssl", "/etc/pki", "/etc/ca-certificates",
    "/etc/mime.types", "/etc/os-release", "/etc/timezone", "/proc/filesystems",
)  # fmt: skip
BUNDLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")  # variables
OWN_PROC = ("cgroup", "mountinfo", "stat", "statm", "status")
# Words of tests whose processes share memory: locks of theirs lie there by name.
SHARING = ("multiprocessing", "concurrent", "joblib", "n_jobs", "num_workers")

CHANNELS: set[int] = set()  # those of the grader's that are open inside


class Fence:
    """What may be reached from inside, prepared once by the scorer.

    Args:
        sources: texts of the test files.
    """

    def __init__(self, sources: Iterable[str]):
        sources = [*sources]
        self.landlock = Landlock()
        if not self.landlock.abi:
            return
        read = [*SYSTEM, *(os.environ.get(name, "") for name in BUNDLES), *_matplotlibs()]
        self.landlock.allow(readable_paths() | DEVICES | without(OURS, COURSE))
        self.landlock.allow({path: READ_RIGHTS for path in (*read, *_files_named(sources)) if path})
        if any(word in source for source in sources for word in SHARING):
            self.landlock.allow({SHARED: SHARED_RIGHTS})

    def close(
        self, worked_in: Iterable[str], read: Iterable[str], channels: Collection[int]
    ) -> None:
        """Stay inside from now on, for good.

        Args:
            worked_in: folders in which tests do what they like.
            read: what else may be read.
            channels: descriptors of the channels that this process needs.
        """
        _close_channels(channels)
        CHANNELS.update(channels)
        ruleset = self.landlock.new_ruleset(network=True)
        if ruleset is None:
            return
        own = dict.fromkeys((f"/proc/self/{name}" for name in OWN_PROC), READ_RIGHTS)
        own |= dict.fromkeys(read, READ_RIGHTS)
        own |= dict.fromkeys(worked_in, self.landlock.all_rights)
        ctypes.CDLL(None).prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        self.landlock.restrict(ruleset, {path: own[path] for path in own if os.path.exists(path)})
        os.close(ruleset)


def _close_channels(kept: Collection[int]) -> None:
    """Close what leads to other processes of the grader's, or into files that it writes.

    The numbers stay taken: whoever still holds one would close another's file in its place.
    """
    nowhere = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    for name in os.listdir("/proc/self/fd"):
        number = int(name)
        with suppress(OSError):  # that of the listing itself
            if number > 2 and number not in kept and _leads_out(number):
                os.dup2(nowhere, number, inheritable=False)
    os.close(nowhere)


def _leads_out(number: int) -> bool:
    mode = os.fstat(number).st_mode
    if stat.S_ISSOCK(mode) or stat.S_ISFIFO(mode):
        return True
    flags = fcntl.fcntl(number, fcntl.F_GETFL)
    return stat.S_ISREG(mode) and flags & os.O_ACCMODE != os.O_RDONLY


def _files_named(sources: Iterable[str]) -> Iterator[str]:
    """Yield the files that tests name in full themselves."""
    for source in sources:
        with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield from filter(_is_a_file, (node.value, *_quoted_in(node.value)))


def _quoted_in(text: str) -> list[str]:
    """Return what stands in quotes in a text, as in the code of a doctest."""
    return [part for mark in "\"'" for part in text.split(mark)[1::2]]


def _is_a_file(path: str) -> bool:
    try:
        return os.path.isabs(path) and os.path.isfile(path)
    except ValueError:  # as where a zero is in it
        return False


def _matplotlibs() -> Iterator[str]:
    """Yield the folders where it keeps its settings and what it knows of fonts."""
    import matplotlib

    with suppress(OSError):
        yield from (matplotlib.get_configdir(), matplotlib.get_cachedir() or "")
