"""What another course's grading zip holds, and what of it is not supported, before it is used."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from autograder.engines.environments import differences, held_here
from autograder.engines.packages import TORCH, read_lists, unmet
from autograder.scoring.apart import try_reading
from autograder.scoring.assignment import Assignment, load_assignment
from autograder.scoring.formats import QuestionTests
from autograder.scoring.formats.doctests import DoctestTests

MAX_SHOWN = 12
# A setting of Otter's that is not taken over, when it is there and not empty -> what it asks for.
UNSUPPORTED = {
    "plugins": "Otter's plugins",
    "grade_from_log": "grading from the log",
    "token": "PDFs sent to Gradescope with a token",
    "pdf": "a PDF for Gradescope",
    "submit_blank_pdf_on_export_failure": "blank PDFs",
}


def describe_zip(path: Path) -> list[str]:
    """Return what a grading zip holds, one line for each kind of thing.

    Raises:
        UsageError: it is no grading zip for Python.
    """
    assignment = load_assignment(path)
    try_reading(assignment, "en")
    return [*_tests(assignment), *_contents(assignment), *_missing(assignment)]


def _tests(assignment: Assignment) -> Iterator[str]:
    source = "its own name" if assignment.is_named else "from the file's name"
    yield f"assignment: {assignment.name} ({source})"
    formats: Counter[str] = Counter()
    cases = hidden = 0
    points = 0.0
    for question in assignment.questions:
        tests: QuestionTests = assignment.tests(question, "en")
        if question in assignment.unreadable:
            yield f"not supported: {assignment.unreadable[question]}"
            continue
        formats["OK" if isinstance(tests, DoctestTests) else "exception"] += 1
        cases += len(tests.test_cases)
        hidden += sum(bool(case.hidden) for case in tests.test_cases)
        points += sum(float(case.points or 0) for case in tests.test_cases)
    kinds = ", ".join(f"{count} in {name} format" for name, count in sorted(formats.items()))
    yield f"questions: {len(assignment.questions)} ({kinds})"
    yield f"test cases: {cases}, {hidden} of them hidden; {points:g} points"


def _contents(assignment: Assignment) -> Iterator[str]:
    size = sum(map(len, assignment.files.values()))
    size += sum(large for large, _ in assignment.large.values())
    files = sorted([*assignment.files, *assignment.large])
    more = f" and {len(files) - MAX_SHOWN} more" if len(files) > MAX_SHOWN else ""
    shown = ", ".join(files[:MAX_SHOWN]) + more
    yield f"files: {len(files)}, {size / 2**20:.1f} MiB" + (f" ({shown})" if files else "")
    for listed, text in assignment.lists.items():
        named = [one.name for one in read_lists({listed: text}).requirements]
        yield f"packages: {listed}: {', '.join(named) or 'none'}"
    wanted, own = read_lists(assignment.lists), held_here()
    asked = [one for one in wanted.requirements if one.name != TORCH]
    if lacking := unmet(asked, own):
        yield f"to be installed: {', '.join(map(str, lacking))}"
    for line in differences(wanted, own):
        yield f"not as asked for: {line}"
    if assignment.seed is not None:
        name = assignment.seed_variable
        yield f"seed: {assignment.seed} before each cell" + (f", as '{name}'" if name else "")


def _missing(assignment: Assignment) -> Iterator[str]:
    language = str(assignment.config.get("lang", "python"))
    if language != "python":
        yield f"not supported: the language '{language}'"
    for setting, what in UNSUPPORTED.items():
        if assignment.config.get(setting):
            yield f"not supported: {what} ('{setting}'); it is left out"
