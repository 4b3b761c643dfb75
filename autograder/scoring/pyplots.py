"""Which figures a test finds that asks pyplot: its own, and where it has none, the notebook's.

What a test draws stays here. Where nothing is drawn here, the current figure is that of the
notebook, as in one process; what closes all figures closes them on both sides. A library that would
draw into the notebook's current figure, as pandas does with a series, cannot: the case fails.
"""

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from autograder.scoring.conversation import Conversation
from autograder.scoring.interpreters import is_a_packages
from autograder.wall.requests import PYPLOT

CURRENT, OPEN = ("gca", "gcf"), "get_fignums"
PYPLOTS = "matplotlib.pyplot"
PASSED_ON = (PYPLOTS, "matplotlib._api.deprecation")  # by which a test's call comes
WORDS = frozenset({"plt", "pyplot", "pylab"})
INTO_CURRENT = (
    "a library would draw into the notebook's current figure, which it cannot; let the test close "
    "all figures first ‖ 库会画进笔记本的当前图中，这里做不到；请让测试先关闭所有图"
)
_asked: list[Conversation] = []  # the session of the test case that runs


@contextmanager
def notebooks_figures(session: Conversation) -> Iterator[None]:
    """Let pyplot find the notebook's figures while a test case runs."""
    unknown = WORDS.isdisjoint(session.case.words) and PYPLOTS not in sys.modules
    if not session.lending.sharing or unknown:
        yield
        return
    try:
        plt = importlib.import_module(PYPLOTS)
    except ImportError:
        yield
        return
    known = plt._pylab_helpers.Gcf
    usual, before = {name: getattr(plt, name) for name in PYPLOT}, known.figs
    known.figs = session.figures
    for name, function in usual.items():
        setattr(plt, name, _asking(name, function, known))
    _asked.append(session)
    try:
        yield
    finally:
        _asked.pop()
        for name, function in usual.items():
            setattr(plt, name, function)
        known.figs = before


def _asking(name: str, usual: Callable[..., Any], known: Any) -> Callable[..., Any]:
    def ask(*args: Any, **kwargs: Any) -> Any:
        if kwargs or not _asked:
            return usual(*args, **kwargs)
        session = _asked[-1]
        if name == OPEN:
            return _all_numbers(usual(), _ask(session, OPEN))
        theirs = not known.figs
        if not _is_asked_by_test(sys._getframe(1)):
            if theirs and name in CURRENT and _ask(session, OPEN):
                raise session.case.refuse(AssertionError(INTO_CURRENT))
            return usual(*args)
        if name == "close" and args:
            theirs = hasattr(type(args[0]), "_autograder_type")
            if type(args[0]) is str and args[0] == "all":
                _ask(session, name, args)
        return _ask(session, name, args) if theirs else usual(*args)

    return ask


def _ask(session: Conversation, name: str, args: tuple[Any, ...] = ()) -> Any:
    return session.request("pyplot", name=name, args=args).get("value")


def _all_numbers(own: list[int], theirs: Any) -> list[int]:
    """Return the numbers of all figures; those of a test's lie behind where both have one."""
    there = theirs if type(theirs) is list else []
    last = 0 if set(own).isdisjoint(there) else max(there)
    return sorted([*there, *(last + number for number in own)])


def _is_asked_by_test(frame: FrameType | None) -> bool:
    """Tell whether a test asks, by itself or through a function of pyplot's: no other library."""
    while frame is not None and frame.f_globals.get("__name__") in PASSED_ON:
        frame = frame.f_back
    return frame is not None and not is_a_packages(frame.f_code.co_filename)
