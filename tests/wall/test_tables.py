"""Tables cross by value: what arrives is what pandas itself calls equal, or a stand-in."""

import datetime

import msgpack
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.errors import EvidenceError
from autograder.wall import codec
from autograder.wall.codec import tables

STAYED = object()


def crossed(value):
    return codec.unpack(codec.pack(value, keep=lambda _: 1), adopt=lambda *_: STAYED)


def check(value, found):
    if isinstance(value, pd.DataFrame):
        pd.testing.assert_frame_equal(value, found)
    elif isinstance(value, pd.Series):
        pd.testing.assert_series_equal(value, found)
    else:
        pd.testing.assert_index_equal(value, found, exact=True)
        assert getattr(value, "freq", None) == getattr(found, "freq", None)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
WHOLE = st.integers(-(2**40), 2**40)
MOMENTS = st.datetimes(datetime.datetime(1990, 1, 1), datetime.datetime(2100, 1, 1))
COLUMNS = {
    "int64": lambda n: st.lists(WHOLE, min_size=n, max_size=n).map(
        lambda items: np.array(items, np.int64)
    ),
    "float32": lambda n: st.lists(st.floats(width=32), min_size=n, max_size=n).map(
        lambda items: np.array(items, np.float32)
    ),
    "bool": lambda n: st.lists(st.booleans(), min_size=n, max_size=n).map(
        lambda items: np.array(items, bool)
    ),
    "str": lambda n: st.lists(st.none() | TEXTS, min_size=n, max_size=n).map(
        lambda items: pd.array(items, dtype="str")
    ),
    "string": lambda n: st.lists(st.none() | TEXTS, min_size=n, max_size=n).map(
        lambda items: pd.array(items, dtype=pd.StringDtype("python", na_value=pd.NA))
    ),
    "object": lambda n: st.lists(
        st.none() | st.booleans() | WHOLE | st.floats(allow_nan=False) | TEXTS | MOMENTS,
        min_size=n, max_size=n,
    ).map(lambda items: pd.Series(items, dtype=object).array),
    "Int16": lambda n: st.lists(st.none() | st.integers(-999, 999), min_size=n, max_size=n).map(
        lambda items: pd.array(items, dtype="Int16")
    ),
    "boolean": lambda n: st.lists(st.none() | st.booleans(), min_size=n, max_size=n).map(
        lambda items: pd.array(items, dtype="boolean")
    ),
    "category": lambda n: st.lists(st.none() | TEXTS, min_size=n, max_size=n).map(pd.Categorical),
    "times": lambda n: st.lists(MOMENTS, min_size=n, max_size=n).map(
        lambda items: pd.DatetimeIndex(np.array(items, "M8[us]")).array
    ),
    "zoned": lambda n: st.lists(MOMENTS, min_size=n, max_size=n).map(
        lambda items: pd.DatetimeIndex(np.array(items, "M8[us]"), tz="Asia/Shanghai").array
    ),
}  # fmt: skip


@st.composite
def frames(draw):
    rows = draw(st.integers(0, 4))
    kinds = draw(st.lists(st.sampled_from(sorted(COLUMNS)), max_size=5))
    data = {place: pd.Series(draw(COLUMNS[kind](rows))) for place, kind in enumerate(kinds)}
    frame = pd.DataFrame(data, index=pd.RangeIndex(rows))
    names = draw(st.lists(TEXTS | st.integers(0, 9), min_size=len(kinds), max_size=len(kinds)))
    frame.columns = pd.Index(names, dtype=object, name=draw(st.none() | TEXTS))
    kind = draw(st.sampled_from(["range", *sorted(COLUMNS), "two levels"]))
    if kind == "two levels":
        parts = [draw(COLUMNS[one](rows)) for one in ("str", "int64")]
        frame.index = pd.MultiIndex.from_arrays(parts, names=["a", draw(st.none() | TEXTS)])
    elif kind != "range":
        frame.index = pd.Index(draw(COLUMNS[kind](rows)), name=draw(st.none() | TEXTS))
    return frame


@settings(max_examples=80, deadline=None, derandomize=True)
@given(frames())
def test_a_frame_its_columns_and_its_index_arrive_as_they_were(frame):
    check(frame, crossed(frame))
    check(frame.index, crossed(frame.index))
    for place in range(frame.shape[1]):
        check(frame.iloc[:, place], crossed(frame.iloc[:, place]))


@pytest.mark.parametrize("value", [
    pd.DataFrame(), pd.DataFrame(index=[3, 1]), pd.Series(dtype=float), pd.Index([]),
    pd.date_range("2020-02-28", periods=3, freq="D"), pd.timedelta_range("1h", periods=2),
    pd.DataFrame({"a": [1, 2]}, index=pd.CategoricalIndex(["u", "v"], ordered=True)),
    pd.DataFrame({"k": ["x", "y", "x"], "v": [1, 2, 3]}).groupby("k").agg(["min", "max"]),
    pd.DataFrame({"a": [1, None], "b": ["x", "y"]}).describe(include="all"),
    pd.DataFrame({"a": [[1], [2]], "b": [{"k": [1, "x"]}, (None, {3})]}), pd.Series([[], [[]]]),
    pd.Series([1.5, "x", pd.Timestamp("2020-01-01"), pd.NaT, pd.NA, np.float32(2)], dtype=object),
], ids=str)  # fmt: skip
def test_what_courses_make_arrives(value):
    check(value, crossed(value))


