"""What a test evaluates may be a text of the notebook's: sums are, nothing that reaches further.

``eval(answer)`` in a hidden test would run what a student wrote beside all of them; so would
``DataFrame.query(answer)``, a docstring's examples, ``timeit``. Python tells an audit hook of each
text before it is compiled, and of code before it runs. A text that the test itself holds as it is
may say anything; any other calls functions by plain names and reaches for no attribute that is not
known. Code that comes as bytes, or is a student's function's own, is not run.
"""

import ast
import os
from collections.abc import Iterable, Iterator
from types import CodeType, FrameType
from typing import Any

from autograder.scoring.described import is_told
from autograder.scoring.interpreters import (
    IMPORTS,
    ITSELF,
    callers_of,
    interpreter_of,
    is_a_tests,
    texts_handed,
)

NOT_RUN = (
    "{}: a text that reaches further than sums and calls of functions is not evaluated beside the "
    "tests, as a notebook may have made it ‖ {}：测试不会运行这样的文本，因为它可能来自笔记本"
)
CODE = "a notebook's code", "笔记本的代码"
MOST = 200  # characters of a text that a message tells
NOTEBOOKS = "<notebook"  # how the file of code begins that is told of a student's function


def refusal(args: tuple[Any, ...], caller: FrameType, held: Iterable[str], desk: str) -> str:
    """Return why a text is not compiled, "" where it is.

    Args:
        args: text, bytes or a tree, and its file, as an audit hook is told.
        caller: what asks for it.
        held: texts that the test case itself holds.
        desk: the folder in which a notebook's files lie beside the test; "": there is none.
    """
    source, file, *_ = *args, None
    found = interpreter_of(caller)
    if caller.f_code.co_filename.startswith(IMPORTS) and _is_beside(file, desk):
        found = ITSELF
    if found is None or source is None:
        return ""
    handed = texts_handed(found, source, caller)
    if all(_is_held(text, caller, held) for text in handed):
        return ""
    for text in handed if found.is_wrapped else [source]:
        try:
            if _is_held(text, caller, held) or found.is_plain(text):
                continue
        except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
            if not found.is_wrapped:
                continue  # compiling it meets the same
        shown = " ".join(_text_of(text).split())[:MOST]
        return NOT_RUN.format(shown, shown)
    return ""


def refusal_of_code(event: str, args: tuple[Any, ...], caller: FrameType, desk: str) -> str:
    """Return why code is not read or run, "" where it is."""
    if event in ("marshal.loads", "marshal.load"):
        if caller.f_code.co_filename.startswith(IMPORTS):
            inside = (caller.f_locals.get(name) for name in ("bytecode_path", "source_path"))
            return NOT_RUN.format(*CODE) if any(_is_beside(one, desk) for one in inside) else ""
        return NOT_RUN.format(*CODE) if is_a_tests(caller.f_code.co_filename) else ""
    if event == "code.__new__":  # made anew of another's
        known = is_a_tests(caller.f_code.co_filename) and is_told(args[0])
        return NOT_RUN.format(*CODE) if known else ""
    code = args[0]
    told = isinstance(code, CodeType) and code.co_filename.startswith(NOTEBOOKS)
    return NOT_RUN.format(*CODE) if told else ""


def _is_beside(file: object, desk: str) -> bool:
    """Tell whether a file may be the notebook's, or be made of a text of its."""
    if not desk or not isinstance(file, (str, bytes, os.PathLike)):
        return False
    path = os.path.realpath(os.fsdecode(file))
    return path.startswith(desk + os.sep)


def _text_of(source: Any) -> str:
    if isinstance(source, ast.AST):
        return ast.unparse(source)
    return source.decode("utf-8", "replace") if isinstance(source, bytes) else str(source)


def _is_held(source: Any, caller: FrameType, held: Iterable[str]) -> bool:
    """Tell whether a test holds a text: in its case, or in a function of its that is under way."""
    text = _text_of(source)
    return text.strip() == "" or any(text in one for one in (*held, *_texts_around(caller)))


def _texts_around(caller: FrameType) -> Iterator[str]:
    if caller.f_code.co_filename[:1] != "<":
        yield from _texts_in(caller.f_code)  # also what a library itself holds
    for frame in callers_of(caller):
        file = frame.f_code.co_filename
        if is_a_tests(file) and file[:1] != "<":  # what is made of a text is no test's own
            yield from _texts_in(frame.f_code)


def _texts_in(code: CodeType) -> Iterator[str]:
    """Yield the texts that stand in a function, or in one around which it is."""
    for one in code.co_consts:
        if isinstance(one, str):
            yield one
        elif isinstance(one, tuple):
            yield from (text for text in one if isinstance(text, str))
        elif isinstance(one, CodeType) and not one.co_filename.startswith(NOTEBOOKS):
            yield from _texts_in(one)
