"""Judge functions whose course depends on the data: slopes by differences, and whether it matters.

What a function gives at many points is one question to a sandbox, so the points and what follows
from the numbers found there are two functions here.
"""

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.polynomial.chebyshev import chebvander

from autograder.checks import answers
from autograder.wall.courses import TO_PYTHON, Course

T = TypeVar("T")

ROOM = {torch.float64: 1e-6, torch.float32: 1e-5}  # of the spread of the values
MOST_INPUTS = 8
DRAWS = 3  # of points near the inputs
DEGREE = 40
SHARES = (1.0, 1e-1, 1e-2, 1e-3, 1e-4)  # of the way between two inputs, seen from both ends
# A polynomial is known by its values at the nodes; it is compared half-way between some.
NODES = np.cos(np.pi * (np.arange(DEGREE + 1) + 0.5) / (DEGREE + 1))
BETWEEN = (NODES[1::2] + NODES[:-1:2]) / 2
# Maps the values of a polynomial of this degree at the nodes to those between them.
INTERPOLATION = np.linalg.solve(chebvander(NODES, DEGREE).T, chebvander(BETWEEN, DEGREE).T).T


def reads_data(operations: Iterable[str]) -> bool:
    """Tell whether recorded operations turn tensor values into Python values, as a branch must."""
    return bool(TO_PYTHON & set(operations))


def widened(
    f: Callable[[torch.Tensor], Any],
    inputs: Iterable[torch.Tensor],
    ask: Callable[[list[torch.Tensor]], T],
) -> tuple[list[torch.Tensor], T]:
    """Return copies of the inputs in float64, or in float32 where ``f`` takes only that.

    Args:
        ask: what the test wants to know of ``f`` at a list of inputs; its answer is returned too.
    """
    wide = [a.detach().clone().to(torch.float64) for a in inputs]
    try:
        return wide, ask(wide)
    except RuntimeError:  # operations on float32 constants refuse float64
        alone = [_widened_alone(f, a) for a in wide]
        return alone, ask(alone)


def _widened_alone(f: Callable[[torch.Tensor], Any], wide: torch.Tensor) -> torch.Tensor:
    try:
        f(wide.clone())
    except RuntimeError:
        return wide.to(torch.float32)
    return wide


def require_inputs(my_inputs: object) -> list[torch.Tensor]:
    """Return at least two inputs of one shape.

    Raises:
        AssertionError: ``[too-few-inputs]``, ``[different-shapes]``, or one is no tensor.
    """
    fits = isinstance(my_inputs, (list, tuple)) and len(my_inputs) >= 2
    assert isinstance(my_inputs, (list, tuple)) and fits, (
        "[too-few-inputs] my_inputs should be two tensors or more, in a list; found "
        f"{answers.describe(my_inputs)}. ‖ my_inputs 应为列表，其中至少有两个张量，实为 "
        f"{answers.describe(my_inputs)}。"
    )
    inputs = [answers.require_tensor(item, "each of my_inputs") for item in my_inputs[:MOST_INPUTS]]
    assert all(a.shape == inputs[0].shape for a in inputs), (
        "[different-shapes] All of my_inputs should have the same shape; it is the values that "
        "decide the way. ‖ my_inputs 的形状应该都相同；决定走哪条路的是数值。"
    )
    return inputs


def require_gradients(answered: Iterable[tuple[Any, Any]]) -> list[torch.Tensor]:
    """Return the gradients of pairs of a result and a gradient, or what kept it back.

    Raises:
        AssertionError: ``[not-a-scalar]`` or ``[graph-cut]``.
    """
    pairs = list(answered)
    for result, _ in pairs:
        assert isinstance(result, torch.Tensor) and result.numel() == 1, (
            "[not-a-scalar] my_flow should return a tensor with one number; found "
            f"{answers.describe(result)}. ‖ my_flow 应该返回只含一个数的张量，实为 "
            f"{answers.describe(result)}。"
        )
    for _, found in pairs:
        assert not isinstance(found, Exception), (
            f"[graph-cut] No gradient comes back from my_flow ({found}). ‖ my_flow 没有传回梯度"
            f"（{found}）。"
        )
        assert isinstance(found, torch.Tensor), (
            "[graph-cut] No gradient comes back from my_flow: between a and the result there have "
            "to be torch operations all the way. ‖ my_flow 没有传回梯度："
            "从 a 到结果必须一路都是 torch 运算。"
        )
    return [found for _, found in pairs]


