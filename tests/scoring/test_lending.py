"""What tests hand over is theirs still: functions called back, values changed in place, errors."""

from dataclasses import replace

import pytest

from autograder.model import Limits, Status
from autograder.scoring.assignment import Assignment
from tests.running import grade, grade_doctests, messages, ok_file, outcomes, test_file

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
def doubled(f):
    def g(*args): return 2 * f(*args)
    g.__name__, g.__doc__ = f.__name__, f.__doc__
    return g
def forever(f):
    while True: f()
def total(items):
    found = 0
    for item in items: found += item
    return found
def take(n, items):
    return [item for item, _ in zip(items, range(n))]
def edges(view):
    return sorted((u, v) for u, v in view), len(view), (0, 1) in view
def walk(node):
    found = []
    while node is not None:
        found.append(node.value)
        node = node.next
    return found
def push(stack, item):
    stack.items.append(item)
    stack.top = item
    return stack
def add(a, b): return a + b
def largest(things): return max(things)
def roll(rng, n): return [int(rng.integers(10**9)) for _ in range(n)]
def shuffled(rng, items):
    rng.shuffle(items)
    return items
def lines(file): return [line.strip() for line in file]
def norm(p): return (p.x ** 2 + p.y ** 2) ** 0.5
def moved(p): return p._replace(x=p.x + 1)
def name_and_value(member): return member.name, member.value
def suffix(path): return path.suffix
def has(thing, name): return hasattr(thing, name)
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
    "names and docstrings": "def f(x):\n        'adds one'\n        return x + 1\n"
    "    g, h = plus_one(f), doubled(f)\n    assert g.__doc__ == h.__doc__ == 'adds one'\n"
    "    assert g.__name__ == h.__name__ == 'f' and (g(1), h(1)) == (3, 4)\n"
    "    assert plus_one(lambda: 0).__doc__ is None",
    "parameters": "assert names_of(lambda a, b=2, *c: 0) == ['a', 'b', 'c']",
    "the same function": "f = lambda: 0\n    assert same(f) is f and same([f])[0] is f",
    "tensors in place": "import torch\n    x = torch.zeros(2)\n    assert same(x) is x\n"
    "    apply(x.add_, 1)\n    assert x.tolist() == [1, 1] and same(x + 0) is not x",
    "tensors": "import torch\n    x = torch.ones(2, requires_grad=True)\n"
    "    y = apply(lambda t: (t * 3).sum(), x)\n    y.backward()\n"
    "    assert x.grad.tolist() == [3, 3]",
    "expressions": "import sympy\n    x, y = sympy.symbols('x y', real=True)\n"
    "    assert add(x ** 2, y) == y + x ** 2 and add(x, 1).subs(x, 2) == 3\n"
    "    assert apply(sympy.diff, sympy.sin(x) ** 2, x) == 2 * sympy.sin(x) * sympy.cos(x)\n"
    "    m = sympy.Matrix([[1, x], [0, 1]])\n    assert add(m, m) == 2 * m\n"
    "    assert apply(m.inv) * m == sympy.eye(2) and str(add(x, y)) == 'x + y'",
    "a view": "import networkx as nx\n    g = nx.DiGraph([(0, 1), (1, 2)])\n"
    "    assert edges(g.edges) == ([(0, 1), (1, 2)], 2, True)\n"
    "    assert edges(g.edges()) == ([(0, 1), (1, 2)], 2, True)\n"
    "    assert total(g.nodes) == 3 and same(g.nodes) is g.nodes\n"
    "    assert apply(g.edges, 0) is not None",
    "iterators": "it = iter([1, 2, 3])\n    assert take(2, it) == [1, 2] and list(it) == []\n"
    "    assert total(x * x for x in range(4)) == 14 and total(map(abs, [-1, 2])) == 3\n"
    "    seen = []\n    g = (seen.append(n) or n for n in range(9))\n"
    "    assert take(2, g) == [0, 1] and seen == [0, 1, 2] and next(g) == 3",
    "objects of its own": "class Node:\n        def __init__(self, value, next=None):\n"
    "            self.value, self.next = value, next\n"
    "    assert walk(Node(1, Node(2, Node(3)))) == [1, 2, 3]\n"
    "    class Stack:\n        def __init__(self): self.items, self.top = [], None\n"
    "    s = Stack()\n    assert push(push(s, 1), 2) is s\n"
    "    assert s.items == [1, 2] and s.top == 2\n"
    "    assert has(s, 'top') and not has(s, 'bottom')",
    "operators of its own": "class V:\n        def __init__(self, n): self.n = n\n"
    "        def __add__(self, other): return V(self.n + other.n)\n"
    "        def __lt__(self, other): return self.n < other.n\n"
    "        def __eq__(self, other): return type(other) is V and self.n == other.n\n"
    "        def __hash__(self): return hash(self.n)\n"
    "    assert add(V(1), V(2)) == V(3) and add(V(1), V(2)).n == 3\n"
    "    v = V(7)\n    assert largest([V(1), v, V(2)]) is v",
    "random generators": "import random\n    import numpy as np\n"
    "    rng = np.random.default_rng(3)\n"
    "    want = [int(n) for n in np.random.default_rng(3).integers(10**9, size=3)]\n"
    "    assert roll(rng, 2) == want[:2] and int(rng.integers(10**9)) == want[2]\n"
    "    old = random.Random(4)\n    items = [1, 2, 3, 4, 5]\n"
    "    assert shuffled(old, items) is items\n    again = random.Random(4)\n"
    "    more = [1, 2, 3, 4, 5]\n    again.shuffle(more)\n"
    "    assert items == more and old.random() == again.random()",
    "named tuples": "from collections import namedtuple\n    P = namedtuple('P', 'x y')\n"
    "    assert norm(P(3, 4)) == 5 and moved(P(1, 2)) == P(2, 2) and moved(P(1, 2)).x == 2",
    "members": "import enum\n    class Color(enum.Enum):\n        RED = 1\n        BLUE = 2\n"
    "    assert name_and_value(Color.BLUE) == ('BLUE', 2) and same(Color.RED) is Color.RED\n"
    "    assert take(5, Color) == [Color.RED, Color.BLUE]",
    "files and paths": "import io, pathlib\n    f = io.StringIO('a\\nb\\n')\n"
    "    assert lines(f) == ['a', 'b']\n    assert suffix(pathlib.Path('x/y.csv')) == '.csv'\n"
    "    assert same(pathlib.Path('a')) == pathlib.Path('a')",
}
NAMES = (
    "doubled, inc, same, apply, gen, Box, plus_one, safely, names_of, total, take, edges, walk, "
    "push, add, largest, roll, shuffled, lines, norm, moved, name_and_value, suffix, has"
)


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


