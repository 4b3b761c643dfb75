"""No class of the grader's own is found by the name that a sandbox says."""

import importlib
import pkgutil
import sys
from types import ModuleType, SimpleNamespace

import pandas as pd
import pytest

import autograder
from autograder.scoring.known import loaded
from autograder.scoring.local_errors import error_class
from autograder.scoring.session import Session

ROOMS = ("autograder.errors", "autograder.scoring", "autograder.wall", "autograder.intake")


def own_classes():
    for room in ROOMS:
        module = importlib.import_module(room)
        for found in pkgutil.iter_modules(getattr(module, "__path__", ()), f"{room}."):
            importlib.import_module(found.name)
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in ("autograder", "otter"):
            yield from (
                f"{name}.{key}" for key, one in vars(module).items() if isinstance(one, type)
            )


def test_no_class_of_the_graders_own_is_found():
    names = list(own_classes())
    assert len(names) > 100 and f"{autograder.__name__}.errors.SandboxError" in names
    ours = [
        name for name in names
        if (cls := loaded(name)) and cls.__module__.partition(".")[0] in ("autograder", "otter")
    ]  # fmt: skip
    assert ours == []


def test_none_is_found_by_another_modules_name_nor_anything_by_ours(monkeypatch):
    other = ModuleType("other_module")
    other.Session, other.ParserError = Session, pd.errors.ParserError
    monkeypatch.setitem(sys.modules, "other_module", other)
    assert loaded("other_module.Session") is None
    assert loaded("other_module.ParserError") is pd.errors.ParserError
    ours = sys.modules["autograder.scoring.session"]
    monkeypatch.setattr(ours, "ParserError", other.ParserError, raising=False)
    assert loaded("autograder.scoring.session.ParserError") is None


@pytest.mark.parametrize("name", ["SandboxError", "EngineError", "SubmissionEnded", "OutOfTime"])
def test_an_error_of_such_a_name_is_the_students(name):
    session = SimpleNamespace(types={})
    classes = [[f"autograder.errors.{name}", 7, [1]], ["builtins.Exception", 0, []]]
    made = error_class(session, classes)
    assert made.__module__ == "__main__" and made.__bases__ == (Exception,)


def test_a_librarys_error_is_the_librarys():
    assert loaded("pandas.errors.ParserError") is pd.errors.ParserError
