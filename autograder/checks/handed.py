"""Judge what a student's function does with a function that a test hands over.

The function that is handed over is an oracle (:mod:`autograder.wall.oracles`): what it was asked
is seen from outside. *Secret slopes* tell autograd from differences of values: in

    f(x) = g(x) + q1 (x - x') + q2 (x - x')^2 + ...,    x' = x.detach(),

no value of f holds a trace of q, whereas the n-th derivative by autograd holds n! qn.
"""

import contextlib
import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
import torch

from autograder import probes
from autograder.checks import gradients
from autograder.checks.answers import describe
from autograder.checks.gradients import TensorFunction
from autograder.wall.evidence import CapturedError
from autograder.wall.oracles import Oracle
from autograder.wall.signatures import SignedOracle

Left = tuple[torch.Tensor, bool, torch.Tensor | None]

# Float32 loses less in four orders; float16, bfloat16 and three decimals lose more.
ORDER_RTOL, ORDER_ATOL = 1e-4, 8e-5
# Tells walks from differences; how many digits are right is judged elsewhere.
WALKED_RTOL, WALKED_ATOL = 1e-2, 1e-3


def draw(*shape: int, low: float = 0.5, high: float = 1.5) -> torch.Tensor:
    """Return random numbers of mixed signs whose sizes lie between two bounds."""
    size = low + (high - low) * torch.rand(shape)
    return size * (1.0 - 2.0 * torch.randint(0, 2, shape))


def function(f: Callable[..., torch.Tensor], *parameters: str, name: str = "f") -> SignedOracle:
    """Return a function of numbers, arrays or tensors to hand over; it stays with the test."""
    return SignedOracle(f, parameters, name)


def sloped(function: TensorFunction, slopes: Sequence[float]) -> TensorFunction:
    """Return a function with the values of another, to whose derivatives slopes are added."""

    def f(x: torch.Tensor) -> torch.Tensor:
        away = x - x.detach()
        return function(x) + sum(q * away**k for k, q in enumerate(slopes, 1))

    return f


def require_orders(
    nth_derivative: probes.AnyFunction,
    cases: Sequence[tuple[TensorFunction, float, int]],
    rtol: float = ORDER_RTOL,
    atol: float = ORDER_ATOL,
) -> None:
    """Require ``nth_derivative(f, x, n)`` to be right for cases of (f, x, n)."""
    calls = [(probes.oracle(f), x, n) for f, x, n in cases]
    for (f, x, n), found in zip(cases, _told_orders(nth_derivative, calls)):
        right, what = gradients.derivatives(f, x, n)[n], f"nth_derivative(f, x, {n})"
        require_number(found, what)
        gradients.expect(found, right, what, partial(_order_slips, f, x, n), rtol, atol)


def _told_orders(
    nth_derivative: probes.AnyFunction, calls: Sequence[tuple[Oracle, float, int]]
) -> Iterator[object]:
    """Yield what ``nth_derivative`` gives; what autograd itself complains about is named."""
    told = iter(probes.results(nth_derivative, calls))
    for _, _, n in calls:
        with naming_complaints(f"nth_derivative(f, x, {n})", "no-leaf" if n == 1 else None):
            found = next(told)
        yield found


@contextlib.contextmanager
def naming_complaints(what: str, without_graph: str | None = None) -> Iterator[None]:
    """Name what autograd raises where a graph is missing or cut; other exceptions pass.

    Args:
        without_graph: the slip where what is differentiated has no graph at all; default: that it
            was a derivative without one.
    """
    try:
        yield
    except RuntimeError as error:
        complaint = str(error)
        if "does not require grad and does not have a grad_fn" in complaint:
            raise gradients.slip_error(without_graph or "no-create-graph", what) from None
        if "appears to not have been used in the graph" in complaint:
            raise gradients.slip_error("cut-from-the-graph", what) from None
        raise


def require_number(found: object, what: str) -> None:
    """Require a number, or a tensor or array of numbers: no list or tuple, not even of one."""
    assert not isinstance(found, (list, tuple)), (
        f"[wrong-type] {what} should be a number, or a tensor that holds one; found "
        f"{describe(found)}. ‖ {what} 应该是一个数或只含一个数的张量，实为 {describe(found)}。"
    )


