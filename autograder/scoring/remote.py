"""The student's namespace as Otter's tests see it: local copies, stand-ins, and calls that cross.

Autograd crosses too. A remote call that takes part in autograd is a node whose backward asks the
sandbox, where the student's graph lives, for the vector-Jacobian product; that question is again
such a call, so derivatives of any order work.
"""

import builtins
from collections.abc import Iterable, Iterator
from types import BuiltinFunctionType, FunctionType
from typing import TYPE_CHECKING, Any

import torch

from autograder.errors import EvidenceError
from autograder.wall.codec import Function
from autograder.wall.oracles import Oracle

if TYPE_CHECKING:
    from autograder.scoring.session import Session

# Matplotlib classes for which isinstance() on a stand-in answers as it would for the original.
SPOOFED_MODULES = ("matplotlib.axes._axes", "matplotlib.figure", "matplotlib.lines")
METHOD_PREFIX = "get_"


class RemoteNamespace(dict):
    """Mapping of names to values, fetched when a test asks for them.

    Args:
        session: the conversation with the sandbox.
        sources: the cells run so far; the value of ``In``, which the scorer knows itself.
    """

    def __init__(self, session: "Session", sources: list[str]):
        super().__init__()
        self.session = session
        self.sources = sources

    def __missing__(self, name: str) -> Any:
        value = self.get(name, _MISSING)
        if value is _MISSING:
            raise KeyError(name)
        return value

    def get(self, name: str, default: Any = None) -> Any:
        """Return the value of a name, or ``default`` where the notebook does not define it."""
        return self.fetch([name]).get(name, default)

    def fetch(self, names: list[str]) -> dict[str, Any]:
        """Return the values of several names with one question; undefined ones are left out."""
        asked = [name for name in names if name != "In"]
        values = self.session.values(asked) if asked else {}
        found = {name: values[name] for name in asked if name in values}
        return found if len(asked) == len(names) else {**found, "In": list(self.sources)}

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.get(name, _MISSING) is not _MISSING

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def keys(self) -> list[str]:  # type: ignore[override]
        """Return the names that the notebook defines."""
        names = self.session.request("names").get("value")
        return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


_MISSING = object()


class RemoteObject:
    """Stand-in for an object that stays in the sandbox.

    Attributes:
        type_name: the qualified name of its type, e.g. "matplotlib.axes._axes.Axes".
    """

    def __init__(self, session: "Session", record: dict[str, Any]):
        self._autograder_session = session
        self._autograder_id = record["id"]
        self._autograder_bases = tuple(record["bases"]) or ("object",)
        self.type_name = self._autograder_bases[0].removeprefix("builtins.")
        name = record.get("name")
        if isinstance(name, str):
            self.__name__ = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        session = self._autograder_session
        if name.startswith(METHOD_PREFIX):
            return lambda: session.request("method", target=self, name=name).get("value")
        try:
            return session.request("attribute", target=self, name=name).get("value")
        except AssertionError:
            raise AttributeError(name) from None

    def __repr__(self) -> str:
        return f"<{self.type_name} in the student's notebook>"

    @property  # type: ignore[misc]  # isinstance() asks for it
    def __class__(self) -> type:
        return _local_class(self._autograder_bases) or type(self)


