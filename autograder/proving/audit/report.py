"""The audit of one assignment: run, count, compare with the bars."""

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from autograder.build.bank import LabelledAnswer, load_bank, load_equivalents
from autograder.proving.audit.mutants import Mutant, make_mutants
from autograder.proving.audit.trial import Reference, Trial, TrialOutcome, run_trials
from autograder.scoring.assignment import Assignment

Key = tuple  # kind, question and what tells the answer from others of its question

KILLED_BAR = 0.95
CAUGHT_BAR = 0.98
REPEATS = 20


@dataclass
class QuestionAudit:
    """Counts for one question.

    Attributes:
        killed, survived, equivalent: mutants by fate; equivalent ones are justified in data.
        killed_by_public: mutants that the public tests alone catch.
        false_accepts: misconceptions of which a test case passed that should have failed.
        false_rejects: valid variants (or test cases that should have passed) that failed.
        flaky: labelled answers and mutants whose verdict changed over runs with other inputs.
        idle: test cases that no mutant and no misconception ever failed.
        survivors: the mutants that survived.
        wrong: what misses a bar otherwise, in words.
        stale: mutants that were justified as equivalent, but a test case failed.
        style_tried, style_refused: right answers rewritten, and those of which a test case failed.
        careless_tried, careless_accepted: right answers spoilt, and those that passed all the same.
        repeats: runs of each mutant and each labelled answer.
        unjustified: accepted ones of which data does not say why.
    """

    killed: int = 0
    survived: int = 0
    equivalent: int = 0
    killed_by_public: int = 0
    false_accepts: int = 0
    false_rejects: int = 0
    flaky: int = 0
    valid: int = 0
    misconceptions: int = 0
    style_tried: int = 0
    style_refused: int = 0
    careless_tried: int = 0
    careless_accepted: int = 0
    repeats: int = 0
    unjustified: list[str] = field(default_factory=list)
    idle: list[str] = field(default_factory=list)
    survivors: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Killed among the mutants that are mistakes."""
        total = self.killed + self.survived
        return self.killed / total if total else 1.0

    @property
    def caught(self) -> float:
        """Refused among the right answers that were spoilt."""
        return 1 - self.careless_accepted / self.careless_tried if self.careless_tried else 1.0

    @property
    def passes(self) -> bool:
        """Whether every bar is met."""
        return min(self.share - KILLED_BAR, self.caught - CAUGHT_BAR) >= 0 and not (
            self.false_accepts or self.false_rejects or self.flaky or self.idle or self.stale
            or self.style_refused or self.unjustified
        )  # fmt: skip


def audit_assignment(
    assignment: Assignment, solution: Path, bank_folder: Path, workers: int, repeats: int = REPEATS
) -> dict[str, QuestionAudit]:
    """Audit every question of an assignment.

    Args:
        solution: a notebook of ``dist/<assignment>/solutions``.
        bank_folder: the assignment's ``bank`` folder.
        repeats: runs per labelled answer and mutant, each with other random inputs in the tests.
            The first run has the inputs with which marks are given; its verdicts are counted.
    """
    reference = Reference(solution)
    bank, equivalents = load_bank(bank_folder), load_equivalents(bank_folder)
    mutants: dict[Key, tuple[str, int, Mutant]] = {
        ("mutant", question, index, mutant.key): (question, index, mutant)
        for question, cells in reference.answers.items()
        for index, cell in enumerate(cells)
        for mutant in make_mutants(cell)
    }
    entries: dict[Key, LabelledAnswer] = {
        ("bank", entry.question, entry.id): entry for entry in bank
    }
    answers: dict[Key, tuple[str, tuple[str, ...]]] = {
        key: (entry.question, entry.code) for key, entry in entries.items()
    } | {
        key: (question, _with(reference.answers[question], index, mutant.source))
        for key, (question, index, mutant) in mutants.items()
    }
    audits = {question: QuestionAudit(repeats=repeats) for question in reference.answers}
    runs: dict[Key, list[TrialOutcome]] = defaultdict(list)
    cases: dict[str, set[str]] = defaultdict(set)
    failed: dict[str, set[str]] = defaultdict(set)
    for numbers in (range(1), range(1, repeats)):
        # A mutant that never ends is killed by the clock, whatever the inputs; once is enough.
        ended = [key for key in answers if key in entries or not _is_endless(runs[key])]
        trials = [Trial((*key, run), *answers[key], seed=run) for key in ended for run in numbers]
        for outcome in run_trials(trials, reference, assignment, workers):
            *named, _ = outcome.key
            key = tuple(named)
            runs[key].append(outcome)
            cases[key[1]] |= {name for name, *_ in outcome.cases}
            failed[key[1]] |= {name for name, passed, *_ in outcome.cases if not passed}
    for key, outcomes in runs.items():
        question = answers[key][0]
        if key in entries:
            _count_entry(audits[question], entries[key], outcomes)
        else:
            _count_mutant(audits[question], key, outcomes, equivalents)
    for question, found in audits.items():
        found.idle = sorted(cases[question] - failed[question])
    return audits


def _is_endless(outcomes: list[TrialOutcome]) -> bool:
    return bool(outcomes) and outcomes[0].endless


def _with(cells: list[str], index: int, source: str) -> tuple[str, ...]:
    return tuple(source if number == index else cell for number, cell in enumerate(cells))


def _count_mutant(
    found: QuestionAudit,
    key: Key,
    outcomes: list[TrialOutcome],
    equivalents: dict[tuple[str, str], str],
) -> None:
    _, question, index, change = key
    name = f"cell {index + 1}, {change}"
    survived = [all(outcome.passed) for outcome in outcomes]
    if len(set(survived)) > 1:
        found.flaky += 1
        found.wrong.append(f"{name}: flaky, survived {sum(survived)} of {len(survived)} runs")
    if survived[0]:
        if (question, name) in equivalents:
            found.equivalent += 1
        else:
            found.survived += 1
            found.survivors.append(name)
        return
    if (question, name) in equivalents:
        found.stale.append(name)
    found.killed += 1
    if any(not passed for _, passed, hidden, _ in outcomes[0].cases if not hidden):
        found.killed_by_public += 1


def _count_entry(found: QuestionAudit, entry: LabelledAnswer, outcomes: list[TrialOutcome]) -> None:
    found.valid += entry.kind == "valid"
    found.misconceptions += entry.kind == "misconception"
    seen = {outcome.passed for outcome in outcomes}
    if len(seen) > 1:
        found.flaky += 1
        found.wrong.append(f"{entry.id}: flaky")
    first = outcomes[0]
    if len(first.passed) != len(entry.expect):
        found.false_rejects += 1
        found.wrong.append(
            f"{entry.id}: {len(entry.expect)} outcomes expected, {len(first.passed)} test cases"
        )
        return
    for (name, passed, _, message), expected in zip(first.cases, entry.expect):
        if passed and not expected:
            found.false_accepts += 1
            found.wrong.append(f"{entry.id}: {name} should fail")
        elif expected and not passed:
            found.false_rejects += 1
            found.wrong.append(f"{entry.id}: {name} should pass: {message[:200]}")
