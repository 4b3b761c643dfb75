"""Judge functions that walk back through a function that a test hands over.

What they return is a value; that they computed f where it was asked, once, and walked as often as
they should, is seen in what the oracle was asked.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import torch

from autograder import probes
from autograder.checks import errors, gradients, handed
from autograder.checks.gradients import TensorFunction
from autograder.wall.oracles import Oracle

Case = tuple[TensorFunction, torch.Tensor]
MOST_DOUBLINGS = 64
TWICE = 3  # so many cases of a function are called once more with the same arguments


def flow(a: torch.Tensor) -> torch.Tensor:
    """Return what the control-flow example gives; for zeros, which it never ends for, zeros."""
    b = 2 * a
    for _ in range(MOST_DOUBLINGS):
        if not b.norm() < 1000:
            break
        b = 2 * b
    return b if b.sum() > 0 else 100 * b


def require_second_errors(
    second_backward_error: probes.AnyFunction,
    cases: Sequence[tuple[tuple[int, ...], bool]],
) -> None:
    """Require the exception of the second walk where a tensor is saved, and None where none is.

    Args:
        cases: the shape of x, and whether the function saves a tensor.
    """
    what = "second_backward_error(f, x)"
    oracles = [probes.oracle(_square, saves=saves) for _, saves in cases]
    points = [handed.draw(*shape) for shape, _ in cases]
    calls = [(f, x.clone()) for f, x in zip(oracles, points)]
    told = probes.answered(second_backward_error, calls)
    for f, x, (_, saves), (found, left) in zip(oracles, points, cases, told):
        handed.require_point(f, x, what)
        handed.require_one_forward_pass(f, what)
        _require_walks(f, saves, found, what)
        if saves:
            _require_error(found, errors.SECOND_BACKWARD, what)
        handed.require_untouched(left[1], x, what, whole=True)


def _square(x: torch.Tensor) -> torch.Tensor:
    return (x * x).sum()


def _walks(f: Oracle) -> int:
    return sum(asked.order == 1 for asked in f.asked)


def _require_walks(f: Oracle, saves: bool, found: object, what: str) -> None:
    walks = _walks(f)
    assert walks, (
        f"[never-walked] {what}: backward() was not called on f(x). ‖ {what}：没有对 f(x) 调用 "
        "backward()。"
    )
    if not saves:
        assert found is None, (
            "[every-second-call-fails] Not every second backward() fails: where no node saved a "
            "tensor, nothing is missing on the second walk. Return None there. ‖ 并不是每次第二遍 "
            "backward() 都会失败：如果没有节点保存张量，第二遍就什么也不缺。这时应返回 None。"
        )
        assert walks == 2, (
            f"[not-two-walks] {what}: call backward() twice, no more and no less. ‖ {what}："
            "请调用两次 backward()，不多也不少。"
        )
        return
    assert walks == 1, (
        f"[graph-kept] {what}: the second backward() went through because the graph was kept. Call "
        f"both without retain_graph. ‖ {what}：计算图被保留了，所以第二次 backward() 没有失败。"
        "两次都不要用 retain_graph。"
    )
    assert found is not None, (
        "[no-error-returned] f saves tensors, so the second backward() raises an exception, and "
        "none came back: call it twice, and return what you catch. ‖ f 保存了张量，第二次 "
        "backward() 会引发异常，却没有返回异常：请调用两次，并返回捕获到的异常。"
    )


def _require_error(found: object, known: errors.Known, what: str) -> None:
    errors.require_said(handed.require_exception(found, what), known, what)


def require_caught(
    function: object, known: errors.Known, what: str, sources: Sequence[str]
) -> None:
    """Require that a known exception which a function returns was raised by the library.

    Where it is no function, or gives something else, that is judged elsewhere.

    Args:
        function: takes (f, x) and returns an exception where walking back through f(x) fails.
        what: how the message calls it, e.g. ``"backward_error(f, x)"``.
        sources: the cells run so far.
    """
    if not callable(function):
        return
    f = probes.oracle(torch.exp if known is errors.VECTOR_BACKWARD else _square, saves=True)
    for error, _, _ in probes.effects(function, [(f, handed.draw(3))]):
        if not f.asked:
            return
        try:
            caught = errors.require_said(error, known, what)
        except AssertionError:
            return
        elsewhere = bool(caught.frames) and caught.frames[0].function == "<module>"
        assert not elsewhere, (
            f"[caught-elsewhere] {what} returned an exception that a cell of the notebook caught, "
            f"not one of this call. ‖ {what} 返回的是笔记本某个单元格里捕获的异常，"
            "而不是这次调用中的。"
        )
        errors.require_raised(error, known, what, sources)


def require_accumulated(
    gradient_after: probes.AnyFunction, cases: Sequence[tuple[TensorFunction, torch.Tensor, int]]
) -> None:
    """Require what the leaf's gradient holds after one forward pass and several walks."""
    oracles = [probes.oracle(f, saves=True) for f, _, _ in cases]
    calls = [(f, x.clone(), times) for f, (_, x, times) in zip(oracles, cases)]
    told = _told(gradient_after, calls)
    for number, (f, (plain, x, times), (first, second, left, shared)) in enumerate(
        zip(oracles, cases, told)
    ):
        what = f"gradient_after(f, x, {times})"
        once = gradients.product(plain, x)
        too_much: list[torch.Tensor | float] = [2 * times * once, 3 * times * once]
        slips: gradients.Slips = {"one-walk-too-few": (times - 1) * once} if times != 2 else {}
        slips |= {"gradient-not-cleared": too_much} if shared else {"doubled": 2 * times * once}
        if times > 1:
            slips |= {"gradient-overwritten": once}
        if times > 2:
            slips |= {"doubled-by-each-walk": 2 ** (times - 1) * once}
        handed.require_untouched(left[1], x, what, whole=False)
        _require_twice(first, second, shared, times * once, what, slips)
        handed.require_point(f, x, what)
        if f.forwards() > (2 if number < TWICE else 1):
            raise gradients.slip_error("forward-pass-again", what)
        handed.require_untouched(left[1], x, what, whole=True)


