"""Mutants of a reference solution: one small change each, of the kind that students make.

General operators change operators, constants, comparisons, branches, arguments and statements; the
others know the field: a forgotten ``zero_grad``, ``detach`` or ``requires_grad``, a wrong axis,
``keepdims`` left out. Each operator is a generator over one node: it yields replacement nodes.

The usual libraries change the modules of a package on disk and run its test command once for each
mutant; a notebook's answer cells, judged in a sandbox, are neither, and the slips of this field are
not among their operators. So the operators are here.
"""

import ast
import copy
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

DELETE = ast.Pass()  # stands for "leave the node out"; compared by identity

Path = tuple[tuple[str, int | None], ...]  # field and index in it, from the root to a node
Replacements = Iterator[ast.AST]

SWAPS: dict[type[ast.AST], tuple[type, ...]] = {
    ast.Add: (ast.Sub,), ast.Sub: (ast.Add,), ast.Mult: (ast.Div, ast.Add), ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Div,), ast.Mod: (ast.FloorDiv,), ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,), ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt), ast.GtE: (ast.Gt, ast.LtE), ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,), ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,), ast.And: (ast.Or,), ast.Or: (ast.And,),
}  # fmt: skip
NAMES = {
    "sin": "cos", "cos": "sin", "ones": "zeros", "zeros": "ones", "sum": "mean", "mean": "sum",
    "max": "min", "min": "max", "norm": "sum", "arange": "linspace", "ones_like": "zeros_like",
    "zeros_like": "ones_like", "plot": "scatter", "append": "insert", "square": "sqrt",
    "RuntimeError": "ValueError", "ValueError": "RuntimeError", "TypeError": "ValueError",
    "Exception": "KeyError",
}  # fmt: skip
FLAGS = ("retain_graph", "create_graph", "requires_grad", "keepdims", "keepdim")
DROPPED_CALLS = ("detach", "clone", "requires_grad_", "item", "numpy", "zero_", "zero_grad", "abs",
                 "sum", "backward", "float", "double", "reshape", "view", "copy")  # fmt: skip
AXIS_NAMES = ("axis", "dim")
ORDERED = (ast.Sub, ast.Div, ast.Pow, ast.MatMult)
KEEPS_AXES = ("keepdims", "keepdim")
REMOVED = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr, ast.Return, ast.Raise, ast.Delete)


@dataclass(frozen=True)
class Mutant:
    """One changed solution.

    Attributes:
        operator: name of the operator.
        line: line of the change in the solution, from 1.
        before, after: the changed piece of source.
        source: the whole mutated source.
        nth: which one of the mutants that read the same so far, from 1.
    """

    operator: str
    line: int
    before: str
    after: str
    source: str
    nth: int = 1

    @property
    def key(self) -> str:
        """Identify the mutant by its change, so that data may justify it as equivalent."""
        same = "" if self.nth == 1 else f" ({self.nth})"
        return f"{self.operator} @{self.line}: {self.before} -> {self.after}{same}"


def make_mutants(source: str) -> list[Mutant]:
    """Return every different mutant of a piece of Python source, in a fixed order.

    Raises:
        SyntaxError: the source is no plain Python.
    """
    tree = ast.parse(source)
    _drop_texts(tree)
    seen = {ast.unparse(tree)}
    found: list[Mutant] = []
    times: Counter[tuple[str, int, str, str]] = Counter()
    for operator, function in OPERATORS.items():
        for path, node in _walk(tree):
            for replacement in function(node):
                mutated = _replace(tree, path, replacement)
                if mutated is None or mutated in seen:
                    continue
                seen.add(mutated)
                after = "(removed)" if replacement is DELETE else _text(replacement)
                change = (operator, getattr(node, "lineno", 1), _text(node), after)
                times[change] += 1
                found.append(Mutant(*change, mutated, times[change]))
    return found


def _drop_texts(tree: ast.AST) -> None:
    """Take docstrings and other strings that stand alone out: nothing is computed with them."""
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list):
                kept = [item for item in block if not _is_text(item)]
                block[:] = kept or ([ast.Pass()] if block and name == "body" else [])


def _is_text(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _walk(tree: ast.AST, path: Path = ()) -> Iterator[tuple[Path, ast.AST]]:
    yield path, tree
    for name, value in ast.iter_fields(tree):
        if isinstance(value, ast.AST):
            yield from _walk(value, (*path, (name, None)))
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, ast.AST):
                    yield from _walk(item, (*path, (name, index)))


def _replace(tree: ast.AST, path: Path, replacement: ast.AST) -> str | None:
    if not path:
        return None
    root = copy.deepcopy(tree)
    parent = root
    for name, index in path[:-1]:
        parent = getattr(parent, name) if index is None else getattr(parent, name)[index]
    name, index = path[-1]
    if replacement is DELETE:
        if index is None:
            return None
        items = getattr(parent, name)
        del items[index]
        if not items and name in ("body", "orelse", "finalbody"):
            items.append(ast.Pass())
    elif index is None:
        setattr(parent, name, replacement)
    else:
        getattr(parent, name)[index] = replacement
    try:
        text = ast.unparse(ast.fix_missing_locations(root))
        compile(text, "<mutant>", "exec")
        return text
    except (SyntaxError, ValueError, AttributeError, TypeError):
        return None


def _text(node: ast.AST) -> str:
    try:
        return ast.unparse(node)[:80].replace("\n", "; ")
    except (AttributeError, ValueError, TypeError):
        return type(node).__name__


