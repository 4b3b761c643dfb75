"""The feedback page: what was right, what a failure means, what to look at again."""

from collections.abc import Iterable
from pathlib import Path

from autograder.files import write_text
from autograder.model import Gradation, QuestionResult, Status, TestCaseOutcome
from autograder.reports import charts
from autograder.reports.explanations import explanation
from autograder.reports.inert import inert, inert_name
from autograder.reports.pages import render
from autograder.reports.statistics import joined
from autograder.reports.strings import STATUSES, slip_name

MAX_CELL_ERRORS = 20
MAX_CURVES = 12


def write_feedback(
    folder: Path,
    gradation: Gradation,
    release_hidden: bool = False,
    title: str | None = None,
    reference: dict[str, list[dict]] | None = None,
) -> Path:
    """Write a student's page as ``<folder>/<submission>.html`` and return its path.

    The other arguments are those of :func:`feedback_page`.
    """
    path = Path(folder) / f"{gradation.submission}.html"
    write_text(path, feedback_page(gradation, release_hidden, title, reference))
    return path


def feedback_page(
    gradation: Gradation,
    release_hidden: bool = False,
    title: str | None = None,
    reference: dict[str, list[dict]] | None = None,
) -> str:
    """Return a student's page.

    Args:
        release_hidden: before release, hidden test cases are not named, only lessons of recognised
            misconceptions are told of them, and the expected curves are left out.
        title: the assignment's name for people.
        reference: per question the right curves, as dicts like those of ``Gradation.curves``.
    """
    reference = reference if reference and release_hidden else {}
    questions = [_question(question, gradation, release_hidden, reference)
                 for question in gradation.questions]  # fmt: skip
    return render(
        "feedback.html",
        ("language.js",),
        language=gradation.language if gradation.language in ("en", "zh") else "en",
        title=inert_name(title or gradation.assignment),
        file=inert_name(gradation.file),
        ungraded=gradation.status is Status.NOT_GRADED and not questions,
        score=gradation.score,
        possible=gradation.possible,
        status=None if gradation.status is Status.COMPLETED else STATUSES[gradation.status],
        reason=inert(gradation.reason, 1000) if gradation.status is not Status.NOT_GRADED else "",
        notes=[inert_name(note, 400) for note in gradation.notes],
        questions=questions,
        cell_errors=_cell_errors(gradation),
        graded_by=[
            (name, inert_name(value, 100))
            for name, value in gradation.graded_by.as_dict().items()
            if name != "limits"
        ],
    )


def _question(
    question: QuestionResult, gradation: Gradation, released: bool, reference: dict
) -> dict:
    share = question.score / question.possible if question.possible else 1.0
    own = joined(gradation.curves.get(question.name, []))[:MAX_CURVES]
    expected = reference.get(question.name, [])
    views = [_view(case, released) for case in question.cases]
    return {
        "name": inert_name(question.name),
        "score": question.score,
        "possible": question.possible,
        "state": "solved" if share >= 1 - 1e-9 else "partly" if share > 1e-9 else "unsolved",
        "bar": charts.share_bar(share),
        "right": _grouped(view for view in views if view["passed"]),
        "again": _grouped(view for view in views if not view["passed"]),
        "chart": charts.draw_curves(own, expected) if own else None,
        "labels": [inert_name(curve["label"], 60) for curve in own],
        "expected": bool(expected),
        "errors": _errors(gradation.errors.get(question.name, [])),
    }


def _view(case: TestCaseOutcome, released: bool) -> dict:
    """Return what a student may see of a test case."""
    told = released or not case.hidden or (case.slip and not case.passed)
    slip = slip_name(case.slip) if case.slip and not case.passed else None
    text = inert(case.message) if told else ""
    return {"passed": case.passed, "text": text, "slip": slip, "further": not told}


def _grouped(cases: Iterable[dict]) -> list[dict]:
    """Join cases that say the same, or fail for one recognised cause, with their count.

    Tests of one question often fail for one cause: below a first line of their own they say the
    same lesson. It is told once, with the first line of the first of them.
    """
    first: dict[tuple, dict] = {}
    for case in cases:
        lesson = case["text"].partition("\n")[2] if case["slip"] else ""
        key = (lesson or case["text"], case["slip"], case["further"])
        joined = first.setdefault(key, {**case, "count": 0})
        joined["count"] += 1
    kept = ("text", "slip", "further", "count")
    grouped = [{name: case[name] for name in kept} for case in first.values()]
    return sorted(grouped, key=lambda case: case["further"])


def _errors(errors: list[dict]) -> list[dict]:
    """Return the different errors, explained: tests look at the same one on several inputs."""
    keys = ("type", "message", "raised_in")
    different = dict.fromkeys(tuple(str(error.get(key, "")) for key in keys) for error in errors)
    return [
        {
            "type": inert_name(kind),
            "message": inert(message, 1000),
            "place": inert_name(place),
            "meaning": explanation(message),
        }
        for kind, message, place in different
    ]


def _cell_errors(gradation: Gradation) -> list[dict]:
    failed = [
        (number, output.error)
        for number, output in enumerate(gradation.outputs, start=1)
        if output.error
    ]
    return [
        {"number": number, "text": inert(error, 1500), "meaning": explanation(error)}
        for number, error in failed[:MAX_CELL_ERRORS]
    ]
