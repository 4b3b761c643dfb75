"""Judge broadcasting by hand: the shape of a sum, and which entry goes where.

A slip is a whole rule: it is named when it explains every answer that was given.
"""

import itertools
from collections.abc import Callable, Iterable, Sequence

import torch

from autograder.checks.answers import (
    error_kind,
    require_integers,
    require_items,
    require_shape,
)
from autograder.wall.evidence import CapturedError

Shape = tuple[int, ...]
Rule = Callable[[Shape, Shape], Shape | None]
SHAPE, INDEX = "broadcast_shape(s, t)", "source_index(index, shape)"
ASKING = {
    "broadcast_shapes", "broadcast_tensors", "broadcast_to", "broadcast_arrays", "broadcast",
    "expand", "expand_as", "expand_copy", "meshgrid", "rand", "randn",
}  # fmt: skip
# Each of RULES gives other answers to these than the right rule, and than every other of RULES.
TELLING = [
    ((3,), (3, 1)), ((2, 3), (3,)), ((2,), (4,)), ((3, 1), (1, 3)), ((0, 3), (1, 3)), ((1,), (0,)),
    ((), (2, 1)), ((2, 2), (2,)), ((1, 4), (3, 1)), ((2, 3), (4, 3)),
]  # fmt: skip
# No machine has room for a tensor of one of these shapes; a rule needs none.
VAST = [((10**12, 1), (1, 10**12)), ((5, 10**13), (1,))]
MAKING, ADDING = {"ones", "zeros", "full", "empty"}, {"add", "sub", "mul", "div"}  # one may pad


def draw_pairs(count: int) -> list[tuple[Shape, Shape]]:
    """Return pairs of shapes of 0 to 4 axes with lengths 0 to 4: about half of them fit."""
    pairs = []
    for number in range(count):
        one, other = (
            torch.randint(0, 5, (int(torch.randint(0, 5, (1,))),)).tolist() for _ in range(2)
        )
        if number % 2:
            other = _fitting(one, other)
        pairs.append((tuple(one), tuple(other)))
    return pairs


def _fitting(one: list[int], other: list[int]) -> list[int]:
    """Return the other shape with lengths that fit the first: the same ones, or 1."""
    fitted = list(other)
    for axis in range(1, min(len(one), len(other)) + 1):
        free = one[-axis] == 1 or int(torch.randint(0, 3, (1,)))
        fitted[-axis] = fitted[-axis] if one[-axis] == 1 else one[-axis] if free else 1
    return fitted


def _axis_by_axis(rule: Callable[[int, int], int | None], front: bool = False) -> Rule:
    def shape(one: Shape, other: Shape) -> Shape | None:
        step = slice(None) if front else slice(None, None, -1)
        axes = itertools.zip_longest(one[step], other[step], fillvalue=1)
        lengths = [rule(a, b) for a, b in axes][step]
        return (
            None if None in lengths else tuple(length for length in lengths if length is not None)
        )

    return shape


def _fit(a: int, b: int) -> int | None:
    return b if a == 1 else a if b in (1, a) else None


def shape_of_sum(one: Shape, other: Shape) -> Shape | None:
    """Return the shape of the sum of two tensors, None where there is none."""
    return _axis_by_axis(_fit)(one, other)


def _multiple(a: int, b: int) -> int | None:
    low, high = sorted((a, b))
    return high if a == b or (low and high % low == 0) else None


RULES: dict[str, Rule] = {
    "[aligned-at-the-front] Axes are matched from the last one on, not from the first. ‖ "
    "轴应从最后一个开始对齐，而不是从第一个。": _axis_by_axis(_fit, front=True),
    "[same-number-of-axes] Axes that one shape lacks count as 1; the numbers of axes may differ. ‖ "
    "缺少的轴按 1 处理；轴的个数可以不同。":
        lambda s, t: shape_of_sum(s, t) if len(s) == len(t) else None,
    "[larger-wins] Two lengths that differ fit only where one of them is 1. ‖ "
    "不同的长度只有在其中一个是 1 时才兼容。": _axis_by_axis(max),
    "[multiples-fit] A length is never repeated to a multiple; only 1 is stretched. ‖ "
    "长度不会被重复成倍数；只有 1 才会被拉伸。": _axis_by_axis(_multiple),
    "[one-side-only] Either of the two may have the length 1. ‖ 两边都可以有长度 1。":
        _axis_by_axis(lambda a, b: a if b in (1, a) else None),
    "[max-of-lengths] A length 1 takes on the other length even when that is 0; the larger one is "
    "not always right. ‖ 长度 1 会变成另一个长度，即使那是 0；取较大的那个并不总是对的。":
        _axis_by_axis(lambda a, b: max(a, b) if a == b or 1 in (a, b) else None),
    "[shapes-multiplied] Lengths are not multiplied: each entry goes with one partner. ‖ "
    "长度并不相乘：每个元素只与一个元素配对。": _axis_by_axis(lambda a, b: a * b),
    "[always-the-first] This is the shape of one of the two tensors. ‖ "
    "这只是两个张量之一的形状。": lambda s, t: s,
    "[never-a-shape] Some of these pairs do fit. ‖ 这些形状中有的是兼容的。": lambda s, t: None,
}  # fmt: skip


