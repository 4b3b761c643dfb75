"""Tables by value: pandas' frames, series, indexes and moments, column by column.

Exact types only, both ways. A column crosses as an array, or as the parts that pandas keeps of it:
codes and categories, values and a mask, times and their zone, ends of intervals. A table with any
other column (sparse ones, objects in its cells, somebody's extension) makes no record: it stays
where it is, behind a stand-in. pandas is imported only where a table crosses.
"""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgpack
import numpy as np

from autograder.errors import EvidenceError
from autograder.wall.codec.kinds import MAX_FRAME_BYTES
from autograder.wall.codec.library import is_plain_tree
from autograder.wall.codec.wire import check_nodes
from autograder.wall.codec.words import package_of

if TYPE_CHECKING:
    import pandas as pd

Plain = dict[str, Any]
Encode = Callable[[Any], Any]  # of one part, by the codec
Decode = Callable[[Any], Any]

MAX_TABLE_BYTES = MAX_FRAME_BYTES * 4 // 5  # of one table in memory; larger ones stay
UNITS = ("s", "ms", "us", "ns")
PACKED = {type(None), bool, int, float, str}  # items of a column that cross in one piece
TEXTS = {type(None), str}
NUMPY_COLUMNS = ("NumpyExtensionArray", "PandasArray")  # one kind; the older name is 2.0's
MAX_ZONE = 64


class _Stays(Exception):
    """A part of the table cannot cross."""


def encode_table(value: Any, encode: Encode) -> Plain | None:
    """Return the record of a table or a part of one; None for all else, and for what stays."""
    if "pandas" not in sys.modules or package_of(type(value)) != "pandas":
        return None
    import pandas as pd

    cls = type(value)
    try:
        if cls is pd.DataFrame:
            return _frame(value, encode)
        if cls is pd.Series:
            _check_size(value.nbytes)
            return {"$": "series", "index": _index(value.index, encode),
                    "values": _column(value.array, encode), "name": encode(value.name)}  # fmt: skip
        if isinstance(value, pd.Index):
            _check_size(value.nbytes)
            return _index(value, encode)
        if cls in (pd.Timestamp, pd.Timedelta, pd.Period):
            return {"$": "moment", "values": _column(pd.array([value]), encode)}
        if cls is pd.Interval:
            ends = [encode(value.left), encode(value.right)]
            return {"$": "interval", "items": ends, "closed": value.closed}
        if value is pd.NaT or value is pd.NA:
            return {"$": "missing", "name": "NaT" if value is pd.NaT else "NA"}
    except EvidenceError:
        raise
    except Exception:  # whatever pandas makes of an unusual table, the table stays
        return None
    return None


def _check_size(size: int) -> None:
    if size > MAX_TABLE_BYTES:
        raise _Stays


def _frame(frame: "pd.DataFrame", encode: Encode) -> Plain:
    arrays = list(frame._iter_column_arrays())
    _check_size(frame.index.nbytes + sum(array.nbytes for array in arrays))
    columns = [_column(array, encode) for array in arrays]
    _check_size(sum(len(column["data"]) for column in columns if "data" in column))
    index, names = _index(frame.index, encode), _index(frame.columns, encode)
    return {"$": "frame", "index": index, "columns": names, "data": columns}


def _index(index: "pd.Index", encode: Encode) -> Plain:
    import pandas as pd

    cls = type(index)
    if cls is pd.MultiIndex:
        levels = [_index(level, encode) for level in index.levels]
        codes = [encode(np.asarray(codes, np.int64)) for codes in index.codes]
        names = [encode(name) for name in index.names]
        return {"$": "index", "kind": "multi", "levels": levels, "codes": codes, "names": names}
    name = encode(index.name)
    if cls is pd.RangeIndex:
        items = [index.start, index.stop, index.step]
        return {"$": "index", "kind": "range", "items": items, "name": name}
    if cls not in (pd.Index, pd.DatetimeIndex, pd.TimedeltaIndex, pd.CategoricalIndex,
                   pd.PeriodIndex, pd.IntervalIndex):  # fmt: skip
        raise _Stays
    every = "" if cls is pd.PeriodIndex else getattr(index, "freqstr", None) or ""
    values = _column(index.array, encode)
    return {"$": "index", "kind": "column", "values": values, "name": name, "every": every}


