"""A Python file as a notebook: stock Otter runs it as one cell, checks and all.

It is cut after each check, so that a question's tests run where the file asks for them; an error
ends all that follows, as it ends the one cell.
"""

import ast
import re
from typing import Any

from autograder.wall.cells import lines_of

SHELL_LINE = re.compile(r"^([ \t]*)[%!].*$", re.MULTILINE)  # IPython's own
CODE = re.compile(r"[=(:\[]|^[ \t]*(?:import|from|pass|del|return|raise)\b", re.MULTILINE)
CHECK_LINE = re.compile(r"^\w+\.check\(", re.MULTILINE)


def notebook_of(text: str) -> dict[str, Any]:
    """Return the notebook of a script; its metadata say that it is one."""
    cells = [
        {"cell_type": "code", "metadata": {}, "source": part} for part in split_at_checks(text)
    ]
    metadata = {"autograder": {"script": True}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def may_be_script(text: str) -> bool:
    """Tell whether a text may be Python, if a broken one; a few plain words are none."""
    return CODE.search(text) is not None


def split_at_checks(text: str) -> list[str]:
    """Return the parts of a script, each but the last ending with a check; the text is kept."""
    try:
        body = ast.parse(SHELL_LINE.sub(r"\1pass", text)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return [text]  # IPython may know more of it
    lines = lines_of(text)
    parts, start = [], 0
    for node, following in zip(body, body[1:]):
        end = node.end_lineno or node.lineno
        if following.lineno > end and CHECK_LINE.match(lines[node.lineno - 1]):
            parts.append("".join(lines[start:end]))
            start = end
    return [*parts, "".join(lines[start:])]
