"""An answer is read as what it should be, or the message says what was expected and what found."""

import numpy as np
import pytest
import torch

from autograder import probes
from autograder.checks import answers

NAN = torch.tensor([1.0, float("nan")])
RIGHT = torch.arange(6.0).reshape(2, 3)

ACCEPTED = {
    "a function": (answers.require_function, len),
    "a lambda": (answers.require_function, lambda: 0),
    "a class of Python's own": (answers.require_function, bool),
    "a string": (answers.require_text, "always"),
    "an int": (answers.require_integer, 3),
    "NumPy's int": (answers.require_integer, np.int64(3)),
    "an int tensor": (answers.require_integer, torch.tensor(3)),
    "a bool": (answers.require_truth, False),
    "NumPy's bool": (answers.require_truth, np.bool_(True)),
    "a bool tensor": (answers.require_truth, torch.tensor(True)),
    "a tuple": (answers.require_shape, (2, 3)),
    "a list": (answers.require_shape, [2, 3]),
    "a torch.Size": (answers.require_shape, RIGHT.shape),
    "no axes": (answers.require_shape, ()),
    "a tensor": (answers.require_tensor, RIGHT),
    "a tensor with a graph": (answers.require_tensor, RIGHT.clone().requires_grad_() * 2),
}

REFUSED = {
    "nothing": (answers.require_function, None, "found None / undefined"),
    "a class": (answers.require_function, torch.Tensor, "found class Tensor"),
    "a module": (answers.require_function, torch, "found module torch"),
    "no answer yet": (answers.require_integer, ..., "found ... (no answer yet"),
    "a bool for a number": (answers.require_integer, True, "expected a whole number, found bool"),
    "a float": (answers.require_integer, 2.0, "found float"),
    "a float tensor": (answers.require_integer, torch.tensor(2.0), "found Tensor ()"),
    "a number for a truth": (answers.require_truth, 1, "expected True or False, found int"),
    "several truths": (answers.require_truth, torch.tensor([True]), "found Tensor (1,)"),
    "a string for a shape": (answers.require_shape, "23", "found str"),
    "a shape with a half": (answers.require_shape, (2, 0.5), "found float"),
    "a negative length": (answers.require_shape, (2, -1), "not negative"),
    "an array": (answers.require_tensor, np.ones(2), "expected a tensor, found"),
    "a list for a number": (answers.require_integer, [1, 2.0], "found list (int, float)"),
    "a long list": (answers.require_integer, [0] * 9, "found list (int, int, int, int, …)"),
    "lists in a tuple": (answers.require_integer, ([0], ()), "found tuple (list, tuple)"),
    "NaN": (answers.require_tensor, NAN, "found NaN"),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_fits_is_accepted(name):
    require, value = ACCEPTED[name]
    require(value, "answer")


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_fit_is_named(name):
    require, value, message = REFUSED[name]
    with pytest.raises(AssertionError) as caught:
        require(value, "answer")
    assert message in str(caught.value) and " ‖ " in str(caught.value)


def test_a_list_needs_its_number_of_items():
    with pytest.raises(AssertionError, match="expected 3 items, found 2"):
        answers.require_items([1, 2], "answer", 3)


CLOSE = {
    "the same": RIGHT,
    "another precision": RIGHT.double(),
    "whole numbers": RIGHT.long(),
    "rounding": RIGHT * (1 + 1e-6),
}


@pytest.mark.parametrize("name", CLOSE)
def test_the_right_entries_are_accepted(name):
    answers.require_close(CLOSE[name], RIGHT, "f(A)")


NEAR = {  # dtype -> a relative error that rounding explains, and one that it does not
    torch.bfloat16: (2e-2, 3e-1),
    torch.float16: (2e-3, 5e-2),
    torch.float32: (3e-5, 5e-4),
    torch.float64: (1e-10, 1e-7),
}


@pytest.mark.parametrize("dtype", NEAR)
def test_tolerance_follows_the_dtype_and_is_explained(dtype):
    near, far = NEAR[dtype]
    right = RIGHT.to(dtype)
    answers.require_close((RIGHT.double() * (1 + near)).to(dtype), right, "f(A)")
    name = str(dtype).removeprefix("torch.")
    with pytest.raises(AssertionError, match=rf"{name} holds .* ‖ .*{name} 约有"):
        answers.require_close((RIGHT.double() * (1 + far)).to(dtype), right, "f(A)")


@pytest.mark.parametrize("dtype", NEAR)
def test_the_dtype_of_an_answer_never_widens_the_tolerance(dtype):
    found = (RIGHT * (1 + 5e-3)).to(dtype)
    with pytest.raises(AssertionError, match="float32 holds about 7 digits"):
        answers.require_close(found, RIGHT, "f(A)")
    answers.require_close(RIGHT.double() * (1 + 3e-5), RIGHT, "f(A)")


LARGE = torch.tensor([[2**40 + 1, -(2**41) - 3]])


def test_whole_numbers_agree_exactly():
    answers.require_close(LARGE.double(), LARGE, "f(A)")
    with pytest.raises(AssertionError, match="whole numbers are exact"):
        answers.require_close(LARGE.float(), LARGE, "f(A)")
    with pytest.raises(AssertionError, match="some entries are not[.]"):
        answers.require_close(-LARGE, LARGE, "f(A)")


def test_one_number_has_no_other_entries():
    with pytest.raises(AssertionError, match="another number .* ‖ .*数值不对。"):
        answers.require_close(7.0, torch.tensor(2.0), "f(A)")


def test_what_a_tensor_holds_may_be_left_out():
    assert answers.require_any_tensor(NAN, "f(A)").shape == (2,)
    with pytest.raises(AssertionError, match="expected a tensor of real numbers"):
        answers.require_tensor(RIGHT * 1j, "f(A)")


def change(A):
    A += 1
    return A


CALLED = {
    "nothing to say": (lambda A: A + 1, None),
    "an error": (lambda A: A / undefined, r"\[raises-an-error\] f\(A\) raises NameError"),  # noqa: F821
    "a change in place": (change, r"\[argument-changed\]"),
    "an error of one's own": (
        lambda A: (_ for _ in ()).throw(type("Secret", (Exception,), {})("2.5")),
        "raises Exception for",
    ),
}


@pytest.mark.parametrize("case", CALLED)
def test_a_call_raises_nothing_and_leaves_its_arguments_alone(case):
    function, message = CALLED[case]
    [effect] = probes.effects(function, [(RIGHT,)])
    if message is None:
        assert torch.equal(answers.require_call(effect, (RIGHT,), "f(A)"), RIGHT + 1)
    else:
        with pytest.raises(AssertionError, match=message):
            answers.require_call(effect, (RIGHT,), "f(A)")


def change_first(*given):
    first = given[0]
    while isinstance(first, tuple):
        first = first[0]
    first += 1


@pytest.mark.parametrize("make", [torch.ones, np.ones])
@pytest.mark.parametrize("nested", [0, 1, 2])
def test_an_array_in_a_tuple_is_to_be_left_alone_as_a_tensor_is(make, nested):
    value = make(3)
    for _ in range(nested):
        value = (value, make(2))
    [effect] = probes.effects(change_first, [(value,)])
    with pytest.raises(AssertionError, match=r"\[argument-changed\]"):
        answers.require_call(effect, (value,), "f(A)")
    [effect] = probes.effects(lambda given: 3, [(value,)])
    assert answers.require_call(effect, (value,), "f(A)") == 3


@pytest.mark.parametrize(
    ("shapes", "said"), [(((),), r"shape \(\)"), (((2, 1), (3,)), r"\(2, 1\) and \(3,\)")]
)
def test_of_an_input_that_is_refused_the_shape_is_told(shapes, said):
    given = tuple(torch.zeros(shape) for shape in shapes)
    [effect] = probes.effects(lambda *tensors: tensors[9], [given])
    with pytest.raises(AssertionError, match=rf"IndexError for an input .* of .*{said}"):
        answers.require_call(effect, given, "f(A)")


def test_a_plain_number_will_do_for_a_tensor_without_axes():
    answers.require_close(2.0, torch.tensor(2.0), "f(A)")


APART = {
    "another shape": (RIGHT.T, r"expected Tensor \(2, 3\), found Tensor \(3, 2\)"),
    "other entries": (RIGHT + 1, "some entries are not"),
    "infinity": (RIGHT / 0, "found NaN"),
    "a known slip": (2 * RIGHT, r"^\[doubled\]"),
    "one of several": (RIGHT - 5, r"^\[shifted\]"),
}


@pytest.mark.parametrize("name", APART)
def test_wrong_entries_are_named(name):
    value, message = APART[name]
    slips = {
        "[doubled] Twice. ‖ 两倍。": 2 * RIGHT,
        "[shifted] Moved. ‖ 平移。": [RIGHT - 4, RIGHT - 5],
    }
    with pytest.raises(AssertionError, match=message):
        answers.require_close(value, RIGHT, "f(A)", slips)


@pytest.mark.parametrize("as_good", [torch.tensor([4, 2, 3]), np.array([4, 2, 3]), (4, 2, 3)])
def test_whole_numbers_come_in_any_sequence(as_good):
    assert answers.require_integers(as_good, "f(x)") == [4, 2, 3]


@pytest.mark.parametrize("wrong", [torch.ones(2), np.array([[1]]), torch.tensor(1), "12"])
def test_what_is_no_sequence_of_whole_numbers_is_refused(wrong):
    with pytest.raises(AssertionError, match="expected"):
        answers.require_integers(wrong, "f(x)")
