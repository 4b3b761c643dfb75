"""The audit counts what became of mutants and labelled answers, and knows its bars."""

import json
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from autograder.build.bank import LabelledAnswer
from autograder.proving.audit import commands, report, variants
from autograder.proving.audit.page import write_page
from autograder.proving.audit.report import QuestionAudit
from autograder.proving.audit.trial import TrialOutcome

SOLUTION = "y = a + b"
KEY = "cell 1, operator @1: a + b -> a - b"  # the first mutant; the others are always killed
RIGHT = LabelledAnswer("q1", "other-way", "valid", "", (SOLUTION,), (True, True))
WRONG = LabelledAnswer("q1", "slip", "misconception", "", ("y = a",), (True, False))


def audit(monkeypatch, verdict, bank=(RIGHT, WRONG), equivalents=None, repeats=3):
    """Audit one question with a public and a hidden test case; ``verdict(trial)`` -> outcomes."""

    def run_trials(trials, *args):
        for trial in trials:
            public, hidden = verdict(trial)
            cases = (("public", public, False, "why"), ("hidden", hidden, True, "why"))
            yield TrialOutcome(trial.key, cases)

    monkeypatch.setattr(report, "run_trials", run_trials)
    monkeypatch.setattr(
        report, "Reference", lambda path: SimpleNamespace(answers={"q1": [SOLUTION]})
    )
    monkeypatch.setattr(report, "load_bank", lambda folder: list(bank))
    monkeypatch.setattr(report, "load_equivalents", lambda folder: equivalents or {})
    return report.audit_assignment(None, None, None, 1, repeats)["q1"]


def good(trial):
    """Judge as good tests do: the public case sees that y is missing, the hidden one its value."""
    there = trial.code[0] != "pass"
    return there, there and trial.code[0] == SOLUTION


def first_survives(trial):
    return (True, True) if trial.key[-2].startswith("operator") else good(trial)


def test_good_tests_pass_every_bar(monkeypatch):
    found = audit(monkeypatch, good)
    assert found.passes and found.share == 1.0
    assert found.killed > found.killed_by_public > 0
    assert (found.survived, found.equivalent, found.flaky) == (0, 0, 0)
    assert (found.valid, found.misconceptions) == (1, 1)


def test_a_survivor_is_named_and_misses_the_bar(monkeypatch):
    found = audit(monkeypatch, first_survives)
    assert not found.passes and found.share < 0.95 and found.survivors == [KEY]


def test_a_justified_survivor_counts_apart(monkeypatch):
    found = audit(monkeypatch, first_survives, equivalents={("q1", KEY): "why"})
    assert found.passes and (found.survived, found.equivalent) == (0, 1)


def test_a_justified_mutant_that_is_killed_was_justified_wrongly(monkeypatch):
    found = audit(monkeypatch, good, equivalents={("q1", KEY): "why"})
    assert not found.passes and found.stale == [KEY]


def on(entry, *outcomes):
    """Make a verdict that differs from the good one on one answer; the last outcome stays."""
    return lambda trial: (
        outcomes[min(trial.seed, len(outcomes) - 1)] if entry.id in trial.key else good(trial)
    )


MISSED = {
    "a right answer refused": (on(RIGHT, (True, False)), "false_rejects"),
    "a wrong answer accepted": (on(WRONG, (True, True)), "false_accepts"),
    "a public case refuses": (on(WRONG, (False, False)), "false_rejects"),
    "a right answer refused in a later run": (on(RIGHT, (True, True), (True, False)), "flaky"),
    "a wrong answer accepted in a later run": (on(WRONG, (True, False), (True, True)), "flaky"),
}


@pytest.mark.parametrize("case", MISSED)
def test_a_wrong_verdict_is_counted_and_misses_the_bar(case, monkeypatch):
    verdict, count = MISSED[case]
    found = audit(monkeypatch, verdict)
    assert not found.passes and found.wrong
    assert [getattr(found, name) for name in ("false_rejects", "false_accepts", "flaky")] == [
        int(name == count) for name in ("false_rejects", "false_accepts", "flaky")
    ]


def test_a_mutant_that_is_killed_by_luck_is_flaky(monkeypatch):
    lucky = lambda trial: first_survives(trial) if trial.seed == 2 else good(trial)  # noqa: E731
    found = audit(monkeypatch, lucky)
    assert not found.passes and found.flaky == 1 and "survived 1 of 3" in found.wrong[0]


def test_a_mutant_that_never_ends_is_run_once(monkeypatch):
    seen = []

    def run_trials(trials, *args):
        for trial in trials:
            seen.append(trial.key)
            yield TrialOutcome(trial.key, (("hidden", False, True, ""),), endless=True)

    audit(monkeypatch, good)
    monkeypatch.setattr(report, "run_trials", run_trials)
    report.audit_assignment(None, None, None, 1, 3)
    assert {key[-1] for key in seen if key[0] == "mutant"} == {0}
    assert {key[-1] for key in seen if key[0] == "bank"} == {0, 1, 2}