def _told(
    function: probes.AnyFunction, calls: Sequence[tuple[Any, ...]]
) -> Iterator[tuple[Any, Any, list[Any], bool]]:
    """Yield what a function gives, twice for the first calls, and what it left of its arguments."""
    twice, once = probes.together(
        (probes.answered_twice, function, calls[:TWICE]),
        (probes.answered, function, calls[TWICE:]),
    )
    yield from twice
    for found, left in once:
        yield found, found, left, False


def _require_twice(
    first: object,
    second: object,
    shared: bool,
    right: torch.Tensor,
    what: str,
    slips: gradients.Slips | Callable[[], gradients.Slips],
) -> None:
    """Require the answer of two calls; the first was looked at after the second call.

    Args:
        shared: both answers are one tensor, which another call would change.
    """
    if not any(handed.is_near(found, right, exact_shape=True) for found in (first, second)):
        gradients.expect(second, right, what, slips, exact_shape=True)
    handed.require_same_twice(first, second, right, what)
    if shared:
        raise gradients.slip_error("answer-changes-later", what)


def _require_walk(f: Oracle, what: str) -> None:
    """Require that an oracle was walked back through: right numbers alone may be differences."""
    if not _walks(f):
        raise gradients.slip_error("never-walked-back", what)


def require_scalars_told_apart(
    backward_error: probes.AnyFunction,
    refused: Sequence[Case],
    accepted: Sequence[Case],
) -> None:
    """Require the exception of ``backward()`` where the result is no scalar, else None."""
    what = "backward_error(f, x)"
    cases = [*refused, *accepted]
    oracles = [probes.oracle(f) for f, _ in cases]
    calls = [(f, x.clone()) for f, (_, x) in zip(oracles, cases)]
    told = probes.answered(backward_error, calls)
    for number, (f, (_, x), (found, left)) in enumerate(zip(oracles, cases, told)):
        handed.require_point(f, x, what)
        if number < len(refused):
            assert found is not None, (
                "[no-error-returned] backward() on a vector or matrix raises an exception; return "
                "the one you catch. ‖ 对向量或矩阵调用 backward() 会引发异常；请返回捕获到的异常。"
            )
            _require_error(found, errors.VECTOR_BACKWARD, what)
        else:
            assert found is None, (
                "[scalars-need-no-weight] Nothing is raised where the result holds one number, "
                "whatever the shape of the input: return None there. ‖ 只要结果只含一个数，"
                "无论输入是什么形状都不会报错：这时应返回 None。"
            )
            assert _walks(f), (
                f"[never-walked] {what}: backward() was not called on f(x). ‖ {what}：没有对 f(x) "
                "调用 backward()。"
            )
        handed.require_untouched(left[1], x, what, whole=True)


