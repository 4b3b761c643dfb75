"""The bounds within which an uploaded file is read, and what of a zip is never looked at."""

import json
import zipfile

import pytest

from autograder.errors import SubmissionError
from autograder.intake import upload
from autograder.intake.upload import look_at, read_upload

NOTEBOOK = json.dumps({"nbformat": 4, "metadata": {}, "cells": []})


def zipped(path, *names, text=NOTEBOOK, mode=0):
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            archive.writestr(info, text)
    return path


def refused(path):
    with pytest.raises(SubmissionError) as caught:
        read_upload(path, path.name)
    return str(caught.value)


def test_an_entry_with_a_password_is_told_as_such(tmp_path):
    path = zipped(tmp_path / "a.zip", "a.ipynb")
    data = bytearray(path.read_bytes())
    data[6] |= 1  # the local header's flags, and the directory's
    data[data.index(b"PK\1\2") + 8] |= 1
    path.write_bytes(data)
    assert "password" in refused(path)


@pytest.mark.parametrize("depth", [1, 50, 70, 5_000, 200_000])
def test_what_is_nested_deeper_than_any_notebook_is_refused(tmp_path, depth):
    path = tmp_path / "a.ipynb"
    path.write_text(NOTEBOOK.replace('"cells"', f'"x": {"[" * depth}{"]" * depth}, "cells"'))
    if depth <= 50:
        assert read_upload(path, "a")[0]["cells"] == []
    else:
        assert "nested too deep" in refused(path) or "no valid JSON" in refused(path)


@pytest.mark.parametrize(
    ("bound", "names", "said"),
    [
        ("MAX_NOTEBOOK_BYTES", ["a.ipynb"], "too large"),
        ("MAX_FILE_BYTES", ["a.ipynb"], "larger than"),
        ("MAX_PARTS", ["a.ipynb"], "millions of parts"),
        ("MAX_ENTRIES", [f"{n}.txt" for n in range(20)], "files in it"),
    ],
)
def test_each_bound_bites(tmp_path, monkeypatch, bound, names, said):
    path = zipped(tmp_path / "a.zip", *names)
    monkeypatch.setattr(upload, bound, 2)
    assert said in refused(path)


def test_of_many_notebooks_some_are_looked_into(tmp_path, monkeypatch):
    looked = []
    extract = upload._extract
    monkeypatch.setattr(upload, "MAX_NOTEBOOKS", 3)
    monkeypatch.setattr(upload, "_extract", lambda *args: looked.append(1) or extract(*args))
    assert "3 notebooks" in refused(zipped(tmp_path / "a.zip", *(f"{n}.ipynb" for n in range(9))))
    assert len(looked) == 3


@pytest.mark.parametrize("name", [".a.ipynb", "__MACOSX/a.ipynb", ".hidden/a.ipynb"])
def test_what_is_hidden_in_a_zip_is_no_notebook(tmp_path, name):
    assert "no notebook" in refused(zipped(tmp_path / "a.zip", name))
    assert look_at(zipped(tmp_path / "b.zip", name, "in/b.ipynb")) is not None


def test_a_link_in_a_zip_is_no_notebook(tmp_path):
    path = zipped(tmp_path / "a.zip", "a.ipynb", mode=0o120777)
    assert "no notebook" in refused(path)


@pytest.mark.parametrize("digits", [1, 29, 30, 10_000])
def test_a_number_of_any_length_is_read_at_once(tmp_path, digits):
    path = tmp_path / "a.ipynb"
    path.write_text(NOTEBOOK.replace('"metadata"', f'"x": {"9" * digits}, "metadata"'))
    assert read_upload(path, "a")[0]["x"] == (int("9" * digits) if digits < 30 else 0)
