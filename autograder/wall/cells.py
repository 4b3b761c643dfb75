"""The text of a notebook's cells: parsed, never run. Magics are left out."""

import ast
import functools
import re
import textwrap
import unicodedata
from collections.abc import Iterable

KEPT_CELLS, KEPT_CHARACTERS = 64, 20_000
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
MAGIC = re.compile(r"^(\s*)[%!?].*")


def names_in(sources: Iterable[str]) -> set[str]:
    """Return the identifiers and attribute names used in cell sources; magics are tolerated."""
    return {name for source in sources for name in _names(source)}


def may_name(name: str, sources: Iterable[str]) -> bool:
    """Tell whether cells can name something: False saves a closer look, True proves nothing.

    What is looked up by a string, which may be written in many ways, counts.
    """
    words = (name, "attr", "methodcaller")
    return any(word in unicodedata.normalize("NFKC", cell) for cell in sources for word in words)


@functools.lru_cache(maxsize=KEPT_CELLS)
def _names(source: str) -> frozenset[str]:
    found = set()
    for node in ast.walk(parse_cell(source)):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.alias):
            found.update(node.name.split("."))
    return frozenset(found)


def parse_cell(source: str) -> ast.Module:
    """Return the syntax tree of a cell, magics left out; an empty one where it is no Python.

    Several tests look at the same cells: trees of the usual size are kept, and not to be changed.
    """
    return (_parse_once if len(source) <= KEPT_CHARACTERS else _parse)(source)


def without_asserts(source: str) -> ast.Module:
    """Return the syntax tree of a cell, with ``pass`` for each assert."""
    return _WithoutAsserts().visit(_parse(source))


class _WithoutAsserts(ast.NodeTransformer):
    """Self-checks compare with what is no longer true."""

    def visit_Assert(self, node: ast.Assert) -> ast.stmt:
        return ast.copy_location(ast.Pass(), node)


def lines_of(source: str) -> list[str]:
    """Return the lines of code with their ends, as Python counts them.

    ``str.splitlines`` parts at a form feed or a line separator too, which may stand in a line.
    """
    return LINE.findall(source)


def _parse(source: str) -> ast.Module:
    lines = [line.rstrip("\r\n") for line in lines_of(textwrap.dedent(source))]
    try:
        return ast.parse("\n".join(MAGIC.sub(r"\1pass", line) for line in lines))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module(body=[], type_ignores=[])


_parse_once = functools.lru_cache(maxsize=KEPT_CELLS)(_parse)
