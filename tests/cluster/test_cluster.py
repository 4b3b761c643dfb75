"""The same grading over Dask: nothing lost, nothing doubled, whatever happens to workers."""

import asyncio
import importlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import cast

import pytest

from autograder.cluster.client import grade_on
from autograder.engines.choice import EngineChoice
from autograder.errors import EngineError, UsageError
from autograder.model import Job, Limits, Provenance, Status
from autograder.proving.hostile.commands import count
from autograder.proving.hostile.entries import load_entries
from autograder.proving.hostile.grading import grade_category
from autograder.run.grading import Finish
from autograder.run.workers import grade_all
from autograder.scoring.task import Task
from tests.running import assignment, test_file

CHOICE = EngineChoice("local")
TESTS = assignment(q1=test_file("q1", "def case(a):\n    assert a % 2 == 0"))
LIMITS = Limits(cell_s=10, wall_s=60)
GRADATION = cast  # (job, gradation) -> gradation; every worker can import it


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
        jobs.append(Job(path.stem, path, path.name))
    return jobs


class Cluster:
    """A scheduler and worker processes of its own on the loopback interface."""

    def __init__(self, port: int, protocol: str = "tcp"):
        self.port, self.protocol, self.processes = port, protocol, {}
        self.address = f"{protocol}://127.0.0.1:{port}"

    def start(self, name: str, *command: str, **changes: str) -> None:
        environment = {**os.environ, "PYTHONPATH": os.getcwd(), "OMP_NUM_THREADS": "1", **changes}
        self.processes[name] = subprocess.Popen(
            [sys.executable, "-m", "distributed.cli." + command[0], *command[1:]], cwd="/",
            env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def start_scheduler(self, **changes: str) -> None:
        self.start("scheduler", "dask_scheduler", "--host", "127.0.0.1", "--port", str(self.port),
                   "--protocol", self.protocol, "--no-dashboard", **changes)  # fmt: skip

    def wait_for_scheduler(self) -> None:
        """Wait until it listens: it imports a lot first, beside whatever else runs here."""
        until = time.monotonic() + 120
        while time.monotonic() < until:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.05)
        raise TimeoutError("the scheduler does not listen")

    def start_worker(self, name: str, **changes: str) -> None:
        """Start a worker; ``changes`` are variables of its environment."""
        self.start(name, "dask_worker", self.address, "--nthreads", "1", "--no-nanny",
                   "--no-dashboard", "--name", name, "--death-timeout", "60",
                   "--local-directory", tempfile.gettempdir(), **changes)  # fmt: skip

    def wait_for_workers(self, count: int) -> None:
        from distributed import Client

        with Client(self.address, timeout=30, set_as_default=False) as client:
            client.wait_for_workers(count, timeout=60)

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
    try:
        cluster.start_scheduler()
        cluster.wait_for_scheduler()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def with_process(job, gradation):
    return os.getpid(), gradation


def task(finish=GRADATION, limits=LIMITS) -> Task:
    return Task(TESTS, limits, Provenance(image="local"), finish)


def grade(cluster, jobs, after=lambda count: None, finish=GRADATION, limits=LIMITS):
    """Grade on the cluster; ``after`` is told how many results have come."""
    results = []
    for gradation in grade_on(cluster.address)(jobs, task(finish, limits), CHOICE, 1):
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


def test_a_caller_with_an_event_loop_of_its_own_is_served(cluster, tmp_path):
    async def call():
        return grade(cluster, make_jobs(tmp_path, 2))

    cluster.start_worker("a")
    with ThreadPoolExecutor(1) as thread:  # where no other test's loop runs
        check(thread.submit(asyncio.run, call()).result(), 2)


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
    monkeypatch.setattr("autograder.cluster.client.CONNECT_S", 1.0)
    with pytest.raises(EngineError, match="no Dask scheduler answers at tcp://127.0.0.1:9"):
        nobody = grade_on("tcp://127.0.0.1:9")
        list(nobody(make_jobs(tmp_path, 1), task(), CHOICE, 1))


@pytest.mark.parametrize("address", ["nonsense", "tcp://host", "tcp://host:port", "http://a:1"])
def test_what_is_no_address_is_refused_at_once(address):
    with pytest.raises(UsageError, match="no address of a Dask scheduler"):
        grade_on(address)


