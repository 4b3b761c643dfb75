"""NumPy's values that are data cross as what they are: times, columns, masks, polynomials."""

import msgpack
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as kinds

from autograder.errors import EvidenceError
from autograder.wall import codec

FIXED = np.arange(3)
FIXED.flags.writeable = False
TABLE = np.array([("Ann", 20, [1, 2])], [("name", "U5"), ("age", "i4"), ("pair", "f8", 2)])
VALUES = [
    np.dtype("f4"), np.dtype("O"), np.dtype(">i2"), np.dtype("M8[D]"), TABLE.dtype, TABLE,
    TABLE[0], TABLE.view(np.recarray), np.arange("2024-01", "2024-04", dtype="M8[M]"),
    np.datetime64("2024-01-01T10:00"), np.timedelta64(3, "D"), np.datetime64("NaT", "s"),
    np.ma.masked_less(np.arange(4), 2), np.ma.masked, np.ma.MaskedArray([1.5], fill_value=7),
    np.poly1d([1, 2], variable="t"), np.polynomial.Polynomial([1, 2], domain=[0, 1]),
    np.asfortranarray(np.arange(6).reshape(2, 3)), FIXED,
]  # fmt: skip


def cross(value):
    return codec.unpack(codec.pack(value, lambda kept: 1), adopt=lambda *told: told)


def told(value):
    """Return all that a test can see of a value."""
    if isinstance(value, np.ma.MaskedArray) and value is not np.ma.masked:
        return type(value), value.tolist(), repr(value), value.fill_value, value.dtype
    if isinstance(value, np.ndarray):
        flags = value.flags.writeable, value.flags.c_contiguous, value.flags.f_contiguous
        return type(value), repr(value), value.dtype, value.strides, flags
    return type(value), repr(value), getattr(value, "domain", np.zeros(1)).tolist()


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_crosses_as_what_it_is(value):
    assert told(cross(value)) == told(value)


DTYPES = st.one_of(
    kinds.scalar_dtypes(), kinds.array_dtypes(kinds.scalar_dtypes(), max_size=3),
    kinds.datetime64_dtypes(), kinds.timedelta64_dtypes(),
)  # fmt: skip


@given(array=kinds.arrays(DTYPES, kinds.array_shapes(min_side=0, max_side=3)))
def test_any_array_of_numbers_texts_times_or_columns_crosses_or_stays(array):
    got = cross(array)
    if type(got) is np.ndarray:
        assert got.dtype == array.dtype and got.shape == array.shape
        assert got.tobytes() == array.tobytes() and got.flags.writeable == array.flags.writeable


@pytest.mark.parametrize("dtype", [
    np.dtype([("a", "O")]), np.dtype([("a", [("b", "i4")])]), np.dtype("V4"),
    np.dtype({"names": ["a"], "formats": ["i4"], "offsets": [4]}),
], ids=repr)  # fmt: skip
def test_columns_of_objects_in_columns_or_with_gaps_stay(dtype):
    assert cross(np.zeros(2, dtype))[0] == cross(dtype)[0] == "object"


ARRAY = {"$": "array", "shape": [1], "data": b"\0" * 8}
MALFORMED = [
    {**ARRAY, "dtype": "|O"}, {**ARRAY, "dtype": [["a", "|O", []]]}, {**ARRAY, "dtype": []},
    {**ARRAY, "dtype": [["a", "<f8"]]}, {**ARRAY, "dtype": [["a", "<f8", [2**40]]]},
    {**ARRAY, "dtype": [["a", "<f4", []]]}, {**ARRAY, "dtype": [["a", "<f4", []]] * 2},
    {**ARRAY, "dtype": [["a", "|b1", [8]]], "data": b"\2" * 8},
    {**ARRAY, "dtype": [["a", "<U2", []]], "data": b"\xff" * 8}, {**ARRAY, "dtype": "<M8[xx]"},
    *({"$": "collection", "kind": kind, "items": items} for kind, items in [
        ("dtype", []), ("dtype", ["|V4"]), ("dtype", ["<f8,<U1"]), ("dtype", [3]),
        ("masked", [1]), ("masked", [1, 2, 3]), ("records", ["a"]), ("poly1d", [[1], "x"]),
        ("poly1d", []), ("power", ["x", "y"]), ("poly1d", [1, "x" * 99]),
    ]),
]  # fmt: skip


@pytest.mark.parametrize("plain", MALFORMED, ids=str)
def test_a_malformed_record_is_refused(plain):
    with pytest.raises(EvidenceError):
        codec.unpack(msgpack.packb(plain))
