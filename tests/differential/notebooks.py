"""Notebooks as people write them, made from one line each, and the small assignment they answer.

A case is a list of pairs: where a cell goes, and what stands in it. ``start of``, ``end of``,
``before``, ``after`` and ``instead of`` are followed by the id of a cell of :data:`CELLS`, or by
``previous``, the cell of the pair before it.
"""

import copy
from pathlib import Path

import tomllib

HERE = Path(__file__).resolve().parent
RECORD = HERE / "record.json"
CELLS = {
    "setup": "import math\nimport numpy as np\nimport torch\nimport matplotlib.pyplot as plt\n"
    'import otter\ngrader = otter.Notebook("nb.ipynb")',
    "q1-answer": "def square(x):\n    return x * x",
    "q2-answer": "total = sum(square(n) for n in range(5))",
    "q3-answer": "x = torch.ones(3, requires_grad=True)\nsquare(x).sum().backward()\n"
    "slope = x.grad",
    "q4-answer": "xs = torch.arange(-2, 2, 0.5)\nfig, ax = plt.subplots()\n"
    "ax.plot(xs, square(xs), label='square')\nax.legend()\nplt.show()",
    "q5-answer": "answer = 'b'",
}
HEAD = "from otter.test_files import test_case\nOK_FORMAT = False\nname = {name!r}\npoints = None\n"
CASES = {
    "q1": ("def case(square):\n    assert square(3) == 9",
           "def case(square):\n    import torch\n"
           "    assert square(torch.tensor([1.0, 2.0])).tolist() == [1, 4]"),
    "q2": ("def case(total):\n    assert total == 30",),
    "q3": ("def case(slope):\n    assert slope.tolist() == [2, 2, 2]",
           "def case(slope):\n    import torch\n    assert slope.dtype == torch.float32"),
    "q4": ("def case(ax):\n    line, = ax.get_lines()\n"
           "    assert list(line.get_ydata()) == [4, 2.25, 1, 0.25, 0, 0.25, 1, 2.25]",
           "def case(ax):\n    assert ax.get_legend() is not None",),
    "q5": ("def case(answer):\n    assert answer == 'b'",),
}  # fmt: skip


def load_cases() -> dict[str, list[str]]:
    """Return every case by its id."""
    cases: dict[str, list[str]] = {}
    for path in sorted(HERE.glob("*.toml")):
        if path.name != "reasons.toml":
            found = tomllib.loads(path.read_text(encoding="utf-8"))
            assert not set(found) & set(cases), f"{path.name}: an id that another table has"
            cases |= found
    return cases


def test_sources() -> dict[str, str]:
    """Return the assignment's Otter test files by question."""
    decorator = "@test_case(points=1, hidden=True)\n"
    return {
        name: HEAD.format(name=name)
        + "\n\n".join(
            decorator + case.replace("case", f"case_{number}", 1)
            for number, case in enumerate(cases)
        )
        for name, cases in CASES.items()
    }


test_sources.__test__ = False


def make_notebook(changes: list[str]) -> dict:
    """Return a case's notebook; each cell's id tells it apart."""
    cells = [
        _cell(name, source, [name[:2]] if name != "setup" else []) for name, source in CELLS.items()
    ]
    previous = ""
    for number, (where, source) in enumerate(zip(changes[::2], changes[1::2], strict=True)):
        how, _, name = where.rpartition(" ")
        place = [cell["id"] for cell in cells].index(previous if name == "previous" else name)
        old = cells[place]
        if how in ("after", "before"):
            previous = f"added-{number}"
            cells.insert(place + (how == "after"), _cell(previous, source, []))
            continue
        previous = old["id"]
        if how == "instead of":
            old["source"] = source
        elif how == "start of":
            old["source"] = source + "\n" + old["source"]
        else:
            assert how == "end of", where
            old["source"] += "\n" + source
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": {"display_name": "Python 3", "name": "python3"}},
        "cells": copy.deepcopy(cells),
    }


def _cell(name: str, source: str, tests: list[str]) -> dict:
    return {
        "cell_type": "code",
        "id": name,
        "metadata": {"otter": {"tests": tests}} if tests else {},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }
