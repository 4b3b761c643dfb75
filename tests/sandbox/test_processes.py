"""What a submission's processes use together is counted, and all of them end with it."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder.course import ROOT
from autograder.errors import EngineError
from autograder.model import Limits, Status
from autograder.sandbox import processes, uids
from autograder.sandbox.unseen import LOOKS, Unseen
from tests.running import assignment, grade, test_file

ONE = assignment(q1=test_file("q1", "def case(x):\n    assert x == 1"))
MIB = 2**20

BOMB = """
import os, time
def bomb():
    while True:
        try:
            if not os.fork(): bomb()
        except OSError:
            time.sleep(.01)
if not os.fork(): bomb()
time.sleep(.3)
print(os.getuid())
"""
MEMORY = {
    "shared_by_all": "import mmap\nm = mmap.mmap(-1, 1 << 30)\n"
                     "for i in range(0, 1 << 30, 4096): m[i] = 1",
    "of_children": "import os, time\nfor _ in range(6):\n    if os.fork() == 0:\n"
                   "        held = b'x' * (200 << 20)\n        time.sleep(30)\n"
                   "        os._exit(0)\n"
                   "time.sleep(20)",
    "without_a_name": "import os, time\nfds = []\nfor n in range(20):\n"
                      "    fds.append(os.memfd_create('m'))\n"
                      "    for _ in range(16): os.write(fds[-1], bytes(1 << 20))\ntime.sleep(20)",
    "mapped_in_part": "import os, mmap, time\nheld = []\nfor n in range(20):\n"
                      "    held.append(mmap.mmap(-1, 16 << 20))\n"
                      "    held[-1].write(bytes(16 << 20))\n    held[-1].resize(4096)\n"
                      "time.sleep(20)",
    "under_way": "import os, socket, time\na, b = socket.socketpair()\nfor n in range(20):\n"
                 "    fd = os.memfd_create('m')\n"
                 "    for _ in range(16): os.write(fd, bytes(1 << 20))\n"
                 "    socket.send_fds(a, [b'x'], [fd])\n    os.close(fd)\ntime.sleep(20)",
    "in_page_tables": "import ctypes, time, numpy as np\nlibc, size = ctypes.CDLL(None), 1 << 38\n"
                      "libc.mmap.restype = ctypes.c_void_p\n"
                      "at = libc.mmap(None, ctypes.c_size_t(size), 1, 0x4022, -1, ctypes.c_long(0))"
                      "\nlibc.madvise(ctypes.c_void_p(at), ctypes.c_size_t(size), 15)\n"
                      "np.frombuffer((ctypes.c_ubyte * size).from_address(at), np.uint8)"
                      "[::1 << 21].sum()\ntime.sleep(20)",
}  # fmt: skip
DISK = {
    "beyond_any_path": "import os, time\nfor _ in range(60):\n    os.mkdir('n' * 200)\n"
                       "    os.chdir('n' * 200)\nfor n in range(10):\n"
                       "    open(f'f{n}', 'wb').write(bytes(16 << 20))\ntime.sleep(20)",
    "only_mapped": "import ctypes, os, time\nlibc = ctypes.CDLL(None)\nfor n in range(10):\n"
                   "    file = open(f'f{n}', 'w+b')\n    file.write(bytes(16 << 20))\n"
                   "    libc.mmap(None, ctypes.c_size_t(4096), 1, 1, file.fileno(),"
                   " ctypes.c_long(0))\n    file.close()\n    os.unlink(f'f{n}')\n"
                   "time.sleep(20)",
}  # fmt: skip


STARVING = """
import os, signal
held = [b"x" * (4 << 20) for _ in range({blocks})]
os.kill(os.getpid(), signal.{name})
"""


@pytest.mark.parametrize("name", ["SIGABRT", "SIGSEGV", "SIGBUS"])
@pytest.mark.parametrize(("blocks", "status"), [
    (56, Status.MEMORY_LIMIT),  # of 64
    (1, Status.CRASHED),
])  # fmt: skip
def test_compiled_code_that_dies_for_want_of_memory_met_the_limit(engine, name, blocks, status):
    limits = Limits(memory_mib=256)
    cell = STARVING.format(blocks=blocks, name=name)
    gradation = grade(engine, ONE, ("x = 1", "q1"), cell, limits=limits)
    assert gradation.status is status and gradation.score == 1


def test_a_fork_bomb_within_the_limit_is_graded_and_leaves_nothing(engine):
    limits = Limits(processes=24, cell_s=20, wall_s=60)
    gradation = grade(engine, ONE, BOMB, ("x = 1", "q1"), limits=limits)
    assert gradation.score == 1 and gradation.status is Status.COMPLETED
    uid = int(gradation.outputs[0].text.split()[-1])
    assert not [pid for pid in os.listdir("/proc") if pid.isdigit() and _uid(pid) == uid]


def _uid(pid: str) -> int | None:
    try:
        return os.stat(f"/proc/{pid}").st_uid
    except OSError:
        return None


@pytest.mark.parametrize("kind", MEMORY)
def test_memory_is_counted_together(engine, kind):
    limits = Limits(memory_mib=256, disk_mib=128, cell_s=20, wall_s=40)
    gradation = grade(engine, ONE, ("x = 1", "q1"), MEMORY[kind], limits=limits)
    assert gradation.status in (Status.MEMORY_LIMIT, Status.DISK_LIMIT) and gradation.score == 1


@pytest.mark.parametrize("kind", DISK)
def test_files_that_no_path_leads_to_count_too(engine, kind):
    limits = Limits(disk_mib=96, cell_s=20, wall_s=40)
    gradation = grade(engine, ONE, ("x = 1", "q1"), DISK[kind], limits=limits)
    assert gradation.status is Status.DISK_LIMIT and gradation.score == 1


def test_a_descriptor_that_is_taken_from_its_socket_is_nothing_to_notice():
    unseen, own = Unseen(), [os.getpid()]
    ours, theirs = socket.socketpair()
    with ours, theirs:
        for _ in range(2 * LOOKS):
            socket.send_fds(ours, [b"x"], [0])
            assert not unseen.keeps_files_under_way(own)
            os.close(socket.recv_fds(theirs, 1, 1)[1][0])
            assert not unseen.keeps_files_under_way(own)
        socket.send_fds(ours, [b"x"], [0])
        assert [unseen.keeps_files_under_way(own) for _ in range(LOOKS)][-2:] == [False, True]


def test_many_small_files_count_too(tmp_path):
    for number in range(30):
        (tmp_path / f"d{number}").mkdir()
        for name in range(100):
            (tmp_path / f"d{number}" / str(name)).write_bytes(b"x" * 4096)
    held, entries = processes.folder_bytes(str(tmp_path), 1 << 40, 1_000_000)
    assert entries == 3030 and held >= 3000 * 4096
    assert processes.folder_bytes(str(tmp_path), 1 << 40, 50)[1] > 50, "it stops, and says so"


def test_frozen_processes_start_no_others():
    root = os.fork()
    if not root:
        os.setsid()
        while True:
            try:
                if len(os.listdir("/proc")) < 0 or os.fork():
                    time.sleep(0.05)
            except OSError:
                os._exit(0)
    time.sleep(0.3)
    tree = processes.below([root])
    processes.freeze_and_kill([root])
    assert processes.reap([root], 10)
    deadline = time.monotonic() + 10
    while any(_alive(pid) for pid in tree) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(tree) > 1 and not any(_alive(pid) for pid in tree)


def _alive(pid: int) -> bool:
    try:
        return b") Z" not in Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return False


SHARING = """
import mmap, os, signal, time
from autograder.sandbox import processes
memory = processes.Memory(limit_mib=8, counts=None)
shared = mmap.mmap(-1, 64 << 20)
shared.write(bytes(64 << 20))
children = []
for _ in range(3):
    pid = os.fork()
    if not pid:
        sum(shared[::4096])
        signal.pause()
    children.append(pid)
