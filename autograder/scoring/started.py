"""What a test starts: a program is under nobody's eyes, so it is one that the test names in full.

Nothing of the notebook's may lie beside it then, and nothing is written to it.
"""

import os
import sys
from collections.abc import Iterable
from types import FrameType
from typing import Any

from autograder.scoring.interpreters import PYTHONS, callers_of, is_a_packages

NOT_STARTED = (
    "{}: a test starts no program of which it does not itself hold every word, or beside which "
    "files of the notebook's lie ‖ "
    "{}：测试只启动命令完全由它自己写明的程序，也不在放有笔记本文件的地方启动程序"
)
STARTING = frozenset({"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "pty.spawn"})
# Modules of Python's own through which a program is started, and those that look at the machine.
THROUGH = ("subprocess.py", "os.py", "asyncio/", "pty.py", "shlex.py", "contextlib.py")
LOOKING = ("platform.py", "ctypes/util.py", "uuid.py", "sysconfig.py")
SHELL = ("/bin/sh", "-c")
NOTHING = -3  # subprocess.DEVNULL
MOST = 200


def refusal_to_start(
    args: tuple[Any, ...], caller: FrameType, held: Iterable[str], beside: bool
) -> str:
    """Return why a program is not started, "" where it is.

    Args:
        beside: whether files of a notebook's lie in the test's folder.
    """
    if _is_a_librarys(caller):
        return ""
    words = [*_words(args[:2])]
    texts = [*held]
    known = all(word in (sys.executable, *SHELL) or _stands_in(word, texts) for word in words)
    if known and not beside and not _is_fed(caller):
        return ""
    shown = " ".join(words[-1].split())[:MOST] if words else "?"
    return NOT_STARTED.format(shown, shown)


def _is_a_librarys(caller: FrameType) -> bool:
    for frame in callers_of(caller):
        file = frame.f_code.co_filename
        if file.startswith(tuple(place + one for place in PYTHONS for one in THROUGH)):
            continue
        if file.startswith(tuple(place + one for place in PYTHONS for one in LOOKING)):
            return True
        return is_a_packages(file) and "/IPython/" not in file
    return False


def _words(told: Any) -> Iterable[str]:
    if isinstance(told, (str, bytes, os.PathLike)):
        yield os.fsdecode(told)
    elif isinstance(told, (list, tuple)):
        for one in told:
            yield from _words(one)


def _stands_in(word: str, texts: list[str]) -> bool:
    return word.strip() != "" and any(word in text for text in texts)


def _is_fed(caller: FrameType) -> bool:
    """Tell whether a program reads what the test tells it: that may be a text to run."""
    for frame in callers_of(caller):
        code = frame.f_code
        if code.co_name == "__init__" and code.co_filename.endswith("/subprocess.py"):
            return frame.f_locals.get("stdin") not in (None, NOTHING)
    return False
