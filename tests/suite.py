"""How the suite runs: on every core, each test process on one; skipped is failed where it must be.

Under pytest-xdist (``make test``) a unit of work is a file, or a single test of those in
``ONE_BY_ONE``. Units that take long are begun first, so that no core ends long before the others.
"""

import gc
import os
import re
from pathlib import Path

import pytest

REQUIRED = frozenset(filter(None, os.environ.get("AUTOGRADER_REQUIRE", "").split(",")))
ROOT = Path(__file__).resolve().parents[1]
ADDRESS = re.compile(r" at 0x[0-9a-f]{6,}")

# Seconds, roughly, of what takes longest; only the order matters.
ONE_BY_ONE = {
    "tests/test_bank.py": 100,
    "tests/test_parity.py": 60,
    "tests/test_hostile.py": 60,
    "tests/test_bad_answers.py": 40,
    "tests/run/test_grade_command.py": 30,
    "tests/cluster/test_containers.py": 25,
    "tests/cluster/test_cluster.py": 20,
}
LONG = {
    "tests/browser/test_student_notebook.py": 150,
    "tests/proving/bench/test_bench.py": 90,
    "tests/test_wheel.py": 90,
    "tests/build/test_assign.py": 80,
    "tests/browser/test_reports.py": 60,
    "tests/build/test_verify.py": 40,
    "tests/test_guide.py": 40,
    "tests/scoring/test_boundary.py": 40,
    "tests/proving/audit/test_variants.py": 40,
    "tests/engines/test_channel.py": 35,
    "tests/cluster/test_tls.py": 35,
    "tests/sandbox/test_deferred.py": 30,
    "tests/sandbox/test_confinement.py": 25,
    "tests/browser/test_course_report.py": 20,
    "tests/sandbox/test_shell.py": 20,
    "tests/differential/test_differential.py": 20,
    "tests/gradescope/test_run.py": 20,
    "tests/test_suite.py": 15,
}


def unit_of(nodeid: str) -> str:
    """Return which tests go to one process together."""
    file = nodeid.split("::")[0]
    return nodeid if file in ONE_BY_ONE else file


def _seconds(nodeid: str) -> int:
    file = nodeid.split("::")[0]
    return ONE_BY_ONE.get(file) or LONG.get(file, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Hand out units in the order of the collection."""
    from xdist.scheduler import LoadScopeScheduling

    class Units(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return unit_of(nodeid)

    config.option.loadscopereorder = False
    return Units(config, log)


def pytest_configure(config):
    """Keep a process of xdist's, and all that it starts, on one core."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if hasattr(config, "workerinput") and hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[int(worker.removeprefix("gw")) % len(cores)]})


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Put what takes long first, where several processes share the tests.

    Raises:
        UsageError: a test's id holds an address, so that no two processes would agree on it.
    """
    if unsteady := [item.nodeid for item in items if ADDRESS.search(item.nodeid)]:
        raise pytest.UsageError(f"give it an id that is the same in each process: {unsteady[0]}")
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: -_seconds(item.nodeid))


def pytest_collection_finish(session):
    """Look for no garbage among what is imported by now: a look takes a sixth of a second."""
    gc.freeze()


def _count_skips(config) -> int:
    """Return how many tests were skipped; xdist's processes leave the counting to the first one."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return len(reporter.stats.get("skipped", [])) if reporter else 0


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session):
    """Fail a run with skips where the machine is said to have everything."""
    if REQUIRED and _count_skips(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config):
    """Say why a run without failures fails."""
    if REQUIRED and (skips := _count_skips(config)):
        terminalreporter.write_line(f"skipped where nothing may be: {skips}", red=True)
