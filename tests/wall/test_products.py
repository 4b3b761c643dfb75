"""Products straight from torch's engine are those of ``torch.autograd.grad``."""

import subprocess
import sys

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.wall.products import products

FUNCTIONS = {
    "sum": lambda x, y: [x.sum() + y.sum()],
    "mixed": lambda x, y: [x * y.sin(), x.exp()],
    "the second alone": lambda x, y: [y * y],
    "straight": lambda x, y: [x * 2.0],
    "neither": lambda x, y: [x.detach() + 1],
    "cut and whole": lambda x, y: [x.detach(), (x * y) ** 3],
    "complex": lambda x, y: [torch.complex(x, y) ** 2],
}
shapes = st.sampled_from([(), (1,), (3,), (2, 2)])


def drawn(shape, seed, needs=True):
    made = torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return made.requires_grad_(needs)


@settings(deadline=None)
@given(st.sampled_from(sorted(FUNCTIONS)), shapes, st.integers(0, 99), st.booleans(), st.booleans())
def test_they_are_what_torch_gives(name, shape, seed, second, further):
    x, y = drawn(shape, seed), drawn(shape, seed + 1, needs=second)
    results = FUNCTIONS[name](x, y)
    weights = [torch.ones_like(result) * (place + 2) for place, result in enumerate(results)]
    found = products(results, [x, y], weights, further)
    roots = [(result, weight) for result, weight in zip(results, weights) if result.requires_grad]
    leaves = [leaf for leaf in (x, y) if leaf.requires_grad]
    wanted = [torch.zeros_like(x), torch.zeros_like(y)]
    if roots:
        walked = torch.autograd.grad(
            *(list(part) for part in ([r for r, _ in roots], leaves, [w for _, w in roots])),
            retain_graph=True, create_graph=further, materialize_grads=True,
        )  # fmt: skip
        wanted[: len(walked)] = walked
    for one, other in zip(found, wanted):
        assert torch.equal(one, other)
        if one.grad_fn is not None or not further:
            assert (one.grad_fn is None) == (other.grad_fn is None)
    again = products(results, [x, y], weights, further)
    assert all(map(torch.equal, found, again))


@settings(deadline=None)
@given(shapes, shapes, st.booleans())
def test_a_weight_of_another_shape_or_kind_is_refused_as_by_torch(shape, other, complex_too):
    x = drawn(shape, 0)
    weight = torch.ones(other, dtype=torch.complex128 if complex_too else torch.float64)
    if shape == other and not complex_too:
        assert torch.equal(products([x * 3], [x], [weight])[0], weight * 3)
        return
    for walk in (products, torch.autograd.grad):
        with pytest.raises(RuntimeError):
            walk([x * 3], [x], [weight])


def test_a_walk_loads_no_algebra():
    code = (
        "import sys, torch; from autograder.wall.products import products; "
        "x = torch.tensor(2.0, requires_grad=True); "
        "print(products([x * x], [x], [torch.tensor(1.0)])[0].item(), 'sympy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["4.0", "False"]
