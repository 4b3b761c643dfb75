"""Vector-Jacobian products of calls in the notebook, which a test's own graph goes on from."""

from collections.abc import Sequence

import torch

Gradients = Sequence[torch.Tensor | None]


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