def require_shapes(effects: Iterable[tuple], pairs: Sequence[tuple[Shape, Shape]]) -> None:
    """Require the shape of each sum, or None where there is none.

    Args:
        effects: the answers of ``probes.effects`` to the pairs.
    """
    found = [_shape_or_none(effect[0], pair) for effect, pair in zip(effects, pairs)]
    if found == [shape_of_sum(*pair) for pair in pairs]:
        return
    for message, rule in RULES.items():
        assert found != [rule(*pair) for pair in pairs], message
    for answer, (one, other) in zip(found, pairs):
        right = shape_of_sum(one, other)
        if answer == right:
            continue
        if right is None:
            raise AssertionError(
                f"[misfits-accepted] {SHAPE} gives a shape where two lengths clash; it should be "
                f"None. ‖ {SHAPE} 在长度冲突时给出了形状；应该是 None。"
            )
        assert answer is not None, (
            f"[fits-refused] {SHAPE} is None for two shapes that fit. ‖ "
            f"{SHAPE} 对两个兼容的形状给出了 None。"
        )
        raise AssertionError(
            f"[wrong-shape-of-sum] {SHAPE} is not the shape of the sum. ‖ {SHAPE} 不是和的形状。"
        )


def _shape_or_none(answer: object, pair: tuple[Shape, Shape]) -> Shape | None:
    if isinstance(answer, CapturedError):
        kind = error_kind(answer.type)
        if shape_of_sum(*pair) is None:
            raise AssertionError(
                f"[raises-for-none] {SHAPE} raises {kind} where two lengths clash; it should "
                f"return None. ‖ {SHAPE} 在长度冲突时抛出了 {kind}；应该返回 None。"
            )
        raise AssertionError(
            f"[raises-an-error] {SHAPE} raises {kind} for shapes that fit. ‖ "
            f"{SHAPE} 对兼容的形状抛出了 {kind}。"
        )
    return None if answer is None else require_shape(answer, SHAPE)


def require_by_hand(names: Iterable[str]) -> None:
    """Require that no library function told the shape.

    Args:
        names: what ``probes.reached`` brought.
    """
    plain = {name.strip("_") for name in names}
    found = sorted(plain & (ASKING | MAKING if plain & ADDING else ASKING))
    assert not found, (
        f"[asks-the-library] {SHAPE} uses {', '.join(found)}; here the rule is to be applied by "
        f"hand. ‖ {SHAPE} 使用了 {', '.join(found)}；这道题要求自己运用规则。"
    )


def require_no_tensors(effects: Iterable[tuple]) -> None:
    """Require the shapes of sums of ``VAST`` tensors, from what is right for small ones.

    Args:
        effects: the answers of ``probes.effects`` to these pairs.
    """
    found = [effect[0] for effect in effects]
    assert [tuple(item) if isinstance(item, (list, tuple)) else item for item in found] == [
        shape_of_sum(*pair) for pair in VAST
    ], (
        f"[makes-tensors] {SHAPE} fails for lengths of many millions: a rule for shapes needs no "
        f"tensors, for which there is no room then. ‖ {SHAPE} 在长度极大时失败："
        "形状的规则不需要生成张量，那样大的张量也放不下。"
    )


def draw_places(count: int) -> list[tuple[Shape, Shape]]:
    """Return pairs (index, shape): places in results, and shapes that were broadcast to them."""
    found: list[tuple[Shape, Shape]] = [((2, 3), (3, 1)), ((1, 2, 3), (4,)), ((2, 3), (3, 4))]
    while len(found) < count:
        axes = int(torch.randint(1, 5, (1,)))
        result = torch.randint(2, 5, (axes,)).tolist()
        stretched = [1 if int(torch.randint(0, 2, (1,))) else length for length in result]
        shape = stretched[int(torch.randint(0, axes + 1, (1,))) :]
        index = [int(torch.randint(1, length, (1,))) for length in result]  # none is 0
        found.append((tuple(index), tuple(shape)))
    return found


