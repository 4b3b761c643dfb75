"""Engines that are started ahead: entered in another process, or never; what is left of them."""

import json
import multiprocessing
import os
import subprocess
import sys

import pytest

from autograder.engines.choice import EngineChoice
from autograder.engines.docker import DockerEngine
from autograder.engines.local import LocalEngine
from autograder.errors import EngineError
from autograder.model import Limits


@pytest.fixture(params=["local", "docker"])
def started(request):
    """Return an engine that this process has started."""
    image = ""
    if request.param == "docker":
        image = request.getfixturevalue("docker_engine")
    engine = EngineChoice(request.param, image).open(Limits())
    engine.start()
    yield engine
    engine.close()
    assert not is_left(engine)


def is_left(engine) -> bool:
    """Tell whether an engine's process, container or folder is still there."""
    if isinstance(engine, DockerEngine):
        listed = ["docker", "ps", "-aq", "--filter", f"name={engine.name}"]
        left = subprocess.run(listed, capture_output=True, text=True, check=True).stdout
        return bool(left) or os.path.exists(engine.folder)
    return os.path.exists(f"/proc/{engine.process.pid}") or os.path.exists(engine.home)


def _enter(engine, found) -> None:
    with engine:
        found.put(sorted(engine.layers))


def test_a_started_engine_is_entered_by_a_process_forked_later(started):
    processes = multiprocessing.get_context("fork")
    found = processes.Queue()
    scorer = processes.Process(target=_enter, args=(started, found))
    scorer.start()
    assert found.get(timeout=240)
    scorer.join(60)
    assert scorer.exitcode == 0


def test_an_engine_that_nobody_enters_leaves_nothing(started):
    assert is_left(started)


def test_a_container_that_does_not_start_is_told_in_the_engines_words(docker_engine):
    engine = DockerEngine("No Such Image", Limits())
    with pytest.raises(EngineError, match="does not start: docker: invalid reference"), engine:
        pass
    assert not is_left(engine)


def test_a_container_has_no_more_than_the_threat_model_says(docker_engine):
    limits = Limits()
    with DockerEngine(docker_engine, limits) as engine:
        told = subprocess.run(
            ["docker", "inspect", engine.name], capture_output=True, text=True, check=True
        )
        (held,) = json.loads(told.stdout)
    host = held["HostConfig"]
    assert host["NetworkMode"] == "none"
    assert host["ReadonlyRootfs"] and not host["Privileged"]
    assert host["CapDrop"] == ["ALL"]
    added = {name.removeprefix("CAP_") for name in host["CapAdd"]}
    assert added == {"SETUID", "SETGID", "KILL"}
    assert host["SecurityOpt"] == ["no-new-privileges"]
    assert 0 < host["PidsLimit"] <= 2 * limits.processes + 64
    assert 0 < host["Memory"] == host["MemorySwap"]
    assert 0 < host["NanoCpus"] <= 10**9
    assert set(host["Tmpfs"]) == {"/work", "/tmp"}
    assert [(mount["Destination"], mount["RW"]) for mount in held["Mounts"]] == [
        ("/channel", False)
    ]
    assert engine.secret not in " ".join([held["Path"], *held["Args"]])


def test_an_environment_behind_a_link_in_a_hidden_folder_is_found(open_folder, monkeypatch):
    link = open_folder / "course" / ".venv"
    link.parent.mkdir()
    link.symlink_to(sys.prefix)
    monkeypatch.setattr(sys, "prefix", str(link))
    monkeypatch.setattr(sys, "executable", str(link / "bin" / "python"))
    with LocalEngine(hidden=(link.parent,)) as engine:
        assert engine.python