def require_different_gradients(found: Sequence[torch.Tensor]) -> list[tuple[int, int]]:
    """Return the pairs of inputs whose gradients differ.

    Raises:
        AssertionError: ``[same-gradient]``.
    """
    pairs = [
        (p, q)
        for p, q in itertools.combinations(range(len(found)), 2)
        if not torch.allclose(found[p], found[q], rtol=1e-3, atol=1e-6)
    ]
    assert pairs, (
        "[same-gradient] All of my_inputs reach the same gradient; choose inputs that take "
        "different ways. ‖ my_inputs 得到的梯度都相同；请选择走不同路的输入。"
    )
    return pairs


def require_formulas(
    pairs: Sequence[tuple[int, int]],
    inputs: Sequence[torch.Tensor],
    values: Callable[[torch.Tensor], Iterable[Any]],
) -> None:
    """Require more than one formula between the inputs of a pair.

    Raises:
        AssertionError: ``[one-formula]``.
    """
    assert any(switches(values, inputs[p], inputs[q]) for p, q in pairs), (
        "[one-formula] Between your inputs my_flow is one and the same smooth formula: they take "
        "the same way, or the way makes no difference. ‖ 在你的输入之间，my_flow "
        "始终是同一个光滑的公式：它们走的是同一条路，或者走哪条路没有区别。"
    )


def require_branch(
    pairs: Sequence[tuple[int, int]],
    inputs: Sequence[torch.Tensor],
    courses: Sequence[Course],
    forced: Callable[[list[tuple[torch.Tensor, list[bool]]]], Iterable[float | None]],
) -> None:
    """Require that the inputs of a pair take different courses, and that it matters which.

    Args:
        forced: maps an input and answers to its conditions to what the function gives then.

    Raises:
        AssertionError: ``[no-data-dependent-flow]`` or ``[idle-branch]``.
    """
    apart = [pair for pair in pairs if courses[pair[0]][0] != courses[pair[1]][0]]
    if apart:
        _require_decision(apart, inputs, courses, forced)
        return
    assert any(reads for _, reads, _, _ in courses), (
        "[no-data-dependent-flow] my_flow never asks for a value in a: no if and no loop depends "
        "on the data. (torch.where computes both sides; autograd sees one and the same graph.) ‖ "
        "my_flow 从不查看 a 中的数值：没有 if 或循环依赖于数据。（torch.where 把两边都算出来，"
        "autograd 看到的是同一张图。）"
    )
    raise AssertionError(
        "[idle-branch] For your inputs my_flow carries out one and the same operations: no if and "
        "no loop decides which. ‖ 对你的输入，my_flow 执行的运算完全相同："
        "没有 if 或循环在起决定作用。"
    )


def _require_decision(
    apart: Sequence[tuple[int, int]],
    inputs: Sequence[torch.Tensor],
    courses: Sequence[Course],
    forced: Callable[[list[tuple[torch.Tensor, list[bool]]]], Iterable[float | None]],
) -> None:
    """Require another result for one of the inputs when it is sent on the way of another."""
    ways = [course[2] for course in courses]
    tried = [
        (here, way)
        for p, q in apart
        for here, way in ((p, ways[q]), (q, ways[p]))
        if way is not None and ways[here] not in (None, way)
    ]
    if len(tried) < 2 * len(apart):
        return  # values were read otherwise than by conditions, and cannot be told
    results = forced([(inputs[here], way) for here, way in tried])
    same = all(
        result is not None and np.isclose(result, courses[here][3] or 0.0, 1e-6, 1e-9)
        for (here, _), result in zip(tried, results)
    )
    assert not same, (
        "[idle-branch] The if or loop of my_flow decides nothing: sent on the other way, your "
        "inputs give the same results. ‖ my_flow 的 if 或循环没有决定任何东西：换走另一条路，"
        "你的输入得到同样的结果。"
    )