def test_a_database_with_a_row_factory_is_not_handed_over_and_that_is_said(engine):
    body = "import sqlite3\n    base = sqlite3.connect(':memory:')\n"
    body += "    base.row_factory = lambda cursor, row: list(row)\n    same(base)"
    found = grade_cases(engine, body)
    assert outcomes(found) == [False]
    assert "a connection with a row factory cannot cross into the sandbox" in messages(found)


@pytest.mark.parametrize(("equal", "number", "all_pass"), [
    ("cls.__name__ == getattr(other, '__name__', '')", "hash(cls.__name__)", True),
    ("True", "hash(int)", False),
])  # fmt: skip
def test_classes_that_their_metaclass_compares_end_no_submission(engine, equal, number, all_pass):
    cell = f"""
class Compared(type):
    def __eq__(cls, other): return {equal}
    def __hash__(cls): return {number}
class Base(metaclass=Compared): pass
class A(Base):
    def size(self): return 3
a, n = A(), 3
"""
    tests = ok_file(">>> A.__name__\n'A'", ">>> n\n3", ">>> a.size()\n3")
    found = grade(engine, foreign(q1=tests), (cell, "q1"))
    assert found.status is Status.COMPLETED
    assert outcomes(found) == [True, True, all_pass], messages(found)


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


CHANGES = {
    "a row": ("conn.execute('INSERT INTO t VALUES (1)')", "import sqlite3\n"
              "conn = sqlite3.connect(':memory:')\nconn.execute('CREATE TABLE t (n INT)')"),
    "a node": ("conn.add_node(1)", "import networkx\nconn = networkx.Graph()"),
    "a pixel": ("conn.putpixel((0, 0), 1)", "from PIL import Image\nconn = Image.new('L', (1, 1))"),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_a_copy_that_student_code_changes_is_told_and_counts_for_nothing(engine, what):
    change, made = CHANGES[what]
    looks, changes = (f"def f(conn): {code}; return 1" for code in ("type(conn)", change))
    code = "".join(f">>> _ = {line}\n" if "execute('C" in line else f">>> {line}\n"
                   for line in made.split("\n")) + ">>> f(conn)\n1"  # fmt: skip
    assert outcomes(grade_doctests(engine, looks, [(code, None)], foreign=True)) == [True]
    graded = grade_doctests(engine, changes, [(code, None)], foreign=True)
    assert outcomes(graded) == [False]
    assert "that a test handed over is changed" in graded.questions[0].cases[0].message
