"""A warm worker has what the assignment's own solution imports, and nothing else of the list."""

import importlib.util
import subprocess
import sys
from types import SimpleNamespace

from matplotlib import pyplot

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


def test_what_a_notebook_names_runs_no_program_in_the_worker(monkeypatch):
    asked = []
    monkeypatch.setattr(warmth, "importlib", SimpleNamespace(import_module=asked.append))
    warmth.import_ahead(["tqdm.__main__", "sklearn._config", "tqdm"])
    assert asked == ["tqdm"]

    def leaving(name):
        raise SystemExit(2)

    monkeypatch.setattr(warmth, "importlib", SimpleNamespace(import_module=leaving))
    warmth.import_ahead(["tqdm.cli"])


RUN_ONCE = """
import sys
from autograder.sandbox import shell
made = shell.make_shell()
shell.run_once(made, "import colorsys; x = 1\\nprint(x)\\nx", "1 / 0")
names = made.user_ns
print("colorsys" in sys.modules, "x" in names, made.execution_count, len(names["Out"]))
"""


def test_cells_that_run_once_leave_their_imports_and_nothing_else():
    done = subprocess.run([sys.executable, "-c", RUN_ONCE], capture_output=True, text=True)
    assert done.stdout == "True False 1 0\n", done.stderr


def test_the_first_uses_of_installed_libraries_work_and_leave_no_figure():
    for name, source in warmth.FIRST_USES.items():
        if importlib.util.find_spec(name):
            exec(source, {})
    assert "pandas.plotting._matplotlib" in sys.modules and not pyplot.get_fignums()


def test_a_library_that_is_not_there_is_no_fault_of_the_workers():
    engine = LocalEngine()
    engine.modules = ("plotly.no_such_part",)
    with engine as warm:
        assert grade(warm, assignment(), "print(len(In))").outputs[0].text == "2\n"


def test_a_worker_has_the_solutions_imports_and_the_rest_loads_when_asked_for():
    with LocalEngine() as cold:
        assert "requests" not in grade(cold, assignment(), LOADED).outputs[0].text
    engine = LocalEngine()
    engine.modules = ("requests",)
    with engine as warm:
        assert "requests" in grade(warm, assignment(), LOADED).outputs[0].text
