"""What tests of other people's courses do: here passes what passes in stock Otter, nothing else."""

import os
from types import SimpleNamespace

import numpy as np
import pytest

from autograder.scoring.assignment import Assignment
from autograder.scoring.formats import parse_tests
from autograder.scoring.written import laid_beside
from tests.conversations import Silent
from tests.running import check_beside_stock, grade, grade_doctests, ok_file, outcomes

CELL = """
import random
import numpy as np
np.set_printoptions(legacy="1.13", precision=3)
price, words, many = 176, ["a", "b"], list(range(150_000))
amount, steps = np.float64(2.5), np.array([1.0, 2.0])
globs = 5
def draw(n):
    return np.random.choice(10, n)
def roll():
    return random.randint(1, 10**9)
def sow(n):
    np.random.seed(n)
def again(f):
    return f()
def noise(generator):
    import torch
    return torch.rand(1, generator=generator)
def into(stream):
    print("here", file=stream)
def caught(f):
    import contextlib, io
    with contextlib.redirect_stdout(io.StringIO()) as said:
        f()
    return said.getvalue()
def around(f):
    print("before")
    f()
    print("after")
import logging, os, warnings
class Mine(UserWarning): pass
def old():
    warnings.warn("use new", DeprecationWarning)
    return 1
def own():
    warnings.warn(Mine("mine"))
    return 2
def quiet(f):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return f()
def log(x):
    logging.getLogger("app").warning("value %s", x)
    logging.getLogger("app").info("more")
def ln(x):
    return np.log(np.float64(x))
class Up:
    def __init__(self, n): self.n, self.i = n, 0
    def __iter__(self): return self
    def __next__(self):
        if self.i >= self.n: raise StopIteration
        self.i += 1
        return self.i
class Other(Up):
    def __iter__(self): return iter(range(self.n))
    def __next__(self): return 7
def fetch(url):
    from urllib.request import urlopen
    with urlopen(url) as reply:
        return reply.read().decode()
def read(reply):
    return reply.status_code, reply.json()["x"][0]
def inside():
    return os.listdir("/nowhere")
def count(n):
    for i in range(n):
        print(i)
    return n
def shout(text):
    print(text.upper())
def warn(n):
    import sys
    print("careful", file=sys.stderr)
    return n
def fails():
    print("before")
    raise ValueError("no")
"""
EXAMPLES = [  # (what a case says, whether stock Otter passes it)
    (">>> 'price' in globals()\nTrue", True),
    (">>> assert 'prices' in globals(), 'no prices'", False),
    (">>> 'price' in dir() and 'prices' not in dir()\nTrue", True),
    (">>> 'price' in locals() and 'price' in vars()\nTrue", True),
    (">>> globals()['price'] == 176 and globals().get('nothing') is None\nTrue", True),
    (">>> eval('price + len(words)')\n178", True),
    (">>> exec('double = price * 2')\n>>> double\n352", True),
    (">>> globs\n5", True),
    (">>> amount\n2.5", True),
    (">>> steps / 3\narray([ 0.333,  0.667])", True),
    (">>> steps / 3\narray([0.33333333, 0.66666667])", False),
    (">>> len(many) == 150_000 and sum(many[:4]) == 6\nTrue", True),
    (">>> np.random.seed(3)\n>>> draw(6).tolist()\n[8, 9, 3, 8, 8, 0]", True),
    (">>> np.random.seed(3)\n>>> draw(2).tolist(), draw(4).tolist()\n([8, 9], [3, 8, 8, 0])", True),
    (">>> np.random.seed(3)\n>>> np.random.choice(10, 2).tolist()\n[8, 9]\n"
     ">>> draw(4).tolist()\n[3, 8, 8, 0]", True),
    (">>> np.random.seed(4)\n>>> draw(6).tolist()\n[8, 9, 3, 8, 8, 0]", False),
    (">>> count(2)\n0\n1\n2", True),
    (">>> count(2)\n2", False),
    (">>> count(2) == 2\nTrue", False),
    (">>> shout('a')\nA", True),
    (">>> shout('a')", False),
    (">>> warn(3)\n3", True),
    (">>> fails()\nTraceback (most recent call last):\n    ...\nValueError: no", True),
    (">>> import io, contextlib\n>>> said = io.StringIO()\n"
     ">>> with contextlib.redirect_stdout(said):\n"
     "...     shout('hello')\n>>> said.getvalue()\n'HELLO\\n'", True),
    (">>> np.random.seed(3)\n>>> draw(2).tolist()\n[8, 9]\n"
     ">>> np.random.choice(10, 4).tolist()\n[3, 8, 8, 0]", True),
    (">>> sow(3)\n>>> np.random.choice(10, 2).tolist(), draw(4).tolist()\n"
     "([8, 9], [3, 8, 8, 0])", True),
    (">>> state = np.random.get_state()\n>>> first = draw(9).tolist()\n"
     ">>> np.random.set_state(state)\n>>> draw(9).tolist() == first\nTrue", True),
    (">>> import torch\n>>> one, two = torch.Generator().manual_seed(3), torch.manual_seed(3)\n"
     ">>> bool(noise(one) == torch.rand(1)) and bool(noise(one) == noise(two))\nTrue", True),
    (">>> random.seed(1)\n>>> roll(); again(roll); random.randint(1, 10**9)\n"
     "144272510\n611178003\n909925048", True),
    (">>> random.seed(1)\n>>> again(lambda: roll() + random.randint(1, 9))\n144272512", True),
    (">>> import io, contextlib\n>>> said = io.StringIO()\n"
     ">>> with contextlib.redirect_stderr(said):\n...     n = warn(3)\n"
     ">>> said.getvalue()\n'careful\\n'", True),
    (">>> import sys\n>>> into(sys.stdout)\nhere", True),
    (">>> caught(lambda: print('in')), caught(lambda: shout('a'))\n('in\\n', 'A\\n')", True),
    (">>> around(lambda: print('in'))\nbefore\nin\nafter", True),
    (">>> import warnings\n>>> with warnings.catch_warnings(record=True) as told:\n"
     "...     warnings.simplefilter('always')\n...     old(), own()\n(1, 2)\n"
     ">>> [str(one.message) for one in told]\n['use new', 'mine']\n"
     ">>> told[0].category is DeprecationWarning, told[1].category is Mine\n(True, True)", True),
    (">>> import warnings\n>>> with warnings.catch_warnings(record=True) as told:\n"
     "...     warnings.simplefilter('always')\n...     quiet(lambda: old())\n1\n>>> told\n[]",
     True),
    (">>> import warnings\n>>> with warnings.catch_warnings():\n"
     "...     warnings.simplefilter('error')\n...     old()\nTraceback (most recent call last):\n"
     "    ...\nDeprecationWarning: use new", True),
    (">>> import pytest\n>>> with pytest.warns(UserWarning, match='mine'):\n...     own()\n2",
     True),
    (">>> import pytest\n>>> with pytest.warns(UserWarning):\n...     roll() and None", False),
    (">>> import unittest\n>>> case = unittest.TestCase()\n"
     ">>> with case.assertWarns(DeprecationWarning):\n...     old()\n1", True),
    (">>> import unittest\n>>> case = unittest.TestCase()\n"
     ">>> with case.assertWarns(DeprecationWarning):\n...     own()\n2", False),
    (">>> import unittest\n>>> case = unittest.TestCase()\n"
     ">>> with case.assertLogs('app', 'INFO') as found:\n...     log(5)\n>>> found.output\n"
     "['WARNING:app:value 5', 'INFO:app:more']", True),
    (">>> import unittest\n>>> with unittest.TestCase().assertLogs() as found:\n...     log(5)\n"
     ">>> found.records[1].getMessage()\n'more'", True),
    (">>> import unittest\n>>> with unittest.TestCase().assertLogs('other'):\n...     log(5)",
     False),
    (">>> import io, logging\n>>> said = io.StringIO()\n"
     ">>> handler = logging.StreamHandler(said)\n>>> logging.getLogger('app').addHandler(handler)\n"
     ">>> log(2)\n>>> logging.getLogger('app').removeHandler(handler)\n>>> log(3)\n"
     ">>> said.getvalue()\n'value 2\\n'", True),
    (">>> import numpy as np\n>>> with np.errstate(all='raise'):\n...     ln(0.0)\n"
     "Traceback (most recent call last):\n    ...\n"
     "FloatingPointError: divide by zero encountered in log", True),
    (">>> from unittest import mock\n>>> with mock.patch('os.listdir', return_value=['z']):\n"
     "...     inside()\n['z']", True),
    (">>> from unittest import mock\n>>> with mock.patch('urllib.request.urlopen') as get:\n"
     "...     get.return_value.__enter__.return_value.read.return_value = b'hi'\n"
     "...     fetch('http://u')\n'hi'\n>>> get.call_args.args\n('http://u',)", True),
    (">>> up = Up(2)\n>>> iter(up) is up, next(up), list(up)\n(True, 1, [2])", True),
    (">>> other = Other(2)\n>>> iter(other) is other\nTrue", False),
    (">>> other = Other(2)\n>>> next(other), list(other), list(iter(other))\n"
     "(7, [0, 1], [0, 1])", True),
    (">>> from unittest import mock\n>>> reply = mock.Mock(status_code=404)\n"
     ">>> reply.json.return_value = {'x': [9]}\n>>> read(reply)\n(404, 9)\n"
     ">>> reply.json.assert_called_once_with()", True),
    (">>> random.seed(1)\n>>> roll()\n144272510", True),
    (">>> from random import seed\n>>> seed(1)\n>>> roll()\n144272510", True),
]  # fmt: skip


