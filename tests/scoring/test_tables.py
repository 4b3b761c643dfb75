"""A pandas course: what its tests do with frames over the wall is what they do in one process."""

import pytest
from otter.test_files.ok_test import OKTestFile

from autograder.scoring.assignment import Assignment
from autograder.scoring.formats.doctests import DoctestTests
from tests.running import check_beside_stock, grade, grade_doctests, ok_file, outcomes

CELL = """
import numpy as np
import pandas as pd
from numpy import isclose, mean
from pandas import DataFrame
from collections import Counter

houses = pd.DataFrame({
    "rooms": [3.0, None, 4.0, 2.0],
    "alley": ["Pave", None, None, "Grvl"],
    "price": [127500, 106000, 178100, 140000],
    "sold": pd.to_datetime(["2020-01-03", "2020-02-01", "2021-05-06", None]),
})
inputs, targets = houses.iloc[:, :2], houses["price"]
filled = pd.get_dummies(inputs, dummy_na=True).fillna({"rooms": inputs["rooms"].mean()})
by_alley = houses.groupby("alley")["price"].agg(["min", "max"])
grouped = houses.groupby("alley")
first = houses["sold"].iloc[0]

def dearest(frame):
    return frame.loc[frame["price"].idxmax()]
def spoil(frame):
    frame["price"] = 0
    return frame
class Houses(pd.DataFrame):
    @property
    def _constructor(self): return Houses
own = Houses(houses)
Total = sum
lying = 7
"""
EXAMPLES = [  # (what a case says, whether stock Otter passes it)
    (">>> houses.shape\n(4, 4)", True),
    (">>> list(houses.columns)\n['rooms', 'alley', 'price', 'sold']", True),
    (">>> type(houses).__name__, isinstance(houses, pd.DataFrame)\n('DataFrame', True)", True),
    (">>> isinstance(houses, DataFrame) and isinstance(targets, pd.Series)\nTrue", True),
    (">>> not isinstance(houses, pd.DataFrame)\nTrue", False),
    (">>> houses['price'].sum() == 551600\nTrue", False),  # it prints np.True_
    (">>> int(houses['price'].sum())\n551600", True),
    (">>> bool(isclose(mean(targets), 137900))\nTrue", True),
    (">>> int(houses.isna().sum().sum())\n4", True),
    (">>> filled.shape[1], bool(filled.isna().any().any())\n(4, False)", True),
    (">>> int(by_alley.loc['Pave', 'max'])\n127500", True),
    (">>> by_alley.index.name\n'alley'", True),
    (">>> houses.equals(houses.copy())\nTrue", True),
    (">>> pd.testing.assert_series_equal(targets, houses['price'])", True),
    (">>> pd.testing.assert_frame_equal(inputs, houses)", False),
    (">>> int(dearest(houses)['price'])\n178100", True),
    (">>> str(houses.dtypes['rooms'])\n'float64'", True),
    (">>> first == pd.Timestamp('2020-01-03')\nTrue", True),
    (">>> first.year\n2020", True),
    (">>> houses.loc[houses['price'] > 130000, 'price'].tolist()\n[178100, 140000]", True),
    (">>> houses\n   rooms alley   price       sold\n0    3.0  Pave  127500 2020-01-03", False),
    (">>> len(grouped)\n2", True),
    (">>> dearest(pd.DataFrame({'price': [1, 3, 2]}, index=list('abc'))).name\n'b'", True),
    (">>> assert houses is not None and len(houses) == 4", True),
    (">>> lying.shape\n(4, 4)", False),
    (">>> sorted(Counter(houses['alley'].dropna()))\n['Grvl', 'Pave']", True),
    (">>> np.allclose(houses['rooms'].dropna(), [3, 4, 2])\nTrue", True),
]


@pytest.fixture(scope="module")
def graded(engine):
    return grade_doctests(engine, CELL, EXAMPLES)


@pytest.mark.parametrize("number", range(len(EXAMPLES)), ids=lambda n: EXAMPLES[n][0][:50])
def test_a_test_of_tables_does_over_the_wall_what_it_does_in_one_process(graded, number):
    check_beside_stock(graded, number, CELL, *EXAMPLES[number])


OF_ONE_PROCESS = {  # question -> the cell before it, and its cases
    "q1": ("import pandas as pd\nt = pd.DataFrame({'a': [1, 2], 'b': ['x', 'y']})\nseen = t",
           [">>> t.loc[0, 'a'] = 5\n>>> int(t['a'].sum())\n7", ">>> int(t['a'].sum())\n7"]),
    "q2": ("t['c'] = t['a'] * 2",
           [">>> list(t.columns), int(t['c'].sum())\n(['a', 'b', 'c'], 14)",
            ">>> seen is t\nTrue", ">>> t.drop(columns='c', inplace=True)"]),
    "q3": ("u = t\nt = t.rename(columns=str.upper)",
           [">>> list(t.columns), list(u.columns)\n(['A', 'B'], ['a', 'b'])",
            ">>> seen is u, seen is t\n(True, False)", ">>> int(u['a'].sum())\n7"]),
}  # fmt: skip


def test_a_table_is_one_for_all_cases_and_cells(engine):
    """In stock Otter each of these cases passes."""
    sources = {q: ok_file(*cases, name=q) for q, (_, cases) in OF_ONE_PROCESS.items()}
    tests = Assignment("demo", "d", {"show_hidden": True}, sources, {}, is_foreign=True)
    graded = grade(engine, tests, *((cell, q) for q, (cell, _) in OF_ONE_PROCESS.items()))
    assert outcomes(graded) == [True] * sum(len(cases) for _, cases in OF_ONE_PROCESS.values())
    namespace: dict = {}
    for question, (cell, _) in OF_ONE_PROCESS.items():
        exec(cell, namespace)
        stock = OKTestFile.from_spec(DoctestTests.spec(sources[question]))
        stock.run(namespace)
        assert all(result.passed for result in stock.test_case_results)
