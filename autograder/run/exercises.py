"""What pages tell of an assignment's exercises, read from its grading zip without running it."""

import ast
from collections.abc import Iterator
from textwrap import dedent
from typing import Any, Protocol

from autograder.languages import LANGUAGES, SEPARATOR
from autograder.reports.exercises import Check, Exercise, Pair

ADDRESSES = ("https://", "http://")
AROUND = ("env", "In", "Out")  # what a test may take beside the names of the answer
MAX_SOURCE = 8_000  # letters of a test's code


class Described(Protocol):
    """What pages need to know of an assignment."""

    @property
    def name(self) -> str: ...
    @property
    def digest(self) -> str: ...
    @property
    def manifest(self) -> dict[str, Any]: ...
    @property
    def questions(self) -> list[str]: ...


def exercises_of(assignment: Described) -> dict[str, Exercise]:
    """Return what is known of each question; of a zip made elsewhere that is its tests alone."""
    told = assignment.manifest.get("exercises")
    told = told if isinstance(told, dict) else {}
    sources: dict[str, str] = getattr(assignment, "sources", {})
    found = {}
    for question in dict.fromkeys([*assignment.questions, *told]):  # written ones have no tests
        entry = told.get(question)
        entry = entry if isinstance(entry, dict) else {}
        found[question] = Exercise(
            _pair(entry.get("title")),
            _pair(entry.get("text")),
            _links(entry.get("read")),
            read_checks(sources.get(question, "")),
        )
    return found


def _pair(value: object) -> Pair:
    """Return a text by language, however a manifest has it."""
    plain = value if isinstance(value, dict) else {}
    english, chinese = (plain.get(language) for language in LANGUAGES[:2])
    return str(english or ""), str(chinese or "")


def _links(value: object) -> tuple[tuple[Pair, ...], tuple[Pair, ...]]:
    plain: dict[str, Any] = value if isinstance(value, dict) else {}
    english, chinese = (tuple(_addresses(plain.get(language))) for language in LANGUAGES[:2])
    return english, chinese


def _addresses(value: object) -> Iterator[Pair]:
    for link in value if isinstance(value, list) else ():
        if isinstance(link, list) and len(link) == 2 and str(link[1]).startswith(ADDRESSES):
            yield str(link[0]), str(link[1])


def read_checks(source: str) -> dict[str, Check]:
    """Return what each test case of a test file asks: in its author's words, and in its code.

    Only what stands there plainly is known: a file that computes its tests says nothing.
    """
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    plain = {
        target.id: node.value
        for node in body if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }  # fmt: skip
    if "test" in plain:
        return dict(_doctests(_value(plain["test"])))
    name = _value(plain["name"]) if "name" in plain else None
    tests = {node.name: node for node in body if isinstance(node, ast.FunctionDef)}
    told = [(node, found) for node in tests.values() if (found := _settings(node)) is not None]
    return {
        str(settings.get("name") or f"{name} - {number}"): Check(
            _said(settings.get("success_message")),
            _said(settings.get("failure_message")),
            (ast.get_source_segment(source, node) or "")[:MAX_SOURCE],
            tuple(arg.arg for arg in node.args.args if arg.arg not in AROUND),
            node.name.removeprefix("test_").replace("_", " ").strip(),
        )
        for number, (node, settings) in enumerate(told, start=1)
    }


def _doctests(spec: object) -> Iterator[tuple[str, Check]]:
    """Yield the cases of a file in OK format, by their names."""
    try:
        cases = spec["suites"][0]["cases"]  # type: ignore[index]
        for number, case in enumerate(cases, start=1):
            name = case.get("name", f"{spec['name']} - {number}")  # type: ignore[index]
            yield (
                str(name),
                Check(
                    _said(case.get("success_message")),
                    _said(case.get("failure_message")),
                    dedent(str(case.get("code", ""))).strip()[:MAX_SOURCE],
                ),
            )
    except (TypeError, KeyError, IndexError, AttributeError):
        return


def _settings(function: ast.FunctionDef) -> dict[str, Any] | None:
    """Return what Otter's ``@test_case(...)`` says above a function; None where it is none."""
    for call in function.decorator_list:
        if isinstance(call, ast.Call) and getattr(call.func, "id", None) == "test_case":
            return {one.arg: _value(one.value) for one in call.keywords if one.arg}
    return None


def _value(node: ast.expr) -> Any:
    """Return a plain value, None where it is computed."""
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None


def _said(message: object) -> Pair:
    """Return a message in both languages."""
    english, _, chinese = (message if isinstance(message, str) else "").partition(SEPARATOR)
    return english.strip(), chinese.split(SEPARATOR)[0].strip()
