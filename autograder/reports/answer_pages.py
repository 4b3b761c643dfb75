"""A page per question with the distinct answers of the class, for the instructor."""

from collections.abc import Mapping
from pathlib import Path

from autograder.files import write_text
from autograder.reports import charts
from autograder.reports.answers import MAX_PEOPLE, AnswerOutcome, Answers, Form
from autograder.reports.exercises import Exercises, check_of, code_of, text_of, title_of
from autograder.reports.inert import inert_name
from autograder.reports.misconceptions import is_cause
from autograder.reports.pages import render
from autograder.reports.strings import slip_name

NAME = "answers-{number}.html"


def write_answer_pages(
    folder: Path,
    title: str,
    answers: Mapping[str, Answers],
    exercises: Exercises,
    feedback: str,
) -> dict[str, tuple[str, int]]:
    """Write ``answers-<number>.html`` for each question, and remove those of earlier runs.

    Args:
        title: the assignment's name for people.
        feedback: where the feedback pages lie, seen from the folder.

    Returns:
        By question, its page's name and how many distinct answers it shows.
    """
    written: dict[str, tuple[str, int]] = {}
    told = sorted(question for question, one in answers.items() if one.forms)
    for number, question in enumerate(told, start=1):
        name = NAME.format(number=number)
        page = answers_page(question, answers[question], title, exercises, feedback)
        write_text(folder / name, page)
        written[question] = (name, answers[question].forms)
    kept = {name for name, _ in written.values()}
    for path in folder.glob(NAME.format(number="*")):
        if path.name not in kept:
            path.unlink()
    return written


def answers_page(
    question: str, answers: Answers, title: str, exercises: Exercises, feedback: str
) -> str:
    """Return the page of a question's answers."""
    named = title_of(exercises, question)
    ranked = answers.ranked
    most = max((one.count for one in ranked), default=1)
    outcomes = [_outcome(one, most, answers, question, exercises) for one in ranked]
    return render(
        "answers.html",
        ("language.js", "answers.js"),
        title=inert_name(title),
        question=inert_name(question),
        named=tuple(map(inert_name, named)) if named else None,
        text=text_of(exercises, question),
        outcomes=outcomes,
        answered=sum(outcome["count"] for outcome in outcomes),
        distinct=answers.forms,
        left_out=answers.left_out,
        blank=answers.blank[: 5 * MAX_PEOPLE],
        blank_left=max(0, len(answers.blank) - 5 * MAX_PEOPLE),
        feedback=feedback,
    )


def _outcome(
    outcome: AnswerOutcome, most: int, answers: Answers, question: str, exercises: Exercises
) -> dict:
    share = outcome.score / answers.possible if answers.possible else 1.0
    failed = []
    for name, _ in outcome.failed:
        check = check_of(exercises, question, name)
        told = check.failed if check and any(check.failed) else None
        failed.append((inert_name(name), told))
    return {
        "state": "solved" if share >= 1 - 1e-9 else "partly" if share > 1e-9 else "unsolved",
        "score": outcome.score,
        "possible": answers.possible,
        "slips": [slip_name(slip) for slip in _telling(outcome.slips)],
        "failed": failed,
        "count": outcome.count,
        "bar": charts.share_bar(outcome.count / most),
        "forms": [_form(form) for form in outcome.ranked],
    }


def _telling(slips: list[str]) -> list[str]:
    """Return the misconceptions that are causes; where none is, the first."""
    return [slip for slip in slips if is_cause(slip)] or slips[:1]


def _form(form: Form) -> dict:
    return {
        "count": form.count,
        "spellings": len(form.texts),
        "code": code_of(form.code),
        "people": form.people[:MAX_PEOPLE],
        "left": max(0, len(form.people) - MAX_PEOPLE),
    }
