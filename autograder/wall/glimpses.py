"""Whether a value holds what it held before, told at a glance.

To encode a value with every message in order to compare it would cost most of the time that a test
takes. A container holds the same as before if the very same things are in it, each of which cannot
change or is looked at itself; a table, if its labels and texts are the same things and its numbers
the same bytes. What a glance cannot tell is no glimpse, and has to be encoded.
"""

import operator
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Container, Iterator
from typing import Any, NamedTuple

import numpy as np

CONTAINERS: tuple[type, ...] = (
    list, dict, set, bytearray, deque, OrderedDict, Counter, defaultdict,
)  # fmt: skip
MAPPINGS = frozenset({dict, OrderedDict, Counter, defaultdict})
NESTING = frozenset({*CONTAINERS, tuple, frozenset}) - {bytearray}
PLAIN = frozenset({type(None), bool, int, float, complex})
TABLES = ("DataFrame", "Series")
NUMPY = ("NumpyEADtype", "PandasDtype")  # the dtype of NumpyExtensionArray; the older name
ENTRIES = frozenset({*PLAIN, str, bytes})  # of a column of objects


class Glimpse(NamedTuple):
    """What was seen in a value.

    Attributes:
        things: compared by identity.
        numbers: compared byte by byte.
    """

    things: list[Any]
    numbers: list[bytes]


def glimpse(value: Any, known: Container[int]) -> Glimpse | None:
    """Return what is in a value; None where a glance does not tell of each change.

    Args:
        known: ids of the values that are looked at themselves.
    """
    cls = type(value)
    if is_table(cls):
        return _in_table(value)
    things = list(parts_of(value))
    if not things or cls is defaultdict:  # whose factory may change
        return None
    if all(_is_plain(part) or id(part) in known for part in things):
        return Glimpse(things, [])
    return None


def is_same(value: Any, seen: Glimpse) -> bool:
    """Tell whether a value that was seen holds what it held then."""
    now = _in_table(value) if is_table(type(value)) else Glimpse(list(parts_of(value)), [])
    return (
        now is not None
        and len(now.things) == len(seen.things)
        and all(map(operator.is_, now.things, seen.things))
        and now.numbers == seen.numbers
    )


def is_table(cls: type) -> bool:
    """Tell whether a class is pandas' frame or series, which is not imported to find out."""
    return cls.__name__ in TABLES and cls.__module__.partition(".")[0] == "pandas"


def parts_of(value: Any) -> Iterator[Any]:
    """Yield what a container holds."""
    if type(value) in NESTING:
        yield from value
    if type(value) in MAPPINGS:
        yield from value.values()


def _is_plain(value: Any) -> bool:
    cls = type(value)
    return cls in ENTRIES or (cls is tuple and all(map(_is_plain, value)))


def _in_table(table: Any) -> Glimpse | None:
    if type(table).__name__ == "DataFrame":
        indexes, columns = [table.index, table.columns], list(table._iter_column_arrays())
        found = Glimpse([], [])
    else:
        indexes, columns = [table.index], [table.array]
        found = Glimpse([table.name], [])
    for index in indexes:
        found.things.extend([index, *index.names])
        if type(index).__name__ == "RangeIndex":
            continue
        if type(index).__name__ != "Index":
            return None
        columns.append(index.array)
    return found if all(_add(found, column) for column in columns) else None


def _add(found: Glimpse, column: Any) -> bool:
    """Add what is in a column; returns whether a glance tells of each change."""
    text = getattr(column.dtype, "storage", None) == "python"  # pandas' own column of texts
    if not (text or isinstance(column.dtype, np.dtype) or type(column.dtype).__name__ in NUMPY):
        return False
    array = np.asarray(column, object) if text else np.asarray(column)
    found.numbers.append(f"{column.dtype} {array.shape}".encode())
    if array.dtype.kind != "O":
        found.numbers.append(array.tobytes())
        return True
    entries = array.tolist()
    found.things.extend(entries)
    return text or ENTRIES.issuperset(map(type, entries))
