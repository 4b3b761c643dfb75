"""Notes of what only a forger touches: frames, the collector's lists, raw memory, the channel.

Python tells its audit hooks of such steps, and a hook cannot be taken out again. Each kind is
written once, with the line of the notebook, into a pipe that the worker alone reads: what is
written there cannot be taken back. Only what a cell's own code does counts; libraries look at
frames all the time.
"""

import contextlib
import linecache
import os
import sys
from types import FrameType
from typing import Any

from autograder.sandbox.absence import is_ours
from autograder.wall.captures import CELL

EVENTS = frozenset({
    "sys._getframe", "sys._current_frames", "sys._current_exceptions", "sys.settrace",
    "sys.setprofile", "gc.get_objects", "gc.get_referrers", "gc.get_referents", "os.fork",
    "os.forkpty", "socket.__new__", "object.__getattr__", "object.__setattr__", "open", "import",
})  # fmt: skip
FAMILIES = ("ctypes", "fcntl")
TELLING = {  # of these events only what is done with such a name
    "object.__getattr__": ("tb_frame", "__code__"),
    "object.__setattr__": ("__code__", "__defaults__", "__kwdefaults__"),
}
SIGNATURE = "_signature"  # so inspect calls what reads code for the parameters, and keeps it
BETWEEN, WRAPPERS = ("inspect", "ctypes", "pathlib", "socket"), ("_modified_open",)
MOST, MOST_EVENT, MOST_BYTES = 8, 40, 200  # notes, and bytes of each


def take_notes(pipe: int) -> None:
    """Begin to write notes into a pipe, for good."""
    frame_of, search, line_of, write = sys._getframe, CELL.search, linecache.getline, os.write
    told: set[str] = set()
    busy = False

    def look(event: str, args: tuple[Any, ...]) -> None:
        nonlocal busy
        if event not in EVENTS and event.partition(".")[0] not in FAMILIES:
            return
        if busy or event in told or len(told) >= MOST or not _is_telling(event, args):
            return
        busy = True
        try:
            asker = frame_of(1)
            frame = None if _is_for_a_signature(asker) else _asking(asker)
            if frame is not None and search(frame.f_code.co_filename):
                told.add(event)
                line = line_of(frame.f_code.co_filename, frame.f_lineno).strip()
                with contextlib.suppress(OSError):  # it is full, or closed
                    write(pipe, f"{event}\t{line}".encode()[:MOST_BYTES] + b"\n")
        finally:
            busy = False

    sys.addaudithook(look)


def _is_telling(event: str, args: tuple[Any, ...]) -> bool:
    """Tell whether an event may be a forger's."""
    if event in TELLING:
        return len(args) > 1 and args[1] in TELLING[event]
    if event == "open":
        path = args[0] if args and isinstance(args[0], str) else ""
        return path.startswith("/proc/") and path not in ("/proc/cpuinfo", "/proc/meminfo")
    if event == "import":
        return is_ours(str(args[0]))
    return True


def _is_for_a_signature(frame: FrameType) -> bool:
    """Tell whether inspect looks for a function's parameters, which are nobody's secret."""
    inside = frame.f_globals.get("__name__") == "inspect"
    return inside and frame.f_code.co_name.startswith(SIGNATURE)


def _asking(frame: FrameType | None) -> FrameType | None:
    """Return the frame that asks, maybe through a module that does such things for others."""
    while frame is not None and (
        frame.f_globals.get("__name__") in BETWEEN or frame.f_code.co_name in WRAPPERS
    ):
        frame = frame.f_back
    return frame


def read_notes(pipe: int) -> list[list[str]]:
    """Return the notes in a pipe: what was done, and the line of the notebook that did it.

    Whoever finds the pipe can write to it: what is no text is left out, so that notes take no more
    room in the worker's report than they took here.
    """
    try:
        data = os.read(pipe, 4 * MOST * MOST_BYTES)
    except OSError:
        return []
    lines = [line.partition(b"\t") for line in data.split(b"\n") if line][:MOST]
    return [[_text(event[:MOST_EVENT]), _text(line[:MOST_BYTES])] for event, _, line in lines]


def _text(data: bytes) -> str:
    return data.decode("utf-8", "ignore")
