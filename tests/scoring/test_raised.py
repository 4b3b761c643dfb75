"""What student code raises beside ordinary errors, and what it is asked from several threads.

Each line is judged by stock Otter's runner in one process too.
"""

import pytest

from tests.running import check_beside_stock, grade_doctests, messages

CELL = """
import sys
import time
def fact(n): return n * fact(n - 1)
def leave(code): sys.exit(code)
def is_odd(n):
    time.sleep(0.005)
    return n % 2 == 1
def twice(f, n): return [f(n), f(n + 1)]
def ask(read): return read("a") + read("b")
def log(text, stream): print(text, file=stream)
import random
import numpy as np
def age(): return int(input("Your age? ")) + 1
def roll(n): return [random.randint(1, 6) for _ in range(n)]
def now(): return time.time()
def greet(name): print("Hi", name)
def pick(items): return np.random.choice(items)
import json
class Encoder(json.JSONEncoder): pass
def parse(text):
    try:
        return int(text)
    except ValueError as error:
        raise KeyError("no number") from error
import functools
import operator
add3 = functools.partial(operator.add, 3)
class Account:
    def __init__(self): self.log = [1]
def broken(x): assert x is None, "no x"
"""
THREADS = """>>> import threading
>>> found = []
>>> threads = [threading.Thread(target=lambda n=n: found.append(is_odd(n))) for n in range(12)]
>>> for thread in threads: thread.start()
>>> for thread in threads: thread.join()
>>> found.count(True), found.count(False)
(6, 6)"""
POOL = """>>> from concurrent.futures import ThreadPoolExecutor
>>> with ThreadPoolExecutor(4) as pool:
...     list(pool.map(is_odd, range(20))) == [False, True] * 10
True"""
CALLED = """>>> from concurrent.futures import ThreadPoolExecutor
>>> with ThreadPoolExecutor(3) as pool:
...     list(pool.map(lambda n: twice(lambda k: k * n, n), range(6)))[5]
[25, 30]"""
EXAMPLES = [
    (">>> try:\n...     fact(3)\n... except RecursionError:\n...     print('deep')\ndeep", True),
    (">>> fact(3)\nTraceback (most recent call last):\n    ...\nRecursionError: maximum "
     "recursion depth exceeded", True),
    (">>> fact(3)\n6", False),
    (">>> try:\n...     leave(3)\n... except SystemExit as left:\n...     left.code\n3", True),
    (">>> leave(3)\n", False),
    (THREADS, True),
    (POOL, True),
    (CALLED, True),
    (">>> from unittest.mock import Mock\n>>> m = Mock(side_effect=['q', '5'])\n"
     ">>> ask(m), m.call_count\n('q5', 2)", True),
    (">>> import io\n>>> s = io.StringIO()\n>>> log('hey', s)\n>>> s.getvalue().strip()\n'hey'",
     True),
    (">>> import copy\n>>> a = Account()\n>>> b = copy.deepcopy(a)\n>>> b.log.append(2)\n"
     ">>> a.log, b.log, copy.copy(a).log is a.log\n([1], [1, 2], True)", True),
    (">>> try:\n...     parse('x')\n... except KeyError as error:\n"
     "...     print(type(error.__cause__).__name__, error.__cause__.args)\n"
     "ValueError (\"invalid literal for int() with base 10: 'x'\",)", True),
    (">>> import json\n>>> issubclass(Encoder, json.JSONEncoder), issubclass(Encoder, dict)\n"
     "(True, False)", True),
    (">>> from unittest.mock import patch\n"
     ">>> with patch('builtins.input', return_value='41') as m:\n"
     "...     age(), m.call_args.args\n(42, ('Your age? ',))", True),
    (">>> from unittest.mock import patch\n"
     ">>> with patch('builtins.input', side_effect=['1', '2']):\n"
     "...     age(), age()\n(2, 3)", True),
    (">>> import builtins\n>>> before, builtins.input = builtins.input, lambda text: '7'\n"
     ">>> try: age()\n... finally: builtins.input = before\n8", True),
    (">>> from unittest.mock import patch\n>>> with patch('random.randint', return_value=4):\n"
     "...     roll(3)\n[4, 4, 4]\n>>> set(roll(200)) <= set(range(1, 7)), len(set(roll(200)))\n"
     "(True, 6)", True),
    (">>> from unittest.mock import patch\n>>> with patch('time.time', return_value=5.0):\n"
     "...     now()\n5.0\n>>> now() > 9\nTrue", True),
    (">>> from unittest.mock import patch\n>>> with patch('builtins.print') as said:\n"
     "...     greet('Ann')\n>>> said.call_args.args\n('Hi', 'Ann')", True),
    (">>> from unittest.mock import patch\n>>> with patch('numpy.random.choice', return_value=9):\n"
     "...     pick([1, 2])\n9", True),
    (">>> import operator\n>>> add3.func is operator.add, add3.args\n(True, (3,))", True),
    (">>> import unittest\n>>> unittest.TestCase().assertRaises(AssertionError, broken, 1)", True),
]  # fmt: skip
CAUGHT = """>>> import socket, unittest
>>> with unittest.TestCase().assertRaises(AssertionError):
...     broken(socket.socket())"""


@pytest.fixture(scope="module")
def graded(engine):
    return grade_doctests(engine, CELL, [*EXAMPLES, (CAUGHT, False)], foreign=True)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_a_test_finds_what_it_finds_in_one_process(graded, number):
    check_beside_stock(graded, number, CELL, *EXAMPLES[number])


def test_what_cannot_cross_is_no_error_of_the_student_s(graded):
    assert not graded.questions[0].cases[-1].passed
    assert "cannot cross into the sandbox" in messages(graded)
