"""Judge random experiments: what is exact first, and what chance decides within sure bounds.

Shares of throws have a structure that no luck changes: multiplied by the number of throws they are
whole numbers, and from group to group they grow by as many as a group has throws. Only then is it
asked whether the shares come near the probabilities, so widely that a right answer fails less often
than once in a thousand million times; the bound of each test stands beside it.
"""

from collections.abc import Sequence

import numpy as np
import torch

from autograder import probes
from autograder.checks import near
from autograder.checks.answers import mismatch, require_integers, require_items
from autograder.checks.strokes import Stroke, guides, layers, strokes
from autograder.wall.evidence import Drawing

WHOLE = 0.02  # how far float32 leaves a count of some thousands from a whole number
LEVEL_ROOM = 0.002
MANY = 20  # points; fewer may follow a column by chance
NAME = "estimates(m, n, probs)"


def require_estimates(found: object, m: int, n: int, k: int, name: str = NAME) -> np.ndarray:
    """Require shares of throws group by group, and return how often each face came in each group.

    Args:
        found: the answer, of shape (m, k).
        m, n, k: numbers of groups, of throws in a group, of faces.

    Returns:
        Whole numbers of shape (m, k).

    Raises:
        AssertionError: it starts with the slip that explains the numbers, where one does.
    """
    shares = near.read(found, name).numpy()
    _check_shape(shares, (m, k), n, name)
    assert np.isfinite(shares).all(), (
        f"[not-finite] {name} should be finite numbers; found NaN or infinity. ‖ "
        f"{name} 应该是有限的数值，现在有 NaN 或无穷大。"
    )
    throws = n * np.arange(1, m + 1)[:, None]
    sums = shares.sum(axis=1, keepdims=True)
    if not np.allclose(sums, 1, atol=1e-3):
        raise _of_wrong_sums(shares, throws, n, name)
    counts = shares * throws
    grown = np.diff(np.rint(counts), axis=0, prepend=0)
    whole = np.abs(counts - np.rint(counts)).max() <= WHOLE
    if whole and (grown >= 0).all() and (grown.sum(axis=1) == n).all():
        return grown.astype(int)
    single = shares * n
    assert m == 1 or not np.allclose(single, np.rint(single), atol=1e-3), (
        f"[not-cumulative] {name}: each row looks at its own group alone; row i should count all "
        f"throws of the groups 0 to i. ‖ {name}：每一行只看了自己那一组；"
        "第 i 行应统计第 0 到第 i 组的所有投掷。"
    )
    raise AssertionError(
        f"[no-shares-of-throws] {name}: these are no shares of n, 2n, 3n, … throws that grow group "
        f"by group. ‖ {name}：这些不是 n、2n、3n……次投掷中逐组累积的频率。"
    )


def _check_shape(shares: np.ndarray, shape: tuple[int, int], n: int, name: str) -> None:
    (m, k), found = shape, shares.shape
    assert found != (n, k) or n == m, (
        f"[m-and-n-swapped] {name} has a row for each throw of a group; it should have one for "
        f"each of the m groups. ‖ {name} 为组内的每次投掷留了一行；应该每组一行，共 m 行。"
    )
    assert found != (k, m) or k == m, (
        f"[transposed] {name} has the faces as rows; they belong in the columns. ‖ "
        f"{name} 把各面放在了行上；应该放在列上。"
    )
    assert found != (k,), (
        f"[last-row-only] {name} has the last row only; each group should have one. ‖ "
        f"{name} 只有最后一行；每一组都应有一行。"
    )
    assert found == shape, (
        f"[wrong-shape] {name} should have the shape {shape}; found {found}. ‖ "
        f"{name} 的形状应该是 {shape}，实为 {found}。"
    )


