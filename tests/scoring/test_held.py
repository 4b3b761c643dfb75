"""Python's own functions read what an object of a subclass holds, whatever its methods say."""

import pytest

from autograder.scoring.assignment import Assignment
from tests.running import grade, ok_file, outcomes

LIARS = {
    "float": "class L(float):\n    def __float__(self): return 5.0\nx = L(1)",
    "list": "class L(list):\n    def __iter__(self): return iter(['a', 'b'])\nx = L(['c'])",
    "tuple": "class L(tuple):\n    def __iter__(self): return iter(['a', 'b'])\nx = L(['c'])",
    "set": "class L(set):\n    def __iter__(self): return iter(['a', 'b'])\nx = L(['c'])",
    "keys": "class L(dict):\n    def keys(self): return ['a']\n"
    "    def __getitem__(self, key): return 1\nx = L(b=2)",
    "values": "class L(dict):\n    def __getitem__(self, key): return 1\nx = L(a=2)",
    "agreeable float": "class L(float):\n    __sub__ = __rsub__ = lambda s, o: 0.0\n"
    "    __eq__ = __le__ = __lt__ = __ge__ = lambda s, o: True\n    __ne__ = lambda s, o: False\n"
    "    __abs__ = lambda s: 0.0\n    __add__ = __radd__ = __mul__ = lambda s, o: 5.0\n"
    "    __hash__ = float.__hash__\nx = L(1)",
    "agreeable int": "class L(int):\n    __sub__ = __rsub__ = lambda s, o: 0\n"
    "    __eq__ = lambda s, o: True\n    __hash__ = int.__hash__\nx = L(1)",
    "agreeable text": "class L(str):\n    __eq__ = lambda s, o: True\n"
    "    __hash__ = str.__hash__\nx = L('c')",
    "agreeable list": "class N(float):\n    __sub__ = __rsub__ = lambda s, o: 0.0\n"
    "    __eq__ = lambda s, o: True\n    __hash__ = float.__hash__\n"
    "class L(list):\n    __eq__ = lambda s, o: True\n"
    "    __len__ = lambda s: 2\nx = L([N(1), N(2)])",
}
ASKED = (
    "float(x) == 5", "math.sqrt(x) > 2", "math.isclose(x, 5)", "'-'.join(x) == 'a-b'",
    "set(x) == {'a', 'b'}", "{'a', 'b'} <= set(x)", "list(x) == ['a', 'b']", "[*x] == ['a', 'b']",
    "dict(x) == {'a': 1}", "{**x} == {'a': 1}", "sorted(x) == ['a', 'b']", "len(x) == 1",
    "'%s' % tuple(x) == 'a'", "np.array(x).tolist() == ['a', 'b']",
    "np.testing.assert_array_almost_equal(x, [5, 5]) is None", "np.allclose(x, 5)",
    "np.testing.assert_allclose(x, 5) is None", "np.testing.assert_equal(x, 5) is None",
    "np.array_equal(x, 5)", "np.isclose(5, x).all()", "np.abs(np.subtract(x, 5)).max() == 0",
    "(np.array([5.0]) - x == 0).all()", "np.sum(x) == 5", "np.mean([x]) == 5",
    "np.round(x, 2) == 5", "np.testing.assert_array_equal(x, ['a']) is None",
    "(np.array(['a']) == x).all()", "np.float64(5) == x", "np.sqrt(x) == 5 ** 0.5",
    "np.add(x, 0) == 5", "math.fsum([x]) == 5", "sum([x]) == 5", "max(x, 2) == 5",
    "abs(x - 5) < 1e-9", "round(x, 2) == 5", "x == 5", "5 == x", "x in [5]", "[x] == [5]",
    "statistics.mean([x]) == 5", "pd.Series([x]).sum() == 5", "(pd.Series([5.0]) == x).all()",
    "torch.tensor(x).item() == 5", "torch.allclose(torch.tensor([5.0]), torch.tensor([x]))",
    "bool(torch.tensor(5.0) == x)", "f'{x:.0f}' == '5'", "int(x) == 5", "str(x) == '5.0'",
    "{x: 1}[5] == 1", "list(range(x)) == [0] * 5", "complex(x) == 5", "'a' in x", "x + 0 == 5",
)  # fmt: skip
HONEST = {
    "float": ("class L(float):\n    def __float__(self): return super().__float__()\nx = L(5)",
              "math.sqrt(x) > 2 and float(x) == 5"),
    "list": ("class L(list):\n    def __iter__(self): return super().__iter__()\n"
             "    def __len__(self): return super().__len__()\nx = L(['a', 'b'])",
             "'-'.join(x) == 'a-b' and list(x) == ['a', 'b']"),
    "dict": ("class L(dict):\n    def __getitem__(self, key): return super().__getitem__(key)\n"
             "x = L(a=1)", "dict(x) == {'a': 1} and list(x.keys()) == ['a']"),
    "set": ("class L(set):\n    def __contains__(self, one): return super().__contains__(one)\n"
            "x = L(['a'])", "set(x) == {'a'} and sorted(x) == ['a']"),
}  # fmt: skip


IMPORTS = (
    ">>> import math, statistics\n>>> import numpy as np\n>>> import pandas as pd\n"
    ">>> import torch\n"
)


def verdicts(engine, cell, *asked):
    examples = [f"{IMPORTS}>>> bool({one})\nTrue" for one in asked]
    made = Assignment("demo", "digest", {}, {"q1": ok_file(*examples)}, {}, is_foreign=True)
    return outcomes(grade(engine, made, (cell, "q1")))


def in_one_process(cell, one):
    space: dict = {}
    exec(f"{IMPORTS.replace('>>> ', '')}{cell}", space)
    try:
        return bool(eval(one, space))
    except Exception:
        return False


@pytest.mark.parametrize("kind", LIARS)
def test_nothing_passes_that_fails_in_one_process(engine, kind):
    here = dict(zip(ASKED, verdicts(engine, LIARS[kind], *ASKED)))
    assert not [
        one for one, passed in here.items() if passed and not in_one_process(LIARS[kind], one)
    ]


@pytest.mark.parametrize("kind", HONEST)
def test_what_gives_what_it_holds_is_asked_as_before(engine, kind):
    cell, one = HONEST[kind]
    assert in_one_process(cell, one)
    assert verdicts(engine, cell, one) == [True]
