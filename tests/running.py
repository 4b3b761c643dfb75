"""What several test modules share: run cells and test files in a real local sandbox."""

from autograder.model import Cell, Limits, Submission
from autograder.scoring.assignment import Assignment, provenance
from autograder.scoring.results import conclude
from autograder.scoring.walk import Walker

HEAD = "from otter.test_files import test_case\nOK_FORMAT = False\nname = {name!r}\npoints = None\n"


def test_file(name: str, *cases: str) -> str:
    """Return an Otter test file; each case is the source of one function, worth one point."""
    decorated = ["@test_case(points=1, hidden=True)\n" + case for case in cases]
    return HEAD.format(name=name) + "\n\n".join(decorated)


test_file.__test__ = False


def assignment(**sources: str) -> Assignment:
    """Return an assignment made of test files by question name."""
    return Assignment("demo", "digest", {"show_hidden": True, "seed": 42}, sources, {})


def submission(*cells, language: str = "en") -> Submission:
    """Return a submission; a cell is a source, or a pair of a source and its question's name."""
    made = [
        Cell(cell) if isinstance(cell, str) else Cell(cell[0], tuple(cell[1:])) for cell in cells
    ]
    return Submission("demo", "demo.ipynb", "digest", tuple(made), language)


def grade(engine, tests: Assignment, *cells, limits: Limits | None = None, language: str = "en"):
    """Walk cells in the engine's sandbox and return the gradation."""
    given = submission(*cells, language=language)
    walk = Walker(given, tests, engine.stream, limits or Limits(cell_s=10, wall_s=60)).run()
    return conclude(given, tests, walk, provenance(tests, engine.image))


def outcomes(gradation) -> list[bool]:
    """Return whether each test case passed, in order."""
    return [case.passed for question in gradation.questions for case in question.cases]


def messages(gradation) -> str:
    """Return all test case messages as one text."""
    return "\n".join(case.message for question in gradation.questions for case in question.cases)
