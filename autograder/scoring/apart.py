"""One submission's tests in a copy of the scorer: what they change or break goes with the copy.

Tests of another course may patch a library, change settings, close files, or end their process;
stock Otter gives each submission a process, and so does this, but for tests that can do none of it
(:mod:`autograder.scoring.lasting`). What is read and imported there for the first time is read here
too, so that the next copy has it. Who starts what: .docs/architecture.md.
"""

import gc
import importlib
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe
from typing import Any

from autograder.errors import AutograderError, OutOfTime, SandboxError
from autograder.model import Gradation, Status
from autograder.sandbox import pages
from autograder.scoring.assignment import Assignment
from autograder.scoring.bounds import LATE_S
from autograder.scoring.ending import die_with_parent, leave
from autograder.scoring.interpreters import OURS, PYTHONS, is_a_packages

LOOK_S = 0.2  # how often a copy is looked for that says nothing
LATER_S = LATE_S + 3.0  # after the submission's time, for the copy to end by itself
GONE = "the process of its tests ended by itself ({})"
HANGS = "the grader did not come back from looking at its answers"


def score_apart(
    score: Callable[[], Gradation],
    give_up: Callable[[BaseException], Gradation],
    assignment: Assignment,
    wall_s: float,
) -> Gradation:
    """Score a submission in a copy of this process.

    Args:
        score: scores it; runs in the copy.
        give_up: makes the gradation of what no scorer should raise; runs there too.

    Raises:
        AutograderError: as ``score`` does; OutOfTime: it did not come back;
            SandboxError: it ended by itself.
    """
    ours, theirs = Pipe(duplex=False)
    with tempfile.TemporaryDirectory(prefix="tests-", ignore_cleanup_errors=True) as place, ours:
        pid = os.fork()
        if not pid:
            try:
                _be_a_copy(theirs, score, give_up, assignment, place)
            finally:
                leave(1)
        theirs.close()
        try:
            what, content, modules, files = _answer(ours, pid, time.monotonic() + wall_s + LATER_S)
        finally:
            _end(pid)
    _learn(modules, files, assignment)
    if what == "raised":
        raise content
    return content


def _be_a_copy(
    channel: Connection,
    score: Callable[[], Gradation],
    give_up: Callable[[BaseException], Gradation],
    assignment: Assignment,
    place: str,
) -> None:
    die_with_parent()
    os.setpgid(0, 0)  # what a test leaves behind is ended with it
    tempfile.tempdir = os.environ["TMPDIR"] = place
    known, read, send = {*sys.modules}, {*assignment.files_read}, channel.send
    what: str = "scored"
    content: Any
    try:
        content = score()
    except AutograderError as error:
        what, content = "raised", error
    except BaseException as error:
        what, content = "raised", Broken(give_up(error))
    new = [name for name in {**sys.modules} if name not in known and _is_a_librarys(name)]
    send((what, content, new, [one for one in assignment.files_read if one not in read]))
    leave(0)


class Broken(AutograderError):
    """Scoring raised what it should not.

    Attributes:
        gradation: the *not graded* entry.
    """

    def __init__(self, gradation: Gradation):
        super().__init__("scoring failed")
        self.gradation = gradation


def _is_a_librarys(name: str) -> bool:
    file = getattr(sys.modules.get(name), "__file__", None)
    return isinstance(file, str) and (is_a_packages(file) or file.startswith((OURS, *PYTHONS)))


def _answer(channel: Connection, pid: int, until: float) -> Any:
    """Return what the copy says.

    Raises:
        OutOfTime, SandboxError: it says nothing in time, or is gone.
    """
    while time.monotonic() < until:
        if channel.poll(LOOK_S):
            with suppress(EOFError, OSError):
                return channel.recv()
            raise _gone(os.waitpid(pid, 0)[1])
        found, status = os.waitpid(pid, os.WNOHANG)
        if found and not channel.poll():  # what it started may still hold its end
            raise _gone(status)
    raise OutOfTime(Status.TIMEOUT, HANGS)


def _gone(status: int) -> SandboxError:
    code = os.waitstatus_to_exitcode(status)
    error = SandboxError(GONE.format(f"signal {-code}" if code < 0 else f"exit status {code}"))
    error.ran = True
    return error


def _end(pid: int) -> None:
    """Kill the copy and what its tests started."""
    with suppress(OSError):
        os.killpg(pid, signal.SIGKILL)
    with suppress(ChildProcessError):
        os.waitpid(pid, 0)


def _learn(
    modules: Iterable[str], files: Iterable[tuple[str, str]], assignment: Assignment
) -> None:
    """Import and read what the copy had to, for those that follow."""
    for name in modules:
        with suppress(Exception):
            importlib.import_module(name)
    for question, language in files:
        with suppress(AutograderError):
            assignment.tests(question, language)
    if modules or files:
        gc.freeze()
        pages.fill_gaps()
        pages.collapse()
