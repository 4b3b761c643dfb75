"""The bundled assignments' releases, searched for what their grading zips hold in secret."""

import ast
import json
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
