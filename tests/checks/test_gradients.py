"""Numbers are judged close or not; a wrong one is named by the slip that explains it."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import torch

from autograder import probes
from autograder.checks import gradients

RIGHT = torch.tensor([1.0, -2.0, 3.0], dtype=torch.float64)
ACCEPTED = {
    "a_float32_tensor": RIGHT.float(),
    "a_tensor_in_a_graph": RIGHT.clone().requires_grad_() * 1,
    "an_array": RIGHT.numpy(),
    "a_list_of_numbers": [1, -2.0, np.float32(3)],
    "fractions": [Fraction(1), Fraction(-4, 2), Fraction(3)],
    "decimals": [Decimal(1), Decimal("-2.0"), Decimal(3)],
    "an_array_of_fractions": np.array([Fraction(1), Fraction(-2), Fraction(3)], dtype=object),
    "a_series": pd.Series([1, -2, 3]),
    "an_index": pd.Index([1.0, -2.0, 3.0]),
    "a_list_of_scalar_tensors": [torch.tensor(1.0), torch.tensor(-2.0), torch.tensor(3.0)],
}
REFUSED = {
    "nothing": (None, "nothing-there"),
    "a_placeholder": (..., "wrong-type"),
    "a_string": ("1 -2 3", "wrong-type"),
    "a_table": (pd.DataFrame({"a": [1.0, -2.0, 3.0]}), "wrong-type"),
    "a_module": (torch, "wrong-type"),
    "a_class": (torch.Tensor, "wrong-type"),
    "truth": ([True, False, True], "wrong-type"),
    "truth_of_numpy": ([np.True_, np.False_, np.True_], "wrong-type"),
    "a_text_of_digits": (["1", "-2", "3"], "wrong-type"),
    "a_set": ({1, -2, 3}, "wrong-type"),
    "complex_numbers": (RIGHT * 1j, "wrong-type"),
    "ragged_lists": ([[1.0], [2.0, 3.0]], "wrong-type"),
    "too_many": (torch.zeros(4), "wrong-shape"),
    "a_column": (RIGHT.reshape(3, 1), "wrong-shape"),
    "nan": (torch.tensor([1.0, float("nan"), 3.0]), "not-finite"),
    "infinity": (RIGHT / 0, "not-finite"),
    "other_numbers": (RIGHT + 1, "wrong-numbers"),
    "a_known_slip": (2 * RIGHT, "doubled"),
    "the_second_form_of_a_slip": (RIGHT.flip(0), "reversed-order"),
}
SLIPS = {"doubled": 2 * RIGHT, "reversed-order": [RIGHT + 7, RIGHT.flip(0)]}


@pytest.mark.parametrize("found", ACCEPTED.values(), ids=ACCEPTED)
def test_numbers_are_accepted_in_any_container(found):
    gradients.expect(found, RIGHT, "held", slips=SLIPS)


@pytest.mark.parametrize(("found", "slip"), REFUSED.values(), ids=REFUSED)
def test_a_refusal_names_its_reason_in_both_languages(found, slip):
    with pytest.raises(AssertionError) as refusal:
        gradients.expect(found, RIGHT, "held", slips=SLIPS)
    assert str(refusal.value).startswith(f"[{slip}] ")
    assert " ‖ " in str(refusal.value)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float32, torch.float64])
@pytest.mark.parametrize("kind", ["tensor", "list of scalar tensors"])
def test_the_dtype_of_an_answer_never_widens_the_tolerance(dtype, kind):
    found = (RIGHT * (1 + 5e-3)).to(dtype)
    with pytest.raises(AssertionError, match=r"^\[(too-coarse|not-close-enough)\] .+ ‖ "):
        gradients.expect(found if kind == "tensor" else list(found), RIGHT, "held")
    gradients.expect((RIGHT * (1 + 3e-5)).double(), RIGHT, "held")


def test_what_is_wholly_wrong_is_not_explained_by_digits():
    for found in (RIGHT * 1.5, (RIGHT * 1.5).to(torch.bfloat16)):
        with pytest.raises(AssertionError, match=r"^\[wrong-numbers\]") as refusal:
            gradients.expect(found, RIGHT, "held")
        assert "digit" not in str(refusal.value) and "float" not in str(refusal.value)
    with pytest.raises(AssertionError, match=r"^\[wrong-numbers\] held gives another number\."):
        gradients.expect(3.0, torch.tensor(2.0), "held")


def test_a_scalar_fits_every_shape_that_holds_one_number():
    for found in (2.0, torch.tensor([[2.0]]), np.array([2.0]), [2.0]):
        gradients.expect(found, torch.tensor(2.0), "held")


def test_a_message_never_quotes_the_right_numbers():
    with pytest.raises(AssertionError) as refusal:
        gradients.expect(torch.tensor([0.0]), torch.tensor([123.456]), "held")
    assert "123" not in str(refusal.value)


def test_references_are_exact_derivatives():
    f = probes.function("x ** 4")
    assert [value.item() for value in gradients.derivatives(f, 2.0, 4)] == [16, 32, 48, 48, 24]
    assert gradients.derivative_on_grid(f, [1.0, -1.0]).tolist() == [4, -4]
    product = gradients.jacobian(probes.function("x[1:] * x[:-1]"), torch.tensor([2.0, 3.0, 5.0]))
    assert product.tolist() == [[3, 2, 0], [0, 5, 3]]


def test_every_slip_is_explained_in_both_languages():
    for english, chinese in gradients.SLIPS.values():
        assert english.isascii() and english.endswith(".")
        assert not chinese.isascii() and chinese.endswith("。")


def test_a_single_number_may_lose_its_axis_unless_the_shape_was_asked_for():
    gradients.expect(torch.tensor(2.0), torch.tensor([2.0]), "g")
    with pytest.raises(AssertionError, match="wrong-shape"):
        gradients.expect(torch.tensor(2.0), torch.tensor([2.0]), "g", exact_shape=True)
