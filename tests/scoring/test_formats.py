"""Test files in Otter's default format, and the files of other people's assignments."""

import json
import zipfile

import pytest

from autograder.errors import UsageError
from autograder.model import Limits
from autograder.scoring.assignment import Assignment, load_assignment
from autograder.scoring.formats import parse_tests
from autograder.scoring.formats.doctests import DoctestTests
from autograder.scoring.formats.exceptions import ExceptionTests
from tests.running import (
    check_beside_stock,
    grade,
    grade_doctests,
    messages,
    ok_file,
    outcomes,
    test_file,
)

CELL = """
import math
import numpy as np
from collections import namedtuple
import enum
class Bag:
    def __init__(self, *items): self.items = list(items)
    def __len__(self): return len(self.items)
    def __repr__(self): return f"Bag{tuple(self.items)}"
    def __eq__(self, other): return True
class Colour(enum.Enum):
    RED = 1
Point = namedtuple("Point", "x y")
def square(x):
    "Square a number."
    return x * x
def broken(x):
    raise ValueError("no")
numbers, text, bag, p, red = [1, 2, 3], "abc", Bag(1, 2), Point(1, 2), Colour.RED
array, table = np.arange(4), {"a": 1}
max = 7
"""
EXAMPLES = [  # (what a case says, whether stock Otter passes it)
    (">>> square(3)\n9", True),
    (">>> square(3)\n10", False),
    (">>> bool(np.isclose(square(1.5), 2.25))\nTrue", True),
    (">>> numbers\n[1, 2, 3]", True),
    (">>> sum(numbers) == 6 and len(text) == 3\nTrue", True),
    (">>> isinstance(square(2), int)\nTrue", True),
    (">>> type(numbers) == list, type(text) == str\n(True, True)", True),
    (">>> type(bag).__name__\n'Bag'", True),
    (">>> callable(square), callable(numbers)\n(True, False)", True),
    (">>> isinstance(bag, Bag) and not isinstance(3, Bag)\nTrue", True),
    (">>> bag\nBag(1, 2)", True),
    (">>> len(bag)\n2", True),
    (">>> p.x + p.y\n3\n>>> p == (1, 2)\nTrue", True),
    (">>> red is Colour.RED\nTrue", True),
    (">>> array.sum() == 6 and array.shape == (4,)\nTrue", True),
    (">>> broken(1)\nTraceback (most recent call last):\n    ...\nValueError: no", True),
    (">>> broken(1)\n1", False),
    (">>> nowhere\n1", False),
    (">>> 'nowhere' in dir()\nFalse", True),
    (">>> for n in numbers:\n...     print(square(n))\n1\n4\n9", True),
    (">>> [square(n) for n in numbers]\n[1, 4, 9]", True),
    (">>> square.__doc__\n'Square a number.'", True),
    (">>> assert square.__doc__\n>>> assert not broken.__doc__", True),
    (">>> assert broken.__doc__", False),
    (">>> assert not isinstance(bag, Bag)", False),
    (">>> assert bag != 5", False),
    (">>> max\n7", True),
    (">>> math.floor(2.5)\n2", True),
    (">>> secret = 41 + 1\n>>> secret == square(2)\nTrue", False),
    (">>> import statistics\n>>> statistics.mean(numbers)\n2", True),
    (">>> table['a'] = 2\n>>> table\n{'a': 2}", True),
]


@pytest.fixture(scope="module")
def graded(engine):
    return grade_doctests(engine, CELL, EXAMPLES)


@pytest.mark.parametrize("number", range(len(EXAMPLES)), ids=lambda n: EXAMPLES[n][0][:50])
def test_a_doctest_does_over_the_wall_what_it_does_in_one_process(graded, number):
    check_beside_stock(graded, number, CELL, *EXAMPLES[number])


def test_no_message_quotes_a_test(graded):
    said = messages(graded) + json.dumps(graded.gradescope)
    for word in ("secret", "41 + 1", ">>>", "Expected", "nowhere", "square(3)", "StandIn"):
        assert word not in said


def test_points_and_messages_are_those_of_the_file(engine):
    spec = DoctestTests.spec(ok_file(">>> square(3)\n9", ">>> square(3)\n8"))
    spec["points"] = [1, 2]
    spec["suites"][0]["cases"][0] |= {"success_message": "well done", "points": None}
    spec["suites"][0]["cases"][1] |= {"failure_message": "think again", "points": None}
    sources = {"q1": f"OK_FORMAT = True\ntest = {spec!r}"}
    found = grade(engine, Assignment("demo", "d", {}, sources, {}), (CELL, "q1"))
    assert (found.score, found.possible) == (1, 3)
    assert "well done" in messages(found) and "think again" in messages(found)
    spec["all_or_nothing"] = True
    sources = {"q1": f"OK_FORMAT = True\ntest = {spec!r}"}
    assert grade(engine, Assignment("demo", "d", {}, sources, {}), (CELL, "q1")).score == 0


@pytest.mark.parametrize("source, cls", [
    (test_file("q1", "def case(x):\n    assert x"), ExceptionTests),
    (ok_file(">>> 1\n1"), DoctestTests),
    (ok_file(">>> 1\n1").replace("OK_FORMAT = True\n", ""), DoctestTests),
])  # fmt: skip
def test_a_file_says_its_format(source, cls):
    assert type(parse_tests(source, "tests/q1.py", "en")) is cls


def write_zip(path, files, config=None, tests=None):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("otter_config.json", json.dumps(config or {}))
        archive.writestr("tests/q1.py", tests or ok_file(">>> 1\n1"))
        for name, content in files.items():
            archive.writestr(name, content)
    return path


FILES = {
    "files/data/numbers.txt": "1,2,3",
    "files/helper.py": "from pathlib import Path\n"
    "def right(rows): return rows == [int(n) for n in "
    "Path('data/numbers.txt').read_text().split(',')]\n",
}
READS = "import helper\nrows = [int(n) for n in open('data/numbers.txt').read().split(',')]"


def test_notebook_and_tests_find_the_zips_files_beside_them(engine, tmp_path):
    tests = ok_file(">>> import helper\n>>> helper.right(rows)\nTrue")
    assignment = load_assignment(write_zip(tmp_path / "lab.zip", FILES, tests=tests))
    assert set(assignment.files) == {"data/numbers.txt", "helper.py"}
    spoilt = "open('helper.py', 'w').write('def right(rows): return True')\nrows = [0]"
    for cell, expected in ((READS, [True]), (spoilt, [False]), (READS, [True])):
        gradation = grade(engine, assignment, (cell, "q1"), limits=Limits(cell_s=10, wall_s=60))
        assert outcomes(gradation) == expected, gradation.outputs


def test_a_zip_without_a_name_is_called_as_its_file(tmp_path):
    named = load_assignment(write_zip(tmp_path / "a.zip", {}, {"assignment_name": "lab 1"}))
    assert named.name == "lab-1" and named.is_named
    unnamed = load_assignment(write_zip(tmp_path / "lab02-autograder.zip", {}))
    assert unnamed.name == "lab02-autograder" and not unnamed.is_named
    folder = tmp_path / "hw3"
    folder.mkdir()
    assert load_assignment(write_zip(folder / "autograder.zip", {})).name == "hw3"


@pytest.mark.parametrize("name", ["files/../../etc/x", "files/a/../../../x"])
def test_files_outside_of_their_folder_are_refused(tmp_path, name):
    with pytest.raises(UsageError, match="outside"):
        load_assignment(write_zip(tmp_path / "a.zip", {name: "x"}))
