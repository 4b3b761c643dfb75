"""Submissions per minute: this grader, a fresh container per submission, and ``otter run``."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from autograder.course import ROOT
from autograder.errors import AutograderError
from autograder.proving.bench import peers
from autograder.proving.bench.classes import make_class
from autograder.proving.bench.timing import DOCKER, LOCAL, Timing, grade_class

RATIOS = ("throughput_vs_container", "throughput_vs_container_png", "throughput_vs_otter_run")


def compare_with_peers(
    name: str, grading_zip: Path, sample: Path, workers: int, rounds: int, copies: int, own: int
) -> dict:
    """Measure this grader and both peers in turn, several rounds; return medians and spreads.

    Args:
        copies: submissions graded by each peer in a round.
        own: submissions graded by this grader in a round, once as it is and once with a PNG
            rendered of each figure, as the peers do.
    """
    tag = peers.ensure_peer_image()
    rows = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        base = Path(folder)
        few = make_class(sample, base / "few", copies, seed=-1)
        for number in range(rounds):
            plain, drawn = base / f"plain{number}", base / f"drawn{number}"
            make_class(sample, plain, own, seed=number)
            make_class(sample, drawn, own, seed=number, rendered=True)
            ours, png = (
                grade_class(
                    name,
                    grading_zip,
                    made,
                    base / f"{made.name}-out",
                    DOCKER,
                    workers,
                )
                for made in (plain, drawn)
            )
            theirs = time_peers(tag, name, grading_zip, few, workers)
            rows.append({
                **beside_peers(ours, theirs),
                "per_minute_png": png.per_minute,
                "throughput_vs_container_png": png.per_minute / theirs["per_minute_container"],
            })  # fmt: skip
    return summarise(rows)


def measure_cost(name: str, grading_zip: Path, sample: Path, own: int) -> dict:
    """Return the CPU seconds per submission beside the floor: fork and the student's own cells.

    Measured with sandboxed processes of this machine, whose CPU time the command accounts for, on
    a tenth and all of ``own`` submissions, so that the start's share is known.
    """
    few, used = own // 10, []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        base = Path(folder)
        for count in (few, own):
            made = base / f"class{count}"
            make_class(sample, made, count, seed=-2)
            out = base / f"out{count}"
            used.append(grade_class(name, grading_zip, made, out, LOCAL, 1).cpu_s)
        command = [sys.executable, "-m", "autograder.proving.bench.floor", str(made)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return {
        "cpu_s_per_submission": used[1] / own,
        "steady_cpu_s_per_submission": (used[1] - used[0]) / (own - few),
        "floor_cpu_s": float(done.stdout),
    }


def summarise(rows: list[dict]) -> dict:
    """Return the median of each measured key; ratios, paired within a round, with their spread."""
    found = {key: statistics.median(row[key] for row in rows) for key in rows[0]}
    for key in filter(rows[0].__contains__, RATIOS):
        found[f"{key}_spread"] = [min(row[key] for row in rows), max(row[key] for row in rows)]
    return found


def time_peers(
    tag: str, name: str, grading_zip: Path, few: list[Path], workers: int
) -> dict[str, float]:
    """Return submissions per minute of both of stock Otter's ways, measured one after the other."""
    ways: dict[str, Callable[[Path], dict]] = {
        "per_minute_container": lambda path: peers.run_in_container(tag, grading_zip, path, name),
        "per_minute_otter_run": lambda path: peers.run_here(grading_zip, path, name),
    }
    return {key: time_peer(grade, few, workers) for key, grade in ways.items()}


def beside_peers(ours: Timing, theirs: dict[str, float]) -> dict[str, float]:
    """Return what was measured in one round, and this grader's ratio to each peer."""
    return {
        "per_minute": ours.per_minute,
        **theirs,
        "first_result_s": ours.first_s,
        "throughput_vs_container": ours.per_minute / theirs["per_minute_container"],
        "throughput_vs_otter_run": ours.per_minute / theirs["per_minute_otter_run"],
    }


def time_peer(grade: Callable[[Path], dict], submissions: list[Path], workers: int) -> float:
    """Return how many submissions per minute a peer grades.

    Two kernels that start at once may choose the same port, and one of them dies; then the peer is
    measured again, from the start.

    Raises:
        AutograderError: the peer gives no result, however often it is asked.
    """
    for last in (False, False, True):
        began = time.monotonic()
        try:
            peers.grade_many(grade, submissions, workers)
            return 60 * len(submissions) / (time.monotonic() - began)
        except AutograderError:
            if last:
                raise
    raise AssertionError("the last try returns or raises")
