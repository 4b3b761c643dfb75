"""One grading on Gradescope: read what lies there, grade the upload, write results.json.

This process stands for the command (.docs/architecture.md). It forks the sandbox's worker before
it imports what scores and reads the hidden tests, so the worker never holds them.
"""

import gc
import json
import os
import sys
import time
import traceback
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import AutograderError, SubmissionError
from autograder.gradescope import presentation
from autograder.gradescope.settings import UploadSettings, load_settings
from autograder.gradescope.upload import NOTHING, Metadata, find_upload, load_metadata
from autograder.model import Gradation, Job, Limits, Status
from autograder.scoring.workplace import LARGE_BYTES, lay_large

if TYPE_CHECKING:
    from autograder.engines.local import ForkedEngine
    from autograder.scoring.assignment import Assignment

OWN_CODE = "autograder"
OUR_OWN_S = 60.0  # of the whole time: imports, tests, writing
MEMORY_OF_OURS_MIB = 400
MEMORY_FILES = (
    "/sys/fs/cgroup/memory.max",
    "/sys/fs/cgroup/memory/memory.limit_in_bytes",
)


def main(root: Path) -> int:
    """Grade the upload under ``root`` (Gradescope's ``/autograder``); returns the exit status."""
    began = time.monotonic()
    gc.disable()  # a short life with many imports
    source, results_folder = root / "source", root / "results"
    manifest = _load_json(source / "manifest.json")
    try:
        results = grade_upload(root, manifest)
    except Exception:
        print(traceback.format_exc(), file=sys.stderr)  # instructors see it, students don't
        results = presentation.refuse(
            presentation.both_languages(presentation.OUR_FAULT), Status.NOT_GRADED.value, manifest
        )
    results["execution_time"] = round(time.monotonic() - began, 3)
    results.setdefault("stdout_visibility", "hidden")
    presentation.write_results(results_folder, results)
    return 0


def grade_upload(root: Path, manifest: dict) -> dict:
    """Return the results of the upload.

    Raises:
        AutograderError: a fault of ours.
    """
    source = root / "source"
    settings = load_settings(source)
    metadata = load_metadata(root / "submission_metadata.json")
    postponed = presentation.postpone(metadata, settings, manifest)
    if postponed is not None:
        return postponed
    allowed = limits(settings.limit_s)
    try:
        upload = find_upload(root / "submission")
    except (SubmissionError, OSError, ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, SubmissionError) else NOTHING
        gradation = refuse_upload(root, reason, manifest, allowed)
        return present_safely(gradation, manifest, metadata, settings)

    # In this order: what is imported so far is what the sandbox shares.
    _set_oom_score(500)
    from autograder.engines.local import ForkedEngine

    engine = ForkedEngine()
    _, large = files_of(source)
    if large:
        lay_large(large, source, root / "shared")
        engine.shared = str(root / "shared")
    engine.start()
    try:
        _set_oom_score(0)
        _prepare_scorer()
        gradation = score_upload(root, upload, manifest, allowed, engine)
    finally:
        engine.close()
    return present_safely(gradation, manifest, metadata, settings)


def score_upload(
    root: Path, upload: Path, manifest: dict, allowed: Limits, engine: "ForkedEngine"
) -> Gradation:
    """Score the upload in a process of its own, which is ended where it does not come back.

    Raises:
        AutograderError: a fault of ours.
    """
    from autograder.engines.choice import EngineChoice
    from autograder.scoring.assignment import provenance
    from autograder.scoring.supervision import Supervisor
    from autograder.scoring.task import Task, as_it_is

    assignment = read_assignment(root / "source", manifest)
    by = provenance(assignment, engine.image, limits=allowed)
    task = Task(assignment, allowed, by, as_it_is, blames=True)
    supervisor = Supervisor(task, EngineChoice("local"), engine)
    try:
        gradation = supervisor.outcome(Job("submission", upload, upload.name))
    finally:
        supervisor.close()
    if gradation.trace:
        print(gradation.trace, file=sys.stderr)  # instructors see it, students don't
    return gradation


