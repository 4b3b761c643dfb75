"""Who a notebook's process is said to belong to: a student, as its environment says.

A submission's user id has no line in the system's list of users, where a kernel's has one. And what
ends a cell by an interrupt is Python's own handler, as far as a notebook can tell.
"""

import os
import pwd
import signal
from collections.abc import Callable
from types import FrameType
from typing import Any

Handler = Callable[[int, FrameType | None], None]


def live_in(folder: str, name: str) -> None:
    """Let this process's user id, where nobody has it, have a name and a home."""
    of_id, of_name, me = pwd.getpwuid, pwd.getpwnam, os.getuid()

    def own() -> pwd.struct_passwd:
        return pwd.struct_passwd((name, "x", me, os.getgid(), name, folder, "/bin/sh"))

    def getpwuid(uid: int, /) -> pwd.struct_passwd:
        """Return the password database entry for the given numeric user ID."""
        try:
            return of_id(uid)
        except KeyError:
            if uid != me:
                raise
            return own()

    def getpwnam(called: str, /) -> pwd.struct_passwd:
        """Return the password database entry for the given user name."""
        try:
            return of_name(called)
        except KeyError:
            if called != name:
                raise
            return own()

    vars(pwd).update(getpwuid=getpwuid, getpwnam=getpwnam)


def interrupted_by(handler: Handler) -> None:
    """Let a handler stand where Python's own one for interrupts is, and be taken for it."""
    plain = signal.default_int_handler
    get, put = signal.getsignal, signal.signal

    def told(found: Any) -> Any:
        return plain if found is handler else found

    def getsignal(signalnum: int) -> Any:
        """Return the current action for the given signal."""
        return told(get(signalnum))

    def set_signal(signalnum: int, action: Any) -> Any:
        """Set the action for the given signal; returns the action before it."""
        is_plain = signalnum == signal.SIGINT and action is plain
        return told(put(signalnum, handler if is_plain else action))

    set_signal.__name__ = set_signal.__qualname__ = "signal"
    put(signal.SIGINT, handler)
    vars(signal).update(getsignal=getsignal, signal=set_signal)
