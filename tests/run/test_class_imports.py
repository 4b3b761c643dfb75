"""What workers import ahead where no solution tells: the class's first notebooks teach it."""

import json
from dataclasses import replace
from pathlib import Path

from autograder.run import class_imports
from autograder.run.class_imports import count_imports, modules_to_warm
from tests.running import assignment


def write(folder: Path, name: str, *sources: str) -> Path:
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None,
              "source": source} for source in sources]  # fmt: skip
    path = folder / f"{name}.ipynb"
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    path.write_text(json.dumps(notebook))
    return path


def test_the_first_notebooks_teach_beside_the_tests(tmp_path):
    first = write(tmp_path, "a", "%matplotlib inline\nimport pandas as pd", "import sklearn.svm")
    given = assignment(q1="import seaborn\nassert x == 1")
    assert modules_to_warm(given, [first]) == ["pandas", "seaborn", "sklearn.svm"]


def test_what_the_solution_imports_needs_no_teacher(tmp_path):
    given = replace(assignment(q1="x = 1"), manifest={"imports": ["scipy.stats"]})
    assert modules_to_warm(given, [write(tmp_path, "a", "import pandas")]) == ["scipy.stats"]


def test_what_is_learned_is_bounded(tmp_path, monkeypatch):
    many = "\n".join(f"import m{number}" for number in range(1000))
    paths = [write(tmp_path, f"{number:03}", many, "import a.b.c") for number in range(40)]
    read = []

    def look(paths, most):
        found = count_imports(paths, most)
        read.append(max(found.values()))
        return found

    monkeypatch.setattr(class_imports, "count_imports", look)
    learned = modules_to_warm(assignment(q1="x = 1"), paths)
    assert len(learned) == class_imports.MOST_MODULES and "a.b.c" not in learned
    assert read == [class_imports.TEACHERS]


def test_what_cannot_be_read_teaches_nothing(tmp_path):
    (tmp_path / "a.ipynb").write_bytes(b"\x89PNG")
    found = count_imports([tmp_path / "a.ipynb", tmp_path / "none.ipynb", tmp_path])
    assert not found
