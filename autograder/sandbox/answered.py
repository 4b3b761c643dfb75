"""What a test's function made of student code's tensors, as a part of student code's graphs.

The function's own graph is where the test is; a walk back through it is a question to the test's
side, and that again such a call where derivatives of the gradients are wanted.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch

from autograder.sandbox.calling import result_of
from autograder.wall.codec import Fields
from autograder.wall.links import replace

Message = dict[str, Any]
Tensors = Sequence[torch.Tensor]
Gradients = list[torch.Tensor | None]
# Makes a question; returns the answer and the tensors in it that a graph leads to, by number.
Question = Callable[[Message], tuple[Message, dict[int, torch.Tensor]]]


def ask(question: Question, asked: Message, inputs: Tensors) -> Any:
    """Ask for what a test's function gives; that is made of the inputs.

    Raises:
        Exception: what the function raises.
    """
    reply, linked = question({**asked, "inputs": len(inputs)})
    value = result_of(reply)
    if asked["operation"] == "walk":
        value = reply["products"]
    if not linked:
        return value
    made_of = [*inputs, *reply.get("under", ())]

    def walk(gradients: Gradients, create: bool) -> Gradients:
        more = [one for one in gradients if one is not None and one.requires_grad] if create else []
        again: Message = {"function": asked["function"], "operation": "walk"}
        again |= {"args": (), "kwargs": Fields({}), "of": reply["call"]}
        again |= {"gradients": gradients, "create": create}
        found: Gradients = ask(question, again, [*made_of, *more])
        return found

    with torch.enable_grad():
        outputs = _Answered.apply([linked[place] for place in sorted(linked)], walk, *made_of)
    return replace(value, linked, outputs)


class _Answered(torch.autograd.Function):
    """One call of a test's function as a node of student code's graph."""

    @staticmethod
    def forward(ctx: Any, found: Tensors, walk: Any, *inputs: torch.Tensor) -> Any:
        ctx.walk = walk
        ctx.save_for_backward(*inputs)
        return tuple(tensor.detach() for tensor in found)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor | None) -> tuple[Any, ...]:
        _ = ctx.saved_tensors  # a second walk fails here, as in one process
        return None, None, *ctx.walk(list(gradients), torch.is_grad_enabled())