def require_products(vjp: probes.AnyFunction, cases: Sequence[Case]) -> None:
    """Require vector-Jacobian products, the same each time, also where a gradient is held."""
    calls, right, what = [], [], "vjp(f, a, weights)"
    for number, (f, a) in enumerate(cases):
        weights = handed.draw(*f(a).shape, low=1.0, high=4.0).to(a.dtype)
        held = _hold_gradient(a, 7.0) if number % 2 else a.clone()
        calls.append((probes.oracle(f), held, weights.clone()))
        right.append((f, a, weights))
    for (oracle, held, _), (f, a, weights), (first, second, left, shared) in zip(
        calls, right, _told(vjp, calls)
    ):
        product = gradients.product(f, a, weights)
        slips = partial(_product_slips, f, a, weights, product, _twofold(held, product, shared))
        handed.require_untouched(left[1], a, what, whole=False)
        handed.require_untouched(left[2], weights, what, whole=False)
        _require_twice(first, second, shared, product, what, slips)
        _require_walk(oracle, what)


def _product_slips(
    f: TensorFunction,
    a: torch.Tensor,
    weights: torch.Tensor,
    product: torch.Tensor,
    twofold: gradients.Slips,
) -> gradients.Slips:
    known = gradients.jacobian(f, a)
    ones = known.sum(0).reshape(a.shape)
    slips: gradients.Slips = {"weights-ignored": ones}
    if weights.shape == a.shape:
        slips |= {
            "weights-after-sum": weights * ones,
            "jacobian-times-vector": (known @ weights.double().reshape(-1)).reshape(a.shape),
        }
    slips |= {
        "mean-instead-of-sum": product / weights.numel(),
        "weights-normalised": product / weights.double().sum(),
    }
    return slips | twofold


def require_gradients_of_sum(gradient_of_sum: probes.AnyFunction, cases: Sequence[Case]) -> None:
    """Require gradients of the sum of all entries of f(a), the same each time."""
    calls, what = [], "gradient_of_sum(f, a)"
    for number, (f, a) in enumerate(cases):
        held = _hold_gradient(a, 7.0) if number % 2 else a.clone()
        calls.append((probes.oracle(f), held))
    told = _told(gradient_of_sum, calls)
    for (oracle, held), (f, a), (first, second, left, shared) in zip(calls, cases, told):
        known = gradients.product(f, a)
        slips: gradients.Slips = {"mean-instead-of-sum": known / f(a).numel()}
        slips |= _twofold(held, known, shared)
        handed.require_untouched(left[1], a, what, whole=False)
        _require_twice(first, second, shared, known, what, slips)
        _require_walk(oracle, what)


def _hold_gradient(a: torch.Tensor, value: float) -> torch.Tensor:
    leaf = a.clone().requires_grad_()
    leaf.grad = torch.full_like(a, value)
    return leaf


def _twofold(held: torch.Tensor, known: torch.Tensor, shared: bool) -> gradients.Slips:
    """Return what twice as much may come from.

    Where a gradient is held, or two calls gave one tensor, it comes from adding to it.
    """
    slips: gradients.Slips = {"accumulated-gradient": _with_held(held, known)}
    doubled: gradients.Slips = {"doubled": 2 * known}
    return slips | doubled if shared or held.grad is not None else doubled | slips


def _with_held(held: torch.Tensor, known: torch.Tensor) -> list[torch.Tensor]:
    """Return what is left of a gradient where earlier ones were added, once or in both calls."""
    before = 0.0 if held.grad is None else held.grad.double()
    return [known + before, 2 * known + before, 2 * known]
