"""Whether a value holds what it held before, told at a glance.

To encode a value with every message in order to compare it would cost most of the time that a test
takes. A container holds the same as before if the very same things are in it, each of which cannot
change or is looked at itself; a table, if its labels and texts are the same things and its numbers
the same bytes. What a glance cannot tell is no glimpse, and has to be encoded.
"""

import operator
import sys
from array import array
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Container, Iterator
from typing import Any, NamedTuple

import numpy as np

CONTAINERS: tuple[type, ...] = (
    list, dict, set, bytearray, array, deque, OrderedDict, Counter, defaultdict,
)  # fmt: skip
MAPPINGS = frozenset({dict, OrderedDict, Counter, defaultdict})
NUMBERS = frozenset("bBhHiIlLqQfd")  # codes of arrays of numbers
FLAT = (bytearray, array)  # of numbers alone
NESTING = frozenset({*CONTAINERS, tuple, frozenset}).difference(FLAT)
PLAIN = frozenset({type(None), bool, int, float, complex})
TABLES = ("DataFrame", "Series")
NUMPY = ("NumpyEADtype", "PandasDtype")  # the dtype of NumpyExtensionArray; the older name
ENTRIES = frozenset({*PLAIN, str, bytes})  # of a column of objects
MISSING = "pandas._libs.missing"  # where the type of pandas.NA is from


class Glimpse(NamedTuple):
    """What was seen in a value.

    Attributes:
        things: compared by identity.
        memory: shapes and bytes of arrays, compared as such; of an array of objects the bytes are
            where its entries lie.
        kept: those entries, not compared: while they are kept, no others can lie there.
    """

    things: list[Any]
    memory: list[Any]
    kept: list[Any]


def glimpse(value: Any, known: Container[int]) -> Glimpse | None:
    """Return what is in a value; None where a glance does not tell of each change.

    Args:
        known: ids of the values that are looked at themselves.
    """
    cls = type(value)
    if is_table(cls):
        seen = _in_table(value)
        return seen if seen is not None and _keep_entries(seen) else None
    things = list(parts_of(value))
    if not things or cls is defaultdict:  # whose factory may change
        return None
    if all(_is_plain(part) or id(part) in known for part in things):
        return Glimpse(things, [], [])
    return None


def is_same(value: Any, seen: Glimpse) -> bool:
    """Tell whether a value that was seen holds what it held then."""
    now = _in_table(value) if is_table(type(value)) else Glimpse(list(parts_of(value)), [], [])
    return (
        now is not None
        and len(now.things) == len(seen.things)
        and all(map(operator.is_, now.things, seen.things))
        and now.memory == seen.memory
    )


def is_table(cls: type) -> bool:
    """Tell whether a class is pandas' frame or series, which is not imported to find out."""
    name = cls.__name__
    return name in TABLES and getattr(sys.modules.get("pandas"), name, None) is cls


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
    """Return what is in a table as pandas keeps it: blocks of columns alike, and labels."""
    blocks = getattr(getattr(table, "_mgr", None), "blocks", None)
    if blocks is None:
        return None
    found = Glimpse([table.name] if table.ndim == 1 else [], [], [])
    for block in blocks:
        found.things.append(block.mgr_locs)
        if not _add(found, block.values):
            return None
    for labels in table._mgr.axes:
        found.things.extend([labels, *labels.names])
        if type(labels).__name__ == "RangeIndex":
            continue
        if type(labels).__name__ != "Index" or not _add(found, labels._values):
            return None
    return found


def _add(found: Glimpse, values: Any) -> bool:
    """Add values of one type; returns whether a glance can tell of each change."""
    dtype = values.dtype
    text = getattr(dtype, "storage", None) == "python"  # pandas' own column of texts
    if not (text or isinstance(dtype, np.dtype) or type(dtype).__name__ in NUMPY):
        return False
    array = getattr(values, "_ndarray", values)
    if type(array) is not np.ndarray:
        return False
    found.things.extend((values, array, array.dtype))
    found.memory.extend((array.shape, array.tobytes()))
    return True


def _keep_entries(seen: Glimpse) -> bool:
    """Keep the entries of arrays of objects; returns whether none of them can change itself."""
    for one in seen.things:
        if type(one) is np.ndarray and one.dtype.kind == "O":
            seen.kept.extend(one.ravel().tolist())
    return all(cls in ENTRIES or cls.__module__ == MISSING for cls in set(map(type, seen.kept)))
