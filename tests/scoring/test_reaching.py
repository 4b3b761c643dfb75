"""Whatever a test does with a text, a file or code of a notebook's: nothing of it runs beside it.

Each way is one in which Python or a library makes code of what it is handed. The mark is a folder
that only a process outside of the sandbox could make.
"""

import os

import pytest
from otter.test_files.exception_test import ExceptionTestFile

from autograder.scoring.assignment import Assignment
from tests.running import grade, messages, outcomes, test_file

MAKES = "__import__('os').mkdir('{}')"
CELL = '''
text = {text!r}
shell = {shell!r}
open("t.txt", "w").write(text)
open("doc.txt", "w").write(">>> " + text + "\\n")
os = __import__("os")
os.makedirs("site-packages")
open("site-packages/t.txt", "w").write(text)
open("l.cfg", "w").write("""[loggers]
keys=root
[handlers]
keys=h
[formatters]
keys=
[logger_root]
handlers=h
[handler_h]
class=StreamHandler
args=(""" + text + """,)
""")
def documented(x):
    return x
documented.__doc__ = "\\n>>> " + text + "\\n"
def hidden():
    """
    >>> timeit(text_of_mine, number=1)
    """
hidden.__doc__ = hidden.__doc__.replace("text_of_mine", repr(text))
def run(x):
    __import__("os").mkdir({made!r})
    return x
query = "@os.mkdir('{made}')"
reached = "@pd.io.common.os.mkdir('{made}')"
kept = "a.to_csv('{made}')"
quoted = "'`' == a.to_csv('{made}') == '`'"
template = "{{{{ cycler.__init__.__globals__.os.mkdir('{made}') }}}}"
settings = dict(version=1, root=dict(handlers=["h"]),
                handlers=dict(h={{"()": "os.mkdir", "path": {made!r}}}))
attach = "ATTACH '{made}' AS x; CREATE TABLE x.t(a);"
vacuum = "VACUUM INTO '{made}'"
database = {made!r}
import marshal
code = marshal.dumps(compile(text, "x", "exec"))
coded = (b"# coding: utf-7\\n" + text.encode().replace(b"_", b"+AF8-").replace(b"(", b"+ACg-")
         .replace(b".", b"+AC4-").replace(b"'", b"+ACc-"))
import sympy
x = sympy.Symbol("x")
function = sympy.Function(text)(x)
symbol = sympy.Symbol(text) + x
'''
WAYS = {
    "docstring": "import doctest\n    doctest.run_docstring_examples(documented, {})",
    "parser": "import doctest\n    doctest.DocTestRunner().run(doctest.DocTestParser().get_doctest("
    "documented.__doc__, {}, 'f', None, 0))",
    "testfile": "import doctest\n    doctest.testfile('doc.txt', module_relative=False)",
    "docstring-in-docstring": "import doctest, timeit\n"
    "    doctest.run_docstring_examples(hidden, {'timeit': timeit.timeit})",
    "timeit": "import timeit\n    timeit.timeit(text, number=1)",
    "timeit-setup": "import timeit\n    timeit.timeit('1', setup=text, number=1)",
    "runpy": "import runpy\n    runpy.run_path('t.txt')",
    "runpy-packages": "import runpy\n    runpy.run_path('site-packages/t.txt')",
    "loader": "from importlib.machinery import SourceFileLoader\n"
    "    SourceFileLoader('m', 'site-packages/t.txt').load_module()",
    "code": "import code\n    code.InteractiveInterpreter().runsource(text)",
    "profile": "import cProfile\n    cProfile.run(text)",
    "debugger": "import bdb\n    bdb.Bdb().run(text)",
    "fileConfig": "import logging.config\n    logging.config.fileConfig('l.cfg')",
    "dictConfig": "import logging.config\n    logging.config.dictConfig(settings)",
    "program": "import subprocess, sys\n    subprocess.run([sys.executable, '-c', text])",
    "program-fed": "import subprocess, sys\n"
    "    subprocess.run([sys.executable], input=text, text=True)",
    "program-of-a-file": "import subprocess, sys\n    subprocess.run([sys.executable, 't.txt'])",
    "shell": "import subprocess\n    subprocess.run(shell, shell=True)",
    "system": "import os\n    os.system(shell)",
    "popen": "import os\n    os.popen(shell).read()",
    "posix_spawn": "import os, sys\n    os.posix_spawn(sys.executable, ['x', '-c', text], {})",
    "query": "import os, pandas as pd\n    pd.DataFrame({'a': [1]}).query(query)",
    "query-of-pandas": "import pandas as pd\n    pd.DataFrame({'a': [1]}).query(reached)",
    "query-writes": "import pandas as pd\n    pd.DataFrame({'a': [1]}).eval(kept)",
    "query-quotes": "import pandas as pd\n    pd.DataFrame({'a': [1]}).query(quoted)",
    "template": "import jinja2\n    jinja2.Template(template).render()",
    "attach": "import sqlite3\n    sqlite3.connect(':memory:').executescript(attach)",
    "vacuum": "import sqlite3\n    sqlite3.connect(':memory:').execute(vacuum)",
    "database": "import sqlite3\n    sqlite3.connect(database).execute('create table t(a)')",
    "connection": "import sqlite3\n    sqlite3.Connection(':memory:').executescript(attach)",
    "marshal": "import marshal\n    exec(marshal.loads(code))",
    "encoded": "exec(coded)",
    "own-code": "exec(run.__code__.replace(co_argcount=0, co_nlocals=0, co_varnames=()))",
    "own-function": "import types\n    types.FunctionType(run.__code__, {})(1)",
    "own-function-renamed": "import types\n"
    "    types.FunctionType(run.__code__.replace(co_filename='x'), {})(1)",
    "own-source": "import inspect\n    exec(inspect.getsource(run) + 'run(1)')",
    "lambdify": "import sympy\n    sympy.lambdify(sympy.Symbol('x'), function)(1)",
    "lambdify-math": "import sympy\n    sympy.lambdify([sympy.Symbol('x')], symbol, 'math')(1)",
    "thread": "import threading\n    t = threading.Thread(target=exec, args=(text,))\n"
    "    t.start(); t.join(); exec(text)",
    "fork": "import os, time\n    if os.fork() == 0: exec(text)\n    os.wait(); exec(text)",
    "process": "import multiprocessing\n"
    "    p = multiprocessing.get_context('fork').Process(target=exec, args=(text,))\n"
    "    p.start(); p.join(); assert p.exitcode == 0",
}
TAKES = (
    "text", "shell", "documented", "hidden", "run", "query", "reached", "kept", "quoted",
    "template", "settings", "attach", "vacuum", "database", "code", "coded", "function", "symbol",
)  # fmt: skip


