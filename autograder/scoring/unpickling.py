"""What a test unpickles may come from a notebook: plain data is read, nothing is called.

A pickle names functions and classes, and says what to call them with. Whatever library reads it
asks Python's own unpickler for each name, which tells an audit hook first. While a test case runs
only names of plain data are found; another fails the case, even where the test catches it.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

PLAIN = frozenset({
    "builtins set", "builtins frozenset", "builtins complex", "collections OrderedDict",
    "collections Counter", "collections deque", "datetime date", "datetime datetime",
    "datetime time", "datetime timedelta", "datetime timezone", "decimal Decimal",
    "fractions Fraction", "_codecs encode",
})  # fmt: skip
NOT_UNPICKLED = (
    "{0}: a pickle that names more than plain data could run code and is not read: it may be "
    "of a file of this kind that a notebook writes ‖ "
    "{0}：提到它的 pickle 可能会运行代码，因此测试不会读取"
)


_guarded: list[tuple[int, Any]] = []  # process and session of the test case that runs
_installed: list[bool] = []


def _look(event: str, args: tuple[Any, ...]) -> None:
    if event != "pickle.find_class" or not _guarded or _guarded[-1][0] != os.getpid():
        return
    name = " ".join(str(one) for one in args[:2])
    if name not in PLAIN:
        refused = AssertionError(NOT_UNPICKLED.format(name.replace(" ", ".")[:200]))
        session = _guarded[-1][1]
        session.refused = session.refused or refused
        raise refused


@contextmanager
def only_plain(session: Any) -> Iterator[None]:
    """Refuse, while open, to find anything but plain data by a name in a pickle."""
    if not _installed:
        _installed.append(True)
        sys.addaudithook(_look)
    _guarded.append((os.getpid(), session))
    try:
        yield
    finally:
        _guarded.pop()
