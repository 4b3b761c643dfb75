"""Files that are there as a whole or not at all."""

import errno
import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from autograder.files import alone, write_bytes, write_text

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("umask", [0o022, 0o027, 0o077, 0o002])
def test_a_file_gets_the_rights_that_any_program_would_give_it(tmp_path, umask):
    before = os.umask(umask)
    try:
        write_text(tmp_path / "marks" / "grades.csv", "file\n")
    finally:
        os.umask(before)
    mode = stat.S_IMODE((tmp_path / "marks" / "grades.csv").stat().st_mode)
    assert mode == 0o666 & ~umask


def test_a_file_is_written_with_its_folders(tmp_path):
    path = tmp_path / "in" / "here" / "a.txt"
    write_text(path, "é\r\n" + os.fsdecode(b"\xff"))
    assert path.read_bytes() == "é\r\n\\udcff".encode()
    write_bytes(path, b"\0\xff")
    assert path.read_bytes() == b"\0\xff"
    assert [one.name for one in path.parent.iterdir()] == ["a.txt"]


@pytest.mark.parametrize("step", ["fdopen", "chmod", "replace"])
def test_what_cannot_be_written_leaves_what_was_there_and_is_told_by_name(
    tmp_path, monkeypatch, step
):
    path = tmp_path / "a.txt"
    write_text(path, "before")

    def fail(first, *rest, **more):
        if isinstance(first, int):
            os.close(first)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(OSError, match="No space left") as caught:
        write_text(path, "after")
    assert caught.value.filename == str(path)
    assert path.read_text() == "before" and [one.name for one in tmp_path.iterdir()] == ["a.txt"]


def test_processes_that_do_the_same_wait_for_each_other_and_leave_nothing(tmp_path):
    program = """if True:
        import os, sys, time
        from autograder.files import alone
        for _ in range(20):
            with alone("work"):
                os.mkdir("inside")  # fails where somebody else is there
                time.sleep(0.001)
                os.rmdir("inside")
        """
    environment = {**os.environ, "TMPDIR": str(tmp_path / "tmp"), "PYTHONPATH": str(ROOT)}
    for folder in ("tmp", "course"):
        (tmp_path / folder).mkdir()
    together = [subprocess.Popen([sys.executable, "-c", program], cwd=tmp_path / "course",
                                 env=environment) for _ in range(6)]  # fmt: skip
    assert [one.wait(60) for one in together] == [0] * 6
    assert not list((tmp_path / "tmp").iterdir())


def test_what_fails_leaves_no_lock(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(KeyboardInterrupt), alone("work"):
        assert len(list(tmp_path.iterdir())) == 1
        raise KeyboardInterrupt
    assert not list(tmp_path.iterdir())
