"""What the grading zip holds beside Otter's own parts."""

import ast
import json
import re
import sys
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from autograder.build import environment
from autograder.errors import BuildError
from autograder.gradescope import bundle, presentation
from autograder.gradescope.settings import UploadSettings, load_settings

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def entries():
    return bundle.files(ROOT)


@pytest.mark.parametrize("name", ["setup.sh", "run_autograder"])
def test_scripts_have_a_shebang_and_unix_lines(entries, name):
    assert entries[name].startswith(b"#!/usr/bin/env bash\n")
    assert b"\r" not in entries[name]


def test_every_requirement_is_pinned_and_hashed(entries):
    for name in ("requirements.lock", "torch.lock"):
        text = entries[name].decode().replace("\\\n", " ")
        lines = [line for line in text.splitlines() if line and not line.startswith("#")]
        assert lines
        for line in lines:
            assert re.match(r"[a-z0-9-]+==\S+", line), line
            assert "--hash=sha256:" in line, line


@pytest.mark.parametrize("python", ["3.10", "3.11", "3.12", "3.13"])
def test_torch_is_locked_for_every_python(entries, python):
    assert f'torch==2.13.0+cpu ; python_version == "{python}"' in entries["torch.lock"].decode()


def test_torch_is_the_version_of_the_project(entries):
    wanted = re.search(r'"torch==([\d.]+)"', (ROOT / "pyproject.toml").read_text())[1]
    assert f"torch=={wanted}+cpu" in entries["torch.lock"].decode()


def test_only_what_grading_needs_is_installed(entries):
    names = {line.split("==")[0] for line in entries["requirements.lock"].decode().splitlines()}
    assert {"numpy", "matplotlib", "ipython", "msgpack", "pyseccomp", "otter-grader"} <= names
    assert not names & {"jupyterlab", "debugpy", "nbconvert", "playwright", "jedi", "torch"}


def test_what_students_may_import_is_installed(entries):
    names = {line.split("==")[0] for line in entries["requirements.lock"].decode().splitlines()}
    assert set(environment.allowed()) <= names | {"torch"}


def test_what_is_shipped_imports_only_what_is_installed(entries):
    installed = {line.split("==")[0] for line in entries["requirements.lock"].decode().splitlines()}
    owners, checked = packages_distributions(), set()
    for path in bundle.shipped_files():
        for node in ast.parse(path.read_text()).body:
            named = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            named += [node.module] if isinstance(node, ast.ImportFrom) else []
            for root in {name.split(".")[0] for name in named} - sys.stdlib_module_names:
                if root != "autograder":
                    names = {name.lower().replace("_", "-") for name in owners[root]}
                    assert names & (installed | {"torch"}), f"{path} imports {root}"
                    checked.add(root)
    assert {"numpy", "torch", "msgpack", "otter"} <= checked


def test_the_package_comes_without_what_only_instructors_use(entries):
    modules = {name for name in entries if name.startswith("files/")}
    assert {"files/autograder/probes.py", "files/autograder/gradescope/run.py"} <= modules
    rooms = {name.split("/")[2] for name in modules}
    assert not rooms & {"build", "reports", "audit", "bench", "hostile", "__main__.py"}


def test_every_check_is_shipped(entries):
    for path in (ROOT / "autograder" / "checks").glob("*.py"):
        assert f"files/autograder/checks/{path.name}" in entries


def test_the_same_sources_give_the_same_entries(entries):
    assert bundle.files(ROOT) == entries


def test_the_manifest_names_what_produced_a_mark(entries):
    manifest = json.loads(bundle.manifest(entries, "autodiff", "3"))
    assert manifest["assignment"] == "autodiff" and manifest["version"] == "3"
    assert re.fullmatch("[0-9a-f]{64}", manifest["content"])
    assert re.fullmatch("[0-9a-f]{64}", manifest["environment"])


def test_any_changed_byte_changes_the_content_digest(entries):
    changed = {**entries, "setup.sh": entries["setup.sh"] + b"\n"}
    assert bundle.content_digest(changed) != bundle.content_digest(entries)
    assert bundle.environment_digest(changed) == bundle.environment_digest(entries)


def test_the_digest_is_taken_over_the_other_entries(entries):
    digest = bundle.content_digest(entries)
    assert bundle.content_digest({**entries, bundle.MANIFEST: b"{}"}) == digest


def test_settings_travel_in_the_zip(tmp_path):
    (tmp_path / "gradescope.json").write_bytes(UploadSettings(gradings_per_day=3).as_json())
    assert load_settings(tmp_path).gradings_per_day == 3


@pytest.mark.parametrize(
    "text", ["{", '{"unknown": 1}', '{"limit_s": "540"}', '{"limit_s": 5}', "[]",
             '{"hidden_visibility": "never"}'],
)  # fmt: skip
def test_malformed_settings_stop_the_build(tmp_path, text):
    (tmp_path / "gradescope.json").write_text(text)
    with pytest.raises(BuildError):
        load_settings(tmp_path)


def test_texts_of_exercises_are_for_pages_and_no_part_of_a_result(entries):
    told = {"q1": {"title": {"en": "Adding"}}}
    manifest = json.loads(bundle.manifest(entries, "autodiff", exercises=told))
    assert manifest["exercises"] == told
    assert "exercises" not in presentation.trace(manifest)["grading_zip"]


def test_what_makes_old_notebooks_new_ones_is_installed_there_with_all_that_it_needs():
    locked = re.findall(r"^([\w.-]+)==", bundle.grading_lock(ROOT).decode(), re.MULTILINE)
    names, pending, needed = set(map(canonicalize_name, locked)), ["nbformat"], set[str]()
    while pending:
        name = canonicalize_name(pending.pop())
        if name not in needed:
            needed.add(name)
            wanted = map(Requirement, requires(name) or ())
            pending += [
                one.name for one in wanted if not one.marker or one.marker.evaluate({"extra": ""})
            ]
    assert needed <= names
