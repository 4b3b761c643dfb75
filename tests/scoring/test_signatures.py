"""A function of several numbers is answered on the test's side, in the kind it is asked with."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.wall.signatures import SignedOracle, signed
from tests import running
from tests.running import assignment, grade, outcomes

SIZES = st.floats(-2, 2).filter(lambda x: abs(x) > 1e-3)
KINDS = {
    "numbers": float,
    "whole numbers": round,
    "NumPy numbers": np.float64,
    "arrays": lambda x: np.array([x, 2 * x]),
    "reversed arrays": lambda x: np.array([x, 2 * x])[::-1],
    "float32 arrays": lambda x: np.array([x, 2 * x], dtype=np.float32),
    "0-d tensors": lambda x: torch.tensor(x, dtype=torch.float64),
    "tensors": lambda x: torch.tensor([[x, 2 * x]]),
}


def formula(x, y):
    return x * y**2 - 3 * y + 1


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25, deadline=None, derandomize=True)
@given(x=SIZES, y=SIZES)
def test_it_gives_what_the_formula_gives_in_the_same_kind(kind, x, y):
    oracle = SignedOracle(formula, ("x", "y"))
    args = [KINDS[kind](x), KINDS[kind](y)]
    for found in (oracle(*args), oracle(args[0], y=args[1]), oracle(y=args[1], x=args[0])):
        known = formula(*args)
        assert type(found) is (float if kind == "whole numbers" else type(known))
        assert np.shape(found) == np.shape(known)
        assert np.asarray(found) == pytest.approx(np.asarray(known), rel=1e-4, abs=1e-4)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(x=SIZES, y=SIZES)
def test_it_is_differentiated_as_the_formula_is(x, y):
    oracle = SignedOracle(formula, ("x", "y"))
    point = tuple(torch.tensor(number, dtype=torch.float64) for number in (x, y))
    for differentiate in (torch.autograd.functional.jacobian, torch.autograd.functional.hessian):
        found, known = differentiate(oracle, point), differentiate(formula, point)
        torch.testing.assert_close(found, known)
    torch.testing.assert_close(
        torch.func.grad(oracle, (0, 1))(*point), torch.func.grad(formula, (0, 1))(*point)
    )


def test_a_number_beside_a_tensor_takes_its_dtype():
    oracle = SignedOracle(formula, ("x", "y"))
    assert oracle(torch.tensor(2.0), 3.0).dtype == torch.float32
    assert oracle(torch.tensor(2.0).double(), 3.0).dtype == torch.float64


def test_a_sum_of_an_array_is_a_number_whatever_its_shape():
    oracle = SignedOracle(lambda x: (x * x).sum().reshape(1), ("x",))
    assert oracle(np.array([1.0, 2.0])) == 5 and np.ndim(oracle(np.array([1.0, 2.0]))) == 0
    assert oracle(torch.tensor([1.0, 2.0])).shape == (1,)


@pytest.mark.parametrize("args", [("1",), ([1.0],), (1.0, 2.0), (), (None,)])
def test_what_is_no_argument_is_a_type_error(args):
    with pytest.raises(TypeError):
        SignedOracle(torch.sin, ("x",))(*args)


def test_without_parameters_a_handle_is_what_it_was():
    assert signed(math.sin, ()) is math.sin


CASE = """
from autograder.checks import handed
import torch

@test_case(points=1, hidden=True)
def case(answer):
    f = handed.function(lambda x, y: torch.sin(x) * y, "x", "y")
    values, slopes = answer(f)
    assert abs(float(values[0]) - 1.6829) < 1e-3 and abs(float(values[1]) - 1.6829) < 1e-3
    assert abs(float(slopes[0]) - 1.0806) < 1e-3 and abs(float(slopes[1]) - 0.8415) < 1e-3
    assert len(f.asked) >= 3
"""
WAYS = {
    "autograd": """
    x, y = torch.tensor(1.0, requires_grad=True), torch.tensor(2.0, requires_grad=True)
    f(x, y).backward()
    return (f(1, 2), f(np.array([1.0]), 2)[0]), (x.grad, y.grad)""",
    "differences": """
    h = 1e-5
    slopes = [(f(1 + h, 2.0) - f(1.0, 2)) / h, (f(x=1, y=2 + h) - f(1, y=2)) / h]
    return [f(1.0, 2.0), f(np.float64(1), np.float64(2))], slopes""",
    "its signature": """
    import inspect
    assert list(inspect.signature(f).parameters) == ["x", "y"]
    slopes = torch.func.grad(f, argnums=(0, 1))(torch.tensor(1.0), torch.tensor(2.0))
    return torch.stack([f(torch.tensor(1.0), 2.0)] * 2), slopes""",
}


@pytest.mark.parametrize("name", WAYS)
def test_it_answers_across_the_wall(name, engine):
    tests = assignment(q1=running.HEAD.format(name="q1") + CASE)
    code = "import numpy as np\nimport torch\ndef answer(f):" + WAYS[name]
    assert outcomes(grade(engine, tests, (code, "q1"))) == [True]
