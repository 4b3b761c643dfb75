"""What a function uses is found in its definition and those that it reaches, nowhere else."""

import pytest

from autograder.checks.sources import attributes_used_by

USES = {
    "attribute": (["def f(A):\n    return A.T"], {"T"}),
    "by a string": (["def f(A):\n    return getattr(A, 'T')"], {"T"}),
    "by a getter": (
        ["import operator", "def f(A):\n    return operator.attrgetter('data.T')(A)"],
        {"attrgetter", "data", "T"},
    ),
    "by a caller": (
        ["from operator import methodcaller", "f = lambda A: methodcaller('permute', 1, 0)(A)"],
        {"methodcaller", "permute"},
    ),
    "any other string is none": (["def f(A):\n    return print('T', A)"], set()),
    "a local name is none": (["def f(A):\n    T = A\n    return T"], set()),
    "lambda": (["f = lambda A: A.T"], {"T"}),
    "bound function": (["import torch\nf = torch.t"], {"t"}),
    "helper": (["def g(A):\n    return A.T\n", "def f(A):\n    return g(A)"], {"T"}),
    "imported name": (["from torch import t as flip", "def f(A):\n    return flip(A)"], {"t"}),
    "import inside": (["def f(A):\n    from torch import t\n    return t(A)"], {"t"}),
    "last definition counts": (["def f(A):\n    return A.T", "def f(A):\n    return A"], set()),
    "elsewhere": (["def f(A):\n    return A\n\n\nassert f(A) == A.T", "A.T"], set()),
    "recursion": (["def f(A):\n    return f(A.mT)"], {"mT"}),
    "magic": (["%matplotlib inline\n!ls\ndef f(A):\n    return A.T"], {"T"}),
    "broken cell": (["def f(A:", "def f(A):\n    return A.T"], {"T"}),
    "undefined": (["x = 1"], set()),
}


@pytest.mark.parametrize("name", USES)
def test_what_a_function_uses(name):
    sources, expected = USES[name]
    assert attributes_used_by("f", sources) == expected
