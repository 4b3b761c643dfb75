"""The questions that a hidden test may ask about a student's object, where that object lives.

A probe is written once and works in both worlds. Called with plain objects (Otter in a kernel,
``otter assign``) it just runs. Called with anything that came from a sandbox, it runs there and
its answer crosses as evidence. Probes judge nothing: :mod:`autograder.checks` does.
"""

import ast
import functools
import math
import re
import textwrap
from contextlib import contextmanager
from unittest import mock

import numpy as np
import torch
from torch.overrides import TorchFunctionMode

from autograder import captures, drawings
from autograder.codec import Function
from autograder.evidence import CapturedError, Drawing, TensorState

PROBES = {}
MAX_GRAPH_NODES = 200_000
WATCHED = (
    "sin", "cos", "tan", "exp", "log", "sqrt", "gradient", "diff", "interp", "convolve", "roll",
    "polyfit", "ediff1d",
)  # fmt: skip
KEPT_CELLS, KEPT_CHARACTERS = 64, 20_000
MAGIC = re.compile(r"^(\s*)[%!?].*")
COMPUTED_PROPERTIES = ("T", "mT", "H", "mH", "real", "imag")


def probe(function):
    """Register a probe and let it run where its arguments live."""
    PROBES[function.__name__] = function

    @functools.wraps(function)
    def ask(*args, **kwargs):
        session = _session_of((*args, *kwargs.values()))
        if session is None:
            return function(*args, **kwargs)
        return session.probe(function.__name__, args, kwargs)

    return ask


@functools.lru_cache(maxsize=1024)
def function(expression: str, name: str = "f") -> Function:
    """Return a callable of ``x`` that crosses the wall as its text (may use torch and math)."""
    return Function(expression, name)


@probe
def gradient(f, x, weights=None):
    """Differentiate ``f`` at ``x`` by autograd.

    Args:
        f: a function of one tensor.
        x: tensor, array or number; a fresh leaf is made from it.
        weights: the vector of the vector-Jacobian product (same shape as ``f(x)``), or None for a
            scalar ``f(x)``.

    Returns:
        Tensor of x's shape, or None where nothing reached the leaf.
    """
    return _gradient(f, x, weights)


def _gradient(f, x, weights):
    leaf = torch.as_tensor(x).detach().clone()
    leaf = (leaf if leaf.is_floating_point() else leaf.to(torch.float32)).requires_grad_()
    f(leaf).backward(gradient=weights)
    return leaf.grad


@probe
def outputs(f, inputs) -> list:
    """Call ``f`` on a copy of each tensor of a list and return what it gives, in order."""
    return [f(x.clone()) for x in inputs]


@probe
def results(f, calls, **kwargs) -> list:
    """Return what ``f(*args, **kwargs)`` gives for each ``args`` of ``calls``, in order.

    Over the wall this is one question and one answer, however many calls there are.
    """
    return [f(*args, **kwargs) for args in calls]


@probe
def returned_errors(f, calls) -> list:
    """Return :func:`results`, with what is known of an exception in place of each one returned."""
    given = [f(*args) for args in calls]
    return [captures.captured(v) if isinstance(v, BaseException) else v for v in given]


@probe
def gradients(f, inputs) -> list:
    """Return :func:`gradient` of ``f`` at each tensor of a list, in order."""
    return [_gradient(f, x, None) for x in inputs]


@probe
def error_of(f, *args, **kwargs) -> CapturedError | None:
    """Return the error that ``f(*args, **kwargs)`` raises, or None."""
    try:
        f(*args, **kwargs)
    except Exception as error:
        return captures.captured(error)
    return None


@probe
def errors_of(f, calls) -> list[CapturedError | None]:
    """Return :func:`error_of` of ``f(*args)`` for each ``args`` of ``calls``, in order."""
    return [error_of(f, *args) for args in calls]


@probe
def captured(error) -> CapturedError:
    """Return what is known of a stored exception object.

    Raises:
        TypeError: ``error`` is no exception.
    """
    if not isinstance(error, BaseException):
        raise TypeError(f"expected a captured exception, found {type(error).__name__}")
    return captures.captured(error)


