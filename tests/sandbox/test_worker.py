"""The janitor removes what a submission leaves, as the submission made it."""

import os
import socket

import pytest

from autograder.sandbox import service
from autograder.sandbox.worker import start_janitor

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


@pytest.mark.parametrize("make", [make_deep, make_closed, make_deep_and_closed, make_odd])
def test_a_folder_is_removed_whatever_is_in_it(make, tmp_path):
    folder = tmp_path / "s1"
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
    channel, janitor = start_janitor()
    try:
        channel.sendall(b"0 %s\n" % os.fsencode(folder))
        assert channel.recv(1) == b"." and not folder.exists()
        assert make is not make_odd or (tmp_path / "kept" / "file").read_text() == "x"
    finally:
        channel.close()
        os.waitpid(janitor, 0)
