"""A text that a test evaluates runs nothing of the notebook's beside the tests."""

import os

import pytest

from autograder.scoring import interpreters
from autograder.scoring.assignment import Assignment
from tests.running import check_beside_stock, grade, grade_doctests, outcomes, test_file

CELL = """
power = "x ** 2 + 1"
biggest = "max(1, 2) + abs(-3)"
listed = "[1, (2, 3), {'a': 4}]['0' == 0]"
wave = "sin(x)**2 + 2*x"
name = "square"
def square(x): return x * x
"""
EVALUATED = [
    ">>> eval(power, {'x': 3})\n10",
    ">>> eval(power, {'x': 3})\n11",
    ">>> eval(biggest)\n5",
    ">>> eval(listed)\n1",
    ">>> [eval(f'square({n})', {'square': square}) for n in range(3)]\n[0, 1, 4]",
    ">>> eval(f'{name}(3)', {'square': square})\n9",
    ">>> eval('().__class__.__name__')\n'tuple'",
    ">>> exec('y = [n for n in range(3)]'); y\n[0, 1, 2]",
    ">>> import ast\n>>> len(ast.parse('import os; os.getcwd() + ' + power).body)\n2",
    ">>> import sympy\n>>> str(sympy.sympify(wave).diff('x'))\n'2*sin(x)*cos(x) + 2'",
    ">>> from collections import namedtuple\n>>> namedtuple('P', 'a b')(1, 2).b\n2",
    ">>> from dataclasses import dataclass\n>>> @dataclass\n... class Q:\n...     a: int = 1\n"
    ">>> Q().a\n1",
]
REACHING = [
    "__import__('os').mkdir('{}') is None",
    "().__class__.__base__.__subclasses__() != []",
    "open('{}', 'w') is not None",
    "exec('import os; os.mkdir(\\'{}\\')') is None",
    "(lambda: 1)()",
    "[c for c in (1,)]",
    "f'{{square.__globals__}}'",
    "getattr(square, '__glo' + 'bals__')",
    "(y := 1)",
]
HOW = [
    "eval(text)",
    "eval(text.strip())",
    "eval('(' + text + ')')",
    "eval(compile(text, 'x', 'eval'))",
    "eval(compile(__import__('ast').parse(text, mode='eval'), 'x', 'eval'))",
    "exec('found = ' + text)",
    "__import__('sympy').sympify(text)",
]


@pytest.fixture(scope="module")
def graded(engine):
    return grade_doctests(engine, CELL, [(code, True) for code in EVALUATED], foreign=True)


@pytest.mark.parametrize("number", range(len(EVALUATED)))
def test_sums_calls_and_a_tests_own_texts_are_evaluated(graded, number):
    check_beside_stock(graded, number, CELL, EVALUATED[number], number != 1)


@pytest.mark.parametrize("text", REACHING)
def test_no_text_of_a_notebooks_reaches_further_however_it_is_evaluated(engine, tmp_path, text):
    made = tmp_path / "made"
    cell = f"text = {text.format(made)!r}\ndef square(x): return x * x"
    cases = [f"def case_{n}(text):\n    {how}" for n, how in enumerate(HOW)]
    caught = (
        "def caught(text):\n    try:\n        eval(text)\n    except BaseException:\n        pass"
    )
    tests = Assignment(
        "demo", "d", {"show_hidden": True}, {"q1": test_file("q1", *cases, caught)}, {},
        is_foreign=True,
    )  # fmt: skip
    gradation = grade(engine, tests, (cell, "q1"))
    assert not any(outcomes(gradation)) and not os.path.exists(made)
    assert "is not evaluated beside the tests" in gradation.questions[0].cases[-1].message


STRANGE = """
exec("made_at_import = [n for n in range(3)]")
def run(text): return eval(text)
def run_code(text): exec(compile(text, "strange", "exec"))
def run_part(text): return eval(text.partition("~")[2].strip())
def run_wrapped(text): exec("def f():\\n    return " + text, space := {}); return space["f"]()
def kept(): return eval("[n for n in range(4)]")
"""
PASSED_ON = ("run(text)", "run_code(text)", "run_part('y ~ ' + text)", "run_wrapped(text)",
             "run(compile(text, 'x', 'eval'))")  # fmt: skip