@probe
def drawing(target) -> Drawing:
    """Return what is drawn on an Axes, a Figure or a list of Axes."""
    return drawings.drawing(target)


@probe
def graph_nodes(tensor) -> int:
    """Count the autograd nodes reachable from ``tensor.grad_fn``, AccumulateGrad included."""
    root = getattr(tensor, "grad_fn", None)
    seen, stack = set(), [root] if root is not None else []
    while stack and len(seen) < MAX_GRAPH_NODES:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            stack.extend(parent for parent, _ in node.next_functions if parent is not None)
    return len(seen)


@probe
def state(tensor) -> TensorState:
    """Return a tensor's place in autograd.

    Raises:
        TypeError: ``tensor`` is no tensor.
    """
    if not isinstance(tensor, torch.Tensor):
        raise TypeError(f"expected a tensor, found {type(tensor).__name__}")
    grad = tensor.grad if tensor.is_leaf else None
    return TensorState(
        is_leaf=tensor.is_leaf,
        requires_grad=tensor.requires_grad,
        grad=None if grad is None else grad.detach(),
        dtype=str(tensor.dtype).removeprefix("torch."),
        shape=tuple(tensor.shape),
        grad_fn=None if tensor.grad_fn is None else type(tensor.grad_fn).__name__,
    )


@probe
def operations(f, *args) -> tuple[str, ...]:
    """Name the torch, NumPy and math functions that ``f(*args)`` calls: at most 10,000."""
    names = []
    with _RecordTorch(names), _record_watched(names):
        f(*args)
    return tuple(names[:10_000])


def names_in(sources) -> set[str]:
    """Return the identifiers and attribute names used in cell sources; magics are tolerated."""
    return set().union(*map(_names, sources))


@functools.lru_cache(maxsize=KEPT_CELLS)
def _names(source: str) -> frozenset[str]:
    found = set()
    for node in ast.walk(parse_cell(source)):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.alias):
            found.update(node.name.split("."))
    return frozenset(found)


def parse_cell(source: str) -> ast.Module:
    """Return the syntax tree of a cell, magics left out; an empty one where it is no Python.

    Several tests look at the same cells: trees of the usual size are kept, and not to be changed.
    """
    return (_parse_once if len(source) <= KEPT_CHARACTERS else _parse)(source)


def _parse(source: str) -> ast.Module:
    lines = textwrap.dedent(source).splitlines()
    try:
        return ast.parse("\n".join(MAGIC.sub(r"\1pass", line) for line in lines))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module(body=[], type_ignores=[])


_parse_once = functools.lru_cache(maxsize=KEPT_CELLS)(_parse)


def _session_of(values, depth: int = 2):
    for value in values:
        session = getattr(value, "_autograder_session", None)
        if session is not None:
            return session
        if depth and isinstance(value, (list, tuple)):
            session = _session_of(value[:8], depth - 1)
            if session is not None:
                return session
    return None


class _RecordTorch(TorchFunctionMode):
    def __init__(self, names):
        super().__init__()
        self.names = names

    def __torch_function__(self, func, types, args=(), kwargs=None):
        name = getattr(func, "__name__", "")
        if name == "__get__":  # a property is read
            name = getattr(getattr(func, "__self__", None), "__name__", "")
            name = name if name in COMPUTED_PROPERTIES else ""
        if name and len(self.names) < 10_000:
            self.names.append(name)
        return func(*args, **(kwargs or {}))


@contextmanager
def _record_watched(names):
    def recording(name, original):
        def call(*args, **kwargs):
            names.append(name)
            return original(*args, **kwargs)

        return call

    patches = [
        mock.patch.object(module, name, recording(name, getattr(module, name)))
        for module in (np, math)
        for name in WATCHED
        if hasattr(module, name)
    ]
    for patch in patches:
        patch.start()
    try:
        yield
    finally:
        for patch in patches:
            patch.stop()
