"""Annotations as texts, which the standard library evaluates: here only as names of types.

``typing.get_type_hints`` takes such a text of a student's class for an expression, and would run it
beside hidden tests. While a test case runs, what it evaluates are names, their attributes and
items, and ``|``; a text that calls something is refused.
"""

import ast
import dis
import importlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from types import CodeType, ModuleType
from typing import Any

MODULES = ("typing", "inspect", "annotationlib")  # that evaluate annotations; the last from 3.14 on
MAX_TEXT = 1_000
INSTRUCTIONS = frozenset({
    "RESUME", "NOP", "CACHE", "EXTENDED_ARG", "PUSH_NULL", "LOAD_NAME", "LOAD_CONST", "LOAD_ATTR",
    "LOAD_SMALL_INT", "BINARY_SUBSCR", "BINARY_OP", "BINARY_OR", "BUILD_TUPLE", "BUILD_LIST",
    "LIST_EXTEND", "RETURN_VALUE", "RETURN_CONST",
})  # fmt: skip
OPERATIONS = ("|", "[]")  # what a BINARY_OP may be


def evaluate(expression: Any, *spaces: Any) -> Any:
    """Evaluate an annotation.

    Raises:
        NameError: it is more than names of types; as where a name is not known.
    """
    if type(expression) is str:
        if len(expression) > MAX_TEXT:
            raise NameError("an annotation that is too long")
        expression = compile(ast.parse(expression.strip(), mode="eval"), "<annotation>", "eval")
    if not isinstance(expression, CodeType) or not all(map(_is_plain, dis.Bytecode(expression))):
        raise NameError("an annotation that is more than the names of types")
    return eval(expression, *spaces)


def _is_plain(one: dis.Instruction) -> bool:
    if one.opname == "LOAD_ATTR" and "__" in one.argrepr:
        return False
    known = one.opname in INSTRUCTIONS and not isinstance(one.argval, CodeType)
    return known and (one.opname != "BINARY_OP" or one.argrepr in OPERATIONS)


@contextmanager
def only_names() -> Iterator[None]:
    """Evaluate annotations so while open."""
    for module in _evaluating():
        vars(module)["eval"] = evaluate
    try:
        yield
    finally:
        for module in _evaluating():
            vars(module).pop("eval", None)


@cache
def _evaluating() -> tuple[ModuleType, ...]:
    """Return those of the modules that this Python has; looked for once, not for each test case."""
    found = []
    for name in MODULES:
        with suppress(ImportError):
            found.append(importlib.import_module(name))
    return tuple(found)