def require_places(effects: Iterable[tuple], places: Sequence[tuple[Shape, Shape]]) -> None:
    """Require for each place of a result the entry of the tensor that goes there."""
    for effect, (index, shape) in zip(effects, places):
        answer = effect[0]
        if isinstance(answer, CapturedError):
            kind = error_kind(answer.type)
            raise AssertionError(
                f"[raises-an-error] {INDEX} raises {kind}. ‖ {INDEX} 抛出了 {kind}。"
            )
        own = index[len(index) - len(shape) :]
        right = tuple(0 if length == 1 else i for i, length in zip(own, shape))
        found = tuple(require_integers(answer, INDEX))
        if len(found) == len(shape):
            found = tuple(i + n if -n <= i < 0 else i for i, n in zip(found, shape))
        if found == right:
            continue
        assert len(found) == len(shape), (
            f"[leading-axes-kept] {INDEX} needs an index for each axis of the tensor: "
            f"{len(shape)}, found {len(found)}. Axes that it lacks come first. ‖ {INDEX} "
            f"应该给出张量每个轴的下标，共 {len(shape)} 个，实有 {len(found)} 个。"
            "张量缺少的轴在最前面。"
        )
        assert found != own, (
            f"[index-not-zeroed] {INDEX}: along an axis of length 1 there is one entry only, at 0. "
            f"‖ {INDEX}：沿长度为 1 的轴只有一个元素，下标是 0。"
        )
        assert any(found), (
            f"[all-zeroed] {INDEX}: only axes of length 1 are at 0; others keep their index. ‖ "
            f"{INDEX}：只有长度为 1 的轴取 0；其余的轴保持下标不变。"
        )
        assert found != index[: len(shape)], (
            f"[aligned-at-the-front] {INDEX}: axes are matched from the last one on. ‖ "
            f"{INDEX}：轴应从最后一个开始对齐。"
        )
        raise AssertionError(
            f"[wrong-entry] {INDEX} is another entry than the one that goes there. ‖ "
            f"{INDEX} 不是应当放到那里的元素。"
        )


def require_repair(found: object, name: str) -> None:
    """Require the shape that gives each row of a (2, 3, 4) tensor one number: (2, 3, 1)."""
    shape = require_shape(found, name)
    assert shape != (1, 2, 3), (
        f"[axis-in-front] {name}: an axis in front is what broadcasting adds by itself, and then 3 "
        f"still meets 4. ‖ {name}：最前面的轴由广播自动补上；这样 3 仍与 4 对齐。"
    )
    sum_shape = shape_of_sum((2, 3, 4), shape)
    assert sum_shape is not None, (
        f"[still-clashes] {name}: with (2, 3, 4) this shape still fails. ‖ "
        f"{name}：这个形状与 (2, 3, 4) 仍然不兼容。"
    )
    assert sum_shape == (2, 3, 4), (
        f"[extra-axis] {name}: the sum should keep the shape (2, 3, 4), found {sum_shape}. ‖ "
        f"{name}：和的形状应保持 (2, 3, 4)，实为 {sum_shape}。"
    )
    assert shape == (2, 3, 1), (
        f"[other-entries] {name}: the second tensor has one number for each of the 2 x 3 rows. ‖ "
        f"{name}：第二个张量对 2 x 3 行中的每一行各有一个数。"
    )


def require_silent_pair(found: object, name: str) -> None:
    """Require two different shapes of equally many entries whose sum has more entries."""
    pair = [require_shape(shape, name) for shape in require_items(found, name, 2)]
    one, other = pair
    entries = [torch.Size(shape).numel() for shape in pair]
    assert one != other, (
        f"[equal-shapes] {name}: the two shapes should differ. ‖ {name}：两个形状应当不同。"
    )
    assert entries[0] == entries[1], (
        f"[other-counts] {name}: both tensors should have equally many entries, found "
        f"{entries[0]} and {entries[1]}. ‖ {name}：两个张量的元素个数应当相同，"
        f"实为 {entries[0]} 和 {entries[1]}。"
    )
    shape = shape_of_sum(one, other)
    assert shape is not None, (
        f"[not-silent] {name}: the sum of these raises an error. ‖ {name}：这两者相加会报错。"
    )
    assert torch.Size(shape).numel() > entries[0], (
        f"[nothing-grows] {name}: the sum has no more entries than each of the two. ‖ "
        f"{name}：和的元素个数并不比这两个张量各自的更多。"
    )
