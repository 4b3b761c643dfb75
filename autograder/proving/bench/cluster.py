"""A Dask cluster on this machine: what one submission costs its command and its scheduler.

However many workers a cluster has, it has one of each, so these are what ends its growth.
"""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder.course import ROOT
from autograder.proving.bench.classes import make_class
from autograder.proving.bench.timing import grade_class, own_cpu_s


def measure_cluster(name: str, grading_zip: Path, sample: Path, workers: int, own: int) -> dict:
    """Grade a tenth and all of ``own`` submissions on a cluster of ``workers``; what more costs.

    Returns:
        CPU seconds per submission of the command's process and of the scheduler's, without what
        their start takes, and the submissions per minute.
    """
    few, command_s, scheduler_s = own // 10, [], []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, _cluster(workers) as cluster:
        base, (address, scheduler) = Path(folder), cluster
        for number, count in enumerate((few, few, own)):  # the first warms scheduler and workers
            made, out = base / f"class{number}", base / f"out{number}"
            make_class(sample, made, count, seed=-4)
            before = own_cpu_s(scheduler)
            timing = grade_class(name, grading_zip, made, out, ("--scheduler", address), workers)
            scheduler_s.append(own_cpu_s(scheduler) - before)
            command_s.append(timing.command_s)
    return {
        "cluster_per_minute": timing.steady_per_minute,
        "cluster_command_cpu_s_per_submission": (command_s[2] - command_s[1]) / (own - few),
        "cluster_scheduler_cpu_s_per_submission": (scheduler_s[2] - scheduler_s[1]) / (own - few),
    }


@contextmanager
def _cluster(workers: int) -> Iterator[tuple[str, int]]:
    """Start a scheduler and workers as processes; yields its address and its process id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address, processes = f"tcp://127.0.0.1:{port}", []
    try:
        scheduler = _start("dask_scheduler", "--host", "127.0.0.1", "--port", str(port))
        processes.append(scheduler)
        for _ in range(workers):
            processes.append(_start("dask_worker", address, "--nthreads", "1", "--no-nanny"))
        yield address, scheduler.pid
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait()


def _start(module: str, *arguments: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", f"distributed.cli.{module}", *arguments, "--no-dashboard"],
        cwd=tempfile.gettempdir(),
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
