"""An answer as a thing to rewrite: the sources of its cells, and the names that must stay."""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

CELL_BREAK = "\n# %% another cell\n"  # stands where one cell of an answer becomes two

Function = ast.FunctionDef


@dataclass(frozen=True)
class Answer:
    """An answer to one question.

    Attributes:
        cells: a source per answer cell.
        asked: names that the question's tests ask for.
        taken: names that the notebook binds outside of answers.
    """

    question: str
    cells: tuple[str, ...]
    asked: frozenset[str]
    taken: frozenset[str] = frozenset()

    def trees(self) -> list[ast.Module]:
        """Parse every cell.

        Raises:
            SyntaxError: a cell is no plain Python (it holds a magic).
        """
        return [ast.parse(cell) for cell in self.cells]

    def with_trees(self, trees: list[ast.Module]) -> "Answer":
        """Return the answer with other cells."""
        cells = [ast.unparse(ast.fix_missing_locations(tree)) for tree in trees]
        return replace(self, cells=tuple(cells))

    def with_cells(self, cells: list[str]) -> "Answer":
        """Return the answer with other sources."""
        return replace(self, cells=tuple(cells))

    def functions(self) -> Iterator[tuple[int, int, Function]]:
        """Yield cell, place and node of every function at the top level."""
        for index, tree in enumerate(self.trees()):
            for place, node in enumerate(tree.body):
                if isinstance(node, ast.FunctionDef):
                    yield index, place, node

    def replaced(self, index: int, place: int, nodes: list[ast.stmt]) -> "Answer":
        """Return the answer with other statements in one place."""
        trees = self.trees()
        trees[index].body[place : place + 1] = nodes
        return self.with_trees(trees)

    def names(self) -> set[str]:
        """Return every name that the answer, its notebook or its tests use."""
        return {*self.asked, *self.taken, *_names_in(self.cells)}

    def free_name(self, wanted: str) -> str:
        """Return ``wanted``, or a name made from it that nothing uses."""
        taken, number = self.names(), 2
        name = wanted
        while name in taken:
            name, number = f"{wanted}_{number}", number + 1
        return name


@lru_cache(256)
def _names_in(cells: tuple[str, ...]) -> frozenset[str]:
    trees = [ast.parse(cell) for cell in cells]
    return frozenset(name for tree in trees for node in ast.walk(tree) for name in _names_of(node))


def _names_of(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.alias):
        yield (node.asname or node.name).split(".")[0]
    elif isinstance(node, ast.keyword) and node.arg:
        yield node.arg
    elif isinstance(node, ast.ExceptHandler) and node.name:
        yield node.name


def names_bound_in(source: str) -> set[str]:
    """Return the names that a cell binds at its top level; none for a cell that is no Python."""
    lines = [line for line in source.splitlines() if not line.startswith(("%", "!"))]
    try:
        tree = ast.parse("\n".join(lines))
    except SyntaxError:
        return set()
    found = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        else:
            found |= stored_names([node])
    return found


def asked_names(test_source: str) -> frozenset[str]:
    """Return the names that a question's test file asks a notebook for."""
    return frozenset(
        argument.arg
        for node in ast.parse(test_source).body
        if isinstance(node, ast.FunctionDef) and node.decorator_list
        for argument in node.args.args
    )


def stored_names(nodes: list[ast.stmt]) -> set[str]:
    """Return names that statements assign in their own scope, not those of scopes within."""
    found: set[str] = set()
    waiting: list[ast.AST] = list(nodes)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        if not isinstance(node, SCOPES):
            waiting.extend(ast.iter_child_nodes(node))
    return found


SCOPES = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda,
    ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp,
)  # fmt: skip


def statements(source: str) -> list[Any]:
    """Parse a piece of source into statements, of whatever kinds they are."""
    return ast.parse(source).body


def parameters(function: Function) -> str:
    """Return the parameters as they stand in a definition, without hints."""
    plain = copy.deepcopy(function.args)
    for argument in ast.walk(plain):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    return ast.unparse(plain)


def argument_text(function: Function) -> str:
    """Return what a call has to say to hand all parameters on."""
    args = function.args
    parts = [argument.arg for argument in (*args.posonlyargs, *args.args)]
    if args.vararg:
        parts.append(f"*{args.vararg.arg}")
    parts += [f"{argument.arg}={argument.arg}" for argument in args.kwonlyargs]
    if args.kwarg:
        parts.append(f"**{args.kwarg.arg}")
    return ", ".join(parts)
