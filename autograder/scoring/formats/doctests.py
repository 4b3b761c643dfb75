"""Otter's default tests, in OK format: doctests, run on the scorer's side by Otter's own runner.

The names that a case uses are fetched with one question and laid into a plain dict; the runner's
report quotes the test, so it is thrown away.
"""

import ast
import doctest
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from otter.test_files.abstract_test import TestCaseResult
from otter.test_files.ok_test import OKTestFile, run_doctest

from autograder.languages import localize
from autograder.scoring.cases import one_case
from autograder.scoring.formats import failed
from autograder.scoring.standins import StandIn, TypeOf

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
            if namespace.session.answered:
                namespace.answered.add(case.name)
            message = PASSED if passed else FAILED + localize(reason, self.language)
            self.test_case_results.append(
                TestCaseResult(test_case=case, message=message, passed=passed)
            )

    def _unseen(
        self, body: str, found: dict[str, Any], namespace: "RemoteNamespace"
    ) -> dict[str, Any]:
        """Return what stands for the notebook's other names, where a case looks for names."""
        if not SPACES.search(body):
            return {}
        record = {"id": 0, "bases": ["builtins.object"], "callable": False, "has": []}
        nothing = StandIn(namespace.session, record)
        known = {*found, *LEFT}
        names = [one for one in namespace if one not in known and not one.startswith("__")]
        return dict.fromkeys(names, nothing)

    def _run_case(self, body: str, number: int, namespace: "RemoteNamespace") -> tuple[bool, str]:
        session = namespace.session
        with one_case(session, body):
            passed = self._run_here(body, number, namespace)
        session.raise_fault()
        if session.refused is not None:
            return False, str(session.refused)
        return (True, "") if passed is True else (False, passed or NEUTRAL)

    def _run_here(self, body: str, number: int, namespace: "RemoteNamespace") -> bool | str:
        """Tell whether a case passes; where its names cannot be fetched, why."""
        try:
            found = namespace.fetch(names_used(body))
        except AssertionError as error:  # a value that cannot cross
            return str(error)
        names = {**self._unseen(body, found, namespace), "type": TypeOf, "__name__": "__main__"}
        names |= found
        return bool(run_doctest(f"{self.name} {number}", body, names)[0])


def names_used(body: str) -> list[str]:
    """Return the names that a doctest uses, in order; also Python's own, which may be replaced."""
    used: dict[str, None] = {}
    looks = SPACES.search(body)
    for example in doctest.DocTestParser().get_examples(body):
        for node in _nodes(example.source):
            if isinstance(node, ast.Name):
                used[node.id] = None
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and looks:
                inner = [one.id for one in _nodes(node.value) if isinstance(one, ast.Name)]
                used |= dict.fromkeys(inner)
    return [name for name in used if name not in LEFT and not name.startswith("__")]


def _nodes(source: str) -> Iterator[ast.AST]:
    """Yield the nodes of a text of Python; none where it is no such text, which the runner says."""
    try:
        yield from ast.walk(ast.parse(source))
    except (SyntaxError, ValueError, RecursionError):
        return


# Where a test looks into the space of names itself.
SPACES = re.compile(r"\b(?:globals|locals|vars|dir|eval|exec)\s*\(")
LEFT = frozenset({"open", "exit", "quit", "get_ipython", "display"})  # IPython's, in each notebook
