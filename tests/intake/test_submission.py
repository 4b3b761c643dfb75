"""Uploaded files are read or refused with one clear sentence; names are unique and safe."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.errors import SandboxError, SubmissionError
from autograder.intake.submission import digest_file, load_submission
from autograder.languages import SEPARATOR
from autograder.model import Submission
from autograder.reports.strings import HAN

NOTEBOOK = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {"autograder": {"language": "zh", "assignment": "demo"}},
    "cells": [
        {"cell_type": "markdown", "metadata": {}, "source": "text"},
        {"cell_type": "code", "metadata": {}, "source": ["a = 1\n", "b = 2"], "outputs": []},
        {"cell_type": "code", "metadata": {"tags": ["otter_ignore"]}, "source": "1 / 0"},
        {"cell_type": "code", "metadata": {"otter": {"ignore": True}}, "source": "1 / 0"},
        {"cell_type": "code", "metadata": {"otter": {"tests": ["q1", "q1"]}}, "source": "c = 3"},
        {"cell_type": "code", "metadata": {}, "source": 'grader.check("q2")'},
    ],
}


def load(tmp_path: Path, data: bytes, name: str = "demo.ipynb") -> Submission:
    path = tmp_path / name
    path.write_bytes(data)
    return load_submission(path, "demo")


def test_a_notebook_is_read_as_otter_would_run_it(tmp_path):
    found = load(tmp_path, json.dumps(NOTEBOOK).encode())
    assert [cell.source for cell in found.cells] == ["a = 1\nb = 2", "c = 3", 'grader.check("q2")']
    assert [cell.tests for cell in found.cells] == [(), ("q1",), ("q2",)]
    assert (found.language, found.assignment, found.notes) == ("zh", "demo", ())


def test_a_modern_notebook_is_read_without_nbformat(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "nbformat", None)
    assert load(tmp_path, json.dumps(NOTEBOOK).encode()).cells


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32", "utf-8"])
def test_any_unicode_encoding_is_read(tmp_path, encoding):
    assert len(load(tmp_path, json.dumps(NOTEBOOK).encode(encoding)).cells) == 3


def test_a_cell_that_cannot_be_used_is_left_out_with_a_note(tmp_path):
    cell = {"cell_type": "code", "metadata": {}, "source": "#" * (2**20 + 1)}
    found = load(tmp_path, json.dumps({**NOTEBOOK, "cells": [cell]}).encode())
    assert found.cells[0].source == "" and "left out" in found.notes[0]


def test_the_notebook_nearest_to_the_root_of_a_zip_is_taken(tmp_path):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("old/draft.ipynb", "{}")
        archive.writestr("demo.ipynb", json.dumps(NOTEBOOK))
        archive.writestr("__MACOSX/._demo.ipynb", "junk")
    found = load_submission(path, "demo")
    assert len(found.cells) == 3 and "1 more notebooks" in found.notes[0]


REFUSED = {
    "demo.docx": "no notebook",
    "demo.py": "no notebook",
    "demo.zip": "damaged zip",
    "demo.ipynb": "no valid JSON",
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_names_the_file_and_what_to_do(tmp_path, name):
    with pytest.raises(SubmissionError) as caught:
        load(tmp_path, b"just text", name)
    text = str(caught.value)
    assert text.startswith(name) and REFUSED[name] in text and "upload" in text and "\n" not in text
    assert_told_in_both_languages(text, name)


def assert_told_in_both_languages(text, name):
    english, chinese = text.split(SEPARATOR)
    assert english.startswith(f"{name}: ") and not HAN.search(english)
    assert chinese.startswith(f"{name}：") and HAN.search(chinese) and "；" in chinese


def archive_of(*names, data=b"{}"):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name in names:
            archive.writestr(name, data)
    return held.getvalue()


MANY_CELLS = {"cells": [{"cell_type": "code", "source": "1"}] * 2001, "nbformat": 4}
WAYS_TO_BE_REFUSED = {
    "a.docx": b"text",
    "nameless": b"text",
    "a.py": b"\0",
    "empty.ipynb": b" ",
    "list.ipynb": b"[]",
    "cells.ipynb": b'{"cells": null}',
    "old.ipynb": b'{"worksheets": 1, "nbformat": 3}',
    "deep.ipynb": b"[" * 100 + b"]" * 100,
    "many.ipynb": json.dumps(MANY_CELLS).encode(),
    "damaged.zip": b"PK",
    "none.zip": archive_of("a.txt"),
    "two.zip": archive_of("a.ipynb", "b.ipynb"),
    "script.zip": archive_of("a.py", data=b"\xff"),
    "a ‖ b.ipynb": b"",
}


@pytest.mark.parametrize("name", WAYS_TO_BE_REFUSED)
def test_every_refusal_is_told_in_both_languages(tmp_path, name):
    with pytest.raises(SubmissionError) as caught:
        load(tmp_path, WAYS_TO_BE_REFUSED[name], name)
    assert_told_in_both_languages(str(caught.value), name.replace("‖", "|"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
FIELD = (
    st.sampled_from(["code", "markdown", "source", "metadata", "otter", "tests", "q1", 4]) | JSON
)
METADATA = st.fixed_dictionaries({}, optional={"otter": FIELD, "tags": FIELD})
CELLS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={"cell_type": FIELD, "source": FIELD, "input": FIELD, "id": FIELD,
                  "metadata": METADATA | JSON},
    ) | JSON,
    max_size=5,
)  # fmt: skip
NOTEBOOKS = st.fixed_dictionaries(
    {},
    optional={
        "nbformat": st.integers(1, 6) | JSON,
        "nbformat_minor": JSON,
        "metadata": st.fixed_dictionaries({}, optional={"otter": JSON, "autograder": JSON}) | JSON,
        "cells": CELLS | JSON,
        "worksheets": JSON,
    },
)
QUICK = settings(max_examples=150, deadline=None,
                 suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip


@QUICK
@given(NOTEBOOKS | JSON)
def test_any_json_is_a_submission_or_refused_in_one_sentence(tmp_path, content):
    _assert_read_or_refused(tmp_path, json.dumps(content).encode(), "any.ipynb")


@QUICK
@given(st.binary(max_size=300), st.sampled_from([".ipynb", ".zip"]))
def test_any_bytes_are_a_submission_or_refused_in_one_sentence(tmp_path, data, suffix):
    _assert_read_or_refused(tmp_path, data, f"any{suffix}")


@QUICK
@given(st.integers(0, 400), st.integers(1, 255))
def test_a_zip_with_a_changed_byte_is_read_or_refused(tmp_path, place, change):
    path = tmp_path / "whole.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("demo.ipynb", json.dumps(NOTEBOOK))
    data = bytearray(path.read_bytes())
    data[place % len(data)] ^= change
    _assert_read_or_refused(tmp_path, bytes(data), "changed.zip")


def _assert_read_or_refused(tmp_path, data, name):
    try:
        found = load(tmp_path, data, name)
    except SubmissionError as refusal:
        text = str(refusal)
        assert text.startswith("any") or text.startswith("changed")
        assert "\n" not in text and len(text) < 300
    else:
        assert all(isinstance(cell.source, str) and "\0" not in cell.source for cell in found.cells)
        for text in (found.file, found.language, found.assignment or "", *found.notes):
            text.encode("utf-8")
        for cell in found.cells:
            cell.source.encode("utf-8")


@pytest.mark.parametrize(
    ("code", "others", "refused"), [(2000, 9000, False), (2001, 0, True), (1, 2500, False)]
)
def test_only_code_cells_with_content_count_towards_the_limit(tmp_path, code, others, refused):
    empty = {"cell_type": "code", "source": " \n", "metadata": {}, "outputs": []}
    text = {"cell_type": "markdown", "source": "words", "metadata": {}}
    cells = [{**empty, "source": "x = 1"}] * code + [empty, text] * (others // 2)
    data = json.dumps({**NOTEBOOK, "cells": cells}).encode()
    if refused:
        with pytest.raises(SubmissionError, match="more than 2000 code cells with content"):
            load(tmp_path, data)
    else:
        assert sum(cell.source == "x = 1" for cell in load(tmp_path, data).cells) == code


def test_a_file_that_is_gone_since_it_was_listed_is_no_fault_of_its_author(tmp_path):
    with pytest.raises(SandboxError, match=r"a\.ipynb: cannot be read here \(No such file"):
        load_submission(tmp_path / "a.ipynb", "s")


def test_a_file_that_may_not_be_read_is_no_fault_of_its_author(tmp_path):
    path = tmp_path / "a.ipynb"
    path.mkdir()  # root may read any file, but nobody reads a folder
    with pytest.raises(SandboxError, match="cannot be read here"):
        load_submission(path, "s")
    assert digest_file(path) == ""


MANY = b'{"nbformat": 4, "metadata": {}, "cells": [' + b"[]," * 1_500_000 + b"0]}"
LONG = json.dumps(
    {"nbformat": 4, "metadata": {}, "cells": [
        {"cell_type": "code", "source": "x = 1", "metadata": {},
         "outputs": [{"output_type": "stream", "text": "[1, 2], {" * 400_000}]},
    ]}
).encode()  # fmt: skip


@pytest.mark.parametrize("name", ["a.ipynb", "a.zip"])
def test_millions_of_parts_are_refused_before_they_take_memory(name, tmp_path):
    def upload(data: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        if name.endswith(".zip"):
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("a.ipynb", data)
        return path

    with pytest.raises(SubmissionError, match="millions of parts"):
        load_submission(upload(MANY), "a")
    assert [cell.source for cell in load_submission(upload(LONG), "a").cells] == ["x = 1"]


@pytest.mark.parametrize(
    ("told", "read"),
    [("3.11.4", "3.11.4"), ("3.14.0rc1+", "3.14.0rc1+"), ("3", ""), ("3.1 <b>", ""), (3.11, ""),
     ("3.11" + "1" * 100, ""), (None, ""), ("9" * 10 + ".1", "")],
)  # fmt: skip
def test_a_version_of_python_is_one_or_nothing(tmp_path, told, read):
    path = tmp_path / "a.ipynb"
    metadata = {"language_info": {"version": told}}
    path.write_text(json.dumps({"nbformat": 4, "metadata": metadata, "cells": []}))
    assert load_submission(path, "a").python == read


def test_a_cell_asks_for_some_tests_and_no_more(tmp_path):
    path = tmp_path / "a.ipynb"
    tests = [f"q{n}" for n in range(5_000)]
    cell = {"cell_type": "code", "metadata": {"otter": {"tests": tests}}}
    source = "\n".join(f'grader.check("p{n}")' for n in range(5_000))
    path.write_text(json.dumps({"nbformat": 4, "cells": [{**cell, "source": source}]}))
    (found,) = load_submission(path, "a").cells
    assert len(found.tests) == 100


@pytest.mark.parametrize(
    "name", ["../q1", "a\\b", "a\0b", "a\nb", "a'b", 'a"b', "x" * 101, "", "\ud800"]
)
def test_a_name_that_no_test_file_has_is_no_question(tmp_path, name):
    path = tmp_path / "a.ipynb"
    cell = {"cell_type": "code", "metadata": {"otter": {"tests": [name, "q1"]}}, "source": ""}
    path.write_text(json.dumps({"nbformat": 4, "cells": [cell]}))
    (found,) = load_submission(path, "a").cells
    assert found.tests == ("q1",)