def _of_wrong_sums(shares: np.ndarray, throws: np.ndarray, n: int, name: str) -> AssertionError:
    sums = shares.sum(axis=1, keepdims=True)
    if np.allclose(sums, throws) or np.allclose(sums, n):
        counts = np.allclose(sums, throws) and len(throws) > 1
        slug, english, chinese = (
            ("counts-not-shares", "these are counts; divide them by the throws so far",
             "这些是次数；请除以到此为止的投掷次数")
            if counts
            else ("divided-by-groups", "divided by the number of groups; it is throws that count",
                  "除以了组数；应该除以投掷次数")
        )  # fmt: skip
        return AssertionError(f"[{slug}] {name}: {english}. ‖ {name}：{chinese}。")
    return AssertionError(
        f"[rows-do-not-sum-to-one] {name}: the shares of a row should sum to 1. ‖ "
        f"{name}：每一行的频率之和应该是 1。"
    )


def require_probabilities(
    counts: np.ndarray, probs: Sequence[float], room: float, name: str = NAME
) -> None:
    """Require the shares of all throws together to lie within ``room`` of the probabilities."""
    shares = counts.sum(axis=0) / counts.sum()
    off = np.abs(shares - np.asarray(probs))
    assert off.max() <= room, (
        f"[other-probabilities] {name}: over {counts.sum()} throws a face comes so much more or "
        f"less often than its probability that it is no chance. ‖ {name}：在 {counts.sum()} 次"
        "投掷中，有一面出现的频率与它的概率相差太多，不可能是偶然。"
    )


def require_columns(drawing: Drawing, shown: np.ndarray, name: str = "shown") -> list[Stroke]:
    """Require each column of an array to be drawn as a curve, and return the curves.

    Where a curve begins on the x axis, and in what steps it goes, is not asked.
    """
    drawn = [part for stroke in strokes(drawing) for part in layers(stroke)]
    fits = [next((one for one in drawn if _is_drawn(one, column)), None) for column in shown.T]
    found = [fit for fit in fits if fit is not None]
    assert len(found) == len(fits), _missing(drawn, shown, len(found), name)
    return found


def _is_drawn(stroke: Stroke, column: np.ndarray) -> bool:
    if stroke.y.size != column.size:
        return False
    order = np.argsort(stroke.x, kind="stable")
    steps = np.diff(stroke.x[order])
    even = steps.size == 0 or steps.min() > 0.5 * steps.max() > 0
    return bool(even and np.abs(stroke.y[order] - column).max() < 1e-4)


def _is_part(stroke: Stroke, column: np.ndarray) -> bool:
    """Tell whether a curve follows a column from its first row, or to its last, but not wholly."""
    size = stroke.y.size
    if not MANY <= size < column.size:
        return False
    y = stroke.y[np.argsort(stroke.x, kind="stable")]
    return any(np.abs(y - part).max() < 1e-4 for part in (column[:size], column[-size:]))


def _missing(drawn: list[Stroke], shown: np.ndarray, fitting: int, name: str) -> str:
    if fitting:
        return (
            f"[one-face-missing] Not every column of {name} is drawn: there should be one curve "
            f"for each face. ‖ 并非 {name} 的每一列都画出来了：每一面都应有一条曲线。"
        )
    if any(_is_part(stroke, column) for stroke in drawn for column in shown.T):
        return (
            f"[half-curve] The columns of {name} are drawn in part; each curve should show a whole "
            f"column. ‖ {name} 的各列只画了一部分；每条曲线都应画出整列。"
        )
    if any(stroke.y.size == len(shown) for stroke in drawn):
        return (
            f"[curves-of-another-draw] The curves are not the columns of {name}: perhaps the "
            f"picture was drawn from another call. ‖ 曲线不是 {name} 的各列：也许图是用另一次调用的"
            "结果画的。"
        )
    return (
        f"[missing-curve] The columns of {name} are not drawn, or cannot be seen. ‖ "
        f"没有画出 {name} 的各列，或者看不见。"
    )


