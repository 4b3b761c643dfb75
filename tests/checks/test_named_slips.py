"""Each wrong answer is told what is the matter with it: answers as students write them, by slip."""

import math

import numpy as np
import pytest
import torch

from autograder import probes
from autograder.checks import graphs, handed, walks

grad = torch.autograd.grad


def slip_of(judge):
    with pytest.raises(AssertionError) as caught:
        judge()
    english, chinese = str(caught.value).split(" ‖ ")
    assert english.isascii() and not chinese.isascii()
    return english.partition("]")[0].removeprefix("[")


def without_create_graph(f, x, n):
    t = torch.tensor(x, requires_grad=True)
    y = f(t)
    for _ in range(n):
        y = grad(y, t, retain_graph=True)[0]
    return y


def without_a_leaf(f, x, n):
    t = torch.tensor(x)
    return grad(f(t), t, create_graph=True)[0]


def as_a_new_tensor(f, x, n):
    t = torch.tensor(x, requires_grad=True)
    y = f(t)
    for _ in range(n):
        (y,) = grad(y, t, create_graph=True)
        y = torch.tensor(y.item(), requires_grad=True)
    return y


def walked_n_times(f, x, n):
    t = torch.tensor(x, requires_grad=True)
    y = f(t)
    for _ in range(n):
        y.backward(retain_graph=True)
    return t.grad


def at_the_derivative(f, x, n):
    for _ in range(n):
        t = torch.tensor(x, requires_grad=True)
        f(t).backward()
        x = t.grad.item()
    return x


def of_the_iterated_function(f, x, n):
    y = t = torch.tensor(x, requires_grad=True)
    for _ in range(n):
        y = f(y)
    y.backward()
    return t.grad


def by_taylor(f, x, n):
    t = torch.tensor(x, requires_grad=True)
    y = f(t)
    for _ in range(n):
        (y,) = grad(y, t, create_graph=True)
    return y / math.factorial(n)


ORDERS = {
    "no-create-graph": without_create_graph,
    "no-leaf": without_a_leaf,
    "cut-from-the-graph": as_a_new_tensor,
    "n-walks": walked_n_times,
    "derivative-at-the-derivative": at_the_derivative,
    "iterated-function": of_the_iterated_function,
    "taylor-coefficient": by_taylor,
}


@pytest.mark.parametrize("slip", ORDERS)
def test_what_went_wrong_with_an_nth_derivative_is_named(slip):
    cases = [(torch.sin, 0.4, 1), (lambda x: torch.exp(x / 2) * x, 0.7, 2), (torch.sin, 0.3, 3)]
    assert slip_of(lambda: handed.require_orders(ORDERS[slip], cases)) == slip


def on_the_grid(change):
    def derivative(f, xs):
        t = torch.tensor(xs, requires_grad=True)
        return change(f, t)

    return derivative


GRIDS = {
    "mean-instead-of-sum": on_the_grid(lambda f, t: grad(f(t).mean(), t)[0]),
    "one-order-too-many": on_the_grid(
        lambda f, t: grad(grad(f(t).sum(), t, create_graph=True)[0].sum(), t)[0]
    ),
    "cut-to-integers": lambda f, xs: on_the_grid(lambda f, t: grad(f(t).sum(), t)[0])(
        f, np.trunc(xs)
    ),
    "function-instead-of-derivative": on_the_grid(lambda f, t: f(t).detach()),
    "doubled": on_the_grid(lambda f, t: 2 * grad(f(t).sum(), t)[0]),
}


@pytest.mark.parametrize("slip", GRIDS)
def test_what_went_wrong_with_a_derivative_on_a_grid_is_named(slip):
    cases = [(lambda x: torch.exp(x / 3) * x, np.linspace(-2.2, 2.3, 7))]
    assert slip_of(lambda: handed.require_on_grids(GRIDS[slip], cases)) == slip


def walked(a, f, weights, times=1):
    leaf = a.detach().clone().requires_grad_()
    y = f(leaf)
    for _ in range(times):
        y.backward(weights, retain_graph=True)
    return leaf.grad


