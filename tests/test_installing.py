"""How `make` installs the lock file: with uv, which gets pip's indexes, or else with pip."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = ROOT / ".ci" / "install.py"
PARTS = runpy.run_path(str(SCRIPT))
LOCK = """numpy==2.1.0 ; python_full_version < '3.11' \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via pandas
uv==0.9.1 \\
    --hash=sha256:cc
    # via torch-course-autograder (pyproject.toml:dev)
"""
CONFIGURED = """:env:.index-url='https://inside.example/simple'
:env:.trusted-host='inside.example'
download.index-url='https://other.example/simple'
global.cert='/etc/ssl/ca.pem'
global.extra-index-url='file:///nowhere/simple https://more.example/simple'
global.index-url='https://old.example/simple'
"""
# A Python that writes down what it is asked to run; what FAILING stands in fails.
FAKE = """#!/bin/sh
echo "$@" >> "$SAID"
case "$*" in *"pip config list"*) cat "$CONFIGURED" ;; esac
case "$*" in *$FAILING*) exit 1 ;; esac
"""


def test_pips_settings_are_read_and_the_nearer_ones_count():
    settings = PARTS["parse_settings"](CONFIGURED)
    assert settings["index-url"] == "https://inside.example/simple"
    assert settings["cert"] == "/etc/ssl/ca.pem"
    assert PARTS["parse_settings"]("") == {}


def test_uv_gets_pips_indexes_without_folders_that_are_not_there(tmp_path):
    settings = PARTS["parse_settings"](CONFIGURED)
    assert PARTS["uv_options"](settings) == [
        "--default-index", "https://inside.example/simple",
        "--index", "https://more.example/simple",
        "--allow-insecure-host", "inside.example",
    ]  # fmt: skip
    here = {"extra-index-url": tmp_path.as_uri(), "find-links": "wheels", "no-index": "true"}
    assert PARTS["uv_options"](here) == [
        "--no-index", "--index", tmp_path.as_uri(), "--find-links", "wheels",
    ]  # fmt: skip


def test_uv_is_installed_as_the_lock_pins_it():
    assert PARTS["lock_entry"](LOCK, "uv") == "uv==0.9.1 \\\n    --hash=sha256:cc\n"
    assert PARTS["lock_entry"](LOCK, "numpy").endswith("--hash=sha256:bb\n")
    assert PARTS["lock_entry"](LOCK, "v") == ""
    assert "--hash=sha256:" in PARTS["lock_entry"]((ROOT / "requirements.lock").read_text(), "uv")


@pytest.fixture
def install(tmp_path):
    """Return a function that runs the script with a fake Python; returns what that was asked."""
    lock, said = tmp_path / "requirements.lock", tmp_path / "said"
    lock.write_text(LOCK)
    (tmp_path / "configured").write_text(CONFIGURED)
    fake = tmp_path / "python"
    fake.write_text(FAKE)
    fake.chmod(0o755)

    def run(failing: str) -> tuple[int, list[str]]:
        script = (
            f"import runpy, sys; sys.executable = {str(fake)!r}; sys.argv[1:] = [{str(lock)!r}]"
        )
        script += f"; runpy.run_path({str(SCRIPT)!r}, run_name='__main__')"
        environment = {**os.environ, "SAID": str(said), "FAILING": failing,
                       "CONFIGURED": str(tmp_path / "configured")}  # fmt: skip
        done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True)
        return done.returncode, said.read_text().splitlines()

    return run


def test_what_is_installed_is_held_against_the_locks_hashes(install):
    status, (_, first, second) = install("nothing fails")
    assert not status and first.startswith("-m pip install") and "-m uv pip install" in second
    assert "--require-hashes" in first and "--require-hashes" in second
    assert "--no-deps" in second  # the lock names everything
    assert "--default-index https://inside.example" in second


@pytest.mark.parametrize("failing", ["uv.lock", "-m uv"])
def test_where_uv_cannot_install_pip_does(failing, install):
    status, said = install(failing)
    assert not status and said[-1].startswith("-m pip install")
    assert "--require-hashes" in said[-1] and said[-1].endswith("requirements.lock")
    assert "--no-deps" in said[-1]


def test_where_nothing_can_install_make_stops(install):
    assert install("install")[0] == 1
