"""One submission's tests in a copy of the scorer: what they change or break goes with the copy.

Tests of another course may patch a library, change settings, close files, or end their process;
stock Otter gives each submission a process, and so does this, but for tests that can do none of it
(:mod:`autograder.scoring.lasting`). What is read and imported there for the first time is read here
too, so that the next copy has it. Who starts what: .docs/architecture.md.
"""

import gc
import importlib
import os
import secrets
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection, Pipe
from multiprocessing.reduction import ForkingPickler
from typing import Any

from autograder.errors import AutograderError, OutOfTime, SandboxError
from autograder.model import Gradation, Status
from autograder.sandbox import pages
from autograder.scoring.assignment import Assignment
from autograder.scoring.bounds import LATE_S
from autograder.scoring.ending import die_with_parent, leave
from autograder.scoring.interpreters import OURS, PYTHONS, is_a_packages
from autograder.scoring.whereabouts import READING

LOOK_S = 0.2  # how often a copy is looked for that says nothing
LATER_S = LATE_S + 3.0  # after the submission's time, for the copy to end by itself
SECRET_BYTES = 16  # before an answer, which is unpickled: a test may reach the channel
GONE = "the process of its tests ended by itself ({}{})"
HANGS = "the grader did not come back from looking at its answers{}"
OVER = " at question {}"
ENDS = "it ends the grader: {}"
READ_ALL_S = 60.0  # for all test files of an assignment


def score_apart(
    score: Callable[[], Gradation],
    give_up: Callable[[BaseException], Gradation],
    assignment: Assignment,
    wall_s: float,
    shut: Callable[[int, str], None],
) -> Gradation:
    """Score a submission in a copy of this process.

    Args:
        score: scores it; runs in the copy.
        give_up: makes the gradation of what no scorer should raise; runs there too.
        shut: puts the fence around the copy; gets the descriptor of its channel, and a folder
            for what its tests write.

    Raises:
        AutograderError: as ``score`` does; OutOfTime: it did not come back;
            SandboxError: it ended by itself; EndedReading: over a test file, which is given up.
    """
    assignment.at.note()
    ours, theirs = Pipe(duplex=False)
    secret = secrets.token_bytes(SECRET_BYTES)
    with tempfile.TemporaryDirectory(prefix="tests-", ignore_cleanup_errors=True) as place, ours:
        pid = os.fork()
        if not pid:
            try:
                shutting = partial(shut, theirs.fileno(), place)
                answer = _be_a_copy(score, give_up, assignment, place, shutting)
                theirs.send_bytes(secret + bytes(ForkingPickler.dumps(answer)))
                leave(0)
            finally:
                leave(1)
        theirs.close()
        try:
            told = _answer(ours, pid, time.monotonic() + wall_s + LATER_S)
            if not told.startswith(secret):  # a test wrote it, where a student's number led it
                raise _Gone("not by its own word")
        except (_Gone, _Silent) as ended:
            raise _said_of(ended, assignment) from None
        finally:
            _end(pid)
    what, content, modules, files = ForkingPickler.loads(told[SECRET_BYTES:])
    _learn(modules, files, assignment)
    if what == "raised":
        raise content
    return content


def _be_a_copy(
    score: Callable[[], Gradation],
    give_up: Callable[[BaseException], Gradation],
    assignment: Assignment,
    place: str,
    shut: Callable[[], None],
) -> tuple[Any, ...]:
    """Score in this process; returns how that went, what it brought, and what it had to read."""
    die_with_parent()
    os.setpgid(0, 0)  # what a test leaves behind is ended with it
    tempfile.tempdir = os.environ["TMPDIR"] = place
    known, read = {*sys.modules}, {*assignment.files_read}
    what: str = "scored"
    content: Any
    try:
        shut()
        content = score()
    except AutograderError as error:
        what, content = "raised", error
    except BaseException as error:
        what, content = "raised", Broken(give_up(error))
    new = [name for name in {**sys.modules} if name not in known and _is_a_librarys(name)]
    return what, content, new, [one for one in assignment.files_read if one not in read]


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
    is_program = name.rpartition(".")[2] == "__main__" or name in ("antigravity", "this")
    return (
        isinstance(file, str)
        and not is_program
        and (is_a_packages(file) or file.startswith((OURS, *PYTHONS)))
    )


class EndedReading(AutograderError):
    """A test file ended the process that read it, and is not read again."""


class _Gone(Exception):
    """A copy ended by itself; holds how."""


class _Silent(Exception):
    """A copy did not come back in time."""


def _answer(channel: Connection, pid: int, until: float) -> bytes:
    """Return what the copy says.

    Raises:
        _Silent, _Gone: it says nothing in time, or is gone.
    """
    while time.monotonic() < until:
        if channel.poll(LOOK_S):
            with suppress(EOFError, OSError):
                return channel.recv_bytes()
            raise _Gone(_how(os.waitpid(pid, 0)[1]))
        found, status = os.waitpid(pid, os.WNOHANG)
        if found and not channel.poll():  # what it started may still hold its end
            raise _Gone(_how(status))
    raise _Silent


def _how(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"signal {-code}" if code < 0 else f"exit status {code}"


def _said_of(ended: _Gone | _Silent, assignment: Assignment) -> AutograderError:
    """Return what is said of a copy's end; a test file over which it ended is given up."""
    what, question = assignment.at.noted()
    over = OVER.format(question) if question else ""
    if isinstance(ended, _Silent):
        return OutOfTime(Status.TIMEOUT, HANGS.format(over))
    if what == READING and question in assignment.sources:
        assignment.give_up_reading(question, ENDS.format(ended))
        return EndedReading(assignment.unreadable[question])
    error = SandboxError(GONE.format(ended, over))
    error.ran = True
    return error


def try_reading(assignment: Assignment, language: str) -> None:
    """Read an assignment's test files in a copy of this process; those that end it are given up.

    A file is read only by running it: who has nothing to lose but this process reads it after this.
    """
    while (ended := _end_of_reading(assignment, language)) is not None:
        what, question = assignment.at.noted()
        if what != READING or question in assignment.unreadable:
            return
        assignment.give_up_reading(question, ended)


def _end_of_reading(assignment: Assignment, language: str) -> str | None:
    """Return how a copy that read all test files ended, None where it came to the end of them."""
    assignment.at.note()
    ours, theirs = Pipe(duplex=False)
    with ours:
        pid = os.fork()
        if not pid:
            try:
                die_with_parent()
                os.setpgid(0, 0)
                for question in assignment.questions:
                    assignment.tests(question, language)
                theirs.send_bytes(b"read")
                leave(0)
            finally:
                leave(1)
        theirs.close()
        try:
            _answer(ours, pid, time.monotonic() + READ_ALL_S)
        except _Gone as gone:
            return ENDS.format(gone)
        except _Silent:
            return f"after {READ_ALL_S:.0f} s it is not read"
        finally:
            _end(pid)
    return None


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
        with suppress(Exception, SystemExit):  # a test may import by a student's word
            importlib.import_module(name)
    for question, language in files:
        with suppress(AutograderError):
            assignment.tests(question, language)
    if modules or files:
        gc.freeze()
        pages.fill_gaps()
        pages.collapse()