@dataclass(frozen=True)
class Measured:
    """Where slopes are measured: points a step up and down from each input along some entries.

    Attributes:
        steps: relative to the size of each entry, one after the other.
    """

    inputs: Sequence[torch.Tensor]
    entries: Sequence[Sequence[int]]
    steps: tuple[float, ...]

    def points(self) -> list[torch.Tensor]:
        """Return each input itself, twice, and then the points around it, input by input."""
        found = []
        for a, picked in zip(self.inputs, self.entries):
            found += [a, a]
            for entry in picked:
                for width in self.steps:
                    step = torch.zeros(a.numel(), dtype=a.dtype)
                    step[entry] = width * max(1.0, float(a.reshape(-1)[entry].abs()))
                    step = step.reshape(a.shape)
                    found += [a + step, a - step]
        return found

    def quotients(self, values: Sequence[Any]) -> list["Quotients"]:
        """Return what follows from the values at the points."""
        at, points = iter(values), iter(self.points())
        found = []
        for picked in self.entries:
            same, sizes, rows = (next(at), next(at)), [], []
            next(points), next(points)
            for entry in picked:
                row = []
                for _ in self.steps:
                    up, down = next(at), next(at)
                    width = (next(points) - next(points)).reshape(-1)[entry].item()
                    row.append(((up - down) / width, width))
                    sizes += [abs(up), abs(down)]
                rows.append(row)
            found.append(Quotients(same, max(sizes, default=0.0), rows))
        return found


@dataclass(frozen=True)
class Quotients:
    """Difference quotients of a function at one input.

    Attributes:
        same: the values of two calls with the input itself.
        size: the largest value around it.
        rows: per entry, for each step the quotient and the distance of its two points.
    """

    same: tuple[Any, Any]
    size: float
    rows: list[list[tuple[float, float]]]

    def fit(self, gradient: Sequence[float], room: float) -> bool:
        """Tell whether a gradient is the slope, entry by entry, at one of the steps.

        A function that resolves only float32 feels small steps as noise: what its values leave
        open is added to the room, as long as that stays small beside the gradient.
        """
        scale = max(1.0, *map(abs, gradient)) if gradient else 1.0
        return all(
            any(
                abs(quotient - slope) <= room * scale + min(noise, 0.02 * scale)
                for quotient, width in row
                for noise in [FLOAT32 * self.size / width if room > FINE_ROOM else 0.0]
            )
            for slope, row in zip(gradient, self.rows)
        )


FINE, FINE_ROOM = (1e-5,), 1e-4  # for what is computed in float64
COARSE, COARSE_ROOM = (1e-4, 1e-3, 1e-2, 1e-1), 5e-3  # where something in between is float32
FLOAT32 = 2.0**-21  # a few roundings


