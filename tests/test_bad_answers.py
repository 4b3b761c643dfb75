"""An answer of the wrong kind is told what was expected and what was found, in both languages."""

import ast
import re

import pytest

from autograder.course import assignment_names
from autograder.proving.audit.trial import Reference, Trial, run_trials
from autograder.run.workers import default_workers
from autograder.scoring.assignment import load_assignment

BAD = {
    "missing": "del {name}",
    "a module": "{name} = torch",
    "a class": "{name} = torch.Tensor",
    "NaN": "{name} = torch.tensor([1.0, float('nan')])",
    "a dict": "{name} = {{}}",
}
TOLD = re.compile(r"(expected|should (be|have|return)).* found ")
UNJUDGED = {("q3", "d", "NaN"), ("q5", "x", "NaN")}  # steps on the way: only types are looked at


def asked_names(source: str) -> list[str]:
    """Return the student's names that a question's tests ask for."""
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    tests = [one for one in functions if "test_case" in map(_name, one.decorator_list)]
    return sorted({item.arg for one in tests for item in one.args.args} - {"In"})


def _name(decorator) -> str:
    return getattr(getattr(decorator, "func", decorator), "id", "")


@pytest.mark.parametrize("name", assignment_names())
def test_what_was_expected_and_what_was_found(name, built):
    assignment = load_assignment(built / name / "autograder.zip", name)
    reference = Reference(built / name / "solutions" / f"{name}-en.ipynb")
    trials = []
    for question, cells in reference.answers.items():
        for asked in asked_names(assignment.sources[question]):
            for kind, bad in BAD.items():
                spoilt = f"{cells[-1]}\n{bad.format(name=asked)}"
                key = (question, asked, kind)
                trials.append(Trial(key, question, (*cells[:-1], spoilt), language="zh"))
    asked = {trial.key[:2] for trial in trials}
    assert {question for question, _ in asked} == set(reference.answers)
    assert len(trials) == len(BAD) * len(asked) > 10 * len(reference.answers)
    untold = {}
    for outcome in run_trials(trials, reference, assignment, default_workers()):
        messages = [message for _, passed, _, message in outcome.cases if not passed]
        if not messages and outcome.key not in UNJUDGED:
            untold[outcome.key] = "passes"
        for message in messages:
            *_, chinese, english = message.strip().split("\n")
            if chinese.isascii() or not TOLD.search(english):
                untold[outcome.key] = message
    assert untold == {}
