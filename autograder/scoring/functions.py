"""What ``inspect`` finds of a student's function: its signature and, as text, its source.

The answer is a code object that holds names and numbers and is never run. Its source is what the
sandbox says only where that stands in a cell of the notebook, which the scorer has itself.
"""

import hashlib
import linecache
from collections.abc import Sequence
from types import CodeType
from typing import Any

from autograder.errors import EvidenceError

COUNTS = ("argcount", "posonly", "kwonly", "line")
NAMES = ("varnames", "names")
FLAGS = 0x04 | 0x08 | 0x20 | 0x80 | 0x200  # *args, **kwargs; generator, coroutine, both
MOST_NAMES = 1000
MOST_LINES = 100_000
PLAIN = (lambda: None).__code__


def make_code(facts: Any, cells: Sequence[str]) -> CodeType:
    """Return a code object that says what was said of a function's.

    Args:
        facts: what the sandbox says, see :func:`autograder.sandbox.operations.code_facts`.
        cells: the notebook's cells so far.

    Raises:
        EvidenceError: it says something else.
    """
    if not isinstance(facts, dict) or not _are_counts(facts) or not _are_names(facts):
        raise EvidenceError("malformed facts of a function")
    varnames, text = tuple(facts["varnames"]), facts.get("text")
    arguments = facts["argcount"] + facts["kwonly"]
    if arguments + bool(facts["flags"] & 4) + bool(facts["flags"] & 8) > len(varnames):
        raise EvidenceError("malformed facts of a function")
    known = isinstance(text, str) and any(text.strip() in cell for cell in cells if text.strip())
    return PLAIN.replace(
        co_name=facts["name"],
        co_argcount=facts["argcount"],
        co_posonlyargcount=facts["posonly"],
        co_kwonlyargcount=facts["kwonly"],
        co_varnames=varnames,
        co_nlocals=len(varnames),
        co_names=tuple(facts["names"]),
        co_flags=PLAIN.co_flags | (facts["flags"] & FLAGS),
        co_firstlineno=facts["line"],
        co_filename=_file_of(text, facts["line"]) if known else "<no source>",
    )


def _file_of(text: str, line: int) -> str:
    """Return the name under which ``inspect`` finds a source that begins at a line."""
    digest = hashlib.sha256(f"{line} {text}".encode()).hexdigest()
    name = f"<notebook {digest[:16]}>"
    lines = ["\n"] * (line - 1) + text.splitlines(keepends=True)
    linecache.cache[name] = (len(text), None, lines, name)
    return name


def _are_counts(facts: dict[Any, Any]) -> bool:
    counts = [facts.get(name) for name in COUNTS]
    if not all(type(count) is int and 0 <= count < MOST_LINES for count in counts):
        return False
    flags = facts.get("flags")
    return facts["line"] > 0 and facts["posonly"] <= facts["argcount"] and type(flags) is int


def _are_names(facts: dict[Any, Any]) -> bool:
    lists = [facts.get(name) for name in NAMES]
    return type(facts.get("name")) is str and all(
        isinstance(names, list)
        and len(names) <= MOST_NAMES
        and all(type(name) is str for name in names)
        for names in lists
    )
