"""Tables made into tensors: right in any order of columns, and each slip by its name."""

import numpy as np
import pandas as pd
import pytest
import torch

from autograder.checks import columns, inputs
from autograder.wall.evidence import CapturedError

HOLES = {"number_holes": 2, "text_holes": 2, "target_holes": 2}
EXAMPLE = pd.DataFrame(
    {"Rooms": [2, None, 4], "Alley": ["a", None, "a"], "Price": [10.0, 20.0, 30.0]}
)


def test_the_example_of_the_prompt():
    case = columns.make_case(EXAMPLE, "Price")
    found = sorted(column.tolist() for column in columns.right_columns(case))
    assert found == [[0, 1, 0], [1, 0, 1], [2, 3, 4]]
    assert case.y.tolist() == [10, 20, 30]


@pytest.mark.parametrize("slug", columns.SLIPS)
@pytest.mark.parametrize("seed", range(4))
def test_every_slip_leads_to_other_columns_and_is_named(slug, seed):
    torch.manual_seed(seed)
    case = columns.draw([slug], **HOLES)
    right = columns.right_columns(case)
    inputs.require_inputs(np.stack(right, axis=1), case, [slug])
    for way in columns.SLIPS[slug].ways:
        with pytest.raises(AssertionError, match=rf"\[{slug}\]"):
            inputs.require_inputs(np.stack(way(case), axis=1), case, [slug])


@pytest.mark.parametrize("seed", range(5))
def test_columns_count_in_any_order_and_zeros_do_not(seed):
    torch.manual_seed(seed)
    case = columns.draw([], **HOLES)
    right = columns.right_columns(case)
    mixed = [right[i] for i in torch.randperm(len(right))] + [np.zeros(len(case.rows))]
    inputs.require_inputs(np.stack(mixed, axis=1).astype(np.float32), case, [])


@pytest.mark.parametrize(
    ("change", "slug"),
    [
        (lambda x: x[:-1], "rows-out-of-step"), (lambda x: x[::-1], "rows-out-of-step"),
        (lambda x: x.T, "transposed"), (lambda x: x[:, 0], "wrong-shape"),
        (lambda x: np.where(x == x.max(), np.nan, x), "missing-left"),
        (lambda x: x * np.nan, "missing-left"), (lambda x: x[:, 1:], "wrong-columns"),
        (lambda x: x + 0.5, "wrong-columns"),
    ],
)  # fmt: skip
def test_other_inputs_are_told(change, slug):
    torch.manual_seed(2)
    case = columns.draw([], number_holes=1, text_holes=1)
    right = np.stack(columns.right_columns(case), axis=1)
    with pytest.raises(AssertionError, match=rf"\[{slug}\]"):
        inputs.require_inputs(change(right), case, [])


@pytest.mark.parametrize(
    ("change", "slug"),
    [
        (lambda y, every: y[:, None], "column-for-vector"),
        (lambda y, every: every, "nan-target"),
        (lambda y, every: np.nan_to_num(every), "target-filled"),
        (lambda y, every: y[1:], "wrong-length"),
        (lambda y, every: y[::-1], "rows-out-of-step"),
        (lambda y, every: 2 * y, "another-target"),
    ],
)
def test_other_targets_are_told(change, slug):
    torch.manual_seed(2)
    case = columns.draw([], target_holes=2)
    every = case.frame[case.target].to_numpy()
    inputs.require_target(case.y, case)
    with pytest.raises(AssertionError, match=rf"\[{slug}\]"):
        inputs.require_target(change(case.y, every), case)


def test_a_column_without_numbers_is_left_out():
    torch.manual_seed(0)
    case = columns.without_numbers(columns.draw([], number_holes=2, target_holes=1))
    right = columns.right_columns(case)
    assert len([c for c in right if len(set(c)) > 2]) == 2
    for left in (np.nan, 0.0):
        x = np.stack([*right, np.full(len(case.rows), left)], axis=1)
        with pytest.raises(AssertionError, match="all-missing-column"):
            inputs.require_no_empty_column(x, len(right))
    inputs.require_no_empty_column(x, len(right) + 1)


X, Y = torch.ones(3, 2), torch.ones(3)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (CapturedError("KeyError", (), "", (), (), None, None), r"\[raises-an-error\]"),
        (None, r"\[nothing-returned\]"),
        ((X, Y), "expected 3 items"),
        (X, "expected a list or tuple"),
        ((None, Y, ["a"]), r"\[nothing-there\]"),
        ((X, "y", ["a"]), r"\[wrong-type\]"),
        ((EXAMPLE, Y, ["a"]), r"\[wrong-type\]"),
        ((X, Y, "ab"), "expected a list or tuple"),
    ],
)
def test_what_is_no_answer_is_named(answer, text):
    with pytest.raises(AssertionError, match=text):
        inputs.require_answer((answer, [], False))


@pytest.mark.parametrize("kind", [list, tuple, pd.Index, np.array])
def test_names_may_be_any_sequence(kind):
    answer = X, Y, kind(["a", "b"])
    x, _, found = inputs.require_answer((answer, [], False))
    inputs.require_names(found, x)
    with pytest.raises(AssertionError, match="names-for-other-columns"):
        inputs.require_names(found[1:], x)
