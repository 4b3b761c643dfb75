"""Borders are told apart by where they lie and by what is measured."""

import pytest
import torch

from autograder.checks import borders

INPUTS = [
    torch.tensor(values)
    for values in (
        [1.0, -2.0],
        [3.0, 3.0],
        [5.0, 3.0],
        [6.0, 6.0],
        [9.0, -8.0],
        [6.0, 8.0, 1.0],
        [4.0, -11.0],
    )
]


def _factors(over):
    return [1 if over(a) else 2 for a in INPUTS]


@pytest.mark.parametrize(
    ("over", "slip"),
    [
        (lambda a: (2 * a).norm() > 10, "border-elsewhere"),
        (lambda a: a.norm() > 7, "border-elsewhere"),
        (lambda a: (a * a).sum() > 10, "norm-not-euclidean"),
        (lambda a: a.abs().max() > 10, "norm-not-euclidean"),
        (lambda a: a.sum() > 10, "norm-not-euclidean"),
    ],
)
def test_a_border_at_another_norm_is_no_other_norm(over, slip):
    found = [k * a.sum() for a, k in zip(INPUTS, _factors(over))]
    with pytest.raises(AssertionError, match=rf"^\[{slip}\]"):
        borders.require_factors(INPUTS, found, _factors(lambda a: a.norm() > 10))
