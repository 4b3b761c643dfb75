"""A stand-in for Otter in student notebooks: checks and exports do nothing and cost nothing."""

import sys
from collections.abc import Callable
from types import ModuleType


class Notebook:
    """Accepts every call that a notebook makes on its grader, and does nothing."""

    def __init__(self, *args: object, **kwargs: object):
        pass

    def __getattr__(self, name: str) -> Callable[..., None]:
        if name.startswith("__"):
            raise AttributeError(name)
        return _do_nothing


def _do_nothing(*args: object, **kwargs: object) -> None:
    return None


def install_stub() -> None:
    """Make ``import otter`` find the stand-in."""
    module = ModuleType("otter")
    vars(module)["Notebook"] = Notebook
    module.__path__ = []
    sys.modules["otter"] = module
