"""Vector-Jacobian products, straight from torch's engine.

``torch.autograd.grad`` looks first whether the weights fit. To do so it loads torch's symbolic
shapes, and with them SymPy (half a second of a process's time), and on one number it takes as
long as the walk itself. Here that is told without.
"""

from collections.abc import Sequence

import torch
from torch.autograd import Variable

Tensors = Sequence[torch.Tensor]

_walk_back = Variable._execution_engine.run_backward


def products(
    results: Tensors, inputs: Tensors, weights: Tensors, further: bool = True
) -> list[torch.Tensor]:
    """Return the vector-Jacobian product for each input; zeros where nothing leads there.

    The graph stays, so that it can be walked again.

    Args:
        weights: of the results, in their shapes.
        further: whether the products get graphs of their own.

    Raises:
        RuntimeError: a weight does not fit its result.
    """
    pairs = [(result, weight) for result, weight in zip(results, weights) if result.requires_grad]
    wanted = [tensor for tensor in inputs if tensor.requires_grad]
    if not pairs or not wanted:
        return [torch.zeros_like(tensor) for tensor in inputs]
    for result, weight in pairs:
        if result.shape != weight.shape or result.is_complex() != weight.is_complex():
            raise RuntimeError("a weight that does not fit its result")
    roots, given = zip(*pairs)
    walked = _walk_back(
        roots, given, True, further, tuple(wanted), allow_unreachable=True, accumulate_grad=False
    )
    found = iter(walked)
    made = [next(found) if tensor.requires_grad else None for tensor in inputs]
    return [torch.zeros_like(t) if one is None else one for one, t in zip(made, inputs)]
