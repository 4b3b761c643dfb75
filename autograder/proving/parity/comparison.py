"""What differs between stock Otter's results and ours, test by test, and for which listed cause."""

import math
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.errors import UsageError
from autograder.model import Gradation, TestCaseOutcome
from autograder.proving.parity.stock import StockCase, StockRun

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

LISTED = Path(__file__).parent / "causes.toml"
FACTS = ("cell", "message", "status", "test", "submission", "question", "case")
POINTS = "(points)"


@dataclass(frozen=True)
class Cause:
    """A listed cause; ``patterns`` are by the fact that each is searched in."""

    name: str
    why: str
    patterns: Mapping[str, re.Pattern[str]]

    def explains(self, facts: Mapping[str, Sequence[str]]) -> bool:
        """Tell whether each pattern is found in one of the texts of its fact."""
        return all(
            any(pattern.search(text) for text in facts.get(name, ()))
            for name, pattern in self.patterns.items()
        )


@dataclass(frozen=True)
class Difference:
    """A test that passes on one side only.

    Attributes:
        case: the test case, or ``POINTS`` where all cases agree and the points do not.
        here, stock: what each side says.
        cause: the name of a listed cause, or "".
    """

    submission: str
    question: str
    case: str
    here: bool | float
    stock: bool | float
    cause: str = ""
    why: str = ""
    said_here: str = ""
    said_by_stock: str = ""


@dataclass
class Parity:
    """The whole comparison.

    Attributes:
        tests: test cases compared.
        in_stock: of those, how many pass in stock Otter.
        in_both: and in both.
        only_here: test cases that pass here only.
        without_stock: submissions that stock Otter gave no result, with what it said last.
        seconds_here, seconds_in_stock: of the submissions compared.
    """

    tests: int = 0
    in_stock: int = 0
    in_both: int = 0
    only_here: int = 0
    submissions: int = 0
    differences: list[Difference] = field(default_factory=list)
    without_stock: dict[str, str] = field(default_factory=dict)
    seconds_here: float = 0.0
    seconds_in_stock: float = 0.0

    @property
    def percent(self) -> float:
        """How many of the tests that pass in stock Otter pass here too."""
        return 100 * self.in_both / self.in_stock if self.in_stock else 100.0

    @property
    def unexplained(self) -> list[Difference]:
        """Differences without a listed cause; whatever passes here only has none."""
        return [one for one in self.differences if not one.cause]


def load_causes(paths: Iterable[Path]) -> list[Cause]:
    """Read tables of causes.

    Raises:
        UsageError: one is none.
    """
    causes = []
    for path in paths:
        try:
            plain = tomllib.loads(path.read_text(encoding="utf-8"))
            for name, entry in plain.items():
                why = str(entry.pop("why"))
                if not entry or set(entry) - set(FACTS):
                    raise ValueError(f"[{name}] has to search in some of {', '.join(FACTS)}")
                patterns = {fact: re.compile(text) for fact, text in entry.items()}
                causes.append(Cause(name, why, patterns))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, re.error) as error:
            raise UsageError(f"{path}: not a table of causes ({error})") from None
    return causes


def compare(
    gradation: Gradation,
    run: StockRun,
    causes: Sequence[Cause],
    tests: Mapping[str, Sequence[str]],
    found: Parity,
) -> None:
    """Add what differs in one submission.

    Args:
        tests: the text of each test case, by question.
    """
    if run.cases is None:
        found.without_stock[gradation.file] = run.said
        return
    found.submissions += 1
    found.seconds_here += gradation.wall_s
    found.seconds_in_stock += run.seconds
    of_submission = {
        "cell": [output.error for output in gradation.outputs if output.error],
        "status": [gradation.status.value],
        "submission": [gradation.file],
    }
    here = {question.name: question for question in gradation.questions}
    for question in sorted({*here, *run.cases}):
        ours = list(here[question].cases) if question in here else []
        theirs = run.cases.get(question, [])
        agree = True
        for number in range(max(len(ours), len(theirs))):
            one = ours[number] if number < len(ours) else None
            other = theirs[number] if number < len(theirs) else None
            facts = {**of_submission, "question": [question]}
            text = list(tests.get(question, ()))[number : number + 1]
            agree &= _compare_case(gradation.file, question, one, other, facts, text, causes, found)
        points = here[question].score if question in here else 0.0
        expected = run.points.get(question, (0.0, 0.0))[0]
        if agree and not math.isclose(points, expected, abs_tol=1e-4):
            found.differences.append(Difference(gradation.file, question, POINTS, points, expected))
    _compare_score(gradation, run, found)


def _compare_case(
    file: str,
    question: str,
    one: TestCaseOutcome | None,
    other: StockCase | None,
    facts: Mapping[str, Sequence[str]],
    text: Sequence[str],
    causes: Sequence[Cause],
    found: Parity,
) -> bool:
    """Count one test case; tells whether both sides agree."""
    here, stock = one is not None and one.passed, other is not None and other.passed
    found.tests += 1
    found.in_stock += stock
    found.in_both += stock and here
    found.only_here += here and not stock
    if here == stock:
        return True
    name = one.name if one is not None else other.name if other is not None else ""
    said = one.message if one is not None else "the test is not there"
    cause = None
    if stock:
        facts = {**facts, "case": [name], "message": [said], "test": text}
        cause = next((cause for cause in causes if cause.explains(facts)), None)
    found.differences.append(
        Difference(
            file, question, name, here, stock,
            cause.name if cause else "", cause.why if cause else "",
            said, other.message if other is not None else "the test is not there",
        )
    )  # fmt: skip
    return False


def _compare_score(gradation: Gradation, run: StockRun, found: Parity) -> None:
    """Compare what settings make of the sum, where the sums are the same."""
    score = gradation.gradescope.get("score")
    ours = sum(question.score for question in gradation.questions)
    theirs = sum(points for points, _ in run.points.values())
    if math.isclose(ours, theirs, abs_tol=1e-4) and not _same(score, run.score):
        found.differences.append(
            Difference(
                gradation.file, "", POINTS,
                float(score) if isinstance(score, (int, float)) else math.nan,
                run.score if run.score is not None else math.nan,
            )
        )  # fmt: skip


def _same(one: object, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return isinstance(one, (int, float)) and math.isclose(one, other, abs_tol=1e-4)
