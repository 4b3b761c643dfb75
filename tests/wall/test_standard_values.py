"""Patterns, zones, paths and fields of data classes cross both ways as what they are, checked."""

import dataclasses
import datetime
import pathlib
import re
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import EvidenceError
from autograder.wall import codec
from autograder.wall.codec import library

ZONES = ("UTC", "Europe/Berlin", "America/Argentina/Salta", "Etc/GMT+5")
zoned = st.builds(
    lambda moment, zone, fold: moment.replace(tzinfo=ZoneInfo(zone), fold=fold),
    st.datetimes(datetime.datetime(1950, 1, 1), datetime.datetime(2090, 1, 1)),
    st.sampled_from(ZONES), st.integers(0, 1),
)  # fmt: skip
patterns = st.builds(
    lambda text, flags: re.compile(re.escape(text) + "(a|b)*", flags),
    st.text(max_size=20), st.sampled_from([0, re.I, re.M | re.S, re.X, re.A]),
)  # fmt: skip
paths = st.builds(
    lambda cls, parts: cls(*parts),
    st.sampled_from(sorted(library.PATHS, key=str)), st.lists(st.text("ab./", max_size=5)),
).filter(lambda path: type(path)(str(path)) == path)  # fmt: skip


@given(st.one_of(zoned, zoned.map(datetime.datetime.timetz), patterns, paths))
def test_a_value_comes_back_as_it_was(value):
    for keep in (None, lambda one: 1):
        again = codec.unpack(codec.pack(value, keep=keep))
        assert type(again) is type(value) and again == value
        assert getattr(again, "fold", 0) == getattr(value, "fold", 0)
        assert str(getattr(again, "tzinfo", "")) == str(getattr(value, "tzinfo", ""))


def test_a_path_whose_text_is_another_path_stays():
    odd = pathlib.PureWindowsPath("//a/")
    assert pathlib.PureWindowsPath(str(odd)) != odd
    with pytest.raises(EvidenceError, match="cannot cross"):
        codec.pack(odd, keep=None)


def test_what_is_told_of_a_data_class_comes_back():
    @dataclasses.dataclass
    class Item:
        price: float
        tags: list = dataclasses.field(default_factory=list, compare=False, repr=False)
        name: str = dataclasses.field(default="x", kw_only=True)

    for field in dataclasses.fields(Item):
        again = codec.unpack(codec.pack(field))
        for name in ("name", "type", "default", "default_factory", "_field_type", *library.FLAGS):
            assert getattr(again, name) == getattr(field, name), name


@pytest.mark.parametrize("kind, items", [
    ("pattern", ["(", 0]), ("pattern", [1, 0]), ("pattern", ["a" * 5000, 0]), ("pattern", ["a"]),
    ("zone", ["../../etc/passwd"]), ("zone", ["/etc/localtime"]), ("zone", ["nowhere"]),
    ("zone", [1]), ("zoned", ["now", "UTC", 0]), ("path", [b"a"]), ("pure path", ["a", "b"]),
    ("field", ["x", None, "_FIELD", [True] * 4, [], []]), ("field", []),
    ("field", ["x", None, "_OTHER", [True] * 5, [], []]),
    ("field", ["x", None, "_FIELD", [True, True, None, 1, True], [], []]),
    ("field", ["x", None, "_FIELD", [True, True, None, True, True], [1], [2]]),
])  # fmt: skip
def test_a_malformed_record_is_refused(kind, items):
    with pytest.raises((EvidenceError, ValueError, TypeError, KeyError, re.error)):
        library.make_collection({"kind": kind}, items, lambda part: part)
