"""The formats of test files: what scoring knows of one, and which of them a file is in.

A test file asks for names of the notebook, runs its cases against a namespace of them, and says of
each case whether it passed, never with the test's own text.
"""

import re
from typing import TYPE_CHECKING, Any, Protocol

from otter.test_files.abstract_test import TestCase, TestCaseResult

if TYPE_CHECKING:
    from autograder.scoring.remote import RemoteNamespace

OK_FORMAT = re.compile(r"^OK_FORMAT\s*(?::\s*\w+\s*)?=\s*(\w+)", re.MULTILINE)
OK_SPEC = re.compile(r"^test\s*=", re.MULTILINE)
PARSE_S = 10.0  # of CPU time: a test file is run to be read
CANNOT_READ = "{} cannot be read ({})"


class QuestionTests(Protocol):
    """The test cases of one question, in whatever format; Otter's results are made from it.

    Attributes:
        language: of the messages, "en" or "zh".
        test_case_results: outcomes, once it has run.
    """

    name: str
    language: str
    test_cases: list[TestCase]
    test_case_results: list[TestCaseResult]

    @property
    def score(self) -> Any:
        """Points earned."""

    @property
    def possible(self) -> Any:
        """Points that could be earned."""

    def fresh(self) -> "QuestionTests":
        """Return the same tests without outcomes."""

    def run(self, namespace: "RemoteNamespace") -> None:
        """Run every case.

        Raises:
            SandboxError: our fault: no outcome can be given.
        """

    def fail_all(self, reason: str) -> None:
        """Fail every test case for the same reason."""


def parse_tests(source: str, path: str, language: str) -> QuestionTests:
    """Return the tests of a file's text, in the format that it says it is in.

    Args:
        path: what Otter's results call the file.
    """
    from autograder.scoring import guard
    from autograder.scoring.formats.doctests import DoctestTests
    from autograder.scoring.formats.exceptions import ExceptionTests

    guard.install()
    said = OK_FORMAT.search(source)
    is_ok = said[1] == "True" if said else bool(OK_SPEC.search(source))
    return (DoctestTests if is_ok else ExceptionTests).parse(source, path, language)


def path_of(question: str) -> str:
    """Return what the zip, Otter's results and messages call the test file of a question."""
    return f"tests/{question}.py"


def no_tests(question: str, language: str) -> QuestionTests:
    """Return what stands for a question's test file that cannot be read."""
    from autograder.scoring.formats import unreadable

    return unreadable.no_tests(question, path_of(question), language)


def failed(cases: list[TestCase], reason: str) -> list[TestCaseResult]:
    """Return failed outcomes of test cases, all for the same reason."""
    return [
        TestCaseResult(test_case=case, message=f"❌ Test case failed\n{reason}", passed=False)
        for case in cases
    ]
