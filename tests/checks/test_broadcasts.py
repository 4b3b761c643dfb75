"""Broadcasting by hand: the rule against torch's own, and each other rule by its slip."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder import probes
from autograder.checks import broadcasts

SHAPES = st.lists(st.integers(0, 4), max_size=4).map(tuple)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(SHAPES, SHAPES)
def test_the_rule_is_that_of_torch(one, other):
    try:
        right = tuple((torch.zeros(one) + torch.zeros(other)).shape)
    except RuntimeError:
        right = None
    assert broadcasts.shape_of_sum(one, other) == right


def ask(rule, pairs):
    return probes.effects(rule, pairs)


@pytest.mark.parametrize("seed", range(5))
def test_every_other_rule_fails_by_its_own_name(seed):
    torch.manual_seed(seed)
    pairs = [((3,), (3, 1)), ((2,), (4,)), ((0, 3), (1, 3)), *broadcasts.draw_pairs(200)]
    broadcasts.require_shapes(ask(broadcasts.shape_of_sum, pairs), pairs)
    for message, rule in broadcasts.RULES.items():
        with pytest.raises(AssertionError) as raised:
            broadcasts.require_shapes(ask(rule, pairs), pairs)
        assert str(raised.value) == message


def test_the_telling_pairs_tell_every_two_rules_apart():
    rules = [broadcasts.shape_of_sum, *broadcasts.RULES.values()]
    answers = [[rule(*pair) for pair in broadcasts.TELLING] for rule in rules]
    assert all(one != other for one, other in itertools.combinations(answers, 2))


def test_about_half_of_the_drawn_pairs_fit():
    torch.manual_seed(0)
    fits = [broadcasts.shape_of_sum(*pair) is not None for pair in broadcasts.draw_pairs(400)]
    assert 0.3 < sum(fits) / len(fits) < 0.9


def raising(one, other):
    shape = broadcasts.shape_of_sum(one, other)
    if shape is None:
        raise ValueError("they do not fit")
    return shape


@pytest.mark.parametrize(
    ("rule", "slug"),
    [
        (raising, "raises-for-none"),
        (lambda s, t: (1,), "wrong-shape-of-sum"),
        (lambda s, t: broadcasts.shape_of_sum(s, t) or s, "misfits-accepted"),
        (lambda s, t: broadcasts.shape_of_sum(s, t) if s else None, "fits-refused"),
    ],
)
def test_what_follows_no_known_rule_is_told_by_the_first_pair(rule, slug):
    pairs = [((2, 3), (3,)), ((), (2,)), ((2,), (3,)), ((1,), (2,))]
    with pytest.raises(AssertionError, match=rf"\[{slug}\]"):
        broadcasts.require_shapes(ask(rule, pairs), pairs)


def places(index, shape):
    return tuple(0 if n == 1 else i for i, n in zip(index[len(index) - len(shape) :], shape))


@pytest.mark.parametrize("seed", range(10))
def test_the_entry_that_goes_to_a_place_rebuilds_the_sum(seed):
    torch.manual_seed(seed)
    drawn = broadcasts.draw_places(40)
    for index, shape in drawn:
        tensor = torch.rand(shape)
        own = (1,) * (len(index) - len(shape)) + shape
        result = tuple(i + 1 if n == 1 else n for i, n in zip(index, own))
        assert tensor.expand(result)[index] == tensor[places(index, shape)]
    broadcasts.require_places(ask(places, drawn), drawn)
    negative = lambda index, shape: [i - n for i, n in zip(places(index, shape), shape)]  # noqa: E731
    broadcasts.require_places(ask(negative, drawn), drawn)


@pytest.mark.parametrize(
    ("rule", "slug"),
    [
        (lambda index, shape: index[len(index) - len(shape) :], "index-not-zeroed"),
        (lambda index, shape: (0,) * len(shape), "all-zeroed"),
        (lambda index, shape: index, "leading-axes-kept"),
        (lambda index, shape: places(index, shape)[::-1], "wrong-entry"),
        (lambda index, shape: index[9], "raises-an-error"),
    ],
)
def test_wrong_entries_are_told(rule, slug):
    drawn = [((2, 1, 3), (4, 3, 4)), ((1, 2, 3), (4,)), ((2, 3), (3, 1))]
    order = drawn if slug not in ("leading-axes-kept", "index-not-zeroed") else drawn[::-1]
    order = drawn[1:] if slug == "leading-axes-kept" else order
    with pytest.raises(AssertionError, match=rf"\[{slug}\]"):
        broadcasts.require_places(ask(rule, order), order)


def test_a_library_is_asked_only_where_it_broadcasts():
    broadcasts.require_by_hand({"max", "len", "ones", "zeros", "concatenate", "zip_longest"})
    for names in ({"broadcast_shapes"}, {"zeros", "add"}, {"ones", "__add__"}, {"expand_"}):
        with pytest.raises(AssertionError, match="asks-the-library"):
            broadcasts.require_by_hand(names)


def _by_sum(one, other):
    try:
        return (np.empty(one) + np.empty(other)).shape
    except ValueError:
        return None


def _by_where(one, other):
    return tuple(torch.where(torch.ones(one) > 0, torch.ones(one), torch.ones(other)).shape)


@pytest.mark.parametrize("answer", [_by_sum, _by_where])
def test_whoever_makes_tensors_has_no_room_for_vast_ones(answer):
    assert answer((2, 1, 3), (4, 1)) == (2, 4, 3)
    with pytest.raises(AssertionError, match=r"^\[makes-tensors\]"):
        broadcasts.require_no_tensors(probes.effects(answer, broadcasts.VAST))
    broadcasts.require_no_tensors(probes.effects(broadcasts.shape_of_sum, broadcasts.VAST))


@pytest.mark.parametrize(
    ("shape", "slug"),
    [
        ((1, 2, 3), "axis-in-front"), ((1, 2, 3, 1), "extra-axis"), ((3, 2, 1), "still-clashes"),
        ((2, 1, 4), "other-entries"), ((2, 3, 4), "other-entries"), ((), "other-entries"),
    ],
)  # fmt: skip
def test_other_repairs_are_told(shape, slug):
    broadcasts.require_repair([2, 3, 1], "repaired_shape")
    with pytest.raises(AssertionError, match=rf"\[{slug}\]"):
        broadcasts.require_repair(shape, "repaired_shape")


@pytest.mark.parametrize(
    ("pair", "slug"),
    [
        (((3,), (3,)), "equal-shapes"), (((3, 1), (1, 4)), "other-counts"),
        (((2, 3), (3, 2)), "not-silent"), (((2, 3), (1, 2, 3)), "nothing-grows"),
    ],
)  # fmt: skip
def test_other_pairs_are_told(pair, slug):
    for good in (((3, 1), (3,)), [[2, 1], [1, 2]], (torch.Size([4, 1]), (1, 4))):
        broadcasts.require_silent_pair(good, "silent_pair")
    with pytest.raises(AssertionError, match=rf"\[{slug}\]"):
        broadcasts.require_silent_pair(pair, "silent_pair")
