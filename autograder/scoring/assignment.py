"""The grading zip as the scorer sees it: Otter's test files, Otter's configuration, a digest."""

import hashlib
import inspect
import json
import re
import zipfile
import zlib
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from otter.run.run_autograder.autograder_config import AutograderConfig
from otter.test_files.abstract_test import TestCase, TestCaseResult
from otter.test_files.exception_test import ExceptionTestFile

from autograder import __version__
from autograder.errors import OutOfTime, SandboxError, UsageError
from autograder.languages import localize
from autograder.model import Limits, Provenance
from autograder.scoring.environment import environment_facts

if TYPE_CHECKING:
    from autograder.scoring.remote import RemoteNamespace

SLIP = re.compile(r"^\[([a-z0-9]+(?:-[a-z0-9]+)*)\]\s*")


class QuestionTests(ExceptionTestFile):
    """Otter's test file; only the text of a failure differs: it never quotes the test's source."""

    language = "en"

    def _generate_error_message(self, excp: BaseException, context: int = 0) -> str:
        if isinstance(excp, (SandboxError, OutOfTime)):
            raise excp  # our fault, or the end of all: not a failed test case
        text = str(excp).strip()
        # What student code raises is not the test's own message: it can name no misconception.
        if not isinstance(excp, AssertionError) or hasattr(excp, "_autograder_session"):
            text = f"{type(excp).__name__}: {text}"
        return localize(text, self.language) if text else ""

    def fail_all(self, reason: str) -> None:
        """Fail every test case for the same reason."""
        self.test_case_results = [
            TestCaseResult(test_case=case, message=f"❌ Test case failed\n{reason}", passed=False)
            for case in self.test_cases
        ]


@dataclass(frozen=True)
class Assignment:
    """What the scorer needs to grade: read from a grading zip, never from a submission.

    Attributes:
        name: the assignment's name.
        digest: SHA-256 of the zip, hex.
        config: content of ``otter_config.json``.
        sources: question name -> test file text.
        manifest: what the zip says of itself (versions and digests), or {}.
    """

    name: str
    digest: str
    config: dict
    sources: dict[str, str]
    manifest: dict

    @cached_property
    def otter_config(self) -> AutograderConfig:
        """Otter's own configuration object."""
        return AutograderConfig(self.config)

    @cached_property
    def _parsed(self) -> dict:
        return {}

    def __getstate__(self) -> dict:
        """Leave out what was parsed: Otter's test cases lose their function when pickled."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @property
    def seed(self) -> int | None:
        """Otter's seed between cells."""
        return self.config.get("seed")

    @cached_property
    def tests_digest(self) -> str:
        """SHA-256 of the tests and Otter's settings, hex: of what the zip says about marks."""
        return hashlib.sha256(
            json.dumps([self.config, self.sources], sort_keys=True).encode()
        ).hexdigest()

    @property
    def questions(self) -> list[str]:
        """Question names in Otter's order."""
        return sorted(self.sources)

    def tests(self, question: str, language: str) -> QuestionTests:
        """Return a fresh test file of one question with its messages in one language."""
        parsed = self._parse(question, language)
        fresh = QuestionTests(parsed.name, parsed.path, parsed.test_cases, parsed.all_or_nothing)
        fresh.source, fresh.language = parsed.source, language
        return fresh

    def first_asked(self, question: str, language: str) -> list[str]:
        """Return the names that the first test case of a question asks for."""
        cases = self._parse(question, language).test_cases
        return cases[0].body.asked if cases else []

    def _parse(self, question: str, language: str) -> QuestionTests:
        key = question, language
        if key not in self._parsed:
            path = f"tests/{question}.py"
            parsed = QuestionTests.from_string(self.sources[question], path)
            parsed.language = language
            parsed.test_cases = [_localized(case, language) for case in parsed.test_cases]
            for case, following in zip(parsed.test_cases, parsed.test_cases[1:]):
                case.body.asked_next = following.body.asked
            self._parsed[key] = parsed
        return self._parsed[key]


