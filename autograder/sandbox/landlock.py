"""Landlock: which files a process, and whatever it starts, may reach from then on; for good.

Prepared once in the process that forks those who are held: rules hold what they name by an open
descriptor, so that only what is a process's own is added when it locks itself in.
"""

import ctypes
import os
import struct
from collections.abc import Mapping

CREATE, ADD, RESTRICT = 444, 445, 446  # system calls
PATH_BENEATH = 1
PR_SET_NO_NEW_PRIVS = 38  # which the kernel wants of who restricts itself
# Rights by bit, from linux/landlock.h: execute, write_file, read_file, read_dir, then the changes.
READ_RIGHTS = 0b1101
LIST_RIGHTS = 0b1000
WRITE_FILE = 0b10
FILE_RIGHTS = 0b111 | 1 << 14 | 1 << 15
# In the folder of shared memory one may make, open and remove entries of one's own; nobody may list
# them, nor make folders, sockets or links.
SHARED_RIGHTS = 1 << 1 | 1 << 2 | 1 << 5 | 1 << 8 | 1 << 14
TCP, SCOPES = 0b11, 0b11  # bind and connect; abstract sockets and signals out of the domain
TCP_ABI, SCOPES_ABI = 4, 6


class Landlock:
    """Rules for those who are to be held by them.

    Args:
        wanted: False: as where the kernel has none.

    Attributes:
        abi: the kernel's version of it, 0 where there is none.
    """

    def __init__(self, wanted: bool = True):
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.abi = abi_of(self.libc) if wanted else 0
        # Bits 0..12 exist in ABI 1, refer (13) in 2, truncate (14) in 3, device ioctl (15) in 5.
        self.handled = (1 << {1: 13, 2: 14, 3: 15, 4: 15}.get(self.abi, 16)) - 1
        self.rules: list[bytes] = []

    @property
    def all_rights(self) -> int:
        """Whatever can be done with files but to execute them."""
        return self.handled & ~1

    def allow(self, paths: Mapping[str, int]) -> None:
        """Let everybody who is held have rights to what lies at some paths, where that exists."""
        if self.abi:
            self.rules += [self._rule(path, rights) for path, rights in paths.items()
                           if os.path.exists(path)]  # fmt: skip

    def new_ruleset(self, network: bool = False, scopes: bool = True) -> int | None:
        """Return a ruleset for the next process, or None without Landlock.

        Args:
            network: whether it may listen and connect by TCP.
            scopes: whether it is kept from the signals and sockets of those outside.

        Raises:
            OSError: the kernel refuses.
        """
        if not self.abi:
            return None
        attribute = struct.pack("<Q", self.handled)
        if self.abi >= TCP_ABI:
            attribute += struct.pack("<Q", 0 if network else TCP)
        if self.abi >= SCOPES_ABI:
            attribute += struct.pack("<Q", SCOPES if scopes else 0)
        ruleset: int = self.libc.syscall(CREATE, attribute, len(attribute), 0)
        if ruleset < 0:
            raise OSError(ctypes.get_errno(), "landlock_create_ruleset failed")
        for rule in self.rules:
            self._add(ruleset, rule)
        return ruleset

    def restrict(self, ruleset: int, own: Mapping[str, int]) -> None:
        """Hold this process, which can get no new privileges, and whatever it starts, for good.

        Args:
            own: what it alone has rights to.

        Raises:
            OSError: the kernel refuses, or there is no such path.
        """
        for path, rights in own.items():
            self._add(ruleset, self._rule(path, rights))
        if self.libc.syscall(RESTRICT, ruleset, 0):
            raise OSError(ctypes.get_errno(), "landlock_restrict_self failed")

    def _rule(self, path: str, rights: int) -> bytes:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
        if not os.path.isdir(path):
            rights &= FILE_RIGHTS
        return struct.pack("<Qi", rights & self.handled, fd)

    def _add(self, ruleset: int, rule: bytes) -> None:
        self.libc.syscall(ADD, ruleset, PATH_BENEATH, rule, 0)


def abi_of(libc: ctypes.CDLL) -> int:
    """Return the kernel's version of Landlock, 0 where it has none."""
    return max(libc.syscall(CREATE, None, 0, 1), 0)