def _order_slips(f: TensorFunction, x: float, n: int) -> gradients.Slips:
    known = gradients.derivatives(f, x, n + 1)
    return {
        "function-instead-of-derivative": known[0],
        "first-derivative-only": known[1],
        "accumulated-gradient": sum(math.comb(n - 1, k) * known[k + 1] for k in range(n)),
        "power-of-first-derivative": known[1] ** n,
        "taylor-coefficient": known[n] / math.factorial(n),
        "one-order-too-many": known[n + 1],
        "one-order-too-few": known[n - 1],
        "n-walks": n * known[1],
        "derivative-at-the-derivative": _again(f, x, n)[0],
        "iterated-function": _again(f, x, n)[1],
    }


def _again(f: TensorFunction, x: float, n: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return f'(f'(... x)), and the derivative of f(f(... x)), of ``n`` times each."""
    at, place, product = torch.tensor(x), torch.tensor(x), torch.tensor(1.0, dtype=torch.float64)
    for _ in range(n):
        at = gradients.derivatives(f, at.item(), 1)[1]
        value, slope = gradients.derivatives(f, place.item(), 1)
        place, product = value, product * slope
    return at, product


def require_autograd(
    nth_derivative: probes.AnyFunction, cases: Sequence[tuple[TensorFunction, float, int]]
) -> None:
    """Require that ``nth_derivative`` gets every order by autograd, not by differences."""
    slopes = [1.0 + abs(q) for q in draw(4, low=0.0, high=2.0).tolist()]
    hidden = [(sloped(f, slopes), x, n) for f, x, n in cases]
    calls = [(probes.oracle(f), x, n) for f, x, n in hidden]
    told = _told_orders(nth_derivative, calls)
    for (f, x, n), (smooth, _, _), (oracle, _, _), found in zip(hidden, cases, calls, told):
        seen, known = (gradients.derivatives(one, x, n)[n] for one in (smooth, f))
        what, slips = f"nth_derivative(f, x, {n})", partial(_order_slips, f, x, n)
        if not (_walked_from_one_point(oracle, n) or _is_one_of(found, slips())):
            _refuse_unwalked(found, seen, known, what, _way(oracle))
        require_number(found, what)
        gradients.expect(found, known, what, slips, WALKED_RTOL, WALKED_ATOL)


def _is_one_of(found: object, slips: gradients.Slips) -> bool:
    return any(is_near(found, torch.as_tensor(value)) for value in slips.values())


def _points(f: Oracle) -> set[tuple[float, ...]]:
    """Return where a function was computed."""
    return {tuple(asked.inputs[0].reshape(-1).tolist()) for asked in f.asked}


def _walked_from_one_point(f: Oracle, times: int) -> bool:
    """Tell whether a function was walked back through as often, and computed at one point only."""
    return len(_points(f)) == 1 and max(asked.order for asked in f.asked) >= times


def _way(f: Oracle) -> str:
    """Name the way to a derivative at one number that no walk gave: a slip.

    Only who computed f at several points can have compared its values.
    """
    points = len(_points(f))
    return ("forward-pass-missing", "never-walked-back", "finite-differences")[min(points, 2)]


def _refuse_unwalked(
    found: object, seen: torch.Tensor, known: torch.Tensor, what: str, slip: str
) -> None:
    """Refuse numbers that the values of f lead to, give or take their inaccuracy, not its walks."""
    try:
        numbers = torch.as_tensor(np.asarray(_plain(found), dtype=np.float64)).reshape(known.shape)
    except (TypeError, ValueError, RuntimeError):
        return  # the comparison says what is the matter
    apart = (known - seen).abs().max()
    if (numbers - seen).abs().max() <= 0.25 * apart:
        raise gradients.slip_error(slip, what)


def _plain(found: object) -> object:
    if isinstance(found, torch.Tensor):
        return found.detach().double().numpy()
    return [_plain(item) for item in found] if isinstance(found, (list, tuple)) else found


def require_on_grids(
    derivative: probes.AnyFunction,
    cases: Sequence[tuple[TensorFunction, np.ndarray]],
    slopes: float | None = None,
) -> None:
    """Require ``derivative(f, xs)`` to be right for cases of (f, xs).

    Args:
        slopes: where given, a secret slope that only autograd can see.
    """
    functions = [f if slopes is None else sloped(f, [slopes]) for f, _ in cases]
    calls = [(probes.oracle(f), xs.copy()) for f, (_, xs) in zip(functions, cases)]
    told = probes.answered(derivative, calls)
    for f, (smooth, xs), (oracle, _), (found, left) in zip(functions, cases, calls, told):
        known, what = gradients.derivative_on_grid(f, xs), "derivative(f, xs)"
        if slopes is not None:
            seen = gradients.derivative_on_grid(smooth, xs)
            slip = "finite-differences" if oracle.asked else "forward-pass-missing"
            _refuse_unwalked(found, seen, known, what, slip)
        gradients.expect(_as_row(found, xs), known, what, partial(_grid_slips, f, xs, known))
        if isinstance(left[1], np.ndarray) and not np.array_equal(left[1], xs):
            raise gradients.slip_error("changes-its-argument", what)


def _as_row(found: object, xs: np.ndarray) -> object:
    """Return a column of one number each, or a list of such, as a row."""
    if isinstance(found, (torch.Tensor, np.ndarray)) and tuple(found.shape) == (len(xs), 1):
        return found.reshape(len(xs))
    if isinstance(found, list) and all(getattr(item, "shape", None) == (1,) for item in found):
        return [item[0] for item in found]
    return found


def _grid_slips(f: TensorFunction, xs: np.ndarray, known: torch.Tensor) -> gradients.Slips:
    points = torch.as_tensor(np.asarray(xs, dtype=np.float64))
    values, order = f(points).detach(), torch.argsort(points)
    neighbours = np.unique(xs).size == xs.size > 1
    return {
        "accumulated-gradient": known.cumsum(0),
        "function-instead-of-derivative": values,
        "summed-gradient": known.sum().expand(len(xs)),
        "same-gradient-everywhere": known[-1].expand(len(xs)),
        "reversed-order": known.flip(0),
        "sorted-order": known[order],
        "hard-coded-cosine": torch.cos(points),
        "degrees": gradients.derivative_on_grid(f, np.deg2rad(xs)),
        "mean-instead-of-sum": known / len(xs) if len(xs) > 1 else [],
        "one-order-too-many": gradients.second_derivative_on_grid(f, xs),
        "cut-to-integers": gradients.derivative_on_grid(f, np.trunc(xs)),
        "finite-differences": np.gradient(values.numpy(), points.numpy()) if neighbours else [],
        "doubled": 2 * known,
    }


def require_point(f: Oracle, x: torch.Tensor, what: str) -> None:
    """Require that an oracle was computed at the values of ``x``, as closely as float32 holds them.

    Raises:
        AssertionError: ``[forward-pass-missing]`` or ``[other-point]``.
    """
    points = [asked.inputs[0] for asked in f.asked if asked.order == 0]
    if not points:
        raise gradients.slip_error("forward-pass-missing", what)
    wanted = x.detach().double()
    for point in points:
        near = point.shape == wanted.shape and torch.allclose(
            point.double(), wanted, rtol=1e-6, atol=1e-9
        )
        if not near:
            raise gradients.slip_error("other-point", what)


def require_one_forward_pass(f: Oracle, what: str) -> None:
    """Require that an oracle was computed once."""
    if f.forwards() > 1:
        raise gradients.slip_error("forward-pass-again", what)


def require_untouched(left: Left | None, before: torch.Tensor, what: str, whole: bool) -> None:
    """Require that a call left a tensor as it was.

    Args:
        left: what a probe tells of it.
        before: a tensor in the state before the call.
        whole: whether its place in autograd counts too: ``requires_grad`` and ``.grad``.
    """
    if not isinstance(left, (tuple, list)) or len(left) != 3:
        return
    values, requires_grad, grad = left
    same = torch.equal(values, before.detach())
    if whole:
        held = before.grad
        same &= requires_grad == before.requires_grad and (grad is None) == (held is None)
        if grad is not None and held is not None:
            same &= torch.equal(grad, held)
    if not same:
        raise gradients.slip_error("changes-its-argument", what)


def require_same_twice(first: object, second: object, right: torch.Tensor, what: str) -> None:
    """Require that two calls with the same arguments gave one and the same right answer.

    ``first`` was looked at after the second call; that one of the two is right is known.
    """
    near = [is_near(found, right, exact_shape=True) for found in (first, second)]
    if not near[1]:
        raise gradients.slip_error("another-answer-each-time", what)
    if not near[0]:
        raise gradients.slip_error("answer-changes-later", what)


def is_near(found: object, right: torch.Tensor, exact_shape: bool = False) -> bool:
    """Tell whether numbers are those expected; see :func:`gradients.expect`."""
    try:
        gradients.expect(found, right, "", exact_shape=exact_shape)
    except AssertionError:
        return False
    return True


def require_exception(found: object, what: str) -> CapturedError:
    """Return what is known of an exception that a function returned."""
    if isinstance(found, CapturedError):
        return found
    kind = describe(found)
    raise AssertionError(
        f"[no-exception] {what} should return the exception object that was caught; it returned "
        f"{kind}. ‖ {what} 应该返回捕获到的异常对象，实际返回 {kind}。"
    )
