"""The suite's own rules: who runs what, in which order, and that nothing is skipped in CI."""

import json
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from tests import suite

SKIPPING = "import pytest\ndef test_a():\n    pass\ndef test_b():\n    pytest.skip('no engine')\n"
TELLING = """
import json, os, pathlib
def tell(name):
    found = [os.environ.get("PYTEST_XDIST_WORKER"), sorted(os.sched_getaffinity(0))]
    pathlib.Path(__file__).with_name(name + ".json").write_text(json.dumps(found))
def test_a(): tell(__name__ + "-a")
def test_b(): tell(__name__ + "-b")
"""


def run_pytest(folder, *options: str, required: str = "") -> subprocess.CompletedProcess:
    """Run the tests in a folder under the suite's rules."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    environment = {**kept, "PYTHONPATH": str(suite.ROOT), "AUTOGRADER_REQUIRE": required}
    command = [sys.executable, "-m", "pytest", "-p", "tests.suite", "-p", "no:cacheprovider",
               "--basetemp", str(folder / "temporary")]  # fmt: skip
    return subprocess.run(
        [*command, *options, str(folder)], cwd=folder, env=environment, capture_output=True,
        text=True,
    )  # fmt: skip


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["one process", "two processes"])
@pytest.mark.parametrize("required", ["", "docker"])
def test_a_skipped_test_fails_the_run_where_something_is_required(options, required, tmp_path):
    (tmp_path / "test_it.py").write_text(SKIPPING)
    done = run_pytest(tmp_path, *options, required=required)
    assert "1 passed, 1 skipped" in done.stdout
    assert done.returncode == bool(required)
    assert ("skipped where nothing may be: 1" in done.stdout) is bool(required)


def test_a_file_stays_in_one_process_and_a_process_on_one_core(tmp_path):
    for name in ("test_one", "test_two"):
        (tmp_path / f"{name}.py").write_text(TELLING)
    done = run_pytest(tmp_path, "-n", "2")
    assert not done.returncode, done.stdout
    one, other, *rest = (
        json.loads(path.read_text()) for path in sorted(tmp_path.glob("test_*.json"))
    )
    assert one == other and rest[0] == rest[1]
    assert len(one[1]) == len(rest[0][1]) == 1


@pytest.mark.parametrize(
    ("several", "order"), [(True, "longer long a b"), (False, "a long longer b")]
)
def test_what_takes_long_is_begun_first_by_several_processes(several, order, monkeypatch):
    monkeypatch.setattr(suite, "LONG", {"long": 9, "longer": 10})
    found = [SimpleNamespace(nodeid=f"{file}::test") for file in ("a", "long", "longer", "b")]
    suite.pytest_collection_modifyitems(
        SimpleNamespace(workerinput={}) if several else SimpleNamespace(), found
    )
    assert [item.nodeid for item in found] == [f"{file}::test" for file in order.split()]


def test_an_id_with_an_address_is_refused(tmp_path):
    marked = "@pytest.mark.parametrize('x', [test_a], ids=repr)\ndef test_b(x):\n    pass\n"
    (tmp_path / "test_it.py").write_text(SKIPPING.split("def test_b")[0] + marked)
    done = run_pytest(tmp_path)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR and "the same in each" in done.stderr


def test_every_file_of_the_table_exists():
    assert all((suite.ROOT / file).is_file() for file in {**suite.LONG, **suite.ONE_BY_ONE})
