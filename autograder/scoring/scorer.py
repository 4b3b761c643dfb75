"""A scorer: grades with a warm sandbox of its own, one submission after the other.

When its sandbox fails, the submission is tried once more in a fresh one; after that it is
*not graded*. So is one over which anything of ours fails: the boundary is total, and the run goes
on.
"""

import linecache
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any

from autograder import probes  # noqa: F401 - probes and checks are what tests import
from autograder.checks import curves, errors, flows, graphs, memory, proofs  # noqa: F401
from autograder.errors import EngineError, OutOfTime, SandboxError, SubmissionEnded
from autograder.model import Gradation, Job, Status
from autograder.scoring import pipeline
from autograder.scoring.apart import Broken, EndedReading, score_apart
from autograder.scoring.engine import Engine, Engines
from autograder.scoring.fence import Fence
from autograder.scoring.lasting import leave_nothing
from autograder.scoring.task import Task

TRIES = 2


class Scorer:
    """Grades one submission after the other in a warm sandbox that it replaces when it fails.

    Args:
        engines: opens the sandboxes.
        engine: one that was started ahead, for the first sandbox.
        tell: gets "opening" before a sandbox is opened, and "began" before a submission is scored.
    """

    def __init__(
        self,
        task: Task,
        engines: Engines,
        engine: Engine | None = None,
        tell: Callable[[str], None] = lambda what: None,
    ):
        self.task, self.engines, self.ahead, self.tell = task, engines, engine, tell
        self.stack = ExitStack()
        self.engine: Engine | None = None
        self.opened = False
        tests = task.assignment.sources.values()
        self.needs_copies = task.assignment.is_foreign and not leave_nothing(tests)
        self.fence = Fence(tests) if self.needs_copies else None
        if laid := task.assignment.laid:
            laid.make_own()  # other scorers have it too
        linecache.clearcache()  # each doctest looks whether one of the files in it has changed

    def _open(self) -> Engine:
        if self.engine is None:
            self.tell("opening")
            engine, self.ahead = self.ahead or self.engines.open(self.task.limits), None
            self.engine = self.stack.enter_context(engine)
            self.opened = True
        return self.engine

    def score(self, job: Job) -> Gradation:
        """Score one submission; our own faults end as *not graded*.

        Raises:
            EngineError: no sandbox can be started at all.
        """
        task = self.task
        fault: SandboxError | EngineError | None = None
        tries = 0
        while tries < TRIES:
            tries += 1
            try:
                engine = self._open()
                self.tell("began")
                return self._score(job, engine)
            except EndedReading:  # each file once
                self.close()
                tries -= 1
            except Broken as broken:
                self.close()
                return broken.gradation
            except OutOfTime as ended:
                self.close()
                return pipeline.charge(job, task.assignment, ended, task.by)
            except (SandboxError, EngineError) as error:
                self.close()
                if isinstance(error, EngineError) and not self.opened:
                    raise  # nothing ever ran here: the machine is to be set right first
                fault = error
            except KeyboardInterrupt:  # a person's
                raise
            except BaseException as error:
                self.close()  # nobody knows what state the conversation with it is in
                return self.give_up(job, error)
        assert fault is not None
        if task.blames and isinstance(fault, SandboxError) and fault.ran:
            return pipeline.charge(job, task.assignment, breaks_down(str(fault)), task.by)
        return self.give_up(job, fault)

    def _score(self, job: Job, engine: Engine) -> Gradation:
        """Score a submission; by tests that may leave something behind in a copy of this process.

        Raises:
            As :func:`autograder.scoring.apart.score_apart`.
        """
        task = self.task

        def score() -> Gradation:
            return pipeline.score(job, task.assignment, engine, task.limits, task.by)

        if self.fence is None:
            return score()
        task.assignment.lay_files()
        shut = partial(self._shut, self.fence, engine, job)
        try:
            give_up = partial(self.give_up, job)
            return score_apart(score, give_up, task.assignment, task.limits.wall_s, shut)
        finally:
            if laid := task.assignment.laid:
                laid.restore()

    def _shut(self, fence: Fence, engine: Engine, job: Job, channel: int, place: str) -> None:
        laid = self.task.assignment.laid
        worked_in = [place, laid.home] if laid else [place]
        read = [str(job.path), laid.shared if laid else ""]
        fence.close(worked_in, read, {channel, engine.stream.channel.fileno()})

    def outcome(self, job: Job) -> Any:
        """Score one submission and return what the task makes of the gradation.

        Raises:
            EngineError: as :meth:`score`.
        """
        return finished(self.task, job, self.score(job))

    def give_up(self, job: Job, error: BaseException) -> Gradation:
        """Return the *not graded* entry."""
        return pipeline.give_up(job, self.task.assignment, error, self.task.by)

    def close(self) -> None:
        """End the sandbox."""
        self.engine = None
        stack, self.stack = self.stack, ExitStack()
        stack.close()


def finished(task: Task, job: Job, gradation: Gradation) -> Any:
    """Return what the task makes of a gradation, or of *not graded* where that fails."""
    try:
        return task.finish(job, gradation)
    except MemoryError:
        ended = pipeline.out_of_memory()
        return task.finish(job, pipeline.charge(job, task.assignment, ended, task.by))
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return task.finish(job, pipeline.give_up(job, task.assignment, error, task.by))


def breaks_down(what: str) -> SubmissionEnded:
    """Return how a submission ends that is blamed for what breaks whenever it runs."""
    return SubmissionEnded(Status.PROTOCOL, f"which broke down twice: {what}")


def ended_outcome(task: Task, job: Job, ended: SubmissionEnded) -> Any:
    """Return the outcome of a submission over which its scorer had to be ended."""
    return finished(task, job, pipeline.charge(job, task.assignment, ended, task.by))


def given_up_outcome(task: Task, job: Job, error: BaseException) -> Any:
    """Return the outcome of a submission that our own fault kept from grading."""
    return finished(task, job, pipeline.give_up(job, task.assignment, error, task.by))
