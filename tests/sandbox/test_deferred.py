"""torch.func runs without the compiler, and whoever wants the compiler gets it."""

import subprocess
import sys

import pytest

START = """
import sys, torch
from autograder.sandbox.deferred import defer_compiler
defer_compiler()
x = torch.ones(3)
cube = lambda x: (x ** 3).sum()
"""
CASES = {
    "grad": ("print(torch.func.grad(cube)(x).tolist())", "[3.0, 3.0, 3.0]", False),
    "vmap": ("print(torch.func.vmap(torch.func.grad(torch.sin))(0 * x).tolist())",
             "[1.0, 1.0, 1.0]", False),
    "jvp": ("print(torch.func.jvp(cube, (x,), (x,))[1].item())", "9.0", False),
    "hessian": ("print(torch.func.hessian(cube)(x).diag().tolist())", "[6.0, 6.0, 6.0]", False),
    "jacfwd twice": ("twice = torch.func.jacfwd(torch.func.jacfwd(torch.exp))\n"
                     "print(twice(0 * x).sum().item())", "3.0", False),
    "after a marked function": ("torch.func.hessian(cube)(x)\nimport torch._dynamo.config\n"
                                "print(torch._dynamo.__name__)", "torch._dynamo", True),
    "compile": ("torch.func.hessian(cube)(x)\n"
                "print(torch.compile(cube, backend='eager')(x).item())", "3.0", True),
    "import": ("import torch._dynamo.config\nprint(torch._dynamo.__name__)", "torch._dynamo", True),
    "attribute": ("print(torch._dynamo.is_compiling())", "False", True),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_compiler_is_loaded_only_for_whoever_needs_it(name):
    source, printed, loaded = CASES[name]
    code = f"{START}\n{source}\nprint('torch._dynamo' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split("\n")[:2] == [printed, str(loaded)], done.stderr
