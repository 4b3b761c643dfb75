"""What is the matter with wrong counts and columns of data is named; answers by slip."""

import numpy as np
import pytest
import torch

from autograder.checks import columns, inputs, tallies

NAN = float("nan")
X = torch.tensor([1.0, 2.0, NAN, 4.0, NAN, 6.0, 1.0, 8.0, NAN])
Y = torch.tensor([2.0, 2.0, 3.0, 3.0, NAN, 6.0, 5.0, NAN, 2.0])
COUNTS = {
    "greater-by-remainder": lambda x, y: [less := (x < y).sum(), equal := (x == y).sum(),
                                          x.numel() - less - equal],
    "less-by-remainder": lambda x, y: [x.numel() - (x >= y).sum(), (x == y).sum(), (x > y).sum()],
    "nan-counts-as-equal": lambda x, y: [(torch.sign(x - y) == sign).sum() for sign in (-1, 0, 1)],
    "one-truth-for-all": lambda x, y: [(x < y).sum(), int(torch.equal(x, y)), (x > y).sum()],
}  # fmt: skip


@pytest.mark.parametrize("slip", COUNTS)
def test_wrong_counts_are_named(slip):
    with pytest.raises(AssertionError, match=rf"^\[{slip}\]"):
        tallies.require_counts([int(count) for count in COUNTS[slip](X, Y)], X, Y)


def test_who_looks_for_nan_on_both_sides_at_once_is_told():
    with pytest.raises(AssertionError, match=r"^\[nan-on-one-side-left-out\]"):
        tallies.require_undecided(int((X.isnan() & Y.isnan()).sum()), X, Y)


def coded(case, number):
    texts = case.texts().values()
    return columns.filled(case) + [np.array([number(value) for value in one]) for one in texts]


OWN_ORDER = {word: number for number, word in enumerate(columns.WORDS)}
CODES = {
    "from minus two on": lambda value: OWN_ORDER.get(value, -1) - 2.0,
    "backwards, with a gap": lambda value: 7.5 if value is None else -3.0 * OWN_ORDER[value],
}


@pytest.mark.parametrize("way", CODES)
def test_any_numbers_for_the_values_of_a_text_column_are_codes(way):
    case = columns.draw(["codes-for-kinds"], text_holes=1)
    x = np.column_stack(coded(case, CODES[way]))
    with pytest.raises(AssertionError, match=r"^\[codes-for-kinds\]"):
        inputs.require_inputs(x, case, [])


def test_right_columns_are_no_codes():
    case = columns.draw(["codes-for-kinds"], text_holes=1)
    right = columns.right_columns(case)
    inputs.require_inputs(np.column_stack(right), case, [])
    assert not columns.are_codes(right, case)
