"""Judge comparisons of two tensors: truths entry by entry, and how often each of them holds.

What is counted are the pairs of entries that broadcasting makes. NaN is less than, equal to and
greater than nothing.
"""

from itertools import permutations

import numpy as np
import torch

from autograder import probes
from autograder.checks import near
from autograder.checks.answers import describe, mismatch

COUNTS, UNDECIDED = "counts(X, Y)", "undecided(X, Y)"
NAN, INF, ZERO = float("nan"), float("inf"), torch.zeros(())
Shape = tuple[int, ...]


def draw(*shape: int, whole: bool = True) -> torch.Tensor:
    """Return a tensor of five different values at most, so that pairs of it often tie.

    Whole numbers are int64; others are float32 and differ after the point alone.
    """
    drawn = torch.randint(0, 5, shape)
    return drawn - 2 if whole else torch.tensor([0.1, 0.25, 0.4, 0.75, 1.5])[drawn]


def draw_pair(one: Shape, other: Shape, whole: bool = True) -> tuple[torch.Tensor, torch.Tensor]:
    """Return two tensors whose entries are less, equal and greater, each another number of times.

    Shapes that leave no room for that (fewer than six pairs) get any entries.
    """
    for _ in range(1000):
        pair = draw(*one, whole=whole), draw(*other, whole=whole)
        if len({0, *tally(*pair)}) == 4 or sum(tally(*pair)) < 6:
            break
    return pair


def tally(x: torch.Tensor, y: torch.Tensor) -> list[int]:
    """Return for how many pairs of entries the first is less, equal and greater."""
    return [int(truths.sum()) for truths in (x < y, x == y, x > y)]


def require_counts(found: object, x: torch.Tensor, y: torch.Tensor) -> None:
    """Require how many entries are less, equal and greater: three whole numbers in this order.

    Raises:
        AssertionError: it starts with the slip that explains the numbers, where one does.
    """
    right = tally(x, y)
    numbers = _read_counts(found)
    assert numbers.dim() < 2, (
        f"[rows-not-entries] {COUNTS} counts along one axis only; found numbers for each row or "
        f"column. ‖ {COUNTS} 只沿一个轴计数，得到的是每行或每列的个数。"
    )
    less, equal, greater = right
    rows = len(torch.broadcast_tensors(x, y)[0]) if x.dim() or y.dim() else 0
    pairs = torch.broadcast_tensors(x, y)[0].numel()
    alike = torch.isclose(x.double(), y.double())
    apart = [int((truths & ~alike).sum()) for truths in (x < y, x > y)]
    near.require_near(numbers, right, 1e-6, COUNTS, {
        "[swapped-sides] Less and greater are exchanged. ‖ 小于和大于弄反了。": right[::-1],
        "[less-or-equal] Equal entries were counted as less or greater too. ‖ "
        "相等的元素也算进了小于或大于。": (
            [less + equal, equal, greater], [less, equal, greater + equal],
            [less + equal, equal, greater + equal],
        ),
        "[one-truth-for-all] Whether all entries are equal was asked, not how many. ‖ "
        "问的是有多少个元素相等，而不是是否全部相等。": [less, int(equal == pairs), greater],
        "[rows-not-entries] These are numbers of rows; entries were asked for. ‖ "
        "这是行数；题目要的是元素的个数。": [rows] * 3,
        "[greater-by-remainder] What is neither less nor equal need not be greater: NaN is none of "
        "the three. ‖ 既不小于也不等于，不一定就大于：NaN 三者都不是。":
            [less, equal, pairs - less - equal],
        "[less-by-remainder] What is neither equal nor greater need not be less: NaN is none of "
        "the three. ‖ 既不等于也不大于，不一定就小于：NaN 三者都不是。":
            [pairs - greater - equal, equal, greater],
        "[nan-counts-as-equal] What is neither less nor greater need not be equal: NaN is none of "
        "the three. ‖ 既不小于也不大于，不一定就相等：NaN 三者都不是。":
            [less, pairs - less - greater, greater],
        "[infinity-undecided] Infinity equals infinity, but their difference is NaN: compare, do "
        "not subtract. ‖ 无穷大等于无穷大，但它们的差是 NaN：请比较，不要相减。":
            tally(x - y, ZERO),
        "[cast-to-float32] float32 cannot hold all digits of these entries: some that differ "
        "became equal. Compare them as they are. ‖ "
        "float32 存不下这些元素的全部数字：有些不同的元素变成了相等。请按原样比较。":
            tally(x.float(), y.float()),
        "[another-order] These are the right numbers in another order: less, equal, greater. ‖ "
        "数是对的，但次序不对：应依次为小于、等于、大于。":
            tuple([right[place] for place in order] for order in permutations(range(3))),
        "[close-counts-as-equal] Entries that are merely close were counted as equal. ‖ "
        "只是接近的元素被当成了相等。": (
            [apart[0], int(alike.sum()), apart[1]], [less, int(alike.sum()), greater],
        ),
        "[cast-to-int] Digits after the point were cut off before comparing. ‖ "
        "比较之前小数部分被截掉了。": tally(x.long(), y.long()),
    })  # fmt: skip


