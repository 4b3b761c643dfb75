"""The janitor removes what a submission leaves, as the submission made it."""

import os
import socket
import tempfile
from pathlib import Path

import msgpack
import pytest

from autograder.sandbox import service
from autograder.sandbox.uids import take_away
from autograder.sandbox.worker import start_janitor
from autograder.wall.frames import FrameStream

MANY = 1_000


def make_deep(folder):
    for _ in range(1200):
        os.mkdir("d" * 40)
        os.close(os.open("f", os.O_CREAT | os.O_WRONLY))
        os.chmod(".", 0o700)
        os.chdir("d" * 40)


def make_closed(folder):
    for number in range(MANY):
        os.mkdir(f"d{number}")
        os.close(os.open(f"d{number}/f", os.O_CREAT | os.O_WRONLY))
        os.chmod(f"d{number}", 0)


def make_deep_and_closed(folder):
    for _ in range(200):
        os.mkdir("d")
        os.chdir("d")
    for _ in range(200):
        os.chmod(".", 0)
        os.chdir("..")


def make_odd(folder):
    kept = folder.parent / "kept"
    kept.mkdir()
    (kept / "file").write_text("x")
    os.symlink(kept, "link")
    os.symlink("loop", "loop")
    os.mkfifo("fifo")
    os.mkdir(b"\xff\n")
    os.symlink(kept, b"\xff\n/link")


def test_a_janitor_that_is_late_costs_no_report():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(0.05)
        worker = object.__new__(service.Worker)
        worker.janitor, worker.late = ours, False
        assert not worker._ask_janitor(20_000, "/nowhere")
        theirs.sendall(b".")  # to the question before
        assert not worker._ask_janitor(0, "")
        assert theirs.recv(100) == b"20000 /nowhere\n"


def make_flat(folder):
    for name in (b"a.csv", b"\xff\n", b".hidden"):
        os.close(os.open(name, os.O_CREAT | os.O_WRONLY, 0))


def make_odd_files(folder):
    kept = folder.parent / "kept"
    kept.mkdir()
    (kept / "file").write_text("x")
    os.symlink(kept, "link")
    os.symlink(kept / "file", "file")
    os.mkfifo("fifo")


def make_in(folder, make):
    """Make a folder and what is in it, in a process of its own."""
    folder.mkdir()
    maker = os.fork()
    if not maker:
        try:
            os.chdir(folder)
            make(folder)
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitpid(maker, 0)[1] == 0


@pytest.mark.parametrize("make", [make_flat, make_odd_files])
def test_a_worker_takes_a_folder_with_a_few_files_away_by_itself(make, tmp_path):
    folder = tmp_path / "s1"
    make_in(folder, make)
    assert take_away(0, str(folder)) and not folder.exists()
    assert make is make_flat or (tmp_path / "kept" / "file").read_text() == "x"


def test_a_worker_takes_no_link_for_a_folder(tmp_path):
    make_in(tmp_path / "s2", make_flat)
    (tmp_path / "s1").symlink_to(tmp_path / "s2")
    assert not take_away(0, str(tmp_path / "s1")) and len(os.listdir(tmp_path / "s2")) == 3


def test_a_worker_takes_away_nothing_that_the_uid_may_not():
    if os.geteuid():
        pytest.skip("only root acts as another uid")
    with tempfile.TemporaryDirectory(dir="/var/tmp") as place:
        os.chmod(place, 0o755)
        theirs = Path(place) / "s1"
        make_in(theirs, make_flat)
        assert not take_away(20_001, str(theirs)) and len(os.listdir(theirs)) == 3
        os.chown(theirs, 20_001, 20_001)
        assert take_away(20_001, str(theirs)) and not theirs.exists()


@pytest.mark.parametrize("make", [make_deep, make_closed, make_deep_and_closed, make_odd])
def test_a_folder_is_removed_whatever_is_in_it(make, tmp_path):
    folder = tmp_path / "s1"
    make_in(folder, make)
    assert not take_away(0, str(folder)) and folder.exists()
    channel, janitor = start_janitor()
    try:
        channel.sendall(b"0 %s\n" % os.fsencode(folder))
        assert channel.recv(1) == b"." and not folder.exists()
        assert make is not make_odd or (tmp_path / "kept" / "file").read_text() == "x"
    finally:
        channel.close()
        os.waitpid(janitor, 0)


def test_an_end_that_is_asked_for_twice_ends_no_worker():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        scorer, worker = FrameStream(ours, 4096), FrameStream(theirs, 4096)
        for message in ({"op": "end", "gone": False, "idle": True}, {"op": "interrupt"},
                        {"op": "start", "limits": {}}):  # fmt: skip
            scorer.send(msgpack.packb(message))
        assert service._next_start(worker)["op"] == "start"
