"""Graphs of autograd that begin on one side of the wall and go on on the other."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch

Gradients = Sequence[torch.Tensor | None]
MOST_NODES = 100_000  # of a graph that is looked through for its leaves


def product(
    outputs: Sequence[torch.Tensor], inputs: Sequence[torch.Tensor], grads: Gradients, create: bool
) -> list[torch.Tensor | None]:
    """Return the gradient of each input; of one that was given twice, the first time alone.

    Args:
        grads: of the outputs; None of one that nothing was made of.
        create: whether the gradients are to have graphs of their own.
    """
    pairs = [(out, grad) for out, grad in zip(outputs, grads) if grad is not None]
    found = torch.autograd.grad(
        [out for out, _ in pairs], list(inputs), [grad for _, grad in pairs],
        create_graph=create, retain_graph=True, allow_unused=True,
    )  # fmt: skip
    places = [id(one) for one in inputs]
    firsts = (places.index(place) == number for number, place in enumerate(places))
    return [grad if first else None for grad, first in zip(found, firsts)]


def replace(tree: Any, linked: dict[int, torch.Tensor], outputs: tuple[torch.Tensor, ...]) -> Any:
    """Put the graph's output tensors in the places of the received ones."""
    if issubclass(type(tree), torch.Tensor):
        for index, tensor in linked.items():
            if tensor is tree:
                return outputs[index]
        return tree
    if type(tree) in (list, tuple):
        return type(tree)(replace(item, linked, outputs) for item in tree)
    if issubclass(type(tree), tuple) and hasattr(type(tree), "_fields"):
        made = type(tree)._make(replace(item, linked, outputs) for item in tree)
        vars(made).update(vars(tree))
        return made
    if type(tree) is dict:
        return {key: replace(item, linked, outputs) for key, item in tree.items()}
    return tree


def leaves_under(
    outputs: Sequence[torch.Tensor], inputs: Sequence[torch.Tensor]
) -> Iterator[torch.Tensor]:
    """Yield the leaves that tensors are made of, but by way of the inputs."""
    ends = {one.grad_fn for one in inputs} | {None}
    given = {id(one) for one in inputs}
    left: list[Any] = [one.grad_fn for one in outputs]
    seen = set[Any]()
    while left and len(seen) < MOST_NODES:
        node = left.pop()
        if node in seen or node in ends:
            continue
        seen.add(node)
        leaf = getattr(node, "variable", None)
        if isinstance(leaf, torch.Tensor) and id(leaf) not in given:
            yield leaf
        left += [one for one, _ in node.next_functions]
