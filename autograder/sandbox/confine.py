"""Confinement of one forked child: own uid, limits, no new privileges, Landlock, seccomp.

Prepared once in the warm worker, entered by each child before it touches anything of the student's
(.docs/architecture.md). The order matters: limits while still root, then the uid, then no_new_privs
(which the two filters need), then Landlock (opens paths), then seccomp last because it takes the
calls away that the earlier steps use.
"""

import ctypes
import os
import resource
import signal
import socket
import struct
import tempfile
from dataclasses import dataclass

from autograder.errors import EngineError
from autograder.model import Limits
from autograder.sandbox import needs, sockets
from autograder.sandbox.landlock import (
    PR_SET_NO_NEW_PRIVS,
    READ_RIGHTS,
    SHARED_RIGHTS,
    Landlock,
)
from autograder.sandbox.processes import SHARED
from autograder.sandbox.readable import DEVICES, readable_paths

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
PR_SET_CHILD_SUBREAPER = 36
UNHEARD_S = 2  # of CPU time between SIGXCPU and the end of who does not listen
SOCKET_CALLS = ("socket", "connect", "bind", "listen", "accept", "accept4")
FORBIDDEN_CALLS = (
    "ptrace", "process_vm_readv",
    "process_vm_writev", "mount", "umount2", "move_mount", "open_tree", "fsopen", "fsmount",
    "fsconfig", "fspick", "pivot_root", "chroot", "unshare", "setns", "keyctl", "add_key",
    "request_key", "bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter",
    "io_uring_register", "init_module", "finit_module", "delete_module", "kexec_load",
    "kexec_file_load", "reboot", "swapon", "swapoff", "quotactl", "acct", "settimeofday",
    "clock_settime", "adjtimex", "clock_adjtime", "sethostname", "setdomainname", "iopl", "ioperm",
    "pidfd_getfd", "pidfd_open", "kcmp", "fanotify_init", "name_to_handle_at",
    "open_by_handle_at", "lookup_dcookie", "nfsservctl", "personality", "syslog", "shmget",
    "shmat", "shmctl", "msgget", "msgsnd", "msgrcv", "msgctl", "semget", "semop", "semctl",
    "mq_open", "mq_unlink", "vhangup", "memfd_secret",
)  # fmt: skip


@dataclass(frozen=True)
class Layers:
    """Which layers of confinement are on. All of them, except in tests and where one is missing."""

    own_uid: bool = True
    landlock: bool = True
    seccomp: bool = True
    rlimits: bool = True


class Confinement:
    """Everything a child needs to lock itself in, prepared before the fork.

    Args:
        hidden: whether other uids can read nothing of what students must not see.
        shared: folder of the assignment's large files, to be read; "": none.

    Raises:
        EngineError: this machine lacks a layer without which student code would not be held.
    """

    def __init__(self, layers: Layers | None = None, hidden: bool = True, shared: str = ""):
        layers = layers or Layers()
        self.hidden, self.shared = hidden, shared
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.own_uid = layers.own_uid and os.geteuid() == 0
        self.landlock = Landlock(layers.landlock)
        self.landlock.allow(readable_paths() | DEVICES | self._own_paths())
        self.sockets = self.own_uid and sockets.only_own_are_reachable(self.landlock.abi)
        self.program = _seccomp_program(self.sockets) if layers.seccomp else None
        self.rlimits = layers.rlimits
        self.tasks = 0 if self.own_uid else _count_tasks(os.geteuid())
        if self.own_uid:
            needs.check_own_uid()
        if layers.landlock and not self.landlock.abi:
            _check_without_landlock(self.own_uid, hidden)

    def describe(self) -> dict:
        """Return which layers hold here, for the run's log."""
        return {
            "own_uid": self.own_uid,
            "landlock_abi": self.landlock.abi,
            "seccomp": self.program is not None,
            "rlimits": self.rlimits,
            "unix_sockets": self.sockets,
        }

    def enter(self, uid: int, folder: str, limits: Limits, ruleset: int | None) -> None:
        """Lock the calling process in for good.

        Args:
            uid: the submission's own uid and gid (used as root only).
            folder: the only place where it may write.
            ruleset: a new one of ``landlock``'s.
        """
        if self.rlimits:
            others = 0 if self.own_uid else self.tasks
            _limit_resources(limits, others + limits.processes)
        if self.own_uid:
            os.setgroups([])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
        self._prctl(PR_SET_DUMPABLE, 1)  # the change of uid cleared it; /proc/self needs it
        self._prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        self._prctl(PR_SET_NO_NEW_PRIVS, 1)
        if ruleset is not None:
            own = {"/proc/self": READ_RIGHTS, folder: self.landlock.all_rights}
            self.landlock.restrict(ruleset, own)
        if self.program is not None:
            instructions = ctypes.create_string_buffer(self.program, len(self.program))
            # struct sock_fprog: a count of eight-byte instructions and their address.
            program = struct.pack("@HP", len(self.program) // 8, ctypes.addressof(instructions))
            self._prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program)

    def _prctl(self, option: int, value: int, data: bytes | int = 0) -> None:
        if self.libc.prctl(option, value, data, 0, 0):
            raise OSError(ctypes.get_errno(), f"prctl {option} failed")

    def _own_paths(self) -> dict[str, int]:
        found = {self.shared: READ_RIGHTS} if self.shared else {}
        if self.own_uid and os.path.isdir(SHARED):
            found[SHARED] = SHARED_RIGHTS
        return found


