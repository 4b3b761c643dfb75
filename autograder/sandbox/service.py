"""The worker's loop, once everything that a notebook usually needs has been imported."""

import gc
import os
import platform
import resource
import secrets
import signal
import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import msgpack
from IPython.core.interactiveshell import InteractiveShell

from autograder.errors import EngineError, EvidenceError
from autograder.model import Limits, Status
from autograder.sandbox import absence, beginning, confine, notes, processes
from autograder.sandbox.tripwire import Tripwire, can_look
from autograder.sandbox.uids import Uids, take_away
from autograder.sandbox.unseen import Unseen, nameless_bytes
from autograder.sandbox.warmth import settle, warm_up
from autograder.wall.frames import CONTROL_BYTES, FrameStream, FrameTimeout, StreamEnded

EXIT_S = 0.5  # for a process that has closed its channel to be gone
READY_S = 20.0
WATCH_S = 0.1  # how often the child's life and memory are looked at
FILES_S = 0.5  # and the sizes of its files
MOST_FILES = 100_000
SLACK_MIB = 16  # of memory, for what is shared in the watch's own eyes
REAP_S = 10.0  # for killed processes to be gone
UNSEEN = "*"  # the child's memory is no longer what was forked
JANITOR_S = 60.0  # for the janitor to remove a folder
STARVED = (signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS)  # compiled code that gets no memory
NEARLY_ALL = 0.75  # of a limit, from where such an end is put down to it


@dataclass
class Ended:
    """Why and how a child ended."""

    status: Status
    detail: str
    idle: bool = False  # it waits for the next request


def serve(
    channel: socket.socket,
    janitor: tuple[socket.socket, int],
    root: str,
    layers_off: Iterable[str] = (),
    full: bool = True,
    hidden: bool = True,
    modules: Iterable[str] = (),
    shared: str = "",
) -> None:
    """Warm up, say so, then run submissions until the scorer hangs up.

    Args:
        janitor: the janitor's channel and process id.
        root: folder for the submissions' work folders.
        layers_off: layers that a test leaves out, to show that the next one still holds.
        full, modules: see :func:`autograder.sandbox.warmth.warm_up`.
        hidden: whether other uids can read nothing of what students must not see.
        shared: folder of large files that every submission finds in its own; "": none.
    """
    stream = FrameStream(channel, CONTROL_BYTES)
    try:
        kept = confine.Layers(**{name: False for name in layers_off})
        confinement = confine.Confinement(kept, hidden, shared)
        shell = warm_up(full, modules)
    except EngineError as error:
        stream.send(msgpack.packb({"op": "refused", "reason": str(error)}))
        return
    confine.become_subreaper()
    settle(full)
    absence.know()
    python = platform.python_version()
    layers = {**confinement.describe(), "tripwire": can_look()}
    warm = {"op": "warm", "layers": layers, "python": python, "pid": os.getpid()}
    try:
        worker = Worker(stream, janitor, root, confinement, shell)
        stream.send(msgpack.packb(warm))
        worker.tripwire = Tripwire() if layers["tripwire"] else None
        gc.freeze()  # a child's collector would write to all that the tripwire holds
        while worker.run_submission(_next_start(stream)):
            continue
    except EngineError as error:
        stream.send(msgpack.packb({"op": "refused", "reason": str(error)}))
    except StreamEnded:
        return


def _next_start(stream: FrameStream) -> dict[str, Any]:
    """Return the next start; an end that the scorer, cut by its clock, asks for twice is none."""
    while "limits" not in (message := msgpack.unpackb(stream.receive())):
        continue
    return dict(message)


