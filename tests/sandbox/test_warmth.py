"""A warm worker has what the assignment's own solution imports, and nothing else of the list."""

import sys
from types import SimpleNamespace

from autograder.engines.local import LocalEngine
from autograder.sandbox import warmth
from autograder.scoring.libraries import modules_imported
from tests.running import assignment, grade

SOLUTION = """%matplotlib inline
import numpy as np, seaborn as sns  # drawing
from scipy.stats import norm
    import pandas
text = "import nothing"
import os.path as p; import torch
"""
LOADED = "import sys\nprint([m for m in ('networkx', 'scipy', 'requests') if m in sys.modules])"


def test_the_modules_of_a_notebook_with_magics_are_found():
    wanted = ["numpy", "os.path", "pandas", "scipy.stats", "seaborn"]
    assert modules_imported(SOLUTION) == wanted


def test_only_what_may_be_warm_is_imported_and_a_missing_one_is_no_fault(monkeypatch):
    asked = []
    monkeypatch.setattr(warmth, "importlib", SimpleNamespace(import_module=asked.append))
    warmth.import_ahead(["pandas", "scipy.stats", "antigravity", "autograder.scoring", "numpy"])
    assert asked == ["pandas", "scipy.stats"]
    monkeypatch.undo()
    warmth.import_ahead(["scipy.no_such_part"])
    assert "scipy.no_such_part" not in sys.modules


def test_a_worker_has_the_solutions_imports_and_the_rest_loads_when_asked_for():
    with LocalEngine() as cold:
        assert "requests" not in grade(cold, assignment(), LOADED).outputs[0].text
    engine = LocalEngine()
    engine.modules = ("requests",)
    with engine as warm:
        assert "requests" in grade(warm, assignment(), LOADED).outputs[0].text
