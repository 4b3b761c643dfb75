"""Otter's exception-based tests: functions that raise, with the notebook's names as parameters."""

import inspect
from dataclasses import replace
from types import CodeType
from typing import TYPE_CHECKING, Any

from otter.test_files.abstract_test import TestCase
from otter.test_files.exception_test import ExceptionTestFile

from autograder.errors import AutograderError, OutOfTime, SandboxError, SubmissionEnded
from autograder.languages import localize, said_of_end
from autograder.scoring.cases import one_case
from autograder.scoring.ending import no_copies
from autograder.scoring.formats import failed
from autograder.scoring.standing import SEEN
from autograder.scoring.told import without_inputs
from autograder.scoring.written import laid_beside

if TYPE_CHECKING:
    from autograder.scoring.remote import RemoteNamespace


class ExceptionTests(ExceptionTestFile):
    """Otter's test file; only the text of a failure differs: it never quotes the test's source."""

    language = "en"

    @classmethod
    def parse(cls, source: str, path: str, language: str) -> "ExceptionTests":
        """Return the tests of a file's text."""
        parsed: ExceptionTests = cls.from_string(source, path)
        parsed.language = language
        for case in parsed.test_cases:  # its functions share one space of names
            space = case.body.test_func.__globals__
            space.update({name: value for name, value in SEEN.items() if name not in space})
        parsed.test_cases = [_localized(case, language) for case in parsed.test_cases]
        return parsed

    def fresh(self) -> "ExceptionTests":
        """Return the same tests without outcomes."""
        made = type(self)(self.name, self.path, self.test_cases, self.all_or_nothing)
        made.source, made.language = self.source, self.language
        return made

    def fail_all(self, reason: str) -> None:
        """Fail every test case for the same reason."""
        self.test_case_results = failed(self.test_cases, reason)

    def _generate_error_message(self, excp: BaseException, context: int = 0) -> str:
        if isinstance(excp, (SandboxError, OutOfTime)):
            raise excp  # our fault, or the end of all: not a failed test case
        if isinstance(excp, SubmissionEnded):
            return said_of_end(excp, self.language)
        text = _said(excp).strip()
        # What student code raises is not the test's own message: it can name no misconception.
        if not isinstance(excp, AssertionError) or hasattr(excp, "_autograder_session"):
            name = getattr(excp, "_autograder_name", None) or type(excp).__name__
            text = f"{name}: {text}"
        return localize(text, self.language) if text else ""


class _Body:
    """An Otter test case as the scorer runs it: its parameters are fetched with one question."""

    def __init__(self, case: TestCase):
        self.function, self.name, self.hidden = case.test_func, case.name, bool(case.hidden)
        self.names = list(inspect.signature(self.function).parameters)
        self.texts, self.words = _said_in(getattr(self.function, "__code__", None))

    def call_func(self, environment: "RemoteNamespace") -> None:
        """Call the test as Otter does: ``env`` is the environment, unknown names are None."""
        session = environment.session
        try:
            with one_case(session, self.words, self.texts):
                found = environment.fetch([name for name in self.names if name != "env"])
                given = {name: found.get(name) for name in self.names}
                given |= {"env": environment} if "env" in given else {}
                with laid_beside(session, self.texts, self.words), no_copies():
                    self.function(**given)
        except AutograderError:
            raise
        except Exception as error:
            if self.hidden and (said := session.case.said):
                cells = environment.sources
                error.args = (without_inputs(_text(error), said, cells),)
                if hasattr(error, "_autograder_session"):  # its class's name is the student's
                    name = without_inputs(type(error).__name__, said, cells)
                    vars(error)["_autograder_name"] = name
            raise
        finally:
            if session.case.reported:
                environment.reported.add(self.name)
            if session.case.answered:
                environment.answered.add(self.name)
        if session.case.refused is not None:  # a test that catches it would pass by it
            raise session.case.refused


def _said_in(code: Any) -> tuple[list[str], list[str]]:
    """Return the texts and the names in a function's code, and in what it defines."""
    constants = getattr(code, "co_consts", ())
    texts = [one for one in constants if isinstance(one, str)]
    words = [*getattr(code, "co_names", ())]
    for inner in constants:
        if isinstance(inner, CodeType):
            more = _said_in(inner)
            texts, words = texts + more[0], words + more[1]
    return texts, words


def _said(error: BaseException) -> str:
    """Return an error's text; one that a notebook's object makes may fail in its turn."""
    try:
        return str(error)
    except (SandboxError, OutOfTime):
        raise
    except Exception as failure:
        return f"(raised while the text was read: {type(failure).__name__})"


def _text(error: Exception) -> str:
    """Return an error's text; a KeyError quotes it otherwise."""
    return str(error.args[0]) if len(error.args) == 1 else str(error)


def _localized(case: TestCase, language: str) -> TestCase:
    def pick(text: str | None) -> str | None:
        return None if text is None else localize(text, language)

    return replace(
        case,
        body=_Body(case.body),
        success_message=pick(case.success_message),
        failure_message=pick(case.failure_message),
    )
