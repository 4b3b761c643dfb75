"""A rehearsal in the warm worker, so that its children find what a notebook uses quick at once.

CPython specialises code that has run several times, and libraries fill caches on first use; a
forked child inherits both, where it would else do the same work again, on pages that it must copy
first. The rehearsal runs a small notebook of ours and asks the questions that tests usually ask.

It stops at the door of torch's autograd engine: torch refuses autograd in a child whose parent ever
entered it. Graphs are built, and the engine is stood in for.
"""

import signal
import sys
import warnings
from typing import Any
from unittest import mock

import numpy as np
import torch
import torch.autograd.graph
from IPython.core.interactiveshell import InteractiveShell

from autograder import probes
from autograder.sandbox import shell as shells
from autograder.sandbox.child import Agent
from autograder.wall import codec
from autograder.wall.frames import NONCE_BYTES

ROUNDS = 8  # CPython looks at a function's code again after eight calls
CELLS = (
    """
import math
import numpy as np
import torch
import matplotlib.pyplot as plt
import otter
grader = otter.Notebook("rehearsal.ipynb")
""",
    """
def polynomial(x):
    total = 0 * x
    for power, factor in enumerate([1.0, -2.0, 0.5]):
        total = total + factor * x ** power
    return total

def total(x):
    return polynomial(x).sum()

def slope(f, x):
    x = torch.as_tensor(x).detach().clone().requires_grad_(True)
    y = f(x)
    (y if y.ndim == 0 else y.sum()).backward()
    return x.grad

def slope_of_slope(f, x):
    x = torch.tensor(float(x), requires_grad=True)
    first = torch.autograd.grad(f(x), x, create_graph=True)[0]
    return torch.autograd.grad(first, x)[0].item()

def weighted(f, x, weights):
    x = x.clone().detach().requires_grad_(True)
    f(x).backward(gradient=weights, retain_graph=True)
    return x.grad
""",
    """
vector = torch.arange(6, dtype=torch.float32, requires_grad=True)
matrix = torch.randn(5, 4) * torch.ones(5, 4) + vector[:4].detach()
shapes = [matrix.sum(dim=axis, keepdim=keep).shape for axis in (0, 1) for keep in (True, False)]
moved = torch.stack([matrix[:, i] for i in range(4)]).reshape(2, 2, 5).norm()
if vector.sum() > 1 and matrix.norm() < 1000:
    small = torch.exp(-matrix / 10) @ matrix.T
print(shapes, len(vector), small.shape == (5, 5), torch.equal(matrix, matrix), sep="\\n")
slopes = [slope(polynomial, point) for point in np.linspace(-1, 1, 9)]
weighted(polynomial, torch.ones(3), torch.ones(3)), slope_of_slope(torch.tanh, 0.5)
""",
    """
try:
    torch.ones(2, 3) + torch.ones(4)
except RuntimeError as caught:
    error = caught
def guarded(f, *args):
    try:
        f(*args)
    except Exception as caught:
        return caught
refused = guarded(len, torch.tensor(1.0)), guarded(torch.dot, torch.ones(2), torch.ones(3))
print(torch.ones(2, 3), torch.tensor(0.5, requires_grad=True))
vector
""",
    """
points = np.arange(-2, 2, 0.1)
fig, ax = plt.subplots(figsize=(5, 3))
ax.plot(points, points ** 2, label="one")
ax.plot(points, [torch.tensor(point) for point in points], "k*", label="other")
ax.scatter(points[:5], points[:5])
ax.set_xlabel("x"); ax.set_ylabel("y"); ax.set_title("rehearsal"); ax.grid(True)
legend = ax.legend(loc="upper left", shadow=True)
plt.show()
""",
    "1 / 0",
    'grader.check("q1")',
)
NAMES = (
    "polynomial",
    "total",
    "slope",
    "weighted",
    "vector",
    "matrix",
    "error",
    "ax",
    "shapes",
    "missing",
)


class _Engine:
    """Stands where torch's autograd engine is: gives every gradient the value of its input."""

    def run_backward(
        self,
        outputs: Any,
        gradients: Any,
        keep: bool,
        create: bool,
        inputs: tuple[torch.Tensor, ...] = (),
        *args: Any,
        **kwargs: Any,
    ) -> tuple[torch.Tensor, ...]:
        return tuple(tensor * 1 for tensor in inputs)


class _Variable:
    _execution_engine = _Engine()


def rehearse(shell: InteractiveShell) -> None:
    """Run the rehearsal, and leave no trace of it but speed."""
    streams, handler = (sys.stdout, sys.stderr), signal.getsignal(signal.SIGINT)
    state = torch.get_rng_state()
    try:
        with warnings.catch_warnings(), mock.patch.object(
            torch.autograd.graph, "Variable", _Variable
        ):  # fmt: skip
            warnings.simplefilter("ignore")
            for _ in range(ROUNDS):
                sys.stdout = sys.stderr = output = shells.BoundedText(1 << 20)
                _perform(Agent(shell, output, seed=None))
                shells.forget_session(shell)
    finally:
        sys.stdout, sys.stderr = streams
        signal.signal(signal.SIGINT, handler)
        torch.set_rng_state(state)


def _perform(agent: Agent) -> None:
    for source in CELLS:
        _ask(agent, {"op": "cell", "source": source})
    values = _ask(agent, {"op": "get", "names": NAMES})["values"]
    calls = [(probes.function("torch.sin(x) * x"), torch.tensor([0.5, 1.5])) for _ in range(3)]
    inputs = [tensor for _, tensor in calls]
    f, whole, g = values["polynomial"], values["total"], values["slope"]
    for name, args in (
        ("results", (g, calls)), ("outputs", (f, inputs)), ("gradients", (whole, inputs)),
        ("gradient", (whole, inputs[0])), ("error_of", (f, "text")),
        ("captured", (values["error"],)), ("drawing", (values["ax"],)),
        ("graph_nodes", (values["vector"],)),
        ("state", (values["vector"],)), ("operations", (f, inputs[0])),
    ):  # fmt: skip
        _ask(agent, {"op": "probe", "name": name, "args": args, "kwargs": {}})
    leaf = torch.ones(3, requires_grad=True)
    _ask(agent, {"op": "call", "target": f, "args": (leaf,), "kwargs": {}})
    _ask(agent, {"op": "call", "target": g, "args": (f, np.ones(3)), "kwargs": {}})


class _Remote:
    """What the scorer would hold in place of an object that stays with the agent."""

    def __init__(self, handle: int):
        self._autograder_id = handle


def _ask(agent: Agent, message: dict) -> dict:
    def adopt(kind: str, plain: dict[str, Any], value: Any) -> Any:
        if kind == "tensor":
            return value
        return _Remote(plain["id"])

    answer = agent.answer([bytes(NONCE_BYTES) + codec.pack(message)])
    return codec.unpack(answer, adopt=adopt)