time.sleep(0.5)
print(memory.used_mib(children))
processes.freeze_and_kill(children)
processes.reap(children, 5)
"""


def test_shared_memory_is_counted_once():
    # In a process of its own, so that nothing of this one's memory is given back meanwhile.
    done = subprocess.run([sys.executable, "-c", SHARING], capture_output=True, text=True, cwd=ROOT)
    assert 40 < float(done.stdout) < 100, "each of three has touched all of it"


@pytest.mark.parametrize("text", ["x", "5-9", "20000", "30000-20000", "20000-20010", "-1-40000"])
def test_a_malformed_block_of_uids_is_refused_with_the_repair(text):
    with pytest.raises(EngineError, match="AUTOGRADER_UIDS=20000-39999"):
        uids.parse_block(text)


@pytest.fixture
def locks(tmp_path, monkeypatch):
    monkeypatch.setattr(uids, "LOCK_FOLDERS", (str(tmp_path / "locks"),))
    monkeypatch.setattr(uids, "_used", lambda: [])
    monkeypatch.setenv("AUTOGRADER_UIDS", "50000-50063")


def test_two_workers_never_have_the_same_uids(locks):
    one, other = uids.Uids(), uids.Uids()
    assert set(one.run).isdisjoint(other.run)
    with pytest.raises(EngineError, match="no uids are free between 50000 and 50063"):
        uids.Uids()
    os.close(one.lock)
    assert uids.Uids().run == one.run, "a worker that is gone gives its uids back"


def test_uids_that_somebody_has_are_left_alone(locks, monkeypatch):
    monkeypatch.setattr(uids, "_used", lambda: [(50_010, 50_010)])
    taken = uids.Uids()
    assert taken.run[0] == 50_032
    monkeypatch.setattr(uids, "_is_somebodys", lambda uid: uid != 50_040)
    assert {taken.take() for _ in range(3)} == {50_040}


def test_a_uid_with_a_running_process_is_in_use(tmp_path):
    if os.geteuid():
        pytest.fail("run the tests as root, so that uids can be dropped")
    pid = os.fork()
    if not pid:
        os.setresuid(51_234, 51_234, 51_234)
        signal.pause()
    time.sleep(0.2)
    try:
        assert (51_234, 51_234) in uids._used() and (0, 0) in uids._used()
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
