"""The bundled assignments' releases, searched for what their grading zips hold in secret."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile

import pytest

from autograder.__main__ import assignment_names
from autograder.languages import LANGUAGES, SEPARATOR

CASES = [(name, language) for name in assignment_names() for language in LANGUAGES]
SHORTEST = 24  # bytes; shorter pieces say nothing


def hidden_tests(grading_zip):
    """Yield the hidden tests' function definitions, as Otter stored them."""
    with zipfile.ZipFile(grading_zip) as archive:
        names = [name for name in archive.namelist() if name.startswith("tests/")]
        sources = [archive.read(name).decode() for name in names if name.endswith(".py")]
    for source in sources:
        for node in ast.parse(source).body:
            tested = isinstance(node, ast.FunctionDef)
            if tested and "hidden=True" in ast.unparse(node.decorator_list[0]):
                yield node


def texts_of(folder) -> str:
    """Return all that students get, notebooks as their plain strings."""
    found = []
    for path in sorted(folder.iterdir()):
        text = path.read_text("utf-8")
        if path.suffix == ".ipynb":
            notebook = json.loads(text)
            found += ["".join(cell["source"]) for cell in notebook["cells"]]
            found += notebook["metadata"]["otter"].get("tests", {}).values()
        found.append(text)
    return "\n".join(found)


@pytest.mark.parametrize(("name", "language"), CASES)
def test_no_hidden_test_is_in_a_release(built, name, language):
    text = texts_of(built / name / "student" / language)
    hidden = list(hidden_tests(built / name / "autograder.zip"))
    assert hidden
    for node in hidden:
        assert f"def {node.name}(" not in text
        for part in ast.walk(node):
            if isinstance(part, ast.Constant) and SEPARATOR in str(part.value):
                for half in part.value.split(SEPARATOR, 1):
                    assert len(half.encode()) < SHORTEST or half not in text, node.name
            if isinstance(part, ast.Assert):
                line = ast.unparse(part.test)
                assert len(line) < SHORTEST or line not in text, f"{node.name}: {line}"
    assert "autograder.checks" not in text and "probes" not in text


@pytest.mark.parametrize(("name", "language"), CASES)
def test_every_answer_is_left_to_the_student(built, name, language):
    release = built / name / "student" / language / f"{name}.ipynb"
    solution = built / name / "solutions" / f"{name}-{language}.ipynb"
    released, solved = (json.loads(path.read_text("utf-8")) for path in (release, solution))
    solutions = {cell["id"]: cell["source"] for cell in solved["cells"]}
    answers = [cell for cell in released["cells"]
               if "otter_answer_cell" in cell["metadata"].get("tags", [])]  # fmt: skip
    assert answers
    for cell in answers:
        assert "..." in cell["source"], cell["id"]
        assert cell["source"] != solutions[cell["id"]], cell["id"]


CALLED = {  # how the file is called -> what the server says of the session, what else lies there
    "autodiff.ipynb": ("", ()),
    "autodiff (1).ipynb": ("", ("autodiff-colab.ipynb",)),
    "autodiff-Copy1.ipynb": ("", ()),
    "autodiff (2).ipynb": ("/a/autodiff (2).ipynb", ("autodiff.ipynb", "autodiff (1).ipynb")),
    "homework.ipynb": ("homework.ipynb", ()),
}  # fmt: skip


@pytest.mark.parametrize("called", CALLED)
def test_a_notebook_checks_under_any_name(built, tmp_path, called):
    session, others = CALLED[called]
    language = "zh" if "Copy" in called else "en"
    release = built / "autodiff" / "student" / language / "autodiff.ipynb"
    for name in (called, *others):
        shutil.copy(release, tmp_path / name)
    cells = {cell["id"]: cell for cell in json.loads(release.read_text("utf-8"))["cells"]}
    code = "".join(cells["init-otter"]["source"])
    code += "\nprint(grader._notebook, grader.check('q1').name, sep='|')"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True,
        env={**os.environ, "JPY_SESSION_NAME": session},
    )  # fmt: skip
    assert done.stdout.splitlines()[-1:] == [f"{called}|q1"], done.stderr


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["autodiff", "linear-algebra"])
def test_a_warm_up_without_points_comes_before_the_first_question(built, name, language):
    release = built / name / "student" / language / f"{name}.ipynb"
    ids = [cell["id"] for cell in json.loads(release.read_text("utf-8"))["cells"]]
    warm = [place for place, id in enumerate(ids) if id.startswith("warmup")]
    assert warm and max(warm) < min(ids.index(id) for id in ids if id.startswith("q1"))


@pytest.mark.parametrize(("name", "language"), CASES)
def test_setting_up_asks_pytorchs_index_for_pytorch_alone(built, name, language):
    folder = built / name / "student" / language
    assert "index" not in (folder / "requirements.txt").read_text("utf-8")
    page = (folder / "README.md").read_text("utf-8")
    lines = [line for line in page.splitlines() if "download.pytorch.org" in line]
    assert lines and all("--retries 1 --no-deps" in line and "torch==" in line for line in lines)
    assert "--index-url" in page.replace(lines[0], "")  # pip's option for a mirror


def test_chinese_prose_is_not_slanted_and_links_look_like_links(built):
    for name in ("autodiff", "linear-algebra"):
        for language in LANGUAGES:
            release = built / name / "student" / language / f"{name}.ipynb"
            cells = json.loads(release.read_text("utf-8"))["cells"]
            for cell in cells:
                text = "".join(cell["source"])
                if cell["cell_type"] != "markdown":
                    continue
                assert "[`" not in text, f"{name}, {cell['id']}: a link in code's clothes"
                prose = re.sub(r"`[^`]*`|\$\$.*?\$\$|\$[^$]*\$|!\[.*?\]|\*\*", "", text, flags=re.S)
                if language == "zh":
                    slanted = re.search(r"\*[^*\n]+\*", prose)
                    assert not slanted, f"{name}, {cell['id']}: {slanted}"
