"""Unix sockets: a submission's processes may talk to each other, and to nobody else.

multiprocessing and torch's loaders pass messages and descriptors over Unix sockets. No filter sees
the path that a socket connects to, so they are allowed only where nothing of others can be reached:
no socket of this machine that another user may write to, and no abstract name, which Landlock keeps
inside from its sixth version on and a network namespace of its own keeps for itself. A socket with
a path can be made in the submission's folder alone, which nobody else enters.
"""

import ctypes
import os
import stat

CLONE_NEWNET = 0x40000000
SCOPED_ABI = 6
BOUND = "/proc/net/unix"


def only_own_are_reachable(landlock_abi: int) -> bool:
    """Tell whether another uid on this machine could connect to nothing but its own sockets.

    Args:
        landlock_abi: 0 where there is none; from 6 on it holds back abstract names.
    """
    if landlock_abi < SCOPED_ABI and _abstract_names() and not _leave_network():
        return False
    return not any(map(is_reachable, _bound_paths()))


def is_reachable(path: str) -> bool:
    """Tell whether every other user may connect to a socket."""
    try:
        if not os.stat(path).st_mode & stat.S_IWOTH:
            return False
        folder = os.path.dirname(os.path.realpath(path))
        while folder != "/":
            if not os.stat(folder).st_mode & stat.S_IXOTH:
                return False
            folder = os.path.dirname(folder)
    except OSError:
        return False  # it is gone, or lies where this root cannot look either
    return True


def _names() -> list[str]:
    try:
        with open(BOUND, encoding="utf-8", errors="surrogateescape") as file:
            lines = [line.rstrip("\n").split(maxsplit=7) for line in file]
    except OSError:
        return ["@"]  # unknown: as if there were one
    return [line[7] for line in lines[1:] if len(line) > 7]


def _bound_paths() -> list[str]:
    return [name for name in _names() if name.startswith("/")]


def _abstract_names() -> list[str]:
    return [name for name in _names() if name.startswith("@")]


def _leave_network() -> bool:
    """Give this process a network of its own, with nothing in it."""
    return not ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET)
