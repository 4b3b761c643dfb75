"""What a test unpickles may come from a notebook: plain data is read, nothing is called.

A pickle names functions and classes, and says what to call them with. Whatever library reads it
asks Python's own unpickler for each name, which tells an audit hook first. While a test case runs
only names of plain data are found; another fails the case, even where the test catches it.
YAML's unsafe loader does as much by tags, and asks for each name likewise. What a test evaluates is
looked at before it is compiled (:mod:`autograder.scoring.evaluated`).
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from yaml.constructor import UnsafeConstructor

from autograder.scoring import evaluated
from autograder.scoring.conversation import Conversation

YAMLS = ("find_python_module", "find_python_name", "make_python_instance",
         "set_python_instance_state")  # fmt: skip
PLAIN = frozenset({
    "builtins set", "builtins frozenset", "builtins complex", "collections OrderedDict",
    "collections Counter", "collections deque", "datetime date", "datetime datetime",
    "datetime time", "datetime timedelta", "datetime timezone", "decimal Decimal",
    "fractions Fraction", "_codecs encode",
})  # fmt: skip
NOT_UNPICKLED = (
    "{0}: a pickle or YAML that names more than plain data could run code and is not read: it may "
    "be of a file of this kind that a notebook writes ‖ "
    "{0}：提到它的 pickle 或 YAML 可能会运行代码，因此测试不会读取"
)


_guarded: list[tuple[int, Conversation]] = []  # process and session of the test case that runs
_installed: list[bool] = []


def _look(event: str, args: tuple[Any, ...]) -> None:
    if event == "pickle.find_class" and _is_guarded():
        name = " ".join(str(one) for one in args[:2])
        if name not in PLAIN:
            _refuse(NOT_UNPICKLED.format(name.replace(" ", ".")[:200]))
    if event == "compile" and _is_guarded():
        why = evaluated.refusal(args[0], sys._getframe(1))
        if why:
            _refuse(why)


def _is_guarded() -> bool:
    return bool(_guarded) and _guarded[-1][0] == os.getpid()


def _refuse(why: str) -> None:
    raise _guarded[-1][1].case.refuse(AssertionError(why))


def _refusing(usual: Callable[..., Any]) -> Callable[..., Any]:
    def find(self: Any, name: Any, *args: Any, **kwargs: Any) -> Any:
        if _is_guarded():
            _refuse(NOT_UNPICKLED.format(str(name)[:200]))
        return usual(self, name, *args, **kwargs)

    return find


@contextmanager
def only_plain(session: Conversation) -> Iterator[None]:
    """Refuse, while open, to find anything but plain data by a name in a pickle."""
    if not _installed:
        _installed.append(True)
        sys.addaudithook(_look)
        for name in YAMLS:
            setattr(UnsafeConstructor, name, _refusing(getattr(UnsafeConstructor, name)))
    _guarded.append((os.getpid(), session))
    try:
        yield
    finally:
        _guarded.pop()
