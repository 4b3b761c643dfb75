"""The warm worker in a locked-down container of the grading image."""

import os
import secrets
import shutil
import socket
import subprocess
import tempfile

from autograder.engines.local import EXIT_S
from autograder.errors import EngineError, SandboxError
from autograder.frames import FrameStream
from autograder.model import Limits
from autograder.sandbox.service import CONTROL_BYTES
from autograder.scoring.session import receive_warm

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


class DockerEngine:
    """One container with one warm worker; a context manager.

    Args:
        image: tag of the grading image.
        limits: a submission's limits; the container's own are derived from them.

    Raises:
        EngineError: the container does not start.
    """

    def __init__(self, image: str, limits: Limits):
        self.image = image
        self.limits = limits
        self.name = f"autograder-{secrets.token_hex(6)}"

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="autograder-")
        os.chmod(self.folder, 0o711)
        path = os.path.join(self.folder, "channel")
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        os.chmod(path, 0o666)
        listener.listen(1)
        listener.settimeout(CONNECT_S)
        self.log = tempfile.TemporaryFile()
        cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
        core = ["--core", str(cores[0])] if len(cores) == 1 else []  # the scorer's own
        self.process = subprocess.Popen(
            ["docker", "run", *self._options(), self.image, "python3", "-m",
             "autograder.sandbox.worker", "--connect", "/channel/channel", "--root", "/work",
             *core],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self.log,
            start_new_session=True,
        )  # fmt: skip
        self.channel = None
        try:
            self.channel = self._accept(listener)
            self.stream = FrameStream(self.channel, CONTROL_BYTES)
            self.layers = receive_warm(self.stream)
        except SandboxError as error:
            self.__exit__()
            raise EngineError(f"the grading container does not start: {error}") from None
        except BaseException:
            self.__exit__()
            raise
        finally:
            # One connection, before any student code runs; afterwards nobody can reach the path.
            listener.close()
            os.unlink(path) if os.path.exists(path) else None
        return self

    def _accept(self, listener) -> socket.socket:
        listener.settimeout(1.0)
        for _ in range(int(CONNECT_S)):
            try:
                return listener.accept()[0]
            except TimeoutError:
                if self.process.poll() is not None:
                    break
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

    def __exit__(self, *exception):
        if self.channel is not None:
            self.channel.close()
        try:
            self.process.wait(EXIT_S)
        except subprocess.TimeoutExpired:
            subprocess.run(["docker", "rm", "-f", self.name], capture_output=True, timeout=60)
            self.process.kill()
            self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)
