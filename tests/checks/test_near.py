"""Numbers are near enough by the task's measure, and a slip that explains wrong ones is named."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.checks.near import is_near, require_near

SLIP = "[all-negated] The signs are wrong. ‖ 正负号反了。"
KINDS = {
    "array": np.array,
    "tensor": torch.tensor,
    "list": list,
    "tuple": tuple,
    "tensors": lambda numbers: [torch.tensor(number) for number in numbers],
}
NUMBERS = st.lists(st.floats(-50, 50), min_size=1, max_size=5)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=30, deadline=None, derandomize=True)
@given(numbers=NUMBERS, share=st.floats(-0.9, 0.9), room=st.floats(1e-3, 1))
def test_what_lies_within_its_room_is_right_in_any_container(kind, numbers, share, room):
    found = KINDS[kind]([number + share * room for number in numbers])
    require_near(found, numbers, room, "f(x)")


@settings(max_examples=30, deadline=None, derandomize=True)
@given(numbers=NUMBERS, at=st.integers(0, 4), share=st.floats(1.1, 1e6))
def test_what_lies_outside_is_wrong_wherever_it_stands(numbers, at, share):
    found = list(numbers)
    found[at % len(found)] += 0.01 * share
    with pytest.raises(AssertionError, match=r"\[(not-close-enough|wrong-numbers)\]"):
        require_near(found, numbers, 0.01, "f(x)")


WRONG = {
    "nothing": (None, "nothing-there"),
    "a text": ("1.0", "wrong-type"),
    "one number": (1.0, "wrong-shape"),
    "a column": (np.ones((2, 1)), "wrong-shape"),
    "NaN": ([1.0, float("nan")], "not-finite"),
    "the slip": ([-1.0, -2.0], "all-negated"),
    "a candidate of the slip": ([-2.0, -1.0], "all-negated"),
    "close": ([1.0, 2.05], "not-close-enough"),
    "far": ([1.0, 5.0], "wrong-numbers"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named(name):
    found, slug = WRONG[name]
    with pytest.raises(AssertionError, match=rf"^\[{slug}\]"):
        require_near(found, [1.0, 2.0], 0.01, "f(x)", {SLIP: ([-1.0, -2.0], [-2.0, -1.0])})


@given(st.lists(st.floats(-9, 9), min_size=2, max_size=6), st.integers(0, 3))
def test_numbers_that_were_rounded_are_told_so(numbers, digits):
    rounded = np.round(numbers, digits)
    if not rounded.any() or np.abs(rounded - numbers).max() < 1e-4:
        return  # nothing is left, or nothing was rounded
    with pytest.raises(AssertionError, match=r"^\[rounded\]"):
        require_near(rounded, numbers, 1e-6, "f(x)")


def test_each_number_has_its_own_room():
    require_near([1.5, 2.0], [1.0, 2.0], [1.0, 0.1], "f(x)")
    assert not is_near([1.0, 2.5], [1.0, 2.0], [1.0, 0.1])