def refuse_upload(root: Path, reason: str, manifest: dict, allowed: Limits) -> Gradation:
    """Return the zero for each question of an upload in which there is no one file to grade.

    Raises:
        AutograderError: a fault of ours.
    """
    _prepare_scorer()  # before what imports Otter, of which not all is installed here
    from autograder.engines.local import ForkedEngine
    from autograder.scoring.assignment import provenance
    from autograder.scoring.pipeline import unreadable
    from autograder.scoring.results import reject

    assignment = read_assignment(root / "source", manifest)
    by = provenance(assignment, ForkedEngine().image, limits=allowed)
    folder = root / "submission"
    return reject(unreadable(Job("submission", folder, "")), assignment, reason, by)


def present_safely(
    gradation: Gradation, manifest: dict, metadata: Metadata, settings: UploadSettings
) -> dict:
    """Return the results of a gradation; without its pictures, where those cannot be drawn."""
    try:
        return presentation.present(gradation, manifest, metadata, settings)
    except Exception:
        print(traceback.format_exc(), file=sys.stderr)
        plain = replace(gradation, curves={})
        return presentation.present(plain, manifest, metadata, settings)


def _prepare_scorer() -> None:
    import torch

    torch.set_num_threads(1)
    from autograder.scoring import slim_otter

    slim_otter.install_slim()


def read_assignment(source: Path, manifest: dict) -> "Assignment":
    """Return the assignment whose grading zip was unpacked into a folder."""
    from autograder.scoring.assignment import Assignment

    config = _load_json(source / "otter_config.json")
    sources = {
        path.stem: path.read_text(encoding="utf-8")
        for path in sorted((source / "tests").glob("*.py"))
        if path.stem != "__init__"
    }
    if not sources:
        raise AutograderError(f"{source / 'tests'}: no tests; rebuild and upload the grading zip")
    name = manifest.get("assignment") or config.get("assignment_name") or "assignment"
    small, large = files_of(source)
    files = {name: (source / "files" / name).read_bytes() for name in small}
    return Assignment(
        name, manifest.get("content", ""), config, sources, manifest, files,
        is_named=manifest.get("named") is not False,
        is_foreign="named" in manifest,
        large={name: (0, 0) for name in large}, origin=str(source),
    )  # fmt: skip


def files_of(source: Path) -> tuple[list[str], list[str]]:
    """Return the assignment's own files in an unpacked grading zip: small ones and large ones."""
    apart = (source / "grader").is_dir()  # else the package lies among the files
    found: tuple[list[str], list[str]] = [], []
    for path in sorted((source / "files").rglob("*")):
        name = path.relative_to(source / "files")
        if path.is_file() and (apart or name.parts[0] != OWN_CODE):
            found[path.stat().st_size >= LARGE_BYTES].append(name.as_posix())
    return found


def limits(limit_s: float) -> Limits:
    """Return a submission's limits here: half a core, and the container's memory."""
    memory_mib = min(Limits.memory_mib, container_memory_mib() - MEMORY_OF_OURS_MIB)
    return Limits(
        wall_s=min(300.0, limit_s - OUR_OWN_S),
        cell_s=60.0,
        memory_mib=max(128, int(memory_mib)),
    )


def container_memory_mib() -> float:
    """Return this container's memory limit, or infinity."""
    for path in MEMORY_FILES:
        try:
            with open(path, encoding="ascii") as file:
                return int(file.read()) / 2**20
        except (OSError, ValueError):
            continue
    return float("inf")


def _set_oom_score(score: int) -> None:
    """Make the kernel end the sandbox first when the container's memory is used up."""
    try:
        with open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
            file.write(str(score))
    except OSError:
        pass  # a matter of luck then, as everywhere


def _load_json(path: Path) -> dict:
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return plain if isinstance(plain, dict) else {}


if __name__ == "__main__":
    status = main(Path(sys.argv[1] if len(sys.argv) > 1 else "/autograder"))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # nothing is left to do: skip the teardown of torch
