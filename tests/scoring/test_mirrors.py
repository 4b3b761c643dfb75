"""Objects of a student's subclass of list, dict or set are one here and in the notebook.

Each line is judged by stock Otter's runner in one process too.
"""

import copy
import random

import pytest

from tests.running import check_beside_stock, grade_doctests

CELL = '''
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
class Row(list):
    def total(self): return sum(self)
    def double(self):
        self[:] = [2 * item for item in self]
        return self
    @property
    def first(self): return self[0]
class Twice(list):
    """Keeps what is appended twice."""
    def append(self, item):
        super().append(item)
        super().append(item)
class Lower(str):
    def upper(self): return self.lower()
class Stats(dict):
    def total(self): return sum(self.values())
    def drop(self, name): del self[name]
class Bag(set):
    def toggle(self, item): self ^= {item}
class Last(deque):
    def oldest(self): return self[0]
class Words(Counter):
    def add(self, text): self.update(text.split())
class Own(dict):
    """Its methods do something else than a dict's."""
    def update(self, *more): raise TypeError("update")
    def clear(self): raise TypeError("clear")
    def values(self): return [0]
    def put(self, name, item): self[name] = item
class Shy(set):
    def update(self, *more): raise TypeError("update")
    def clear(self): raise TypeError("clear")
    def put(self, item): self.add(item)
class Odd(deque):
    def extend(self, more): raise TypeError("extend")
    def clear(self): raise TypeError("clear")
    def put(self, item): self.append(item)
class Point(namedtuple("Point", "x count")):
    def moved(self, x): return self._replace(x=x)
def grow(row): row.extend([7])
def same(row): return row
'''
EXAMPLES = [
    (">>> r = Row([3, 1])\n>>> r.append(5)\n>>> r.total(), r.first\n(9, 3)", True),
    (">>> r = Row([3, 1])\n>>> _ = r.double()\n>>> r == [6, 2], r.total()\n(True, 8)", True),
    (">>> r = Row([3, 1])\n>>> r.double() is r, same(r) is r\n(True, True)", True),
    (">>> r = Row([3, 1])\n>>> grow(r)\n>>> r\n[3, 1, 7]", True),
    (">>> r = Row([[1], [2]])\n>>> r[0].append(5)\n>>> same(r)\n[[1, 5], [2]]", True),
    (">>> t = Twice([1])\n>>> t.append(2)\n>>> t == [1, 2, 2], t == [1, 2]\n(True, False)", True),
    (">>> t = Twice([1])\n>>> t.append(2)\n>>> t == [1, 2]\nTrue", False),
    (">>> Lower('aB').upper(), Lower('aB').lower(), Lower('a') == 'a'\n('ab', 'ab', True)", True),
    (">>> Lower('aB').upper()\n'AB'", False),
    (">>> s = Stats(a=1)\n>>> s['b'] = 2\n>>> s.total(), s\n(3, {'a': 1, 'b': 2})", True),
    (">>> s = Stats(a=1, b=2)\n>>> s.drop('a')\n>>> s == {'b': 2}, len(s)\n(True, 1)", True),
    (">>> b = Bag({1, 2})\n>>> b.add(3)\n>>> b.toggle(1)\n>>> b == {2, 3}\nTrue", True),
    (">>> d = Last([1, 2], 2)\n>>> d.append(3)\n>>> d.oldest(), d.maxlen\n(2, 2)", True),
    (">>> w = Words('ab')\n>>> w.add('a c')\n>>> w['a'], w.most_common(1)\n(2, [('a', 2)])", True),
    (">>> o = Own(a=1)\n>>> o['c'] = 3\n>>> o.put('b', 2)\n>>> o['b'], len(o), o.values()\n"
     "(2, 3, [0])", True),
    (">>> s = Shy({1})\n>>> s.add(3)\n>>> s.put(2)\n>>> s == {1, 2, 3}\nTrue", True),
    (">>> o = Odd([1])\n>>> o.append(3)\n>>> o.put(2)\n>>> list(o)\n[1, 3, 2]", True),
    (">>> p = Point(1, 5)\n>>> p.count, p.moved(3), p == (1, 5)\n"
     "(5, Point(x=3, count=5), True)", True),
    (">>> import copy\n>>> r = Row([[1]])\n>>> c = copy.deepcopy(r)\n>>> c[0].append(2)\n"
     ">>> c.append(3)\n>>> r, c\n([[1]], [[1, 2], 3])", True),
    (">>> import copy\n>>> r = Row([1])\n>>> c = copy.copy(r)\n>>> c.append(3)\n"
     ">>> r.total(), c.total(), type(c) == Row\n(1, 4, True)", True),
]  # fmt: skip


@pytest.fixture(scope="module")
def graded(engine):
    return grade_doctests(engine, CELL, EXAMPLES, foreign=True)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_a_test_finds_what_it_finds_in_one_process(graded, number):
    check_beside_stock(graded, number, CELL, *EXAMPLES[number])


STEPS = {
    "append": ("r.append(9)", lambda r: r.append(9)),
    "double": (
        "_ = r.double()",
        lambda r: r.extend([]) or r.__setitem__(slice(None), [2 * i for i in r]),
    ),
    "grow": ("grow(r)", lambda r: r.extend([7])),
    "pop": ("_ = r.pop() if r else 0", lambda r: r.pop() if r else 0),
    "sort": ("r.sort()", lambda r: r.sort()),
    "clear": ("r.clear()", lambda r: r.clear()),
    "total": ("_ = r.total()", lambda r: None),
}


def test_any_order_of_changes_on_both_sides_is_that_of_one_process(engine):
    chance, examples = random.Random(3), []
    for _ in range(25):
        held, lines = [chance.randint(0, 9) for _ in range(3)], []
        start = copy.copy(held)
        for step in chance.choices(sorted(STEPS), k=6):
            lines.append(f">>> {STEPS[step][0]}\n")
            STEPS[step][1](held)
        code = f">>> r = Row({start})\n{''.join(lines)}>>> r, r.total(), len(same(r))\n"
        examples.append((code + repr((held, sum(held), len(held))), True))
    graded = grade_doctests(engine, CELL, examples, foreign=True)
    for number, (code, expected) in enumerate(examples):
        check_beside_stock(graded, number, CELL, code, expected)
