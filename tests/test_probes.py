"""Calls are recorded by name, and many questions are answered as if they were asked one by one."""

import math
from collections import deque, namedtuple
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from autograder import probes

CALLS = {
    "a method": (lambda a: a.sum(), ("sum",)),
    "a function": (lambda a: torch.sin(a), ("sin",)),
    "a property that computes": (lambda a: a.T.clone(), ("T", "clone")),
    "a property whose name is made up": (lambda a: getattr(a, "t".upper()), ("T",)),
    "a property that only tells": (lambda a: (a.shape, a.dtype, a.grad), ()),
}


@pytest.mark.parametrize("case", CALLS)
def test_operations_are_named_in_order(case):
    function, names = CALLS[case]
    assert probes.operations(function, torch.ones(2, 3)) == names


def test_watched_functions_are_as_before_after_a_recording():
    before = np.sin, math.sin

    def fails(x):
        np.sin(0)
        raise ValueError

    assert "sin" in probes.operations(lambda x: np.sin(math.sin(x)), 1.0)
    with pytest.raises(ValueError):
        probes.operations(fails, 1.0)
    assert (np.sin, math.sin) == before


def root(x):
    if x < 0:
        raise ValueError("negative")
    return x**0.5


def test_answers_before_an_error_are_seen():
    found = probes.results(root, [(4,), (9,), (-1,), (16,)])
    assert [next(found), next(found)] == [2, 3]
    with pytest.raises(ValueError, match="negative"):
        next(found)


def test_several_probes_answer_in_turn():
    calls = [(4,), (-1,)]
    some, error, calls_made = probes.together(
        (probes.results, root, calls), (probes.error_of, root, -1), (probes.errors_of, root, calls)
    )
    assert next(some) == 2
    with pytest.raises(ValueError):
        next(some)
    assert error.is_a("ValueError")
    assert calls_made[0] is None and calls_made[1].is_a("ValueError")


def test_what_a_probe_raises_does_not_hide_the_one_before():
    told = probes.together((probes.outputs, root, torch.ones(2)), (probes.state, 3))
    assert [float(y) for y in next(told)] == [1, 1]
    with pytest.raises(TypeError):
        next(told)


@pytest.mark.parametrize(
    "answer", [[], [1.0], [1.0, None], [None], [1.0, 2.0], True, (1.0, 2.0, None)]
)
def test_too_few_answers_are_refused(answer):
    class Session:
        def probe(self, name, args, kwargs):
            return answer

    f = SimpleNamespace(_autograder_session=Session())
    with pytest.raises(AssertionError):
        list(probes.results(f, [(1,), (2,)]))


GRADIENTS = {
    "a scalar": (lambda x: (x * x).sum(), 5, [2, 4]),
    "a change in place": (lambda x: x.mul_(2).sum(), 6, RuntimeError),
    "a cut graph": (lambda x: x.detach().sum(), 3, RuntimeError),
    "a plain number": (lambda x: float(x.sum()), 3, AttributeError),
    "a constant": (lambda x: torch.ones(1, requires_grad=True).sum(), 1, None),
}


@pytest.mark.parametrize("case", GRADIENTS)
def test_a_function_gives_its_value_and_its_gradient(case):
    f, value, gradient = GRADIENTS[case]
    ((y, found),) = probes.outputs_and_gradients(f, [torch.tensor([1.0, 2.0])])
    assert float(y) == value
    if isinstance(gradient, type):
        assert isinstance(found, gradient)
    else:
        assert (found if found is None else found.tolist()) == gradient


def test_one_number_is_told_as_such():
    assert probes.numbers(torch.sum, torch.ones(2, 3)) == [3.0, 3.0]
    assert probes.numbers(lambda x: x, [torch.ones(2)])[0].tolist() == [1, 1]


@pytest.mark.parametrize("source, said", [
    ("y = torch.cos(x)", True), ("from math import cos as f", True), ("torch.ｃos(x)", True),
    ("getattr(torch, 'c' 'os')(x)", True), ("attrgetter('\\x63os')", True), ("y = sin(x)", False),
])  # fmt: skip
def test_a_cell_that_can_name_something_is_looked_at(source, said):
    assert probes.may_name("cos", ["x = 1", source]) == said


EFFECTS = {  # what a function does -> whether its argument stays, and whether memory is shared
    "a new tensor": (lambda A: A + 1, True, False),
    "a view": (lambda A: A.T, True, True),
    "the argument": (lambda A: A, True, True),
    "a change in place": (lambda A: A.mul_(2).clone(), False, False),
    "a number": (lambda A: 3, True, False),
}


@pytest.mark.parametrize("case", EFFECTS)
def test_a_call_is_judged_by_what_it_leaves_too(case):
    function, stays, shares = EFFECTS[case]
    given = torch.ones(2, 3)
    [(_, [left], shared)] = probes.effects(function, [(given,)])
    assert torch.equal(given, torch.ones(2, 3)), "the test's own tensor is never handed out"
    assert (torch.equal(left, given), shared) == (stays, shares)


def test_an_error_of_one_call_stands_in_its_place():
    (first, *_), (second, *_) = probes.effects(root, [(-1,), (4,)])
    assert (first.type, second) == ("ValueError", 2)


Lengths = namedtuple("Lengths", "rows columns")
SEQUENCES = {
    "a namedtuple": (Lengths(2, 3), (2, 3)),
    "a size": (torch.Size([2, 3]), (2, 3)),
    "a range": (range(3), [0, 1, 2]),
    "namedtuples in a list": ([Lengths(2, 3)], [(2, 3)]),
    "NumPy's string": ([np.str_("A")], ["A"]),
    "a number": (3, 3),
}


@pytest.mark.parametrize("case", SEQUENCES)
def test_a_sequence_is_read_whatever_its_class(case):
    value, plain = SEQUENCES[case]
    found = probes.items(value)
    assert found == plain and type(found) is type(plain)


GIVERS = {
    "a generator": lambda n: (i for i in range(n)),
    "a map": lambda n: map(int, range(n)),
    "a dict's values": lambda n: {str(i): i for i in range(n)}.values(),
    "a dict's keys": lambda n: dict.fromkeys(range(n)).keys(),
    "a deque": lambda n: deque(range(n)),
}


@pytest.mark.parametrize("case", GIVERS)
def test_what_gives_items_one_by_one_is_read_where_it_was_returned(case):
    [(found, *_)] = probes.effects(GIVERS[case], [(3,)])
    assert found == [0, 1, 2] == list(probes.results(GIVERS[case], [(3,)]))[0]


def test_what_a_call_gave_is_told_as_it_was_before_the_next_arguments():
    buffer = torch.zeros(2)
    f = lambda x: buffer.copy_(x)  # noqa: E731
    ones, twos = probes.answered_twice(f, [(torch.ones(2),), (2 * torch.ones(2),)])
    assert ones[0].tolist() == ones[1].tolist() == [1, 1] and ones[3]
    assert twos[0].tolist() == twos[1].tolist() == [2, 2] and twos[3]
