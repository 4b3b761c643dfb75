"""Which tests leave nothing in the process that runs them: such need no copy of it.

A copy for each submission costs a good part of what scoring one takes. Most tests of other courses
only compare: they call what the notebook defines, and ask values for what no value is changed by.
What is not known to be so counts as lasting. A name of the notebook's may be bound to any library
that is one on both sides (:mod:`autograder.scoring.libraries`), so an attribute is on the list only
if it changes no library of those; functions that cross by name depend on their arguments alone.
"""

import ast
import builtins
from collections.abc import Iterable, Iterator

from autograder.scoring.formats.doctests import sources_in
from autograder.scoring.plain import OF_COLUMNS, PLAIN
from autograder.wall.codec.names import ERRORS, NUMPY

KINDS: tuple[type[ast.AST], ...] = (
    *PLAIN, ast.Assign, ast.Assert, ast.Attribute, ast.For, ast.If,
    ast.comprehension, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Lambda,
    ast.arguments, ast.arg, ast.FunctionDef, ast.Return, ast.JoinedStr, ast.FormattedValue,
    ast.NamedExpr, ast.Import, ast.ImportFrom, ast.alias, ast.Break, ast.Continue, ast.Try,
    ast.ExceptHandler, ast.Raise,
)  # fmt: skip
IMPORTED = frozenset({
    "collections", "fractions", "math", "numpy", "otter", "otter.test_files", "pandas", "re",
    "statistics", "string", "torch",
})  # fmt: skip
# Of Python's own names those that neither run a text, open a file nor reach into an object.
FUNCTIONS = frozenset({
    "abs", "all", "any", "ascii", "bin", "bool", "bytes", "callable", "chr", "complex", "dict",
    "divmod", "enumerate", "filter", "float", "frozenset", "hasattr", "hash", "hex", "int",
    "isinstance", "issubclass", "iter", "len", "list", "map", "max", "min", "next", "oct", "ord",
    "pow", "print", "range", "repr", "reversed", "round", "set", "slice", "sorted", "str", "sum",
    "tuple", "type", "zip", *ERRORS,
})  # fmt: skip
OF_VALUES = frozenset({
    "T", "agg", "apply", "apply_along_axis", "as_integer_ratio", "assert_allclose",
    "assert_almost_equal", "assert_array_almost_equal", "assert_array_equal", "assert_equal",
    "assert_frame_equal", "assert_index_equal", "assert_series_equal", "astype", "center",
    "column", "columns", "conj", "copy", "corr", "denominator", "describe", "drop",
    "drop_duplicates", "dropna", "dtype", "dtypes", "e", "empty", "endswith", "equal", "equals",
    "exp", "findall", "first", "fullmatch", "group", "groupby", "groups", "head",
    "idxmax", "idxmin", "iloc", "imag", "inf", "intersection", "is_integer",
    "is_monotonic_decreasing", "is_monotonic_increasing", "is_unique", "isclose", "isdisjoint",
    "isfinite", "isinf", "isnan", "issubset", "issuperset", "item", "items", "iterrows",
    "itertuples", "join", "keys", "labels", "last", "linalg", "loc", "log", "log10", "log2",
    "map", "merge", "most_common", "name", "names", "nan", "ndim", "nlargest", "norm", "nsmallest",
    "num_columns", "num_rows", "numel", "numerator", "numpy", "nunique", "partition", "pi",
    "real", "relabeled", "reset_index", "row", "rows", "rpartition", "rsplit", "rstrip",
    "search", "set_index", "sin", "cos", "tan", "sort_index", "sort_values", "splitlines", "sqrt",
    "sub", "symmetric_difference", "tail", "testing", "to_dict", "to_frame", "to_list", "to_numpy",
    "tolist", "union", "value_counts", "where", "with_column",
})  # fmt: skip
# Names of NumPy's or of columns' that change a list, or something of another library's.
CHANGING = frozenset({"append", "fill_diagonal", "insert", "title"})
ATTRIBUTES = (OF_VALUES | OF_COLUMNS | {name for name in NUMPY if name.islower()}) - CHANGING
PYTHONS = frozenset(vars(builtins))
DECORATOR = "test_case"


def leave_nothing(sources: Iterable[str]) -> bool:
    """Tell whether no test in some test files changes more than values of its own submission.

    Args:
        sources: texts of Otter's test files, in either format.
    """
    try:
        return all(map(_leaves_nothing, sources))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def _leaves_nothing(source: str) -> bool:
    file = ast.parse(source)
    shared = any(isinstance(node, (ast.FunctionDef, ast.Lambda)) for node in ast.walk(file))
    return all(_lies_still(one, shared) for one in file.body) and all(
        isinstance(node, KINDS) and _is_known(node)
        for tree in (file, *_doctests_in(file))
        for node in ast.walk(tree)
    )


def _lies_still(statement: ast.stmt, shared: bool) -> bool:
    """Tell whether what a file holds beside its functions is written down.

    Args:
        shared: the file's functions share it, so that it may be nothing that can be changed.
    """
    if isinstance(statement, (ast.Import, ast.ImportFrom, ast.FunctionDef)):
        return True
    return isinstance(statement, (ast.Assign, ast.Expr)) and _is_written(statement.value, shared)


def _is_written(value: ast.expr | None, for_good: bool) -> bool:
    """Tell whether a value, if there is one, stands in the text, and may be none that changes."""
    try:
        found = None if value is None else ast.literal_eval(value)
        if for_good:
            hash(found)
    except (ValueError, TypeError):
        return False
    return True


def _doctests_in(file: ast.AST) -> Iterator[ast.AST]:
    """Yield the code of each example in a file's texts."""
    for node in ast.walk(file):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and ">>>" in node.value:
            yield from map(ast.parse, sources_in(node.value))


def _is_known(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in ATTRIBUTES and isinstance(node.ctx, ast.Load)
    if isinstance(node, ast.Name):
        return not node.id.startswith("__") and (node.id in FUNCTIONS or node.id not in PYTHONS)
    if isinstance(node, ast.Subscript):
        return isinstance(node.ctx, ast.Load)
    if isinstance(node, ast.Import):
        return all(name.name in IMPORTED for name in node.names)
    if isinstance(node, ast.ImportFrom):
        named = {name.name for name in node.names}
        return node.module in IMPORTED and named <= {*ATTRIBUTES, DECORATOR}
    if isinstance(node, ast.arguments):  # defaults are made once for all submissions
        return all(_is_written(one, True) for one in (*node.defaults, *node.kw_defaults))
    if isinstance(node, ast.FunctionDef):
        called = (one.func if isinstance(one, ast.Call) else one for one in node.decorator_list)
        return all(isinstance(one, ast.Name) and one.id == DECORATOR for one in called)
    return True
