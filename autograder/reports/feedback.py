"""The feedback page: what was right, why something failed, what it cost, and what to read again."""

from collections.abc import Mapping
from pathlib import Path

from autograder.files import write_text
from autograder.model import Gradation, QuestionResult, Status
from autograder.reports import charts
from autograder.reports.answers import takes_inputs, unanswered_names
from autograder.reports.causes import find_causes, group_passed, verdict_of
from autograder.reports.curves import joined
from autograder.reports.exercises import (
    Exercises,
    Person,
    check_of,
    code_of,
    links_of,
    text_of,
    title_of,
)
from autograder.reports.explanations import explanation
from autograder.reports.inert import inert, inert_name
from autograder.reports.pages import render
from autograder.reports.strings import STATUSES

MAX_CELL_ERRORS = 20
MAX_CURVES = 12
MAX_LINKS = 3
Curves = Mapping[str, list[dict]]


def write_feedback(
    folder: Path,
    gradation: Gradation,
    release_hidden: bool = False,
    title: str | None = None,
    reference: Curves | None = None,
    exercises: Exercises | None = None,
    person: Person | None = None,
) -> Path:
    """Write a student's page as ``<folder>/<submission>.html`` and return its path.

    The other arguments are those of :func:`feedback_page`.
    """
    path = Path(folder) / f"{gradation.submission}.html"
    page = feedback_page(gradation, release_hidden, title, reference, exercises, person)
    write_text(path, page)
    return path


def feedback_page(
    gradation: Gradation,
    release_hidden: bool = False,
    title: str | None = None,
    reference: Curves | None = None,
    exercises: Exercises | None = None,
    person: Person | None = None,
) -> str:
    """Return a student's page.

    Args:
        release_hidden: before release, hidden test cases are not named, only lessons of recognised
            misconceptions are told of them, and the expected curves are left out.
        title: the assignment's name for people.
        reference: per question the right curves, as dicts like those of ``Gradation.curves``.
        exercises: what students read of the questions; of its checks nothing but their messages.
        person: whose page it is.
    """
    reference = reference if reference and release_hidden else {}
    questions = [_question(question, gradation, release_hidden, reference, exercises or {})
                 for question in gradation.questions]  # fmt: skip
    person = person or Person()
    return render(
        "feedback.html",
        ("language.js",),
        language=gradation.language if gradation.language in ("en", "zh") else "en",
        title=inert_name(title or gradation.assignment),
        file=inert_name(gradation.file),
        name=inert_name(person.name),
        handed_in=_day(person.handed_in),
        graded=_day(person.graded),
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
    question: QuestionResult,
    gradation: Gradation,
    released: bool,
    reference: Curves,
    exercises: Exercises,
) -> dict:
    share = question.score / question.possible if question.possible else 1.0
    own = joined(gradation.curves.get(question.name, []))[:MAX_CURVES]
    expected = reference.get(question.name, [])
    verdicts = [
        verdict_of(case, released, check_of(exercises, question.name, case.name))
        for case in question.cases
    ]
    code = gradation.answers.get(question.name, "")
    # Of a file that cannot be read nothing was tried: the reason above is all there is to say.
    read = gradation.status is not Status.UNREADABLE
    causes = find_causes(verdicts, unanswered_names(code)) if read else []
    title = title_of(exercises, question.name, numbered=True)
    return {
        "name": inert_name(question.name),
        "title": tuple(map(inert_name, title)) if title else None,
        "text": text_of(exercises, question.name),
        "links": [each[:MAX_LINKS] for each in links_of(exercises, question.name)],
        "score": question.score,
        "possible": question.possible,
        "state": "solved" if share >= 1 - 1e-9 else "partly" if share > 1e-9 else "unsolved",
        "bar": charts.share_bar(share),
        "right": group_passed(verdicts),
        "causes": causes,
        "code": code_of(code) if causes else None,
        "further": "further_check" if takes_inputs(code) else "further_value",
        "chart": charts.draw_curves(own, expected, charts.axis_titles(own)) if own else None,
        "labels": [inert_name(curve["label"], 60) for curve in own],
        "expected": bool(expected),
        "errors": _errors(gradation.errors.get(question.name, [])),
    }


def _day(time: str) -> str:
    """Return the day of an ISO 8601 time, with its minute where it has one."""
    return time[:16].replace("T", " ")


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
