"""Functions whose course depends on the data are told from single formulas."""

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

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
    measured = flows.Measured(inputs, [[1, 0], [0]], (1e-2,))
    first, second = measured.quotients(list(square(measured.points())))
    assert [row[0][0] for row in first.rows] == pytest.approx([-4, 6])
    assert [row[0][0] for row in second.rows] == pytest.approx([6], rel=1e-3)
    assert first.same == (13, 13)


INSIDE = {  # how a right function adds up, all of them the same cubic
    "float64": lambda x, c: (c[0] * x**3 + c[1] * x**2 + c[2] * x).sum(),
    "a float32 accumulator": lambda x, c: _added_up(torch.tensor(0.0), x, c),
    "a float32 buffer": lambda x, c: _written(torch.zeros(x.numel()), x, c),
    "a cast to float32": lambda x, c: INSIDE["float64"](x.float(), c),
    "half of it in float32": lambda x, c: (
        INSIDE["float64"](x.float(), c) / 2 + INSIDE["float64"](x, c) / 2
    ),
}


def _added_up(total, x, c):
    for v in x:
        total += c[0] * v**3 + c[1] * v**2 + c[2] * v
    return total


def _written(out, x, c):
    for i, v in enumerate(x):
        out[i] = c[0] * v**3 + c[1] * v**2 + c[2] * v
    return out.sum()


def _slope(x, c):
    return 3 * c[0] * x**2 + 2 * c[1] * x + c[2]


NUMBERS = st.floats(-3, 3).map(lambda value: round(value, 3))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    inside=st.sampled_from(sorted(INSIDE)),
    c=st.tuples(*[st.floats(0.5, 2), NUMBERS, NUMBERS]),
    at=st.lists(NUMBERS, min_size=1, max_size=4),
)
def test_a_right_function_is_never_refused_whatever_it_computes_in(inside, c, at):
    f, x = (lambda points: INSIDE[inside](points, c)), torch.tensor(at).double()
    flows.require_slopes([_slope(x, c)], [x], numbers_of(f))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    inside=st.sampled_from(sorted(INSIDE)),
    c=st.tuples(*[st.floats(0.5, 2), NUMBERS, NUMBERS]),
    at=st.lists(NUMBERS, min_size=1, max_size=4),
    step=st.sampled_from([0.3, -0.5, 1.0]),
)
def test_a_difference_quotient_is_never_taken_for_the_gradient(inside, c, at, step):
    f, x = (lambda points: INSIDE[inside](points, c)), torch.tensor(at).double()
    ahead = [INSIDE["float64"](x + step * e, c) for e in torch.eye(x.numel()).double()]
    quotient = (torch.stack(ahead) - INSIDE["float64"](x, c)) / step
    off = (quotient - _slope(x, c)).abs().max()
    assume(off > 0.03 * max(1.0, float(quotient.abs().max())))
    with pytest.raises(AssertionError, match=r"^\[graph-cut\]"):
        flows.require_slopes([quotient], [x], numbers_of(f))


def test_a_random_course_is_no_function():
    with pytest.raises(AssertionError, match=r"^\[not-a-function\] .+ ‖ "):
        f = lambda x: x.sum() * torch.rand(())  # noqa: E731
        flows.require_slopes([torch.ones(2)], [torch.ones(2).double()], numbers_of(f))


def test_a_border_very_near_one_input_is_found():
    f = probes.function("(x ** 2).sum() if x.norm() < 1 else 3 * x.sum()")
    near, far = torch.tensor([0.1, 0.2]).double(), torch.tensor([1000.0, 2000.0]).double()
    assert flows.switches(numbers_of(f), near, far) and flows.switches(numbers_of(f), far, near)


