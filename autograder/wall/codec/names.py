"""Library functions and classes by name: each side uses its own.

A test that calls the notebook's ``isclose`` means NumPy's. What crosses is "module:name"; a lie
brings the true function of that name, as binding the name to it would. Only functions of their
arguments alone are on the list: none reads a file, runs a text, or calls what it is not given.
"""

import builtins
import importlib
import sys
from types import ModuleType, WrapperDescriptorType
from typing import Any

import numpy as np

NUMPY = frozenset({
    "all", "allclose", "any", "append", "apply_along_axis", "arange", "argmax", "argmin",
    "argsort", "argwhere", "around", "array", "array_equal", "array_equiv", "array_split",
    "asarray", "average", "bincount", "broadcast_to", "clip", "column_stack", "concatenate",
    "convolve", "copy", "corrcoef", "count_nonzero", "cov", "cross", "cumprod", "cumsum",
    "delete", "diag", "diff", "digitize", "dot", "einsum", "empty_like", "expand_dims", "eye",
    "fill_diagonal", "flatnonzero", "flip", "fliplr", "flipud", "full", "full_like", "gradient",
    "histogram", "hstack", "identity", "in1d", "inner", "insert", "interp", "intersect1d",
    "isclose", "isin", "isscalar", "kron", "linspace", "logspace", "max", "mean", "median",
    "meshgrid", "min", "moveaxis", "nan_to_num", "nanmax", "nanmean", "nanmedian", "nanmin",
    "nanstd", "nansum", "nanvar", "ndim", "nonzero", "ones", "ones_like", "outer", "percentile",
    "prod", "ptp", "quantile", "ravel", "repeat", "reshape", "roll", "rot90", "round",
    "searchsorted", "setdiff1d", "shape", "size", "sort", "split", "squeeze", "stack", "std",
    "sum", "swapaxes", "take", "tensordot", "tile", "trace", "transpose", "trapezoid", "tri",
    "tril", "triu", "union1d", "unique", "unravel_index", "var", "vdot", "vstack", "where",
    "zeros", "zeros_like", "ndarray", "generic", "number", "integer", "floating", "bool_",
    "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16",
    "float32", "float64", "complex64", "complex128", "str_",
})  # fmt: skip
PANDAS = frozenset({
    "Categorical", "CategoricalDtype", "DataFrame", "DatetimeIndex", "Index", "MultiIndex",
    "RangeIndex", "Series", "Timedelta", "Timestamp", "array", "concat", "crosstab", "cut",
    "date_range", "factorize", "get_dummies", "isna", "isnull", "melt", "merge", "notna",
    "notnull", "pivot", "pivot_table", "qcut", "timedelta_range", "to_datetime", "to_numeric",
    "to_timedelta", "unique",
})  # fmt: skip
OPERATORS = frozenset({
    "abs", "add", "and_", "attrgetter", "concat", "contains", "countOf", "eq", "floordiv", "ge",
    "getitem", "gt", "index", "indexOf", "inv", "invert", "is_", "is_not", "itemgetter", "le",
    "lshift", "lt", "matmul", "mod", "mul", "ne", "neg", "not_", "or_", "pos", "pow", "rshift",
    "sub", "truediv", "truth", "xor",
})  # fmt: skip
DATASCIENCE = frozenset({
    "Table", "are", "is_non_string_iterable", "make_array", "minimize", "percentile",
    "proportions_from_distribution", "sample_proportions", "table_apply",
})  # fmt: skip
TYPES = frozenset({
    "bool", "bytearray", "bytes", "complex", "dict", "float", "frozenset", "int", "list", "object",
    "range", "set", "slice", "str", "tuple", "type",
})  # fmt: skip
ERRORS = frozenset(
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
)
OF_OBJECT = "builtins:object."  # what a class has of a method that it leaves to Python
LISTED: dict[str, frozenset[str] | None] = {  # None: whatever is public there
    "babypandas": frozenset({"DataFrame", "Series"}),
    "builtins": TYPES | ERRORS,
    "bs4": frozenset({"BeautifulSoup"}),
    "collections": frozenset({"Counter", "OrderedDict", "defaultdict", "deque"}),
    "datascience": DATASCIENCE,
    "datetime": frozenset({"date", "datetime", "time", "timedelta", "timezone"}),
    "decimal": frozenset({"Decimal"}),
    "fractions": frozenset({"Fraction"}),
    "math": None,
    "numpy": NUMPY,
    "_operator": OPERATORS,
    "pandas": PANDAS,
    "statistics": None,
    "torch": frozenset({"Size", "Tensor"}),
}


def name_of(value: Any) -> str | None:
    """Return the name by which a library's function or class crosses, None of all else."""
    if type(value) is WrapperDescriptorType and value.__objclass__ is object:
        return OF_OBJECT + value.__name__
    name: Any = getattr(value, "__name__", None)
    module: Any = "numpy" if type(value) is np.ufunc else getattr(value, "__module__", None)
    if type(module) is not str or type(name) is not str:
        return None
    found = f"{module.partition('.')[0]}:{name}"
    return found if find(found) is value else None


def find(name: object) -> Any:
    """Return this side's function or class of a name; None where there is none on the list."""
    if type(name) is not str or name.count(":") != 1:
        return None
    if name.startswith(OF_OBJECT):
        found = vars(object).get(name.removeprefix(OF_OBJECT))
        return found if type(found) is WrapperDescriptorType else None
    module_name, _, attribute = name.partition(":")
    if module_name not in LISTED or attribute.startswith("_"):
        return None
    value = vars(_module(module_name)).get(attribute)
    listed = LISTED[module_name]
    if listed is not None and attribute not in listed and type(value) is not np.ufunc:
        return None
    return value if callable(value) and not isinstance(value, ModuleType) else None


def _module(name: str) -> ModuleType:
    """Return a library of the list; an empty module where it is missing."""
    try:
        return sys.modules.get(name) or importlib.import_module(name)
    except ImportError:
        return ModuleType(name)
