"""The warm worker in a locked-down container of the grading image."""

import os
import secrets
import select
import shutil
import socket
import subprocess
import tempfile
from typing import Protocol

from autograder.engines.warm import EXIT_S, WarmEngine
from autograder.errors import SandboxError
from autograder.model import Limits

CONNECT_S = 180.0
WORKER_MIB = 700  # the warm worker itself, above what a submission may use


def is_available() -> bool:
    """Tell whether a Docker engine answers."""
    if not shutil.which("docker"):
        return False
    command = ["docker", "version", "--format", "{{.Server.Version}}"]
    try:
        return not subprocess.run(command, capture_output=True, timeout=20).returncode
    except subprocess.TimeoutExpired:
        return False


class HasFileno(Protocol):
    """What the system can watch."""

    def fileno(self) -> int: ...


class DockerEngine(WarmEngine):
    """One container with one warm worker.

    Args:
        image: tag of the grading image.
        limits: a submission's limits; the container's own are derived from them.
    """

    _no_start = "the grading container does not start: "

    def __init__(self, image: str, limits: Limits):
        self.image = image
        self.limits = limits
        self.name = f"autograder-{secrets.token_hex(6)}"

    def _start(self) -> None:
        self.folder = tempfile.mkdtemp(prefix="autograder-")
        os.chmod(self.folder, 0o711)
        self.path = os.path.join(self.folder, "channel")
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        os.chmod(self.path, 0o666)
        self.listener.listen(1)
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the engine
        reader, held = os.pipe()
        self.ended = os.fdopen(reader)  # at its end when the container has ended, in any process
        cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
        core = ["--core", str(cores[0])] if len(cores) == 1 else []  # the scorer's own
        try:
            self.process = subprocess.Popen(
                ["docker", "run", *self._options(), self.image, "python3", "-m",
                 "autograder.sandbox.worker", "--connect", "/channel/channel", "--root", "/work",
                 *core],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self.log,
                start_new_session=True, pass_fds=[held],
            )  # fmt: skip
        finally:
            os.close(held)

    def _connect(self) -> socket.socket:
        """Take the worker's one connection, before any student code runs."""
        watched: list[HasFileno] = [self.listener, self.ended]
        ready = select.select(watched, [], [], CONNECT_S)[0]
        try:
            if self.listener in ready:
                return self.listener.accept()[0]
        finally:
            self.listener.close()
            os.unlink(self.path)  # afterwards nobody can reach it
        self.log.seek(0)
        text = self.log.read(2000).decode(errors="replace").strip()
        raise SandboxError(text.splitlines()[0] if text else "it does not answer")

    def _options(self) -> list[str]:
        limits = self.limits
        memory = f"{WORKER_MIB + 2 * limits.memory_mib}m"
        options = {
            "--name": self.name,
            "--network": "none",
            "--cap-drop": "ALL",
            "--security-opt": "no-new-privileges",
            "--pids-limit": str(limits.processes + 64),
            "--memory": memory,
            "--memory-swap": memory,
            "--cpus": "1",
            "--ipc": "none",
            "--workdir": "/",
            "--user": "0:0",
            "--volume": f"{self.folder}:/channel:ro",
        }
        flat = [item for pair in options.items() for item in pair]
        size = f"size={limits.disk_mib}m,nr_inodes=20000,mode=1733"
        flat += ["--cap-add", "SETUID", "--cap-add", "SETGID", "--cap-add", "KILL"]
        flat += ["--tmpfs", f"/work:{size}", "--tmpfs", "/tmp:size=16m,mode=0755"]
        flat += ["--env", "MPLCONFIGDIR=/tmp/matplotlib", "--env", "HOME=/tmp"]
        if off := os.environ.get("AUTOGRADER_LAYERS_OFF"):
            flat += ["--env", f"AUTOGRADER_LAYERS_OFF={off}"]
        return ["--rm", "--init=false", "--read-only", *flat]

    def close(self) -> None:
        """Let the container end; whoever started it waits for that, and wipes what it left."""
        self.listener.close()
        super().close()
        self.ended.close()
        self.log.close()

    def _await_end(self) -> None:
        try:
            self.process.wait(EXIT_S)
        except subprocess.TimeoutExpired:
            subprocess.run(["docker", "rm", "-f", self.name], capture_output=True, timeout=60)
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