def into_the_argument(f, a, weights):
    a.requires_grad_()
    f(a).backward(weights)
    return a.grad


PRODUCTS = {
    "doubled": lambda f, a, w: walked(a, f, w, times=2),
    "accumulated-gradient": into_the_argument,
    "mean-instead-of-sum": lambda f, a, w: walked(a, f, w / w.numel()),
    "weights-normalised": lambda f, a, w: walked(a, f, w / w.sum()),
    "weights-ignored": lambda f, a, w: walked(a, f, torch.ones_like(w)),
}


@pytest.mark.parametrize("slip", PRODUCTS)
def test_what_went_wrong_with_a_product_is_named(slip):
    cases = [(lambda x: x * x.sum(), torch.tensor([1.0, 2.0, -4.0]))]
    assert slip_of(lambda: walks.require_products(PRODUCTS[slip], cases)) == slip


def reached(tensor, seen=None):
    seen, waiting = set() if seen is None else seen, [tensor.grad_fn]
    while waiting:
        node = waiting.pop()
        if node is not None and node not in seen:
            seen.add(node)
            waiting += [parent for parent, _ in node.next_functions]
    return seen


def paths(node):
    return 0 if node is None else 1 + sum(paths(parent) for parent, _ in node.next_functions)


def depth(node):
    parents = [parent for parent, _ in node.next_functions if parent is not None]
    return 1 + max(map(depth, parents), default=0)


def new_ones(three):
    seen, counts = set(), []
    for tensor in three:
        before = len(seen)
        counts.append(len(reached(tensor, seen)) - before)
    return counts


def so_far(three):
    seen = set()
    return [len(reached(tensor, seen)) for tensor in three]


def each(count):
    return lambda three: [count(tensor) for tensor in three]


COUNTS = {
    "one-node-missing": each(lambda t: len(reached(t)) - 1),
    "shared-nodes-counted-twice": each(lambda t: paths(t.grad_fn)),
    "longest-path": each(lambda t: depth(t.grad_fn)),
    "edges-counted": each(
        lambda t: sum(p is not None for n in reached(t) for p, _ in n.next_functions)
    ),
    "kinds-counted": each(lambda t: len({node.name() for node in reached(t)})),
    "sine-for-every-function": lambda three: [2, 3, 4],
}
LATER = COUNTS | {"one-set-for-all-graphs": new_ones, " one-set-for-all-graphs": so_far}
EXPRESSIONS = (
    "torch.sin(x) * x",
    "torch.sin(x) * torch.cos(x)",
    "x / (x + 2)",
    "(lambda c: c * c)(torch.exp(1.5 * x)) * x",
)


def counted(way):
    calls = [(probes.function(expression), 0.8) for expression in EXPRESSIONS]
    found = []
    for f, x in calls:
        t = torch.tensor(x, requires_grad=True)
        y = f(t)
        (dy,) = grad(y, t, create_graph=True)
        found.append(way((y, dy, grad(dy, t, create_graph=True)[0])))
    return found, [graphs.sizes(f, x) for f, x in calls]


@pytest.mark.parametrize("slip", COUNTS)
def test_what_was_counted_instead_of_the_nodes_of_y_is_named(slip):
    found, known = counted(COUNTS[slip])
    judge = graphs.require_size_of_y
    assert slip_of(lambda: judge([three[0] for three in found], known)) == slip


@pytest.mark.parametrize("slip", LATER)
def test_what_was_counted_instead_of_the_nodes_of_the_derivatives_is_named(slip):
    found, known = counted(LATER[slip])
    judge = graphs.require_sizes_of_derivatives
    assert slip_of(lambda: judge([tuple(three[1:]) for three in found], known)) == slip.strip()


def test_right_counts_of_nodes_pass():
    found, known = counted(each(lambda t: len(reached(t))))
    graphs.require_size_of_y([three[0] for three in found], known)
    graphs.require_sizes_of_derivatives([tuple(three[1:]) for three in found], known)
