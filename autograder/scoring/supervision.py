"""A scorer in a process of its own, under a clock: whatever it does, it can be ended.

Who supervises it, and what its end costs: .docs/architecture.md. The scorer ends what takes longer
than its time by itself, as long as it runs Python; where it does not, it is killed from outside.
"""

import gc
import os
import shutil
import signal
import tempfile
import time
from collections import deque
from collections.abc import Set
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe
from typing import Any

import torch

from autograder.errors import EngineError, OutOfTime, SandboxError
from autograder.model import Job, Status
from autograder.scoring.cores import stay_on
from autograder.scoring.ending import die_with_parent
from autograder.scoring.engine import Engine, Engines
from autograder.scoring.scorer import Scorer, breaks_down, ended_outcome, given_up_outcome
from autograder.scoring.task import Task

GARBAGE_OBJECTS = 20_000  # new objects between two looks for garbage
LOOK_S = 1.0  # how often the clock is looked at
GRACE_S = 12.0  # beyond a submission's time, for the scorer to end it by itself
EXIT_S = 5.0  # for a scorer that was let go
QUEUED = 2  # jobs: the next one lies ready when a scorer is done
TRIES = 2  # of a job over which scorers end by themselves


@dataclass
class Lost:
    """A job whose scorer ended over it by itself, how often that has happened, and how."""

    job: Job
    losses: int
    how: str


class SupervisedScorer:
    """One scorer's process.

    Args:
        engine: one that was started ahead, for its first sandbox; stays its owner's to close.
        cores: where it and its sandbox work; empty: anywhere.

    Attributes:
        scratch: its folder for temporary files, of tests too; goes with it, however it ends.
    """

    def __init__(
        self,
        task: Task,
        engines: Engines,
        engine: Engine | None = None,
        cores: Set[int] = frozenset(),
    ):
        self.task, self.engines, self.engine, self.cores = task, engines, engine, cores
        self.jobs: deque[tuple[Job, int]] = deque()
        self.began: float | None = None
        self.scratch = tempfile.mkdtemp(prefix="autograder-")
        os.chmod(self.scratch, 0o711)  # an engine of its own may be in it
        ours, theirs = Pipe()
        self.pid: int | None = os.fork()
        if not self.pid:
            try:
                ours.close()
                self._become_scorer(theirs)
            finally:
                os._exit(1)
        theirs.close()
        self.channel = ours

    def submit(self, job: Job, losses: int = 0) -> None:
        """Hand it a job.

        Args:
            losses: how many scorers ended over this job before.
        """
        self.jobs.append((job, losses))
        with suppress(OSError):  # it is gone, as the next answer will tell
            self.channel.send(job)

    def left_s(self) -> float:
        """Return how long it may still be at its job; infinite before that has begun."""
        if self.began is None:
            return float("inf")
        return self.began + self.task.limits.wall_s + GRACE_S - time.monotonic()

    def receive(self) -> list[Any]:
        """Return the outcomes that are there; nothing where it has only begun.

        Raises:
            EOFError: it is gone.
            EngineError: it can start no sandbox.
        """
        try:
            what, content = self.channel.recv()
        except Exception:  # cut short by its end, or nothing that can be read
            raise EOFError from None
        if what == "refused":
            raise EngineError(content)
        if what == "done":
            self.jobs.popleft()
        self.began = time.monotonic() if self.jobs and what != "opening" else None
        return [content] if what == "done" else []

    def told(self) -> list[Any]:
        """Return the outcomes that are there by now, of a scorer that is to end."""
        found: list[Any] = []
        with suppress(EOFError, EngineError):
            while self.channel.poll():
                found += self.receive()
        return found

    def overdue(self) -> bool:
        """Tell whether it must be ended."""
        return self.left_s() <= 0 and not self.channel.poll()

    def end_overdue(self) -> Any:
        """Kill it; returns the outcome of the job that it was at: its time is used up."""
        job, _ = self.jobs.popleft()
        self.kill()
        how = "the grader did not come back from looking at its answers"
        return ended_outcome(self.task, job, OutOfTime(Status.TIMEOUT, how))

    def mourn(self) -> Lost | None:
        """Reap it after its end; returns the job over which it ended, if it was at one."""
        code = self.kill()
        if not self.jobs:
            return None
        job, losses = self.jobs.popleft()
        how = f"signal {-code}" if code < 0 else f"exit status {code}"
        return Lost(job, losses + 1, how)

    def kill(self) -> int:
        """End it at once; returns its exit code (negative: a signal)."""
        self.channel.close()
        if self.pid is None:
            return 0
        pid, self.pid = self.pid, None
        try:
            gone, status = os.waitpid(pid, os.WNOHANG)
            if not gone:
                os.kill(pid, signal.SIGKILL)
                _, status = os.waitpid(pid, 0)
        except ChildProcessError:
            status = 0
        shutil.rmtree(self.scratch, ignore_errors=True)  # killed, it cleans up nothing
        return os.waitstatus_to_exitcode(status)

    def let_go(self) -> None:
        """Tell it that nothing more comes."""
        with suppress(OSError):
            self.channel.send(None)  # others hold this end of the pipe too

    def wait(self) -> None:
        """Wait for its end after :meth:`let_go`, and kill it where that takes too long."""
        deadline = time.monotonic() + EXIT_S
        while self.pid is not None and time.monotonic() < deadline:
            if os.waitpid(self.pid, os.WNOHANG)[0]:
                self.pid = None
                shutil.rmtree(self.scratch, ignore_errors=True)
                return
            time.sleep(0.005)
        self.kill()

    def _become_scorer(self, channel: Connection) -> None:
        """Grade what comes over the channel until it is closed; runs in the forked process."""
        signal.set_wakeup_fd(-1)  # the event loop of a Dask worker is not here
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the command decides when to stop
        die_with_parent()
        tempfile.tempdir = self.scratch
        torch.set_num_threads(1)
        stay_on(self.cores)
        gc.freeze()  # what was imported is never garbage, and looking through it takes long
        gc.set_threshold(GARBAGE_OBJECTS)
        tell = lambda what: channel.send((what, None))  # noqa: E731
        scorer = Scorer(self.task, self.engines, self.engine, tell)
        try:
            while (job := channel.recv()) is not None:
                channel.send(("done", scorer.outcome(job)))
        except EngineError as error:
            channel.send(("refused", str(error)))
        except (EOFError, BrokenPipeError):
            pass
        finally:
            scorer.close()
        os._exit(0)


