"""A text that a test evaluates runs nothing of the notebook's beside the tests."""

import os

import pytest

from autograder.scoring.assignment import Assignment
from tests.running import check_beside_stock, grade, grade_doctests, outcomes, test_file

CELL = """
power = "x ** 2 + 1"
biggest = "max(1, 2) + abs(-3)"
listed = "[1, (2, 3), {'a': 4}]['0' == 0]"
wave = "sin(x)**2 + 2*x"
name = "square"
def square(x): return x * x
"""
EVALUATED = [
    ">>> eval(power, {'x': 3})\n10",
    ">>> eval(power, {'x': 3})\n11",
    ">>> eval(biggest)\n5",
    ">>> eval(listed)\n1",
    ">>> [eval(f'square({n})', {'square': square}) for n in range(3)]\n[0, 1, 4]",
    ">>> eval(f'{name}(3)', {'square': square})\n9",
    ">>> eval('().__class__.__name__')\n'tuple'",
    ">>> exec('y = [n for n in range(3)]'); y\n[0, 1, 2]",
    ">>> import ast\n>>> len(ast.parse('import os; os.getcwd() + ' + power).body)\n2",
    ">>> import sympy\n>>> str(sympy.sympify(wave).diff('x'))\n'2*sin(x)*cos(x) + 2'",
    ">>> from collections import namedtuple\n>>> namedtuple('P', 'a b')(1, 2).b\n2",
    ">>> from dataclasses import dataclass\n>>> @dataclass\n... class Q:\n...     a: int = 1\n"
    ">>> Q().a\n1",
]
REACHING = [
    "__import__('os').mkdir('{}') is None",
    "().__class__.__base__.__subclasses__() != []",
    "open('{}', 'w') is not None",
    "exec('import os; os.mkdir(\\'{}\\')') is None",
    "(lambda: 1)()",
    "[c for c in (1,)]",
    "f'{{square.__globals__}}'",
    "getattr(square, '__glo' + 'bals__')",
    "(y := 1)",
]
HOW = [
    "eval(text)",
    "eval(text.strip())",
    "eval('(' + text + ')')",
    "eval(compile(text, 'x', 'eval'))",
    "eval(compile(__import__('ast').parse(text, mode='eval'), 'x', 'eval'))",
    "exec('found = ' + text)",
    "__import__('sympy').sympify(text)",
]


@pytest.fixture(scope="module")
def graded(engine):
    return grade_doctests(engine, CELL, [(code, True) for code in EVALUATED], foreign=True)


@pytest.mark.parametrize("number", range(len(EVALUATED)))
def test_sums_calls_and_a_tests_own_texts_are_evaluated(graded, number):
    check_beside_stock(graded, number, CELL, EVALUATED[number], number != 1)


@pytest.mark.parametrize("text", REACHING)
def test_no_text_of_a_notebooks_reaches_further_however_it_is_evaluated(engine, tmp_path, text):
    made = tmp_path / "made"
    cell = f"text = {text.format(made)!r}\ndef square(x): return x * x"
    cases = [f"def case_{n}(text):\n    {how}" for n, how in enumerate(HOW)]
    caught = (
        "def caught(text):\n    try:\n        eval(text)\n    except BaseException:\n        pass"
    )
    tests = Assignment(
        "demo", "d", {"show_hidden": True}, {"q1": test_file("q1", *cases, caught)}, {},
        is_foreign=True,
    )  # fmt: skip
    gradation = grade(engine, tests, (cell, "q1"))
    assert not any(outcomes(gradation)) and not os.path.exists(made)
    assert "is not evaluated beside the tests" in gradation.questions[0].cases[-1].message
