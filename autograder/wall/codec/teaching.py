"""Tables of the libraries that courses teach with: datascience's Table, babypandas' frames.

Exact types only, both ways. A Table is its labels, its columns and the named formats of these;
what babypandas makes is the table of pandas that it wraps. A Table with a format of somebody's own
makes no record: it stays where it is, behind a stand-in.
"""

import importlib
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from autograder.errors import EvidenceError
from autograder.wall.codec.words import package_of

Plain = dict[str, Any]
Encode = Callable[[Any], Any]  # of one part, by the codec
Decode = Callable[[Any], Any]

KINDS = ("labelled", "wrapped")
WRAPPERS = ("DataFrame", "Series")
FORMATTERS = (
    "Formatter", "NumberFormatter", "CurrencyFormatter", "DateFormatter", "PercentFormatter",
    "DistributionFormatter",
)  # fmt: skip
SETTINGS = frozenset({
    "min_width", "max_width", "etc", "decimals", "decimal_point", "separator", "int_to_float",
    "symbol", "format",
})  # fmt: skip
PLAIN = (bool, int, str, type(None))
MAX_COLUMNS = 10_000


def encode_teaching(value: Any, encode: Encode) -> Plain | None:
    """Return the record of such a table; None for all else, and for what stays."""
    name = package_of(type(value))
    library = sys.modules.get(name)
    if library is None:
        return None
    if name == "babypandas":
        kind = next((one for one in WRAPPERS if type(value) is getattr(library, one, 0)), None)
        return None if kind is None else _wrapped(kind, value, encode)
    if name == "datascience" and type(value) is getattr(library, "Table", 0):
        return _labelled(library, value, encode)
    return None


def _wrapped(kind: str, value: Any, encode: Encode) -> Plain | None:
    table = encode(vars(value).get("_pd"))
    is_whole = isinstance(table, dict) and table.get("$") in ("frame", "series")
    return {"$": "wrapped", "kind": kind, "table": table} if is_whole else None


def _labelled(library: ModuleType, table: Any, encode: Encode) -> Plain | None:
    formats = _formats_of(library)
    columns, named = vars(table)["_columns"], vars(table)["_formats"]
    known = all(_is_named(formats, one) for one in named.values())
    if not known or vars(table).get("formatter") is not formats.default_formatter:
        return None
    if not all(type(label) is str and type(one) is np.ndarray for label, one in columns.items()):
        return None
    return {
        "$": "labelled",
        "columns": [[label, encode(column)] for label, column in columns.items()],
        "formats": [[label, type(one).__name__, list(map(list, vars(one).items()))]
                    for label, one in named.items()],
    }  # fmt: skip


def _formats_of(library: ModuleType) -> Any:
    """Return datascience's module of formats."""
    return importlib.import_module(f"{library.__name__}.formats")


def _is_named(formats: Any, one: Any) -> bool:
    return (
        type(one).__name__ in FORMATTERS
        and type(one) is getattr(formats, type(one).__name__)
        and all(name in SETTINGS and type(value) in PLAIN for name, value in vars(one).items())
    )


def make_teaching(kind: str, plain: Plain, decode: Decode) -> Any:
    """Return the table of a record.

    Args:
        kind: one of ``KINDS``.
        decode: of one part, by the codec.

    Raises:
        EvidenceError: the record is malformed.
        Exception: as the library does; ImportError where it is missing here.
    """
    if kind == "wrapped":
        return _make_wrapped(plain, decode)
    return _make_labelled(plain, decode)


def _make_wrapped(plain: Plain, decode: Decode) -> Any:
    import pandas as pd

    name, table = plain.get("kind"), decode(plain.get("table"))
    if name not in WRAPPERS or type(table) is not getattr(pd, name):
        raise EvidenceError("malformed table")
    return getattr(importlib.import_module("babypandas"), name)(data=table)


def _make_labelled(plain: Plain, decode: Decode) -> Any:
    library: Any = importlib.import_module("datascience")
    pairs: Any = plain.get("columns")
    formats: Any = plain.get("formats")
    if not _are_rows(pairs, 2) or not _are_rows(formats, 3):
        raise EvidenceError("malformed table")
    table = library.Table()
    lengths = set()
    for label, part in pairs:
        column = decode(part)
        if type(column) is not np.ndarray or column.ndim < 1:
            raise EvidenceError("a table needs columns")
        lengths.add(len(column))
        table._columns[label] = column
    if len(lengths) > 1:
        raise EvidenceError("the columns have several lengths")
    table._num_rows = lengths.pop() if lengths else 0
    for label, name, fields in formats:
        if label not in table._columns or name not in FORMATTERS or not _are_settings(fields):
            raise EvidenceError("malformed format")
        made = object.__new__(getattr(_formats_of(library), name))
        vars(made).update(dict(fields))
        table._formats[label] = made
    return table


def _are_rows(rows: Any, length: int) -> bool:
    """Tell whether a value is a list of lists of some length that begin with a text."""
    return (
        type(rows) is list
        and len(rows) <= MAX_COLUMNS
        and all(type(row) is list and len(row) == length and type(row[0]) is str for row in rows)
    )


def _are_settings(fields: Any) -> bool:
    return _are_rows(fields, 2) and all(
        name in SETTINGS and type(value) in PLAIN for name, value in fields
    )
