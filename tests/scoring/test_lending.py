"""What tests hand over is theirs still: functions called back, values changed in place, errors."""

from dataclasses import replace

import pytest

from autograder.model import Limits, Status
from autograder.scoring.assignment import Assignment
from tests.running import grade, messages, ok_file, outcomes, test_file

CELL = """
def inc(items):
    for i in range(len(items)): items[i] += 1
def same(x): return x
def apply(f, *args): return f(*args)
def gen(n):
    while n:
        yield n
        n -= 1
class Box:
    def __init__(self, items): self.items = items
    def __len__(self): return len(self.items)
def plus_one(f):
    import functools
    @functools.wraps(f)
    def g(*args): return f(*args) + 1
    return g
def safely(f):
    try: return f()
    except ZeroDivisionError: return "zero"
def names_of(f):
    import inspect
    return list(inspect.signature(f).parameters)
def forever(f):
    while True: f()
"""
CASES = {
    "in place": "items, alias = [1, 2], None\n    alias = items\n    assert inc(items) is None\n"
    "    assert alias == [2, 3]",
    "the same": "a = [1, [2]]\n    assert same(a) is a\n    assert same(a)[1] is a[1]\n"
    "    assert same({1: 2}) is not a",
    "called back": "seen = []\n    assert apply(lambda x: x + 1, 2) == 3\n"
    "    assert apply(seen.append, 5) is None\n    assert seen == [5]\n"
    "    assert apply(max, [1, 4, 2]) == 4",
    "a generator": "assert list(gen(3)) == [3, 2, 1]\n    assert gen(3) != [3, 2, 1]\n"
    "    g = gen(2)\n    assert next(g) == 2",
    "aliases": "a = [1]\n    b = Box(a)\n    a.append(2)\n    assert len(b) == 2\n"
    "    b.items.append(3)\n    assert a == [1, 2, 3] and len(b) == 3\n    assert b.items is a",
    "errors": "f = plus_one(lambda x: x * 2)\n    assert f(3) == 7\n"
    "    assert safely(lambda: 1 / 0) == 'zero'\n    class Own(Exception): pass\n"
    "    def raising(): raise Own('x', 2)\n    try: safely(raising)\n"
    "    except Own as error: assert error.args == ('x', 2)\n"
    "    else: raise AssertionError('no')",
    "asks in its turn": "b = Box([1, 2, 3])\n    assert apply(lambda box: len(box) * 2, b) == 6\n"
    "    assert apply(lambda box: box.items, b) is b.items\n    assert apply(same, b) is b",
    "parameters": "assert names_of(lambda a, b=2, *c: 0) == ['a', 'b', 'c']",
    "the same function": "f = lambda: 0\n    assert same(f) is f and same([f])[0] is f",
    "tensors in place": "import torch\n    x = torch.zeros(2)\n    assert same(x) is x\n"
    "    apply(x.add_, 1)\n    assert x.tolist() == [1, 1] and same(x + 0) is not x",
    "tensors": "import torch\n    x = torch.ones(2, requires_grad=True)\n"
    "    y = apply(lambda t: (t * 3).sum(), x)\n    y.backward()\n"
    "    assert x.grad.tolist() == [3, 3]",
}
NAMES = "inc, same, apply, gen, Box, plus_one, safely, names_of"


def foreign(**sources: str) -> Assignment:
    """Return an assignment that was made elsewhere."""
    return Assignment("demo", "digest", {"show_hidden": True}, sources, {}, is_foreign=True)


def grade_cases(engine, *bodies: str, cell: str = CELL, limits: Limits | None = None):
    sources = [f"def case_{n}({NAMES}):\n    {body}" for n, body in enumerate(bodies)]
    return grade(engine, foreign(q1=test_file("q1", *sources)), (cell, "q1"), limits=limits)


def test_over_the_wall_it_is_as_in_one_process(engine):
    found = grade_cases(engine, *CASES.values())
    assert dict(zip(CASES, outcomes(found))) == dict.fromkeys(CASES, True), messages(found)


@pytest.mark.parametrize("name", CASES)
def test_each_case_holds_in_one_process(name):
    space: dict = {}
    exec(CELL + f"\ndef case():\n    {CASES[name]}", space)
    space["case"]()


def test_what_changes_in_one_test_case_is_changed_for_the_next(engine):
    cell = "numbers = [1]\ndef total(): return sum(numbers)"
    tests = ok_file(">>> numbers.append(5)", ">>> total()\n6", ">>> numbers\n[1, 5]")
    found = grade(engine, foreign(q1=tests), (cell, "q1"))
    assert outcomes(found) == [True, True, True]


def test_a_test_that_does_not_end_fails_alone_and_says_so(engine):
    endless = ">>> while True:\n...     pass"
    loud = ">>> for n in range(10 ** 5):\n...     print('#' * 40)"
    tests = ok_file(endless, ">>> x\n1", loud, ">>> x\n1")
    found = grade(engine, foreign(q1=tests), ("x = 1", "q1"), limits=Limits(cell_s=1, wall_s=60))
    assert outcomes(found) == [False, True, False, True]
    assert "the test itself did not end within 1 s" in messages(found)
    assert found.status.value == "completed"


def test_a_test_file_that_cannot_be_read_gives_no_points_and_the_others_do(engine):
    sources = {"q1": "OK_FORMAT = True\nraise SystemError\n", "q2": ok_file(">>> x\n1", name="q2")}
    found = grade(engine, foreign(**sources), ("x = 1", "q1", "q2"))
    assert [(q.name, q.score, q.possible) for q in found.questions] == [("q1", 0, 0), ("q2", 1, 1)]


def test_a_helper_that_raises_on_import_costs_the_tests_that_import_it(engine):
    tests = ok_file(">>> import helper\n>>> helper.right(x)\nTrue", ">>> x\n1")
    files = {"helper.py": b"raise RuntimeError('no network')"}
    made = replace(foreign(q1=tests), files=files)
    assert outcomes(grade(engine, made, ("x = 1", "q1"))) == [False, True]


def test_what_an_object_says_of_itself_is_marked(engine):
    cell = "class A:\n    def __len__(self): return 3\na, n = A(), 3"
    tests = ok_file(">>> len(a)\n3", ">>> n\n3")
    found = grade(engine, foreign(q1=tests), (cell, "q1"))
    assert [case.answered for case in found.questions[0].cases] == [True, False]
    assert found.gradescope["extra_data"]["answered_by_the_students_object"] == ["q1 - 1"]


def test_a_forged_number_calls_no_function(engine):
    cell = """
import gc
def probe(f):
    f(1)
    for one in gc.get_objects():
        if type(one).__name__ == "Agent":
            try:
                one.call_back(12345, (), {})
            except Exception:
                pass
    return f(1)
"""
    case = "def case(probe):\n    assert probe(lambda x: x) == 1"
    found = grade(engine, foreign(q1=test_file("q1", case)), (cell, "q1"))
    assert outcomes(found) == [False] and found.status is Status.PROTOCOL
