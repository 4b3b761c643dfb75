"""How far a text may reach that is made code of beside the tests and may be a student's."""

import ast
import re
from collections.abc import Container
from typing import Any

from autograder.wall.codec import names

# Of Python's own functions what runs a text, reads a file or reaches into objects.
REACHING = frozenset({
    "__import__", "breakpoint", "compile", "delattr", "dir", "eval", "exec", "getattr", "globals",
    "help", "input", "locals", "memoryview", "open", "setattr", "super", "type", "vars",
})  # fmt: skip
PLAIN: tuple[type[ast.AST], ...] = (
    ast.Expression, ast.Expr, ast.Module, ast.Interactive, ast.BinOp, ast.UnaryOp, ast.BoolOp,
    ast.Compare, ast.IfExp, ast.Constant, ast.Name, ast.Call, ast.keyword, ast.Starred, ast.List,
    ast.Tuple, ast.Set, ast.Dict, ast.Subscript, ast.Slice, ast.expr_context, ast.operator,
    ast.unaryop, ast.boolop, ast.cmpop, ast.Pass,
)  # fmt: skip
# What SymPy's printers write around an expression.
GENERATED = (
    *PLAIN, ast.FunctionDef, ast.arguments, ast.arg, ast.Return, ast.Assign, ast.Lambda,
    ast.GeneratorExp, ast.ListComp, ast.comprehension,
)  # fmt: skip
FROM = frozenset({"cmath", "math", "mpmath", "numexpr", "numpy", "scipy", "sympy", "torch"})
PRINTED = frozenset({"builtins.sum", "logical_and.reduce", "logical_or.reduce"})
LOCAL = "__pd_eval_local_"  # with which pandas begins a name of the caller's
# What a query asks of a column.
OF_COLUMNS = frozenset({
    "abs", "all", "any", "between", "capitalize", "casefold", "ceil", "contains", "count", "cummax",
    "cummin", "cumprod", "cumsum", "date", "day", "day_name", "dayofweek", "dayofyear", "diff",
    "dt", "duplicated", "endswith", "eq", "fillna", "find", "floor", "ge", "get", "gt", "hour",
    "index", "isalnum", "isalpha", "isdigit", "isin", "islower", "isna", "isnull", "isnumeric",
    "isspace", "istitle", "isupper", "le", "len", "lower", "lstrip", "lt", "match", "max", "mean",
    "median", "min", "minute", "mod", "month", "month_name", "ne", "normalize", "notna", "notnull",
    "quantile", "quarter", "rank", "replace", "round", "rstrip", "second", "shape", "shift", "size",
    "slice", "split", "startswith", "std", "str", "strip", "sum", "swapcase", "title", "upper",
    "values", "var", "weekday", "year", "zfill",
})  # fmt: skip
HARMLESS = re.compile(r"""[^{}()\[\]~%\\]*""")  # of a template's places: names and filters
PLACES = re.compile(r"\{\{(.*?)\}\}|\{%(.*?)%\}|\{#.*?#\}", re.DOTALL)


def is_plain(text: Any) -> bool:
    """Tell whether a text holds sums and calls of functions by plain names, and no more.

    Raises:
        SyntaxError, ValueError: it is no code.
    """
    return _is_plain(_tree(text), PLAIN)


def is_generated(text: Any) -> bool:
    """Tell whether what SymPy printed is what it prints of an expression, or imports for one."""
    tree = _tree(text)
    body = tree.body if isinstance(tree, ast.Module) else []
    if body and all(isinstance(one, (ast.Import, ast.ImportFrom)) for one in body):
        named = [one.module or "" for one in body if isinstance(one, ast.ImportFrom)]
        named += [name.name for one in body if isinstance(one, ast.Import) for name in one.names]
        return all(name.partition(".")[0] in FROM for name in named)
    return _is_plain(tree, GENERATED, PRINTED)


def is_formula(text: Any) -> bool:
    """Tell whether a factor of a model's formula is plain, NumPy's functions included."""
    tree = _tree(text)
    used = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    known = {one for one in used if one.startswith(("np.", "numpy.")) and _is_numpys(one)}
    return _is_plain(tree, PLAIN, known)


def is_of_columns(text: Any) -> bool:
    """Tell whether a query or formula, as pandas parses it, asks columns for nothing but values."""
    tree = _tree(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            root = node.value
            a_callers = isinstance(root, ast.Name) and root.id.startswith(LOCAL)
            if a_callers or node.attr not in OF_COLUMNS:
                return False
    return _is_plain(tree, (*PLAIN, ast.Assign), None)


def is_template(text: Any) -> bool:
    """Tell whether a template only names what it is given: it calls and indexes nothing."""
    if not isinstance(text, str):
        return False
    inner = [one or other for one, other in PLACES.findall(text)]
    left = PLACES.sub("", text)
    return "{{" not in left and "{%" not in left and all(
        HARMLESS.fullmatch(one) and "__" not in one and "attr" not in one for one in inner
    )  # fmt: skip


def is_nothing(text: Any) -> bool:
    """Tell of a language that nothing in it is known to be plain."""
    return False


def _tree(text: Any) -> ast.AST:
    """Return a text's tree; one of bytes is read in the encoding that it says it is in."""
    if isinstance(text, ast.AST):
        return text
    return ast.parse(text.strip() if isinstance(text, (str, bytes)) else str(text))


def _is_numpys(name: str) -> bool:
    return name.count(".") == 1 and names.find(f"numpy:{name.partition('.')[2]}") is not None


def _is_plain(
    tree: ast.AST, kinds: tuple[type[ast.AST], ...], attributes: Container[str] | None = frozenset()
) -> bool:
    """Tell whether a tree is of some kinds; None: its attributes are looked at already."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and attributes is not None:
            if ast.unparse(node) not in attributes:
                return False
        elif not isinstance(node, (*kinds, ast.Attribute)):
            return False
        if isinstance(node, ast.Name):
            name = node.id.removeprefix(LOCAL)
            if name in REACHING or name.startswith("__"):
                return False
        named = isinstance(node, ast.Call) and isinstance(node.func, (ast.Name, ast.Attribute))
        if isinstance(node, ast.Call) and not named:
            return False
        if isinstance(node, ast.FunctionDef) and node.decorator_list:
            return False
    return True
