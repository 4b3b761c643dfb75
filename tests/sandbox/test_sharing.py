"""Shared memory and Unix sockets: a submission's own, counted, wiped, and out of others' reach."""

import os
import socket
import tempfile
from pathlib import Path

import pytest

from autograder.engines.docker import DockerEngine
from autograder.model import Limits, Status
from autograder.sandbox import sockets
from tests.running import assignment, grade, test_file

NOTHING = assignment(q1=test_file("q1", "def case(x):\n    assert x"))
SHARED = Path("/dev/shm")
POOL = """
from multiprocessing import Pool
def double(n):
    return 2 * n
with Pool(2) as pool:
    assert pool.map(double, range(3)) == [0, 2, 4]
"""
LOADER = """
import torch
from torch.utils.data import DataLoader, TensorDataset
data = TensorDataset(torch.arange(10.0))
assert sum(len(batch[0]) for batch in DataLoader(data, batch_size=4, num_workers=2)) == 10
"""
LEFT = "open('/dev/shm/left-behind', 'w').write('a note for the next one')"
FULL = """
import os
for number in range(200):
    with open(f'/dev/shm/part{number}', 'wb') as file:
        file.write(bytes(4 << 20))
import time; time.sleep(20)
"""
TALK = """
import os, socket
server = socket.socket(socket.AF_UNIX)
server.bind('own.sock')
server.listen()
client = socket.socket(socket.AF_UNIX)
client.connect('own.sock')
"""


@pytest.fixture(scope="module", params=["local", "docker"])
def either(request):
    """Return a warm sandbox of each kind."""
    if request.param == "local":
        yield request.getfixturevalue("engine")
        return
    with DockerEngine(request.getfixturevalue("docker_engine"), Limits()) as engine:
        yield engine


def error_of(engine, source: str) -> str | None:
    return grade(engine, NOTHING, source).outputs[0].error


@pytest.mark.parametrize("source", [POOL, LOADER, TALK], ids=["pool", "loader", "socket"])
def test_a_submissions_processes_may_share(either, source):
    assert error_of(either, source) is None


def test_what_is_left_in_shared_memory_is_wiped(either):
    assert error_of(either, LEFT) is None
    assert not (SHARED / "left-behind").exists()
    assert error_of(either, "assert open('/dev/shm/left-behind')").startswith("FileNotFoundError")


def test_shared_memory_counts_as_memory(either):
    limits = Limits(memory_mib=256, disk_mib=16, cell_s=15, wall_s=30)
    gradation = grade(either, NOTHING, FULL, limits=limits)
    assert gradation.status is Status.MEMORY_LIMIT
    assert not [entry for entry in SHARED.iterdir() if entry.name.startswith("part")]


@pytest.mark.parametrize("mode", ["rb", "wb"])
def test_another_users_shared_memory_is_closed(engine, mode):
    with tempfile.NamedTemporaryFile(dir=SHARED) as file:  # of mode 600, as libc makes them
        assert error_of(engine, f"open({file.name!r}, {mode!r})").startswith("PermissionError")
        found = error_of(engine, f"import os; os.unlink({file.name!r})")
        assert found.startswith("PermissionError") and os.path.exists(file.name)


def test_a_socket_that_others_may_write_to_is_reachable_and_closes_them_all(monkeypatch):
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as server:
        path = os.path.join(folder, "open.sock")
        server.bind(path)
        os.chmod(folder, 0o755)
        os.chmod(path, 0o666)
        assert sockets.is_reachable(path)
        assert not sockets.only_own_are_reachable(7)
        os.chmod(folder, 0o700)
        assert not sockets.is_reachable(path)
        os.chmod(folder, 0o755)
        os.chmod(path, 0o660)
        assert not sockets.is_reachable(path)
    assert not sockets.is_reachable(path)


def test_without_landlocks_scope_abstract_names_close_them(monkeypatch):
    monkeypatch.setattr(sockets, "_names", lambda: ["@bus"])
    monkeypatch.setattr(sockets, "_leave_network", lambda: False)
    assert not sockets.only_own_are_reachable(5)
    assert sockets.only_own_are_reachable(6)