def _read_counts(found: object) -> torch.Tensor:
    found = probes.items(found)
    if isinstance(found, (list, tuple)) and any(_is_truth(item) for item in found):
        raise AssertionError(
            f"[any-for-count] {COUNTS} should be numbers of entries; found a truth: any and all "
            f"tell whether there is one, not how many. ‖ {COUNTS} 应该是元素的个数，"
            "得到的却有真假值：any 和 all 只说明有没有，不说明有多少。"
        )
    return near.read(found, COUNTS)


def require_all_pairs(found: object, x: torch.Tensor, y: torch.Tensor) -> None:
    """Require :func:`require_counts` of tensors that are broadcast."""
    numbers = _read_counts(found)
    pairs = sum(tally(x, y))
    if numbers.shape == (3,):
        assert numbers.sum() >= pairs, (
            f"[entries-left-out] The three numbers of {COUNTS} add up to {numbers.sum():g}; "
            f"broadcasting makes {pairs} pairs of entries. ‖ {COUNTS} 的三个数加起来是 "
            f"{numbers.sum():g}；广播之后有 {pairs} 对元素。"
        )
    require_counts(found, x, y)


def draw_undecided() -> tuple[torch.Tensor, torch.Tensor]:
    """Return two 3x4 tensors: six pairs hold a NaN, one of them two; two infinities are equal."""
    pairs = [
        (NAN, NAN), (INF, INF), (-INF, -INF), (INF, -INF), (NAN, 1), (NAN, INF),
        (2, NAN), (0, NAN), (-1, NAN), (1, 1), (1, 2), (3, 0),
    ]  # fmt: skip
    taken = torch.tensor(pairs, dtype=torch.float64)[torch.randperm(len(pairs))]
    return taken[:, 0].reshape(3, 4).clone(), taken[:, 1].reshape(3, 4).clone()


def require_undecided(found: object, x: torch.Tensor, y: torch.Tensor) -> None:
    """Require for how many pairs of entries none of less, equal and greater holds."""
    one, other = torch.broadcast_tensors(x, y)
    sides = int(one.isnan().sum()), int(other.isnan().sum())
    right = one.numel() - sum(tally(x, y))
    alike = (one == other) & one.isinf()
    near.require_near(found, right, 1e-6, UNDECIDED, {
        "[nan-equals-nan] NaN was taken to equal NaN; it equals nothing. ‖ "
        "把 NaN 当成了与 NaN 相等；它与任何数都不相等。":
            right - int((one.isnan() & other.isnan()).sum()),
        "[infinity-undecided] Infinity equals infinity: such a pair is decided. ‖ "
        "无穷大等于无穷大：这样的一对是可以判定的。": right + int(alike.sum()),
        "[one-side-only] NaN on one side alone was looked for; either side may hold it. ‖ "
        "只检查了一边的 NaN；两边都可能有。": sides,
        "[counted-on-both-sides] A pair with NaN on both sides is one pair. ‖ "
        "两边都是 NaN 的一对只算一对。": sum(sides),
        "[nan-not-pairs] These are the NaN of the tensors; asked is for how many pairs. ‖ "
        "这是张量里 NaN 的个数；题目问的是有多少对。":
            (int(x.isnan().sum() + y.isnan().sum()), int(x.isnan().sum()), int(y.isnan().sum())),
        "[nan-on-one-side-left-out] Pairs with NaN on both sides were counted; NaN on one side is "
        "enough. ‖ 只数了两边都是 NaN 的对；只要有一边是 NaN 就够了。":
            int((one.isnan() & other.isnan()).sum()),
        "[equal-counts-as-undecided] Where entries are equal, one of the three does hold. ‖ "
        "元素相等时，三者之中有一个成立。": right + int((one == other).sum()),
        "[nothing-undecided] Here NaN is compared, and then none of the three holds. ‖ "
        "这里比较的有 NaN，三者都不成立。": 0,
    })  # fmt: skip


