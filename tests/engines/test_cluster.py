"""The same grading over Dask: nothing lost, nothing doubled, whatever happens to workers."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from autograder.engines.choice import EngineChoice
from autograder.engines.cluster import grade_on
from autograder.errors import EngineError
from autograder.model import Job, Limits, Status
from tests.running import assignment, test_file

CHOICE = EngineChoice("local")
TESTS = assignment(q1=test_file("q1", "def case(a):\n    assert a % 2 == 0"))
LIMITS = Limits(cell_s=10, wall_s=60)


def make_jobs(folder, count: int, pause_s: float = 0.0) -> list[Job]:
    """Write tiny notebooks: the even ones are right."""
    jobs = []
    for number in range(count):
        source = f"import time\ntime.sleep({pause_s})\na = {number}"
        cell = {"cell_type": "code", "source": source, "metadata": {"otter": {"tests": ["q1"]}},
                "outputs": [], "execution_count": None}  # fmt: skip
        path = folder / f"{number:03}.ipynb"
        path.write_text(
            json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
        )
        jobs.append(Job(path.stem, path))
    return jobs


class Cluster:
    """A scheduler and worker processes of its own on the loopback interface."""

    def __init__(self, port: int):
        self.port, self.processes = port, {}
        self.address = f"tcp://127.0.0.1:{port}"

    def start(self, name: str, *command: str) -> None:
        environment = {**os.environ, "PYTHONPATH": os.getcwd(), "OMP_NUM_THREADS": "1"}
        self.processes[name] = subprocess.Popen(
            [sys.executable, "-m", "distributed.cli." + command[0], *command[1:]],
            env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def start_scheduler(self) -> None:
        self.start("scheduler", "dask_scheduler", "--host", "127.0.0.1", "--port", str(self.port),
                   "--no-dashboard")  # fmt: skip

    def start_worker(self, name: str) -> None:
        self.start(name, "dask_worker", self.address, "--nthreads", "1", "--no-nanny",
                   "--no-dashboard", "--name", name, "--death-timeout", "60")  # fmt: skip

    def kill(self, name: str) -> None:
        process = self.processes.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for name in list(self.processes):
            self.kill(name)


@pytest.fixture
def cluster(unused_port):
    cluster = Cluster(unused_port)
    cluster.start_scheduler()
    yield cluster
    cluster.stop()


@pytest.fixture
def unused_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def as_it_is(gradation):
    return gradation


def grade(cluster, jobs, after=lambda count: None):
    """Grade on the cluster; ``after`` is told how many results have come."""
    results = []
    for gradation in grade_on(cluster.address)(jobs, TESTS, CHOICE, LIMITS, 1, as_it_is):
        results.append(gradation)
        after(len(results))
    return results


def check(results, count: int) -> None:
    assert sorted(r.submission for r in results) == [f"{n:03}" for n in range(count)]
    for result in results:
        assert result.status is Status.COMPLETED, result.reason
        assert result.score == (int(result.submission) + 1) % 2


def test_three_workers_grade_like_one_machine(cluster, tmp_path):
    for name in ("a", "b", "c"):
        cluster.start_worker(name)
    check(grade(cluster, make_jobs(tmp_path, 24)), 24)


def test_a_killed_worker_and_a_late_one_lose_and_double_nothing(cluster, tmp_path):
    for name in ("a", "b"):
        cluster.start_worker(name)

    def disturb(count):
        if count == 5:
            cluster.kill("a")
        if count == 10:
            cluster.start_worker("late")

    check(grade(cluster, make_jobs(tmp_path, 30, pause_s=0.2), disturb), 30)


def test_a_scheduler_restart_loses_and_doubles_nothing(cluster, tmp_path):
    cluster.start_worker("a")
    restarted = threading.Event()

    def disturb(count):
        if count == 5:
            cluster.kill("scheduler")
            cluster.kill("a")
            time.sleep(1)
            cluster.start_scheduler()
            cluster.start_worker("b")
            restarted.set()

    check(grade(cluster, make_jobs(tmp_path, 20, pause_s=0.1), disturb), 20)
    assert restarted.is_set()


def test_an_unreachable_scheduler_is_one_clear_line(tmp_path, monkeypatch):
    monkeypatch.setattr("autograder.engines.cluster.CONNECT_S", 1.0)
    with pytest.raises(EngineError, match="no Dask scheduler answers at tcp://127.0.0.1:9"):
        nobody = grade_on("tcp://127.0.0.1:9")
        list(nobody(make_jobs(tmp_path, 1), TESTS, CHOICE, LIMITS, 1, as_it_is))


def test_a_worker_with_other_code_is_named(cluster, tmp_path, monkeypatch):
    cluster.start_worker("a")
    monkeypatch.setattr("autograder.engines.cluster.code_digest", lambda: "other")
    with pytest.raises(EngineError, match="cannot grade: version"):
        grade(cluster, make_jobs(tmp_path, 1))
