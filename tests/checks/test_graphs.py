"""Nodes of autograd graphs are counted once each, and once per path."""

from autograder import probes
from autograder.checks import graphs


def test_the_sine_has_two_three_and_four_nodes():
    found = graphs.sizes(probes.function("torch.sin(x)"), 0.8)
    assert found.ways[0] == (2, 3, 4) and found.slips["shared-nodes-counted-twice"][0][0] == 2


def test_a_shared_node_counts_once_and_a_path_each_time():
    found = graphs.sizes(probes.function("(lambda c: c * c)(torch.cos(x))"), 0.8)
    assert (found.y, found.slips["shared-nodes-counted-twice"][0][0]) == (3, 5)


def test_both_ways_to_the_derivatives_are_counted():
    found = graphs.sizes(probes.function("torch.sin(x) * x"), 0.8)
    assert all(count > found.y for pair in found.of_derivatives for count in pair)


def test_one_derivative_may_be_taken_by_grad_and_the_other_by_backward():
    found = graphs.sizes(probes.function("torch.sin(x)"), 0.8)
    assert found.of_derivatives == {(3, 4), (4, 5), (4, 4), (3, 5)}
