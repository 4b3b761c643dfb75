"""The generated axes are counted, sampled, and hold for the course's own assignments."""

import dataclasses

import pytest

from autograder.build.bank import load_bank
from autograder.course import ROOT, assignment_names
from autograder.proving.audit import variants
from autograder.proving.audit.report import QuestionAudit
from autograder.proving.audit.trial import Reference, TrialOutcome
from autograder.proving.audit.variants import audit_variants, make_variants, try_variants
from autograder.run.workers import default_workers
from autograder.scoring.assignment import load_assignment

SAMPLES = {"style": 12, "careless": 6}  # of each question
LEAST_STYLES = 5000
SEED = 1


@pytest.fixture(scope="module", params=assignment_names())
def course(request, built):
    name = request.param
    assignment = load_assignment(built / name / "autograder.zip", name)
    solution = built / name / "solutions" / f"{name}-en.ipynb"
    return assignment, solution, ROOT / "assignments" / name / "bank"


@pytest.mark.parametrize("axis", SAMPLES)
def test_a_sample_of_variants_gets_the_right_verdicts(axis, course):
    audits = {}
    found = audit_variants(audits, *course, default_workers(), (axis,), SAMPLES[axis], SEED)
    assert not [str(one) for one in found if not one.justified]
    assert all(getattr(audit, f"{axis}_tried") == SAMPLES[axis] for audit in audits.values())


def test_the_same_seed_takes_the_same_sample_and_another_one_another(course):
    assignment, solution, bank = course
    reference = Reference(solution)
    taken = [
        [trial.key for trial in make_variants(reference, assignment, bank, ("careless",), 5, seed)]
        for seed in (1, 1, 2)
    ]
    assert taken[0] == taken[1] != taken[2]
    assert len(taken[0]) == 5 * len(assignment.questions)


def test_a_whole_run_tries_five_thousand_styles(built):
    questions = sum(
        len(load_assignment(built / name / "autograder.zip", name).questions)
        for name in assignment_names()
    )
    assert variants.SAMPLES["style"] * questions >= LEAST_STYLES


def outcome(trial, *, passes):
    return TrialOutcome(trial.key, (("public", True, False, ""), ("hidden", passes, True, "why")))


@pytest.mark.parametrize("axis", ["style", "careless"])
@pytest.mark.parametrize("passes", [True, False])
def test_a_verdict_is_counted(axis, passes, monkeypatch, tmp_path):
    trial = variants.Trial((axis, "q1", "squares", "slip"), "q1", ("y = a",))
    monkeypatch.setattr(
        variants, "run_trials", lambda trials, *args: [outcome(t, passes=passes) for t in trials]
    )
    audits = {}
    found = try_variants([trial], None, None, tmp_path, 1, audits)
    counts = {
        name: value for name, value in dataclasses.asdict(audits["q1"]).items() if value and name
    }
    refused, accepted = axis == "style" and not passes, axis == "careless" and passes
    expected = {f"{axis}_tried": 1}
    expected |= {"style_refused": 1, "wrong": [str(found[0])]} if refused else {}
    expected |= {"careless_accepted": 1, "unjustified": [str(found[0])]} if accepted else {}
    assert counts == expected
    assert len(found) == refused + accepted
    assert audits["q1"].passes == (not found) and QuestionAudit().passes


def test_a_justified_one_counts_and_is_not_named(monkeypatch, tmp_path):
    (tmp_path / "careless.toml").write_text(
        '[[accepted]]\nquestion = "q1"\nslip = "slip"\nanswer = "*"\nwhy = "equal"\n'
    )
    trial = variants.Trial(("careless", "q1", "squares", "slip"), "q1", ("y = a",))
    monkeypatch.setattr(
        variants, "run_trials", lambda trials, *args: [outcome(t, passes=True) for t in trials]
    )
    audits = {"q1": QuestionAudit(careless_tried=99)}
    try_variants([trial], None, None, tmp_path, 1, audits)
    assert audits["q1"].careless_accepted == 1 and audits["q1"].passes


def test_every_right_answer_is_rewritten_and_spoilt(course):
    assignment, solution, bank = course
    entries = {(one.question, one.id) for one in load_bank(bank) if one.kind == "valid"}
    trials = make_variants(Reference(solution), assignment, bank, ("careless",))
    spoilt = {(trial.key[1], trial.key[2]) for trial in trials}
    # An answer whose every spoilt form is another answer's too is not tried again.
    assert spoilt <= entries and len(entries - spoilt) <= len(entries) // 50