def pick_entries(a: torch.Tensor, most: int = 12) -> range:
    """Return the entries of an input whose slopes are measured."""
    return range(0, a.numel(), max(1, a.numel() // most))


def nearby(a: torch.Tensor) -> torch.Tensor:
    """Return a random point near an input, where nothing is right by coincidence."""
    return a * (1 + 0.01 * torch.randn(a.shape, dtype=a.dtype)) + 1e-3 * torch.randn(
        a.shape, dtype=a.dtype
    )


def require_slopes(
    found: Sequence[torch.Tensor],
    inputs: Sequence[torch.Tensor],
    values: Callable[[Sequence[torch.Tensor]], Iterable[Any]],
) -> None:
    """Require gradients at some inputs to be the slopes that one measures.

    Args:
        values: maps points to the numbers that the function gives there.

    Raises:
        AssertionError: ``[not-a-function]`` or ``[graph-cut]``.
    """
    left = list(range(len(inputs)))
    for steps, room in ((FINE, FINE_ROOM), (COARSE, COARSE_ROOM)):
        chosen = [inputs[i] for i in left]
        entries = [pick_entries(a) for a in chosen]
        measured = Measured(chosen, entries, steps)
        quotients = measured.quotients(list(values(measured.points())))
        assert all(q.same[0] == q.same[1] or q.same[0] != q.same[0] for q in quotients), (
            "[not-a-function] Called twice with the same tensor, my_flow gives two results: its "
            "course is random, or it keeps something from call to call. ‖ 对同一个张量调用两次，"
            "my_flow 给出不同的结果：它的走法是随机的，或者在两次调用之间留下了什么。"
        )
        left = [
            i
            for i, picked, q in zip(left, entries, quotients)
            if not q.fit([found[i].reshape(-1)[entry].item() for entry in picked], room)
        ]
        if not left:
            return
    raise AssertionError(
        "[graph-cut] The gradient of my_flow is not the slope that one measures by moving the "
        "entries a little: part of the computation is hidden from autograd, or an input lies on a "
        "border. ‖ my_flow 的梯度不等于稍微移动各元素量出来的斜率：有一部分计算 autograd 看不到，"
        "或者某个输入正好在边界上。"
    )


def require_slopes_nearby(
    inputs: Sequence[torch.Tensor],
    answers: Callable[[Sequence[torch.Tensor]], Sequence[Any]],
    values: Callable[[Sequence[torch.Tensor]], Iterable[Any]],
) -> None:
    """Require the gradients at random points near some inputs to be the slopes there.

    One point that is drawn may fall on a border of the function; not one of each of a few draws.

    Args:
        answers: maps points to outputs and gradients, as ``probes.outputs_and_gradients``; where
            the function raises at such points, nothing is required.
        values: maps points to the numbers that the function gives there.

    Raises:
        AssertionError: as :func:`require_slopes`.
    """
    for left in reversed(range(DRAWS)):
        near = [nearby(a) for a in inputs]
        try:
            answered = answers(near)
        except Exception:  # no function of what is near its inputs
            return
        try:
            require_slopes(require_gradients(answered), near, values)
            return
        except AssertionError:
            if not left:
                raise


def switches(
    values: Callable[[torch.Tensor], Iterable[Any]], start: torch.Tensor, end: torch.Tensor
) -> bool:
    """Tell whether ``values`` is made of more than one formula between two inputs.

    A single smooth formula is met by a polynomial of high degree to many digits; a jump or a kink,
    also one in a derivative only, is not. A border may lie so near one input that none of the
    points falls beyond it: then the way near either input is looked at more closely.

    Args:
        values: maps a stack of inputs to a number for each.
    """
    for share in SHARES:
        for near, far in ((start, end), (end, start))[: 1 if share == 1 else 2]:
            if _switches_on(values, near, near + share * (far - near)):
                return True
    return False


def _switches_on(
    values: Callable[[torch.Tensor], Iterable[Any]], start: torch.Tensor, end: torch.Tensor
) -> bool:
    places = torch.from_numpy((np.append(NODES, BETWEEN) + 1) / 2).to(start.dtype)
    way = places.reshape(-1, *[1] * start.dim()) * (end - start)
    at = np.array(list(values(start + way)), dtype=np.float64)
    scale = np.ptp(at) or 1.0
    off = np.abs(INTERPOLATION @ at[: NODES.size] - at[NODES.size :])
    noise = 2.0**-50 if start.dtype == torch.float64 else 2.0**-21
    return not off.max() <= ROOM[start.dtype] * scale + noise * np.abs(at).max()
