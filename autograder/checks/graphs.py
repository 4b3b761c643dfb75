"""Count the nodes of a function's autograd graphs: the reference for counts that a student made."""

import functools
from dataclasses import dataclass

import torch
from torch.autograd.graph import Node

from autograder import probes
from autograder.checks.gradients import TensorFunction


@dataclass(frozen=True)
class Sizes:
    """Numbers of nodes.

    Attributes:
        y: of the graph of f(x), each node once.
        paths: of the same, each node once for every path that leads to it.
        by_grad: of the graphs of the first and second derivative, by ``torch.autograd.grad``.
        by_backward: of the same, by ``backward`` and ``.grad``.
    """

    y: int
    paths: int
    by_grad: tuple[int, int]
    by_backward: tuple[int, int]


@functools.lru_cache(maxsize=64)
def sizes(f: TensorFunction, x: float) -> Sizes:
    """Count the graphs of a scalar function and its derivatives at ``x`` in float32."""
    y = f(_leaf(x))
    return Sizes(probes.graph_nodes(y), _paths(_root(y)), _by_grad(f, x), _by_backward(f, x))


def _paths(node: Node) -> int:
    return 1 + sum(_paths(parent) for parent, _ in node.next_functions if parent is not None)


def _by_grad(f: TensorFunction, x: float) -> tuple[int, int]:
    leaf = _leaf(x)
    (first,) = torch.autograd.grad(f(leaf), leaf, create_graph=True)
    (second,) = torch.autograd.grad(first, leaf, create_graph=True)
    return probes.graph_nodes(first), probes.graph_nodes(second)


def _by_backward(f: TensorFunction, x: float) -> tuple[int, int]:
    leaf = _leaf(x)
    f(leaf).backward(create_graph=True)
    first = _taken_gradient(leaf)
    first.backward(create_graph=True)
    second = _taken_gradient(leaf)
    return probes.graph_nodes(first), probes.graph_nodes(second)


def _taken_gradient(leaf: torch.Tensor) -> torch.Tensor:
    """Take a gradient from its leaf, so that no cycle of both stays."""
    gradient, leaf.grad = leaf.grad, None
    assert gradient is not None
    return gradient


def _root(y: torch.Tensor) -> Node:
    assert y.grad_fn is not None, "the function's value hangs on its input"
    return y.grad_fn


def _leaf(x: float) -> torch.Tensor:
    return torch.tensor(x, requires_grad=True)