class Worker:
    """Runs one submission after the other.

    Args:
        stream: frames to and from the scorer.
        janitor: the janitor's channel and process id.
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
        self.janitor.settimeout(JANITOR_S)
        self.late = False  # the janitor, with an answer
        self.root = root
        self.confinement = confinement
        self.shell = shell
        self.uids = Uids() if confinement.own_uid else None
        self.tripwire: Tripwire | None = None
        self.counter = processes.own_counter()
        self.count = secrets.randbelow(1_000_000)  # of folders, where there is no uid to name them

    def run_submission(self, start: dict[str, Any]) -> bool:
        """Fork a child for the start message, watch it until the end, clean up, report.

        Returns:
            Whether another submission may follow: nothing of this one is left.
        """
        limits = Limits(**start["limits"])
        self.count += 1
        uid = self.uids.take() if self.uids else 0
        folder = os.path.join(self.root, f"s{uid or self.count}")
        ours, theirs = socket.socketpair()
        noted, noting = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._make_room(uid, folder)
        ruleset = self.confinement.landlock.new_ruleset()
        began = time.monotonic()
        ended = Ended(Status.NOT_GRADED, "the watch failed")
        pid = os.fork()
        if not pid:
            ours.close()
            start = {**start, "limits": limits, "shared": self.confinement.shared}
            self._become_child(theirs, noting, ruleset, uid, folder, start)
        theirs.close()
        os.close(noting)
        if ruleset is not None:
            os.close(ruleset)
        try:
            ended = self._watch(ours, pid, uid, folder, limits)
        finally:
            ours.close()
            changed = self._look(pid, uid) if ended.idle else []
            usage, code = _kill_child(pid, patience_s=EXIT_S if ended.detail == "gone" else 0.0)
            clean = self._clean(uid, folder)
            done = notes.read_notes(noted)
            os.close(noted)
        if ended.detail == "gone":
            held_mib = usage.ru_maxrss / 1024 - processes.private_mib()
            spent = usage.ru_utime + usage.ru_stime > NEARLY_ALL * limits.cpu_s
            ended = _explain_exit(code, held_mib / limits.memory_mib, spent)
        report = {
            "op": "ended",
            "status": ended.status.value,
            "detail": ended.detail,
            "cpu_s": usage.ru_utime + usage.ru_stime,
            "wall_s": time.monotonic() - began,
            "memory_mib": usage.ru_maxrss / 1024,
            "clean": clean,
            "changed": changed,
            "noted": done,
        }
        self.stream.send(msgpack.packb(report))
        return clean

    def _become_child(
        self,
        channel: socket.socket,
        noting: int,
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
            beginning.run_child(
                channel, noting, self.confinement, ruleset, self.shell, uid, folder, start
            )
        finally:
            os._exit(70)

    def _watch(self, ours: socket.socket, pid: int, uid: int, folder: str, limits: Limits) -> Ended:
        """Hand the child's channel to the scorer and watch the child until the scorer ends it."""
        try:
            if FrameStream(ours, CONTROL_BYTES).receive(READY_S) != b"ready":
                raise StreamEnded
        except (FrameTimeout, StreamEnded, EvidenceError):
            return Ended(Status.NOT_GRADED, "the sandbox did not start")
        ours.setblocking(False)
        meter = Meter(pid, self.janitor_pid, uid, folder, limits, self.counter)
        self.stream.send_with_socket(msgpack.packb({"op": "started"}), ours)
        ours.close()
        over: Ended | None = None
        while True:
            if self.stream.wait(WATCH_S):
                message = msgpack.unpackb(self.stream.receive())
                if message["op"] == "interrupt":
                    os.kill(pid, signal.SIGINT)
                    continue
                if over:
                    return over
                if message["gone"]:
                    return Ended(Status.CRASHED, "gone")
                return Ended(Status.COMPLETED, "", message["idle"])
            gone = _is_gone(pid)
            if over is None and not gone:
                over = meter.find_excess()
            if over or (gone and self._orphans(pid)):
                self._kill_all(uid, [pid])  # any of them may hold the channel open

    def _look(self, pid: int, uid: int) -> list[str]:
        """Return what the child changed of what the grader relies on."""
        if self.tripwire is None:
            return []
        try:
            return self.tripwire.look(pid, uid)
        except Exception:  # whatever reading its memory meets is its doing
            return [] if _is_gone(pid) else [UNSEEN]

    def _make_room(self, uid: int, folder: str) -> None:
        """Clear away what a worker that was killed may have left; in its own container none did."""
        others = os.getpid() != 1
        if (others or os.path.lexists(folder)) and not self._ask_janitor(uid, folder):
            raise OSError(f"{folder} cannot be cleaned")

    def _clean(self, uid: int, folder: str) -> bool:
        """End what the child left and remove its folder; tells whether all is gone.

        What it left hangs below this worker now. First everything is killed at once, then reaped:
        the other way round a process that forks on and on would always be a step ahead.
        """
        orphans = self._orphans()
        if not orphans and not (uid and processes.shared_entries(uid)):
            gone = take_away(uid, folder) or self._ask_janitor(uid, folder)
            return gone and self._ask_janitor(0, "")  # should this worker be killed later
        deadline = time.monotonic() + REAP_S
        while orphans:
            self._kill_all(uid, orphans)
            if not processes.reap(orphans, 1.0) and time.monotonic() > deadline:
                return False
            orphans = self._orphans()
        return self._ask_janitor(uid, folder) and self._ask_janitor(0, "")

    def _kill_all(self, uid: int, roots: list[int]) -> None:
        """Kill all of a submission's processes: those under its uid, or all below some of them."""
        if uid:
            self._ask_janitor(uid, "")
        else:
            processes.freeze_and_kill({*roots, *self._orphans()})

    def _ask_janitor(self, uid: int, folder: str) -> bool:
        """Tell whether the janitor did it, in time: many folders take longer to remove than that.

        One that is late is asked nothing more, since its answers would be to other questions. It
        goes on by itself, and this worker ends with its report.
        """
        if self.late:
            return False
        try:
            self.janitor.sendall(b"%d %s\n" % (uid, os.fsencode(folder)))
            return self.janitor.recv(1) == b"."
        except TimeoutError:
            self.late = True
            return False

    def _orphans(self, child: int | None = None) -> list[int]:
        """Return the processes right below the worker but the janitor and the child."""
        kept = (self.janitor_pid, child)
        return [pid for pid in processes.children_of(os.getpid()) if pid not in kept]


