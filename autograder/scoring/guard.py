"""What a test case may do with what it has of a notebook's: nothing of that runs beside the tests.

Python tells an audit hook what is to be compiled, run, unpickled or started, whichever library asks
for it. While a test case runs each of these is judged by the module that knows of it; what is
refused fails the case, even where the test catches it.
"""

import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from autograder.scoring import (
    databases,
    described,
    ending,
    evaluated,
    fence,
    reached,
    started,
    unpickling,
)
from autograder.scoring.case_run import CaseRun
from autograder.scoring.conversation import Conversation
from autograder.scoring.interpreters import is_of_an_import

CODE = frozenset({"exec", "function.__new__", "code.__new__", "marshal.loads", "marshal.load"})


_running: list[CaseRun] = []
_left: dict[threading.Thread, CaseRun] = {}  # threads that a case began and that outlive it
_installed: list[bool] = []


def _look(event: str, args: tuple[Any, ...]) -> None:
    if event not in JUDGES:
        return
    case, caller = running(), sys._getframe(1)
    if case is None or not (why := JUDGES[event](case, event, args, caller)):
        return
    if not is_of_an_import(caller):
        raise case.refuse(AssertionError(why))


def running() -> CaseRun | None:
    """Return the test case that runs here, or that began the thread that does; if any."""
    own = _left.get(threading.current_thread()) if _left else None
    return own or (_running[-1] if _running else None)


def install() -> None:
    """Have every test case judged from now on; before the first test file is read."""
    if not _installed:
        _installed.append(True)
        sys.addaudithook(_look)
        for one in (databases, ending, unpickling):
            one.install(running)


Judge = Callable[[CaseRun, str, tuple[Any, ...], FrameType], str]


def _of_text(case: CaseRun, event: str, args: tuple[Any, ...], caller: FrameType) -> str:
    return evaluated.refusal(args, caller, case.texts, case.desk)


def _of_code(case: CaseRun, event: str, args: tuple[Any, ...], caller: FrameType) -> str:
    return evaluated.refusal_of_code(event, args, caller, case.desk)


def _of_pickle(case: CaseRun, event: str, args: tuple[Any, ...], caller: FrameType) -> str:
    return unpickling.refusal(args)


def _of_program(case: CaseRun, event: str, args: tuple[Any, ...], caller: FrameType) -> str:
    return started.refusal_to_start(args, caller, case.texts, case.is_beside_files)


def _of_end(case: CaseRun, event: str, args: tuple[Any, ...], caller: FrameType) -> str:
    return ending.refusal(args, case.pid)


def _of_reach(case: CaseRun, event: str, args: tuple[Any, ...], caller: FrameType) -> str:
    session = case.session
    assert session is not None, "a case is judged in a session"
    if args and type(args[0]) is int and args[0] in {*session.channels, *fence.CHANNELS}:
        return reached.OF_THE_GRADER
    if not session.lending.answering:
        return ""
    return reached.refusal(event, args, case.texts, case.is_inside)


def _of_database(case: CaseRun, event: str, args: tuple[Any, ...], caller: FrameType) -> str:
    return databases.refusal(event, args, case.is_inside)


JUDGES: dict[str, Judge] = {
    **dict.fromkeys(reached.REACHING, _of_reach),
    "compile": _of_text,
    **dict.fromkeys(CODE, _of_code),
    "pickle.find_class": _of_pickle,
    **dict.fromkeys(started.STARTING, _of_program),
    **dict.fromkeys(ending.ENDING, _of_end),
    **dict.fromkeys(databases.OPENED, _of_database),
}


@contextmanager
def guarded(session: Conversation, texts: Iterable[str] = ()) -> Iterator[None]:
    """Judge, while open, what a test case does.

    Args:
        texts: that the case holds.
    """
    install()
    before, case = {*threading.enumerate()}, session.case
    case.session, case.texts = session, (*texts,)
    _running.append(case)
    try:
        yield
    finally:
        _running.pop()
        alive = {*threading.enumerate()}
        for gone in _left.keys() - alive:
            del _left[gone]
        _left.update(dict.fromkeys(alive - before, case))
        described.TOLD.clear()
