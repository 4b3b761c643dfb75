"""Tables as records: kept in any way they say the same, and what is wrong is told by its slip."""

import io

import numpy as np
import pandas as pd
import pytest
import torch

from autograder.checks import houses, tables
from autograder.course import ROOT
from autograder.wall.evidence import CapturedError

NAN = float("nan")
ERROR = CapturedError("KeyError", (), "", (), (), None, None)
MARKS = ["?", "-", "n.a.", "none"]


def right_way(text):
    rooms = {name: [*MARKS, "-1"] if name == "Rooms" else MARKS for name in houses.COLUMNS}
    return pd.read_csv(io.StringIO(text), na_values=rooms, skipinitialspace=True)


def test_the_file_that_is_read_is_the_one_that_students_get():
    text = (ROOT / "assignments" / "data" / "houses.csv").read_text("utf-8")
    assert text == houses.HOUSES
    record = houses.read(text)
    missing = [record[name].missing for name in houses.COLUMNS]
    assert missing == [3, 7, 3, 2, 5, 0, 2]


@pytest.mark.parametrize("seed", range(10))
def test_a_drawn_file_holds_every_spelling_in_every_column(seed):
    torch.manual_seed(seed)
    text = houses.draw(24)
    houses.require_read(right_way(text), houses.read(text), "table")
    for place in range(7):
        cells = [line.split(",")[place] for line in text.splitlines()[1:]]
        assert {"", "NA", " NA", "?", " ?", "-", " -", "n.a.", " n.a.", "none", " none"} <= {*cells}


READS = {
    "default-spellings-only": lambda text: pd.read_csv(io.StringIO(text), skipinitialspace=True),
    "blank-hides-it": lambda text: pd.read_csv(io.StringIO(text), na_values=MARKS),
    "sentinel-kept": lambda text: pd.read_csv(
        io.StringIO(text), na_values=MARKS, skipinitialspace=True
    ),
    "sentinel-everywhere": lambda text: pd.read_csv(
        io.StringIO(text), na_values=[*MARKS, "-1"], skipinitialspace=True
    ),
    "numbers-as-text": lambda text: right_way(text).astype(object).map(
        lambda value: value if pd.isna(value) else str(value)
    ),
    "missing-filled": lambda text: right_way(text).fillna({"Area": 0}),
    "drops-rows": lambda text: right_way(text).dropna(),
    "nothing-read": lambda text: right_way(text).map(lambda value: NAN),
    "other-columns": lambda text: right_way(text).drop(columns="Year"),
    "header-as-row": lambda text: pd.read_csv(
        io.StringIO(text), header=None, names=houses.COLUMNS
    ),
    "wrong-values": lambda text: right_way(text).assign(Price=lambda table: table["Price"] + 1),
    "nothing-returned": lambda text: None,
    "raises-an-error": lambda text: ERROR,
}  # fmt: skip


def test_the_one_file_read_for_every_other_is_told():
    text = houses.draw(24)
    with pytest.raises(AssertionError, match=r"\[file-ignored\]"):
        houses.require_read(right_way(houses.HOUSES), houses.read(text), "table")
    houses.require_read(right_way(houses.HOUSES), houses.read(houses.HOUSES), "table")


@pytest.mark.parametrize("slug", READS)
@pytest.mark.parametrize("text", [houses.HOUSES, None])
def test_a_file_that_was_read_wrongly_is_told_by_its_slip(slug, text):
    torch.manual_seed(3)
    text = text or houses.draw(24)
    with pytest.raises(AssertionError, match=rf"\[{slug}\]"):
        houses.require_read(READS[slug](text), houses.read(text), "table")


@pytest.mark.parametrize(
    "found", [[{"Rooms": 3}], {"Rooms": [3]}, np.zeros((12, 7)), pd.Series([1])]
)
def test_the_wrong_kind_of_table_is_named(found):
    with pytest.raises(AssertionError, match="expected a DataFrame"):
        houses.require_read(found, houses.read(houses.HOUSES), "table")


WAYS = {
    "nullable": lambda table: table.convert_dtypes(),
    "objects": lambda table: table.astype(object).where(table.notna(), None),
    "categories": lambda table: table.assign(Alley=table["Alley"].astype("category")),
    "labels": lambda table: table.set_axis([3 * k for k in range(len(table))]),
    "small": lambda table: table.astype({"Area": "float32", "Year": "int16"}),
}


@pytest.mark.parametrize("way", WAYS)
def test_however_a_table_is_kept_it_says_the_same(way):
    table = WAYS[way](right_way(houses.HOUSES))
    houses.require_read(table, houses.read(houses.HOUSES), "table")


