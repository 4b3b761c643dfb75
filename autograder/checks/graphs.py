"""Count the nodes of a function's autograd graphs: the reference for counts that a student made."""

import functools
from dataclasses import dataclass

import torch

from autograder import probes


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
def sizes(f, x: float) -> Sizes:
    """Count the graphs of a scalar function and its derivatives at ``x`` in float32."""
    y = f(_leaf(x))
    return Sizes(probes.graph_nodes(y), _paths(y.grad_fn), _by_grad(f, x), _by_backward(f, x))


def _paths(node) -> int:
    return 1 + sum(_paths(parent) for parent, _ in node.next_functions if parent is not None)


def _by_grad(f, x):
    leaf = _leaf(x)
    (first,) = torch.autograd.grad(f(leaf), leaf, create_graph=True)
    (second,) = torch.autograd.grad(first, leaf, create_graph=True)
    return probes.graph_nodes(first), probes.graph_nodes(second)


def _by_backward(f, x):
    leaf = _leaf(x)
    f(leaf).backward(create_graph=True)
    first, leaf.grad = leaf.grad, None
    first.backward(create_graph=True)
    second, leaf.grad = leaf.grad, None  # no cycle of the leaf and its gradient stays
    return probes.graph_nodes(first), probes.graph_nodes(second)


def _leaf(x):
    return torch.tensor(x, requires_grad=True)
