"""Tensors that look at one memory, on both sides; and tensors whose graph is in the notebook.

What a right answer does in one process it does over the wall.
"""

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from otter.test_files.exception_test import ExceptionTestFile

from autograder.errors import EvidenceError
from autograder.scoring.assignment import Assignment
from autograder.wall.codec.windows import look
from tests.running import grade, messages, outcomes, test_file

CELL = """
import torch
from torch import nn
def transposed(x): return x.T
def row(x): return x[1]
def windows(x): return x.reshape(-1).unfold(0, 2, 2)
def copied(x): return x.clone()
def same(x): return x
def add_(x): return x.add_(1)
def scale(x): x *= 2
def replace(x): x = x * 2
def keep(x):
    global kept
    kept = x[0]
def touch(): kept.fill_(7)
def computed(v): return torch.tensor(v, requires_grad=True) * 2
def leaf(v): return torch.tensor(v, requires_grad=True)
net = nn.Linear(2, 1)
def loss_of(): return net(torch.ones(1, 2)).sum()
"""
HEAD = "import pytest, torch\ndef memory(x): return x.untyped_storage().data_ptr()\n"


def compared(engine, *bodies: str):
    """Return what came of test functions in stock Otter in one process, and here."""
    takes = "transposed, row, windows, copied, same, add_, scale, replace, keep, touch"
    cases = [
        f"def case{n}({takes}, computed, leaf, net, loss_of):\n    " + body.replace("\n", "\n    ")
        for n, body in enumerate(bodies)
    ]
    source = test_file("q1", *cases).replace("OK_FORMAT", HEAD + "OK_FORMAT", 1)
    tests = Assignment("demo", "d", {"show_hidden": True}, {"q1": source}, {}, is_foreign=True)
    namespace: dict = {"__name__": "__main__"}
    exec(CELL, namespace)
    stock = ExceptionTestFile.from_string(source, "q1.py")
    stock.run(namespace)
    return [one.passed for one in stock.test_case_results], grade(engine, tests, (CELL, "q1"))


def memory(x: torch.Tensor) -> int:
    return x.untyped_storage().data_ptr()


HANDED = ("x", "x[:, 1]", "x.T", "x[0]", "x[:, ::2]", "x[1:, 1:]")
DOES = ("add_", "scale", "replace")
GIVES = ("transposed", "row", "windows", "copied", "same")
MADE = ("torch.arange(6.).reshape(2, 3)", "torch.zeros(2, 3)", "torch.ones(3, 2).T")


@settings(max_examples=20, deadline=None, derandomize=True,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(made=st.sampled_from(MADE), gives=st.sampled_from(GIVES),
       steps=st.lists(st.tuples(st.sampled_from(DOES), st.sampled_from(HANDED)), max_size=3),
       wrong=st.booleans())  # fmt: skip
def test_memory_is_one_as_it_is_in_one_process(engine, made, gives, steps, wrong):
    said: dict = {}
    program = [f"x = {made}", f"y = {gives}(x)", *(f"{does}({to})" for does, to in steps), "y += 1"]
    exec(CELL + "\n".join(program), said)
    facts = [
        f"assert x.tolist() == {said['x'].tolist()}",
        f"assert y.tolist() == {said['y'].tolist()}",
        f"assert (y is x) is {said['y'] is said['x']}",
        f"assert (memory(y) == memory(x)) is {memory(said['y']) == memory(said['x'])}",
    ]  # fmt: skip
    if wrong:
        facts[0] = f"assert x.tolist() == {(said['x'] + 1).tolist()}"
    in_stock, here = compared(engine, "\n".join(program + facts))
    assert in_stock == outcomes(here) == [not wrong], messages(here)


ALIKE = [
    "x = torch.zeros(2)\nbefore, where = x._version, x.data_ptr()\nassert add_(x) is x\n"
    "assert x._version > before and x.data_ptr() == where",
    "x = torch.zeros(2, 3)\ny = transposed(x)\nassert y._base is x and not y.is_contiguous()",
    "x = torch.zeros(3)\nkeep(x)\ntouch()\nassert x.tolist() == [7, 0, 0]",
    "y = computed([1., 2.])\nassert y.requires_grad and not y.is_leaf and y.grad_fn is not None",
    "with torch.no_grad(): y = leaf([1.])\nassert y.is_leaf and y.grad_fn is None",
    "net.zero_grad()\nloss_of().backward()\nassert net.weight.grad.tolist() == [[1, 1]]",
    "loss = loss_of()\nloss.backward(retain_graph=True)\nloss.backward()\n"
    "with pytest.raises(RuntimeError): loss.backward()",
    "net.zero_grad()\n(net(torch.ones(4, 2)) ** 2).mean().backward()\n"
    "assert all(p.grad is not None for p in net.parameters())",
]
OTHERWISE = [
    "y = computed([1., 2.])\nassert y.is_leaf or y.grad_fn is None",
    "net.zero_grad()\nloss_of().backward()\nassert net.weight.grad is None",
    "x = torch.zeros(2)\nassert copied(x).data_ptr() == x.data_ptr()",
    "x = torch.zeros(2)\nreplace(x)\nassert x._version",
]


def test_a_test_of_memory_and_graphs_finds_what_it_finds_in_one_process(engine):
    in_stock, here = compared(engine, *ALIKE, *OTHERWISE)
    assert in_stock == [True] * len(ALIKE) + [False] * len(OTHERWISE)
    assert outcomes(here) == in_stock, messages(here)


@pytest.mark.parametrize("place", [
    {"shape": [2], "strides": [1], "offset": 3}, {"shape": [3], "strides": [2], "offset": 0},
    {"shape": [2], "strides": [-1], "offset": 1}, {"shape": [-1], "strides": [1], "offset": 0},
    {"shape": [2], "strides": [], "offset": 0}, {"shape": [1], "strides": [1], "offset": None},
    {"shape": [2**20, 2**20], "strides": [0, 0], "offset": 0},
])  # fmt: skip
def test_no_view_reaches_beyond_its_tensor(place):
    with pytest.raises(EvidenceError):
        look(place, torch.zeros(4))