COURSES = {  # expression -> whether the two inputs take different courses
    "(x * x).sum() if x.sum() > 0 else 3 * x.sum()": True,
    "((2 if x.sum() > 0 else 3) * x).sum()": True,
    "x[0] if x[0] > x[1] else x[1]": True,
    "[x.sum() > 0 and None, torch.where(x > 0, x * x, 3 * x).sum()][1]": False,
    "[bool(x.sum() > 0) and bool(x.norm() > 0), torch.relu(x).sum()][1]": False,
    "(x * x).sum() if x.sum() > 100 else 3 * x.sum()": False,
    "(lambda e: e[0] + 2 * e[1])(list(x)[::-1] if x[0] > x[1] else list(x))": True,
    "(lambda e: e[0] + 2 * e[1])(list(x)[::-1] if x[0] > 9 else list(x))": False,
}


@pytest.mark.parametrize("expression", COURSES)
def test_a_course_is_what_the_result_is_made_of(expression):
    inputs = [torch.tensor([2.0, 1.0]), torch.tensor([-2.0, -1.0])]
    (first, *_), (second, *_) = probes.courses(probes.function(expression), inputs)
    assert (first != second) == COURSES[expression]


DECIDED = {  # expression -> whether its condition decides what comes out, or that cannot be told
    "(x * x).sum() if x.sum() > 0 else 3 * x.sum()": True,
    "((2 if x.sum() > 0 else 3) * x).sum()": True,
    "((2 if float(x.sum()) > 0 else 3) * x).sum()": True,
    "(x / 0 if x.sum() > 0 else x.undefined).sum() if x[0] > 0 else x.sum()": True,
    "(torch.relu(x) + 0 if x.sum() > 0 else torch.relu(x)).sum()": False,
    "torch.where(x > 0, x * x, -x).sum() if x.sum() > 0 else torch.where(x <= 0, -x, x * x).sum()":
        False,
    "sum(torch.relu(x) if x.sum() > 0 else list(torch.relu(x))[::-1])": False,
}  # fmt: skip


@pytest.mark.parametrize("expression", DECIDED)
def test_a_branch_that_decides_nothing_is_noticed(expression):
    f, inputs = probes.function(expression), [torch.tensor([2.0, 1.0]), torch.tensor([-2.0, -1.0])]
    courses = list(probes.courses(f, [x.double() for x in inputs]))
    assert courses[0][0] != courses[1][0]
    try:
        flows.require_branch([(0, 1)], inputs, courses, lambda cases: probes.forced(f, cases))
    except AssertionError as error:
        assert str(error).startswith("[idle-branch]") and not DECIDED[expression]
    else:
        assert DECIDED[expression]


def test_a_way_that_asks_more_than_the_other_is_left_undecided():
    f = probes.function("x.sum() if x[0] > 0 and x[1] > 0 else 2 * x.sum()")
    assert list(probes.forced(f, [(torch.ones(2), [True]), (torch.ones(2), [False])])) == [None, 4]


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
    looks = 2 * len(flows.SHARES) - 1  # the whole way, and nearer to either end
    assert len(asked) == looks * (flows.NODES.size + flows.BETWEEN.size)


def bordered(a):
    return (a**2).sum() if a.norm() < 5 else 3 * a.sum()


def cut_beyond(a):
    return (a**2).sum() if a.norm() < 5 else 3 * a.detach().sum() + 0 * a.sum()


@pytest.mark.parametrize(("function", "right"), [(bordered, True), (cut_beyond, False)])
def test_a_point_drawn_on_a_border_is_drawn_again_and_a_wrong_gradient_never_passes(
    function, right, monkeypatch
):
    on_it = torch.tensor([3.0, 4.0 - 1e-7], dtype=torch.float64)
    drawn = [on_it, on_it, torch.tensor([3.0, 4.5], dtype=torch.float64)]
    monkeypatch.setattr(flows, "nearby", lambda a: drawn.pop(0))

    def answers(points):
        for point in points:
            leaf = point.clone().requires_grad_()
            result = function(leaf)
            yield result, torch.autograd.grad(result, leaf)[0]

    def values(points):
        return [function(point).item() for point in points]

    given = [torch.tensor([3.0, 4.1], dtype=torch.float64)]
    if right:
        flows.require_slopes_nearby(given, lambda points: list(answers(points)), values)
    else:
        with pytest.raises(AssertionError, match="graph-cut"):
            flows.require_slopes_nearby(given, lambda points: list(answers(points)), values)
