"""The same grading over a Dask cluster: each Dask worker holds one scorer with a warm sandbox.

Submissions travel as bytes, so no file system is shared. The client keeps the list of what is not
yet graded; a lost worker's or scheduler's submissions are simply handed out again, and a result
counts once, when the client takes it.
"""

import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from pathlib import Path

from autograder import __version__
from autograder.engines.choice import EngineChoice
from autograder.engines.shipment import code_digest
from autograder.errors import EngineError, SandboxError, UsageError
from autograder.model import Gradation, Job, Limits
from autograder.scorer import Scorer
from autograder.scoring.assignment import Assignment

CONNECT_S = 15.0
RECONNECT_S = 120.0
QUEUED_PER_WORKER = 4
LOSSES_ALLOWED = 3
POLL_S = 0.5


class _Held:
    """The scorer of this Dask worker process."""

    lock = threading.Lock()
    key: tuple | None = None
    scorer: Scorer | None = None


def _grade_remotely(
    name: str, file: str, data: bytes, assignment: Assignment, limits: Limits, digest: str
) -> dict:
    """Run on a Dask worker: grade one submission and return the gradation as plain data.

    Raises:
        RuntimeError: this worker runs another version of the code.
    """
    if digest != code_digest():
        raise RuntimeError(f"version: this worker runs autograder {__version__} with other code")
    with _Held.lock, tempfile.TemporaryDirectory() as folder:
        key = assignment.digest, limits
        if _Held.key != key:
            if _Held.scorer is not None:
                _Held.scorer.close()
            import torch

            torch.set_num_threads(1)
            _Held.scorer, _Held.key = Scorer(assignment, EngineChoice("local"), limits), key
        path = Path(folder) / file
        path.write_bytes(data)
        return _Held.scorer.grade(Job(name, path)).as_dict()


def grade_on(scheduler: str) -> Callable:
    """Return a function like :func:`autograder.workers.grade_all` that works on a cluster.

    Args:
        scheduler: address of the scheduler, e.g. ``tcp://host:8786``.

    Raises:
        UsageError: Dask is not installed.
    """
    try:
        import distributed  # noqa: F401
    except ImportError:
        raise UsageError("SCHEDULER needs Dask: pip install distributed") from None

    def grade(
        jobs: Iterable[Job],
        assignment: Assignment,
        choice: EngineChoice,
        limits: Limits,
        workers: int,
        finish: Callable,
    ) -> Iterator:
        run = _ClusterRun(scheduler, assignment, limits)
        yield from map(finish, run.grade(jobs))

    return grade


class _ClusterRun:
    def __init__(self, scheduler: str, assignment: Assignment, limits: Limits):
        self.scheduler, self.assignment, self.limits = scheduler, assignment, limits
        self.losses: dict[str, int] = {}

    def grade(self, jobs: Iterable[Job]) -> Iterator[Gradation]:
        waiting = deque(jobs)
        first = True
        while waiting:
            client = self._connect(CONNECT_S if first else RECONNECT_S)
            first = False
            running: dict = {}
            try:
                yield from self._grade_connected(client, waiting, running)
            except (OSError, TimeoutError, CancelledError, _ConnectionLost):
                waiting.extendleft(running.values())  # FuturesCancelledError is a CancelledError
            finally:
                _close(client)

    def _connect(self, patience_s: float):
        from distributed import Client

        deadline = time.monotonic() + patience_s
        while True:
            try:
                return Client(self.scheduler, timeout=CONNECT_S, set_as_default=False)
            except (OSError, TimeoutError, ValueError) as error:
                if time.monotonic() >= deadline or isinstance(error, ValueError):
                    raise EngineError(
                        f"no Dask scheduler answers at {self.scheduler}; start one with "
                        "`dask scheduler`, or leave SCHEDULER out"
                    ) from None
                time.sleep(1.0)

    def _grade_connected(self, client, waiting, running) -> Iterator[Gradation]:
        from distributed import wait

        assignment = client.scatter(self.assignment, hash=False)
        while waiting or running:
            count = max(1, len(client.scheduler_info(n_workers=-1)["workers"]))
            while waiting and len(running) < QUEUED_PER_WORKER * count:
                job = waiting.popleft()
                running[self._submit(client, job, assignment)] = job
            try:
                with client.as_current():
                    done = wait(list(running), timeout=POLL_S, return_when="FIRST_COMPLETED").done
            except TimeoutError:
                done = set()
            if client.status != "running":
                raise _ConnectionLost
            for future in done | {f for f in running if f.status in ("lost", "cancelled")}:
                job = running.pop(future)
                gradation = self._take(future, job)
                if gradation is None:
                    waiting.append(job)
                else:
                    yield gradation

    def _submit(self, client, job: Job, assignment):
        return client.submit(
            _grade_remotely, job.name, job.path.name, job.path.read_bytes(), assignment,
            self.limits, code_digest(), pure=False, retries=0,
        )  # fmt: skip

    def _take(self, future, job: Job) -> Gradation | None:
        """Return a finished future's gradation, or None when the job must be handed out again."""
        if future.status == "finished":
            return Gradation.from_dict(future.result())
        error = future.exception() if future.status == "error" else None
        if isinstance(error, EngineError) or str(error).startswith("version:"):
            raise EngineError(f"a worker of {self.scheduler} cannot grade: {error}")
        self.losses[job.name] = self.losses.get(job.name, 0) + 1
        if self.losses[job.name] < LOSSES_ALLOWED:
            return None
        scorer = Scorer(self.assignment, EngineChoice("local"), self.limits)
        reason = f"its Dask worker was lost {LOSSES_ALLOWED} times ({type(error).__name__})"
        return scorer.give_up(job, SandboxError(reason))


class _ConnectionLost(Exception):
    pass


def _close(client) -> None:
    try:
        client.close(timeout=2)
    except (OSError, TimeoutError):
        pass
