"""What no test case may take the scorer with it by: a stack too deep, memory read as a tensor."""

import pytest

from autograder.model import Status
from autograder.scoring.assignment import Assignment
from tests.running import grade, outcomes, test_file


def test_a_test_that_calls_too_deep_fails_alone(engine):
    cell = "class Box:\n    def __init__(self): self.n = 1\nbox = Box()\ndef one(): return 1"
    deep = "def test_deep(box):\n    def again():\n        return box.n + again()\n    again()"
    caught = (
        "def test_caught(box):\n    def again():\n        return box.n + again()\n"
        "    try:\n        again()\n    except RecursionError:\n        pass"
    )
    after = "def test_after(one):\n    assert one() == 1"
    again = after.replace("test_after", "test_again")
    tests = Assignment(
        "demo", "d", {"show_hidden": True}, {"q1": test_file("q1", deep, after, caught, again)}, {},
        is_foreign=True,
    )  # fmt: skip
    graded = grade(engine, tests, (cell, "q1"))
    assert graded.status is Status.COMPLETED
    found = outcomes(graded)
    assert [found[0], found[1], found[3]] == [False, True, True]


UNREAD = """
import torch
class G(torch.Generator): pass
class Yes(torch.Tensor):
    @classmethod
    def __torch_function__(cls, *args, **kwargs): return True
class Summed(torch.Tensor):
    def sum(self): return torch.tensor(5.0)
own, yes, summed = G(), torch.zeros(2).as_subclass(Yes), torch.zeros(2).as_subclass(Summed)
sparse, memory = torch.eye(3).to_sparse(), torch.zeros(3).untyped_storage()
"""
READS = (
    "torch.rand(1, generator=own)", "torch.as_tensor(yes)", "torch.allclose(yes, torch.ones(2))",
    "torch.sum(summed)", "torch.tensor(summed)", "torch.sparse.sum(sparse)", "torch.tensor(memory)",
    "torch.stack([yes, yes])", "torch.nn.Parameter(yes)", "torch.nn.functional.relu(sparse)",
    "torch.is_tensor(yes) or True", "torch.ones(2) + yes", "torch.ones(2).copy_(summed)",
)  # fmt: skip


@pytest.mark.parametrize("read", READS)
def test_torch_never_takes_a_stand_in_for_memory_of_its_own(engine, read):
    case = f"def test_read(own, yes, summed, sparse, memory):\n    import torch\n    {read}"
    known = "def test_known(yes, own):\n    import torch\n    assert isinstance(yes, torch.Tensor)"
    sources = {"q1": test_file("q1", case, known)}
    tests = Assignment("demo", "d", {"show_hidden": True}, sources, {}, is_foreign=True)
    graded = grade(engine, tests, (UNREAD, "q1"))
    assert graded.status is Status.COMPLETED
    assert outcomes(graded) == [False, True]