def _column(array: Any, encode: Encode) -> Plain:
    import pandas as pd

    kinds = pd.arrays
    cls = type(array)
    if cls.__name__ in NUMPY_COLUMNS:
        cls, array = np.ndarray, array.to_numpy()
    if cls is np.ndarray:
        if array.dtype.kind != "O":
            return {"$": "column", "kind": "numbers", "values": encode(array)}
        return _objects(array.tolist(), encode)
    if cls in (kinds.DatetimeArray, kinds.TimedeltaArray):
        zone = "" if getattr(array, "tz", None) is None else str(array.tz)
        if zone and pd.Timestamp(0, tz=zone).tz != array.tz:
            raise _Stays
        kind = "moments" if cls is kinds.DatetimeArray else "durations"
        return {"$": "column", "kind": kind, "values": encode(array.asi8.copy()),
                "unit": array.unit, "zone": zone}  # fmt: skip
    if cls is kinds.PeriodArray:
        values = encode(array.asi8.copy())
        return {"$": "column", "kind": "periods", "values": values, "every": array.freqstr}
    if cls is kinds.IntervalArray:
        ends = {"left": _index(array.left, encode), "right": _index(array.right, encode)}
        return {"$": "column", "kind": "intervals", "closed": array.closed, **ends}
    if cls is pd.Categorical:
        return {"$": "column", "kind": "categories", "codes": encode(array.codes.astype(np.int64)),
                "categories": _index(array.categories, encode),
                "ordered": bool(array.ordered)}  # fmt: skip
    if cls in (kinds.IntegerArray, kinds.FloatingArray, kinds.BooleanArray):
        numpy_dtype = getattr(array.dtype, "numpy_dtype", np.dtype(bool))
        return {"$": "column", "kind": "masked", "mask": encode(np.asarray(array.isna())),
                "values": encode(array.to_numpy(numpy_dtype, na_value=0))}  # fmt: skip
    if isinstance(array.dtype, pd.StringDtype) and array.dtype.storage == "python":
        items = array.to_numpy(object, copy=True, na_value=None).tolist()
        if not TEXTS.issuperset(map(type, items)):
            raise _Stays
        missing = "NA" if array.dtype.na_value is pd.NA else "nan"
        return {"$": "column", "kind": "texts", "data": _pack(items), "missing": missing}
    raise _Stays


def _objects(items: list[Any], encode: Encode) -> Plain:
    if PACKED.issuperset(map(type, items)):
        return {"$": "column", "kind": "packed", "data": _pack(items)}
    import pandas as pd

    moments = (pd.Timestamp, pd.Timedelta, type(pd.NaT), type(pd.NA))
    alone = (np.bool_, np.number, *moments)
    if not all(is_plain_tree(item) or isinstance(item, alone) for item in items):
        raise _Stays
    return {"$": "column", "kind": "objects", "items": [encode(item) for item in items]}


def _pack(items: list[Any]) -> bytes:
    """Return items of the types ``PACKED`` as bytes."""
    try:
        data = msgpack.packb(items)
    except (OverflowError, UnicodeEncodeError):  # a long integer, half a character
        raise _Stays from None
    _check_size(len(data))
    return data


def make_table(kind: str, plain: Plain, decode: Decode) -> Any:
    """Return the table, or the part of one, of a record.

    Args:
        kind: "frame", "series", "index", "column", "moment", "interval" or "missing".
        decode: of one part, by the codec.

    Raises:
        EvidenceError: the record is malformed.
        Exception: as pandas does, of parts that do not fit each other.
    """
    import pandas as pd

    if kind == "frame":
        index, columns = _part(plain, "index", decode), _part(plain, "columns", decode)
        data = [_typed(_column_of(decode(part))) for part in _list(plain, "data")]
        if any(len(column) != len(index) for column in data) or len(data) != len(columns):
            raise EvidenceError("malformed table")
        frame = pd.DataFrame(dict(enumerate(data)), index=pd.RangeIndex(len(index)))
        frame.index, frame.columns = index, columns
        return frame
    if kind == "series":
        values = _column_of(decode(plain.get("values")))
        index = _part(plain, "index", decode)
        series = pd.Series(values, dtype=_dtype_of(values))
        series.index, series.name = index, decode(plain.get("name"))
        return series
    if kind == "index":
        return _make_index(plain, decode)
    if kind == "column":
        return _Column(_make_column(plain, decode))
    if kind == "moment":
        (found,) = _column_of(decode(plain.get("values")))
        return found
    if kind == "interval":
        return _make_interval(plain, decode)
    return {"NaT": pd.NaT, "NA": pd.NA}[plain["name"]]


def _typed(values: Any) -> Any:
    """Return a column whose type a table keeps."""
    import pandas as pd

    return values if _dtype_of(values) is None else pd.Series(values, dtype=object)


def _dtype_of(values: Any) -> type | None:
    """Return the type of a column of objects, which pandas would else guess anew."""
    return object if isinstance(values, np.ndarray) and values.dtype.kind == "O" else None


class _Column:
    """A decoded column; nothing but a table takes it."""

    def __init__(self, array: Any):
        self.array = array


def _column_of(part: object) -> Any:
    if type(part) is not _Column:
        raise EvidenceError("a table needs columns")
    return part.array


def _part(plain: Plain, name: str, decode: Decode) -> "pd.Index":
    import pandas as pd

    index = decode(plain.get(name))
    if not isinstance(index, pd.Index):
        raise EvidenceError("a table needs an index")
    return index


def _list(plain: Plain, name: str) -> list[Any]:
    value = plain.get(name)
    if type(value) is not list:
        raise EvidenceError(f"field {name!r} is malformed")
    return value


