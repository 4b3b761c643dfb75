"""What the command looks at by itself costs it only so much, whatever was handed in."""

import json
import os
import time
import zipfile

import pytest

from autograder.errors import SubmissionError
from autograder.intake import bounds
from autograder.intake.collection import collect
from autograder.intake.submission import load_submission
from autograder.intake.upload import look_at
from autograder.run.class_imports import count_imports
from autograder.sandbox.processes import children_of

CELL = {"cell_type": "code", "source": "import numpy", "metadata": {}, "outputs": []}


def notebook(cells, **more) -> str:
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, **more})


@pytest.fixture
def tight(monkeypatch):
    """Make the bounds so narrow that a large upload goes beyond them."""
    monkeypatch.setattr(bounds, "MOST_MIB", 64)
    monkeypatch.setattr(bounds, "MOST_S", 1)


def packed(path, text: str, count: int = 1):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(count):
            archive.writestr(f"{number}.ipynb", text)
    return path


def test_a_large_notebook_is_looked_at_as_a_small_one(tmp_path):
    for size in (10, 2 * bounds.SMALL_BYTES):
        path = tmp_path / "a.ipynb"
        tagged = {**CELL, "metadata": {"tags": ["otter_answer_cell"]}, "source": "x = ..."}
        said = {"metadata": {"autograder": {"assignment": "lab \ud800"}}}
        path.write_text(notebook([CELL, tagged], padding="x" * size, **said))
        look = look_at(path)
        assert look and (look.assignment, look.untouched, look.has_questions) == (
            "lab \ud800", True, True,
        )  # fmt: skip
        assert count_imports([path]) == {"numpy": 1}
        assert look_at(packed(tmp_path / "a.zip", path.read_text())) == look


def heavy(kind: str, path):
    if kind == "strings":
        path.write_text('{"cells":[],"x":"' + '\\"{[' * 8_000_000 + '"}')
    elif kind == "parts":
        path.write_text('{"cells":[' + ",".join(["[]"] * 900_000) + "]}")
    else:
        return packed(path.with_suffix(".zip"), '{"cells":[],"x":"' + "a" * 90_000_000 + '"}')
    return path


@pytest.mark.parametrize("kind", ["strings", "parts", "packed"])
def test_what_would_cost_too_much_tells_nothing(tmp_path, tight, kind):
    path, before = heavy(kind, tmp_path / "a.ipynb"), children_of(os.getpid())
    assert look_at(path) is None and not count_imports([path])
    assert set(children_of(os.getpid())) <= set(before)  # and leaves no process


def test_one_heavy_file_keeps_no_class_from_being_collected(tmp_path, tight):
    for student in ("Ada One_111_assignsubmission_file_", "Bo Two_222_assignsubmission_file_"):
        (tmp_path / student).mkdir()
        (tmp_path / student / "a.ipynb").write_text(notebook([CELL]))
    heavy("packed", tmp_path / "Bo Two_222_assignsubmission_file_" / "b.ipynb")
    begun = time.monotonic()
    found = collect(tmp_path)
    assert len(found.submissions) == 2 and [one.file[-5:] for one in found.attachments] == ["b.zip"]
    assert time.monotonic() - begun < 30


def test_notebooks_of_a_zip_that_are_too_large_together_are_told_so(tmp_path):
    path = packed(tmp_path / "a.zip", '{"cells":[],"x":"' + "a" * 30_000_000 + '"}', count=8)
    with pytest.raises(SubmissionError, match=r"a\.zip: the notebooks in it are too large"):
        load_submission(path, "a")


def test_a_file_that_vanishes_is_none(tmp_path):
    assert look_at(tmp_path / "gone.ipynb") is None
    assert not count_imports([tmp_path / "gone.zip"])
