"""Otter's default tests, in OK format: doctests, run on the scorer's side by Otter's own runner.

The names that a case uses are fetched with one question and laid into a plain dict; the runner's
report quotes the test, so it is thrown away.
"""

import ast
import builtins
import doctest
from typing import TYPE_CHECKING, Any

from otter.test_files.abstract_test import TestCaseResult
from otter.test_files.ok_test import OKTestFile, run_doctest

from autograder.languages import localize
from autograder.scoring.formats import failed
from autograder.scoring.standins import type_of

if TYPE_CHECKING:
    from autograder.scoring.remote import RemoteNamespace

PASSED = "✅ Test case passed"
FAILED = "❌ Test case failed\n"
NEUTRAL = "the result is not the one that was expected ‖ 结果与预期不符"


class DoctestTests(OKTestFile):
    """Otter's test file; a failure says that it is one, and never quotes the test."""

    language = "en"

    @classmethod
    def parse(cls, source: str, path: str, language: str) -> "DoctestTests":
        """Return the tests of a file's text."""
        parsed: DoctestTests = cls.from_spec(cls.spec(source, path), path)
        parsed.language = language
        return parsed

    @staticmethod
    def spec(source: str, path: str = "<test>") -> dict[str, Any]:
        """Return what a test file's text says; it is the grading zip's, which is trusted."""
        found: dict[str, Any] = {}
        exec(compile(source, path, "exec"), found)
        spec: dict[str, Any] = found["test"]
        return spec

    def fresh(self) -> "DoctestTests":
        """Return the same tests without outcomes."""
        made = type(self)(self.name, self.path, self.test_cases, self.all_or_nothing)
        made.language = self.language
        return made

    def fail_all(self, reason: str) -> None:
        """Fail every test case for the same reason."""
        self.test_case_results = failed(self.test_cases, reason)

    def run(self, namespace: "RemoteNamespace") -> None:
        """Run every case; what one case defines is gone for those after it, as in Otter.

        Raises:
            SandboxError: our fault: no outcome can be given.
        """
        self.test_case_results = []
        for number, case in enumerate(self.test_cases):
            passed, reason = self._run_case(case.body, number, namespace)
            message = PASSED if passed else FAILED + localize(reason, self.language)
            self.test_case_results.append(
                TestCaseResult(test_case=case, message=message, passed=passed)
            )

    def _run_case(self, body: str, number: int, namespace: "RemoteNamespace") -> tuple[bool, str]:
        session = namespace.session
        session.refused = None
        try:
            found = namespace.fetch(names_used(body))
        except AssertionError as error:  # a value that cannot cross
            return False, str(error)
        names = {"type": type_of, "__name__": "__main__", **found}
        passed, _ = run_doctest(f"{self.name} {number}", body, names)
        session.raise_fault()
        if session.refused is not None:
            return False, str(session.refused)
        return passed, NEUTRAL


def names_used(body: str) -> list[str]:
    """Return the names that a doctest uses and Python does not define, in order."""
    used: dict[str, None] = {}
    for example in doctest.DocTestParser().get_examples(body):
        try:
            tree = ast.parse(example.source)
        except SyntaxError:
            continue  # the runner says so
        for node in ast.walk(tree):
            if isinstance(node, ast.Name):
                used[node.id] = None
    return [name for name in used if not hasattr(builtins, name) or name in SHADOWED]


# Names of Python's that notebooks often use for something of their own.
SHADOWED = frozenset({"max", "min", "sum", "id", "input", "list", "dict", "str", "filter", "hash"})
