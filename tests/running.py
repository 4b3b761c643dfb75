"""What several test modules share: run cells and test files in a real local sandbox."""

from otter.test_files.ok_test import OKTestFile

from autograder.model import Cell, Limits, Submission
from autograder.scoring.assignment import Assignment, provenance
from autograder.scoring.formats.doctests import DoctestTests
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


def ok_file(*cases: str, **spec) -> str:
    """Return a test file in OK format; each case is a doctest, worth one point."""
    made = {
        "name": "q1",
        "points": None,
        "suites": [
            {
                "cases": [{"code": case, "hidden": True, "points": 1} for case in cases],
                "scored": True, "setup": "", "teardown": "", "type": "doctest",
            }
        ],
        **spec,
    }  # fmt: skip
    return f"OK_FORMAT = True\n\ntest = {made!r}\n"


def grade_doctests(engine, cell: str, examples, foreign: bool = False):
    """Grade a cell with a file of the examples' doctests, in an assignment of elsewhere or ours."""
    sources = {"q1": ok_file(*[code for code, _ in examples])}
    tests = Assignment("demo", "d", {"show_hidden": True}, sources, {}, is_foreign=foreign)
    return grade(engine, tests, (cell, "q1"))


def check_beside_stock(graded, number: int, cell: str, code: str, expected: bool) -> None:
    """Require of a doctest what is expected, of stock Otter in one process and of a gradation."""
    namespace: dict = {}
    exec(cell, namespace)
    stock = OKTestFile.from_spec(DoctestTests.spec(ok_file(code)))
    stock.run(namespace)
    assert [result.passed for result in stock.test_case_results] == [expected]
    assert outcomes(graded)[number] is expected, graded.questions[0].cases[number].message


def outcomes(gradation) -> list[bool]:
    """Return whether each test case passed, in order."""
    return [case.passed for question in gradation.questions for case in question.cases]


def messages(gradation) -> str:
    """Return all test case messages as one text."""
    return "\n".join(case.message for question in gradation.questions for case in question.cases)
