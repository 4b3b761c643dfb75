"""A private view of the file system where the interpreter lies in a folder closed to other users.

Two things are done with it, where this root may mount at all.

What students must not see (tests, releases with solutions, results, other submissions) is covered
with an empty folder: without Landlock, and with a mistake in the layers above, it is not there.

A root whose Python lives under a home folder of mode 700 could not drop a submission's uid: the
new uid could import nothing. The worker then takes a mount namespace of its own, covers that
folder with an empty one that others may pass through, and binds only the interpreter, its
environment and this package into it.
"""

import ctypes
import os
import stat
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

CLONE_NEWNS = 0x00020000
MS_BIND, MS_REC, MS_PRIVATE, MS_NOSUID, MS_NODEV = 4096, 16384, 1 << 18, 2, 4


def needed_folders() -> list[Path]:
    """Return the folders that the worker and its children read."""
    return [*interpreter_folders(), Path(__file__).resolve().parents[1]]


def interpreter_folders() -> list[Path]:
    """Return where the interpreter, its environment and the one below that are."""
    return [Path(path).resolve() for path in (sys.base_prefix, sys.prefix, *package_folders())]


def package_folders() -> list[str]:
    """Return the folders of installed packages, also those of an environment below this one."""
    return [
        path for path in sys.path if os.path.basename(path) in ("site-packages", "dist-packages")
    ]


def closed_folder(paths: list[Path]) -> Path | None:
    """Return the first folder on the way to one of ``paths`` that only its owner may enter."""
    for path in paths:
        for folder in (*reversed(path.parents), path):
            if not folder.stat().st_mode & 0o001:
                return folder
    return None


def open_up() -> None:
    """Cover closed folders on the way to the interpreter; does nothing where none are or can be."""
    if os.geteuid():
        return
    libc = ctypes.CDLL(None, use_errno=True)
    for _ in range(4):
        closed = closed_folder(interpreter_folders())
        if closed is None or not _cover(libc, closed):
            return


def hide(folders: list[Path], kept: list[Path]) -> bool:
    """Cover folders with empty ones; tells whether other users can read nothing of them now.

    Args:
        kept: folders that stay where they are, also inside of what is covered.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    left = [path.resolve() for path in folders if path.is_dir()]
    # Where this package was installed into the interpreter's own folder, that stays.
    package = needed_folders()[-1]
    left = [
        path
        for path in left
        if not (
            package.is_relative_to(path) and any(map(path.is_relative_to, interpreter_folders()))
        )
    ]
    if not os.geteuid():
        left = [path for path in left if not _cover(libc, path, kept)]
    return not any(_may_be_read(path) for path in left if path.is_dir())


def _may_be_read(folder: Path) -> bool:
    """Tell whether other users may read something directly in a folder, or enter one in it."""
    if not all(step.stat().st_mode & 0o001 for step in (folder, *folder.parents)):
        return False
    modes = [path.lstat().st_mode for path in folder.iterdir()]
    return any(mode & (0o005 if stat.S_ISDIR(mode) else 0o004) for mode in modes)


def _cover(libc: ctypes.CDLL, closed: Path, kept: Iterable[Path] = ()) -> bool:
    if libc.unshare(CLONE_NEWNS) or libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None):
        return False
    # A folder can be bound by its descriptor only within the namespace that opened it.
    needed = [*needed_folders(), *(path.resolve() for path in kept)]
    inside = [path for path in needed if path.is_relative_to(closed) and path != closed]
    with ExitStack() as stack:
        sources = []
        for path in inside:
            sources.append(os.open(path, os.O_PATH | os.O_DIRECTORY))
            stack.callback(os.close, sources[-1])
        if libc.mount(b"none", bytes(closed), b"tmpfs", MS_NOSUID | MS_NODEV, b"mode=0711,size=1m"):
            return False
        for fd, path in zip(sources, inside):
            if not path.exists():
                path.mkdir(parents=True, mode=0o755)
                if libc.mount(b"/proc/self/fd/%d" % fd, bytes(path), None, MS_BIND | MS_REC, None):
                    return False
    return True