def graded(engine, cell: str, bodies):
    words = {name: [one for one in TAKES if one in body] for name, body in bodies.items()}
    cases = [
        f"def case{n}({', '.join(words[name])}):\n    {body}"
        for n, (name, body) in enumerate(bodies.items())
    ]
    tests = Assignment(
        "demo", "d", {"show_hidden": True}, {"q1": test_file("q1", *cases)}, {}, is_foreign=True
    )
    return tests, grade(engine, tests, (cell, "q1"))


def cell_making(made: str) -> str:
    return CELL.format(text=MAKES.format(made), shell=f"mkdir {made}", made=made)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("caught", [False, True])
def test_nothing_of_a_notebooks_runs_whoever_makes_code_of_it(engine, tmp_path, caught):
    made = str(tmp_path / "made")
    bodies = WAYS
    if caught:  # what is refused fails a test that catches it, too
        tried = {name: body.replace("\n    ", "\n        ") for name, body in WAYS.items()}
        bodies = {
            name: f"try:\n        {body}\n    except BaseException: pass"
            for name, body in tried.items() if name != "process"  # its own process tells nobody
        }  # fmt: skip
    _, gradation = graded(engine, cell_making(made), bodies)
    passed = [name for name, ok in zip(bodies, outcomes(gradation), strict=True) if ok]
    assert not passed and not os.path.exists(made)


