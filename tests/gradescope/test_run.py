"""A whole run in Gradescope's folders, as Gradescope starts it."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.gradescope import run, selfcheck
from autograder.proving.gradescope.validate import find_faults

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "autograder" / "gradescope" / "run_autograder"
OF_ANOTHER = json.dumps(
    {"nbformat": 4, "nbformat_minor": 5, "cells": [],
     "metadata": {"otter": {"assignment_name": "other"}}}
).encode()  # fmt: skip
REFUSED_NAMES = ("a.py", "a.docx", "a.pdf", "笔记.docx", "a‖ b.txt", "sub/a.doc", "a", "-x.md")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Gradescope runs Linux")


@pytest.fixture
def root(tmp_path):
    """Return Gradescope's folders with a grading zip's content and one good notebook."""
    root = tmp_path / "autograder"
    selfcheck.lay_out(root)
    (root / "source" / "manifest.json").write_text('{"assignment": "demo", "version": "7"}')
    (root / "source" / "files").mkdir()
    (root / "source" / "files" / "autograder").symlink_to(ROOT / "autograder")
    install(root, f'exec "{sys.executable}" "$@"')
    return root


def install(root: Path, command: str) -> None:
    """Make the environment's Python run a shell command."""
    python = root / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True, exist_ok=True)
    python.write_text(f"#!/bin/sh\n{command}\n")
    python.chmod(0o755)


def start(root: Path) -> dict:
    """Run run_autograder and return its results, which keep every rule."""
    done = subprocess.run(
        ["bash", str(SCRIPT)], env={**os.environ, "AUTOGRADER_ROOT": str(root)}, timeout=300,
        capture_output=True,
    )  # fmt: skip
    assert done.returncode == 0
    data = (root / "results" / "results.json").read_bytes()
    assert find_faults(data) == []
    return json.loads(data)


def replace_upload(root: Path, **files: bytes) -> None:
    (root / "submission" / "check.ipynb").unlink()
    for name, data in files.items():
        (root / "submission" / name.replace("_", ".")).write_bytes(data)


def test_a_good_notebook_gets_its_points(root):
    results = start(root)
    assert results["score"] == 3
    assert results["extra_data"]["grading_zip"]["version"] == "7"
    assert results["execution_time"] > 0
    assert [test["output_format"] for test in results["tests"]] == ["text", "text", "html"]


def test_the_source_folder_is_closed_before_student_code_runs(root):
    start(root)
    for name in ("source", "results", "submission"):
        assert stat.S_IMODE((root / name).stat().st_mode) == 0o700


def test_student_code_finds_no_tests(root):
    path = root / "submission" / "check.ipynb"
    notebook = json.loads(path.read_text())
    spy = f"import os\nseen = os.listdir({str(root / 'source' / 'tests')!r})\nx = seen"
    notebook["cells"].append({**notebook["cells"][0], "source": spy, "id": "spy"})
    path.write_text(json.dumps(notebook))
    assert start(root)["score"] == 3  # listing it would have replaced x


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "No notebook was uploaded"),
        ({"a_ipynb": b"{}", "b_ipynb": b"{}"}, "More than one notebook"),
        ({"homework_py": b"x = 1"}, "homework.py: not a notebook"),
        ({"homework_ipynb": b"\x89PNG"}, "homework.ipynb"),
        ({"homework_zip": b"PK\x03\x04"}, "homework.zip"),
        ({"homework_docx": b"PK\x03\x04"}, "homework.docx: not a notebook"),
        ({"homework_ipynb": OF_ANOTHER}, "this notebook is for the assignment 'other', not 'demo'"),
    ],
)
def test_an_upload_that_cannot_be_graded_gets_one_clear_sentence(root, files, words):
    replace_upload(root, **files)
    results = start(root)
    assert results["score"] == 0 and results["extra_data"]["status"] == "unreadable"
    assert words in results["output"] and "upload" in results["output"]
    scored = [test for test in results["tests"] if "max_score" in test]
    assert [(test["name"], test["score"], test["max_score"]) for test in scored] == [("q1", 0, 3)]
    assert all(words in test["output"] and " ‖ " not in test["output"] for test in results["tests"])
    assert " ‖ " not in results["output"]