def test_who_listens_but_is_no_scheduler_is_one_clear_line(tmp_path, monkeypatch):
    monkeypatch.setattr("autograder.cluster.client.CONNECT_S", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(EngineError, match="no Dask scheduler answers"):
            list(grade_on(address)(make_jobs(tmp_path, 1), task(), CHOICE, 1))


def test_a_scheduler_without_workers_is_not_waited_for_for_ever(cluster, tmp_path, monkeypatch):
    monkeypatch.setattr("autograder.cluster.client.TELL_S", 0.5)
    monkeypatch.setattr("autograder.cluster.client.NO_WORKER_S", 3.0)
    said = []
    run = grade_on(cluster.address, said.append)
    with pytest.raises(EngineError, match="has had no worker for 3 s"):
        list(run(make_jobs(tmp_path, 1), task(), CHOICE, 1))
    assert len(said) == 1 and f"{cluster.address} has no worker yet" in said[0]


def test_outcomes_are_made_on_the_workers(cluster, tmp_path):
    cluster.start_worker("a")
    outcomes = grade(cluster, make_jobs(tmp_path, 6), finish=with_process)
    assert {process for process, _ in outcomes} == {cluster.processes["a"].pid}
    check([gradation for _, gradation in outcomes], 6)


def test_pages_are_those_of_one_machine(cluster, tmp_path):
    cluster.start_worker("a")
    jobs = make_jobs(tmp_path, 3)
    jobs = [replace(job, handed_in="2025-03-01T12:00:00+00:00") for job in jobs]
    finish = Finish(False, "Demo", {})
    found = {outcome.submission: outcome for outcome in grade(cluster, jobs, finish=finish)}
    for outcome in grade_all(jobs, task(finish), CHOICE, 1):
        twin = found.pop(outcome.submission)
        assert (twin.page, twin.status) == (outcome.page, outcome.status)
        assert (twin.entry.questions, twin.entry.cases) == (
            outcome.entry.questions, outcome.entry.cases,
        )  # fmt: skip
        assert twin.entry.row[:9] == outcome.entry.row[:9]
    assert not found


def test_a_submission_that_hangs_holds_up_no_other(cluster, tmp_path):
    for name in ("a", "b"):
        cluster.start_worker(name)
    cluster.wait_for_workers(2)
    (tmp_path / "slow").mkdir()
    (slow,) = make_jobs(tmp_path / "slow", 1, pause_s=20)
    jobs = [Job("slow", slow.path, slow.file), *make_jobs(tmp_path, 16)]
    results = grade(cluster, jobs, limits=Limits(cell_s=30, wall_s=60))
    assert results.pop().submission == "slow"
    check(results, 16)


def test_a_file_that_vanished_is_told_and_costs_no_other_anything(cluster, tmp_path):
    cluster.start_worker("a")
    jobs = make_jobs(tmp_path, 3)
    jobs[1].path.unlink()
    results = {result.submission: result for result in grade(cluster, jobs)}
    lost = results.pop("001")
    assert lost.status is Status.NOT_GRADED and "001.ipynb" in lost.reason
    assert {result.status for result in results.values()} == {Status.COMPLETED}
    assert len(results) == 2


def test_what_the_cluster_cannot_read_is_not_sent_for_ever(cluster, tmp_path, monkeypatch):
    (tmp_path / "here_alone.py").write_text("def finish(job, gradation):\n    return gradation\n")
    monkeypatch.syspath_prepend(tmp_path)
    cluster.start_worker("a")
    with pytest.raises(EngineError, match="nothing comes back from tcp://"):
        grade(cluster, make_jobs(tmp_path, 2), finish=importlib.import_module("here_alone").finish)


def fails_on_workers(job, gradation):
    if gradation.status is not Status.NOT_GRADED:
        raise ValueError("a fault of ours")
    return gradation


def test_a_fault_of_ours_is_not_graded_with_its_reason(cluster, tmp_path):
    cluster.start_worker("a")
    (result,) = grade(cluster, make_jobs(tmp_path, 1), finish=fails_on_workers)
    assert result.status is Status.NOT_GRADED and "a fault of ours" in result.reason


def copy_with_other_page(folder) -> str:
    """Return a folder with a copy of the package whose pages look different."""
    shutil.copytree("autograder", folder / "autograder")
    with open(folder / "autograder" / "reports" / "templates" / "feedback.html", "a") as page:
        page.write("<!-- other -->")
    return str(folder)


def test_a_worker_with_other_code_is_named(cluster, tmp_path):
    cluster.start_worker("a", PYTHONPATH=copy_with_other_page(tmp_path / "other"))
    with pytest.raises(EngineError, match=r"the Dask worker tcp://.* runs other code.*make worker"):
        grade(cluster, make_jobs(tmp_path, 1))


def test_a_scheduler_with_other_code_is_named(cluster, tmp_path):
    cluster.kill("scheduler")
    cluster.start_scheduler(PYTHONPATH=copy_with_other_page(tmp_path / "other"))
    cluster.wait_for_scheduler()
    with pytest.raises(EngineError, match=f"scheduler {cluster.address} runs other code"):
        grade(cluster, make_jobs(tmp_path, 1))


def test_nothing_a_submission_forges_earns_points_or_harms_another(cluster, built):
    cluster.start_worker("first")
    cluster.start_worker("second")
    cluster.wait_for_workers(2)
    outcome = grade_category("forging", cluster.address, built)
    tried = sum(entry.category == "forging" for entry in load_entries())
    problems = {v.entry.id: v.problems for v in outcome.verdicts if v.problems}
    assert not outcome.problems and not problems
    assert count(outcome) == {"tried": tried, "held": tried, "undeserved_points": 0}
