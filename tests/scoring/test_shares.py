"""How much of an assignment rests on what the student's own process reports."""

import pytest

from autograder.course import assignment_names
from autograder.model import Job, Limits, Status
from autograder.scoring import pipeline
from autograder.scoring.assignment import load_assignment, provenance

MOST = 0.1  # of an assignment's points
OF_AUTODIFF, VALUES_OF_AUTODIFF = 8, 11  # as the threat model says
# Marked too, but what is told there is a value: an error's words and type, or a tensor's state.
VALUES = {
    "autodiff": {"q2 - 2", "q3 - 2", "q3 - 5", "q4 - 4"},
    "data": {"q1 - 8", "q2 - 6", "q2 - 8", "q4 - 7", "q4 - 9"},
    "linear-algebra": {"q3 - 7", "q5 - 7", "q6 - 3", "q8 - 7"},
}


@pytest.mark.parametrize("name", assignment_names())
def test_few_points_rest_on_reports_of_the_notebooks_own_process(name, built, engine):
    assignment = load_assignment(built / name / "autograder.zip", name)
    solution = built / name / "solutions" / f"{name}-en.ipynb"
    job = Job("solution", solution, solution.name)
    found = pipeline.score(job, assignment, engine, Limits(), provenance(assignment, engine.image))
    assert found.status is Status.COMPLETED and found.score == found.possible
    cases = [case for question in found.questions for case in question.cases]
    marked = {case.name: case.points for case in cases if case.reported}
    values = VALUES.get(name, set())
    assert values <= set(marked), "what is listed here is marked"
    reported = sum(points for case, points in marked.items() if case not in values)
    assert reported <= MOST * found.possible
    told = sum(marked[case] for case in values)
    assert name != "autodiff" or (reported, told) == (OF_AUTODIFF, VALUES_OF_AUTODIFF)
