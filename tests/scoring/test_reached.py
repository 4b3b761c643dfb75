"""What a test hands over and student code calls opens no file and no host but the test's own."""

import os
from pathlib import Path

import pytest

from autograder.scoring.assignment import Assignment
from tests.running import grade, grade_doctests, ok_file, outcomes

SECRET = "the instructor's own words"
IMPORTS = (
    ">>> import codecs, functools, glob, io, os, pathlib, shutil, socket, urllib.request\n"
    ">>> import numpy as np\n>>> import pandas as pd\n>>> import torch\n"
)
# What a test hands over, and what a student makes of it; each with a path that the student chose.
READS = {
    "open": "f(path).read()",
    "io.open": "f(path).read()",
    "codecs.open": "f(path).read()",
    "functools.partial(open, mode='rb')": "f(path).read()",
    "pd.read_csv": "f(path, header=None)",
    "pd.read_table": "f(path)",
    "np.loadtxt": "f(path, dtype=str, delimiter='|')",
    "np.genfromtxt": "f(path, dtype=str, delimiter='|')",
    "np.fromfile": "f(path, dtype='u1')",
    "pathlib.Path": "f(path).read_text()",
    "shutil.copyfile": "f(path, 'mine.txt')",
    "lambda p: open(p).read()": "f(path)",
    "lambda p: list(map(str, os.scandir(p)))": "f(folder)",
    "lambda p: glob.glob(p)": "f(folder + '/*')",
    "lambda p: os.open(p, 0)": "f(path)",
    "torch.load": "f(path)",
    "(lambda *a: [open(one).read() for one in a])": "f(path)",
    "urllib.request.urlopen": "f('file://' + path).read()",
}
CHANGES = {
    "open": "f(path, 'w').close()",
    "lambda p: open(p, 'a').close()": "f(path)",
    "np.save": "f(path + '.npy', 1)",
    "pd.DataFrame({'a': [1]}).to_csv": "f(path)",
    "lambda p: os.remove(p)": "f(path)",
    "lambda p: os.rename(p, p + 'x')": "f(path)",
    "lambda p: shutil.rmtree(p)": "f(folder)",
    "lambda p: os.mkdir(p + 'x')": "f(folder)",
    "lambda p: os.symlink(p, p + 'x')": "f(path)",
    "lambda p: os.chmod(p, 0)": "f(path)",
    "pathlib.Path": "f(path).write_text('mine')",
    "np.savetxt": "f(path, [1])",
}


def cell(use, path):
    return (
        f"path = {str(path)!r}\nfolder = {str(path.parent)!r}\ntold = []\n"
        f"def use(f):\n    try: told.append({use})\n"
        "    except BaseException as error: told.append(type(error).__name__)\n    return 1"
    )


@pytest.mark.parametrize("function", READS)
def test_no_file_of_others_is_read(engine, function, tmp_path, monkeypatch):
    secret = tmp_path / "secret" / "marks.txt"
    secret.parent.mkdir()
    secret.write_text(SECRET)
    monkeypatch.setattr("tempfile.tempdir", str(_folder(tmp_path)))
    made = _made(f"{IMPORTS}>>> use({function})\n1")
    graded = grade(engine, made, (cell(READS[function], secret), "q1"), "print(told)")
    assert SECRET not in graded.outputs[1].text and secret.name not in graded.outputs[1].text
    assert str(SECRET.encode()[0]) + " " + str(SECRET.encode()[1]) not in graded.outputs[1].text


@pytest.mark.parametrize("function", CHANGES)
def test_no_file_of_others_is_changed(engine, function, tmp_path, monkeypatch):
    theirs = tmp_path / "secret" / "marks.txt"
    theirs.parent.mkdir()
    theirs.write_text(SECRET)
    before = theirs.stat().st_mode
    monkeypatch.setattr("tempfile.tempdir", str(_folder(tmp_path)))
    made = _made(f"{IMPORTS}>>> use({function})\n1")
    graded = grade(engine, made, (cell(CHANGES[function], theirs), "q1"))
    assert theirs.read_text() == SECRET and theirs.stat().st_mode == before
    assert os.listdir(theirs.parent) == [theirs.name]
    assert {one.name for one in tmp_path.iterdir()} == {"secret", "temporary"}
    assert graded.questions


HOSTS = {
    "socket.create_connection": "f(('127.0.0.1', 9))",
    "urllib.request.urlopen": "f('http://127.0.0.1:9/')",
}


@pytest.mark.parametrize("function", HOSTS)
def test_no_host_is_reached(engine, function):
    made = _made(f"{IMPORTS}>>> use({function})\n1")
    graded = grade(engine, made, (cell(HOSTS[function], Path("/x/y")), "q1"), "print(told)")
    assert "ConnectionRefused" not in graded.outputs[1].text
    assert outcomes(graded) == [False]


HONEST = """
def attempt(f, *args):
    try:
        return f(*args)
    except Exception as error:
        return type(error).__name__
def first_line(read, name):
    return attempt(read, name)
def save(text):
    with open("own.txt", "w") as file:
        file.write(text)
    return "own.txt"
"""


def test_what_the_test_names_itself_is_opened_as_in_one_process(engine):
    examples = [
        ">>> attempt(open, '/no/such/file.txt')\n'FileNotFoundError'",
        ">>> attempt(open, 'missing.txt')\n'FileNotFoundError'",
        ">>> import os\n>>> open('here.txt', 'w').write('a')\n1\n"
        ">>> first_line(lambda name: open(name).read(), 'here.txt')\n'a'",
        ">>> import pandas as pd\n>>> open('t.csv', 'w').write('a\\n1\\n')\n4\n"
        ">>> attempt(pd.read_csv, 't.csv').a.sum()\nnp.int64(1)",
        ">>> attempt(int, 'x'), attempt(len, [1]), attempt(max, [1, 2])\n('ValueError', 1, 2)",
    ]
    graded = grade_doctests(engine, HONEST, [(code, None) for code in examples], foreign=True)
    assert outcomes(graded) == [True] * len(examples)


FILED = """
class Square:
    def __init__(self, side): self.side = side
    def area(self): return self.side ** 2
    def told(self): return f"{type(self).__name__} of {self.area()}"
def apply(f, x): return f(x)
"""


@pytest.mark.parametrize("code", [
    ">>> class Half(Square):\n...     def area(self): return super().area() / 2\n"
    ">>> Half(2).told()\n'Half of 2.0'",
    ">>> apply(lambda n: Square(n).told(), 3)\n'Square of 9'",
    ">>> import os\n>>> apply(lambda name: sorted(os.listdir(name)), '.') == os.listdir('.')\nTrue",
    ">>> def colours(n):\n...     import colorsys\n...     return colorsys.rgb_to_hsv(n, n, n)[2]\n"
    ">>> apply(colours, 1)\n1",
])  # fmt: skip
def test_a_tests_function_is_answered_beside_files_as_without(engine, code):
    code = ">>> _ = open('beside.txt', 'w').write('a')\n" + code
    assert outcomes(grade_doctests(engine, FILED, [(code, None)], foreign=True)) == [True]


def _made(example):
    return Assignment("demo", "digest", {}, {"q1": ok_file(example)}, {}, is_foreign=True)


def _folder(tmp_path):
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder
