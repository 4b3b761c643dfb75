"""A test may end nothing of the grader's: what it ends, or leaves behind, costs its case alone."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

NOT_ENDED = "a test may not end the process that grades ‖ 测试不可以结束评分进程"
PR_SET_PDEATHSIG = 1
OTHER_PROCESS = (
    "a process that a test starts cannot call what is in the notebook ‖ "
    "测试另外启动的进程不能调用笔记本中的对象"
)
ENDING = frozenset({"os.kill", "os.killpg"})
leave = os._exit  # Python's own, which ends whatever the test replaced


def refusal(args: tuple[Any, ...], pid: int) -> str:
    """Return why a signal is not sent, "" where it is: to what is no part of the grader.

    Args:
        args: the process or group, and the signal.
        pid: the process in which the test case runs.
    """
    wanted, number = args
    if os.getpid() != pid or not number:
        return ""
    group = os.getpgrp()
    ours = wanted <= 1 or wanted in (pid, os.getppid(), group, os.getsid(0))
    heard = wanted == pid and callable(signal.getsignal(number))
    return NOT_ENDED if ours and not heard else ""


def install(running: Callable[[], Any]) -> None:
    """Refuse for good what ends a process and tells no audit hook, while a test case runs."""
    for module, name in ((os, "_exit"), (os, "abort"), (signal, "raise_signal")):
        setattr(module, name, _refusing(getattr(module, name), running))


def _refusing(usual: Callable[..., Any], running: Callable[[], Any]) -> Callable[..., Any]:
    def end(*args: Any) -> Any:
        case = running()
        heard = usual.__name__ == "raise_signal" and callable(signal.getsignal(args[0]))
        if case is not None and case.pid == os.getpid() and not heard:
            raise case.refuse(AssertionError(NOT_ENDED))
        return usual(*args)

    end.__name__ = end.__qualname__ = usual.__name__
    return end


def die_with_parent() -> None:
    """Let the kernel end this process when the one that started it is gone."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def check_own(pid: int) -> None:
    """Let a conversation be held by its own process alone: answers would go to another.

    Raises:
        AssertionError: this is another process.
    """
    if os.getpid() != pid:
        raise AssertionError(OTHER_PROCESS)


@contextmanager
def no_copies() -> Iterator[None]:
    """End a copy of this process that a test makes and lets run on beyond its own code."""
    pid = os.getpid()
    try:
        yield
    finally:
        if os.getpid() != pid:
            leave(0)
