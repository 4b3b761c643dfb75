"""Functions whose course depends on the data are told from single formulas."""

import pytest
import torch

from autograder import probes
from autograder.checks import flows

START, END = torch.tensor([1.0, 2.5]).double(), torch.tensor([-1.0, 2.7]).double()
SWITCHING = {
    "a_jump": "x.sum() if x[0] > 0 else -x.sum()",
    "a_kink": "2 * x[0] if x[0] > 0 else 3 * x[0]",
    "a_jump_of_the_second_derivative": "x[0] ** 2 if x[0] > 0 else x[0] ** 3",
}
SINGLE = {
    "a_line": "x.sum() if x.sum() > 100 else 3 * x.sum()",
    "an_idle_branch": "(x * x).sum() if x[0] > 0 else (x ** 2).sum()",
    "a_smooth_function": "torch.exp(x).sum() + torch.sin(3 * x[0])",
    "a_constant": "x[0] * 0 + 5",
}


def numbers_of(f):
    """Return the function of many points that flows asks."""
    return lambda points: probes.numbers(f, points)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("expression", SWITCHING.values(), ids=SWITCHING)
def test_two_formulas_are_seen(expression, dtype):
    f = probes.function(expression)
    assert flows.switches(numbers_of(f), START.to(dtype), END.to(dtype))


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("expression", SINGLE.values(), ids=SINGLE)
def test_one_formula_is_seen(expression, dtype):
    f = probes.function(expression)
    assert not flows.switches(numbers_of(f), START.to(dtype), END.to(dtype))


@pytest.mark.parametrize("expression", [
    "x if x.sum() > 0 else -x", "x * int(x[0])", "x * x[0].item()", "x * float(x.max())",
    "x * len([v for v in x.tolist() if v > 0])", "x if torch.equal(x, x) else 2 * x",
])  # fmt: skip
def test_a_branch_reads_the_data(expression):
    assert flows.reads_data(probes.operations(probes.function(expression), torch.ones(3)))


@pytest.mark.parametrize("expression", [
    "torch.where(x > 0, x, -x)", "x if len(x) > 2 else -x", "x.clamp(0, 1)", "x if x.dim() else -x",
])  # fmt: skip
def test_shapes_and_elementwise_choices_read_no_data(expression):
    assert not flows.reads_data(probes.operations(probes.function(expression), torch.ones(3)))


def test_slopes_by_differences():
    square = numbers_of(probes.function("(x * x).sum()"))
    inputs = [torch.tensor([3.0, -2.0]).double(), torch.tensor([[3.0, -2.0]])]
    entries = [[1, 0], [0]]
    first, second = flows.slopes(square(flows.around(inputs, entries)), inputs, entries)
    assert first.tolist() == pytest.approx([-4, 6])
    assert second.tolist() == pytest.approx([6], rel=1e-3)


def test_a_function_with_float32_constants_keeps_float32():
    inputs = [torch.ones(2, requires_grad=True), torch.zeros(2)]

    def dtypes(expression):
        f = probes.function(expression)
        wide, found = flows.widened(f, inputs, lambda points: list(probes.outputs(f, points)))
        assert [y.dtype for y in found] == [a.dtype for a in wide]
        return [a.dtype for a in wide]

    assert dtypes("torch.ones(2, 2) @ x") == [torch.float32, torch.float32]
    assert dtypes("torch.ones(2, 2) @ x if x.sum() else x") == [torch.float32, torch.float64]
    assert dtypes("x * 2") == [torch.float64, torch.float64]


def test_places_between_two_inputs_keep_their_shape_and_dtype():
    asked = []

    def values(points):
        asked.extend(points)
        return [float(point.sum()) for point in points]

    start = torch.zeros(2, 3)
    assert not flows.switches(values, start, start + 1)
    assert {(point.shape, point.dtype) for point in asked} == {(start.shape, start.dtype)}
    assert len(asked) == flows.NODES.size + flows.BETWEEN.size