@pytest.fixture(scope="module")
def graded(engine):
    return grade_doctests(engine, CELL, EXAMPLES, foreign=True)


@pytest.mark.parametrize("number", range(len(EXAMPLES)), ids=lambda n: EXAMPLES[n][0][:50])
def test_a_doctest_does_over_the_wall_what_it_does_in_one_process(graded, number):
    with np.printoptions():  # the cell changes how NumPy prints
        check_beside_stock(graded, number, CELL, *EXAMPLES[number])


class Namespace:
    """A notebook that defines ``price``; it keeps the names that it is asked for."""

    def __init__(self):
        self.session, self.asked = Silent(), []

    def keys(self):
        return ["price"]

    def fetch(self, names):
        self.asked += names
        return {}


def test_the_notebook_is_asked_for_no_word_of_a_test_that_it_does_not_define():
    namespace = Namespace()
    case = ">>> 'answer' in globals() or eval('price == secret')\nTrue"
    parse_tests(ok_file(case), "tests/q1.py", "en").run(namespace)
    assert set(namespace.asked) - {"globals", "eval"} == {"price"}


WRITES = """
from pathlib import Path
Path("out").mkdir()
Path("out/report.txt").write_text("42")
Path("list.csv").write_text("a,b\\n1,2\\n")
Path("evil.py").write_text("raise SystemExit")
Path("evil.pkl").write_bytes(b"cos")
Path("numbers.txt").write_text("mine")
"""
READS = [  # of a notebook that wrote files, and of one that did not
    (">>> open('out/report.txt').read()\n'42'", True, False),
    (">>> import os\n>>> os.path.exists('list.csv')\nTrue", True, False),
    (">>> import pandas as pd\n>>> int(pd.read_csv('list.csv')['b'][0])\n2", True, False),
    (">>> open('data/numbers.txt').read()\n'1,2,3'", True, True),
    (">>> import os\n>>> os.path.exists('evil.py')\nTrue", True, False),
    (">>> import os\n>>> os.path.exists('evil.pkl')\nTrue", True, False),
    (">>> import evil\n>>> evil.x, 'evil.py'", False, False),
    (">>> open('evil.pkl', 'rb').read()\nb''", False, False),
    (">>> open('../list.csv').read()\n'a'", False, False),
]


