"""What a test case may do with what it has of a notebook's: nothing of that runs beside the tests.

Python tells an audit hook what is to be compiled, run, unpickled or started, whichever library asks
for it. While a test case runs each of these is judged by the module that knows of it; what is
refused fails the case, even where the test catches it.
"""

import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
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
from autograder.scoring.conversation import Conversation
from autograder.scoring.interpreters import is_of_an_import

CODE = frozenset({"exec", "function.__new__", "code.__new__", "marshal.loads", "marshal.load"})


@dataclass
class Case:
    """A test case that runs.

    Attributes:
        texts: that it holds.
        pid: of the process that it runs in.
    """

    session: Conversation
    texts: list[str] = field(default_factory=list)
    pid: int = field(default_factory=os.getpid)

    @property
    def desk(self) -> str:
        """The folder in which a notebook's files lie beside the test; "": there is none."""
        return self.session.desk.folder if self.session.desk else ""

    @property
    def is_beside_files(self) -> bool:
        """Whether files of the notebook's lie there."""
        return bool(self.session.desk and self.session.desk.there)

    def refuse(self, why: str) -> None:
        """Fail the case.

        Raises:
            AssertionError: always.
        """
        raise self.session.case.refuse(AssertionError(why))

    def is_inside(self, path: str) -> bool:
        """Tell whether a path leads to where a test works."""
        real = os.path.realpath(path)
        places = self.desk, self.session.workplace, tempfile.gettempdir()
        return any(place and real.startswith(place + os.sep) for place in places)


_running: list[Case] = []
_left: dict[int, Case] = {}  # by thread, which a case began and which outlives it
_installed: list[bool] = []


def _look(event: str, args: tuple[Any, ...]) -> None:
    if event not in JUDGES:
        return
    case, caller = running(), sys._getframe(1)
    if case is None or not (why := JUDGES[event](case, event, args, caller)):
        return
    if not is_of_an_import(caller):
        case.refuse(why)


def running() -> Case | None:
    """Return the test case that runs here, or that began the thread that does; if any."""
    return _running[-1] if _running else _left.get(threading.get_ident()) if _left else None


def install() -> None:
    """Have every test case judged from now on; before the first test file is read."""
    if not _installed:
        _installed.append(True)
        sys.addaudithook(_look)
        for one in (databases, ending, unpickling):
            one.install(running)


Judge = Callable[[Case, str, tuple[Any, ...], FrameType], str]


def _of_text(case: Case, event: str, args: tuple[Any, ...], caller: FrameType) -> str:
    return evaluated.refusal(args, caller, case.texts, case.desk)


def _of_code(case: Case, event: str, args: tuple[Any, ...], caller: FrameType) -> str:
    return evaluated.refusal_of_code(event, args, caller, case.desk)


def _of_pickle(case: Case, event: str, args: tuple[Any, ...], caller: FrameType) -> str:
    return unpickling.refusal(args)


def _of_program(case: Case, event: str, args: tuple[Any, ...], caller: FrameType) -> str:
    return started.refusal_to_start(args, caller, case.texts, case.is_beside_files)


def _of_end(case: Case, event: str, args: tuple[Any, ...], caller: FrameType) -> str:
    return ending.refusal(args, case.pid)


def _of_reach(case: Case, event: str, args: tuple[Any, ...], caller: FrameType) -> str:
    if args and type(args[0]) is int and args[0] in {*case.session.channels, *fence.CHANNELS}:
        return reached.OF_THE_GRADER
    if not case.session.lending.answering:
        return ""
    return reached.refusal(event, args, case.texts, case.is_inside)


def _of_database(case: Case, event: str, args: tuple[Any, ...], caller: FrameType) -> str:
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


def _begun(before: set[threading.Thread]) -> list[int]:
    return [one.ident for one in threading.enumerate() if one not in before and one.ident]


@contextmanager
def guarded(session: Conversation, texts: Iterable[str] = ()) -> Iterator[None]:
    """Judge, while open, what a test case does.

    Args:
        texts: that the case holds.
    """
    install()
    before, case = {*threading.enumerate()}, Case(session, [*texts])
    _running.append(case)
    try:
        yield
    finally:
        _running.pop()
        _left.clear()
        _left.update(dict.fromkeys(_begun(before), case))
        described.TOLD.clear()