def test_a_test_case_that_nothing_fails_is_named(monkeypatch):
    found = audit(monkeypatch, lambda trial: (True, good(trial)[1]))
    assert not found.passes and found.idle == ["public"]


def counts(**other):
    return QuestionAudit(**{"killed": 20, "killed_by_public": 7, "valid": 12, **other})


def run_command(monkeypatch, tmp_path, found):
    monkeypatch.setattr("autograder.course.check_names", lambda names: ["linear"])
    monkeypatch.setattr("autograder.scoring.assignment.load_assignment", lambda *args: None)
    monkeypatch.setattr(report, "audit_assignment", lambda *args: {"q1": counts(), "q2": found})
    monkeypatch.setattr(variants, "audit_variants", lambda audits, *args: [])
    return CliRunner().invoke(
        commands.audit,
        ["--out", str(tmp_path), "--page", str(tmp_path / "page.md"), "--repeats", "20"],
    )


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (counts(), 0),
        (counts(survived=1), 0),
        (counts(survived=2), 1),
        (counts(flaky=1), 1),
        (counts(style_tried=500, style_refused=1), 1),
        (counts(careless_tried=100, careless_accepted=2), 0),
        (counts(careless_tried=100, careless_accepted=3), 1),
        (counts(careless_tried=100, careless_accepted=1, unjustified=["one"]), 1),
    ],  # fmt: skip
)
def test_the_command_writes_the_counts_and_says_whether_a_bar_was_missed(
    found, code, monkeypatch, tmp_path
):
    result = run_command(monkeypatch, tmp_path, found)
    assert result.exit_code == code
    assert ("bars missed: linear q2" in result.output) == bool(code)
    written = json.loads((tmp_path / "audit.json").read_text())
    keys = [key for axis in commands.KEYS.values() for key in axis]
    assert written["linear"]["q2"] == {key: getattr(found, key) for key in keys}


def test_counts_of_axes_that_did_not_run_stay(monkeypatch, tmp_path):
    run_command(monkeypatch, tmp_path, counts(style_tried=7))
    monkeypatch.setattr(variants, "audit_variants", add_a_refused_one)
    ended = CliRunner().invoke(commands.audit, ["--out", str(tmp_path), "--axis", "style"])
    written = json.loads((tmp_path / "audit.json").read_text())["linear"]["q2"]
    assert (written["killed"], written["style_tried"], written["style_refused"]) == (20, 8, 1)
    assert ended.exit_code == 1 and "bars missed: linear q2" in ended.output


def add_to_both(audits, *args):
    audits["q1"] = counts()
    return add_a_refused_one(audits)


def add_a_refused_one(audits, *args):
    audits["q2"] = counts(killed=0, style_tried=8, style_refused=1)
    return []


def test_a_page_shows_all_that_ran_by_and_by_and_nothing_by_halves(monkeypatch, tmp_path):
    page = tmp_path / "page.md"
    run_command(monkeypatch, tmp_path, counts(style_tried=7))
    monkeypatch.setattr("autograder.course.check_names", lambda names: ["other"])
    monkeypatch.setattr(variants, "audit_variants", add_to_both)
    options = ["--out", str(tmp_path), "--page", str(page), "--axis"]
    CliRunner().invoke(commands.audit, [*options, "style"])
    assert "## linear" in page.read_text() and "## other" not in page.read_text()
    CliRunner().invoke(commands.audit, [*options, "mutants"])
    CliRunner().invoke(commands.audit, [*options, "careless"])
    assert "## linear" in page.read_text() and "| q2 | 8 | 1 |" in page.read_text()


def test_a_page_is_never_replaced_by_an_empty_one(monkeypatch, tmp_path):
    page = tmp_path / "page.md"
    page.write_text("of all six")
    monkeypatch.setattr("autograder.course.check_names", lambda names: [])
    done = CliRunner().invoke(commands.audit, ["--out", str(tmp_path), "--page", str(page)])
    assert page.read_text() == "of all six" and not page.with_suffix(".png").exists()
    assert "not written" in done.output and str(page) in done.output


def test_the_page_of_a_single_run_says_so(tmp_path):
    write_page(tmp_path / "audit.md", {"linear": {"q1": counts(repeats=1)}})
    text = (tmp_path / "audit.md").read_text()
    assert "was run once" in text and "1 times" not in text


def test_the_page_shows_the_counts_of_the_run_and_a_picture(tmp_path):
    found = counts(
        survived=1,
        equivalent=3,
        style_tried=500,
        careless_tried=90,
        careless_accepted=1,
        repeats=20,
    )
    write_page(tmp_path / "audit.md", {"linear": {"q1": found}})
    text = (tmp_path / "audit.md").read_text()
    assert "| q1 | 21 | 20 (95.2%) | 7 (33%) | 3 | 12 | 0 | 0 | 0 | 0 |" in text
    assert "| q1 | 500 | 0 | 90 | 1 | 98.9% |" in text
    assert "(audit.png)" in text and "was run 20 times" in text
    assert (tmp_path / "audit.png").read_bytes().startswith(b"\x89PNG")