def _swap_operator(node: ast.AST) -> Replacements:
    if isinstance(node, ast.BinOp | ast.BoolOp | ast.AugAssign):
        for other in SWAPS.get(type(node.op), ()):
            changed = copy.deepcopy(node)
            changed.op = other()
            yield changed
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        for other in SWAPS.get(type(node.ops[0]), ()):
            compared = copy.deepcopy(node)
            compared.ops = [other()]
            yield compared
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
        yield node.operand


def _swap_operands(node: ast.AST) -> Replacements:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ORDERED):
        yield ast.BinOp(node.right, node.op, node.left)


def _change_constant(node: ast.AST) -> Replacements:
    if not isinstance(node, ast.Constant):
        return
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int | float):
        yield ast.Constant(value + 1)
        if value not in (0, 1):
            yield ast.Constant(0 * value)
        if value:
            yield ast.UnaryOp(ast.USub(), ast.Constant(value))
    elif isinstance(value, str) and value:
        yield ast.Constant("")


def _change_branch(node: ast.AST) -> Replacements:
    if isinstance(node, ast.If | ast.While | ast.IfExp):
        negated = copy.deepcopy(node)
        negated.test = ast.UnaryOp(ast.Not(), negated.test)
        yield negated
    if isinstance(node, ast.While):
        never = copy.deepcopy(node)
        never.test = ast.Constant(False)
        yield never
    if isinstance(node, ast.If | ast.IfExp):
        for constant in (True, False):
            fixed = copy.deepcopy(node)
            fixed.test = ast.Constant(constant)
            yield fixed
    if isinstance(node, ast.For):
        once = copy.deepcopy(node)
        once.body = [*once.body, ast.Break()]
        yield once
        empty = copy.deepcopy(node)
        empty.iter = ast.List([], ast.Load())
        yield empty


def _remove_statement(node: ast.AST) -> Replacements:
    if isinstance(node, REMOVED):
        yield DELETE


def _change_return(node: ast.AST) -> Replacements:
    if isinstance(node, ast.Return) and node.value is not None:
        yield ast.Return(ast.Constant(None))
        yield ast.Return(ast.UnaryOp(ast.USub(), node.value))


def _change_name(node: ast.AST) -> Replacements:
    if isinstance(node, ast.Attribute) and node.attr in NAMES:
        yield ast.Attribute(node.value, NAMES[node.attr], node.ctx)
    if isinstance(node, ast.Name) and node.id in NAMES and isinstance(node.ctx, ast.Load):
        yield ast.Name(NAMES[node.id], node.ctx)


def _swap_arguments(node: ast.AST) -> Replacements:
    if isinstance(node, ast.Call) and len(node.args) >= 2:
        for index in range(len(node.args) - 1):
            changed = copy.deepcopy(node)
            changed.args[index : index + 2] = reversed(changed.args[index : index + 2])
            yield changed


def _drop_argument(node: ast.AST) -> Replacements:
    if isinstance(node, ast.Call):
        for index in range(len(node.keywords)):
            changed = copy.deepcopy(node)
            del changed.keywords[index]
            yield changed
        if len(node.args) >= 2:
            changed = copy.deepcopy(node)
            changed.args.pop()
            yield changed


def _flip_flag(node: ast.AST) -> Replacements:
    if isinstance(node, ast.keyword) and node.arg in FLAGS and isinstance(node.value, ast.Constant):
        yield ast.keyword(node.arg, ast.Constant(not node.value.value))


def _change_axis(node: ast.AST) -> Replacements:
    if isinstance(node, ast.keyword) and node.arg in AXIS_NAMES:
        value = node.value
        if isinstance(value, ast.Constant) and isinstance(value.value, int):
            yield ast.keyword(node.arg, ast.Constant(0 if value.value else 1))
            yield ast.keyword(node.arg, ast.Constant(None))
    if isinstance(node, ast.Call):
        names = [keyword.arg for keyword in node.keywords]
        if set(names) & set(AXIS_NAMES) and not set(names) & set(KEEPS_AXES):
            kept = copy.deepcopy(node)
            kept.keywords.append(ast.keyword("keepdim", ast.Constant(True)))
            yield kept


def _drop_call(node: ast.AST) -> Replacements:
    """Leave out a method call in a chain: ``x.detach()`` becomes ``x``."""
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in DROPPED_CALLS
    ):
        yield node.func.value


def _detach(node: ast.AST) -> Replacements:
    """Detach what an assignment keeps: the graph is cut without a word."""
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call | ast.BinOp):
        changed = copy.deepcopy(node)
        changed.value = ast.Call(ast.Attribute(changed.value, "detach", ast.Load()), [], [])
        yield changed


def _shorten_collection(node: ast.AST) -> Replacements:
    if isinstance(node, ast.List | ast.Tuple) and isinstance(node.ctx, ast.Load) and node.elts:
        changed = copy.deepcopy(node)
        changed.elts = changed.elts[:-1]
        yield changed
        if len(node.elts) > 1:
            swapped = copy.deepcopy(node)
            swapped.elts[0], swapped.elts[1] = swapped.elts[1], swapped.elts[0]
            yield swapped


OPERATORS: dict[str, Callable[[ast.AST], Replacements]] = {
    "operator": _swap_operator,
    "operands": _swap_operands,
    "constant": _change_constant,
    "branch": _change_branch,
    "statement removed": _remove_statement,
    "return": _change_return,
    "name": _change_name,
    "arguments swapped": _swap_arguments,
    "argument dropped": _drop_argument,
    "flag": _flip_flag,
    "axis": _change_axis,
    "call dropped": _drop_call,
    "detached": _detach,
    "collection": _shorten_collection,
}
