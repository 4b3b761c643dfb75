"""Otter's default tests, in OK format: doctests, run on the scorer's side by Otter's own runner.

The names that a case uses are fetched with one question and laid into a plain dict; the runner's
report quotes the test, so it is thrown away.
"""

import ast
import doctest
import os
import re
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from otter.test_files.abstract_test import TestCaseResult
from otter.test_files.ok_test import OKTestFile, run_doctest

from autograder.errors import OutOfTime, SandboxError
from autograder.languages import localize
from autograder.scoring.cases import TOO_MUCH, one_case
from autograder.scoring.ending import no_copies
from autograder.scoring.formats import failed
from autograder.scoring.standing import SEEN
from autograder.scoring.written import NOT_READ, laid_beside

if TYPE_CHECKING:
    from autograder.scoring.remote import RemoteNamespace

PASSED = "✅ Test case passed"
OF_MEMORY = re.compile(r"^\s*\S*MemoryError\b", re.MULTILINE)
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
            if namespace.session.case.answered:
                namespace.answered.add(case.name)
            message = PASSED if passed else FAILED + localize(reason, self.language)
            self.test_case_results.append(
                TestCaseResult(test_case=case, message=message, passed=passed)
            )

    def _names(self, body: str, namespace: "RemoteNamespace") -> list[str]:
        used, looked_up = names_used(body), names_looked_up(body)
        if looked_up:  # the notebook is asked only for what it defines, for no other word of a text
            defined = set(namespace.keys())
            used += tuple(name for name in looked_up if name in defined and name not in used)
        return list(used)

    def _run_case(self, body: str, number: int, namespace: "RemoteNamespace") -> tuple[bool, str]:
        session = namespace.session
        try:
            with one_case(session, words_in(body), (*texts_in(body), *sources_in(body))):
                found = namespace.fetch(self._names(body, namespace))
                known = {**SEEN, "__name__": "__main__", **found}
                with laid_beside(session, texts_in(body), words_in(body)) as withheld:
                    with no_copies():
                        passed, report = run_doctest(f"{self.name} {number}", body, known)
        except (SandboxError, OutOfTime):
            raise
        except AssertionError as error:  # a value or a file that cannot cross
            return False, str(error)
        except Exception:  # the notebook's process raises where it is asked for values or files
            return False, NEUTRAL
        session.raise_fault()
        if session.case.refused is not None:
            return False, str(session.case.refused)
        unread = [path for path in withheld if os.path.basename(path) in body]
        if unread:
            return passed, NOT_READ.format(*unread[:1] * 2)
        return passed, TOO_MUCH.format("", "") if OF_MEMORY.search(str(report)) else NEUTRAL


@lru_cache(4096)
def names_used(body: str) -> tuple[str, ...]:
    """Return the names that a doctest uses, in order; also Python's own, which may be replaced."""
    used = dict.fromkeys(node.id for node in _nodes(body) if isinstance(node, ast.Name))
    return tuple(name for name in used if name not in LEFT and not name.startswith("__"))


@lru_cache(4096)
def names_looked_up(body: str) -> tuple[str, ...]:
    """Return the words in a doctest's texts that may be names which it looks up, in order.

    It does so in ``"x" in globals()`` and in ``eval("x + 1")``.
    """
    if LOOKS_UP.isdisjoint(node.id for node in _nodes(body) if isinstance(node, ast.Name)):
        return ()
    words = [word for text in texts_in(body) for word in WORD.findall(text)]
    return tuple(dict.fromkeys(filter(str.isidentifier, words)))


@lru_cache(4096)
def texts_in(body: str) -> tuple[str, ...]:
    """Return the texts that stand in a doctest's code."""
    values = (node.value for node in _nodes(body) if isinstance(node, ast.Constant))
    return tuple(value for value in values if isinstance(value, str))


@lru_cache(4096)
def sources_in(body: str) -> tuple[str, ...]:
    """Return what a doctest runs, a text for each example."""
    return tuple(example.source for example in doctest.DocTestParser().get_examples(body))


@lru_cache(4096)
def words_in(body: str) -> tuple[str, ...]:
    """Return every name in a doctest's code: variables, attributes, and what is imported."""
    found = []
    for node in _nodes(body):
        found += [node.id] if isinstance(node, ast.Name) else []
        found += [node.attr] if isinstance(node, ast.Attribute) else []
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            found += [one.name for one in node.names]
    return tuple(found)


@lru_cache(4096)
def _nodes(body: str) -> tuple[ast.AST, ...]:
    nodes = list[ast.AST]()
    for source in sources_in(body):
        with suppress(SyntaxError):  # the runner says so
            nodes += ast.walk(ast.parse(source))
    return tuple(nodes)


WORD = re.compile(r"\w+")
LOOKS_UP = frozenset({"dir", "eval", "exec", "globals", "locals", "vars"})
LEFT = frozenset({"open", "exit", "quit", "get_ipython", "display"})  # IPython's, in each notebook
