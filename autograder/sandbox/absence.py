"""The grader's own modules: which they are is known before the first fork; a child has none.

Taking them out stops one-liners; whoever searches the process still finds the agent.
"""

import sys
from itertools import takewhile

PACKAGE = __name__.partition(".")[0]
STARTED = "__mp_main__"  # what multiprocessing calls the module that was started: the worker's
_loaded: list[str] = []  # names of ours before the first fork
_newest = ""  # the last of all modules then


def know() -> None:
    """Note which modules are ours: looking through all names copies a thousand pages in a child."""
    global _newest
    _newest = next(reversed(sys.modules))
    _loaded[:] = filter(is_ours, sys.modules)


def take_out() -> None:
    """Leave nothing of ours in ``sys.modules``: an import finds a fresh copy that nobody asks."""
    newer = list(takewhile(lambda name: name != _newest, reversed(sys.modules)))
    for name in (*_loaded, *filter(is_ours, newer), STARTED):
        sys.modules.pop(name, None)


def is_ours(name: str) -> bool:
    """Tell whether a module, or what stands in it, is of this package."""
    return name.partition(".")[0] == PACKAGE