PLAIN_CELL = '''
def square(x):
    """
    >>> square(3)
    9
    """
    return x * x
text = "2 + 3"
queries = ["a > 1", "b.str.contains('y') and a < 3", "a in [2, 3]", "`my col` == 'q'",
           "a == a.max()", "a.between(2, 3) & ~b.isnull()"]
formula = "c = a + 2 * a"
sql = "SELECT max(a) FROM t WHERE a < 3"
template = "Hello {{ name | upper }}{% if more %}!{% endif %}"
settings = dict(version=1, handlers=dict(h={"class": "logging.StreamHandler"}))
import sympy
x, y = sympy.symbols("x y")
expression = sympy.sin(x) ** 2 + sympy.Piecewise((x, x > 0), (y, True))
matrix = sympy.Matrix([[x, 1], [0, x]])
'''
PLAIN = {
    "docstring": "import doctest\n    t = doctest.DocTestParser().get_doctest(square.__doc__, "
    "{'square': square}, 'f', None, 0)\n    assert doctest.DocTestRunner().run(t).failed == 0",
    "timeit": "import timeit\n    assert timeit.timeit(text, number=1) >= 0",
    "own-timeit": "import timeit\n    assert timeit.timeit('f(3)\\nx = [n for n in range(3)]', "
    "setup='import os\\nos.getcwd()', globals={'f': square}, number=1) >= 0",
    "query": "import pandas as pd\n"
    "    t = pd.DataFrame({'a': [1, 2, 3], 'b': ['x', 'y', 'y'], 'my col': ['p', 'q', 'r']})\n"
    "    assert [len(t.query(q)) for q in queries] == [2, 1, 2, 1, 1, 2]\n"
    "    limit, size = 1, len\n    assert len(t.query('a > @limit and b.map(@size) > 0')) == 2",
    "eval": "import pandas as pd\n    assert list(pd.DataFrame({'a': [1]}).eval(formula).c) == [3]",
    "sql": "import sqlite3\n    c = sqlite3.connect(':memory:')\n"
    "    c.executescript('CREATE TABLE t(a); INSERT INTO t VALUES (1), (2), (3); VACUUM;')\n"
    "    assert c.execute(sql).fetchone() == (2,)",
    "template": "import jinja2\n"
    "    assert jinja2.Template(template).render(name='ada', more=1) == 'Hello ADA!'\n"
    "    assert jinja2.Template('{{ [1, 2][0] }}').render() == '1'",
    "styled": "import pandas as pd\n"
    "    assert '<table' in pd.DataFrame({'a': [1]}).style.format('{:.1f}').to_html()",
    "settings": "import logging.config\n    logging.config.dictConfig(settings)",
    "lambdify": "import sympy\n    f = sympy.lambdify(sympy.symbols('x y'), expression, 'math')\n"
    "    assert abs(f(1.0, 2.0) - 1.708) < 1e-3\n"
    "    g = sympy.lambdify(sympy.Symbol('x'), matrix, 'numpy')\n"
    "    assert g(2.0).tolist() == [[2, 1], [0, 2]]",
    "program": "import subprocess, sys\n"
    "    ran = subprocess.run([sys.executable, '-c', 'print(6 * 7)'], capture_output=True)\n"
    "    assert ran.stdout.strip() == b'42'",
    "machine": "import platform\n    assert platform.platform() and platform.processor() != 0",
    "fork": "import os\n    pid = os.fork()\n    if pid == 0: os._exit(3)\n"
    "    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 3",
    "process": "import multiprocessing\n"
    "    q = multiprocessing.get_context('fork').SimpleQueue()\n"
    "    p = multiprocessing.get_context('fork').Process(target=q.put, args=(5,))\n"
    "    p.start(); p.join(); assert q.get() == 5",
}
PLAIN_TAKES = (
    "square", "text", "queries", "formula", "sql", "template", "settings", "expression", "matrix",
)  # fmt: skip


