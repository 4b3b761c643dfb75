"""What of this machine any process that is held may read: Python, installed packages, the system's.

Not the folder of this package: beside it may lie tests and solutions.
"""

import os
import sys
import sysconfig
from pathlib import Path

from autograder.sandbox import mounts
from autograder.sandbox.landlock import LIST_RIGHTS, READ_RIGHTS, WRITE_FILE

# The course of an installed package: tests and solutions, in a folder that is read otherwise.
COURSE = Path(__file__).resolve().parents[1] / "bundled"
DEVICES = {
    "/dev/null": READ_RIGHTS | WRITE_FILE,
    "/dev/zero": READ_RIGHTS | WRITE_FILE,
    "/dev/urandom": READ_RIGHTS,
    "/dev/random": READ_RIGHTS,
}
GROUP_LIMITS = (  # of a control group of version 2, and 1
    "cpu.max", "memory.max", "memory.high", "cpu.cfs_quota_us", "cpu.cfs_period_us",
    "memory.limit_in_bytes",
)  # fmt: skip


def readable_paths() -> dict[str, int]:
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
    found: dict[str, int] = {}
    for path in sorted(path for path in paths if path and os.path.exists(path)):
        found |= without(Path(path).resolve(), COURSE)
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


def without(folder: Path, left_out: Path) -> dict[str, int]:
    """Return the rights to a folder, but for the contents of one that may lie in it."""
    if not left_out.is_relative_to(folder) or not left_out.is_dir():
        return {str(folder): READ_RIGHTS}
    found = {str(folder): LIST_RIGHTS}
    if folder == left_out:
        return found
    for path in folder.iterdir():
        if not path.is_symlink():  # what it leads to is read where that lies
            found |= without(path, left_out)
        elif not left_out.is_relative_to(target := path.resolve()) and target.exists():
            found[str(target)] = READ_RIGHTS
    return found