def _check_without_landlock(own_uid: bool, hidden: bool) -> None:
    if not own_uid:
        raise EngineError(
            "this machine offers neither Landlock (Linux 5.13 or later) nor root for a uid per "
            "submission: student code could read your files; use ENGINE=docker"
        )
    if not hidden:
        raise EngineError(
            "this machine has no Landlock, and lets no folder be hidden: student code could read "
            "the tests and other people's work; take the right to read from others (chmod -R o= "
            "dist assignments results, and the folder of submissions), or use ENGINE=docker"
        )


def _limit_resources(limits: Limits, processes: int) -> None:
    mib = 2**20
    held = _data_bytes()
    cpu_s = int(limits.cpu_s) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + UNHEARD_S))
    for name, value in (
        (resource.RLIMIT_DATA, held + limits.memory_mib * mib),
        (resource.RLIMIT_FSIZE, limits.file_mib * mib),
        (resource.RLIMIT_NPROC, processes),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_STACK, 8 * mib),
    ):
        resource.setrlimit(name, (value, value))


def _data_bytes() -> int:
    """Bytes of private writable memory that the process holds now (VmData)."""
    with open("/proc/self/statm", "rb") as file:
        return int(file.read().split()[5]) * resource.getpagesize()


def _seccomp_program(unix_sockets: bool) -> bytes:
    """Return the filter as the kernel's instructions; the calls in it answer EPERM.

    Args:
        unix_sockets: whether sockets between a submission's own processes may be made.
    """
    try:
        import pyseccomp
    except (ImportError, RuntimeError, OSError) as error:
        raise EngineError(
            f"libseccomp is missing ({error}); install libseccomp2 or use ENGINE=docker"
        ) from None
    filter = pyseccomp.SyscallFilter(defaction=pyseccomp.ALLOW)
    deny = pyseccomp.ERRNO(1)
    for name in FORBIDDEN_CALLS:
        try:
            filter.add_rule(deny, name)
        except (OSError, ValueError):
            continue  # not a call of this architecture
    for name in SOCKET_CALLS if not unix_sockets else ():
        filter.add_rule(deny, name)
    if unix_sockets:
        filter.add_rule(deny, "socket", pyseccomp.Arg(0, pyseccomp.NE, socket.AF_UNIX))
    # New namespaces through clone; clone3 hides its flags, so libc has to fall back to clone.
    namespaces = (0x00020000, *(1 << bit for bit in range(25, 31)))  # CLONE_NEWNS, _NEWCGROUP, ...
    for flag in namespaces:
        filter.add_rule(deny, "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, flag, flag))
    filter.add_rule(pyseccomp.ERRNO(38), "clone3")
    # A process that nobody may look into could hide what its open files hold.
    dumpable = pyseccomp.Arg(0, pyseccomp.EQ, PR_SET_DUMPABLE)
    filter.add_rule(deny, "prctl", dumpable)
    with tempfile.TemporaryFile() as file:
        filter.export_bpf(file)
        file.seek(0)
        return file.read()


def _count_tasks(uid: int) -> int:
    """Count a user's threads: without a uid of its own a submission shares the user's limit."""
    count = 0
    for entry in os.scandir("/proc"):
        try:
            if entry.name.isdigit() and entry.stat().st_uid == uid:
                count += len(os.listdir(f"/proc/{entry.name}/task"))
        except OSError:
            continue
    return count


def become_subreaper() -> None:
    """Adopt orphans, so that a detached process of a submission can be found and killed."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