class Meter:
    """Looks now and then at what one submission uses, all its processes together."""

    def __init__(
        self,
        pid: int,
        janitor: int,
        uid: int,
        folder: str,
        limits: Limits,
        counter: Path | None,
    ):
        self.pid, self.janitor, self.folder, self.limits = pid, janitor, folder, limits
        self.uid = uid
        # In a container files in memory count as memory, and the folder is in memory there.
        self.memory_mib = limits.memory_mib + SLACK_MIB + (limits.disk_mib if counter else 0)
        self.memory = processes.Memory(self.memory_mib, counter)
        self.unseen = Unseen()
        self.look_at_files = 0.0

    def find_excess(self) -> Ended | None:
        """Return the limit that is broken, if one is."""
        pids = [*processes.below([self.pid]), *self._adopted()]
        if self.memory.used_mib(pids) + self._shared_mib() > self.memory_mib:
            return Ended(Status.MEMORY_LIMIT, f"more than {self.limits.memory_mib} MiB together")
        if len(pids) > 1 and processes.cpu_s(pids) > self.limits.cpu_s + 1:
            return Ended(Status.CPU_LIMIT, "the CPU time is used up")
        if not self.memory.counts and self.unseen.keeps_files_under_way(pids):
            return Ended(Status.MEMORY_LIMIT, "open files kept in sockets, where none are counted")
        return self._find_excess_of_files(pids)

    def _shared_mib(self) -> float:
        """Return what lies in shared memory under the uid; a container's own counter counts it."""
        if self.memory.counts or not self.uid:
            return 0.0
        return processes.shared_bytes(self.uid) / processes.MIB

    def _adopted(self) -> list[int]:
        """Return what the submission started and the worker, its subreaper, has adopted."""
        return processes.below(
            pid for pid in processes.children_of(os.getpid()) if pid not in (self.pid, self.janitor)
        )

    def _find_excess_of_files(self, pids: list[int]) -> Ended | None:
        began = time.monotonic()
        if began < self.look_at_files:
            return None
        most = self.limits.disk_mib * processes.MIB
        held, entries = processes.folder_bytes(self.folder, most, MOST_FILES)
        held += nameless_bytes(pids)
        now = time.monotonic()
        self.look_at_files = now + max(FILES_S, 4 * (now - began))  # many files take long to count
        if held > most:
            return Ended(Status.DISK_LIMIT, f"more than {self.limits.disk_mib} MiB written")
        if entries > MOST_FILES:
            return Ended(Status.DISK_LIMIT, f"more than {MOST_FILES:,} files written")
        return None


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


def _explain_exit(code: int, share: float, spent: bool) -> Ended:
    """Say how a child that ended by itself came to its end.

    Args:
        code: its exit code, negative for a signal.
        share: the most memory it held above the worker's, as a share of the limit.
        spent: whether it used nearly all its CPU time. Who does not hear that it is used up is
            killed as for want of memory; the kernel's limit counts by its ticks, usage exactly.
    """
    if code == -signal.SIGXCPU or (code == -signal.SIGKILL and spent):
        return Ended(Status.CPU_LIMIT, "the CPU time is used up")
    if code == beginning.OUT_OF_MEMORY:
        return Ended(Status.MEMORY_LIMIT, "no more memory was to be had")
    if code == -signal.SIGKILL:
        return Ended(Status.MEMORY_LIMIT, "the process was killed, most likely for want of memory")
    if code == -signal.SIGXFSZ:
        return Ended(Status.DISK_LIMIT, "a file grew over the limit")
    if -code in STARVED and share > NEARLY_ALL:
        return Ended(Status.MEMORY_LIMIT, "its libraries got no more memory and gave up")
    if code < 0:
        return Ended(Status.CRASHED, f"the process died of {signal.Signals(-code).name}")
    return Ended(Status.CRASHED, f"the process ended itself (exit status {code})")
