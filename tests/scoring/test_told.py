"""What student code says of a hidden test's inputs is not repeated; what libraries say is."""

import json
import os
import sys
import sysconfig
from pathlib import Path
from types import ModuleType

import pytest

from autograder.scoring.told import (
    UNNAMED,
    WITHHELD,
    is_harmless,
    label,
    place,
    type_name,
    without_inputs,
)
from autograder.wall import oracles
from autograder.wall.evidence import CapturedError, Frame
from tests.running import assignment, grade, messages, test_file

SECRET = "0.7128"
CALLING = f"""
def test_called(f):
    import torch
    from autograder import probes
    assert float(f(torch.tensor({SECRET}))) == 1
"""
LOOKING = f"""
def test_looked(f):
    import torch
    from autograder import probes
    found = probes.error_of(f, torch.tensor({SECRET}))
    assert found is None, f"found {{found.type}}: {{found.message}}"
"""
DESCRIBING = f"""
def test_described(f):
    import torch
    from autograder.checks import answers
    answers.require_tensor(f(torch.tensor({SECRET})), "f(x)")
"""
TESTS = assignment(q1=test_file("q1", CALLING, LOOKING, DESCRIBING))
TELLS = {
    "an error's text": "def f(x):\n    raise ValueError(f'{x}')",
    "an assertion": "def f(x):\n    assert False, f'[doubled] {x.item()}'",
    "a class's name": "def f(x):\n    raise type(f'E{x.item()}', (ValueError,), {})('no')",
    "a returned object's class": "def f(x):\n    return type(f'E{x.item()}', (), {})()",
    "a missing key": "def f(x):\n    return {}[x.item()]",
    "a name": "def f(x):\n    return eval('v' + str(x.item()).replace('.', '_'))",
    "a file's name": "def f(x):\n    exec(compile('raise ValueError(1)', f'{x.item()}', 'exec'))",
    "a function's name": "def f(x):\n    n = 'g' + str(x.item())[2:]\n    d = {}\n"
        "    exec(f'def {n}(): raise ValueError(1)', d)\n    d[n]()",
    "a conversion": "def f(x):\n    return int(str(x.item()))",
    "a note, a warning, prints": "import warnings, sys\ndef f(x):\n    print(x)\n"
        "    print(x, file=sys.stderr)\n    warnings.warn(str(x))\n    raise ValueError('no')",
}  # fmt: skip


@pytest.mark.parametrize("source", TELLS.values(), ids=TELLS)
def test_nothing_of_the_input_comes_back(engine, source):
    found = grade(engine, TESTS, source)
    measured = {"wall_s": 0, "cpu_s": 0, "memory_mib": 0}  # where the digits may stand by chance
    told = json.dumps(found.as_dict() | {"digest": ""} | measured)
    assert "7128" not in told, told[max(0, told.find("7128") - 200) :][:300]


def test_a_librarys_own_words_and_the_notebooks_own_are_repeated(engine):
    found = grade(
        engine, TESTS, "import torch\ndef f(x):\n    return torch.ones(2) + torch.ones(3)"
    )
    assert "size of tensor a (2) must match the size of tensor b (3)" in messages(found)
    found = grade(engine, TESTS, "def f(x):\n    raise ValueError('not done yet')")
    assert "ValueError: not done yet" in messages(found)
    assert "f() takes 0 positional arguments but 1 was given" in messages(
        grade(engine, TESTS, "def f():\n    pass")
    )


def test_what_is_public_is_repeated_whole(engine):
    public = test_file("q1", CALLING).replace("hidden=True", "hidden=False")
    found = grade(engine, assignment(q1=public), TELLS["an error's text"])
    assert SECRET in messages(found)


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("division by zero", True),
        ("shape '[2, 3]' is invalid for input of size 4", True),
        ("shape '[0.7128]' is invalid for input of size 4", False),
        ("name 'answer' is not defined", True),
        ("name 'v0_7128' is not defined", False),
        ("'Tensor' object has no attribute 'foo'", False),
        ("'NoneType' object has no attribute 'shape'", True),
        ("index 71280000 is out of bounds for dimension 0 with size 1", False),
        ("0.7128", False),
        ("", True),
    ],
)
def test_a_text_is_harmless_where_no_input_can_stand_in_it(text, harmless):
    assert is_harmless(text, ["answer = 1"]) is harmless
    kept = without_inputs(f"found: {text}", [text], ["answer = 1"])
    assert kept == f"found: {text if harmless else WITHHELD}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [("df(x)", "df(x)"), ("order 3", "order 3"), ("0.7128", ""), ("7 1 2 8", ""), ("secret", "")],
)
def test_a_label_is_shown_as_far_as_it_stands_in_the_notebook(text, shown):
    assert label(text, ["plt.plot(x, label='df(x)')", "f'order {n}'"]) == shown


@pytest.mark.parametrize(
    "file", ["a\0.py", "\ud800.py", "x" * 400 + ".py", "a/" * 3000 + "b.py", "../" * 9 + "a.py", ""]
)
def test_any_text_may_stand_for_a_librarys_file(file):
    frame = Frame(file=file, function="f", line=1, text="", library="torch", is_raise=False)
    error = CapturedError("ValueError", ("ValueError",), "x", (), (frame,), None, None)
    assert place(error, ["def f(): pass"]) == "<cell>, f"


def test_no_file_outside_of_the_libraries_tells_a_name(tmp_path):
    outside = tmp_path / "outside.py"
    outside.write_text("def f0_7128(): pass")
    libraries = Path(sysconfig.get_path("purelib")).resolve()
    for file in (str(outside), os.path.relpath(outside.resolve(), libraries)):
        frame = Frame(file, "f0_7128", line=1, text="", library="torch", is_raise=False)
        error = CapturedError("ValueError", ("ValueError",), "x", (), (frame,), None, None)
        assert place(error, ["def f(): pass"]) == f"<cell>, {UNNAMED}"


def test_a_name_makes_no_library_import_or_make_what_it_names(monkeypatch):
    asked, lazy = [], ModuleType("lazy")
    lazy.__getattr__ = asked.append
    monkeypatch.setitem(sys.modules, "lazy", lazy)
    assert type_name("lazy.anything", ["x"]) == UNNAMED and not asked
    assert type_name("collections.OrderedDict", ["x"]) == "collections.OrderedDict"


def test_what_a_handed_function_says_of_itself_is_repeated():
    own = {
        name: text for name, text in vars(oracles).items() if isinstance(text, str) and " " in text
    }
    assert {"REFUSED", "TRACED", "OVER"} <= own.keys()
    assert all(is_harmless(own[name], ()) for name in own.keys() - {"__doc__"})
