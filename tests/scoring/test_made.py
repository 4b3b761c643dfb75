"""What a piece of Python makes is made, and asked about, where the student's function lives."""

import pytest

from autograder import probes
from tests import running
from tests.running import assignment, grade, outcomes

SOURCE = """
calls = []
def it(x, y=2, *, z="three"):
    calls.append(x)
    return [x, y]
def told():
    return len(calls)
"""
CASE = """
from autograder import probes

@test_case(points=1, hidden=True)
def case(answer):
    assert list(probes.made_results(answer, [({source}, 1)])) == {right}
"""
ANSWERS = {
    "the made function is called": ("lambda it, x: it(x)", [1, 2], 1),
    "its signature is read": (
        "lambda it, x: __import__('inspect').signature(it).parameters['z'].default", "three", 0,
    ),
    "it is called twice": ("lambda it, x: it(x) and it(x)", [1, 2], 2),
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
def test_what_is_made_lives_beside_the_function_that_is_asked(name, engine):
    code, value, told = ANSWERS[name]
    assert list(probes.made_results(eval(code), [(SOURCE, 1)])) == [(value, told)]
    case = CASE.format(source=repr(SOURCE), right=repr([(value, told)]))
    tests = assignment(q1=running.HEAD.format(name="q1") + case)
    assert outcomes(grade(engine, tests, (f"answer = {code}", "q1"))) == [True]
