"""The instructor's guide, followed literally: its own examples are added, built and run."""

import re
from pathlib import Path

import torch

from autograder import probes
from autograder.build.assign import build_assignment
from autograder.errors import BuildError
from autograder.reports.written import load_rubric
from autograder.scoring.assignment import load_assignment
from tests.build.sources import load_tiny, write_source

GUIDE = (Path(__file__).parents[1] / ".docs" / "instructor-guide.md").read_text("utf-8")
DOUBLE = """def double(x):
    # BEGIN SOLUTION
    return 2 * x
    # END SOLUTION"""


def example(heading: str, language: str) -> str:
    """Return the first block of code under a heading."""
    section = GUIDE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.search(rf"```{language}\n(.*?)```", section, re.DOTALL)[1].rstrip("\n")


def with_the_exercise(answer: str = DOUBLE) -> dict:
    """Return the tiny notebook with the guide's exercise at its end, cell by cell as it says."""
    notebook = load_tiny()
    cells = (
        ("raw", "# BEGIN QUESTION\nname: q6", {}),
        ("markdown", "**Question 6.** Double a tensor.", {"lang": "en"}),
        ("markdown", "**问题 6。** 把张量加倍。", {"lang": "zh"}),
        ("raw", "# BEGIN SOLUTION", {}),
        ("code", answer, {}),
        ("raw", "# END SOLUTION", {}),
        ("raw", "# BEGIN TESTS", {}),
        ("code", example("Add a test", "python"), {}),
        ("raw", "# END TESTS", {}),
        ("raw", "# END QUESTION", {}),
    )
    for number, (kind, source, metadata) in enumerate(cells):
        name = "q6-answer" if source == answer else f"q6-{number}"
        cell = {"id": name, "cell_type": kind, "metadata": metadata, "source": source}
        if kind == "code":
            cell |= {"outputs": [], "execution_count": None}
        notebook["cells"].append(cell)
    return notebook


def test_the_exercise_and_its_test_are_built_and_verified(tmp_path):
    built = build_assignment(write_source(tmp_path, with_the_exercise()), tmp_path / "dist")
    assert built.verified
    assignment = load_assignment(built.grading_zip)
    assert "[square-for-double]" in assignment.sources["q6"]
    student = (built.folder / "student" / "en" / "tiny.ipynb").read_text("utf-8")
    assert "Double a tensor." in student and "2 * x" not in student


def test_a_wrong_solution_of_the_exercise_is_named(tmp_path):
    wrong = write_source(tmp_path, with_the_exercise(DOUBLE.replace("2 * x", "x * x")))
    try:
        build_assignment(wrong, tmp_path / "dist")
    except BuildError as error:
        assert "q6 - 1" in str(error) and "This squares its input." in str(error)
    else:
        raise AssertionError("a wrong solution was built")


def test_the_probe_runs(monkeypatch):
    monkeypatch.setattr(probes, "PROBES", dict(probes.PROBES))
    scope = {"probe": probes.probe}
    exec(example("Add a probe", "python"), scope)
    assert scope["parameter_count"](torch.nn.Linear(3, 2)) == 8
    assert "parameter_count" in probes.PROBES


def test_the_rubric_is_read(tmp_path):
    path = tmp_path / "rubric.toml"
    path.write_text(example("Ask for reasons in words", "toml"), encoding="utf-8")
    (question,) = load_rubric(path)
    assert question.name == "q6" and question.possible == 4