class RemoteFunction(RemoteObject):
    """Stand-in for a callable; calling it runs the student's code in the sandbox."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        args = tuple(_handed(arg) for arg in args)
        kwargs = {name: _handed(arg) for name, arg in kwargs.items()}
        inputs = _differentiable((args, kwargs)) if torch.is_grad_enabled() else []
        if not inputs:
            return self._autograder_session.request(
                "call", target=self, args=args, kwargs=kwargs
            ).get("value")
        fields = {"target": self, "args": args, "kwargs": kwargs}
        return _call_across(self._autograder_session, "call", fields, inputs)


def _handed(value: Any) -> Any:
    """Return what crosses in place of a function of one tensor that a test hands over.

    One of torch's own crosses by its name; any other stays here and answers from here.
    """
    if isinstance(value, BuiltinFunctionType) and getattr(torch, value.__name__, None) is value:
        return Function(f"torch.{value.__name__}(x)", value.__name__)
    if isinstance(value, FunctionType):
        return Oracle(value, value.__name__ if value.__name__.isidentifier() else "f")
    return value


class Adopter:
    """Turns received records into stand-ins, and collects the tensors that join a graph."""

    def __init__(self, session: "Session"):
        self.session = session
        self.linked: dict[int, torch.Tensor] = {}

    def adopt(self, kind: str, plain: dict[str, Any], value: Any) -> Any:
        """Return what a test sees in place of a tensor, an error or any other object."""
        if kind == "object":
            cls = RemoteFunction if plain["callable"] else RemoteObject
            return cls(self.session, plain)
        handle = plain.get("id")
        if type(handle) is not int:
            raise EvidenceError("a handle is missing")
        if kind == "tensor":
            index = plain.get("linked")
            if type(index) is int:
                self.linked[index] = value
        value._autograder_session = self.session
        value._autograder_id = handle
        return value


def _local_class(bases: Iterable[str]) -> type | None:
    for base in bases:
        module, _, name = base.rpartition(".")
        if module == "builtins" and name in ("function", "method"):
            return None
        if module in SPOOFED_MODULES:
            import importlib

            return getattr(importlib.import_module(module), name, None)
        if base == "builtins.module":
            return type(builtins)
        if base == "builtins.type":
            return type
    return None


def _differentiable(tree: object, depth: int = 4) -> list[torch.Tensor]:
    """List the tensors in call arguments that require gradients, in the order of encoding."""
    if isinstance(tree, torch.Tensor):
        return [tree] if tree.requires_grad else []
    if depth and isinstance(tree, (list, tuple)):
        return [leaf for item in tree for leaf in _differentiable(item, depth - 1)]
    if depth and isinstance(tree, dict):
        return [leaf for item in tree.values() for leaf in _differentiable(item, depth - 1)]
    return []


def _call_across(
    session: "Session", op: str, fields: dict[str, Any], inputs: list[torch.Tensor]
) -> Any:
    box: dict[str, Any] = {}
    outputs = _Crossing.apply(session, op, fields, inputs, box, *inputs)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    return _replace(box["value"], box["linked"], outputs)


def _replace(tree: Any, linked: dict[int, torch.Tensor], outputs: tuple[torch.Tensor, ...]) -> Any:
    """Put the graph's output tensors in the places of the received ones."""
    if isinstance(tree, torch.Tensor):
        for index, tensor in linked.items():
            if tensor is tree:
                return outputs[index]
        return tree
    if type(tree) in (list, tuple):
        return type(tree)(_replace(item, linked, outputs) for item in tree)
    if type(tree) is dict:
        return {key: _replace(item, linked, outputs) for key, item in tree.items()}
    return tree


class _Crossing(torch.autograd.Function):
    """One remote call as a node of the scorer's autograd graph."""

    @staticmethod
    def forward(
        ctx: Any,
        session: "Session",
        op: str,
        fields: dict[str, Any],
        originals: list[torch.Tensor],
        box: dict[str, Any],
        *inputs: torch.Tensor,
    ) -> tuple[torch.Tensor, ...]:
        reply = session.request(op, **fields)
        linked = reply["_linked"]
        if sorted(linked) != list(range(len(linked))):
            raise EvidenceError("malformed links")
        grads = reply.get("grads")
        if op == "call" and isinstance(grads, list) and len(grads) == len(originals):
            _store_grads(originals, grads)
        ctx.session, ctx.call = session, reply.get("call")
        ctx.save_for_backward(*inputs)
        box["value"], box["linked"] = reply.get("value"), linked
        return tuple(linked[index].detach() for index in range(len(linked)))

    @staticmethod
    def backward(ctx: Any, *grads: torch.Tensor | None) -> tuple[Any, ...]:
        inputs = ctx.saved_tensors
        fields = {"of": ctx.call, "gradients": list(grads), "create": torch.is_grad_enabled()}
        if fields["create"]:
            joined = list(inputs) + [g for g in grads if g is not None and g.requires_grad]
            value = _call_across(ctx.session, "vjp", fields, joined)
        else:
            value = ctx.session.request("vjp", **fields).get("value")
        if not isinstance(value, list) or len(value) != len(inputs):
            raise EvidenceError("malformed gradients")
        for gradient, tensor in zip(value, inputs):
            if gradient is not None and gradient.shape != tensor.shape:
                raise EvidenceError("a gradient of the wrong shape")
        return (None, None, None, None, None, *value)


def _store_grads(originals: list[torch.Tensor], grads: list[object]) -> None:
    """A student's function that calls backward() itself fills the gradients of its inputs."""
    for tensor, grad in zip(originals, grads):
        if isinstance(grad, torch.Tensor) and tensor.is_leaf and grad.shape == tensor.shape:
            with torch.no_grad():
                tensor.grad = grad.clone() if tensor.grad is None else tensor.grad + grad
