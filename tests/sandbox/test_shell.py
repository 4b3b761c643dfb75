"""The shell of the sandbox reads and runs cells as IPython does."""

import builtins
import contextlib
import getpass
import io
import subprocess
import sys
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from autograder.course import ROOT
from autograder.sandbox.shell import Shell, Transformers, forget_session, run_cell
from autograder.sandbox.streams import BoundedText

PIECES = (
    "x = 1", "x % y", "%pwd", "%%time", "y = %pwd", "!ls", "z = !ls", "len?", "?len", "x??",
    ",f a b", ";f a b", "/f 1", "f(", ")", "'''", '"%"', "# why?", "# no!", "    ", "\t", "\n",
    "\n\n", ">>> ", "... ", "In [1]: ", "...: ", "if x:", "\\", "a != b", "é", "lambda: 0", "@f",
)  # fmt: skip


def read(manager, cell: str):
    try:
        return manager.transform_cell(cell)
    except SyntaxError as error:
        return type(error)


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_every_cell_is_read_as_ipython_reads_it(cell):
    assert read(Transformers(), cell) == read(TransformerManager(), cell)


STATEMENTS = (
    "x = 1", "x += 1", "x", "print(x)", "y = x", "y", "del x", "1 / 0", "return 5", "break",
    "global x", "nonlocal y", "from __future__ import annotations", "import math", "math.pi;",
    "def f(a: unknown):\n    return a", "f(2)", "async def g():\n    return 3", "await g()",
    "[await g() for _ in range(2)]", "class A:\n    z = x", "for i in range(2):\n    print(i)",
    "if x:\n    y = 'two'", "raise SystemExit", "assert x == 2, 'no'", "(x := 5)", "x =", "'text'",
    "# a remark", "", "   ",
)  # fmt: skip


NAMES = ("x", "y", "z", "i", "A", "f", "g", "_", "In", "_i", "_ii", "_iii", "_i1", "_i2")


def make(shell_class):
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "NoColor"
    config.InteractiveShell.xmode = "Minimal"
    return shell_class(config=config)


@pytest.fixture(scope="module")
def shells():
    # No instance of IPython's singleton: another test may make that one.
    yield make(Shell), make(InteractiveShell)


def run(shell, cells):
    """Return what cells print, how each ends and what they leave behind."""
    printed, ends = io.StringIO(), []
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for cell in cells:
                result = shell.run_cell(cell, store_history=True)
                ends.append((type(result.error_before_exec), type(result.error_in_exec)))
    left = {name: repr(shell.user_ns.get(name)).split(" at 0x")[0] for name in NAMES}
    left["count"] = str(shell.execution_count)
    forget_session(shell)
    shell.compile.reset_compiler_flags()
    return printed.getvalue(), ends, left


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(st.sampled_from(STATEMENTS), min_size=1, max_size=6), max_size=3))
def test_every_cell_is_run_as_ipython_runs_it(shells, cells):
    texts = ["\n".join(statements) for statements in cells]
    ours, theirs = (run(shell, texts) for shell in shells)
    assert ours == theirs


def test_warming_up_leaves_no_trace():
    """In a child: this process's own torch may have run autograd already."""
    script = """
import torch
before = torch.get_rng_state()
from autograder.sandbox.warmth import warm_up
import matplotlib.pyplot as plt
shell = warm_up()
assert torch.equal(torch.get_rng_state(), before), "torch's generator moved"
assert not plt.get_fignums(), "a figure is open"
assert not {"slope", "vector", "error"} & set(shell.user_ns), "names are left"
assert shell.execution_count == 1
x = torch.ones(2, requires_grad=True)
import os
child = os.fork()
if not child:
    x.sum().backward()
    os._exit(x.grad.tolist() != [1, 1])
assert os.waitpid(child, 0)[1] == 0, "autograd is refused in a child"
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert not done.returncode, done.stderr


STEPS = st.lists(st.integers(0, 4), min_size=1, max_size=5)


@settings(deadline=None, max_examples=20)
@given(STEPS)
def test_tasks_that_a_cell_leaves_go_on_before_the_next(steps):
    """However many turns of the loop each of them needs."""
    shell, output = make(Shell), BoundedText(1000)
    tasks = [f"asyncio.create_task(wait({count}))" for count in steps]
    wait = "    for _ in range(n):\n        await asyncio.sleep(0)\n    done.append(n)"
    run_cell(
        shell,
        f"import asyncio\ndone = []\nasync def wait(n):\n{wait}\nt = [{', '.join(tasks)}]",
        output,
        None,
    )
    assert shell.user_ns["done"] == sorted(steps)
    assert run_cell(shell, "[task.result() for task in t]", output, None).error is None
    shell.loop.made.close()


NESTED = (
    "%%capture kept\nz = 1", "r = get_ipython().run_cell('z = 1').success",
    "get_ipython().run_cell_magic('capture', 'kept', 'z = 1')", "%%prun -q\nz = 1",
    "get_ipython().run_cell('z = 1 / 0').success", "get_ipython().run_cell('z =').success",
    "%macro -q m 1", "%%time\nz = 1", "get_ipython().ex('z = 1')", "y = get_ipython().ev('x')",
)  # fmt: skip


@given(st.lists(st.sampled_from(NESTED), max_size=4))
@settings(deadline=None, max_examples=25)
def test_a_cell_within_a_cell_runs_as_before_anything_was_awaited(cells):
    """Whatever runs it, by whatever way."""
    found = []
    for first in ("x = 1", "import asyncio\nx = await asyncio.sleep(0, 1)"):
        shell, output = make(Shell), BoundedText(100_000)
        errors = [run_cell(shell, cell, output, None).error for cell in (first, *cells)]
        left = {name: shell.user_ns.get(name) for name in ("x", "y", "z", "r")}
        captured = getattr(shell.user_ns.get("kept"), "stdout", None)
        found.append((errors, left, captured))
        if shell.loop.made:
            shell.loop.made.close()
    assert found[0] == found[1]


@pytest.mark.parametrize(("name", "module"), [("input", builtins), ("getpass", getpass)])
def test_a_question_to_the_student_is_the_kernels_in_each_cell(name, module, monkeypatch):
    monkeypatch.setitem(vars(builtins), "input", None)
    monkeypatch.setitem(vars(getpass), "getpass", None)
    shell, output = make(Shell), BoundedText(1000)
    place = f"{module.__name__}.{name}"
    cell = f"import {module.__name__}\n{place} = lambda: 5\nx = {place}()"
    assert run_cell(shell, cell, output, None).error is None and shell.user_ns["x"] == 5
    refused = run_cell(shell, f"{place}()", output, None).error
    assert refused.startswith("StdinNotImplementedError")
