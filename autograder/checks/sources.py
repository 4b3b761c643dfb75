"""What a student's function uses, read from the cells that define it.

For questions that ask for a result without some library function. The text of the cells is looked
at, never run; only what the function can reach by name counts, so that a comparison with the
library elsewhere in the notebook is nobody's fault.
"""

import ast
from collections.abc import Iterable, Iterator

from autograder.wall.cells import parse_cell

BY_STRING = ("getattr", "attrgetter", "methodcaller", "__getattribute__")


def attributes_used_by(name: str, sources: Iterable[str]) -> set[str]:
    """Return the attributes (``A.T``, ``torch.norm``) and imported names that a function uses.

    Args:
        name: the function's name; the last definition counts.
        sources: cell sources in the order of execution (``In``).

    Functions that it calls by name are followed; names bound by import are given by their original
    name; ``getattr(A, "T")`` counts as ``A.T``. Local names such as a variable ``T`` are no
    attributes.
    """
    definitions = _definitions(sources)
    used, seen, pending = set(), set(), [name]
    while pending:
        name = pending.pop()
        if name in seen or name not in definitions:
            continue
        seen.add(name)
        definition = definitions[name]
        if isinstance(definition, str):
            used.add(definition)
            continue
        for node in ast.walk(definition):
            if isinstance(node, ast.Attribute):
                used.add(node.attr)
            elif isinstance(node, ast.alias):
                used.update(node.name.split("."))
            elif isinstance(node, ast.Call):
                used.update(_attributes_by_string(node))
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                pending.append(node.id)
    return used


def _attributes_by_string(call: ast.Call) -> Iterator[str]:
    """Yield the attributes that ``getattr(A, "T")`` and the like ask for by a string."""
    function = getattr(call.func, "id", getattr(call.func, "attr", ""))
    if function in BY_STRING:
        for item in call.args:
            if isinstance(item, ast.Constant) and isinstance(item.value, str):
                yield from item.value.split(".")


def _definitions(sources: Iterable[str]) -> dict[str, ast.AST | str]:
    """Map global names to the last thing bound to them; imported ones to their original name."""
    found: dict[str, ast.AST | str] = {}
    for source in sources:
        for node in parse_cell(source).body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                found[node.name] = node
            elif isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        found[target.id] = node.value
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    found[alias.asname or alias.name] = alias.name
    return found
