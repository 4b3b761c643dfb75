"""What runs in a Dask worker's process: one scorer with a warm sandbox, and what it grades."""

import shutil
import tempfile
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from autograder.engines.choice import EngineChoice
from autograder.engines.shipment import package_digest
from autograder.errors import EngineError
from autograder.model import Job, Limits, Provenance
from autograder.scoring.scorer import Scorer
from autograder.scoring.task import Task

OTHER_CODE = (
    "runs other code than this command; start it from the same code: `make worker-image` builds "
    "its image"
)


class _Held:
    """The scorer of this Dask worker process."""

    lock = threading.Lock()
    key: tuple[str, Limits, Provenance] | None = None
    scorer: Scorer | None = None


def share(task: Task) -> Task:
    """Return what all submissions need; the other workers fetch it from the one that runs this."""
    return task


def grade_one(digest: str, task: Task, job: Job, data: bytes | None) -> Any:
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
            return task.finish(job, _held_scorer(task).score(job))
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


def _held_scorer(task: Task) -> Scorer:
    """Return this process's scorer, opened anew for other tests or limits."""
    key = task.assignment.digest, task.limits, task.by
    if _Held.scorer is None or _Held.key != key:
        if _Held.scorer is not None:
            _Held.scorer.close()
        torch.set_num_threads(1)
        engines = EngineChoice("local")
        _Held.scorer = Scorer(task.assignment, engines, task.limits, task.by)
        _Held.key = key
    return _Held.scorer
