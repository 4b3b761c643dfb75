"""Grading workers: scorer processes, each with one warm sandbox; results come as they are ready.

Theory of operation. Sandboxes and scorers both need torch, which takes seconds to import. So the
sandboxes are started first, and warm up while the command imports what scores. Then the scorers are
forked from it, sharing all that, and each enters the sandbox that was started for it.
"""

import gc
import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from typing import TypeVar

from autograder.cores import own_cores, places_of, stay_on
from autograder.engines.choice import EngineChoice
from autograder.errors import EngineError, SandboxError
from autograder.model import Gradation, Job, Limits
from autograder.scoring.assignment import Assignment

T = TypeVar("T")
STARTED_AHEAD = 64  # engines; further scorers start their own
QUEUED_PER_WORKER = 3
LOSSES_ALLOWED = 2  # scorer processes that end over one submission
BROKEN_POOLS = 20  # after so many lost scorer processes something is wrong with the machine


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
    places, broken = places_of(workers), 0
    while waiting:
        running: dict = {}
        with _started(choice, limits, places) as engines:
            scorer = _import_scorer()  # takes as long as the sandboxes take to be warm
            given = assignment, choice, limits, finish, places, engines
            try:
                yield from _grade_in_pool(scorer, given, waiting, running, workers)
            except BrokenProcessPool:
                broken += 1
                if broken > BROKEN_POOLS:
                    raise EngineError("the scorer processes keep dying; is memory short?") from None
                survivors = [f for f in running if f.done() and f.exception() is None]
                yield from (f.result() for f in survivors)
                lost = [running[f] for f in running if f not in survivors]
                # Any of the jobs under way may have been the one that took the process down.
                for position, (job, losses) in enumerate(lost):
                    if losses >= LOSSES_ALLOWED and position < workers:
                        error = SandboxError("the scorer process died twice while grading this")
                        one = scorer.Scorer(assignment, choice, limits)
                        yield finish(one.give_up(job, error))
                    else:
                        waiting.appendleft((job, losses + 1))


def _import_scorer():
    """Import what scores, without looking for garbage among what stays."""
    gc.disable()
    try:
        from autograder import scorer

        return scorer
    finally:
        gc.enable()


def _grade_in_pool(scorer, given: tuple, waiting: deque, running: dict, workers: int) -> Iterator:
    """Yield outcomes of what waits; ``running`` holds what was under way when the pool broke."""
    gc.freeze()  # what was imported is never garbage, and looking through it takes long
    processes = multiprocessing.get_context("fork")
    pool = ProcessPoolExecutor(
        workers,
        mp_context=processes,
        initializer=scorer.open_scorer,
        initargs=(*given, processes.Value("i", 0)),
    )
    try:
        while waiting or running:
            while waiting and len(running) < QUEUED_PER_WORKER * workers:
                job, losses = waiting.popleft()
                running[pool.submit(scorer.grade, job)] = job, losses
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                outcome = future.result()
                del running[future]
                yield outcome
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _started(choice: EngineChoice, limits: Limits, places: list[set[int]]):
    """Start engines for the first scorers, each where its scorer will be; close them at the end."""
    cores, engines = own_cores(), []
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
