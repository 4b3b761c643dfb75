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
np.savez("two.npz", a=np.arange(2), b=np.zeros(3))
import gzip, os, pickle, sqlite3, zipfile
from pathlib import Path
class Thing: x = 3
with open("plain.pkl", "wb") as file: pickle.dump({"a": [1, (2.5, "x")]}, file)
with gzip.open("text.gz", "wt") as file: n = file.write("hey")
with zipfile.ZipFile("two.zip", "w") as file: file.writestr("in.txt", "inside")
base = sqlite3.connect("people.db")
_ = base.execute("create table if not exists people (name text, age int)")
_ = base.execute("insert into people values ('ann', 30)")
base.commit(); base.close()
with open("README", "w") as file: n = file.write("no suffix")
os.makedirs("deep/er", exist_ok=True)
with open("deep/er/x.txt", "w") as file: n = file.write("x")
def ages():
    base = sqlite3.connect("people.db")
    return sorted(row[0] for row in base.execute("select age from people"))
import tarfile
Path("plain.yaml").write_text("a: [1, 2.5]")
with tarfile.open("in.tar", "w") as file: file.add("plain.pkl")
def names(folder): return sorted(os.listdir(folder))
def same(value): return value
def remove(path): os.remove(path)
def work(): return os.getcwd()
def go(folder): os.chdir(folder)
def setting(name): return os.environ.get(name)
def tell(file, text): file.write(text)
"""
MORE = """
Path("helper.py").write_text("x = 1")
with open("thing.pkl", "wb") as file: pickle.dump(Thing(), file)
def pickled(): return pickle.dumps(Thing())
np.save("things.npy", np.array([Thing()], dtype=object))
with zipfile.ZipFile("code.zip", "w") as file: file.writestr("a.py", "x = 1")
with gzip.open("bomb.gz", "wb") as file: file.write(bytes(65 * 2**20))
import io, tarfile
with tarfile.open("out.tar", "w") as file: file.addfile(tarfile.TarInfo("../../led-out.txt"))
Path("run.yaml").write_text("!!python/object/apply:os.getcwd []")
Path("name.yaml").write_text("%TAG !p! tag:yaml.org,2002:pyt\\n--- !p!hon/name:os.getcwd")
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
    (">>> import numpy\n>>> int(numpy.load('numbers.npy').sum())\n3", True),
    (">>> import numpy\n>>> sorted(numpy.load('two.npz').files)\n['a', 'b']", True),
    (">>> import pickle\n>>> pickle.load(open('plain.pkl', 'rb'))\n{'a': [1, (2.5, 'x')]}", True),
    (">>> import gzip\n>>> gzip.open('text.gz', 'rt').read()\n'hey'", True),
    (">>> import zipfile\n>>> zipfile.ZipFile('two.zip').read('in.txt')\nb'inside'", True),
    (">>> import sqlite3\n>>> base = sqlite3.connect('people.db')\n"
     ">>> base.execute('select age from people where name = ?', ('ann',)).fetchall()\n[(30,)]",
     True),
    (">>> import sqlite3\n>>> base = sqlite3.connect('people.db')\n"
     ">>> _ = base.execute('insert into people values (?, ?)', ('cy', 4)); base.commit()\n"
     ">>> ages()\n[4, 30]", True),
    (">>> open('README').read()\n'no suffix'", True),
    (">>> from glob import glob\n>>> sorted(glob('*.np?'))\n['numbers.npy', 'two.npz']", True),
    (">>> from pathlib import Path\n>>> sorted(str(p) for p in Path('deep').rglob('*'))\n"
     "['deep/er', 'deep/er/x.txt']", True),
    (">>> import os\n>>> os.listdir('deep')\n['er']\n>>> os.path.isdir('deep/er')\nTrue", True),
    (">>> import tempfile, os\n>>> with tempfile.TemporaryDirectory() as d:\n"
     "...     squares(os.path.join(d, 'x.txt'), 2)\n"
     "...     open(os.path.join(d, 'x.txt')).read().split(), os.listdir(d)\n"
     "(['0', '1'], ['x.txt'])", True),
    (">>> import tempfile, pathlib\n>>> with tempfile.TemporaryDirectory() as d:\n"
     "...     path = pathlib.Path(d) / 'in.txt'\n...     n = path.write_text('a')\n"
     "...     count(path), names(d), names(pathlib.Path(d)), same(d) == d, same([d]) == [d]\n"
     "(1, ['in.txt'], ['in.txt'], True, True)", True),
    (">>> import tempfile\n>>> with tempfile.NamedTemporaryFile('w+') as file:\n"
     "...     n = file.write('a'); file.flush()\n...     count(file.name)\n1", True),
    (">>> import os\n>>> remove('out.txt')\n>>> os.path.exists('out.txt')\nFalse", True),
    (">>> import os\n>>> n = open('mine.txt', 'w').write('a')\n>>> os.remove('mine.txt')\n"
     ">>> names('.').count('mine.txt')\n0", True),
    (">>> import os\n>>> os.makedirs('made/here')\n>>> squares('made/here/x.txt', 1)\n"
     ">>> os.listdir('made/here'), names('made')\n(['x.txt'], ['here'])", True),
    (">>> import os\n>>> before = os.getcwd()\n>>> before == work()\nTrue\n"
     ">>> os.chdir('deep')\n>>> names('.'), work() == os.getcwd()\n(['er'], True)\n"
     ">>> os.chdir(before)\n>>> work() == before\nTrue", True),
    (">>> import os\n>>> before = os.getcwd()\n>>> go('deep')\n>>> os.listdir('.')\n['er']\n"
     ">>> os.chdir(before)", True),
    (">>> import os\n>>> os.chdir('deep')\n>>> names('.')\n['er']\n>>> os.chdir('..')", True),
    (">>> import os\n>>> 'deep' in names('.') and 'deep' in os.listdir()\nTrue", True),
    (">>> import os\n>>> setting('DESK_MODE')\n>>> os.environ['DESK_MODE'] = 'fast'\n"
     ">>> setting('DESK_MODE')\n'fast'\n>>> del os.environ['DESK_MODE']\n"
     ">>> setting('DESK_MODE')", True),
    (">>> import os\n>>> from unittest import mock\n"
     ">>> with mock.patch.dict(os.environ, {'DESK_KEY': '1'}):\n...     setting('DESK_KEY')\n"
     "'1'\n>>> setting('DESK_KEY')", True),
    (">>> import yaml\n>>> yaml.load(open('plain.yaml'), Loader=yaml.Loader)\n{'a': [1, 2.5]}",
     True),
    (">>> import tarfile\n>>> tarfile.open('in.tar').extractall('unpacked')\n"
     ">>> open('unpacked/plain.pkl', 'rb').read(1)\nb'\\x80'", True),
    (">>> with open('told.txt', 'w') as file:\n...     tell(file, 'hey')\n"
     ">>> open('told.txt').read()\n'hey'", True),
]  # fmt: skip
WITHHELD = {
    ">>> open('helper.py').read()\n'x = 1'": "helper.py",
    ">>> import helper\n>>> open, helper.x\n1": "",
    ">>> import pickle\n>>> pickle.load(open('thing.pkl', 'rb')).x\n3": "Thing",
    ">>> import pickle\n>>> pickle.loads(pickled()).x\n3": "Thing",
    ">>> import pickle\n>>> try: pickle.loads(pickled())\n... except BaseException: pass": "Thing",
    ">>> import numpy\n>>> numpy.load('things.npy', allow_pickle=True)[0].x\n3": "numpy",
    ">>> import pandas\n>>> pandas.read_pickle('thing.pkl').x\n3": "Thing",
    ">>> import zipfile\n>>> zipfile.ZipFile('code.zip').read('a.py')\nb'x = 1'": "code.zip",
    ">>> import gzip\n>>> len(gzip.open('bomb.gz').read()) > 1\nTrue": "bomb.gz",
    ">>> import tarfile\n>>> tarfile.open('out.tar').extractall()\n>>> 1\n1": "out.tar",
    ">>> import yaml\n>>> len(yaml.load(open('run.yaml'), Loader=yaml.Loader)) > 1\nTrue": "getcwd",
    ">>> import yaml\n>>> callable(yaml.unsafe_load(open('name.yaml')))\nTrue": "getcwd",
}


@pytest.fixture(scope="module")
def graded(engine):
    return grade_doctests(engine, CELL, EXAMPLES, foreign=True)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_a_test_finds_what_it_finds_in_one_process(graded, number, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    check_beside_stock(graded, number, CELL, *EXAMPLES[number])


@pytest.fixture(scope="module")
def refused(engine):
    examples = [(code, False) for code in WITHHELD]
    return grade_doctests(engine, CELL + MORE, examples, foreign=True)


@pytest.mark.parametrize("number", range(len(WITHHELD)))
def test_a_file_that_could_run_code_is_named_and_not_read(refused, number):
    case = refused.questions[0].cases[number]
    assert not case.passed and list(WITHHELD.values())[number] in case.message
    assert not os.path.exists("numbers.npy")
