"""Which figures a test finds that asks pyplot: its own, and where it has none, the notebook's.

What a test draws stays here. Where nothing is drawn here, the current figure is that of the
notebook, as in one process; what closes all figures closes them on both sides.
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

WORDS = frozenset({"plt", "pyplot", "pylab"})
_asked: list[Conversation] = []  # the session of the test case that runs


@contextmanager
def notebooks_figures(session: Conversation) -> Iterator[None]:
    """Let pyplot find the notebook's figures while a test case runs that names it."""
    if not session.lending.sharing or WORDS.isdisjoint(session.case.words):
        yield
        return
    try:
        plt = importlib.import_module("matplotlib.pyplot")
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
        if kwargs or not _asked or not _is_asked_by_test(sys._getframe(1)):
            return usual(*args, **kwargs)
        theirs, session = not known.figs, _asked[-1]
        if name == "close" and args:
            theirs = hasattr(type(args[0]), "_autograder_type")
            if type(args[0]) is str and args[0] == "all":
                session.request("pyplot", name=name, args=args)
        if theirs:
            return session.request("pyplot", name=name, args=args).get("value")
        return usual(*args)

    return ask


def _is_asked_by_test(frame: FrameType | None) -> bool:
    """Tell whether a test asks, by itself or through a function of pyplot's: no other library."""
    while frame is not None and frame.f_globals.get("__name__") == "matplotlib.pyplot":
        frame = frame.f_back
    return frame is not None and not is_a_packages(frame.f_code.co_filename)
