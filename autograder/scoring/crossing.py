"""Calls that take part in autograd on the scorer's side, while the student's graph stays put.

A remote call is a node whose backward asks the sandbox for the vector-Jacobian product; that
question is again such a call, so derivatives of any order work.
"""

import functools
import types
from typing import Any

import torch

from autograder.errors import EvidenceError
from autograder.scoring.conversation import Conversation
from autograder.wall.codec import Function
from autograder.wall.leaves import inputs_in
from autograder.wall.links import replace

MOST_NAME = 100  # characters of a node's name


def differentiable(tree: Any) -> list[torch.Tensor]:
    """List the tensors in call arguments that require gradients, in the order of encoding.

    Where gradients are switched off there are none.
    """
    return inputs_in(tree) if torch.is_grad_enabled() else []


def call_across(
    session: Conversation, op: str, fields: dict[str, Any], inputs: list[torch.Tensor]
) -> Any:
    """Return the answer to a request, with graphs that lead to its inputs."""
    reply = session.request(op, **fields)  # here, not in the node: gradients may be switched on
    linked = reply["_linked"]
    if sorted(linked) != list(range(len(linked))):
        raise EvidenceError("malformed links")
    grads = reply.get("grads")
    if op == "call" and isinstance(grads, list) and len(grads) == len(inputs):
        leaves, known = session.lending.leaves, session.lending.shared.numbers
        told = [leaves.number_of(one) is not None or id(one) in known for one in inputs]
        _store_grads([(t, g) for t, g, itself in zip(inputs, grads, told) if not itself])
    found = [linked[index] for index in range(len(linked))]
    node = _node(_Crossing, {getattr(one, "_autograder_node", None) for one in found})
    outputs = node.apply(session, reply.get("call"), found, *inputs)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    return replace(reply.get("value"), linked, outputs)


def handed(value: Any) -> Any:
    """Return what crosses in place of a function of tensors or numbers that a test hands over.

    One of torch's own crosses by its name; any other stays here and answers from here.
    """
    if type(value) is types.BuiltinFunctionType:
        name = value.__name__
        if getattr(torch, name, None) is value:
            return Function(f"torch.{name}(x)", name)
    return value


def of_a_graph(session: Conversation, tensor: torch.Tensor, handle: int) -> torch.Tensor:
    """Return a received tensor as one that is no leaf: its graph is in the notebook.

    To walk back from it is to do so there, where the gradients of that graph's leaves are kept.
    """
    tensor._autograder_session, tensor._autograder_id = session, handle  # type: ignore[attr-defined]
    node = _node(_Elsewhere, {getattr(tensor, "_autograder_node", None)})
    with torch.enable_grad():
        made: torch.Tensor = node.apply(tensor, session)
    return made


def _node(function: Any, names: set[Any]) -> Any:
    """Return a function of autograd's whose nodes are called as those in the notebook are.

    Args:
        names: of the nodes there; where they differ, or are none, the name stays ours.
    """
    name = names.pop() if len(names) == 1 else None
    if type(name) is not str or len(name) > MOST_NAME or not name.isidentifier():
        return function
    return _named(function, name)


@functools.lru_cache(256)
def _named(function: Any, name: str) -> Any:
    made = type(function)(name, (function,), {})
    made._backward_cls.__name__ = name
    return made


class _Elsewhere(torch.autograd.Function):
    """What a tensor was computed by that came without its graph."""

    @staticmethod
    def forward(ctx: Any, tensor: torch.Tensor, session: Conversation) -> torch.Tensor:
        ctx.session, ctx.received = session, tensor
        return tensor.clone()

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> Any:
        walk = ctx.session.request(
            "operate", target=ctx.received, operation="attribute", args=("backward",)
        ).get("value")
        walk(gradients[0], retain_graph=torch._C._autograd._get_current_graph_task_keep_graph())
        return None, None


class _Crossing(torch.autograd.Function):
    """One remote call as a node of the scorer's autograd graph."""

    @staticmethod
    def forward(
        ctx: Any, session: Conversation, call: Any, found: list[torch.Tensor], *inputs: torch.Tensor
    ) -> tuple[torch.Tensor, ...]:
        ctx.session, ctx.call = session, call
        ctx.save_for_backward(*inputs)
        return tuple(tensor.detach() for tensor in found)

    @staticmethod
    def backward(ctx: Any, *grads: torch.Tensor | None) -> tuple[Any, ...]:
        inputs = ctx.saved_tensors
        fields = {"of": ctx.call, "gradients": list(grads), "create": torch.is_grad_enabled()}
        if fields["create"]:
            joined = list(inputs) + [g for g in grads if g is not None and g.requires_grad]
            value = call_across(ctx.session, "vjp", fields, joined)
        else:
            value = ctx.session.request("vjp", **fields).get("value")
        if not isinstance(value, list) or len(value) != len(inputs):
            raise EvidenceError("malformed gradients")
        for gradient, tensor in zip(value, inputs):
            if gradient is not None and gradient.shape != tensor.shape:
                raise EvidenceError("a gradient of the wrong shape")
        return (None, None, None, *value)


def _store_grads(pairs: list[tuple[torch.Tensor, object]]) -> None:
    """A student's function that calls backward() itself fills the gradients of its inputs."""
    for tensor, grad in pairs:
        if isinstance(grad, torch.Tensor) and tensor.is_leaf and grad.shape == tensor.shape:
            with torch.no_grad():
                tensor.grad = grad.clone() if tensor.grad is None else tensor.grad + grad
