"""Count the nodes of a function's autograd graphs, and judge counts that a student made."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch.autograd.graph import Node

from autograder.checks.answers import describe, require_integer
from autograder.checks.gradients import TensorFunction

Way = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]  # (y, leaf) -> dy/dleaf


Triple = tuple[int, int, int]  # of y, of its first and of its second derivative


@dataclass(frozen=True)
class Sizes:
    """Numbers of nodes.

    Attributes:
        ways: of the graphs of f(x) and its two derivatives, each node once, by each way that leads
            to them: each derivative by ``torch.autograd.grad``, or by ``backward`` and ``.grad``.
        slips: what they are for who makes a slip, by each way.
    """

    ways: tuple[Triple, ...]
    slips: dict[str, tuple[Triple, ...]]

    @property
    def y(self) -> int:
        """The number of nodes of f(x)."""
        return self.ways[0][0]

    @property
    def of_derivatives(self) -> set[tuple[int, int]]:
        """The numbers of nodes of both derivatives, by any way that leads to them."""
        return {(first, second) for _, first, second in self.ways}


@functools.lru_cache(maxsize=64)
def sizes(f: TensorFunction, x: float) -> Sizes:
    """Count the graphs of a scalar function and its derivatives at ``x`` in float32."""
    ways = [_graphs(f, x, first, second) for first in WAYS for second in WAYS]
    return Sizes(
        ways=tuple(_triple(lambda root: len(_nodes(root)), way) for way in ways),
        slips={
            slip: tuple(_triple(count, way) for way in ways) for slip, (count, *_) in SLIPS.items()
        }
        | {
            "one-set-for-all-graphs": tuple(c for way in ways for c in _counts_of_one_set(way)),
            "sine-for-every-function": SINE,
        },
    )


def _triple(count: Callable[[Node], int], way: Sequence[Node]) -> Triple:
    y, first, second = map(count, way)
    return y, first, second


def _parents(node: Node) -> list[Node]:
    return [parent for parent, _ in node.next_functions if parent is not None]


def _nodes(root: Node) -> set[Node]:
    seen, waiting = set(), [root]
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting += _parents(node)
    return seen


def _paths(root: Node) -> int:
    """Count each node once for every path that leads to it."""

    @functools.cache
    def below(node: Node) -> int:
        return 1 + sum(map(below, _parents(node)))

    return below(root)


def _chain(node: Node) -> int:
    """Count along the first input of each node."""
    parents = _parents(node)
    return 1 + (_chain(parents[0]) if parents else 0)


def _depth(root: Node) -> int:
    """Return how many nodes the longest path has."""

    @functools.cache
    def below(node: Node) -> int:
        return 1 + max(map(below, _parents(node)), default=0)

    return below(root)


def _has_nowhere(root: Node) -> bool:
    return any(parent is None for node in _nodes(root) for parent, _ in node.next_functions)


def _counts_of_one_set(way: Sequence[Node]) -> tuple[Triple, Triple]:
    """Return how many nodes are new in each graph, and how many have been seen by then."""
    seen: set[Node] = set()
    new, total = [], []
    for root in way:
        new.append(len(_nodes(root) - seen))
        seen |= _nodes(root)
        total.append(len(seen))
    return (new[0], new[1], new[2]), (total[0], total[1], total[2])


def _graphs(f: TensorFunction, x: float, first: Way, second: Way) -> tuple[Node, Node, Node]:
    leaf = torch.tensor(x, requires_grad=True)
    y = f(leaf)
    dy = first(y, leaf)
    return _root(y), _root(dy), _root(second(dy, leaf))


def _by_grad(y: torch.Tensor, leaf: torch.Tensor) -> torch.Tensor:
    return torch.autograd.grad(y, leaf, create_graph=True)[0]


def _by_backward(y: torch.Tensor, leaf: torch.Tensor) -> torch.Tensor:
    """Differentiate into ``.grad``, and take it from there, so that no cycle of both stays."""
    y.backward(create_graph=True)
    gradient, leaf.grad = leaf.grad, None
    assert gradient is not None
    return gradient


def _root(y: torch.Tensor) -> Node:
    assert y.grad_fn is not None, "the function's value hangs on its input"
    return y.grad_fn


WAYS: tuple[Way, ...] = (_by_grad, _by_backward)


Count = Callable[[Node], int]
# What is counted for one graph, and what to say.
SLIPS: dict[str, tuple[Count, str, str]] = {
    "one-node-missing": (
        lambda root: len(_nodes(root)) - 1,
        "One node is missing from every graph: grad_fn itself counts, and so does the "
        "AccumulateGrad node of the leaf.",
        "每张计算图都少数了一个节点：grad_fn 本身要计入，叶子的 AccumulateGrad 节点也要计入。",
    ),
    "only-the-first-input": (
        _chain,
        "Only the first input of each node was followed: next_functions lists all of them.",
        "每个节点只追踪了第一个输入：next_functions 列出了全部输入。",
    ),
    "shared-nodes-counted-twice": (
        _paths,
        "A node that is reached on two paths is one node: the record is a graph, not a tree. "
        "Remember which nodes you have seen.",
        "从两条路径到达的节点只是一个节点：这份记录是图，不是树。请记住哪些节点已经见过。",
    ),
    "sine-for-every-function": (
        lambda root: 0,  # its counts are put in below
        "The count is the same for every function; measure the one that is given.",
        "对每个函数都得到同样的数；请测量传入的那个函数。",
    ),
    "longest-path": (
        _depth,
        "This is how many nodes the longest path has. Count every node that can be reached.",
        "这是最长的一条路径上的节点数。请数出所有能到达的节点。",
    ),
    "edges-counted": (
        lambda root: sum(len(_parents(node)) for node in _nodes(root)),
        "These are the arrows of the graph; its nodes are to be counted.",
        "这是图中箭头的条数；要数的是节点。",
    ),
    "kinds-counted": (
        lambda root: len({node.name() for node in _nodes(root)}),
        "Nodes of the same name were counted as one: two products are two nodes.",
        "同名的节点被当成了一个：两次乘法是两个节点。",
    ),
    "nowhere-counted": (
        lambda root: len(_nodes(root)) + _has_nowhere(root),
        "None was counted as a node: an input that asks for no gradient, such as a plain number, "
        "has no node.",
        "None 被当成了节点：不要求梯度的输入（例如普通的数）没有节点。",
    ),
    "one-set-for-all-graphs": (
        lambda root: 0,  # its counts are those of all three graphs
        "The nodes that one graph has in common with another are left out, or those of another are "
        "counted with it: start each graph with an empty set of seen nodes.",
        "一张图与另一张图共用的节点被漏掉了，或者另一张图的节点也算了进来："
        "数每张图时，都要从一个空的“已见过”集合开始。",
    ),
}
SINE = ((2, 3, 4), (2, 4, 5), (2, 4, 4), (2, 3, 5))  # of the question


def require_three(found: object, name: str) -> list[int]:
    """Return three whole numbers.

    Raises:
        AssertionError: ``[wrong-type]``.
    """
    try:
        items = found.tolist() if isinstance(found, (torch.Tensor, np.ndarray)) else found
        if isinstance(items, (list, tuple)) and len(items) == 3:
            return [require_integer(item, name) for item in items]
    except AssertionError:
        pass
    raise AssertionError(
        f"[wrong-type] {name} should return a sequence of three whole numbers; found "
        f"{describe(found)}. ‖ {name} 应该返回由三个整数组成的序列，实为 {describe(found)}。"
    )


def require_size_of_y(counts: list[int], known: list[Sizes]) -> None:
    """Require the counts of y for several functions.

    Raises:
        AssertionError: the slip that explains all of them, or ``[wrong-count]``.
    """
    if counts == [sizes.y for sizes in known]:
        return
    _name_slip([(count,) for count in counts], known, slice(0, 1))
    raise AssertionError(
        "[wrong-count] The number of nodes of y is not that of its graph. "
        "‖ y 的节点数与它的计算图不符。"
    )


def require_sizes_of_derivatives(counts: list[tuple[int, ...]], known: list[Sizes]) -> None:
    """Require the counts of both derivatives for several functions.

    Raises:
        AssertionError: ``[no-create-graph]``, the slip that explains all of them, or
            ``[wrong-count]``.
    """
    assert not any(0 in pair for pair in counts), (
        "[no-create-graph] A derivative has no graph here. Without create_graph=True autograd "
        "computes it and writes nothing down. ‖ 这里有一个导数没有计算图。"
        "不给 create_graph=True 时，autograd 只计算导数，什么也不记录。"
    )
    if all(pair in sizes.of_derivatives for pair, sizes in zip(counts, known)):
        return
    _name_slip(counts, known, slice(1, 3))
    raise AssertionError(
        "[wrong-count] The numbers of nodes of the derivatives are not those of their graphs. "
        "‖ 导数的节点数与它们的计算图不符。"
    )


def _name_slip(counts: Sequence[tuple[int, ...]], known: list[Sizes], part: slice) -> None:
    """Raise the error of the slip that leads to all counts, if there is one."""
    for slip, (_, english, chinese) in SLIPS.items():
        found = [{tuple(list(triple)[part]) for triple in sizes.slips[slip]} for sizes in known]
        if all(count in those for count, those in zip(counts, found)):
            raise AssertionError(f"[{slip}] {english} ‖ {chinese}")
