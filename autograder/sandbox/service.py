"""The worker's loop, once everything that a notebook usually needs has been imported."""

import os
import platform
import resource
import secrets
import signal
import socket
import time
from dataclasses import dataclass
from typing import Any, NoReturn

import msgpack
from IPython.core.interactiveshell import InteractiveShell

from autograder.errors import EngineError, EvidenceError
from autograder.model import Limits, Status
from autograder.sandbox import child, confine
from autograder.sandbox.warmth import settle, warm_up
from autograder.wall.frames import CONTROL_BYTES, FrameStream, FrameTimeout, StreamEnded

EXIT_S = 0.5  # for a process that has closed its channel to be gone
READY_S = 20.0
WATCH_S = 0.5  # how often the work folder's size and the child's life are looked at


@dataclass
class Ended:
    """Why and how a child ended."""

    status: Status
    detail: str


def serve(
    channel: socket.socket, janitor: tuple[socket.socket, int], root: str, full: bool = True
) -> None:
    """Warm up, say so, then run submissions until the scorer hangs up.

    Args:
        janitor: the janitor's channel and process id.
        root: folder for the submissions' work folders.
        full: see :func:`autograder.sandbox.warmth.warm_up`.
    """
    stream = FrameStream(channel, CONTROL_BYTES)
    try:
        layers = _layers_from_environment()
        confinement = confine.Confinement(layers)
        shell = warm_up(full)
    except EngineError as error:
        stream.send(msgpack.packb({"op": "refused", "reason": str(error)}))
        return
    confine.become_subreaper()
    settle(full)
    python = platform.python_version()
    warm = {"op": "warm", "layers": confinement.describe(), "python": python, "pid": os.getpid()}
    worker = Worker(stream, janitor, root, confinement, shell)
    try:
        stream.send(msgpack.packb(warm))
        while True:
            worker.run_submission(msgpack.unpackb(stream.receive()))
    except StreamEnded:
        return


def _layers_from_environment() -> confine.Layers:
    """Tests turn single layers off by name, to show that the next one still holds."""
    off = os.environ.get("AUTOGRADER_LAYERS_OFF", "").split()
    return confine.Layers(**{name: False for name in off})