class Supervisor:
    """One scorer under supervision, made anew whenever it is lost.

    Args:
        engine: one that was started ahead, for the first scorer; stays its owner's to close.
    """

    def __init__(self, task: Task, engines: Engines, engine: Engine | None = None):
        self.task, self.engines, self.ahead = task, engines, engine
        self.scorer: SupervisedScorer | None = None

    def outcome(self, job: Job) -> Any:
        """Return the outcome of one job, whatever happens to scorers.

        Raises:
            EngineError: no sandbox can be started.
        """
        losses = 0
        while True:
            if self.scorer is None:
                engine, self.ahead = self.ahead, None
                self.scorer = SupervisedScorer(self.task, self.engines, engine)
            scorer = self.scorer
            scorer.submit(job, losses)
            try:
                while scorer.jobs:
                    if scorer.channel.poll(min(max(scorer.left_s(), 0.0), LOOK_S)):
                        for outcome in scorer.receive():
                            return outcome
                    elif scorer.overdue():
                        self.scorer = None
                        return scorer.end_overdue()
            except EOFError:
                self.scorer, lost = None, scorer.mourn()
                if lost is None or lost.losses >= TRIES:
                    return lost_outcome(self.task, lost or Lost(job, TRIES, "it never began"))
                losses = lost.losses

    def close(self) -> None:
        """Let the scorer end."""
        if self.scorer is not None:
            self.scorer.let_go()
            self.scorer.wait()
            self.scorer = None


def lost_outcome(task: Task, lost: Lost) -> Any:
    """Return the outcome of a job over which scorers ended by themselves, again and again."""
    what = f"the scorer process died {lost.losses} times over this ({lost.how})"
    if task.blames:
        return ended_outcome(task, lost.job, breaks_down(what))
    return given_up_outcome(task, lost.job, SandboxError(what))
