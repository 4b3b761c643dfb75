"""What a library did for an answer is named; what only sounds like it is not."""

import pytest

from autograder.checks import means

TRANSPOSED = {
    "a property": ({"T", "clone"}, "T"),
    "in place": ({"t_"}, "t"),
    "a stack without an index": ({"unbind", "stack"}, "stack"),
    "both": ({"permute", "einsum", "__getitem__"}, "einsum, permute"),
}
OWN_TRANSPOSES = [{"__getitem__", "stack"}, {"[]", "column_stack"}, {"tolist", "tensor"}, set()]
NORMS = ["norm", "linalg_norm", "vector_norm", "renorm", "normalize", "cdist", "hypot", "norm_"]
NO_NORMS = ["normal_", "normal", "sqrt", "dot", "distribution", "sum"]


@pytest.mark.parametrize("case", TRANSPOSED)
def test_what_exchanged_the_axes_is_named(case):
    used, named = TRANSPOSED[case]
    with pytest.raises(AssertionError, match=rf"^\[transposes-by-library\] f uses {named}; .* ‖ "):
        means.require_own_transpose(used, "f")


@pytest.mark.parametrize("used", OWN_TRANSPOSES)
def test_an_index_may_be_followed_by_anything_that_joins(used):
    means.require_own_transpose(used, "f")


@pytest.mark.parametrize("name", NORMS)
def test_a_norm_is_named(name):
    told = rf"^\[norm-by-library\] f uses {name.rstrip('_')}; .* ‖ "
    with pytest.raises(AssertionError, match=told):
        means.require_own_norm({name, "sum", "_norm_dispatcher"}, "f")


@pytest.mark.parametrize("name", NO_NORMS)
def test_what_only_sounds_like_a_norm_is_none(name):
    means.require_own_norm({name}, "f")
