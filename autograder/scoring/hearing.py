"""What a test listens to while student code runs: what is printed, warned and logged.

A test that redirects a stream, catches warnings or attaches a handler does so here. The notebook's
process is told how it listens, does likewise while it answers, and what it then prints, warns and
logs is printed, warned and logged here, where the test's own means find it.
"""

import logging
import sys
import warnings
from collections.abc import Iterable
from itertools import accumulate
from typing import Any

import numpy as np

from autograder.wall import decimals

LOGGING = frozenset({"logging", "assertLogs", "assertNoLogs", "caplog"})  # words of such a test
USUAL = np.geterr()
MOST = 1_000  # of a request
MOST_NAME = 200  # characters of a logger's or file's


class Hearing:
    """How the test case that runs listens."""

    def __init__(self) -> None:
        self.begin(())

    def begin(self, words: Iterable[str]) -> None:
        """Begin with another test case.

        Args:
            words: the names in it.
        """
        self.streams = sys.stdout, sys.stderr  # where nothing of a notebook's is printed
        self.filters = list(warnings.filters)
        self.decimals = decimals.settings()
        self.loggers = None if LOGGING.isdisjoint(words) else _loggers()

    def wanted(self) -> dict[str, Any]:
        """Return how the test listens, where that is not as it began."""
        found: dict[str, Any] = {}
        filters = list(warnings.filters)
        if filters != self.filters:
            kept = len(filters) - len(self.filters)
            new = filters[:kept] if kept > 0 and filters[kept:] == self.filters else filters
            found["filters"] = [_plain_filter(*one) for one in new[:50]]
        if (state := np.geterr()) != USUAL:
            found["floats"] = state
        if (counting := decimals.settings()) != self.decimals:
            found["decimals"] = counting
        if self.loggers is not None:
            now = _loggers()
            found["loggers"] = {
                name: how[0] for name, how in now.items() if self.loggers.get(name) != how
            }
        return {"hears": found} if any(found.values()) else {}

    def count(self, told: object) -> None:
        """Count decimals as the notebook says, nothing where it does so in the usual way.

        A test that counts in a way of its own goes on with that.
        """
        if told is None and self.decimals == decimals.USUAL:
            return  # as nearly always; a test's own way holds in any case
        if decimals.settings() == self.decimals:
            self.decimals = decimals.take_over(decimals.USUAL if told is None else told)

    def hear(self, reply: dict[str, Any]) -> None:
        """Print, warn and log what student code did while a test case runs."""
        for text, now, began in zip(
            (reply.get("printed"), reply.get("complained")), (sys.stdout, sys.stderr), self.streams
        ):
            if type(text) is str and now is not began:
                now.write(text)
        for told in _listed(reply.get("warned")):
            warned, file, line = told
            if isinstance(warned, Warning) and type(file) is str and type(line) is int:
                _warn(warned, file, line)
        for told in _listed(reply.get("logged")) if self.loggers is not None else ():
            name, level, text = told
            if type(name) is str and type(level) is int and type(text) is str:
                _log(name, level, text)


def _warn(warned: Warning, file: str, line: int) -> None:
    """Warn of what the notebook's process says, at a place that nobody looks into.

    Whoever shows a warning shows its line too, out of the file that it names.
    """
    place = f"<{file.rpartition('/')[2].strip('<>')[:MOST_NAME]}>"
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn_explicit(warned, None, place, line)


def _log(name: str, level: int, text: str) -> None:
    """Log where the test listens: a logger that nobody has here is none of its own.

    What there is no logger of goes to the nearest that there is, as it would go on to that.
    """
    found: logging.Logger = logging.getLogger()
    known = logging.root.manager.loggerDict
    for above in accumulate(name[:MOST_NAME].split("."), "{}.{}".format):
        one = known.get(above)
        found = one if isinstance(one, logging.Logger) else found
    found.handle(found.makeRecord(name, level, "<cell>", 0, text, (), None))


def _listed(told: object) -> list[list[Any]]:
    listed = told[:MOST] if isinstance(told, list) else []
    return [one for one in listed if isinstance(one, list) and len(one) == 3]


def _loggers() -> dict[str, tuple[int, tuple[int, ...]]]:
    known = {"root": logging.getLogger(), **logging.root.manager.loggerDict}
    return {
        name: (one.level, tuple(map(id, one.handlers)))
        for name, one in known.items()
        if isinstance(one, logging.Logger)
    }


def _plain_filter(action: str, text: Any, category: Any, *place: Any) -> list[Any]:
    """Return a filter of warnings; a category that the notebook has no name for is any."""
    builtin = category.__module__ == "builtins"
    return [action, getattr(text, "pattern", text), category.__name__ if builtin else "Warning"]