class Worker:
    """Runs one submission after the other.

    Args:
        stream: frames to and from the scorer.
        janitor: the janitor's channel.
        root: folder in which each child makes its own work folder.
    """

    def __init__(
        self,
        stream: FrameStream,
        janitor: tuple[socket.socket, int],
        root: str,
        confinement: confine.Confinement,
        shell: InteractiveShell,
    ):
        self.stream = stream
        self.janitor, self.janitor_pid = janitor
        self.root = root
        self.confinement = confinement
        self.shell = shell
        self.count = secrets.randbelow(confine.UID_COUNT)  # workers beside each other differ

    def run_submission(self, start: dict) -> None:
        """Fork a child for the start message, watch it until the end, clean up, report."""
        limits = Limits(**start["limits"])
        self.count += 1
        uid = confine.FIRST_UID + self.count % confine.UID_COUNT
        folder = os.path.join(self.root, f"s{uid}")
        ours, theirs = socket.socketpair()
        self._make_room(uid, folder)
        ruleset = self.confinement.new_ruleset()
        began = time.monotonic()
        ended = Ended(Status.NOT_GRADED, "the watch failed")
        pid = os.fork()
        if not pid:
            ours.close()
            start = {"limits": limits, "seed": start["seed"]}
            self._become_child(theirs, ruleset, uid, folder, start)
        theirs.close()
        if ruleset is not None:
            os.close(ruleset)
        try:
            ended = self._watch(ours, pid, folder, limits)
        finally:
            ours.close()
            usage, code = _kill_child(pid, patience_s=EXIT_S if ended.detail == "gone" else 0.0)
            clean = self._clean(uid, folder, alone=not self._reap_orphans())
        if ended.detail == "gone":
            ended = _explain_exit(code)
        report = {
            "op": "ended",
            "status": ended.status.value,
            "detail": ended.detail,
            "cpu_s": usage.ru_utime + usage.ru_stime,
            "wall_s": time.monotonic() - began,
            "memory_mib": usage.ru_maxrss / 1024,
            "clean": clean,
        }
        self.stream.send(msgpack.packb(report))

    def _become_child(
        self,
        channel: socket.socket,
        ruleset: int | None,
        uid: int,
        folder: str,
        start: dict[str, Any],
    ) -> NoReturn:
        try:
            os.umask(0o077)
            # The folder is made by its owner: this root may not give files away.
            if self.confinement.own_uid:
                os.setegid(uid)
                os.seteuid(uid)
                os.mkdir(folder)
                os.seteuid(0)
                os.setegid(0)
            else:
                os.mkdir(folder)
            child.run_child(channel, self.confinement, ruleset, self.shell, uid, folder, start)
        finally:
            os._exit(70)

    def _watch(self, ours: socket.socket, pid: int, folder: str, limits: Limits) -> Ended:
        """Hand the child's channel to the scorer and watch the child until the scorer ends it."""
        try:
            if FrameStream(ours, CONTROL_BYTES).receive(READY_S) != b"ready":
                raise StreamEnded
        except (FrameTimeout, StreamEnded, EvidenceError):
            return Ended(Status.NOT_GRADED, "the sandbox did not start")
        ours.setblocking(False)
        self.stream.send_with_socket(msgpack.packb({"op": "started"}), ours)
        ours.close()
        full = False
        while True:
            if self.stream.wait(WATCH_S):
                message = msgpack.unpackb(self.stream.receive())
                if message["op"] == "interrupt":
                    os.kill(pid, signal.SIGINT)
                    continue
                if full:
                    return Ended(Status.DISK_LIMIT, f"more than {limits.disk_mib} MiB written")
                if message["gone"]:
                    return Ended(Status.CRASHED, "gone")
                return Ended(Status.COMPLETED, "")
            if not full and _folder_mib(folder, limits.disk_mib) > limits.disk_mib:
                full = True
                os.kill(pid, signal.SIGKILL)
            if _is_gone(pid):
                self._kill_orphans(pid)  # one of them may hold the channel open

    def _make_room(self, uid: int, folder: str) -> None:
        """Clear away what a worker that was killed may have left; in its own container none did."""
        others = os.getpid() != 1
        if (others or os.path.lexists(folder)) and not self._ask_janitor(uid, folder):
            raise OSError(f"{folder} cannot be cleaned")

    def _clean(self, uid: int, folder: str, alone: bool) -> bool:
        """Remove a submission's folder; tells whether it is gone.

        Args:
            alone: its child left no process behind, so that an empty folder is all there is.
        """
        if alone:
            try:
                os.rmdir(folder)
                return True
            except OSError:
                pass  # the janitor removes what is in it
        return self._ask_janitor(uid, folder)

    def _ask_janitor(self, uid: int, folder: str) -> bool:
        self.janitor.sendall(b"%d %s\n" % (uid if self.confinement.own_uid else 0, folder.encode()))
        return self.janitor.recv(1) == b"."

    def _reap_orphans(self) -> int:
        """Kill and reap what the child left, the worker being its subreaper; returns how many."""
        count = 0
        while orphans := self._kill_orphans():
            count += len(orphans)
            for pid in orphans:
                os.waitpid(pid, 0)
        return count

    def _kill_orphans(self, child: int | None = None) -> list[int]:
        """Kill every process under the worker but the janitor and the child; returns their ids."""
        with open(f"/proc/self/task/{os.getpid()}/children", "rb") as file:
            pids = [int(pid) for pid in file.read().split()]
        orphans = [pid for pid in pids if pid not in (self.janitor_pid, child)]
        for pid in orphans:
            os.kill(pid, signal.SIGKILL)
        return orphans


def _is_gone(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _kill_child(pid: int, patience_s: float) -> tuple[resource.struct_rusage, int]:
    """Reap the child; returns its resource usage and exit code (negative: signal, 0: killed here).

    Args:
        patience_s: how long to wait for an exit of its own first.
    """
    deadline = time.monotonic() + patience_s
    while not (gone := _is_gone(pid)) and time.monotonic() < deadline:
        time.sleep(0.005)
    if not gone:
        os.kill(pid, signal.SIGKILL)
    _, status, usage = os.wait4(pid, 0)
    return usage, os.waitstatus_to_exitcode(status) if gone else 0


def _explain_exit(code: int) -> Ended:
    if code == -signal.SIGXCPU:
        return Ended(Status.CPU_LIMIT, "the CPU time is used up")
    if code == -signal.SIGKILL:
        return Ended(Status.MEMORY_LIMIT, "the process was killed, most likely for want of memory")
    if code == -signal.SIGXFSZ:
        return Ended(Status.DISK_LIMIT, "a file grew over the limit")
    if code < 0:
        return Ended(Status.CRASHED, f"the process died of {signal.Signals(-code).name}")
    return Ended(Status.CRASHED, f"the process ended itself (exit status {code})")


def _folder_mib(folder: str, limit: int) -> float:
    total = entries = 0
    stack = [folder]
    while stack and entries < 20_000:
        try:
            with os.scandir(stack.pop()) as found:
                for entry in found:
                    entries += 1
                    if entry.is_dir(follow_symlinks=False):
                        stack.append(entry.path)
                    else:
                        total += entry.stat(follow_symlinks=False).st_blocks * 512
        except OSError:
            continue  # another uid's folder in a container: there the tmpfs has its own limit
    return total / 2**20