def require_level(drawing: Drawing, level: float, reach: tuple[float, float]) -> None:
    """Require a horizontal line at a height that reaches over an interval of x."""
    low, high = reach
    slack = 0.05 * (high - low)
    for stroke in (*guides(drawing), *strokes(drawing)):
        flat = np.abs(stroke.y - level).max() <= LEVEL_ROOM and np.ptp(stroke.y) <= 1e-6
        if flat and stroke.x.min() <= low + slack and stroke.x.max() >= high - slack:
            return
    raise AssertionError(
        "[no-level] The level that the curves tend to is not drawn over their whole length. ‖ "
        "没有在曲线的整个长度上画出它们趋向的水平线。"
    )


def require_pair_of_sets(found: object, i: int, j: int, n: int, overlap: int, name: str) -> None:
    """Require two subsets of range(n) with i and j elements that share ``overlap`` of them."""
    pair = [_set(item, name) for item in require_items(found, name, 2)]
    sizes, both = [len(one) for one in pair], pair[0] & pair[1]
    assert all(0 <= item < n for one in pair for item in one), (
        f"[outside-the-space] {name}: an element lies outside of range(n). ‖ "
        f"{name}：有元素不在 range(n) 中。"
    )
    assert sizes == [i, j], (
        f"[wrong-sizes] {name} should be sets of {i} and {j} elements; found {sizes[0]} and "
        f"{sizes[1]}. ‖ {name} 应该是 {i} 个和 {j} 个元素的集合，"
        f"实为 {sizes[0]} 个和 {sizes[1]} 个。"
    )
    slug, english, chinese = "too-much-in-common", "share less", "更少"
    if len(both) < overlap:
        slug, english, chinese = "too-little-in-common", "share more", "更多"
    assert len(both) == overlap, (
        f"[{slug}] {name}: sets of these sizes can {english}. ‖ "
        f"{name}：这样大小的两个集合，共有的元素可以{chinese}。"
    )


def _set(value: object, name: str) -> set[int]:
    value = probes.items(value)
    if isinstance(value, (set, frozenset)):
        value = list(value)
    if value is None or isinstance(value, (str, dict)):
        raise mismatch(name, "two sets", "两个集合", value)
    return set(require_integers(value, name))


def draw_chain(*sizes: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return P(a), P(b | a) and P(c | b) with given numbers of values, as float64, none near 0."""
    a, b, c = sizes
    drawn = [0.1 + torch.rand(*shape, dtype=torch.float64) ** 2 for shape in ((a,), (a, b), (b, c))]
    first, second, third = (one / one.sum(-1, keepdim=True) for one in drawn)
    return first, second, third


def draw_no_chain(*sizes: int) -> torch.Tensor:
    """Return a table P(a, b, c) of float64 in which c depends on a even when b is known."""
    while True:
        table = 0.05 + torch.rand(*sizes, dtype=torch.float64) ** 2
        table /= table.sum()
        pab, pbc, pb = table.sum(2), table.sum(0), table.sum((0, 2))
        gap = table * pb[None, :, None] - pab[:, :, None] * pbc[None]
        given = gap / (pab[:, :, None] * pb[None, :, None])  # of P(c | a, b) and P(c | b)
        if gap.abs().max() > 1e-3 and given.abs().max() > 0.02:
            return table


def draw_broken_chain(a: int, b: int, c: int) -> torch.Tensor:
    """Return a table of float64, of shape (4, 3, 4), that is a chain but for one value of b.

    There two values of a disagree about two values of c, ``(a, c)`` among both pairs; for the
    other values of a and of c, and for every other b, all is as in a chain.
    """
    other_a, other_c = (a + 1) % 4, (c + 1) % 4
    moved = gap = 0.0
    while gap < 2e-3:
        table = torch.einsum("a,ab,bc->abc", *draw_chain(4, 3, 4))
        moved = 0.5 * float(min(table[a, b, c], table[other_a, b, other_c]))
        gap = moved * float(table[:, b].sum())
    for place, sign in (
        ((a, c), -1),
        ((a, other_c), 1),
        ((other_a, c), 1),
        ((other_a, other_c), -1),
    ):
        table[place[0], b, place[1]] += sign * moved
    return table
