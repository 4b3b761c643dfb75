"""What a call of student code reaches, whichever way the names were bound.

Seen while the call runs, so scope is Python's own: a scratch cell, a variable or a parameter that
happens to be called like a library's function is nobody's fault, and a star import, a tuple or a
default argument hides nothing. This is evidence against mistakes, not against intent.
"""

import dis
import functools
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, FrameType, FunctionType
from typing import Any

import numpy as np
import torch

from autograder.wall.captures import CELL, SITE, STDLIB

Trace = Callable[[FrameType, str, Any], Any]
Instruction = tuple[str, Any, tuple[str, Any] | None]  # what, its name, the one before

OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
MAX_NAMES = 10_000
MAX_STEPS = 2_000_000
INDEX = "[]"  # stands for an index that student code writes, other than one of a shape
ATTRIBUTE = ("LOAD_ATTR", "LOAD_METHOD")
BOUND = ("LOAD_GLOBAL", "LOAD_NAME")
LOCAL = ("LOAD_FAST", "LOAD_DEREF", *BOUND)
SUBSCRIPT = ("BINARY_SUBSCR", "STORE_SUBSCR", "BINARY_SLICE", "STORE_SLICE")


@contextmanager
def recording(names: set[str]) -> Iterator[None]:
    """Add to ``names``, while open, what student code reads and calls in this thread.

    These are the attributes that its own lines read, the library functions that they call (by
    their own names), NumPy's ufuncs that they name, and ``INDEX``.
    """
    watch = _Watch(names)
    before = sys.gettrace(), sys.getprofile()
    sys.settrace(watch.enter)
    sys.setprofile(watch.call)
    try:
        yield
    finally:
        sys.setprofile(before[1])
        sys.settrace(before[0])


class _Watch:
    def __init__(self, names: set[str]):
        self.names = names
        self.steps = 0

    def add(self, name: str) -> None:
        if len(self.names) < MAX_NAMES:
            self.names.add(name)

    def call(self, frame: FrameType, event: str, target: object) -> None:
        """Note a library's function that an own line calls."""
        if event == "c_call" and is_own(frame.f_code):
            self.add(str(getattr(target, "__name__", "")))
        elif event == "call" and _enters_library(frame):
            self.add(frame.f_code.co_name)

    def enter(self, frame: FrameType, event: str, argument: object) -> Trace | None:
        """Follow the frames of own code, step by step."""
        if not is_own(frame.f_code) or self.steps > MAX_STEPS:
            return None
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        return self.step

    def step(self, frame: FrameType, event: str, argument: object) -> Trace:
        """Note what the next instruction reads."""
        if event == "opcode":
            self.steps += 1
            self.look(frame, _instructions(frame.f_code).get(frame.f_lasti))
        return self.step

    def look(self, frame: FrameType, found: Instruction | None) -> None:
        """Note an instruction, a tuple of what it does, its name and what comes before it."""
        if found is None:
            return
        operation, name, before = found
        if operation in ATTRIBUTE:
            if name not in self.names and not _is_of_notebook(frame, name, before):
                self.add(name)
        elif operation in BOUND:
            value = frame.f_globals.get(name)
            if type(value) is np.ufunc:
                self.add(value.__name__)
        elif operation == INDEX:
            self.add(INDEX)


def _enters_library(frame: FrameType) -> bool:
    caller = frame.f_back
    return caller is not None and is_own(caller.f_code) and not is_own(frame.f_code)


def _is_of_notebook(frame: FrameType, name: str, before: tuple[str, Any] | None) -> bool:
    """Tell whether an attribute is read from an object whose class the notebook defines.

    Of what has no name, as in ``Matrix(A).transpose()``, only the name of the method is known. It
    is left to the call: a library's method of the same name is noted there.
    """
    if before is None or before[0] not in LOCAL:
        return _is_method_of_library(name) and _is_method_of_notebook(frame, name)
    value = frame.f_locals.get(before[1], frame.f_globals.get(before[1]))
    return type(value).__module__ in ("__main__", "types")


def _is_method_of_notebook(frame: FrameType, name: str) -> bool:
    classes = (*frame.f_globals.values(), *frame.f_locals.values())
    return any(
        isinstance(one, type)
        and one.__module__ == "__main__"
        and isinstance(vars(one).get(name), FunctionType)
        for one in classes
    )


@functools.lru_cache(maxsize=256)
def _is_method_of_library(name: str) -> bool:
    """Tell whether a name is a method, of which a call is seen, and nowhere a mere property."""
    found = [getattr(kind, name) for kind in (np.ndarray, torch.Tensor) if hasattr(kind, name)]
    return all(map(callable, found))


@functools.lru_cache(maxsize=256)
def _instructions(code: CodeType) -> dict[int, Instruction]:
    """Return the instructions that may matter by their place: what, name, the one before."""
    found: dict[int, Instruction] = {}
    last: list[tuple[str, Any]] = []
    for item in dis.get_instructions(code):
        if item.opname in ("CACHE", "EXTENDED_ARG", "PRECALL", "PUSH_NULL"):
            continue
        if item.opname in ATTRIBUTE or item.opname in BOUND:
            found[item.offset] = (item.opname, item.argval, last[-1] if last else None)
        elif _is_index(item) and (ATTRIBUTE[0], "shape") not in last:
            found[item.offset] = (INDEX, "", None)
        last = [*last[-1:], (item.opname, item.argval)]
    return found


def _is_index(item: dis.Instruction) -> bool:
    return item.opname in SUBSCRIPT or item.argrepr == INDEX


@functools.lru_cache(maxsize=4096)
def is_own(code: CodeType) -> bool:
    """Tell whether code is a student's: of no library, and none of ours."""
    name = code.co_filename
    if CELL.search(name):
        return True
    if name.startswith("<"):  # frozen modules, and what dataclasses and namedtuples make
        return False
    real = os.path.realpath(name)
    return not (SITE.match(real) or real.startswith((STDLIB, OURS)))
