"""The same grading over a Dask cluster: each Dask worker holds one scorer with a warm sandbox.

Submissions travel as bytes, so no file system is shared, and outcomes come back ready to be stored.
The client keeps the list of what is not yet graded; a lost worker's or scheduler's submissions are
simply handed out again, and a result counts once, when the client takes it.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from autograder.cluster.worker import OTHER_CODE, score_one, share_task
from autograder.engines.choice import EngineChoice
from autograder.engines.shipment import package_digest
from autograder.errors import EngineError, SandboxError, UsageError
from autograder.intake.upload import MAX_FILE_BYTES
from autograder.model import Job
from autograder.scoring.pipeline import give_up
from autograder.scoring.task import Task

if TYPE_CHECKING:
    from distributed import Client, Future

CONNECT_S = 15.0
RECONNECT_S = 120.0
NO_WORKER_S = 300.0  # a pod may have to fetch the image first
TELL_S = 10.0  # without a worker, before that is said
QUEUED_PER_WORKER = 4
LOSSES_ALLOWED = 3
FRUITLESS_CONNECTIONS = 5  # one after the other
POLL_S = 0.5
NO_ANSWER = (OSError, asyncio.TimeoutError)  # up to Python 3.10 the latter is none of the former


def grade_on(scheduler: str, say: Callable[[str], None] = lambda line: None) -> Callable:
    """Return a function like :func:`autograder.run.workers.grade_all` that works on a cluster.

    Args:
        scheduler: address of the scheduler, e.g. ``tcp://host:8786``.
        say: gets a line when the run waits for something that may need a person.

    Raises:
        UsageError: Dask is not installed, or that is no address.
    """
    _check_address(scheduler)
    try:
        import distributed  # noqa: F401
    except ImportError:
        raise UsageError("SCHEDULER needs Dask: pip install distributed") from None

    def grade(
        jobs: Iterable[Job], task: Task, engines: EngineChoice, scorers: int
    ) -> Iterator[Any]:
        return _ClusterRun(scheduler, say, task).grade(jobs)

    return grade


def _check_address(scheduler: str) -> None:
    try:
        parts = urlsplit(scheduler)
        right = parts.scheme in ("tcp", "tls") and parts.hostname and parts.port
    except ValueError:
        right = False
    if not right:
        raise UsageError(
            f"{scheduler}: no address of a Dask scheduler; give one like tcp://host:8786"
        )


class _ClusterRun:
    def __init__(self, scheduler: str, say: Callable[[str], None], task: Task):
        self.scheduler, self.say, self.task = scheduler, say, task
        self.losses: dict[str, int] = {}
        self.seen_worker, self.told = time.monotonic(), False
        self.checked: set[str] = set()

    def grade(self, jobs: Iterable[Job]) -> Iterator[Any]:
        waiting = deque(jobs)
        patience_s, left, fruitless = CONNECT_S, len(waiting), 0
        while waiting:
            client = self._connect(patience_s)
            running: dict[Future, Job] = {}
            try:
                yield from self._grade_connected(client, waiting, running)
            except (*NO_ANSWER, CancelledError, _ConnectionLost) as error:
                waiting.extendleft(running.values())  # FuturesCancelledError is a CancelledError
                fruitless = fruitless + 1 if len(waiting) == left else 0
                if fruitless > FRUITLESS_CONNECTIONS:
                    raise EngineError(
                        f"nothing comes back from {self.scheduler} ({error!r}); see what the "
                        "scheduler and its workers say"
                    ) from None
            finally:
                _close(client)
            patience_s, left = RECONNECT_S, len(waiting)

    def _connect(self, patience_s: float) -> "Client":
        from distributed import Client

        deadline = time.monotonic() + patience_s
        while True:
            try:
                # A client that finds no scheduler may wait for ever, or for long at its end.
                _greet(self.scheduler)
                client = Client(self.scheduler, timeout=CONNECT_S, set_as_default=False)
                self.seen_worker = time.monotonic()  # from now on one is waited for
                return client
            except Exception:  # who else listens there may answer anything
                if time.monotonic() >= deadline:
                    tls = self.scheduler.startswith("tls:")
                    also = ", see that Dask's TLS settings are known here too" if tls else ""
                    raise EngineError(
                        f"no Dask scheduler answers at {self.scheduler}; start one with "
                        f"`dask scheduler`{also}, or grade without one"
                    ) from None
                time.sleep(1.0)

    def _grade_connected(
        self, client: "Client", waiting: deque[Job], running: dict["Future", Job]
    ) -> Iterator[Any]:
        from distributed import wait

        self._check_scheduler(client)
        room, counted = self._room(client), time.monotonic()
        shared = client.submit(share_task, self.task, pure=False)
        while waiting or running:
            if time.monotonic() - counted > POLL_S:
                room, counted = self._room(client), time.monotonic()
            while waiting and len(running) < room:
                running[self._submit(client, waiting[0], shared)] = waiting[0]
                waiting.popleft()
            try:
                with client.as_current():
                    done = wait(list(running), timeout=POLL_S, return_when="FIRST_COMPLETED").done
            except asyncio.TimeoutError:
                done = set()
            if client.status != "running":
                raise _ConnectionLost
            for future in done | {f for f in running if f.status in ("lost", "cancelled")}:
                outcome = self._take(future, running[future])
                job = running.pop(future)
                if outcome is None:
                    waiting.append(job)
                else:
                    yield outcome

    def _room(self, client: "Client") -> int:
        """Return how many submissions may be under way with the workers that there are.

        Raises:
            EngineError: there has been none for too long, or one runs other code.
        """
        found, now = client.nthreads(), time.monotonic()
        if new := [address for address in found if address not in self.checked]:
            self._check_workers(client, new)
        if found:
            self.seen_worker, self.told = now, False
        elif now - self.seen_worker > TELL_S and not self.told:
            self.told = True
            self.say(f"The scheduler at {self.scheduler} has no worker yet; waiting for one ...")
        elif now - self.seen_worker > NO_WORKER_S:
            raise EngineError(
                f"the scheduler at {self.scheduler} has had no worker for {NO_WORKER_S:.0f} s; see "
                f"what its workers say, or start one with `dask worker {self.scheduler}`"
            )
        return QUEUED_PER_WORKER * max(1, len(found))

    def _check_workers(self, client: "Client", addresses: list[str]) -> None:
        """Hold the code of workers that have joined against this command's.

        What they cannot even unpickle would end their connection, time and again.
        """
        for address, digest in client.run(
            package_digest, workers=addresses, on_error="return"
        ).items():
            if digest == package_digest():
                self.checked.add(address)
            elif not isinstance(digest, OSError):  # else it is gone already
                raise EngineError(f"the Dask worker {address} {OTHER_CODE}")

    def _check_scheduler(self, client: "Client") -> None:
        """Do the same for the scheduler, which reads what it hands on."""
        try:
            same = client.run_on_scheduler(package_digest) == package_digest()
        except (AttributeError, ImportError):
            same = False
        if not same:
            raise EngineError(f"the Dask scheduler {self.scheduler} {OTHER_CODE}")

    def _submit(self, client: "Client", job: Job, shared: "Future") -> "Future":
        return client.submit(
            score_one, package_digest(), shared, job, _read(job.path), pure=False, retries=0,
        )  # fmt: skip

    def _take(self, future: "Future", job: Job) -> Any:
        """Return a finished future's outcome, or None when the job must be handed out again."""
        if future.status == "finished":
            return future.result()
        error = future.exception() if future.status == "error" else None
        if isinstance(error, EngineError):
            raise error
        self.losses[job.name] = self.losses.get(job.name, 0) + 1
        if self.losses[job.name] < LOSSES_ALLOWED:
            return None
        reason = f"it failed or was lost on {LOSSES_ALLOWED} Dask workers ({error!r})"
        task = self.task
        return task.finish(job, give_up(job, task.assignment, SandboxError(reason), task.by))


class _ConnectionLost(Exception):
    pass


def _greet(scheduler: str) -> None:
    """Return when a scheduler answers; on a thread of its own, for this one may have a loop."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, asyncio.wait_for(_identify(scheduler), CONNECT_S)).result()


async def _identify(scheduler: str) -> None:
    from distributed.core import rpc
    from distributed.security import Security

    known = Security().get_connection_args("client")
    async with rpc(scheduler, timeout=CONNECT_S, connection_args=known) as remote:
        await remote.identity()


def _read(path: Path) -> bytes | None:
    """Return an upload, no more of it than is needed to refuse it, or None if it is unreadable."""
    try:
        with open(path, "rb") as file:
            return file.read(MAX_FILE_BYTES + 1)
    except OSError:
        return None


def _close(client: "Client") -> None:
    try:
        client.close(timeout=2)
    except NO_ANSWER:
        pass