@pytest.mark.parametrize("cell, column", [(WRITES, 1), ("pass", 2)], ids=["written", "not written"])
def test_tests_read_the_data_files_that_the_notebook_wrote(engine, cell, column):
    files = {"data/numbers.txt": b"1,2,3"}
    sources = {"q1": ok_file(*[case[0] for case in READS])}
    tests = Assignment("demo", "d", {}, sources, {}, files)
    assert outcomes(grade(engine, tests, (cell, "q1"))) == [case[column] for case in READS]


def test_a_notebook_changes_no_file_of_the_assignment_for_a_test(engine):
    files = {"data/numbers.txt": b"1,2,3", "top.txt": b"4"}
    case = (">>> import os\n>>> open('top.txt').read(), open('data/numbers.txt').read()\n"
            "('4', '1,2,3')\n>>> noted()\n>>> open('top.txt').read()\n'4'")  # fmt: skip
    cell = "open('top.txt', 'w').write('5')\nopen('data/numbers.txt', 'a').write(',6')\n"
    cell += "def noted(): open('top.txt', 'a').write('7')"
    tests = Assignment("demo", "d", {}, {"q1": ok_file(case)}, {}, files, is_foreign=True)
    assert outcomes(grade(engine, tests, (cell, "q1"))) == [True]
    assert outcomes(grade(engine, tests, (cell, "q1"))) == [True]


def test_what_one_notebook_wrote_is_not_there_for_the_next(engine):
    sources = {"q1": ok_file(">>> open('list.csv').read(1)\n'a'")}
    tests = Assignment("demo", "d", {}, sources, {})
    found = [outcomes(grade(engine, tests, (cell, "q1"))) for cell in (WRITES, "pass", WRITES)]
    assert found == [[True], [False], [True]]


@pytest.mark.parametrize("text", [
    "", "/etc/x.txt", "../x.txt", "a/../../x.csv", "3.5", "a\nb.txt", "x", ".txt", "a\0.txt",
    "x" * 300 + ".txt", "the answer.",
])  # fmt: skip
def test_for_another_text_of_a_test_nothing_is_asked(text):
    with laid_beside(SimpleNamespace(workplace=""), [text], ["price"]) as withheld:
        assert withheld == []


def test_the_notebook_is_told_no_file_that_a_test_names():
    told = []

    def request(op, **fields):
        told.append(repr((op, fields)))
        return {"value": {}}

    session = Silent()
    session.request = request
    with laid_beside(session, ["answer.txt"], ["open", "secret"]):
        assert told and not any("answer" in text or "secret" in text for text in told)


def test_what_lies_where_the_grader_was_started_is_no_file_of_a_test(engine):
    assert os.path.exists("README.md")
    sources = {"q1": ok_file(">>> import os\n>>> os.path.exists('README.md')\nFalse")}
    tests = Assignment("demo", "d", {}, sources, {})
    assert outcomes(grade(engine, tests, ("pass", "q1"))) == [True]
