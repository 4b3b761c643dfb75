"""What a call reaches is told by what runs, not by how it is written or what a name is."""
# ruff: noqa: E501

import pytest
import torch

from autograder import probes

OWN = """
class Matrix:
    def __init__(self, A): self.A = A
    def {0}(self): return {1}
def f(A):
    return Matrix(A).{0}()
"""
REACHES = {
    "an attribute": ("def f(A):\n    return A.T", "T"),
    "an attribute whose name is put together": (
        "def f(A):\n    return getattr(A, 't'.upper())", "T"),
    "an attribute of an array": ("def f(A):\n    return np.array(A).T", "T"),
    "a helper under if": ("if True:\n    def g(A):\n        return A.mT\ndef f(A):\n    return g(A)",
                          "mT"),
    "a star import": ("from numpy.linalg import *\ndef f(A):\n    return norm(A.numpy())", "norm"),
    "an import in a try": (
        "try:\n    from numpy.linalg import norm as size\nexcept ImportError:\n    pass\n"
        "def f(A):\n    return size(A.numpy())", "norm"),
    "a tuple": ("size, root = np.linalg.norm, np.sqrt\ndef f(A):\n    return size(A.numpy())",
                "norm"),
    "a name put together": (
        "def f(A):\n    return getattr(np.linalg, 'no' + 'rm')(A.numpy())", "norm"),
    "a default argument": ("def f(A, size=torch.linalg.norm):\n    return size(A)", "linalg_norm"),
    "a lambda in a dict": ("way = {'x': lambda A: A.permute(1, 0)}\ndef f(A):\n    return way['x'](A)",
                           "permute"),
    "NumPy's newer name": ("def f(A):\n    return np.matrix_transpose(A.numpy())",
                           "matrix_transpose"),
    "a turn": ("def f(A):\n    return torch.rot90(A).flip(0)", "rot90"),
    "a function of C": ("import math\ndef f(A):\n    return math.dist([0, 0], [3, 4])", "dist"),
    "a ufunc": ("from numpy import *\ndef f(A):\n    return hypot.reduce(A.numpy().ravel())", "hypot"),
    "partial": ("import functools\nf = functools.partial(np.transpose, axes=(1, 0))\n"
                "g = f\ndef f(A):\n    return g(A.numpy())", "transpose"),
    "an index": ("def f(A):\n    return [row[0] for row in A.tolist()]", "[]"),
    "a tensor's method in one's own of the same name": (
        OWN.format("transpose", "self.A.clone().transpose(0, 1)"), "transpose"),
    "an array's method in one's own of the same name": (
        OWN.format("transpose", "np.array(self.A).transpose()"), "transpose"),
    "an array's property in one's own method of the same name": (
        OWN.format("T", "np.array(self.A).T"), "T"),
    "a library's function in one's own method of the same name": (
        OWN.format("transpose", "list(map(np.transpose, [self.A.numpy()]))"), "transpose"),
}  # fmt: skip
HONEST = {
    "a scratch line of the same name": ("At = torch.ones(2, 3).T\ndef f(A):\n    At = A + 1\n    return At",
                                        {"T"}),
    "a scratch helper": ("norm = torch.linalg.norm\ndef f(A):\n    norm = (A * A).sum()\n    return norm",
                         {"norm", "linalg_norm"}),
    "a parameter": ("B = torch.ones(2, 3).T\ndef f(B):\n    return B + 1", {"T"}),
    "a self-check": ("def f(A):\n    return A + 1\nassert f(torch.ones(1)).T is not None", {"T"}),
    "a way not taken": ("def f(A, slow=True):\n    return A + 1 if slow else A.T", {"T"}),
    "a field of one's own": (
        "from collections import namedtuple\nPair = namedtuple('Pair', 'T H')\n"
        "def f(A):\n    pair = Pair(A + 1, A)\n    return pair.T", {"T", "H"}),
    "what a library does inside": (
        "def f(A):\n    return np.expand_dims(A.numpy(), (0, 2))", {"normalize_axis_tuple"}),
    "an index of a shape": ("def f(A):\n    return A.shape[0] * 2", {"[]"}),
    "a field of one's own in a comprehension": (
        "class M:\n    def __init__(self, t): self.t = t\n"
        "    def rows(self): return [self.t[0] for _ in range(2)]\ndef f(A):\n    return M(A).rows()",
        {"t"}),
    "one's own method": (OWN.format("transpose", "[row[0] for row in self.A]"), {"transpose"}),
    "one's own method of a list's item": (
        OWN.format("permute", "1").replace("Matrix(A).", "[Matrix(A)][0]."), {"permute"}),
    "one's own function": ("def norm(A):\n    return A * 2\ndef f(A):\n    return norm(A)", {"norm"}),
}  # fmt: skip


def function_of(source):
    namespace = {"torch": torch, "__name__": "__main__"}
    exec(compile("import numpy as np\n" + source, "<cell>", "exec"), namespace)
    return namespace["f"]


@pytest.mark.parametrize("case", REACHES)
def test_what_runs_is_named(case):
    source, name = REACHES[case]
    assert name in probes.reached(function_of(source), torch.rand(2, 3))


@pytest.mark.parametrize("case", HONEST)
def test_what_does_not_run_is_not_named(case):
    source, names = HONEST[case]
    assert not names & set(probes.reached(function_of(source), torch.rand(2, 3)))