def _make_index(plain: Plain, decode: Decode) -> "pd.Index":
    import pandas as pd

    kind = plain.get("kind")
    if kind == "multi":
        levels = [decode(level) for level in _list(plain, "levels")]
        if not all(isinstance(level, pd.Index) for level in levels):
            raise EvidenceError("malformed index")
        codes = [_array(decode(codes), "iu") for codes in _list(plain, "codes")]
        names = [decode(name) for name in _list(plain, "names")]
        return pd.MultiIndex(levels, codes, names=names, verify_integrity=True)
    name = decode(plain.get("name"))
    if kind == "range":
        items = _list(plain, "items")
        if len(items) != 3 or not all(type(item) is int for item in items):
            raise EvidenceError("malformed index")
        if len(range(*items)) > MAX_TABLE_BYTES // 8:  # nothing lazy crosses
            raise EvidenceError("the index is too long")
        return pd.RangeIndex(*items, name=name)
    if kind != "column":
        raise EvidenceError("malformed index")
    values, every = _column_of(decode(plain.get("values"))), plain.get("every")
    index = pd.Index(values, dtype=_dtype_of(values), name=name)
    if every and isinstance(every, str) and len(every) < MAX_ZONE:
        index.freq = every
    return index


def _make_column(plain: Plain, decode: Decode) -> Any:
    import pandas as pd

    kind = plain.get("kind")
    if kind == "numbers":
        return _array(decode(plain.get("values")), "biufc")
    if kind in ("packed", "objects"):
        items = _unpack(plain) if kind == "packed" else list(map(decode, _list(plain, "items")))
        return _array_of(items)
    if kind == "texts":
        items = _unpack(plain)
        if not TEXTS.issuperset(map(type, items)):
            raise EvidenceError("malformed texts")
        missing = {"NA": pd.NA, "nan": np.nan}[plain["missing"]]
        how = {} if missing is pd.NA else {"na_value": missing}  # which older ones do not know
        return pd.array(items, dtype=pd.StringDtype("python", **how))
    if kind in ("moments", "durations"):
        return _make_moments(kind, plain, decode)
    if kind == "periods":
        values, every = _array(decode(plain.get("values")), "i"), plain.get("every")
        if type(every) is not str or len(every) >= MAX_ZONE:
            raise EvidenceError("malformed periods")
        return pd.arrays.PeriodArray(values.astype(np.int64), dtype=pd.PeriodDtype(every))
    if kind == "intervals":
        left, right = (_part(plain, name, decode) for name in ("left", "right"))
        return pd.arrays.IntervalArray.from_arrays(left, right, closed=_closed(plain))
    if kind == "categories":
        codes = _array(decode(plain.get("codes")), "i")
        categories = _part(plain, "categories", decode)
        return pd.Categorical.from_codes(codes, categories, ordered=plain.get("ordered") is True)
    if kind == "masked":
        values, mask = (_array(decode(plain.get(name)), "biuf") for name in ("values", "mask"))
        made = {"b": pd.arrays.BooleanArray, "f": pd.arrays.FloatingArray}
        return made.get(values.dtype.kind, pd.arrays.IntegerArray)(values, mask)
    raise EvidenceError("unknown column")


def _make_interval(plain: Plain, decode: Decode) -> "pd.Interval":
    import pandas as pd

    ends = [decode(part) for part in _list(plain, "items")]
    kinds = (int, float, pd.Timestamp, pd.Timedelta)
    if len(ends) != 2 or not all(type(one) in kinds or isinstance(one, np.number) for one in ends):
        raise EvidenceError("malformed interval")
    return pd.Interval(*ends, closed=_closed(plain))


def _closed(plain: Plain) -> Any:
    if (closed := plain.get("closed")) not in ("left", "right", "both", "neither"):
        raise EvidenceError("malformed interval")
    return closed


def _array_of(items: list[Any]) -> np.ndarray:
    """Return an array of objects with these very entries, lists among them."""
    array = np.empty(len(items), object)
    for place, item in enumerate(items):
        array[place] = item
    return array


def _make_moments(kind: str, plain: Plain, decode: Decode) -> Any:
    import pandas as pd

    values, unit, zone = _array(decode(plain.get("values")), "i"), plain["unit"], plain["zone"]
    if unit not in UNITS or type(zone) is not str or len(zone) > MAX_ZONE:
        raise EvidenceError("malformed times")
    if kind == "durations":
        return pd.TimedeltaIndex(values.astype(np.int64).view(f"m8[{unit}]")).array
    index = pd.DatetimeIndex(values.astype(np.int64).view(f"M8[{unit}]"))
    return (index.tz_localize("UTC").tz_convert(zone) if zone else index).array


def _array(value: object, kinds: str) -> np.ndarray:
    if not isinstance(value, np.ndarray) or value.ndim != 1 or value.dtype.kind not in kinds:
        raise EvidenceError("malformed column")
    return value


def _unpack(plain: Plain) -> list[Any]:
    data = plain.get("data")
    if type(data) is not bytes:
        raise EvidenceError("malformed column")
    check_nodes(data)
    items = msgpack.unpackb(data, max_array_len=len(data), max_map_len=0, max_ext_len=0)
    if type(items) is not list or not PACKED.issuperset(map(type, items)):
        raise EvidenceError("malformed column")
    return items
