"""Otter's scoring classes load alone, and are the same classes' code."""

import subprocess
import sys

CODE = """
import sys
from autograder.scoring import slim_otter
slim_otter.install_slim()
from otter.run.run_autograder.autograder_config import AutograderConfig
from otter.test_files import GradingResults
from otter.test_files.exception_test import ExceptionTestFile
test = ExceptionTestFile.from_string('''from otter.test_files import test_case
OK_FORMAT = False
name = "q1"
points = 2
@test_case(points=2)
def test_x(x):
    assert x == 1
''', "q1.py")
test.run({"x": 1})
assert GradingResults([test]).to_gradescope_dict(AutograderConfig({}))["tests"][-1]["score"] == 2
heavy = {"IPython", "nbconvert", "pandas", "jsonschema", "zmq", "ipywidgets", "requests"}
heavy &= set(sys.modules)
assert not heavy, heavy
import nbformat, yaml
from IPython.core.getipython import get_ipython
assert nbformat.read and yaml.safe_load("a: 1") == {"a": 1}
assert get_ipython.__module__ == "IPython.core.getipython"
"""


def test_scoring_needs_none_of_otters_notebook_machinery():
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_an_imported_otter_is_left_as_it_is():
    import otter

    from autograder.scoring import slim_otter

    slim_otter.install_slim()
    assert sys.modules["otter"] is otter and hasattr(otter, "Notebook")
