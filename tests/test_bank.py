"""The labelled bank in the isolated scorer: no right answer is refused, no wrong one passes."""

from collections import Counter

import pytest

from autograder.build.bank import load_bank, load_equivalents
from autograder.course import ROOT, assignment_names
from autograder.proving.audit.mutants import make_mutants
from autograder.proving.audit.trial import Reference, Trial, run_trials
from autograder.run.workers import default_workers
from autograder.scoring.assignment import load_assignment

LEAST = 12  # valid variants, and misconceptions, of each question


@pytest.mark.parametrize("name", assignment_names())
def test_every_labelled_answer_gets_its_expected_outcomes(name, built):
    assignment = load_assignment(built / name / "autograder.zip", name)
    reference = Reference(built / name / "solutions" / f"{name}-en.ipynb")
    entries = load_bank(ROOT / "assignments" / name / "bank")
    trials = [Trial((entry.question, entry.id), entry.question, entry.code) for entry in entries]
    found = {
        outcome.key: outcome
        for outcome in run_trials(trials, reference, assignment, default_workers())
    }
    assert len(found) == len(entries), "two entries of one question have the same id"
    wrong = {
        f"{entry.question} {entry.id}": found[entry.question, entry.id].cases
        for entry in entries
        if found[entry.question, entry.id].passed != entry.expect
    }
    assert not wrong
    assert not {key: outcome.noticed for key, outcome in found.items() if outcome.noticed}


@pytest.mark.parametrize("name", assignment_names())
def test_every_question_has_enough_labelled_answers(name, built):
    entries = load_bank(ROOT / "assignments" / name / "bank")
    counts = Counter((entry.question, entry.kind) for entry in entries)
    questions = load_assignment(built / name / "autograder.zip", name).questions
    short = [
        (question, kind)
        for question in questions
        for kind in ("valid", "misconception")
        if counts[question, kind] < LEAST
    ]
    assert not short


@pytest.mark.parametrize("name", assignment_names())
def test_every_justified_mutant_still_exists(name, built):
    reference = Reference(built / name / "solutions" / f"{name}-en.ipynb")
    keys = {
        (question, f"cell {index + 1}, {mutant.key}")
        for question, cells in reference.answers.items()
        for index, cell in enumerate(cells)
        for mutant in make_mutants(cell)
    }
    assert set(load_equivalents(ROOT / "assignments" / name / "bank")) <= keys
