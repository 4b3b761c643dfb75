"""Many submissions: is the time linear, the grader's memory flat, the second run quick?"""

import statistics
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from autograder.proving.bench.classes import make_class, make_varied_class
from autograder.proving.bench.timing import DOCKER, grade_class


def measure_workers(name: str, grading_zip: Path, sample: Path, rounds: int, own: int) -> dict:
    """Compare one worker with two, in turn, by the rate between first and last result."""
    speedups: list[float] = []
    rates: dict[int, list[float]] = {1: [], 2: []}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        base = Path(folder)
        for number in range(rounds):
            made = base / f"class{number}"
            make_class(sample, made, own, seed=-3 - number)
            for workers in (1, 2):
                out = base / f"out{number}-{workers}"
                timing = grade_class(name, grading_zip, made, out, DOCKER, workers)
                rates[workers].append(timing.steady_per_minute)
            speedups.append(rates[2][-1] / rates[1][-1])
    return {
        "per_minute_by_workers": {str(n): statistics.median(found) for n, found in rates.items()},
        "two_worker_speedup": statistics.median(speedups),
        "two_worker_speedup_spread": [min(speedups), max(speedups)],
    }


def measure_scale(name: str, assignment: Path, built: Path, workers: int, many: int) -> dict:
    """Grade a tenth and all of ``many`` notebooks made from the bank, then all of them again."""
    grading_zip = built / "autograder.zip"
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        base = Path(folder)
        for count in (many // 10, many):
            made, out = base / f"class{count}", base / f"out{count}"
            make_varied_class(assignment, built, made, count)
            timing = grade_class(name, grading_zip, made, out, DOCKER, workers)
            found[f"grade_{count}_s"] = timing.wall_s
            found[f"steady_per_minute_{count}"] = timing.steady_per_minute
            found[f"grader_peak_mib_{count}"] = timing.peak_mib
        found["command_cpu_s_per_submission"] = timing.command_s / many
        found["progress"] = timing.progress
        found["last_tenth_to_first"] = last_tenth_to_first(timing.progress)
        again = grade_class(name, grading_zip, made, out, DOCKER, workers)
        found[f"rerun_{many}_s"] = again.wall_s
    return {**found, "scale_assignment": name}


def last_tenth_to_first(progress: Iterable[tuple[int, float, float]]) -> float:
    """Return how long the last tenth of a run took, as a multiple of the first after its start."""
    seconds = {count: at for count, at, _ in progress}
    counts = sorted(seconds)
    tenth = len(counts) // 10
    first = seconds[counts[tenth]] - seconds[counts[0]]
    return (seconds[counts[-1]] - seconds[counts[-1 - tenth]]) / first
