"""Random experiments: the structure is exact, the bounds are sure, and slips are named."""

from math import comb, lgamma, log

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from autograder.checks import chances
from autograder.wall.codec import pack, unpack
from autograder.wall.drawings import drawing

FAIR = [1 / 6] * 6
SURE = 1e-9  # a right answer may fail less often


def groups(m, n, probs, seed=0):
    return np.random.default_rng(seed).multinomial(n, probs, size=m)


def right(m, n, probs, seed=0):
    return groups(m, n, probs, seed).cumsum(0) / (n * np.arange(1, m + 1))[:, None]


@settings(max_examples=40, deadline=None, derandomize=True)
@given(m=st.integers(1, 12), n=st.integers(1, 30), k=st.integers(1, 6), seed=st.integers(0, 99))
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_shares_of_throws_are_right_whatever_came(m, n, k, seed, dtype):
    found = right(m, n, [1 / k] * k, seed).astype(dtype)
    counts = chances.require_estimates(found, m, n, k)
    assert (counts == groups(m, n, [1 / k] * k, seed)).all()


@settings(max_examples=40, deadline=None, derandomize=True)
@given(i=st.integers(0, 6), j=st.integers(0, 5), share=st.floats(0.05, 0.9), seed=st.integers(0, 9))
def test_no_other_share_passes(i, j, share, seed):
    found = right(7, 5, FAIR, seed)
    found[i, j] += share / (5 * (i + 1))  # a part of a throw
    with pytest.raises(AssertionError):
        chances.require_estimates(found, 7, 5, 6)


CUMULATIVE = right(7, 5, FAIR)
WRONG = {
    "m-and-n-swapped": right(5, 7, FAIR),
    "transposed": CUMULATIVE.T,
    "last-row-only": CUMULATIVE[-1],
    "not-cumulative": groups(7, 5, FAIR) / 5,
    "counts-not-shares": groups(7, 5, FAIR).cumsum(0),
    "divided-by-groups": groups(7, 5, FAIR).cumsum(0) / np.arange(1, 8)[:, None],
    "rows-do-not-sum-to-one": CUMULATIVE / 2,
    "no-shares-of-throws": np.tile(FAIR, (7, 1)),
    "not-finite": np.full((7, 6), np.nan),
    "wrong-shape": CUMULATIVE[:-1],
}


@pytest.mark.parametrize("slug", WRONG)
def test_a_slip_is_named(slug):
    with pytest.raises(AssertionError, match=rf"^\[{slug}\]"):
        chances.require_estimates(WRONG[slug], 7, 5, 6)


def tails(throws: int, p: float, room: float) -> float:
    """Return the exact probability that a share of throws leaves p by more than room."""
    out, term = 0.0, (1 - p) ** throws
    for k in range(throws + 1):
        if abs(k / throws - p) > room:
            out += term
        term *= (throws - k) / (k + 1) * p / (1 - p) if k < throws else 0
    return out


def log_tails(throws: int, p: float, room: float) -> float:
    """Return the logarithm of :func:`tails`, of which the terms may be too small for floats."""
    terms = [
        lgamma(throws + 1) - lgamma(k + 1) - lgamma(throws - k + 1)
        + k * log(p) + (throws - k) * log(1 - p)
        for k in range(throws + 1)
        if abs(k / throws - p) > room
    ]  # fmt: skip
    most = max(terms)
    return most + log(sum(np.exp(np.array(terms) - most)))


def test_both_ways_to_the_tails_agree():
    assert np.exp(log_tails(60, 0.3, 0.1)) == pytest.approx(tails(60, 0.3, 0.1))


@pytest.mark.parametrize("p", [1 / 6, 0.1, 0.3, 0.5, 0.7])
def test_the_bounds_of_the_assignment_are_sure(p):
    judged = 2 * 8  # shares in the tests of one submission
    assert judged * np.exp(log_tails(400 * 50, p, 0.025)) < SURE


def test_the_bound_of_the_drawn_shares_is_sure_and_tells_a_loaded_die():
    assert np.exp(log_tails(500 * 10, 1 / 6, 0.04)) < 2e-12 < SURE / 6
    with pytest.raises(AssertionError, match="other-probabilities"):
        chances.require_probabilities(groups(500, 10, [1 / 7] * 5 + [2 / 7]), FAIR, 0.04, "shown")


def test_two_draws_of_forty_groups_differ():
    most = comb(10, 2) * comb(8, 2) * comb(6, 2) * comb(4, 2) * 2 / 6**10  # 2, 2, 2, 2, 1, 1
    assert most**40 < 1e-96 < SURE


def test_seven_groups_are_alike_so_rarely_that_it_is_no_chance():
    most = 120 / 6**5  # five throws that all differ are the likeliest counts of a group
    assert most**6 < SURE
    assert comb(10, 2) * comb(8, 2) * comb(6, 2) * comb(4, 2) * 2 / 6**10 < 0.1  # forty of ten
    assert SURE > 0.1**40


def test_a_loaded_die_is_told_from_a_fair_one():
    loaded = [0.5, *[0.1] * 5]
    counts = groups(400, 50, FAIR)
    chances.require_probabilities(counts, FAIR, 0.025)
    with pytest.raises(AssertionError, match="other-probabilities"):
        chances.require_probabilities(counts, loaded, 0.025)


def picture(*draw):
    fig = Figure()
    ax = fig.add_subplot()
    for one in draw:
        one(ax)
    return unpack(pack(drawing(fig)))