def test_what_was_cleaned_tells_which_column_went():
    table = right_way(houses.HOUSES)
    houses.require_cleaned(table.drop(columns="Alley"), "cleaned")
    for gone, slug in (
        (["Pool"], "spellings-not-read"), (["Balance"], "sentinel-everywhere"),
        ([], "nothing-dropped"), (["Alley", "Pool"], "other-columns"),
    ):  # fmt: skip
        with pytest.raises(AssertionError, match=rf"\[{slug}\]"):
            houses.require_cleaned(table.drop(columns=gone), "cleaned")


RIGHT = {"a": 2, "b": 0, "c": 4}


@pytest.mark.parametrize(
    "found", [RIGHT, pd.Series(RIGHT), {"a": np.int64(2), "b": 0.0, "c": torch.tensor(4)}]
)
def test_counts_may_be_a_dict_or_a_series(found):
    tables.require_counts(found, RIGHT, 5, "counts")


@pytest.mark.parametrize(
    ("found", "slug"),
    [
        (dict.fromkeys(range(5), 1), "counts-rows"), (dict.fromkeys(RIGHT, 0), "equals-nan"),
        ({"a": 3, "b": 5, "c": 1}, "present-not-missing"), (6, "one-total"),
        ({"a": True, "b": False, "c": True}, "whether-not-how-many"),
        ({"a": 0.4, "b": 0, "c": 0.8}, "shares-not-counts"),
        ({"a": 2, "c": 4}, "columns-left-out"), ({**RIGHT, "d": 1}, "other-columns"),
        ({"a": 1, "b": 0, "c": 4}, "some-not-counted"), ({"a": 4, "b": 2, "c": 2}, "wrong-counts"),
        (dict.fromkeys(RIGHT, 5), "counts-rows-of-the-table"), (ERROR, "raises-an-error"),
    ],
)  # fmt: skip
def test_wrong_counts_are_told(found, slug):
    with pytest.raises(AssertionError, match=rf"\[{slug}\]"):
        tables.require_counts(found, RIGHT, 5, "counts")


@pytest.mark.parametrize("found", [[2, 0, 4], "a: 2", None])
def test_what_holds_no_counts_is_named(found):
    with pytest.raises(AssertionError, match="expected a dict or Series"):
        tables.require_counts(found, RIGHT, 5, "counts")


@pytest.mark.parametrize(("strange", "kind"), [("two", "str"), (pd.NA, "NAType"), ([1], "list")])
def test_a_count_that_is_no_number_is_named_not_the_dict_around_it(strange, kind):
    found = {"a": strange, "b": 0, "c": 4}
    with pytest.raises(AssertionError, match=rf"\[counts-no-numbers\].*{kind}"):
        tables.require_counts(found, RIGHT, 5, "counts")


def tied(*counts):
    torch.manual_seed(1)
    return tables.draw_table(dict(zip("abcdef", counts)), 8)


def test_the_leftmost_of_the_columns_with_most_goes():
    table = tied(1, 3, 3, 0)
    tables.require_dropped(table.drop(columns="b"), table, "f(table)")
    complete = tied(0, 0)
    tables.require_dropped(complete, complete, "f(table)")
    alone = tied(2)
    tables.require_dropped(alone.drop(columns="a"), alone, "f(table)")


@pytest.mark.parametrize(
    ("counts", "change", "slug"),
    [
        ((1, 3, 3, 0), lambda t: t.drop(columns="c"), "other-of-the-tied"),
        ((1, 3, 3, 0), lambda t: t.drop(columns=["b", "c"]), "drops-all-tied"),
        ((1, 3, 2, 0), lambda t: t.dropna(axis=1), "drops-every-incomplete"),
        ((1, 3, 2, 0), lambda t: t.drop(columns="d"), "fewest-not-most"),
        ((1, 3, 2, 0), lambda t: t.drop(columns="c"), "another-column"),
        ((1, 3, 2, 0), lambda t: t, "nothing-dropped"),
        ((1, 3, 2, 0), lambda t: t.drop(columns="b").dropna(), "drops-rows"),
        ((1, 3, 2, 0), lambda t: t.drop(columns="b").fillna(0), "values-changed"),
        ((1, 3, 2, 0), lambda t: t.drop(columns="b").iloc[:, ::-1], "values-changed"),
        ((1, 3, 2, 0), lambda t: t["a"], None),
        ((1, 3, 2, 0), lambda t: None, "nothing-returned"),
        ((0, 0, 0), lambda t: t.drop(columns="a"), "drops-a-complete-column"),
    ],
)
def test_another_table_is_told_by_what_went(counts, change, slug):
    table = tied(*counts)
    with pytest.raises(AssertionError, match=rf"\[{slug}\]" if slug else "expected a DataFrame"):
        tables.require_dropped(change(table.copy()), table, "f(table)")


def test_a_changed_argument_is_told_also_where_only_a_gap_was_filled():
    table = tied(1, 2)
    before = tables.record_of(table)
    tables.require_unchanged(table.copy(), before, "f(table)")
    with pytest.raises(AssertionError, match="argument-changed"):
        tables.require_unchanged(table.fillna(1), before, "f(table)")
