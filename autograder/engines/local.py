"""The warm worker as a plain process on this machine."""

import gc
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from autograder.course import BUNDLED, ROOT
from autograder.engines.places import passable_folder
from autograder.engines.warm import EXIT_S, WarmEngine
from autograder.errors import EngineError
from autograder.sandbox.uids import VARIABLE as UIDS
from autograder.sandbox.worker import start_janitor


def worker_environment(home: str) -> dict[str, str]:
    """Return the whole environment of a worker: nothing of the instructor's is in it."""
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": home,
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
        "PYTHONHASHSEED": "0",
        "LD_BIND_NOW": "1",  # symbols are looked up once, not in each child
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "MPLBACKEND": "agg",
        "MPLCONFIGDIR": os.path.join(home, "matplotlib"),
        UIDS: os.environ.get(UIDS, ""),
    }


def interpreter() -> str:
    """Return the interpreter by a path in which its environment is no link.

    A link to it, as a ``.venv`` on another disk is, may lie in a folder that is hidden.
    """
    inside = os.path.relpath(sys.executable, sys.prefix)
    apart = inside.startswith(os.pardir)
    return sys.executable if apart else os.path.join(os.path.realpath(sys.prefix), inside)


class LocalEngine(WarmEngine):
    """One warm worker process of this machine."""

    process: "subprocess.Popen[bytes] | _Forked"
    image = f"local python {sys.version_info.major}.{sys.version_info.minor}"

    def __init__(
        self, place: str = "", layers_off: tuple[str, ...] = (), hidden: tuple[Path, ...] = ()
    ):
        self.place, self.layers_off, self.hidden = place, layers_off, hidden

    def _start(self) -> None:
        if sys.platform != "linux":
            raise EngineError("ENGINE=local needs Linux; use ENGINE=docker")
        self.home = tempfile.mkdtemp(prefix="autograder-", dir=self.place or passable_folder())
        self.root = os.path.join(self.home, "work")
        os.mkdir(self.root)
        os.chmod(self.home, 0o711)
        os.chmod(self.root, 0o1733)  # anyone may make a folder, nobody may list them
        self.channel, theirs = socket.socketpair()
        self._launch(theirs)

    def _connect(self) -> socket.socket:
        assert self.channel is not None, "it is started"
        return self.channel

    def _launch(self, theirs: socket.socket) -> None:
        command = [interpreter(), "-m", "autograder.sandbox.worker"]
        self.process = subprocess.Popen(
            [*command, "--fd", str(theirs.fileno()), "--root", self.root,
             "--without", " ".join(self.layers_off),
             "--hide", json.dumps([*map(str, (ROOT, BUNDLED, *self.hidden))]),
             "--warm", " ".join(self.modules), "--share", self.shared],
            pass_fds=[theirs.fileno()],
            env=worker_environment(self.home),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        theirs.close()

    def _await_end(self, patience_s: float) -> None:
        try:
            self.process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(EXIT_S)
        shutil.rmtree(self.home, ignore_errors=True)


class ForkedEngine(LocalEngine):
    """A worker forked from this very process, so that both share what was imported.

    Meant for a process that grades a single submission: start it before hidden tests are read.
    """

    def _start(self) -> None:
        self.janitor = start_janitor()
        super()._start()

    def _launch(self, theirs: socket.socket) -> None:
        import matplotlib.pyplot  # noqa: F401 - shared with the fork
        import torch.fx.experimental.symbolic_shapes  # noqa: F401 - both sides' backward()
        from IPython.core import interactiveshell  # noqa: F401

        from autograder.sandbox import mounts, service

        ours = self._connect()
        gc.freeze()  # a collector that looks through what both share would make it two copies
        pid = os.fork()
        if not pid:
            try:
                ours.close()
                mounts.open_up()
                os.environ.clear()
                os.environ.update(worker_environment(self.home))
                service.serve(theirs, self.janitor, self.root, self.layers_off, full=False,
                              shared=self.shared)  # fmt: skip
            finally:
                os._exit(0)
        theirs.close()
        self.process = _Forked(pid)


class _Forked:
    """The little of Popen's interface that ending a fork needs."""

    def __init__(self, pid: int):
        self.pid = pid

    def wait(self, timeout: float | None = None) -> None:
        deadline = time.monotonic() + (timeout or EXIT_S)
        while not os.waitpid(self.pid, os.WNOHANG)[0]:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired("the sandbox worker", timeout or EXIT_S)
            time.sleep(0.005)

    def kill(self) -> None:
        os.kill(self.pid, 9)