def test_what_is_plain_passes_as_in_one_process(engine):
    cases = [
        f"def case{n}({', '.join(one for one in PLAIN_TAKES if one in body)}):\n    {body}"
        for n, body in enumerate(PLAIN.values())
    ]
    source = test_file("q1", *cases)
    namespace: dict = {"__name__": "__main__"}
    exec(PLAIN_CELL, namespace)
    stock = ExceptionTestFile.from_string(source, "q1.py")
    stock.run(namespace)
    failed = [one.message for one in stock.test_case_results if not one.passed]
    assert not failed, failed
    tests = Assignment("demo", "d", {"show_hidden": True}, {"q1": source}, {}, is_foreign=True)
    gradation = grade(engine, tests, (PLAIN_CELL, "q1"))
    found = dict(zip(PLAIN, outcomes(gradation), strict=True))
    assert all(found.values()), (found, messages(gradation))


LIBRARY = """
import jinja2, sqlite3, subprocess, sys, timeit
def made(n):
    return "".join(["{{ 'a'.upper()", " ~ name }}"] * n)
class Element:
    template = jinja2.Template(made(2))
double = eval("".join(["lambda n:", " n.real * 2"]))
taken = timeit.timeit("".join(["'a'.", "upper()"]), number=1)
ran = subprocess.run([sys.executable, "-c", "".join(["pri", "nt(1)"])], capture_output=True)
"""


def test_a_library_that_is_first_imported_in_a_test_does_what_it_does(
    engine, tmp_path, monkeypatch
):
    (tmp_path / "site-packages").mkdir()
    (tmp_path / "site-packages" / "first_imported.py").write_text(LIBRARY)
    monkeypatch.syspath_prepend(tmp_path / "site-packages")
    body = (
        "import first_imported as one\n    assert one.double(x) == 6\n"
        "    assert one.Element.template.render(name=1) == 'A1A1' and one.ran.stdout == b'1\\n'"
    )
    source = test_file("q1", f"def case(x):\n    {body}")
    tests = Assignment("demo", "d", {"show_hidden": True}, {"q1": source}, {}, is_foreign=True)
    gradation = grade(engine, tests, ("x = 3", "q1"))
    assert outcomes(gradation) == [True], messages(gradation)


def test_what_a_library_imports_of_a_notebooks_files_does_not_run(engine, tmp_path, monkeypatch):
    made = tmp_path / "made"
    (tmp_path / "site-packages").mkdir()
    loads = "from importlib.machinery import SourceFileLoader\nSourceFileLoader('m', 't.txt')"
    (tmp_path / "site-packages" / "that_loads.py").write_text(f"{loads}.load_module()")
    monkeypatch.syspath_prepend(tmp_path / "site-packages")
    body = "open('t.txt').close()\n    import that_loads"
    _, gradation = graded(engine, cell_making(str(made)), {"loads": body})
    assert outcomes(gradation) == [False] and not made.exists()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_what_a_thread_of_an_earlier_case_tries_is_refused_and_fails_no_other(engine, tmp_path):
    made = str(tmp_path / "made")
    late = (
        "import threading, time\n    def late():\n        time.sleep({})\n        eval(text)\n    "
    )
    both = "".join(
        late.format(s) + "threading.Thread(target=late).start()\n    " for s in (0.3, 1.2)
    )
    awake = "import time\n    time.sleep(0.8)\n    assert text"
    bodies = {"begins": both, "during": awake, "after": awake}
    assert outcomes(graded(engine, cell_making(made), bodies)[1]) == [True] * 3
    assert not os.path.exists(made)
