"""What a call does is recorded by name, however the name was written."""

import pytest
import torch

from autograder import probes

CALLS = {
    "a method": (lambda a: a.sum(), ("sum",)),
    "a function": (lambda a: torch.sin(a), ("sin",)),
    "a property that computes": (lambda a: a.T.clone(), ("T", "clone")),
    "a property whose name is made up": (lambda a: getattr(a, "t".upper()), ("T",)),
    "a property that only tells": (lambda a: (a.shape, a.dtype, a.grad), ()),
}


@pytest.mark.parametrize("case", CALLS)
def test_operations_are_named_in_order(case):
    function, names = CALLS[case]
    assert probes.operations(function, torch.ones(2, 3)) == names
