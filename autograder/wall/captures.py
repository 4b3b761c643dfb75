"""From a live exception to :class:`autograder.wall.evidence.CapturedError`.

A frame counts as a library's only if its code object is the very one that the library's loaded
module holds: a forged file name makes no library frame.
"""

import functools
import itertools
import linecache
import opcode
import os
import re
import sys
import sysconfig
from types import CodeType, FunctionType, ModuleType, TracebackType
from typing import Any

from autograder.wall.evidence import CapturedError, Frame

MAX_FRAMES = 30
MAX_TEXT = 2000
MAX_LINES = 20  # of one expression
MAX_NAME = 500
STDLIB = os.path.realpath(sysconfig.get_path("stdlib")) + os.sep
SITE = re.compile(r".*[/\\](?:site|dist)-packages[/\\]")
# Instructions that raise what the program hands to them: raise, and a generator's throw().
RAISING = {
    opcode.opmap[name]
    for name in ("RAISE_VARARGS", "RERAISE", "YIELD_VALUE", "YIELD_FROM", "RESUME", "SEND",
                 "RETURN_GENERATOR", "GEN_START")
    if name in opcode.opmap
}  # fmt: skip
CELL = re.compile(r"<ipython-input|[/\\]ipykernel_\d+[/\\]|^<cell|^<string>|<stdin>")


def captured(error: BaseException) -> CapturedError:
    """Return what is known of an exception, wherever it was raised."""
    cls = type(error)
    return CapturedError(
        type=_name(cls),
        bases=tuple(_name(base) for base in cls.__mro__[:20]),
        message=_text(error),
        notes=_notes(error),
        frames=_frames(error.__traceback__),
        cause=_name(type(error.__cause__)) if error.__cause__ is not None else None,
        context=_name(type(error.__context__)) if error.__context__ is not None else None,
    )


def _name(cls: type) -> str:
    name = f"{cls.__module__}.{cls.__qualname__}"  # joined, it is a plain str whatever they are
    return name.removeprefix("builtins.")[:200]


def _text(error: BaseException) -> str:
    try:
        return _plain(str(error))
    except Exception:
        return "(the message cannot be read)"


def _notes(error: BaseException) -> tuple[str, ...]:
    notes = getattr(error, "__notes__", None)
    if not isinstance(notes, (list, tuple)):
        return ()
    return tuple(_plain(note) for note in list(notes)[:10] if isinstance(note, str))


def _plain(text: str) -> str:
    """Return a bounded text of the very type ``str``."""
    return str.__str__(text)[:MAX_TEXT]


def _frames(traceback: TracebackType | None) -> tuple[Frame, ...]:
    found = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        found.append(_frame(code, traceback.tb_lineno, traceback.tb_lasti))
        traceback = traceback.tb_next
    return tuple(found if len(found) <= MAX_FRAMES else found[:2] + found[2 - MAX_FRAMES :])


def _frame(code: CodeType, line: int, position: int) -> Frame:
    path, library = _place(code)
    text = _expression(code, position) if library is None else ""
    text = text or linecache.getline(code.co_filename, line).strip()
    return Frame(
        file=path[:MAX_NAME],
        function=code.co_name[:MAX_NAME],
        line=line or 0,
        text=text[:MAX_TEXT],
        library=library,
        is_raise=library in (None, "python") and _is_raise(code, position),
    )


def _expression(code: CodeType, position: int) -> str:
    """Return the source of the instruction at a byte position; "" where Python does not tell it."""
    positions = getattr(code, "co_positions", None)  # from Python 3.11 on
    if positions is None or position < 0:
        return ""
    place: tuple[int | None, ...] = next(itertools.islice(positions(), position // 2, None), ())
    known = [number for number in place if number is not None]
    if len(known) < 4 or known[1] - known[0] >= MAX_LINES:
        return ""
    first, last, start, end = known
    lines = [linecache.getline(code.co_filename, line) for line in range(first, last + 1)]
    text = [line.encode() for line in lines]  # columns count bytes
    text[-1] = text[-1][:end]
    text[0] = text[0][start:]
    return b"".join(text).decode(errors="replace").strip()


def _place(code: CodeType) -> tuple[str, str | None]:
    name = code.co_filename
    if CELL.search(name):
        return "<cell>", None
    real = _real_path(name)
    if SITE.match(real):
        relative = SITE.sub("", real).replace(os.sep, "/")
        library = relative.split("/")[0].removesuffix(".py")
    elif real.startswith(STDLIB):
        relative, library = real[len(STDLIB) :].replace(os.sep, "/"), "python"
    else:
        return os.path.basename(name), None
    return relative, library if _is_genuine(code, relative) else None


_real_path = functools.cache(os.path.realpath)


def _is_genuine(code: CodeType, relative: str) -> bool:
    """Tell whether a loaded module's own function holds this code object."""
    name = relative.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    module = sys.modules.get(name)
    if module is None:
        return False
    qualified = getattr(code, "co_qualname", None)
    if qualified and "<locals>" not in qualified:
        target: Any = module
        for part in qualified.split("."):
            target = vars(target).get(part) if hasattr(target, "__dict__") else None
        if _holds(target, code):
            return True
    return _search(module, code)


def _holds(target: Any, code: CodeType, depth: int = 4) -> bool:
    """Tell whether a function is, wraps or contains the code object."""
    for _ in range(depth):
        if isinstance(target, (staticmethod, classmethod)):
            target = target.__func__
        if isinstance(target, property):
            return any(_holds(f, code, 2) for f in (target.fget, target.fset) if f)
        if isinstance(target, FunctionType) and _contains(target.__code__, code):
            return True
        target = getattr(target, "__wrapped__", None)
    return False


def _contains(outer: CodeType, code: CodeType, depth: int = 4) -> bool:
    return outer is code or (
        depth > 0
        and any(
            _contains(inner, code, depth - 1)
            for inner in outer.co_consts
            if isinstance(inner, CodeType)
        )
    )


def _search(module: ModuleType, code: CodeType) -> bool:
    for value in list(vars(module).values()):
        is_own_class = isinstance(value, type) and value.__module__ == module.__name__
        members = list(vars(value).values()) if is_own_class else [value]
        if any(_holds(member, code) for member in members):
            return True
    return False


def _is_raise(code: CodeType, position: int) -> bool:
    """Tell whether the instruction at a byte position raises what it is given.

    The bytecode says so for code without source too, e.g. of ``exec``.
    """
    return not 0 <= position < len(code.co_code) or code.co_code[position] in RAISING
