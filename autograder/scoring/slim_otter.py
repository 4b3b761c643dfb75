"""Otter's scoring classes without the rest of Otter.

``import otter`` loads what only notebooks and command lines need (nbformat, nbconvert, pandas,
widgets): over two seconds before the first result. Scoring uses Otter's test files,
``GradingResults`` and configuration, so their packages are entered without running the packages'
own ``__init__``, and modules that these files only name in annotations are stood in for while they
are imported.
"""

import importlib
import importlib.util
import os
import sys
from types import ModuleType
from typing import Any

SCORING = ("otter.test_files", "otter.run.run_autograder.autograder_config")
PACKAGES = {"otter": "", "otter.run": "run", "otter.run.run_autograder": "run/run_autograder"}


class _Dumper:
    """Base class that ``otter.utils`` derives its YAML dumper from; never used here."""


STAND_INS: dict[str, dict[str, Any]] = {
    "nbformat": {"NotebookNode": dict},
    "frontmatter": {},
    "IPython.core.getipython": {"get_ipython": lambda: None},
    "yaml": {"Dumper": _Dumper},
}


def install_slim() -> None:
    """Import what scores of Otter, without Otter's notebook machinery.

    Does nothing when Otter is imported already. For a process that only scores: ``import otter``
    gives it no more than this from then on.
    """
    if "otter" in sys.modules:
        return
    spec = importlib.util.find_spec("otter")
    if spec is None or not spec.submodule_search_locations:
        return  # importing it says what is wrong
    root = spec.submodule_search_locations[0]
    for name, folder in PACKAGES.items():
        package = ModuleType(name)
        package.__path__ = [os.path.join(root, folder)]
        sys.modules[name] = package
    missing = {name: _stand_in(name) for name in STAND_INS if name not in sys.modules}
    sys.modules.update(missing)
    for name in SCORING:
        importlib.import_module(name)
    for name in missing:
        del sys.modules[name]


def _stand_in(name: str) -> ModuleType:
    module = ModuleType(name)
    vars(module).update(STAND_INS[name])
    return module
