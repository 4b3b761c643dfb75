"""What runs in a Dask worker's process: one supervised scorer with a warm sandbox.

The scorer is a process of its own, as on one machine, so that a submission which hangs or kills it
costs the Dask worker nothing.
"""

import os
import shutil
import tempfile
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder.engines.choice import EngineChoice
from autograder.engines.places import passable_folder
from autograder.engines.shipment import package_digest
from autograder.errors import EngineError
from autograder.model import Job, Limits, Provenance
from autograder.scoring.scorer import finished
from autograder.scoring.supervision import Supervisor
from autograder.scoring.task import Task, as_it_is

OTHER_CODE = (
    "runs other code than this command; start it from the same code: `make worker-image` builds "
    "its image"
)


class _Held:
    """The scorer of this Dask worker process."""

    lock = threading.Lock()
    key: tuple[str, Limits, Provenance] | None = None
    supervisor: Supervisor | None = None
    place: tempfile.TemporaryDirectory | None = None  # of its engines


def share_task(task: Task) -> Task:
    """Return what all submissions need; the other workers fetch it from the one that runs this."""
    return task


def score_one(digest: str, task: Task, job: Job, data: bytes | None) -> Any:
    """Grade one submission and return its outcome.

    Args:
        digest: the client's :func:`package_digest`.
        data: the uploaded file, or None when it could not be read.

    Raises:
        EngineError: this worker cannot grade; the message names it and the repair.
    """
    from distributed import get_worker

    try:
        if digest != package_digest():
            raise EngineError(f"it {OTHER_CODE}")
        with _Held.lock, _roomy_folder(task.limits.disk_mib, len(data or b"")) as folder:
            job = replace(job, path=Path(folder) / job.path.name)
            if data is not None:
                job.path.write_bytes(data)
            gradation = _held_supervisor(task).outcome(job)
            return finished(task, job, gradation)
    except EngineError as error:
        address = get_worker().address
        raise EngineError(f"the Dask worker {address} cannot grade: {error}") from None


def _roomy_folder(disk_mib: int, size: int) -> tempfile.TemporaryDirectory:
    """Return a new folder where a submission has the room that it is promised.

    Raises:
        EngineError: there is none.
    """
    try:
        free_mib = (shutil.disk_usage(tempfile.gettempdir()).free - size) >> 20
        if free_mib < disk_mib:
            raise EngineError(
                f"{max(free_mib, 0)} MiB are free in its {tempfile.gettempdir()}, and a submission "
                f"may use {disk_mib}; give it more room, or grade with a lower --disk-mib"
            )
        return tempfile.TemporaryDirectory()
    except OSError as error:
        raise EngineError(
            f"it has no temporary folder ({error.strerror}); give it a writable /tmp"
        ) from None


def _held_supervisor(task: Task) -> Supervisor:
    """Return this process's scorer, opened anew for other tests or limits."""
    key = task.assignment.digest, task.limits, task.by
    if _Held.key != key or _Held.supervisor is None:
        if _Held.supervisor is not None:
            _Held.supervisor.close()
        if _Held.place is None:
            _Held.place = tempfile.TemporaryDirectory(
                prefix="autograder-", dir=passable_folder(), ignore_cleanup_errors=True
            )
            os.chmod(_Held.place.name, 0o711)
        engines = EngineChoice("local").within(_Held.place.name).warming(task.assignment.imports)
        _Held.supervisor = Supervisor(replace(task, finish=as_it_is), engines)
        _Held.key = key
    return _Held.supervisor
