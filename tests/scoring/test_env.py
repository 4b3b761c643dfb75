"""What a test does with ``env``, the notebook's names, it does in one process as well."""

import pytest
from otter.test_files.exception_test import ExceptionTestFile

from autograder.scoring.assignment import Assignment
from tests.running import grade, outcomes, test_file

CELL = """
rate, names = 1.0, ["a"]
def convert(x): return x * rate
def first(): return names[0]
def helper(x): return x
def use(x): return helper(x)
"""
CASES = (
    'def test_number(env):\n    env["rate"] = 2.0\n    assert env["convert"](10) == 20',
    'def test_read(env):\n    assert env["rate"] == 2.0 and "rate" in env',
    "def test_kept(convert):\n    assert convert(10) == 20",
    "def test_gone(convert):\n    assert convert(10) == 10",
    'def test_list(env):\n    env["names"] = ["b"]\n    assert env["first"]() == "b"',
    'def test_function(env):\n    seen = []\n    def fake(x):\n        seen.append(x)\n'
    '        return 7\n    env["helper"] = fake\n    assert env["use"](3) == 7 and seen == [3]',
    'def test_other(env):\n    env["helper"] = lambda x: x\n    assert env["use"](3) == 7',
)  # fmt: skip
SLIPS = {
    "right": ("", ""),
    "a number of its own": ("return x * rate", "return x * 1.0"),
    "a copy of the list": (
        "def first(): return names[0]",
        "kept = list(names)\ndef first(): return kept[0]",
    ),
    "no such function": ("return helper(x)", "return x"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_name_that_a_test_sets_is_the_notebooks(engine, slip):
    cell, source = CELL.replace(*SLIPS[slip]) if slip != "right" else CELL, test_file("q1", *CASES)
    space: dict = {}
    exec(cell, space)
    stock = ExceptionTestFile.from_string(source)
    stock.run(space)
    expected = [one.passed for one in stock.test_case_results]
    tests = Assignment("demo", "d", {"show_hidden": True}, {"q1": source}, {}, is_foreign=True)
    assert outcomes(grade(engine, tests, (cell, "q1"))) == expected
    assert (expected == [True, True, True, False, True, True, False]) is (slip == "right")


AT_ONCE = """
rate, names, extra = 1.0, ["a"], 3
def convert(x): return x * rate
def of_names(): return names
def has_extra(): return "extra" in globals()
other = eval("lambda: rate", {"rate": 9})
"""
CHANGES = {
    "update": "env.update({'rate': 2.0}, names=['b'])\n    assert convert(10) == 20\n"
    "    assert env['of_names']() == ['b']\n    env.update([('rate', 3.0)])\n"
    "    assert convert(10) == 30 and env['rate'] == 3.0",
    "setdefault": "assert env.setdefault('rate', 7) == 1.0 and convert(1) == 1\n"
    "    assert env.setdefault('fresh', 7) == 7 and env['fresh'] == 7",
    "pop": "assert env.pop('extra') == 3 and not env['has_extra']() and 'extra' not in env\n"
    "    assert env.pop('extra', 5) == 5 and env.pop('never', None) is None",
    "pop of nothing": "env.pop('never')",
    "delete": "del env['extra']\n    assert not env['has_extra']() and env.get('extra') is None",
    "delete nothing": "del env['never']",
    "patch.dict": "from unittest.mock import patch\n    before = env['of_names']()\n"
    "    with patch.dict(env, {'rate': 4.0, 'fresh': 1}):\n        assert convert(1) == 4\n"
    "        assert env['fresh'] == 1\n"
    "    assert convert(1) == 1 and 'fresh' not in env and env['of_names']() is before",
    "patch.dict of a function's": "from unittest.mock import patch\n"
    "    with patch.dict(convert.__globals__, rate=4.0):\n        assert convert(1) == 4\n"
    "    assert convert(1) == 1 and env['rate'] == 1.0",
    "patch.dict where it fails": "from unittest.mock import patch\n    try:\n"
    "        with patch.dict(env, {'rate': 4.0}): raise KeyError('x')\n"
    "    except KeyError: pass\n    assert convert(1) == 1",
    "put back by hand": "kept = env.copy()\n    env['rate'] = 5.0\n    kept['extra'] = 8\n"
    "    del kept['names']\n    env.clear()\n    assert 'rate' not in env\n"
    "    env.update(kept)\n    assert convert(1) == 1 and env['extra'] == 8\n"
    "    assert 'names' not in env",
    "globals": "assert convert.__globals__['rate'] == 1.0 and 'extra' in convert.__globals__\n"
    "    convert.__globals__['rate'] = 6.0\n    assert convert(1) == 6 and env['rate'] == 6.0",
    "globals of its own": "assert env['other'].__globals__['rate'] == 1.0",
    "copies": "assert dict(env)['rate'] == 1.0 and {**env}['extra'] == 3\n"
    "    kept = env.copy()\n    kept['rate'] = 2.0\n    assert convert(1) == 1",
}
AT_ONCE_SLIPS = {
    "right": ("", ""),
    "a rate of its own": ("return x * rate", "return x * 1.0"),
    "another list": ("return names", "return ['a']"),
    "always there": ('"extra" in globals()', "True"),
    "other values": ('rate, names, extra = 1.0, ["a"], 3', 'rate, names, extra = 2.0, ["c"], 4'),
}


@pytest.mark.parametrize("slip", AT_ONCE_SLIPS)
def test_names_that_a_test_changes_at_once_are_the_notebooks(engine, slip):
    cell = AT_ONCE.replace(*AT_ONCE_SLIPS[slip]) if slip != "right" else AT_ONCE
    assert (cell == AT_ONCE) is (slip == "right")
    expected, found = {}, {}
    for name, body in CHANGES.items():
        source = test_file("q1", f"def test(env, convert):\n    {body}")
        space: dict = {}
        exec(cell, space)
        stock = ExceptionTestFile.from_string(source)
        stock.run(space)
        expected[name] = stock.test_case_results[0].passed
        tests = Assignment("demo", "d", {"show_hidden": True}, {"q1": source}, {}, is_foreign=True)
        found[name] = outcomes(grade(engine, tests, (cell, "q1")))[0]
    assert found == expected
    failing = {"pop of nothing", "delete nothing", "globals of its own"}
    assert {name for name, ok in expected.items() if not ok} == failing or slip != "right"


def test_a_test_of_our_own_keeps_what_it_sets(engine):
    tests = Assignment("demo", "d", {"show_hidden": True}, {"q1": test_file("q1", CASES[0])}, {})
    assert outcomes(grade(engine, tests, (CELL, "q1"))) == [False]
