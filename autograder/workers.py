"""Grading workers: scorer processes, each with one warm sandbox; results come as they are ready.

A scorer process is forked from the command after Otter and torch are imported, and keeps its
sandbox for many submissions. When a sandbox or a scorer fails, the submission is tried once more in
a fresh one; after that it is *not graded*.
"""

import ctypes
import gc
import multiprocessing
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from autograder import pipeline
from autograder.errors import EngineError, SandboxError
from autograder.model import Gradation, Limits
from autograder.scoring.assignment import Assignment

T = TypeVar("T")
PR_SET_PDEATHSIG = 1
TRIES = 2
QUEUED_PER_WORKER = 3
GARBAGE_OBJECTS = 20_000  # new objects between two looks for garbage
BROKEN_POOLS = 20  # after so many lost scorer processes something is wrong with the machine


@dataclass(frozen=True)
class EngineChoice:
    """Which engine to open in each scorer process.

    Attributes:
        kind: "docker" or "local".
        image: tag of the grading image (docker).
    """

    kind: str
    image: str = ""

    def open(self, limits: Limits):
        """Return an engine that is not entered yet."""
        if self.kind == "docker":
            from autograder.engines.docker import DockerEngine

            return DockerEngine(self.image, limits)
        from autograder.engines.local import LocalEngine

        return LocalEngine()


@dataclass(frozen=True)
class Job:
    """One submission to grade.

    Attributes:
        file: the file as people see it, relative to the folder of submissions; "" for its name.
    """

    name: str
    path: Path
    file: str = ""


class Scorer:
    """Grades one submission after the other in a warm sandbox that it replaces when it fails."""

    def __init__(self, assignment: Assignment, choice: EngineChoice, limits: Limits):
        self.assignment, self.choice, self.limits = assignment, choice, limits
        self.stack = ExitStack()
        self.engine = None
        self.opened = False

    def grade(self, job: Job) -> Gradation:
        """Grade one submission; our own faults end as *not graded*.

        Raises:
            EngineError: no sandbox can be started at all.
        """
        for attempt in range(TRIES):
            try:
                if self.engine is None:
                    self.engine = self.stack.enter_context(self.choice.open(self.limits))
                    self.opened = True
                return pipeline.grade(job.path, job.name, self.assignment, self.engine, self.limits)
            except (SandboxError, EngineError) as error:
                self.close()
                if isinstance(error, EngineError) and not self.opened:
                    raise  # nothing ever ran here: the machine is to be set right first
                if attempt == TRIES - 1:
                    return self.give_up(job, error)

    def give_up(self, job: Job, error: Exception) -> Gradation:
        """Return the *not graded* entry."""
        image = self.choice.image or self.choice.kind
        return pipeline.grade_with_fault(job.path, job.name, self.assignment, image, error)

    def close(self) -> None:
        """End the sandbox."""
        self.engine = None
        stack, self.stack = self.stack, ExitStack()
        stack.close()


_scorer: Scorer | None = None
_finish: Callable | None = None


def _open_scorer(assignment, choice, limits, finish, workers, started) -> None:
    global _scorer, _finish
    import atexit
    import signal

    import torch

    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # never outlive a killed command
    torch.set_num_threads(1)
    _stay_on_one_core(workers, started)
    gc.freeze()  # what was imported is never garbage, and looking through it takes long
    gc.set_threshold(GARBAGE_OBJECTS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the command decides when to stop
    _scorer, _finish = Scorer(assignment, choice, limits), finish
    from multiprocessing.util import Finalize

    Finalize(None, _scorer.close, exitpriority=10)
    atexit.register(_scorer.close)


def _stay_on_one_core(workers: int, started) -> None:
    """Keep this scorer and its sandbox on one core, where there are workers for every core.

    The two take turns, never both at work: on one core neither has to wake the other from a core
    that sleeps, and both find its caches warm. With fewer workers the kernel places them better.

    Args:
        started: counts the scorers of this pool.
    """
    if sys.platform != "linux":
        return
    cores = sorted(os.sched_getaffinity(0))
    if workers >= len(cores):
        with started.get_lock():
            number = started.value
            started.value += 1
        with suppress(OSError):  # some container runtimes do not let a process choose
            os.sched_setaffinity(0, {cores[number % len(cores)]})


def _grade(job: Job):
    return _finish(_scorer.grade(job))


def grade_all(
    jobs: Iterable[Job],
    assignment: Assignment,
    choice: EngineChoice,
    limits: Limits,
    workers: int,
    finish: Callable[[Gradation], T],
) -> Iterator[T]:
    """Grade jobs on ``workers`` scorer processes; yields outcomes in order of completion.

    Args:
        finish: makes the outcome, plain data, of a gradation; runs in the scorers' processes.

    Raises:
        EngineError: no sandbox can be started.
    """
    waiting = deque((job, 0) for job in jobs)
    broken = 0
    while waiting:
        processes = multiprocessing.get_context("fork")
        pool = ProcessPoolExecutor(
            workers,
            mp_context=processes,
            initializer=_open_scorer,
            initargs=(assignment, choice, limits, finish, workers, processes.Value("i", 0)),
        )
        running: dict = {}
        try:
            while waiting or running:
                while waiting and len(running) < QUEUED_PER_WORKER * workers:
                    job, losses = waiting.popleft()
                    running[pool.submit(_grade, job)] = job, losses
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    del running[future]
                    yield future.result()
        except BrokenProcessPool:
            broken += 1
            if broken > BROKEN_POOLS:
                raise EngineError("the scorer processes keep dying; is memory short?") from None
            survivors = [f for f in running if f.done() and f.exception() is None]
            yield from (f.result() for f in survivors)
            lost = [running[f] for f in running if f not in survivors]
            # Any of the jobs under way may have been the one that took the process down.
            for position, (job, losses) in enumerate(lost):
                if losses >= TRIES and position < workers:
                    error = SandboxError("the scorer process died twice while grading this")
                    yield finish(Scorer(assignment, choice, limits).give_up(job, error))
                else:
                    waiting.appendleft((job, losses + 1))
        finally:
            pool.shutdown(cancel_futures=True)


def default_workers() -> int:
    """Return one worker per core that this process may use."""
    return len(os.sched_getaffinity(0))
