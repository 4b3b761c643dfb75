"""Otter's scoring classes without the rest of Otter.

``import otter`` loads what only notebooks and command lines need (nbformat, nbconvert, pandas,
widgets): over two seconds that no single submission here has a use for. Scoring uses Otter's test
files, ``GradingResults`` and configuration, so their packages are entered without running the
packages' own ``__init__``, and modules that these files only name in annotations are stood in for.
"""

import importlib.util
import os
import sys
from types import ModuleType

PACKAGES = {"otter": "", "otter.run": "run", "otter.run.run_autograder": "run/run_autograder"}


class _Dumper:
    """Base class that ``otter.utils`` derives its YAML dumper from; never used here."""


STAND_INS = {
    "nbformat": {"NotebookNode": dict},
    "frontmatter": {},
    "yaml": {"Dumper": _Dumper},
}


def install() -> None:
    """Make ``otter.test_files`` importable without Otter's notebook machinery.

    Does nothing when Otter is imported already. For a process that only scores.
    """
    if "otter" in sys.modules:
        return
    root = importlib.util.find_spec("otter").submodule_search_locations[0]
    for name, folder in PACKAGES.items():
        package = ModuleType(name)
        package.__path__ = [os.path.join(root, folder)]
        sys.modules[name] = package
    for name, content in STAND_INS.items():
        module = ModuleType(name)
        vars(module).update(content)
        sys.modules.setdefault(name, module)
