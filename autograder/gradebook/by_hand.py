"""Points that people give: how they stand in a gradation. Nothing here reads or writes."""

from dataclasses import dataclass, replace

from autograder.model import Gradation, QuestionResult

UNMARKED = "{name}: not marked yet ‖ {name}：尚未批改"
GIVEN = (
    "{name}: {points:g} points given by hand ({reason}) ‖ {name}：手动给 {points:g} 分（{reason}）"
)
UNCOUNTED = (
    "Points given by hand count once this is graded, or every question has some ‖ "
    "评分之后，或者每道题都手动给分之后，手动给的分数才计入"
)


@dataclass(frozen=True)
class Override:
    """Points that a person gave by hand.

    Attributes:
        points: the question's points from now on; None takes the override back.
    """

    submission: str
    question: str
    points: float | None
    reason: str
    made_at: str = ""


def with_written(
    gradation: Gradation, written: dict[str, float], marked: dict[str, Override]
) -> Gradation:
    """Return a gradation with the questions that people mark; what is not marked yet says so."""
    added = [QuestionResult(name, 0.0, possible) for name, possible in written.items()]
    waiting = tuple(UNMARKED.format(name=name) for name in written if name not in marked)
    return replace(
        gradation,
        questions=(*gradation.questions, *added),
        notes=gradation.notes + waiting,
    )


def with_overrides(
    gradation: Gradation, changes: dict[str, Override], possible: dict[str, float]
) -> Gradation:
    """Return a gradation in which points given by hand replace the graded ones.

    Args:
        possible: by question of the assignment, the points that could be earned.
    """
    notes = tuple(
        GIVEN.format(name=name, points=change.points, reason=change.reason.replace("‖", "|"))
        for name, change in changes.items()
    )
    if not gradation.questions and set(possible) - set(changes):
        # What was not graded has no mark, and no zeros, until every question has points.
        return replace(gradation, notes=(*gradation.notes, *notes, UNCOUNTED))
    questions = {question.name: question for question in gradation.questions}
    for name, change in changes.items():
        question = questions.get(name) or QuestionResult(name, 0.0, possible.get(name, 0.0))
        if change.points is not None:  # else it was taken back
            questions[name] = replace(question, score=change.points)
    return replace(
        gradation,
        questions=tuple(questions[name] for name in sorted(questions)),
        notes=gradation.notes + notes,
    )
