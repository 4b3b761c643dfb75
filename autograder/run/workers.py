"""The scorers of a run, each with one warm sandbox; outcomes come as they are ready.

Sandboxes and scorers both need torch, which takes seconds to import: the sandboxes are started
first, and warm up while this process imports what scores; then the scorers are forked from it.
See .docs/architecture.md.
"""

import gc
import os
import shutil
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import wait
from types import ModuleType
from typing import TYPE_CHECKING, Any

from autograder.engines.choice import EngineChoice
from autograder.engines.places import passable_folder
from autograder.engines.warm import EXIT_S, WarmEngine, end_all
from autograder.errors import EngineError
from autograder.model import Job
from autograder.run.class_imports import modules_to_warm
from autograder.run.interrupts import held_back
from autograder.scoring.cores import own_cores, places_of, stay_on
from autograder.scoring.task import Task

if TYPE_CHECKING:
    from autograder.scoring.supervision import SupervisedScorer

STARTED_AHEAD = 64  # engines; further scorers start their own
LOST_IN_A_ROW = 20  # scorers without an outcome between: something is wrong with the machine
HURRY_S = 0.3  # for engines to end where the run was interrupted


def grade_all(
    jobs: Iterable[Job], task: Task, engines: EngineChoice, scorers: int
) -> Iterator[Any]:
    """Grade jobs on ``scorers`` processes; yields outcomes in order of completion.

    Raises:
        EngineError: no sandbox can be started.
    """
    assignment, jobs = task.assignment, list(jobs)
    modules = modules_to_warm(assignment, (job.path for job in jobs))
    with _place_of_engines() as place:
        shared = assignment.lay_files(place)
        engines = engines.within(place).warming(modules).sharing(shared, assignment.room_mib)
        pool = _Pool(jobs, task, engines, scorers)
        try:
            pool.start()
            yield from pool.outcomes()
            pool.let_go()
        finally:
            pool.end()


class _Pool:
    """The scorers of a run, what waits for them, and the engines that were started for them."""

    def __init__(self, jobs: Iterable[Job], task: Task, engines: EngineChoice, scorers: int):
        self.waiting = deque((job, 0) for job in jobs)
        self.task, self.engines = task, engines
        self.places = places_of(scorers)
        self.ahead: list[WarmEngine] = []
        self.scorers: dict[int, SupervisedScorer] = {}
        self.lost_in_a_row = 0
        self.hurry_s = HURRY_S

    def start(self) -> None:
        """Start engines for the first scorers, each where its scorer will be, then the scorers."""
        cores = own_cores()
        try:
            for place in self.places[:STARTED_AHEAD]:
                stay_on(place)
                engine = self.engines.open(self.task.limits)
                self.ahead.append(engine)
                engine.start()
        finally:
            stay_on(cores)
        self.supervision = import_scorer()  # takes as long as the sandboxes take to be warm
        for number in range(len(self.places)):
            ahead = self.ahead[number] if number < len(self.ahead) else None
            self._start_scorer(number, ahead)

    def _start_scorer(self, number: int, engine: WarmEngine | None = None) -> None:
        self.scorers[number] = self.supervision.SupervisedScorer(
            self.task, self.engines, engine, self.places[number]
        )

    def outcomes(self) -> Iterator[Any]:
        """Yield the outcome of every job; an interrupt is raised after what is made by then."""
        made: deque[Any] = deque()
        try:
            yield from self._outcomes(made)
        except KeyboardInterrupt:
            yield from made
            for scorer in self.scorers.values():
                yield from scorer.told()
            raise

    def _outcomes(self, made: deque[Any]) -> Iterator[Any]:
        while self.waiting or any(scorer.jobs for scorer in self.scorers.values()):
            self._hand_out()
            numbers = {scorer.channel: number for number, scorer in self.scorers.items()}
            due_s = max(0.0, min(scorer.left_s() for scorer in self.scorers.values()))
            ready = wait(list(numbers), min(due_s, self.supervision.LOOK_S))
            for number in [number for channel, number in numbers.items() if channel in ready]:
                with held_back():  # half a message is none
                    made.extend(self._take(number))
                while made:
                    yield made.popleft()
            for number in [n for n, scorer in self.scorers.items() if scorer.overdue()]:
                outcome = self.scorers[number].end_overdue()
                self._replace(number)
                yield outcome

    def _hand_out(self) -> None:
        """Give every scorer a job before any has a second one."""
        for depth in range(self.supervision.QUEUED):
            for scorer in self.scorers.values():
                if self.waiting and len(scorer.jobs) == depth:
                    scorer.submit(*self.waiting.popleft())

    def _take(self, number: int) -> list[Any]:
        """Return what a scorer has to tell; one that is gone is replaced."""
        try:
            found = self.scorers[number].receive()
        except EOFError:
            return self._replace_lost(number)
        self.lost_in_a_row = 0 if found else self.lost_in_a_row
        return found

    def _replace_lost(self, number: int) -> list[Any]:
        self.lost_in_a_row += 1
        if self.lost_in_a_row > LOST_IN_A_ROW:
            raise EngineError("the scorer processes keep dying; is memory short?")
        lost = self.scorers[number].mourn()
        self._replace(number)
        if lost is None:
            return []
        if lost.losses >= self.supervision.TRIES:
            return [self.supervision.lost_outcome(self.task, lost)]
        self.waiting.appendleft((lost.job, lost.losses))
        return []

    def _replace(self, number: int) -> None:
        """Start a scorer in the place of one that is gone; what lay ready for it waits again."""
        self.waiting.extendleft(reversed(self.scorers[number].jobs))
        if number < len(self.ahead):
            self.ahead[number].close()
        self._start_scorer(number)

    def let_go(self) -> None:
        """Let every scorer end by itself: all is graded."""
        self.hurry_s = EXIT_S
        for scorer in self.scorers.values():
            scorer.let_go()
        for scorer in self.scorers.values():
            scorer.wait()

    def end(self) -> None:
        """End whatever still runs, at once; after :meth:`let_go` there is nothing but engines."""
        for scorer in self.scorers.values():
            with suppress(OSError):
                scorer.kill()
        end_all(self.ahead, self.hurry_s)


@contextmanager
def _place_of_engines() -> Iterator[str]:
    """Make the folder in which engines keep what they need; what they leave goes with it."""
    place = tempfile.mkdtemp(prefix="autograder-", dir=passable_folder())
    os.chmod(place, 0o711)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def import_scorer() -> ModuleType:
    """Import what scores, without looking for garbage among what stays; takes seconds."""
    gc.disable()
    try:
        from autograder.scoring import supervision

        return supervision
    finally:
        gc.enable()


def default_workers() -> int:
    """Return one worker per core that this process may use."""
    return len(own_cores()) or 1