@pytest.mark.parametrize("value", [
    pd.Timestamp("2020-01-01 10:00", tz="UTC"), pd.Timestamp("2020-01-01 10:00:00.123456789"),
    pd.Timedelta("1h"), pd.NaT, pd.NA, pd.Period("2024Q1"), pd.Period("2020-01-01 10:00", freq="h"),
    pd.Interval(0, 1), pd.Interval(0.5, 2, closed="left"),
    pd.Interval(pd.Timestamp("2020"), pd.Timestamp("2021"), closed="both"),
], ids=str)  # fmt: skip
def test_moments_arrive(value):
    found = crossed(value)
    assert type(found) is type(value) and (found is value or found == value)


@pytest.mark.parametrize("value", [
    pd.period_range("2020", periods=3, freq="M", name="p"), pd.interval_range(0, 3),
    pd.interval_range(pd.Timestamp("2020"), periods=2, freq="D", closed="left"),
    pd.PeriodIndex(["2020", "NaT"], freq="Y"), pd.IntervalIndex.from_tuples([(0, 1.5), (3, 4)]),
    pd.Series(pd.period_range("2020", periods=2, freq="W")), pd.cut(pd.Series([1, 2, 3]), 2),
    pd.DataFrame({"a": pd.interval_range(0, 2), "b": [1, 2]}),
    pd.cut(pd.Series([1, 2, 3]), [0, 2, 4]).value_counts(),
], ids=lambda value: f"{type(value).__name__} {len(value)}")  # fmt: skip
def test_periods_and_intervals_arrive(value):
    check(value, crossed(value))


@pytest.mark.parametrize("broken", [
    {"$": "interval", "items": ["a", "b"], "closed": "left"},
    {"$": "interval", "items": [1, 2], "closed": "ajar"},
    {"$": "interval", "items": [1], "closed": "left"},
    {"$": "column", "kind": "periods", "values": [1], "every": "M"},
    {"$": "column", "kind": "periods", "values": 5, "every": "x" * 100},
    {"$": "column", "kind": "intervals", "left": [0], "right": [1], "closed": "left"},
], ids=repr)  # fmt: skip
def test_malformed_periods_and_intervals_are_refused(broken):
    with pytest.raises(EvidenceError):
        codec.unpack(msgpack.packb(broken), adopt=lambda *_: STAYED)


class Own(pd.DataFrame):
    pass


@pytest.mark.parametrize("value", [
    Own({"a": [1]}), pd.DataFrame({"a": [object(), 2]}), pd.DataFrame({"a": [[1], [Own]]}),
    pd.arrays.SparseArray([0, 1]),
    pd.DataFrame({"a": [1]}).groupby("a"), pd.Series([1, 2], dtype=object).map(lambda _: Own),
    pd.DataFrame({"a": np.zeros(tables.MAX_TABLE_BYTES // 8 + 1)}),
], ids=lambda value: type(value).__name__)  # fmt: skip
def test_what_has_no_exact_form_stays(value):
    assert crossed(value) is STAYED


def places(plain, path=()):
    """Yield the path of every part of a frame."""
    pairs = plain.items() if isinstance(plain, dict) else enumerate(plain)
    for key, part in pairs:
        yield (*path, key)
        if isinstance(part, (dict, list)):
            yield from places(part, (*path, key))


WRONG = [None, -1, 2**62, 1.5, "x", b"\xdd\xff\xff\xff\xff", [], [[]] * 3, {"$": "frame"},
         {"$": "index", "kind": "range", "items": [0, 2**62, 1], "name": None}]  # fmt: skip


def test_every_part_may_be_anything_and_no_table_comes_of_it_that_was_not_sent():
    """Each part of a frame's record in turn is replaced: a value, or an EvidenceError."""
    frame = pd.DataFrame(
        {
            "a": [1, 2],
            "b": pd.Categorical(["x", None]),
            "c": pd.date_range("2020", periods=2, tz="UTC"),
            "d": pd.array([1, None], dtype="Int8"),
            "e": ["x", None],
        },
        index=pd.MultiIndex.from_tuples([("u", 1), ("v", 2)]),
    )
    plain = msgpack.unpackb(codec.pack(frame, keep=lambda _: 1))
    tried = 0
    for path in places(plain):
        for wrong in WRONG:
            changed = msgpack.unpackb(msgpack.packb(plain))
            part = changed
            for key in path[:-1]:
                part = part[key]
            part[path[-1]] = wrong
            tried += 1
            try:
                codec.unpack(msgpack.packb(changed), adopt=lambda *_: STAYED)
            except EvidenceError:
                continue
    assert tried > 500
