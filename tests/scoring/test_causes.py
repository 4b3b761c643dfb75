"""What is said first: the failed cell that later failures follow from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.model import CellOutput
from autograder.sandbox.line import STOPPED
from autograder.scoring.causes import bound_names, find_causes

NO_MODULE = "ModuleNotFoundError: No module named 'd2l'"
BOUND = {
    "import numpy as np\nimport os.path\nfrom torch import nn as N, optim": [
        "np", "os", "N", "optim",
    ],
    "def f(a):\n    b = 1\nclass A:\n    c = 2": ["f", "A"],
    "x, (y, *z) = 1, (2, 3)\nfor i in x:\n    w = i\nwith open('a') as g: pass": [
        "x", "y", "z", "i", "w", "g",
    ],
    "total = sum(n for n in range(3))": ["total"],
    "!pip install torch\n%matplotlib inline\nfiles = !ls\nimport torch": ["torch"],
    "import numpy as np\ndef broken(:\n    pass\nx = f'": ["np", "broken", "x"],
    "print(1)\nx[0] = 2\nx.y = 3": [],
    "": [],
}  # fmt: skip


@pytest.mark.parametrize("source", BOUND)
def test_names_that_a_cell_binds(source):
    assert sorted(bound_names(source)) == sorted(BOUND[source])


@given(st.text(alphabet="ab =:\n(!%'import def", max_size=60))
def test_any_text_has_names(source):
    assert all(name.isidentifier() for name in bound_names(source))


def test_a_missing_module_comes_before_everything_and_names_what_follows():
    outputs = [
        CellOutput(error="ZeroDivisionError: division by zero", lost=("a",)),
        CellOutput(error=NO_MODULE, lost=("torch", "np")),
        CellOutput(error="NameError: name 'torch' is not defined", lost=("x",)),
        CellOutput(error="NameError: name 'x' is not defined", lost=("y",)),
    ]
    first, second = find_causes(outputs, "3.11.2", "3.11.7")
    assert "Cell 2" in first and NO_MODULE in first and "torch, np" in first
    assert "第 2 个单元" in first.split(" ‖ ")[1] and "torch, np" in first.split(" ‖ ")[1]
    assert "Cell 1" in second and first.count("‖") == 1


def test_newer_syntax_is_named_with_both_versions():
    outputs = [CellOutput(error="SyntaxError: invalid syntax (<cell>, line 1)", lost=("x",))]
    first, note = find_causes(outputs, "3.13.1", "3.11.2")
    assert "saved with Python 3.13.1" in first and "Python 3.11.2" in first
    assert "3.13.1" in note
    (own_fault,) = find_causes(outputs, "3.11.9", "3.11.2")
    assert "newer" not in own_fault and "SyntaxError" in own_fault


@pytest.mark.parametrize("versions", [("", "3.11.2"), ("3.11.9", "3.11.2"), ("3.13", "")])
def test_nothing_is_said_where_nothing_is_the_matter(versions):
    assert find_causes([CellOutput("text"), CellOutput()], *versions) == []


def test_an_error_that_took_no_name_along_is_no_cause():
    assert find_causes([CellOutput(error="AssertionError: ")], "", "") == []


@pytest.mark.parametrize("lost", [(), ("total",)])
def test_a_cell_that_was_stopped_is_told_whatever_it_was_to_define(lost):
    outputs = [CellOutput(), CellOutput(error=f"KeyboardInterrupt: {STOPPED}", lost=lost)]
    (said,) = find_causes(outputs, "", "")
    english, chinese = said.split(" ‖ ")
    assert "Cell 2 did not come to its end" in english and "第 2 个单元" in chinese
    assert all(name in english and name in chinese for name in lost)
    assert "KeyboardInterrupt" not in said


@pytest.mark.parametrize("error", ["MemoryError: ", "AssertionError:", "KeyError"])
def test_an_error_without_words_ends_in_no_colon(error):
    (said,) = find_causes([CellOutput(error=error, lost=("x",))], "", "")
    assert f"({error.strip(': ')})" in said


def test_the_module_that_is_missing():
    assert CellOutput(error=NO_MODULE).missing_module == "d2l"
    assert CellOutput(error="NameError: No module named 'd2l'").missing_module is None
    assert CellOutput().missing_module is None
