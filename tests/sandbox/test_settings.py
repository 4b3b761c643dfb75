"""What a library changes of NumPy and matplotlib when it is imported, only who imports it sees."""

import importlib
import sys

import matplotlib
import numpy as np
import pytest

from autograder.sandbox import settings, warmth

QUILT = """
import matplotlib, numpy
numpy.set_printoptions(legacy="1.13")
matplotlib.rcParams["lines.linewidth"] = 7.0
from quilt import part
"""


@pytest.fixture
def quilt(tmp_path, monkeypatch):
    """A library that changes how others look."""
    (tmp_path / "quilt").mkdir()
    (tmp_path / "quilt" / "__init__.py").write_text(QUILT)
    (tmp_path / "quilt" / "part.py").write_text("x = 1\n")
    (tmp_path / "plain.py").write_text("import quilt_is_missing\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(warmth, "MAY_BE_WARM", frozenset({"quilt", "plain"}))
    with np.printoptions(), matplotlib.rc_context():
        yield tmp_path
    for name in ("quilt", "quilt.part", "plain"):
        sys.modules.pop(name, None)
    settings._waiting.modules.clear()
    if settings._waiting in sys.meta_path:
        sys.meta_path.remove(settings._waiting)


def look() -> tuple[str, float]:
    return str(np.array([0.5])), matplotlib.rcParams["lines.linewidth"]


@pytest.mark.parametrize("ahead", [["quilt"], ["quilt.part"], ["quilt", "quilt.part", "plain"]])
@pytest.mark.parametrize("name", ["quilt", "quilt.part"])
def test_what_an_import_changes_holds_from_a_notebooks_own_import_on(quilt, ahead, name):
    usual = look()
    warmth.import_ahead(ahead)
    assert look() == usual and "quilt" not in sys.modules
    ready = settings._waiting.modules["quilt"]["quilt.part"]
    importlib.import_module(name)
    assert look() == ("[ 0.5]", 7.0) != usual
    import quilt

    assert quilt.part is ready and quilt.__spec__.loader is quilt.__loader__
    assert settings._waiting not in sys.meta_path
    assert importlib.import_module("quilt") is quilt


def test_settings_that_nothing_changes_leave_no_trace(quilt):
    before, finders = look(), list(sys.meta_path)
    warmth.import_ahead(["plain", "quilt.nothing", "sys"])
    importlib.import_module("quilt")
    assert "plain" not in sys.modules
    settings._waiting.modules.clear()
    assert [one for one in sys.meta_path if one not in finders] in ([], [settings._waiting])
    assert look() != before
