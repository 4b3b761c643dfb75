"""Comparisons of tensors: what counts, and which slip a wrong count is."""

import numpy as np
import pytest
import torch

from autograder.checks import tallies
from autograder.wall.evidence import CapturedError

NAN, INF = float("nan"), float("inf")
ONE = torch.tensor([1.0, 2.0, 2.0, 5.0, 4.0, 0.0])
OTHER = torch.tensor([2.0, 2.0, 3.0, 4.0, 5.0, 1.0])


@pytest.mark.parametrize(
    "found",
    [(4, 1, 1), [4.0, 1.0, 1.0], torch.tensor([4, 1, 1]), (np.int64(4), 1, torch.tensor(1))],
)
def test_three_numbers_count_in_any_type(found):
    tallies.require_counts(found, ONE, OTHER)


@pytest.mark.parametrize(
    ("found", "slug"),
    [
        ((1, 1, 4), "swapped-sides"),
        ((5, 1, 2), "less-or-equal"),
        ((6, 6, 6), "rows-not-entries"),
        ((True, True, True), "any-for-count"),
        ((1, 4, 1), "another-order"),
        (torch.ones(3, 2), "rows-not-entries"),
        (None, "nothing-there"),
        ("4, 1, 1", "wrong-type"),
        ((NAN, NAN, NAN), "not-finite"),
    ],
)
def test_a_wrong_count_is_told_by_its_slip(found, slug):
    with pytest.raises(AssertionError, match=rf"\[{slug}\]"):
        tallies.require_counts(found, ONE, OTHER)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (torch.tensor([5, 2**24, 7]), torch.tensor([5, 2**24 + 1, 6])),
        (
            torch.tensor([1.0, 0.2, 0.7, 3.0, 2.0], dtype=torch.float64),
            torch.tensor([1 + 2.0**-40, 0.7, 0.2, 3.0, 2 - 2.0**-40], dtype=torch.float64),
        ),
    ],
)
def test_counts_of_numbers_made_float32_are_told(x, y):
    tallies.require_counts(tallies.tally(x, y), x, y)
    with pytest.raises(AssertionError, match="cast-to-float32"):
        tallies.require_counts(tallies.tally(x.float(), y.float()), x, y)


def test_what_broadcasting_pairs_has_to_be_counted_whole():
    x, y = torch.tensor([[1.0], [2.0]]), torch.tensor([1.0, 2.0, 3.0])
    tallies.require_all_pairs(tallies.tally(x, y), x, y)
    with pytest.raises(AssertionError, match="entries-left-out"):
        tallies.require_all_pairs((0, 2, 0), x, y)
    with pytest.raises(AssertionError, match="any-for-count"):
        tallies.require_all_pairs((True, True, True), x, y)


def test_counts_of_differences_are_told_by_their_infinities():
    for seed in range(20):
        torch.manual_seed(seed)
        x, y = tallies.draw_undecided()
        with pytest.raises(AssertionError, match="infinity-undecided.*do not subtract"):
            tallies.require_counts(tallies.tally(x - y, torch.zeros_like(x)), x, y)


@pytest.mark.parametrize("seed", range(20))
def test_drawn_pairs_tell_less_equal_and_greater_apart(seed):
    torch.manual_seed(seed)
    for whole in (True, False):
        counts = tallies.tally(*tallies.draw_pair((3, 4), (3, 4), whole))
        assert sum(counts) == 12 and len({0, *counts}) == 4


@pytest.mark.parametrize(
    ("found", "slug"),
    [
        (5, "nan-equals-nan"), (8, "infinity-undecided"), (3, "one-side-only"),
        (7, "counted-on-both-sides"), (9, "equal-counts-as-undecided"), (0, "nothing-undecided"),
    ],
)  # fmt: skip
def test_the_drawn_undecided_pairs_tell_every_slip(found, slug):
    x, y = tallies.draw_undecided()
    tallies.require_undecided(6, x, y)
    tallies.require_undecided(torch.tensor(6), x, y)
    with pytest.raises(AssertionError, match=rf"\[{slug}\]"):
        tallies.require_undecided(found, x, y)


@pytest.mark.parametrize("make", [lambda t: t, lambda t: t.int(), lambda t: t.tolist(), np.array])
def test_truths_may_be_bools_or_zeros_and_ones(make):
    tallies.require_truths(make(ONE < OTHER), ONE, OTHER, "<", "less")


@pytest.mark.parametrize(
    ("found", "slug"),
    [
        (ONE > OTHER, "swapped-sides"),
        (ONE <= OTHER, "less-or-equal"),
        (ONE != OTHER, "wrong-truths"),
        (ONE[:2] < 1, "no-truth-for-each"),
    ],
)
def test_wrong_truths_are_told(found, slug):
    with pytest.raises(AssertionError, match=rf"\[{slug}\]"):
        tallies.require_truths(found, ONE, OTHER, "<", "less")


def test_the_strange_number_is_nan_alone():
    for found in (torch.tensor(NAN), torch.full((1, 1), NAN), torch.tensor(complex(INF, NAN))):
        tallies.require_strange(found, "strange")
    for found, slug in (
        (torch.tensor(INF), "infinity-equals-itself"),
        (torch.tensor(complex(INF, -INF)), "infinity-equals-itself"),
        (torch.tensor(1j), "equals-itself"),
        (torch.tensor(0.0), "equals-itself"),
        (torch.full((2,), NAN), "not-one-number"),
        (np.nan, "wrong-type"),
        (CapturedError("ValueError", (), "", (), (), None, None), "wrong-type"),
    ):
        with pytest.raises(AssertionError, match=rf"\[{slug}\]"):
            tallies.require_strange(found, "strange")