SHOWN = right(500, 10, FAIR)
X = np.arange(1, 501)
DRAWN = {
    "one call": lambda ax: ax.plot(SHOWN),
    "from 1": lambda ax: ax.plot(X, SHOWN),
    "over the throws": lambda ax: ax.plot(10 * X, SHOWN),
    "a call for each face": lambda ax: [ax.plot(column, label="f") for column in SHOWN.T],
    "dots": lambda ax: [ax.scatter(X, column) for column in SHOWN.T],
    "float32": lambda ax: ax.plot(SHOWN.astype("f4")),
    "steps": lambda ax: [ax.step(X, column) for column in SHOWN.T],
    "the other way round": lambda ax: ax.plot(X[::-1], SHOWN[::-1]),
}
LEVELS = {
    "axhline": lambda ax: ax.axhline(1 / 6),
    "a rounded one": lambda ax: ax.axhline(0.167),
    "a line of two points": lambda ax: ax.plot([0, 5000], [1 / 6, 1 / 6]),
    "hlines": lambda ax: ax.hlines(1 / 6, 10, 5000),
    "a curve": lambda ax: ax.plot(np.arange(5001), np.full(5001, 1 / 6)),
}


@pytest.mark.parametrize("way", DRAWN)
def test_curves_are_found_however_they_are_drawn(way):
    assert len(chances.require_columns(picture(DRAWN[way], LEVELS["axhline"]), SHOWN)) == 6


@pytest.mark.parametrize("way", LEVELS)
def test_a_level_is_found_however_it_is_drawn(way):
    chances.require_level(picture(DRAWN["over the throws"], LEVELS[way]), 1 / 6, (10, 5000))


NOT_DRAWN = {
    "curves-of-another-draw": lambda ax: ax.plot(right(500, 10, FAIR, 1)),
    "one-face-missing": lambda ax: ax.plot(SHOWN[:, :5]),
    "missing-curve": lambda ax: None,
    "half-curve": lambda ax: ax.plot(SHOWN[:100]),
}


@pytest.mark.parametrize("slug", NOT_DRAWN)
def test_what_is_not_drawn_is_named(slug):
    with pytest.raises(AssertionError, match=rf"^\[{slug}\]"):
        chances.require_columns(picture(NOT_DRAWN[slug]), SHOWN)


@pytest.mark.parametrize("face", range(6))
def test_a_face_that_is_missing_is_told_so_whichever_it_is(face):
    draw = picture(lambda ax: ax.plot(np.delete(SHOWN, face, axis=1)))
    with pytest.raises(AssertionError, match=r"^\[one-face-missing\]"):
        chances.require_columns(draw, SHOWN)


@pytest.mark.parametrize(
    "draw",
    [
        lambda ax: ax.axhline(0.2),
        lambda ax: ax.plot([0, 9], [1 / 6, 1 / 6]),
        lambda ax: ax.hlines(1 / 6, 0, 9),
        lambda ax: ax.vlines(499, 0, 1 / 6),
    ],
)
def test_another_level_or_a_short_one_is_none(draw):
    with pytest.raises(AssertionError, match="no-level"):
        chances.require_level(picture(DRAWN["one call"], draw), 1 / 6, (0, 499))


SETS = {
    "right": (({0}, {1}), None),
    "lists": (([0], [1]), None),
    "ranges": ((range(1), range(1, 2)), None),
    "overlapping": (({0}, {0}), "too-much-in-common"),
    "too large": (({0, 1}, {1}), "wrong-sizes"),
    "outside": (({0}, {2}), "outside-the-space"),
    "numbers": ((1, 1), "found"),
}


@pytest.mark.parametrize("name", SETS)
def test_pairs_of_sets(name):
    found, slug = SETS[name]
    if slug is None:
        chances.require_pair_of_sets(found, 1, 1, 2, 0, "far(i, j, n)")
        return
    with pytest.raises(AssertionError, match=slug):
        chances.require_pair_of_sets(found, 1, 1, 2, 0, "far(i, j, n)")


@pytest.mark.parametrize("sizes", [(2, 2, 2), (2, 3, 4), (3, 4, 2)])
def test_drawn_tables_are_what_they_are_called(sizes):
    pa, pb_a, pc_b = chances.draw_chain(*sizes)
    assert tuple(pb_a.shape) == sizes[:2] and tuple(pc_b.shape) == sizes[1:]
    for table in (pa, pb_a, pc_b):
        assert torch.allclose(table.sum(-1), torch.ones((), dtype=torch.float64))
    other = chances.draw_no_chain(*sizes)
    gap = other * other.sum((0, 2))[:, None] - other.sum(2)[:, :, None] * other.sum(0)
    assert other.sum().item() == pytest.approx(1) and gap.abs().max() > 1e-3


@pytest.mark.parametrize("seed", range(48))
def test_a_broken_chain_is_one_but_for_four_places(seed):
    torch.manual_seed(seed)
    a, b, c = seed % 4, seed // 4 % 3, seed // 12
    table = chances.draw_broken_chain(a, b, c)
    gap = table * table.sum((0, 2))[:, None] - table.sum(2)[:, :, None] * table.sum(0)
    assert table.min() >= 0 and table.sum().item() == pytest.approx(1)
    assert gap.abs().max() > 1e-3 and (gap.abs() > 1e-9).sum() == 4
    assert gap[a, b, c].abs() > 1e-3
