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
}
ASKED = (
    "float(x) == 5", "math.sqrt(x) > 2", "math.isclose(x, 5)", "'-'.join(x) == 'a-b'",
    "set(x) == {'a', 'b'}", "{'a', 'b'} <= set(x)", "list(x) == ['a', 'b']", "[*x] == ['a', 'b']",
    "dict(x) == {'a': 1}", "{**x} == {'a': 1}", "sorted(x) == ['a', 'b']", "len(x) == 1",
    "'%s' % tuple(x) == 'a'", "np.array(x).tolist() == ['a', 'b']",
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


def verdicts(engine, cell, *asked):
    examples = [f">>> import math\n>>> import numpy as np\n>>> bool({one})\nTrue" for one in asked]
    made = Assignment("demo", "digest", {}, {"q1": ok_file(*examples)}, {}, is_foreign=True)
    return outcomes(grade(engine, made, (cell, "q1")))


def in_one_process(cell, one):
    space: dict = {}
    exec(f"import math\nimport numpy as np\n{cell}", space)
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