def load_assignment(path: Path, name: str | None = None) -> Assignment:
    """Read a grading zip.

    Raises:
        UsageError: it is missing, no grading zip, or that of another assignment.
    """
    try:
        data = Path(path).read_bytes()
        with zipfile.ZipFile(path) as archive:
            entries = {info.filename: archive.read(info) for info in archive.infolist()
                       if info.filename.startswith("tests/") and info.filename.endswith(".py")
                       or info.filename in ("otter_config.json", "manifest.json")}  # fmt: skip
        config = json.loads(entries["otter_config.json"])
        manifest = json.loads(entries.get("manifest.json", b"{}"))
        sources = {
            Path(entry).stem: text.decode("utf-8")
            for entry, text in entries.items()
            if entry.endswith(".py") and Path(entry).stem != "__init__"
        }
        if not (sources and isinstance(config, dict) and isinstance(manifest, dict)):
            raise ValueError("it holds no tests or no settings")
    except FileNotFoundError:
        raise UsageError(f"{path}: no grading zip there; run `make` to build it") from None
    except (OSError, KeyError, ValueError, RuntimeError, NotImplementedError, zlib.error,
            zipfile.BadZipFile) as error:  # fmt: skip
        raise UsageError(f"{path}: not a grading zip ({error}); run `make` to rebuild it") from None
    own = manifest.get("assignment") or config.get("assignment_name")
    if name and own and name != own:
        raise UsageError(f"{path}: the grading zip of {own}, not of {name}; name the other one")
    return Assignment(
        name=name or own or Path(path).parent.name,
        digest=hashlib.sha256(data).hexdigest(),
        config=config,
        sources=sources,
        manifest=manifest,
    )


def provenance(
    assignment: Assignment, environment: str, code: str = "", limits: Limits | None = None
) -> Provenance:
    """Return what marks given by an assignment can be traced to.

    Args:
        environment: names the environment that grades (an engine's or engine choice's).
        code: digest of the grader's code that decides about marks.
    """
    return Provenance(
        grading_zip=assignment.digest,
        tests=assignment.tests_digest,
        assignment_version=str(assignment.manifest.get("version", "")),
        environment=str(assignment.manifest.get("environment", "")),
        autograder=__version__,
        image=environment,
        code=code,
        limits=json.dumps(asdict(limits)) if limits else "",
        **environment_facts(),
    )


class _Body:
    """An Otter test case as the scorer runs it: its parameters are fetched with one question.

    Attributes:
        asked: names of the notebook that are its parameters.
        asked_next: those of the test case after it.
    """

    def __init__(self, case: TestCase):
        self.function = case.test_func
        self.names = list(inspect.signature(self.function).parameters)
        self.asked = [name for name in self.names if name not in ("env", "In")]
        self.asked_next: list[str] = []

    def call_func(self, environment: "RemoteNamespace") -> None:
        """Call the test as Otter does: ``env`` is the environment, unknown names are None."""
        found = environment.fetch([name for name in self.names if name != "env"])
        session = environment.session
        session.ahead, session.refused = self.asked_next, None
        self.function(
            **{name: environment if name == "env" else found.get(name) for name in self.names}
        )
        if session.refused is not None:  # a test that catches it would pass by it
            raise session.refused


def _localized(case: TestCase, language: str) -> TestCase:
    def pick(text: str | None) -> str | None:
        return None if text is None else localize(text, language)

    return replace(
        case,
        body=_Body(case.body),
        success_message=pick(case.success_message),
        failure_message=pick(case.failure_message),
    )


def split_slip(message: str) -> tuple[str | None, str]:
    """Split the name of a misconception from the text of a failure."""
    found = SLIP.match(message)
    return (found[1], message[found.end() :]) if found else (None, message)
