"""Leaves that both sides hold: what one side writes into them, the other finds."""

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.errors import EvidenceError
from autograder.wall.leaves import MOST, Leaves, inputs_in


class Sides:
    """A scorer's leaves and a notebook's, which tell each other."""

    def __init__(self, tensors):
        self.tensors = tensors, copy.deepcopy(tensors)
        self.leaves = Leaves(weak=True), Leaves(weak=False)
        for number, pair in enumerate(zip(*self.tensors), 1):
            for leaves, tensor in zip(self.leaves, pair):
                leaves.hold(number, tensor)

    def tell(self):
        """Let the scorer make a request, and the notebook its reply."""
        scorer, notebook = self.leaves
        notebook.take(scorer.told(), lambda number: self.tensors[1][number - 1])
        scorer.take(notebook.told())


STEPS = {
    "no_grad": lambda t: torch.no_grad()(t.mul_)(2),
    "data": lambda t: t.data.add_(1),
    "replaced": lambda t: setattr(t, "data", torch.zeros_like(t)),
    "walked": lambda t: t.requires_grad and (t * t.detach()).sum().backward(),
    "frozen": lambda t: t.requires_grad_(not t.requires_grad),
    "none": lambda t: setattr(t, "grad", None),
    "zeroed": lambda t: t.grad is not None and t.grad.zero_(),
    "not a number": lambda t: t.data.fill_(float("nan")),
}


def plain(leaf):
    """Return all of a leaf as text, in which what is not a number is equal to itself."""
    grad = None if leaf.grad is None else leaf.grad.tolist()
    return repr((leaf.tolist(), grad, leaf.dtype, leaf.requires_grad))


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 2), st.sampled_from(sorted(STEPS)))))
def test_two_sides_hold_what_one_process_would(steps):
    made = [
        torch.tensor([1.0, -2.0], requires_grad=True),
        torch.nn.Parameter(torch.ones(2, 3, dtype=torch.bfloat16)),
        torch.zeros(0, dtype=torch.float64, requires_grad=True),
    ]
    model, sides = copy.deepcopy(made), Sides(made)
    for side, one, step in steps:
        for tensor in (sides.tensors[side][one], model[one]):
            STEPS[step](tensor)
        sides.tell()
        for both in zip(*sides.tensors, model):
            here, there, alone = map(plain, both)
            assert here == there == alone


def test_what_autograd_counts_on_one_side_it_counts_on_the_other():
    sides = Sides([torch.ones(2, requires_grad=True)])
    here, there = (tensors[0] for tensors in sides.tensors)
    for change, counts in (("data", 0), ("no_grad", 1)):
        before = there._version
        STEPS[change](here)
        sides.tell()
        assert there._version - before == counts and there.tolist() == here.tolist()


def test_a_leaf_that_the_test_let_go_of_is_no_longer_looked_after():
    sides = Sides([torch.ones(2, requires_grad=True), torch.zeros(1, requires_grad=True)])
    del sides.tensors[0][0]
    sides.tell()
    sides.tell()
    assert [*sides.leaves[0].held] == [*sides.leaves[1].held] == [2]


def test_what_is_held_is_bounded():
    leaves = Leaves(weak=False)
    tensors = [torch.ones(1, requires_grad=True) for _ in range(MOST + 5)]
    numbers = [leaves.own_number(tensor) for tensor in tensors]
    assert None in numbers and len(leaves.told()) == MOST
    assert Leaves(weak=False).own_number(torch.ones(2**21, requires_grad=True)) is None


class Lying(torch.Tensor):
    pass


def test_only_exact_kinds_of_this_layout_are_held():
    leaves = Leaves(weak=False)
    sparse = torch.eye(2).to_sparse().requires_grad_()
    assert leaves.own_number(sparse) is None
    assert leaves.own_number(torch.ones(1).as_subclass(Lying).requires_grad_()) is None


MALFORMED = [
    None, 7, {}, [1], [[1, None, False, False]], [[1, None, False, 0, None]],
    [["1", None, False, False, None]], [[1, "text", False, False, None]],
    [[1, None, True, False, None]], [[1, b"short", False, False, None]],
    [[1, None, b"short", False, None]], [[1, None, False, False, 1]],
    [[1, None, False, False, None]] * (2 * MOST + 1),
]  # fmt: skip


@pytest.mark.parametrize("told", MALFORMED, ids=lambda told: repr(told)[:30])
def test_a_malformed_message_is_refused(told):
    sides = Sides([torch.ones(2, requires_grad=True)])
    with pytest.raises(EvidenceError):
        sides.leaves[0].take(told)
    assert sides.tensors[0][0].tolist() == [1, 1]


def test_a_number_that_nobody_gave_is_nothing():
    sides = Sides([torch.ones(2, requires_grad=True)])
    sides.leaves[0].take([[9, b"12345678", None, True, None], [-3, None, None, False, True]])
    assert sides.tensors[0][0].tolist() == [1, 1]


def test_inputs_are_found_in_the_same_order_on_either_side():
    a, b = (torch.ones(1, requires_grad=True) for _ in range(2))
    tree = ((a, [b, {"x": a}], torch.ones(1)), {"k": (b,)})
    assert [id(one) for one in inputs_in(tree)] == [id(one) for one in (a, b, a, b)]


def test_a_detached_leaf_is_known_by_its_memory_once_both_sides_have_the_leaf():
    leaf = torch.ones(3, requires_grad=True)
    scorer, notebook = Leaves(weak=True), Leaves(weak=False)
    for leaves, number in ((scorer, 1), (notebook, -1)):
        leaves.hold(number, leaf)
    assert notebook.looked_at(leaf.detach()[1:]) == -1 and scorer.looked_at(leaf.detach()) is None
    scorer.take([])
    assert scorer.looked_at(leaf.detach()) == 1
    assert scorer.looked_at(torch.ones(3)) is scorer.looked_at(torch.ones(0)) is None


def test_a_leaf_that_is_named_no_more_is_not_taken_for_known():
    scorer, notebook = Leaves(weak=True), Leaves(weak=False)
    test_s, students = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    number = scorer.own_number(test_s)
    notebook.adopt(number, students)
    notebook.take(scorer.told(), lambda number: None)
    assert number in notebook.named
    scorer.clear()
    notebook.fresh.clear()
    notebook.take(scorer.told(), lambda number: None)
    assert number not in notebook.named and number not in notebook.held
