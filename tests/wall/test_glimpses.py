"""A glance tells of each change: what looks the same is encoded the same."""

from collections import Counter, OrderedDict, defaultdict, deque

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.wall import codec
from autograder.wall.glimpses import glimpse, is_same, is_table

COLUMNS = {
    "whole": [3, 1, 2],
    "real": [0.5, float("nan"), -0.0],
    "truth": [True, False, True],
    "text": ["a", None, "c"],
    "mixed": pd.Series([1, "b", 2.5], dtype=object),
    "moment": pd.to_datetime(["2024-01-01", "2024-01-02", None]),
    "kind": pd.Categorical(["u", "v", "u"]),
    "masked": pd.array([1, None, 3], dtype="Int64"),
}
VALUES = (7, 0.0, float("nan"), False, "z", None)
CHANGES = {
    "an entry": lambda frame, row, column, value: frame.__setitem__(
        column, [value if n == row else old for n, old in enumerate(frame[column])]
    ),
    "an entry in place": lambda frame, row, column, value: frame.iloc.__setitem__(
        (row, frame.columns.get_loc(column)), value
    ),
    "a new column": lambda frame, row, column, value: frame.__setitem__("new", value),
    "a column less": lambda frame, row, column, value: frame.pop(column),
    "a row less": lambda frame, row, column, value: frame.drop(frame.index[row], inplace=True),
    "labels": lambda frame, row, column, value: setattr(frame, "index", list("xyz")),
    "the labels' name": lambda frame, row, column, value: setattr(frame.index, "name", "n"),
    "a column's name": lambda frame, row, column, value: frame.rename(
        columns={column: "other"}, inplace=True
    ),
    "the order": lambda frame, row, column, value: frame.sort_index(ascending=False, inplace=True),
    "a dtype": lambda frame, row, column, value: frame.__setitem__(
        column, frame[column].astype(object)
    ),
    "nothing": lambda frame, row, column, value: None,
}


@given(
    st.lists(st.sampled_from(sorted(COLUMNS)), min_size=1, max_size=4, unique=True),
    st.data(),
    st.sampled_from(sorted(CHANGES)),
    st.booleans(),
)
def test_a_table_that_looks_the_same_is_encoded_the_same(names, data, change, named_rows):
    frame = pd.DataFrame({name: COLUMNS[name] for name in names})
    if named_rows:
        frame.index = pd.Index(["p", "q", "r"], name="rows")
    row, column = data.draw(st.integers(0, 2)), data.draw(st.sampled_from(names))
    value = data.draw(st.sampled_from(VALUES))
    one = data.draw(st.booleans())
    table = frame[column] if one else frame
    seen, before = glimpse(table, ()), codec.pack(table)
    try:
        if one:
            table.iloc[row] = value
        else:
            CHANGES[change](frame, row, column, value)
    except (TypeError, ValueError):
        return  # pandas does not let it be changed so
    if seen is not None and is_same(table, seen):
        assert codec.pack(table) == before


@pytest.mark.parametrize("name", ["whole", "real", "truth", "text"])
def test_ordinary_columns_are_told_at_a_glance(name):
    table = pd.DataFrame({name: COLUMNS[name], "other": [1.0, 2.0, 3.0]})
    for one in (table, table[name]):
        seen = glimpse(one, ())
        assert seen is not None
        assert is_same(one, seen)


def test_a_number_that_changes_its_type_but_none_of_its_bytes_is_a_change():
    table = pd.DataFrame({"n": np.array([1, 2], np.int64)})
    seen = glimpse(table, ())
    table["n"] = table["n"].astype(np.uint64)
    assert not is_same(table, seen)


@pytest.mark.parametrize(
    ("value", "change"),
    [
        ([1, 2], lambda v: v.append(3)),
        ([1, "a"], lambda v: v.reverse()),
        ({1: 2}, lambda v: v.update({1: 3})),
        ({1: 2}, lambda v: v.update({2: 2})),
        ({1, 2}, lambda v: v.add(3)),
        (deque([1]), lambda v: v.appendleft(0)),
        (OrderedDict(a=1, b=2), lambda v: v.move_to_end("a")),
        (Counter("ab"), lambda v: v.update("b")),
    ],
)
def test_a_container_that_changes_is_seen_to(value, change):
    seen = glimpse(value, ())
    assert is_same(value, seen)
    change(value)
    assert not is_same(value, seen)


@pytest.mark.parametrize("value", [[[1]], {"a": [1]}, defaultdict(list, a=1), np.ones(2), []])
def test_what_may_change_unseen_is_no_glimpse(value):
    assert glimpse(value, ()) is None


def test_what_is_looked_at_itself_may_lie_in_a_container():
    inner = [1]
    assert glimpse([inner], {id(inner)}) is not None


@pytest.mark.parametrize("module", [None, 3, "pandas", "pandas.core.frame", "other"])
def test_a_class_that_is_called_as_a_table_is_none_whatever_it_says_of_its_module(module):
    cls = type("DataFrame", (), {"__module__": module})
    made = cls()
    assert not is_table(cls)
    assert glimpse(made, set()) is None
    assert glimpse([1, made], {id(made)}).things[1] is made
