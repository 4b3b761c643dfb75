"""What pages tell of an assignment's exercises, read from its grading zip."""

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from autograder.languages import LANGUAGES
from autograder.reports.exercises import Check, Exercise, Pair

if TYPE_CHECKING:
    from autograder.run.writing import Described

ADDRESSES = ("https://", "http://")
AROUND = ("env", "In", "Out")  # what a test may take beside the names of the answer
MAX_SOURCE = 8_000  # letters of a test's code


def exercises_of(assignment: "Described") -> dict[str, Exercise]:
    """Return what is known of each question; of a zip made elsewhere that is its tests alone."""
    from autograder.scoring.assignment import Assignment

    told = assignment.manifest.get("exercises")
    told = told if isinstance(told, dict) else {}
    found = {}
    for question in assignment.questions:
        entry = told.get(question)
        entry = entry if isinstance(entry, dict) else {}
        checks = _checks(assignment, question) if isinstance(assignment, Assignment) else {}
        found[question] = Exercise(
            _pair(entry.get("title")), _pair(entry.get("text")), _links(entry.get("read")), checks
        )
    return found


def _pair(value: object) -> Pair:
    """Return a text by language, however a manifest has it."""
    plain = value if isinstance(value, dict) else {}
    english, chinese = (plain.get(language) for language in LANGUAGES)
    return str(english or ""), str(chinese or "")


def _links(value: object) -> tuple[tuple[Pair, ...], tuple[Pair, ...]]:
    plain: dict[str, Any] = value if isinstance(value, dict) else {}
    english, chinese = (tuple(_addresses(plain.get(language))) for language in LANGUAGES)
    return english, chinese


def _addresses(value: object) -> Iterator[Pair]:
    for link in value if isinstance(value, list) else ():
        if isinstance(link, list) and len(link) == 2 and str(link[1]).startswith(ADDRESSES):
            yield str(link[0]), str(link[1])


def _checks(assignment: Any, question: str) -> dict[str, Check]:
    """Return what each test case asks: in its author's words, and in its code."""
    english, chinese = (assignment.tests(question, language) for language in LANGUAGES)
    sources = _sources(assignment.sources[question])
    found = {}
    for place, (one, other) in enumerate(zip(english.test_cases, chinese.test_cases)):
        own = one.body if isinstance(one.body, str) else ""  # OK format: the test is its text
        source = own.strip() or (sources[place] if place < len(sources) else "")
        found[one.name] = Check(
            _said(one.success_message, other.success_message),
            _said(one.failure_message, other.failure_message),
            source[:MAX_SOURCE],
            tuple(name for name in getattr(one.body, "names", ()) if name not in AROUND),
        )
    return found


def _said(english: str | None, chinese: str | None) -> Pair:
    """Return a message in both languages; the Chinese one has its English beneath."""
    return (english or "").strip(), (chinese or "").partition("\n")[0].strip()


def _sources(text: str) -> list[str]:
    """Return the code of a file's test functions, in order, without their decorators."""
    try:
        body = ast.parse(text).body
    except SyntaxError:
        return []
    return [
        ast.get_source_segment(text, node) or ""
        for node in body
        if isinstance(node, ast.FunctionDef) and node.decorator_list
    ]
