"""Two operands made on the spot tell their shapes where they do not fit; a name tells nothing."""

import ast

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.checks import operands

SHAPES = st.lists(st.integers(1, 4), min_size=1, max_size=3).map(tuple)
WAYS = ("{0} + {1}", "{0} / {1}", "torch.add({0}, {1})", "{0}.add({1})")


def told(source: str) -> list[tuple[operands.Shape, operands.Shape]]:
    return list(operands.clashes(ast.parse(source)))


@settings(deadline=None)
@given(SHAPES, SHAPES, st.sampled_from(operands.MAKERS[:4]), st.booleans(), st.sampled_from(WAYS))
def test_what_torch_refuses_is_told_with_the_shapes_that_it_makes(
    left, right, maker, as_tuple, way
):
    sources = [
        f"torch.{maker}({shape if as_tuple else str(shape)[1:-1]})" for shape in (left, right)
    ]
    if len(left) == 2:
        sources[0] += ".T"
    made = tuple(tuple(eval(source, {"torch": torch}).shape) for source in sources)
    try:
        torch.broadcast_shapes(*made)
    except RuntimeError:
        assert told(way.format(*sources)) == [made]
    else:
        assert told(way.format(*sources)) == []


@pytest.mark.parametrize(
    "source",
    [
        "M + M.T",
        "A / A.sum(axis=1)",
        "M + torch.ones(3, 2)",
        "torch.ones(n, 2) + torch.ones(3)",
        "f()",
    ],
)
def test_a_name_tells_nothing(source):
    assert told(source) == []


def test_a_part_that_fits_is_not_what_was_refused():
    assert told("torch.zeros(2, 3) + torch.ones(2, 3) + M.T") == []
