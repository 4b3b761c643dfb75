"""Files that a test and the notebook both write are one while a test case runs.

Each line is judged by stock Otter's runner in one process too, in a folder of its own.
"""

import os

import pytest

from tests.running import check_beside_stock, grade_doctests

CELL = """
import numpy as np
def count(path):
    with open(path) as file: return len(file.readlines())
def squares(path, n):
    with open(path, "w") as file:
        for i in range(n): print(i * i, file=file)
def log(path, line):
    with open(path, "a") as file: file.write(line + ";")
with open("out.txt", "w") as file: n = file.write("hey")
np.save("numbers.npy", np.arange(3))
"""
EXAMPLES = [
    (">>> with open('mine.txt', 'w') as file:\n...     n = file.write('a' + chr(10) + 'b')\n"
     ">>> count('mine.txt')\n2\n>>> with open('mine.txt', 'a') as file:\n"
     "...     n = file.write(chr(10) + 'c')\n>>> count('mine.txt')\n3", True),
    (">>> squares('made.csv', 3)\n>>> open('made.csv').read().split()\n['0', '1', '4']\n"
     ">>> squares('made.csv', 2)\n>>> open('made.csv').read().split()\n['0', '1']", True),
    (">>> squares('made.csv', 3)\n>>> open('made.csv').read().split()\n['0', '1']", False),
    (">>> log('deep.log', 'a')\n>>> log('deep.log', 'b')\n>>> open('deep.log').read()\n'a;b;'\n"
     ">>> with open('deep.log', 'w') as file: n = file.write('x')\n>>> log('deep.log', 'c')\n"
     ">>> open('deep.log').read()\n'xc;'", True),
    (">>> open('out.txt').read()\n'hey'", True),
    (">>> count('nowhere.txt')\nTraceback (most recent call last):\n    ...\n"
     "FileNotFoundError: [Errno 2] No such file or directory: 'nowhere.txt'", True),
    (">>> import os\n>>> os.path.exists('nowhere.txt'), os.path.exists('numbers.npy')\n"
     "(False, True)", True),
]  # fmt: skip
WITHHELD = ">>> import numpy\n>>> int(numpy.load('numbers.npy').sum())\n3"


@pytest.fixture(scope="module")
def graded(engine):
    return grade_doctests(engine, CELL, [*EXAMPLES, (WITHHELD, False)], foreign=True)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_a_test_finds_what_it_finds_in_one_process(graded, number, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    check_beside_stock(graded, number, CELL, *EXAMPLES[number])


def test_a_file_that_could_run_code_is_named_and_not_read(graded):
    case = graded.questions[0].cases[-1]
    assert not case.passed and "numbers.npy" in case.message
    assert not os.path.exists("numbers.npy")
