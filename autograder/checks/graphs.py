"""Count the nodes of a function's autograd graphs, and judge counts that a student made."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch.autograd.graph import Node

from autograder import probes
from autograder.checks.answers import describe, require_integer
from autograder.checks.gradients import TensorFunction

Way = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]  # (y, leaf) -> dy/dleaf


@dataclass(frozen=True)
class Sizes:
    """Numbers of nodes.

    Attributes:
        y: of the graph of f(x), each node once.
        paths: of the same, each node once for every path that leads to it.
        first_inputs: of the same, only along the first input of each node.
        by_grad: of the graphs of the first and second derivative, by ``torch.autograd.grad``.
        by_backward: of the same, by ``backward`` and ``.grad``.
        mixed: of the same, the first by the one way and the second by the other, in both orders.
    """

    y: int
    paths: int
    first_inputs: int
    by_grad: tuple[int, int]
    by_backward: tuple[int, int]
    mixed: tuple[tuple[int, int], tuple[int, int]]

    @property
    def of_derivatives(self) -> set[tuple[int, int]]:
        """The numbers of nodes of both derivatives, by any way that leads to them."""
        return {self.by_grad, self.by_backward, *self.mixed}


@functools.lru_cache(maxsize=64)
def sizes(f: TensorFunction, x: float) -> Sizes:
    """Count the graphs of a scalar function and its derivatives at ``x`` in float32."""
    y = f(_leaf(x))
    count, root = probes.graph_nodes(y), _root(y)
    ways = {
        (first, second): _derivatives(f, x, first, second)
        for first in (_by_grad, _by_backward)
        for second in (_by_grad, _by_backward)
    }
    return Sizes(
        y=count,
        paths=_paths(root),
        first_inputs=_chain(root),
        by_grad=ways[_by_grad, _by_grad],
        by_backward=ways[_by_backward, _by_backward],
        mixed=(ways[_by_backward, _by_grad], ways[_by_grad, _by_backward]),
    )


def _paths(node: Node) -> int:
    return 1 + sum(_paths(parent) for parent, _ in node.next_functions if parent is not None)


def _chain(node: Node) -> int:
    parents = [parent for parent, _ in node.next_functions if parent is not None]
    return 1 + (_chain(parents[0]) if parents else 0)


def _derivatives(f: TensorFunction, x: float, first: Way, second: Way) -> tuple[int, int]:
    leaf = _leaf(x)
    dy = first(f(leaf), leaf)
    ddy = second(dy, leaf)
    return probes.graph_nodes(dy), probes.graph_nodes(ddy)


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


def _leaf(x: float) -> torch.Tensor:
    return torch.tensor(x, requires_grad=True)


SLIPS = {  # slip -> what the counts of y are then, what to say
    "one-node-missing": (
        lambda known: known.y - 1,
        "One node is missing from every graph of y: grad_fn itself counts, and so does the "
        "AccumulateGrad node of the leaf.",
        "y 的每张计算图都少数了一个节点：grad_fn 本身要计入，叶子的 AccumulateGrad 节点也要计入。",
    ),
    "only-the-first-input": (
        lambda known: known.first_inputs,
        "Only the first input of each node was followed: next_functions lists all of them.",
        "每个节点只追踪了第一个输入：next_functions 列出了全部输入。",
    ),
    "shared-nodes-counted-twice": (
        lambda known: known.paths,
        "A node that is reached on two paths is one node: the record is a graph, not a tree. "
        "Remember which nodes you have seen.",
        "从两条路径到达的节点只是一个节点：这份记录是图，不是树。请记住哪些节点已经见过。",
    ),
    "sine-for-every-function": (
        lambda known: 2,
        "The count is the same for every function; measure the one that is given.",
        "对每个函数都得到同样的数；请测量传入的那个函数。",
    ),
}


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
    for slip, (count, english, chinese) in SLIPS.items():
        if counts == [count(sizes) for sizes in known]:
            raise AssertionError(f"[{slip}] {english} ‖ {chinese}")
    raise AssertionError(
        "[wrong-count] The number of nodes of y is not that of its graph. "
        "‖ y 的节点数与它的计算图不符。"
    )
