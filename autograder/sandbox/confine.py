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
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import EngineError
from autograder.model import Limits
from autograder.sandbox import mounts, needs, sockets
from autograder.sandbox.processes import SHARED

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
UNHEARD_S = 2  # of CPU time between SIGXCPU and the end of who does not listen
LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446
LANDLOCK_RULE_PATH_BENEATH = 1
# Rights by bit, from linux/landlock.h: execute, write_file, read_file, read_dir, then the changes.
READ_RIGHTS = 0b1101
LIST_RIGHTS = 0b1000
# The course of an installed package: tests and solutions, in a folder that is read otherwise.
COURSE = Path(__file__).resolve().parents[1] / "bundled"
FILE_RIGHTS = 0b111 | 1 << 14 | 1 << 15
DEVICES = {
    "/dev/null": READ_RIGHTS | 0b10,
    "/dev/zero": READ_RIGHTS | 0b10,
    "/dev/urandom": READ_RIGHTS,
    "/dev/random": READ_RIGHTS,
}
GROUP_LIMITS = (  # of a control group of version 2, and 1
    "cpu.max", "memory.max", "memory.high", "cpu.cfs_quota_us", "cpu.cfs_period_us",
    "memory.limit_in_bytes",
)  # fmt: skip
# In the folder of shared memory a submission may make, open and remove entries of its own uid; it
# may not list them, nor make folders, sockets or links.
SHARED_RIGHTS = 1 << 1 | 1 << 2 | 1 << 5 | 1 << 8 | 1 << 14
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
        self.landlock_abi = _landlock_abi(self.libc) if layers.landlock else 0
        # Bits 0..12 exist in ABI 1, refer (13) in 2, truncate (14) in 3, device ioctl (15) in 5.
        self.handled = (1 << {1: 13, 2: 14, 3: 15, 4: 15}.get(self.landlock_abi, 16)) - 1
        self.rules = [*self._readable_rules()] if self.landlock_abi else []
        self.sockets = self.own_uid and sockets.only_own_are_reachable(self.landlock_abi)
        self.program = _seccomp_program(self.sockets) if layers.seccomp else None
        self.rlimits = layers.rlimits
        self.tasks = 0 if self.own_uid else _count_tasks(os.geteuid())
        if self.own_uid:
            needs.check_own_uid()
        if layers.landlock and not self.landlock_abi:
            _check_without_landlock(self.own_uid, hidden)

    def describe(self) -> dict:
        """Return which layers hold here, for the run's log."""
        return {
            "own_uid": self.own_uid,
            "landlock_abi": self.landlock_abi,
            "seccomp": self.program is not None,
            "rlimits": self.rlimits,
            "unix_sockets": self.sockets,
        }

    def new_ruleset(self) -> int | None:
        """Return a Landlock ruleset for the next child, or None without Landlock.

        Raises:
            OSError: the kernel refuses.
        """
        if not self.landlock_abi:
            return None
        attribute = struct.pack("<Q", self.handled)
        if self.landlock_abi >= 4:
            attribute += struct.pack("<Q", 0b11)  # TCP bind and connect
        if self.landlock_abi >= 6:
            attribute += struct.pack("<Q", 0b11)  # abstract sockets and signals out of the domain
        ruleset = self.libc.syscall(LANDLOCK_CREATE, attribute, len(attribute), 0)
        if ruleset < 0:
            raise OSError(ctypes.get_errno(), "landlock_create_ruleset failed")
        for rule in self.rules:
            self._add_rule(ruleset, rule)
        return ruleset

    def enter(self, uid: int, folder: str, limits: Limits, ruleset: int | None) -> None:
        """Lock the calling process in for good.

        Args:
            uid: the submission's own uid and gid (used as root only).
            folder: the only place where it may write.
            ruleset: what :meth:`new_ruleset` returned.
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
            self._restrict_files(folder, ruleset)
        if self.program is not None:
            instructions = ctypes.create_string_buffer(self.program, len(self.program))
            # struct sock_fprog: a count of eight-byte instructions and their address.
            program = struct.pack("@HP", len(self.program) // 8, ctypes.addressof(instructions))
            self._prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program)

    def _prctl(self, option: int, value: int, data: bytes | int = 0) -> None:
        if self.libc.prctl(option, value, data, 0, 0):
            raise OSError(ctypes.get_errno(), f"prctl {option} failed")

    def _readable_rules(self) -> Iterator[bytes]:
        for path, rights in _readable_paths().items():
            yield self._rule(path, rights)
        if self.shared:
            yield self._rule(self.shared, READ_RIGHTS)
        for path, rights in DEVICES.items():
            if os.path.exists(path):
                yield self._rule(path, rights)
        if self.own_uid and os.path.isdir(SHARED):
            yield self._rule(SHARED, SHARED_RIGHTS)

    def _rule(self, path: str, rights: int) -> bytes:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
        if not os.path.isdir(path):
            rights &= FILE_RIGHTS
        return struct.pack("<Qi", rights & self.handled, fd)

    def _add_rule(self, ruleset: int, rule: bytes) -> None:
        self.libc.syscall(LANDLOCK_ADD, ruleset, LANDLOCK_RULE_PATH_BENEATH, rule, 0)

    def _restrict_files(self, folder: str, ruleset: int) -> None:
        self._add_rule(ruleset, self._rule("/proc/self", READ_RIGHTS))
        self._add_rule(ruleset, self._rule(folder, self.handled & ~1))
        if self.libc.syscall(LANDLOCK_RESTRICT, ruleset, 0):
            raise OSError(ctypes.get_errno(), "landlock_restrict_self failed")


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


def _landlock_abi(libc: ctypes.CDLL) -> int:
    abi = libc.syscall(LANDLOCK_CREATE, None, 0, 1)
    return max(abi, 0)


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


def _readable_paths() -> dict[str, int]:
    """Return what may be read, each with its rights, which hold for all that lies in it."""
    paths = {"/usr", "/lib", "/lib64", "/bin", "/sbin", "/proc/cpuinfo", "/proc/meminfo"}
    paths |= {f"/proc/{name}" for name in ("loadavg", "stat", "uptime", "version")}
    paths |= {"/etc/localtime", "/etc/ld.so.cache", "/etc/ssl/openssl.cnf", "/etc/fonts"}
    paths |= {"/etc/passwd", "/etc/nsswitch.conf", "/sys/devices/system/cpu"}
    paths |= set(_group_limits())
    paths |= {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    paths |= {str(Path(sys.executable).resolve().parent), os.path.dirname(sys.executable)}
    paths |= {os.path.join(sys.prefix, name) for name in ("pyvenv.cfg", "share")}
    paths |= {os.path.join(sys.base_prefix, "lib")}
    paths |= set(mounts.package_folders())
    # What a distribution runs at each start, by a link out of Python's own folder.
    paths |= {getattr(sys.modules.get("sitecustomize"), "__file__", None) or ""}
    # Not the folder of this package: beside it may lie tests and solutions.
    found: dict[str, int] = {}
    for path in sorted(path for path in paths if path and os.path.exists(path)):
        found |= _without(Path(path).resolve(), COURSE)
    return found


def _group_limits() -> list[str]:
    """Return the files that say what a control group may use, by which databases choose threads.

    They take one that is there and cannot be read for a fault of the machine's.
    """
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        _, controllers, own = line.split(":", 2)
        for controller in {"", controllers, *controllers.split(",")}:
            for group in {"", own.strip("/")}:
                folder = os.path.normpath(f"/sys/fs/cgroup/{controller}/{group}")
                found += [f"{folder}/{name}" for name in GROUP_LIMITS]
    return found


def _without(folder: Path, left_out: Path) -> dict[str, int]:
    """Return the rights to a folder, but for the contents of one that may lie in it."""
    if not left_out.is_relative_to(folder) or not left_out.is_dir():
        return {str(folder): READ_RIGHTS}
    found = {str(folder): LIST_RIGHTS}
    if folder == left_out:
        return found
    for path in folder.iterdir():
        if not path.is_symlink():  # what it leads to is read where that lies
            found |= _without(path, left_out)
        elif not left_out.is_relative_to(target := path.resolve()) and target.exists():
            found[str(target)] = READ_RIGHTS
    return found


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
