"""Gradients of functions in functions: the references are autograd's, and slips are named."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.checks.chains import Chain, require_gradients

SIZES = st.floats(-2, 2).filter(lambda x: abs(x) > 0.1)


def chain(a=1.3, b=-0.7, p=1.7):
    return Chain(
        lambda x, y, z: x * y + p * z * z,
        lambda a, b: torch.sin(a) + 2 * b,
        lambda a, b: a * b + 1,
        lambda a, b: a - b * b,
        a,
        b,
    )


@settings(max_examples=25, deadline=None, derandomize=True)
@given(a=SIZES, b=SIZES, p=SIZES)
def test_the_reference_is_the_gradient_of_the_whole(a, b, p):
    one = chain(a, b, p)
    leaves = [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (a, b)]
    u = one.f(one.x(*leaves), one.y(*leaves), one.z(*leaves))
    known = torch.stack(torch.autograd.grad(u, leaves))
    assert one.gradient() == pytest.approx(known.numpy(), rel=1e-5, abs=1e-5)
    f, x, y, z, *point = one.call()
    assert f(x(*point), y(*point), z(*point)) == pytest.approx(u.item(), rel=1e-5, abs=1e-5)
    require_gradients([one], [known])


WRONG = {
    "a-and-b-swapped": lambda df, inner, right: right[::-1].copy(),
    "outer-forgotten": lambda df, inner, right: inner.sum(0),
    "inner-forgotten": lambda df, inner, right: np.full(2, df.sum()),
    "one-path-only": lambda df, inner, right: df[0] * inner[0],
    "walked-twice": lambda df, inner, right: 2 * right,
    "path-left-out": lambda df, inner, right: right - df[2] * inner[2],
    "not-by-a-and-b": lambda df, inner, right: df[:2],
    "only-a": lambda df, inner, right: np.full(2, right[0]),
    "slope-negated": lambda df, inner, right: -right,
    "outer-at-the-wrong-point": lambda df, inner, right: np.array(
        chain().slopes((1.3, -0.7, chain().values()[2]))[0] @ inner
    ),
}


@pytest.mark.parametrize("slug", WRONG)
def test_a_slip_is_named(slug):
    df, inner = chain().slopes()
    found = WRONG[slug](df, inner, df @ inner)
    with pytest.raises(AssertionError, match=rf"^\[{slug}\]"):
        require_gradients([chain()], [found])
