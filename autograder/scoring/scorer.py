"""A scorer: grades with a warm sandbox of its own, and the process that does nothing else.

When its sandbox fails, the submission is tried once more in a fresh one; after that it is
*not graded*.
"""

import atexit
import ctypes
import gc
import signal
import sys
from contextlib import ExitStack
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING, Any

import torch

from autograder import probes  # noqa: F401 - probes and checks are what tests import
from autograder.checks import curves, errors, flows, graphs, memory, proofs  # noqa: F401
from autograder.errors import EngineError, SandboxError
from autograder.model import Gradation, Job, Limits, Provenance
from autograder.scoring import pipeline
from autograder.scoring.assignment import Assignment
from autograder.scoring.cores import stay_on
from autograder.scoring.engine import Engine, Engines
from autograder.scoring.task import Task

if TYPE_CHECKING:
    from multiprocessing.sharedctypes import Synchronized

PR_SET_PDEATHSIG = 1
TRIES = 2
GARBAGE_OBJECTS = 20_000  # new objects between two looks for garbage


class Scorer:
    """Grades one submission after the other in a warm sandbox that it replaces when it fails.

    Args:
        engines: opens the sandboxes.
        by: what the marks can be traced to.
        engine: one that was started ahead, for the first sandbox.
    """

    def __init__(
        self,
        assignment: Assignment,
        engines: Engines,
        limits: Limits,
        by: Provenance,
        engine: Engine | None = None,
    ):
        self.assignment, self.engines, self.limits, self.by = assignment, engines, limits, by
        self.ahead = engine
        self.stack = ExitStack()
        self.engine: Engine | None = None
        self.opened = False

    def score(self, job: Job) -> Gradation:
        """Score one submission; our own faults end as *not graded*.

        Raises:
            EngineError: no sandbox can be started at all.
        """
        for _ in range(TRIES):
            try:
                if self.engine is None:
                    engine, self.ahead = self.ahead or self.engines.open(self.limits), None
                    self.engine = self.stack.enter_context(engine)
                    self.opened = True
                return pipeline.score(job, self.assignment, self.engine, self.limits, self.by)
            except (SandboxError, EngineError) as error:
                self.close()
                if isinstance(error, EngineError) and not self.opened:
                    raise  # nothing ever ran here: the machine is to be set right first
                fault = error
        return self.give_up(job, fault)

    def give_up(self, job: Job, error: Exception) -> Gradation:
        """Return the *not graded* entry."""
        return pipeline.give_up(job, self.assignment, error, self.by)

    def close(self) -> None:
        """End the sandbox."""
        self.engine = None
        stack, self.stack = self.stack, ExitStack()
        stack.close()


class ScorerProcess:
    """What makes a process a scorer's: given to a pool as the initializer.

    Args:
        engines: opens the sandboxes.
        places: per scorer, the cores to stay on.
        ahead: engines that were started ahead, for the first scorers.
        started: counts the scorers of this pool.
    """

    def __init__(
        self,
        task: Task,
        engines: Engines,
        places: list[set[int]],
        ahead: list[Engine],
        started: "Synchronized[int]",
    ):
        self.task, self.engines, self.places = task, engines, places
        self.ahead, self.started = ahead, started

    def __call__(self) -> None:
        """Make this process a scorer's."""
        global _held
        with self.started.get_lock():
            number = self.started.value
            self.started.value += 1
        die_with_parent()
        torch.set_num_threads(1)
        stay_on(self.places[number])
        gc.set_threshold(GARBAGE_OBJECTS)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the command decides when to stop
        engine = self.ahead[number] if number < len(self.ahead) else None
        task = self.task
        scorer = Scorer(task.assignment, self.engines, task.limits, task.by, engine)
        _held = scorer, task
        Finalize(None, scorer.close, exitpriority=10)
        atexit.register(scorer.close)


_held: tuple[Scorer, Task] | None = None


def die_with_parent() -> None:
    """Let the kernel end this process when the command that started it is gone."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def score(job: Job) -> Any:
    """Score a submission in this scorer's process and return what is made of the gradation."""
    assert _held is not None, "this process is no scorer"
    scorer, task = _held
    return task.finish(job, scorer.score(job))
