"""Who may answer for the sandbox, and where engines keep what they need."""

import json
import os
import secrets
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder.engines import docker, places
from autograder.engines.local import LocalEngine
from autograder.errors import EngineError
from autograder.model import Limits
from tests.running import assignment, grade, test_file

NOTHING = assignment(q1=test_file("q1", "def case(x):\n    assert x"))


def connect(path: Path, said: bytes, uid: int | None = None) -> int:
    """Connect to a channel in a process of its own, as another user where one is named."""
    pid = os.fork()
    if not pid:
        if uid is not None:
            os.setresuid(uid, uid, uid)
        try:
            with socket.socket(socket.AF_UNIX) as channel:
                channel.connect(str(path))
                channel.sendall(said)
                channel.recv(1)  # until it is closed at the other end
        finally:
            os._exit(0)
    return pid


@pytest.mark.parametrize("right", [True, False])
def test_only_who_knows_the_secret_is_the_worker(tmp_path, right):
    secret = secrets.token_hex(16)
    listener = docker._listen(str(tmp_path), "channel")
    pid = connect(tmp_path / "channel", (secret if right else secret[::-1]).encode() + b"more")
    with listener, listener.accept()[0] as channel:
        assert docker.is_the_workers(channel, secret) is right
        assert not right or channel.recv(4) == b"more", "nothing but the secret is taken"
    os.waitpid(pid, 0)


def test_a_user_of_this_machine_is_not_the_worker_whatever_it_knows(open_folder, monkeypatch):
    if os.geteuid():
        pytest.fail("run the tests as root, so that another user can be tried")
    listener = docker._listen(str(open_folder), "channel")
    listener.settimeout(60)
    for known, right in ((True, False), (False, True)):  # False: as mapped for a container
        monkeypatch.setattr(docker, "_is_a_users", lambda uid, known=known: known and uid == 4242)
        pid = connect(open_folder / "channel", b"s" * 32, 4242)
        with listener.accept()[0] as channel:
            assert docker.is_the_workers(channel, "s" * 32) is right
        os.waitpid(pid, 0)
    listener.close()


def test_the_channels_folder_is_closed_to_others_and_its_path_may_be_long(tmp_path):
    place = tmp_path / ("long" * 40)
    place.mkdir()
    engine = docker.DockerEngine("none", None, str(place))
    engine.listener = docker._listen(str(place), "channel")
    engine.listener.close()
    assert (place / "channel").is_socket()


def test_the_channels_folder_is_closed_while_the_container_starts(tmp_path, monkeypatch):
    script = tmp_path / "docker"
    script.write_text("#!/bin/sh\nexec sleep 60\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    before = os.umask(0)
    try:
        engine = docker.DockerEngine("none", Limits(), str(tmp_path))
        engine.start()
        assert stat.S_IMODE(os.stat(engine.folder).st_mode) == 0o700
        assert Path(engine.path).is_socket() and Path(engine.path).parent == Path(engine.folder)
    finally:
        os.umask(before)
        engine.process.kill()
        engine.close(0.0)
    assert not Path(engine.folder).exists()


def test_an_engine_in_a_closed_temporary_folder_finds_another_place(tmp_path, monkeypatch):
    if os.geteuid():
        pytest.fail("run the tests as root, so that uids can be dropped")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr("tempfile.tempdir", str(closed))
    assert places.passable_folder() == "/tmp" and not places.is_passable(closed)
    monkeypatch.setattr(places, "OTHERS", ())
    with pytest.raises(EngineError, match="set TMPDIR to a folder that other users may pass"):
        places.passable_folder()


@pytest.fixture(params=["results", "two\nlines", "one\u2028line\x85"])
def shelf(open_folder, request):
    """Return a world-readable folder with hidden tests in it."""
    shelf = open_folder / request.param
    shelf.mkdir()
    (shelf / "marks.csv").write_text("everybody's marks")
    assert stat.S_IMODE((shelf / "marks.csv").stat().st_mode) & 0o004
    return shelf


def test_tests_and_results_cannot_be_read_without_landlock_either(shelf):
    if os.geteuid():
        pytest.fail("run the tests as root, so that uids can be dropped")
    root = Path(__file__).resolve().parents[2]
    reading = (
        f"import os\nfor path in ({str(root / 'assignments')!r}, {str(root / 'dist')!r}, "
        f"{str(root / '.git')!r}, {str(shelf / 'marks.csv')!r}):\n"
        "    try:\n        os.stat(path)\n    except OSError:\n        continue\n"
        "    print('found', path)\nprint('looked')"
    )
    with LocalEngine(layers_off=("landlock",), hidden=(shelf,)) as engine:
        output = grade(engine, NOTHING, reading).outputs[0]
        assert engine.missing == "Landlock"
    assert output.text == "looked\n" and (shelf / "marks.csv").is_file()


def test_no_variable_turns_a_layer_off(monkeypatch):
    monkeypatch.setenv("AUTOGRADER_LAYERS_OFF", "landlock seccomp rlimits own_uid")
    with LocalEngine() as engine:
        assert engine.missing == ""


SLOW = "import time\ntime.sleep(60)"


def hears_ctrl_c():
    """Undo what a shell does to what it starts in the background."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_ctrl_c_ends_a_run_at_once_and_leaves_nothing(tmp_path, open_folder):
    cell = {"cell_type": "code", "source": SLOW, "metadata": {}, "outputs": []}
    (tmp_path / "class").mkdir()
    text = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    for name in ("a", "b", "c"):
        (tmp_path / "class" / f"{name}.ipynb").write_text(text)
    command = [sys.executable, "-m", "autograder", "grade", "--assignment", "autodiff", "--engine",
               "local", "--submissions", tmp_path / "class", "--out", tmp_path / "out"]  # fmt: skip
    run = subprocess.Popen(
        command, env={**os.environ, "TMPDIR": str(open_folder)}, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, start_new_session=True,
        preexec_fn=hears_ctrl_c,
    )  # fmt: skip
    deadline = time.monotonic() + 240
    folders = "autograder-*/autograder-*/work/s*"  # of submissions that are run
    while not list(open_folder.glob(folders)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert run.poll() is None, run.communicate()[0]
    os.killpg(run.pid, signal.SIGINT)
    said, _ = run.communicate(timeout=60)
    assert run.returncode == 130 and "run the same command again" in said
    time.sleep(1)
    assert not list(open_folder.iterdir())
