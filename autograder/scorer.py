"""A scorer: grades with a warm sandbox of its own, and the process that does nothing else.

When its sandbox fails, the submission is tried once more in a fresh one; after that it is
*not graded*.
"""

import atexit
import ctypes
import gc
import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack
from multiprocessing.util import Finalize

import torch

from autograder import pipeline, probes  # noqa: F401 - probes and checks are what tests import
from autograder.checks import curves, errors, flows, graphs, memory, proofs  # noqa: F401
from autograder.cores import stay_on
from autograder.engines.choice import EngineChoice
from autograder.errors import EngineError, SandboxError
from autograder.model import Gradation, Job, Limits
from autograder.scoring.assignment import Assignment

PR_SET_PDEATHSIG = 1
TRIES = 2
GARBAGE_OBJECTS = 20_000  # new objects between two looks for garbage


class Scorer:
    """Grades one submission after the other in a warm sandbox that it replaces when it fails.

    Args:
        engine: one that was started ahead, for the first sandbox.
    """

    def __init__(self, assignment: Assignment, choice: EngineChoice, limits: Limits, engine=None):
        self.assignment, self.choice, self.limits = assignment, choice, limits
        self.ahead = engine
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
                    engine, self.ahead = self.ahead or self.choice.open(self.limits), None
                    self.engine = self.stack.enter_context(engine)
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


def open_scorer(assignment, choice, limits, finish, places, engines, started) -> None:
    """Make this process a scorer's.

    Args:
        places: per scorer, the cores to stay on.
        engines: those that were started ahead, for the first scorers.
        started: counts the scorers of this pool.
    """
    global _scorer, _finish
    with started.get_lock():
        number = started.value
        started.value += 1
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # never outlive a killed command
    torch.set_num_threads(1)
    stay_on(places[number])
    gc.set_threshold(GARBAGE_OBJECTS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the command decides when to stop
    engine = engines[number] if number < len(engines) else None
    _scorer, _finish = Scorer(assignment, choice, limits, engine), finish
    Finalize(None, _scorer.close, exitpriority=10)
    atexit.register(_scorer.close)


def grade(job: Job):
    """Grade a submission in this scorer's process and return what is made of the gradation."""
    return _finish(_scorer.grade(job))