def test_a_package_that_nobody_lists_runs_no_text_of_a_notebooks(engine, tmp_path, monkeypatch):
    place = tmp_path / "site-packages"
    place.mkdir()
    (place / "strange_language.py").write_text(STRANGE)
    monkeypatch.syspath_prepend(str(place))
    made = tmp_path / "made"
    cell = f"text = {REACHING[0].format(made)!r}\nsum_ = '1 + max(2, 3)'"
    bodies = [f"assert strange_language.{one}" for one in PASSED_ON] + [
        "assert strange_language.made_at_import == [0, 1, 2]",
        "assert strange_language.run(sum_) == 4",
        "assert strange_language.run('[n for n in range(2)]') == [0, 1]",
        "assert strange_language.kept() == [0, 1, 2, 3]",
    ]
    cases = [
        f"def case_{n}(text, sum_):\n    import strange_language\n    {body}"
        for n, body in enumerate(bodies)
    ]
    tests = Assignment(
        "demo", "d", {"show_hidden": True}, {"q1": test_file("q1", *cases)}, {}, is_foreign=True
    )
    gradation = grade(engine, tests, (cell, "q1"))
    assert outcomes(gradation) == [False] * len(PASSED_ON) + [True] * 4
    assert not made.exists()


CODED = (  # what packages write and compile while a test runs
    "import networkx as nx\n    assert nx.is_connected(nx.path_graph(3))",
    "import scipy.stats as s\n    assert s.norm(1, 2).mean() == 1 and s.rv_continuous(name='a')",
    "import scipy.optimize as o\n    assert abs(o.brentq(lambda x: x - 1, 0, 3) - 1) < 1e-6",
    "import attr\n    assert attr.make_class('P', ['a'])(1).a == 1",
    "import sympy as s\n    x = s.Symbol('x')\n    assert s.solve(x**2 - 4) == [-2, 2]",
    "import sympy as s\n    x = s.Symbol('x')\n    assert s.lambdify(x, s.sin(x))(0) == 0",
    "import torch\n    assert torch.fx.symbolic_trace(torch.nn.ReLU())(torch.ones(1)).sum() == 1",
    "import pandas as pd\n    assert pd.DataFrame({'a': [1]}).to_html()",
    "import seaborn, matplotlib.pyplot as plt\n    seaborn.histplot([1, 2]); plt.savefig('a.svg')",
    "import matplotlib.pyplot as plt\n    plt.plot([1]); plt.title('$a^2$'); plt.savefig('a.pdf')",
    "import bs4\n    assert bs4.BeautifulSoup('<a>b</a>', 'html.parser').a.text == 'b'",
    "from PIL import Image\n    assert Image.new('L', (2, 2)).resize((1, 1)).getpixel((0, 0)) == 0",
    "from collections import namedtuple\n    assert namedtuple('P', 'a')(1).a == 1",
    "import tqdm, requests, yaml\n    assert yaml.safe_load('a: 1') == {'a': 1}",
)


def test_what_packages_write_themselves_is_compiled(engine):
    cases = [f"def case_{n}(x):\n    {body}" for n, body in enumerate(CODED)]
    tests = Assignment(
        "demo", "d", {"show_hidden": True}, {"q1": test_file("q1", *cases)}, {}, is_foreign=True
    )
    gradation = grade(engine, tests, ("x = 1", "q1"))
    said = [case.message for case in gradation.questions[0].cases if not case.passed]
    assert not said and len(outcomes(gradation)) == len(CODED), said


@pytest.mark.parametrize(
    "place, is_own",
    [
        ("/srv/venv/lib/python3.11/site-packages/sympy/polys/monomials.py", True),
        ("/srv/venv/lib/python3.11/site-packages/sympy/parsing/sympy_parser.py", False),
        ("/srv/venv/lib/python3.11/site-packages/torch/fx/graph_module.py", True),
        ("/srv/torch/lib/python3.11/site-packages/other/eval.py", False),
        ("/srv/torch/other/eval.py", False),
        ("/usr/lib/python3/dist-packages/decorator.py", True),
        ("/usr/lib/python3/dist-packages/other/torch/eval.py", False),
    ],
)
def test_a_package_writes_its_own_code_by_where_it_is_installed(place, is_own):
    space: dict = {}
    exec(compile("import sys\ndef frame():\n    return sys._getframe()", place, "exec"), space)
    assert (interpreters.interpreter_of(space["frame"]()) is None) is is_own
