"""The warm worker in a locked-down container of the grading image."""

import os
import pwd
import secrets
import select
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from typing import Protocol

from autograder.engines.warm import EXIT_S, WarmEngine
from autograder.errors import SandboxError
from autograder.model import Limits
from autograder.sandbox.uids import VARIABLE as UIDS

CONNECT_S = 180.0
SECRET_S = 10.0  # for the worker to say it
REMOVE_S = 60.0
SECRET = "AUTOGRADER_SECRET"  # variable that hands it to the container
SHARED = "/shared"  # where a container has the assignment's large files
SILENT = "no Docker engine answers", "Start Docker"
CLOSED = "the Docker engine does not let this user in", "Join the group `docker` and log in again"
WORKER_MIB = 700  # the warm worker itself, above what a submission may use


def is_available() -> bool:
    """Tell whether a Docker engine answers."""
    return not trouble()


def trouble() -> tuple[str, str] | None:
    """Return why no Docker engine can be used and what to do about it; None where one answers."""
    if not shutil.which("docker"):
        return SILENT
    command = ["docker", "version", "--format", "{{.Server.Version}}"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=20)
    except subprocess.TimeoutExpired:
        return SILENT
    if not done.returncode:
        return None
    return CLOSED if b"permission denied" in done.stderr.lower() else SILENT


def remote_host() -> str:
    """Return where the Docker engine is that commands here talk to; "" where that is this machine.

    Containers see the files of their engine's machine, so one elsewhere cannot grade.
    """
    if not shutil.which("docker"):
        return ""
    host = os.environ.get("DOCKER_HOST", "")
    if not host:
        form = ["--format", "{{.Endpoints.docker.Host}}"]
        command = ["docker", "context", "inspect", *form]
        try:
            host = subprocess.run(
                command, capture_output=True, text=True, timeout=20
            ).stdout.strip()
        except subprocess.TimeoutExpired:
            return ""
    return "" if host.startswith(("unix:", "npipe:", "fd:")) else host


class HasFileno(Protocol):
    """What the system can watch."""

    def fileno(self) -> int: ...


class DockerEngine(WarmEngine):
    """One container with one warm worker.

    Args:
        image: tag of the grading image.
        limits: a submission's limits; the container's own are derived from them.
        place: folder for the channel.
    """

    _no_start = "the grading container does not start: "

    def __init__(
        self, image: str, limits: Limits, place: str = "", layers_off: tuple[str, ...] = ()
    ):
        self.image = image
        self.limits = limits
        self.place, self.layers_off = place, layers_off
        self.name = f"autograder-{secrets.token_hex(6)}"
        self.secret = secrets.token_hex(16)

    def _start(self) -> None:
        self.folder = tempfile.mkdtemp(prefix="autograder-", dir=self.place or None)
        self.path = os.path.join(self.folder, "channel")
        self.listener = _listen(self.folder, "channel")
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the engine
        reader, held = os.pipe()
        self.ended = os.fdopen(reader)  # at its end when the container has ended, in any process
        cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
        core = ["--core", str(cores[0])] if len(cores) == 1 else []  # the scorer's own
        try:
            self.process = subprocess.Popen(
                ["docker", "run", *self._options(), self.image, "python3", "-m",
                 "autograder.sandbox.worker", "--connect", "/channel", "--root", "/work",
                 "--without", " ".join(self.layers_off), "--warm", " ".join(self.modules),
                 "--share", SHARED if self.shared else "", *core],
                env={**os.environ, SECRET: self.secret}, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=self.log, start_new_session=True,
                pass_fds=[held],
            )  # fmt: skip
        finally:
            os.close(held)

    def _connect(self) -> socket.socket:
        """Take the worker's one connection, before any student code runs."""
        watched: list[HasFileno] = [self.listener, self.ended]
        deadline = time.monotonic() + CONNECT_S
        try:
            while (left_s := deadline - time.monotonic()) > 0:
                ready = select.select(watched, [], [], left_s)[0]
                if self.listener not in ready:
                    break
                channel = self.listener.accept()[0]
                if is_the_workers(channel, self.secret):
                    return channel
                channel.close()
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
            "--ipc": "private",
            "--shm-size": f"{limits.memory_mib}m",  # counted as memory; see Meter
            "--workdir": "/",
            "--user": "0:0",
            "--mount": f'type=bind,"source={self.path}",target=/channel,readonly',
            "--env": SECRET,  # its value is in the environment of `docker run`, not in its line
        }
        flat = [item for pair in options.items() for item in pair]
        size = f"size={limits.disk_mib}m,nr_inodes=20000,mode=1733"
        flat += ["--cap-add", "SETUID", "--cap-add", "SETGID", "--cap-add", "KILL"]
        flat += ["--tmpfs", f"/work:{size}", "--tmpfs", "/tmp:size=16m,mode=0755"]
        flat += ["--env", "MPLCONFIGDIR=/tmp/matplotlib", "--env", "HOME=/tmp"]
        if self.shared:
            flat += ["--mount", f'type=bind,"source={self.shared}",target={SHARED},readonly']
        if block := os.environ.get(UIDS):
            flat += ["--env", f"{UIDS}={block}"]
        return ["--rm", "--init=false", "--read-only", *flat]

    def close(self, patience_s: float = EXIT_S) -> None:
        """Let the container end; whoever started it waits for that, and wipes what it left."""
        self.listener.close()
        super().close(patience_s)
        self.ended.close()
        self.log.close()

    def _await_end(self, patience_s: float) -> None:
        try:
            self.process.wait(patience_s)
        except subprocess.TimeoutExpired:
            remove = subprocess.Popen(
                ["docker", "rm", "-f", self.name], stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
            if patience_s >= EXIT_S:  # else somebody wants to be gone: the engine does it alone
                with suppress(subprocess.TimeoutExpired):
                    remove.wait(REMOVE_S)
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def _listen(folder: str, name: str) -> socket.socket:
    """Return a listening socket in a folder that is closed to others, however long its path is."""
    listener = socket.socket(socket.AF_UNIX)
    inside = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    try:
        listener.bind(f"/proc/self/fd/{inside}/{name}" if sys.platform == "linux"
                      else os.path.join(folder, name))  # fmt: skip
    finally:
        os.close(inside)
    os.chmod(os.path.join(folder, name), 0o666)  # the container's root may be nobody here
    listener.listen(8)
    return listener


def is_the_workers(channel: socket.socket, secret: str) -> bool:
    """Tell whether the worker in the container is at the other end, and no user of this machine.

    It knows the secret, and runs as root or as a uid that the engine maps for containers, which
    no user of this machine has.
    """
    if hasattr(socket, "SO_PEERCRED"):
        peer = channel.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        uid = struct.unpack("3i", peer)[1]
        if uid not in (0, os.geteuid()) and _is_a_users(uid):
            return False
    said = b""
    channel.settimeout(SECRET_S)
    try:
        while len(said) < len(secret) and (part := channel.recv(len(secret) - len(said))):
            said += part
        channel.settimeout(None)
    except OSError:
        return False
    return secrets.compare_digest(said, secret.encode())


def _is_a_users(uid: int) -> bool:
    try:
        return bool(pwd.getpwuid(uid))
    except KeyError:
        return False
