"""Grading workers: scorer processes, each with one warm sandbox; results come as they are ready.

Theory of operation. Sandboxes and scorers both need torch, which takes seconds to import. So the
sandboxes are started first, and warm up while the command imports what scores. Then the scorers are
forked from it, sharing all that, and each enters the sandbox that was started for it.
"""

import gc
import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from types import ModuleType
from typing import Any

from autograder.engines.choice import EngineChoice
from autograder.engines.warm import WarmEngine
from autograder.errors import EngineError, SandboxError
from autograder.model import Job, Limits
from autograder.scoring.cores import own_cores, places_of, stay_on
from autograder.scoring.task import Task

FORK = multiprocessing.get_context("fork")
STARTED_AHEAD = 64  # engines; further scorers start their own
QUEUED_PER_WORKER = 3
LOSSES_ALLOWED = 2  # scorer processes that end over one submission
BROKEN_POOLS = 20  # after so many lost scorer processes something is wrong with the machine


def grade_all(
    jobs: Iterable[Job], task: Task, engines: EngineChoice, scorers: int
) -> Iterator[Any]:
    """Grade jobs on ``scorers`` processes; yields outcomes in order of completion.

    Raises:
        EngineError: no sandbox can be started.
    """
    waiting = deque((job, 0) for job in jobs)
    places, broken = places_of(scorers), 0
    while waiting:
        running: dict[Future[Any], tuple[Job, int]] = {}
        with _started(engines, task.limits, places) as ahead:
            scorer = _import_scorer()  # takes as long as the sandboxes take to be warm
            count = FORK.Value("i", 0)
            process = scorer.ScorerProcess(task, engines, places, ahead, count)
            try:
                yield from _grade_in_pool(process, scorer.score, waiting, running, scorers)
            except BrokenProcessPool:
                broken += 1
                if broken > BROKEN_POOLS:
                    raise EngineError("the scorer processes keep dying; is memory short?") from None
                survivors = [f for f in running if f.done() and f.exception() is None]
                yield from (f.result() for f in survivors)
                lost = [running[f] for f in running if f not in survivors]
                # Any of the jobs under way may have been the one that took the process down.
                for position, (job, losses) in enumerate(lost):
                    if losses >= LOSSES_ALLOWED and position < scorers:
                        error = SandboxError("the scorer process died twice while grading this")
                        one = scorer.Scorer(task.assignment, engines, task.limits, task.by)
                        yield task.finish(job, one.give_up(job, error))
                    else:
                        waiting.appendleft((job, losses + 1))


def _import_scorer() -> ModuleType:
    """Import what scores, without looking for garbage among what stays."""
    gc.disable()
    try:
        from autograder.scoring import scorer

        return scorer
    finally:
        gc.enable()


def _grade_in_pool(
    process: Callable[[], None],
    score: Callable[[Job], Any],
    waiting: deque[tuple[Job, int]],
    running: dict[Future[Any], tuple[Job, int]],
    scorers: int,
) -> Iterator[Any]:
    """Yield outcomes of what waits; ``running`` holds what was under way when the pool broke."""
    gc.freeze()  # what was imported is never garbage, and looking through it takes long
    pool = ProcessPoolExecutor(scorers, mp_context=FORK, initializer=process)
    try:
        while waiting or running:
            while waiting and len(running) < QUEUED_PER_WORKER * scorers:
                job, losses = waiting.popleft()
                running[pool.submit(score, job)] = job, losses
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                outcome = future.result()
                del running[future]
                yield outcome
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _started(
    choice: EngineChoice, limits: Limits, places: list[set[int]]
) -> Iterator[list[WarmEngine]]:
    """Start engines for the first scorers, each where its scorer will be; close them at the end."""
    cores = own_cores()
    engines: list[WarmEngine] = []
    with ExitStack() as stack:
        try:
            for place in places[:STARTED_AHEAD]:
                stay_on(place)
                engine = choice.open(limits)
                engine.start()
                stack.callback(engine.close)
                engines.append(engine)
        finally:
            stay_on(cores)
        yield engines


def default_workers() -> int:
    """Return one worker per core that this process may use."""
    return len(own_cores()) or 1