@pytest.mark.parametrize(
    ("files", "score"), [(None, 3), ({"a_py": b"x = 1"}, 0), ({"a_ipynb": b"x"}, 0), ({}, 0)]
)
def test_no_upload_needs_what_the_environment_there_lacks(root, files, score):
    (root / "lacking").mkdir()
    lacking = "import sys\nfor name in ('export', 'assign', 'generate'):\n"
    lacking += "    sys.modules[f'otter.{name}'] = None\n"
    (root / "lacking" / "sitecustomize.py").write_text(lacking)
    install(root, f'PYTHONPATH="{root}/lacking:$PYTHONPATH" exec "{sys.executable}" "$@"')
    if files is not None:
        replace_upload(root, **files)
    results = start(root)
    assert results["score"] == score and results["extra_data"]["status"] != "not graded"


@pytest.mark.parametrize("count", range(1 + len(REFUSED_NAMES)))
def test_any_refused_upload_has_a_zero_with_its_reason_for_each_question(root, monkeypatch, count):
    monkeypatch.setattr(run, "_prepare_scorer", lambda: None)
    source = root / "source" / "tests" / "q1.py"
    (root / "source" / "tests" / "q2.py").write_text(
        source.read_text().replace('name = "q1"', 'name = "q2"')
    )
    notebooks = ("a.ipynb", "b.ipynb") if count == 0 else ()
    replace_upload(root)
    for name in (*notebooks, *REFUSED_NAMES[:count]):
        path = root / "submission" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x = 1")
    results = run.grade_upload(root, {"assignment": "demo"})
    results["execution_time"] = 0.0
    assert find_faults(json.dumps(results).encode()) == []
    scored = {test["name"]: test for test in results["tests"] if "max_score" in test}
    assert sorted(scored) == ["q1", "q2"] and results["score"] == 0
    reason = results["output"].splitlines()[0].removesuffix(".")
    for test in scored.values():
        assert (test["score"], test["max_score"]) == (0, 3) and reason in test["output"]


@pytest.mark.parametrize("command", ["exit 1", "kill -9 $$", "exit 0"])
def test_a_broken_set_up_leaves_the_fallback(root, command):
    install(root, command)
    results = start(root)
    assert results["extra_data"]["status"] in ("not graded", "timeout")
    assert results["score"] == 0 and results["output"]


def test_a_missing_environment_leaves_the_fallback(root):
    (root / "venv" / "bin" / "python").unlink()
    assert "not your fault" in start(root)["output"]


def test_a_zip_without_tests_is_our_fault(root):
    (root / "source" / "tests" / "q1.py").unlink()
    assert start(root)["extra_data"]["status"] == "not graded"


def test_a_run_over_time_says_so(root):
    (root / "source" / "gradescope.json").write_text('{"limit_s": 1}')
    install(root, "exec sleep 30")
    results = start(root)
    assert results["extra_data"]["status"] == "timeout" and "1 seconds" in results["output"]


def test_an_old_result_never_survives(root):
    (root / "results" / "results.json").write_text('{"score": 3}')
    install(root, "exit 1")
    assert start(root)["score"] == 0


@pytest.mark.parametrize(
    ("container_mib", "allowed_mib"), [(768, 368), (3072, 1024), (float("inf"), 1024), (450, 128)]
)
def test_memory_follows_the_container(monkeypatch, container_mib, allowed_mib):
    monkeypatch.setattr(run, "container_memory_mib", lambda: container_mib)
    assert run.limits(540).memory_mib == allowed_mib


def test_a_notebook_ends_well_before_the_whole_time(monkeypatch):
    assert run.limits(120).wall_s <= 60 and run.limits(540).wall_s <= 300