def require_truths(found: object, x: torch.Tensor, y: torch.Tensor, sign: str, name: str) -> None:
    """Require the truths of ``x < y`` or ``x > y``, as bools or as 0 and 1.

    Args:
        sign: "<" or ">".
    """
    truths = _truths(found, name)
    less, greater = (x < y).numpy(), (x > y).numpy()
    right, other = (less, greater) if sign == "<" else (greater, less)
    assert truths.shape == right.shape, (
        f"[no-truth-for-each] {name} should have a truth for each entry, in the shape "
        f"{right.shape}; found {truths.shape}. ‖ {name} 应该为每个元素给出一个真假值，形状为 "
        f"{right.shape}，实为 {truths.shape}。"
    )
    assert not (truths == other).all(), (
        f"[swapped-sides] {name} is X {'>' if sign == '<' else '<'} Y. ‖ "
        f"{name} 算成了 X {'>' if sign == '<' else '<'} Y。"
    )
    assert not (truths == (right | (x == y).numpy())).all(), (
        f"[less-or-equal] {name} holds where the entries are equal, too. ‖ "
        f"{name} 在元素相等的地方也为真。"
    )
    assert (truths == right).all(), (
        f"[wrong-truths] {name} should be X {sign} Y, entry by entry, for the X and Y of the "
        f"notebook. ‖ {name} 应该是逐元素的 X {sign} Y，其中 X 和 Y 是笔记本里给出的。"
    )


def _truths(found: object, name: str) -> np.ndarray:
    found = probes.items(found)
    if isinstance(found, torch.Tensor):
        found = found.detach().numpy()
    try:
        if isinstance(found, (list, tuple, np.ndarray)):
            return np.array(found, dtype=np.float64)
    except (TypeError, ValueError):
        pass
    raise mismatch(name, "a tensor of truths", "由真假值组成的张量", found)


def _is_truth(item: object) -> bool:
    return isinstance(item, bool) or str(getattr(item, "dtype", "")) in ("torch.bool", "bool")


def require_strange(found: object, name: str) -> None:
    """Require a tensor with one number that does not equal itself."""
    assert not isinstance(found, (int, float, np.generic, np.ndarray, list, tuple)), (
        f"[wrong-type] {name} should be a tensor with one number; found {describe(found)}. ‖ "
        f"{name} 应该是只有一个数的张量，实为 {describe(found)}。"
    )
    if isinstance(found, torch.Tensor) and found.is_complex():
        found = torch.where(found.isnan(), NAN, found.abs())
    values = near.read(found, name)
    assert values.numel() == 1, (
        f"[not-one-number] {name} should have one number; found {values.numel()}. ‖ "
        f"{name} 应该只有一个数，实有 {values.numel()} 个。"
    )
    assert not values.isinf().any(), (
        f"[infinity-equals-itself] {name} is infinite, and infinity equals infinity. ‖ "
        f"{name} 是无穷大，而无穷大等于无穷大。"
    )
    assert values.isnan().all(), (
        f"[equals-itself] {name} equals itself; there is a value that equals nothing. ‖ "
        f"{name} 等于它自己；有一个值与什么都不相等。"
    )
