"""Who a notebook's process is said to belong to: a student, as its environment says.

A submission's user id has no line in the system's list of users, where a kernel's has one. And what
ends a cell by an interrupt is Python's own handler, as far as a notebook can tell. Both are laid
over the system's functions in the warm worker; until a child says more they change nothing.
"""

import os
import pwd
import signal
from collections.abc import Callable
from types import FrameType
from typing import Any

Handler = Callable[[int, FrameType | None], None]

LIVES: list[pwd.struct_passwd] = []  # a child's own line
HANDLERS: list[Handler] = []  # a child's own one, for interrupts


def live_in(folder: str, name: str) -> None:
    """Let this process's user id, where nobody has it, have a name and a home."""
    line = (name, "x", os.getuid(), os.getgid(), name, folder, "/bin/sh")
    LIVES[:] = [pwd.struct_passwd(line)]


def interrupted_by(handler: Handler) -> None:
    """Let a handler stand where Python's own one for interrupts is, and be taken for it."""
    HANDLERS[:] = [handler]
    signal.signal(signal.SIGINT, handler)


def lay_over() -> None:
    """Lay over the system's functions what tells a notebook of these; once in a process."""
    if pwd.getpwuid.__module__ != __name__:
        _lay_over_users()
        _lay_over_signals()


def _lay_over_users() -> None:
    of_id, of_name = pwd.getpwuid, pwd.getpwnam

    def getpwuid(uid: int, /) -> pwd.struct_passwd:
        """Return the password database entry for the given numeric user ID."""
        try:
            return of_id(uid)
        except KeyError:
            if not LIVES or LIVES[0].pw_uid != uid:
                raise
            return LIVES[0]

    def getpwnam(name: str, /) -> pwd.struct_passwd:
        """Return the password database entry for the given user name."""
        try:
            return of_name(name)
        except KeyError:
            if not LIVES or LIVES[0].pw_name != name:
                raise
            return LIVES[0]

    vars(pwd).update(getpwuid=getpwuid, getpwnam=getpwnam)


def _lay_over_signals() -> None:
    plain, get, put = signal.default_int_handler, signal.getsignal, signal.signal

    def told(found: Any) -> Any:
        return plain if HANDLERS and found is HANDLERS[0] else found

    def getsignal(signalnum: int) -> Any:
        """Return the current action for the given signal."""
        return told(get(signalnum))

    def set_signal(signalnum: int, action: Any) -> Any:
        """Set the action for the given signal; returns the action before it."""
        if HANDLERS and signalnum == signal.SIGINT and action is plain:
            action = HANDLERS[0]
        return told(put(signalnum, action))

    set_signal.__name__ = set_signal.__qualname__ = "signal"
    vars(signal).update(getsignal=getsignal, signal=set_signal)
