"""Ctrl-C at a good moment: not while a result is read or stored; what was made is kept.

Handlers are exchanged, not masks: a signal to the process may reach any of its threads.
"""

import signal
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any


def _raises() -> bool:
    """Tell whether an interrupt would be raised here, as in any program that leaves it alone."""
    main = threading.current_thread() is threading.main_thread()
    return main and signal.getsignal(signal.SIGINT) is signal.default_int_handler


def hear_again() -> None:
    """Let an interrupt be raised from now on, where the command let it end everything."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def held_back() -> Iterator[None]:
    """Let an interrupt wait until the block is left."""
    if not _raises():
        yield
        return
    heard: list[int] = []
    signal.signal(signal.SIGINT, lambda number, frame: heard.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if heard:
        raise KeyboardInterrupt


def between_interrupts(outcomes: Iterator[Any]) -> Iterator[Any]:
    """Yield outcomes; an interrupt waits while whoever takes them stores one.

    It is then raised where outcomes are made, which hands out what is made by then.
    """
    if not _raises():
        yield from outcomes
        return
    heard: list[int] = []
    try:
        while True:
            try:
                outcome = _next(outcomes, heard)
            except StopIteration:
                break
            signal.signal(signal.SIGINT, lambda number, frame: heard.append(number))
            yield outcome
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if heard:
        raise KeyboardInterrupt


def _next(outcomes: Iterator[Any], heard: list[int]) -> Any:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        if heard:
            heard.clear()
            raise KeyboardInterrupt
        return next(outcomes)
    except KeyboardInterrupt as stop:
        if not isinstance(outcomes, Generator):
            raise
        return outcomes.throw(stop)  # one that ended by it raises it again
