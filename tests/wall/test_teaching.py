"""Teaching libraries' tables cross as what they hold, and arrive as the same library's.

The libraries are small ones of the same names and the same fields, so that this needs none of them.
"""

import sys
import types

import msgpack
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.errors import EvidenceError
from autograder.wall import codec

STAYED = object()
DATASCIENCE = """
import collections.abc
from datascience import formats
class Table(collections.abc.MutableMapping):
    def __init__(self, labels=None, formatter=formats.default_formatter):
        self._columns, self._formats, self._num_rows = collections.OrderedDict(), {}, 0
        self.formatter = formatter
    def __getitem__(self, label): return self._columns[label]
    def __setitem__(self, label, column): self._columns[label] = column
    def __delitem__(self, label): del self._columns[label]
    def __iter__(self): return iter(self._columns)
    def __len__(self): return len(self._columns)
"""
FORMATS = """
class Formatter: pass
class NumberFormatter(Formatter):
    def __init__(self, decimals=2): self.decimals = decimals
class FunctionFormatter(Formatter):
    def __init__(self, function): self.format_value = function
default_formatter = Formatter()
"""
BABYPANDAS = """
import pandas as pd
class DataFrame:
    def __init__(self, **kwargs): self._pd = pd.DataFrame(**kwargs)
class Series:
    def __init__(self, **kwargs): self._pd = pd.Series(**kwargs)
class Own(DataFrame): pass
"""


@pytest.fixture(scope="module", autouse=True)
def libraries():
    """Put small libraries where a real one would be."""
    texts = {"datascience": "", "datascience.formats": FORMATS, "babypandas": BABYPANDAS}
    before = {name: sys.modules.get(name) for name in texts}
    for name, text in texts.items():
        sys.modules[name] = types.ModuleType(name)
        exec(text, vars(sys.modules[name]))
    sys.modules["datascience"].formats = sys.modules["datascience.formats"]
    exec(DATASCIENCE, vars(sys.modules["datascience"]))
    yield types.SimpleNamespace(
        **{name: sys.modules[name] for name in ("datascience", "babypandas")}
    )
    for name, module in before.items():
        sys.modules.pop(name)
        if module is not None:
            sys.modules[name] = module


def crossed(value):
    return codec.unpack(codec.pack(value, keep=lambda _: 1), adopt=lambda *_: STAYED)


def to_sandbox(value):
    return codec.unpack(codec.pack(value), resolve=lambda _: None, adopt=lambda *_: STAYED)


def table_of(columns, formats=()):
    table = sys.modules["datascience"].Table()
    table._columns.update(columns)
    table._num_rows = len(next(iter(columns.values()), []))
    table._formats.update(formats)
    return table


def rows(items):
    return lambda count: st.lists(items, min_size=count, max_size=count)


COLUMNS = (rows(st.integers(-9, 9)), rows(st.floats(allow_nan=False)), rows(st.text("xyz")))


@st.composite
def columns(draw):
    count = draw(st.integers(0, 4))
    kinds = st.one_of(*(kind(count) for kind in COLUMNS))
    return draw(st.dictionaries(st.text("abc ", max_size=4), kinds, max_size=3))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(columns())
def test_a_table_arrives_as_it_was_both_ways(data):
    table = table_of({label: np.array(column) for label, column in data.items()})
    for found in (crossed(table), to_sandbox(table)):
        assert type(found) is type(table) and found is not table
        assert list(found) == list(table) and found._num_rows == table._num_rows
        for label, column in table.items():
            assert found[label].dtype == column.dtype and (found[label] == column).all()


def test_named_formats_go_with_their_columns(libraries):
    number = libraries.datascience.formats.NumberFormatter(decimals=5)
    found = crossed(table_of({"a": np.arange(2)}, {"a": number}))
    assert type(found._formats["a"]) is type(number) and found._formats["a"].decimals == 5


@pytest.mark.parametrize("name", ["DataFrame", "Series"])
def test_what_wraps_a_table_of_pandas_arrives_wrapped(libraries, name):
    cls = getattr(libraries.babypandas, name)
    value = cls(data=pd.DataFrame({"a": [1, 2]}) if name == "DataFrame" else pd.Series([1, 2]))
    found = crossed(value)
    assert type(found) is cls and found._pd.equals(value._pd)


def test_what_is_no_plain_table_stays(libraries):
    own = libraries.datascience.formats.FunctionFormatter(str)
    assert crossed(table_of({"a": np.arange(2)}, {"a": own})) is STAYED
    assert crossed(table_of({"a": [1, 2]})) is STAYED
    assert crossed(libraries.babypandas.Own(data={"a": [1]})) is STAYED
    objects = libraries.babypandas.DataFrame(data={"a": [object(), 2]})
    assert crossed(objects) is STAYED


def test_a_side_without_the_library_has_a_stand_in(libraries, monkeypatch):
    packed = codec.pack(table_of({"a": np.arange(2)}), keep=lambda _: 1)
    monkeypatch.setitem(sys.modules, "datascience", None)
    assert codec.unpack(packed, adopt=lambda *_: STAYED) is STAYED


FORGED = [
    {"columns": [["a", [1, 2]]]}, {"columns": [[1, 2, 3]]}, {"columns": None},
    {"columns": [["a", {"$": "array", "dtype": "<i8", "shape": [1], "data": bytes(8)}],
                 ["b", {"$": "array", "dtype": "<i8", "shape": [2], "data": bytes(16)}]]},
    {"formats": [["a", "FunctionFormatter", []]]}, {"formats": [["zz", "NumberFormatter", []]]},
    {"formats": [["a", "NumberFormatter", [["format_value", 1]]]]},
    {"formats": [["a", "NumberFormatter", [["__class__", "x"]]]]},
    {"$": "wrapped", "kind": "DataFrame", "table": 3}, {"$": "wrapped", "kind": "Own", "table": 3},
]  # fmt: skip


@pytest.mark.parametrize("change", FORGED, ids=str)
def test_a_forged_record_makes_no_table(change):
    plain = msgpack.unpackb(codec.pack(table_of({"a": np.arange(2)}), keep=lambda _: 1))
    with pytest.raises(EvidenceError):
        codec.unpack(msgpack.packb({**plain, **change}), adopt=lambda *_: STAYED)
