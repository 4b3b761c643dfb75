"""NumPy's values that are data: dtypes, masked arrays, records, matrices, polynomials.

Exact types only, both ways, as parts that are checked one by one.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.errors import EvidenceError
from autograder.wall.codec.arrays import columns_of, is_plain, make_dtype
from autograder.wall.codec.kinds import ARRAY_KINDS

Encode = Callable[[Any], Any]  # of one part, by the codec
Power = np.polynomial.Polynomial
MAX_SYMBOL = 20


def parts_of(value: Any, encode: Encode) -> tuple[str, list[Any]] | None:
    """Return kind and encoded parts of a value; None where it is no kind of these."""
    cls = type(value)
    if isinstance(value, np.dtype):
        if value.fields is None:
            plain = value.kind in ARRAY_KINDS + "O" and value.subdtype is None
            return ("dtype", [value.str]) if plain and value.str != "|T16" else None
        columns = columns_of(value)
        return None if columns is None else ("dtype", columns)
    if value is np.ma.masked:
        return "masked", []
    if cls is np.ma.MaskedArray and is_plain(value.data):
        mask = None if value.mask is np.ma.nomask else np.asarray(value.mask)
        parts = (value.data, mask, value.fill_value)
        return "masked", [encode(part) for part in parts]
    if cls is np.recarray and (columns := columns_of(_unnamed(value.dtype))) is not None:
        return "records", [encode(value.view(_unnamed(value.dtype), np.ndarray))]
    if cls is np.matrix and is_plain(value):
        return "matrix", [encode(value.view(np.ndarray))]
    if cls is np.poly1d and is_plain(value.coeffs):
        return "poly1d", [encode(value.coeffs), encode(value.variable)]
    if cls is Power and all(map(is_plain, (value.coef, value.domain, value.window))):
        arrays = (value.coef, value.domain, value.window)
        return "power", [*map(encode, arrays), encode(value.symbol)]
    return None


def _unnamed(dtype: np.dtype) -> np.dtype:
    """Return the dtype of records as one of columns alone."""
    return np.dtype([(name, dtype[name]) for name in dtype.names or ()])


def make_numeric(kind: str, parts: list[Any]) -> Any:
    """Return the value of a kind and its decoded parts.

    Raises:
        EvidenceError: they are malformed.
        Exception: as NumPy does, of parts that do not fit each other.
    """
    if kind == "dtype":
        return np.dtype("O") if parts == ["|O"] else make_dtype(_told(parts))
    if kind == "masked":
        return np.ma.masked if not parts else _masked(*parts)
    if kind == "records":
        (array,) = parts
        return _array(array).view(np.recarray)
    if kind == "matrix":
        (array,) = parts
        return _array(array).view(np.matrix)
    *arrays, name = parts
    if type(name) is not str or len(name) > MAX_SYMBOL:
        raise EvidenceError("malformed polynomial")
    if kind == "poly1d":
        (coefficients,) = map(_array, arrays)
        return np.poly1d(coefficients, variable=name)
    coefficients, domain, window = map(_array, arrays)
    return Power(coefficients, domain, window, symbol=name)


def _told(parts: list[Any]) -> Any:
    return parts[0] if len(parts) == 1 and type(parts[0]) is str else parts


def _masked(data: Any, mask: Any, fill: Any) -> Any:
    if mask is None:
        return np.ma.MaskedArray(_array(data), fill_value=fill)
    if _array(data).shape != _array(mask).shape or mask.dtype != np.ma.make_mask_descr(data.dtype):
        raise EvidenceError("malformed mask")
    return np.ma.MaskedArray(data, mask, fill_value=fill)


def _array(value: Any) -> np.ndarray:
    if type(value) is not np.ndarray:
        raise EvidenceError("malformed array")
    return value


KINDS = frozenset({"dtype", "masked", "records", "matrix", "poly1d", "power"})
