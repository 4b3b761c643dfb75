"""The end of set-up: a small grading in a real sandbox, in a folder laid out like Gradescope's.

It shows that the environment works, and leaves behind what later runs find ready: compiled modules
of everything that a grading imports, and matplotlib's list of fonts.
"""

import json
import sys
import tempfile
from pathlib import Path

from autograder.gradescope import run

CELLS = (
    "import math, random, statistics, itertools, functools, collections, time, inspect\n"
    "import torch, numpy as np\nimport torch.nn.functional as F\nimport torch.optim, torch.func\n"
    "import matplotlib.pyplot as plt\n%matplotlib inline\nfrom matplotlib_inline import backend_inline",
    "x = torch.ones(3, requires_grad=True)\ny = x * x\ny.backward(gradient=torch.ones(3))",
    "fig, ax = plt.subplots()\nax.plot([1, 2], [3, 4], label='a')\nax.legend()\nplt.savefig('a.png')",
    "def f(a):\n    return (a * a).sum()",
    "f(torch.ones(2), 3)",
)
TEST = """from otter.test_files import test_case

OK_FORMAT = False
name = "q1"
points = 3

@test_case(points=1, hidden=False)
def test_gradient(x):
    assert x.grad.tolist() == [2, 2, 2]

@test_case(points=1, hidden=True)
def test_function(f):
    import torch
    from autograder import probes
    a = torch.tensor([1.0, 2.0], requires_grad=True)
    f(a).backward()
    assert a.grad.tolist() == [2, 4]
    assert probes.gradient(f, a).tolist() == [2, 4]

@test_case(points=1, hidden=True)
def test_plot(ax):
    import importlib, pkgutil
    from autograder import checks, probes
    for module in pkgutil.iter_modules(checks.__path__):
        importlib.import_module(f"autograder.checks.{module.name}")
    assert probes.drawing(ax).axes[0].curves[0].y.tolist() == [3, 4]
"""


def lay_out(root: Path) -> None:
    """Make Gradescope's folders with one test file and one notebook."""
    for name in ("source/tests", "submission", "results"):
        (root / name).mkdir(parents=True)
    (root / "source" / "tests" / "q1.py").write_text(TEST, encoding="utf-8")
    (root / "source" / "otter_config.json").write_text('{"show_hidden": true, "seed": 42}')
    cells: list[dict] = [
        {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "id": f"c{index}",
         "execution_count": None}
        for index, source in enumerate(CELLS)
    ]  # fmt: skip
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    (root / "submission" / "check.ipynb").write_text(json.dumps(notebook), encoding="utf-8")


def main() -> int:
    """Grade the small notebook; returns 0 when it gets full marks, else says what is wrong."""
    with tempfile.TemporaryDirectory(prefix="selfcheck-") as folder:
        root = Path(folder)
        lay_out(root)
        run.main(root)
        results = json.loads((root / "results" / "results.json").read_text(encoding="utf-8"))
    if results["score"] == 3:
        return 0
    texts = [results.get("output", ""), *(test.get("output", "") for test in results["tests"])]
    print("The small grading run failed:", *texts, sep="\n", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
