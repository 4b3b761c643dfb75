"""Submissions per minute: this grader, a fresh container per submission, and ``otter run``."""

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from autograder.bench import peers
from autograder.bench.classes import make_class
from autograder.engines.local import PACKAGE_ROOT
from autograder.errors import AutograderError


@dataclass(frozen=True)
class Timing:
    """One timed run of the whole command.

    Attributes:
        cpu_s: CPU seconds of the command and its children on this machine, without containers'.
    """

    submissions: int
    wall_s: float
    cpu_s: float
    peak_mib: float

    @property
    def per_minute(self) -> float:
        """Submissions per minute, start-up included."""
        return 60 * self.submissions / self.wall_s


def grade_class(
    name: str, grading_zip: Path, folder: Path, out: Path, engine: str, workers: int, *options: str
) -> Timing:
    """Run the grade command as a user would and time it as a whole process."""
    count = len(list(folder.glob("*.ipynb")))
    command = [
        sys.executable, "-m", "autograder", "grade", "--assignment", name, "--zip",
        str(grading_zip), "--submissions", str(folder), "--out", str(out), "--engine", engine,
        "--workers", str(workers), *options,
    ]  # fmt: skip
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    done = subprocess.run(command, cwd=PACKAGE_ROOT, capture_output=True, text=True)
    wall_s = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise AutograderError(f"grading failed: {done.stdout[-500:]}{done.stderr[-500:]}")
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Timing(count, wall_s, cpu_s, after.ru_maxrss / 1024)


def time_peer(grade, submissions: list[Path], workers: int) -> float:
    """Return a peer's submissions per minute."""
    began = time.monotonic()
    peers.grade_many(grade, submissions, workers)
    return 60 * len(submissions) / (time.monotonic() - began)


def compare(
    name: str, grading_zip: Path, sample: Path, workers: int, rounds: int, copies: int, own: int
) -> dict:
    """Measure this grader and both peers in turn, several rounds; return medians and spreads.

    Args:
        copies: submissions graded by each peer in a round.
        own: submissions graded by this grader in a round.
    """
    tag = peers.ensure_peer_image()
    rows = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        base = Path(folder)
        few = make_class(sample, base / "few", copies, seed=-1)
        for number in range(rounds):
            many = base / f"many{number}"
            make_class(sample, many, own, seed=number)
            ours = grade_class(name, grading_zip, many, base / f"out{number}", "docker", workers)
            container = time_peer(
                lambda path: peers.run_in_container(tag, grading_zip, path), few, workers
            )
            otter_run = time_peer(lambda path: peers.run_here(grading_zip, path), few, workers)
            rows.append((ours.per_minute, container, otter_run))
    return summarise(rows)


def summarise(rows: list[tuple[float, float, float]]) -> dict:
    """Return the medians of rates and of paired ratios, each ratio with its spread."""
    ours, container, otter_run = (list(column) for column in zip(*rows))
    by_container = [a / b for a, b, _ in rows]
    by_run = [a / c for a, _, c in rows]
    return {
        "per_minute": statistics.median(ours),
        "per_minute_container": statistics.median(container),
        "per_minute_otter_run": statistics.median(otter_run),
        "throughput_vs_container": statistics.median(by_container),
        "throughput_vs_container_spread": [min(by_container), max(by_container)],
        "throughput_vs_otter_run": statistics.median(by_run),
        "throughput_vs_otter_run_spread": [min(by_run), max(by_run)],
    }
