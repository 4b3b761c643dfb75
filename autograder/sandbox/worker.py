"""The warm worker: imports once, forks one confined child per submission, watches it.

Where it stands among the processes: .docs/architecture.md. It runs no student code and no autograd
itself (torch refuses autograd in a child whose parent ran it). The janitor is forked before
anything heavy is imported: root in a container has no right to touch other uids' files, so somebody
has to become that uid, and a fork of the warm process would cost ten milliseconds.
"""

import gc
import json
import os
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

from autograder.sandbox import mounts
from autograder.sandbox.processes import shared_entries


def _serve_janitor(channel: socket.socket) -> None:
    """Clean up after one uid per request until the worker is gone, and once more after that.

    A request names a uid, 0 for the worker's own, and a folder, none where only processes are to
    be killed. Uid 0 without a folder says that all is clean.
    """
    last = None
    with channel, channel.makefile("rwb", buffering=0) as stream:
        while line := stream.readline():
            uid, folder = line.rstrip(b"\n").split(b" ", 1)
            if folder:
                last = int(uid), folder
            elif not int(uid):
                last = None
            clean = _clean(int(uid), folder)
            stream.write(b"." if clean else b"!")
    if last is not None:  # the worker was killed while a submission ran
        _clean(*last)


def _clean(uid: int, folder: bytes) -> bool:
    """Kill everything under a uid and remove a folder; tells whether that is gone.

    One signal to all ends even those that fork on and on: the kernel lets none of them finish a
    fork once it is to die.
    """
    if not uid and not folder:
        return True
    helper = os.fork()
    if not helper:
        try:
            if uid:
                os.setgroups([])
                os.setresgid(uid, uid, uid)
                os.setresuid(uid, uid, uid)
                with suppress(ProcessLookupError):
                    os.kill(-1, signal.SIGKILL)
            if folder:
                _remove(folder)
            if uid:
                _remove_shared(uid)
        finally:
            os._exit(0)
    os.waitpid(helper, 0)
    return not folder or not os.path.lexists(folder)


def _remove(folder: bytes) -> None:
    """Remove a folder, however deep and closed what is in it; this process moves through it.

    No path reaches the deepest folders, so it goes down and up step by step.

    Raises:
        OSError: somebody is still at work in it.
    """
    try:
        os.rmdir(folder)
        return
    except FileNotFoundError:
        return
    except OSError:
        place = _enter(folder)
    above = [(place, _empty())]  # folders on the way, each with its folders that are left
    while above:
        place, left = above[-1]
        if left:
            above.append((_enter(left[-1]), _empty()))
            continue
        above.pop()
        os.chdir(b"..")
        if above:
            if _here() != above[-1][0]:
                raise OSError("a folder was moved")
            os.rmdir(above[-1][1].pop())
    os.rmdir(folder)


def _enter(folder: bytes) -> tuple[int, int]:
    """Open a folder, never a link to one, and make it the current one; returns what tells it."""
    found = os.open(folder, os.O_PATH | os.O_NOFOLLOW | os.O_DIRECTORY)
    os.chmod(f"/proc/self/fd/{found}", 0o700)
    os.fchdir(found)
    os.close(found)
    return _here()


def _here() -> tuple[int, int]:
    found = os.stat(b".")
    return found.st_dev, found.st_ino


def _empty() -> list[bytes]:
    """Remove the current folder's files and empty folders; returns the other folders."""
    left = []
    with os.scandir(b".") as entries:
        found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    for name, is_folder in found:
        try:
            (os.rmdir if is_folder else os.unlink)(name)
        except FileNotFoundError:
            continue
        except OSError:
            if not is_folder:
                raise
            left.append(name)
    return left


def _remove_shared(uid: int) -> None:
    """Remove what a uid left in shared memory."""
    for path in shared_entries(uid):
        with suppress(FileNotFoundError):
            os.unlink(path)


def start_janitor() -> tuple[socket.socket, int]:
    """Fork the janitor; return the worker's end of its channel and its process id."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if not pid:
        ours.close()
        try:
            _serve_janitor(theirs)
        finally:
            os._exit(0)
    theirs.close()
    return ours, pid


def main(arguments: list[str]) -> int:
    """Serve one scorer.

    Args:
        arguments: ``--fd N`` (an inherited socket) or ``--connect PATH`` (a Unix socket), and
            ``--root FOLDER``, where the submissions' folders are made; ``--core N`` to stay on
            that core, if this container may use it; ``--without NAMES``: layers that a test
            leaves out; ``--hide FOLDERS``: what no submission may see, a list in JSON;
            ``--warm MODULES``: what the assignment's own solution imports; ``--share FOLDER``:
            large files that every submission finds in its folder.
    """
    gc.disable()  # what is imported stays
    janitor = start_janitor()
    mounts.open_up()
    options = dict(zip(arguments[::2], arguments[1::2]))
    folders = [Path(folder) for folder in json.loads(options.get("--hide", "[]"))]
    shared = options.get("--share", "")
    kept = [Path(folder) for folder in (options["--root"], shared) if folder]
    hidden = mounts.hide(folders, kept)
    from autograder.sandbox.service import serve

    if "--core" in options:
        with suppress(OSError):
            os.sched_setaffinity(0, {int(options["--core"])})
    if "--fd" in options:
        channel = socket.socket(fileno=int(options["--fd"]))
    else:
        channel = socket.socket(socket.AF_UNIX)
        channel.connect(options["--connect"])
        channel.sendall(os.environ.pop("AUTOGRADER_SECRET", "").encode())
    with channel:
        without = options.get("--without", "").split()
        warm = options.get("--warm", "").split()
        serve(channel, janitor, options["--root"], without, hidden=hidden, modules=warm,
              shared=shared)  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
