"""The two generated axes of the audit: right answers rewritten, and right answers spoilt."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.build.bank import LabelledAnswer, load_bank
from autograder.proving.audit.answers import Answer, asked_names, names_bound_in
from autograder.proving.audit.careless import load_carelessness
from autograder.proving.audit.report import QuestionAudit
from autograder.proving.audit.styles import load_styles, make_styles
from autograder.proving.audit.trial import Reference, Trial, TrialOutcome, run_trials
from autograder.scoring.assignment import Assignment

AXES = ("style", "careless")
SAMPLES = {"style": 450, "careless": None}  # of each question; None: all of them
DRAWN_FROM = 4  # a sample is drawn from this many times as many variants, or from all there are
Maker = Callable[[Answer, LabelledAnswer], list[Trial]]


@dataclass(frozen=True)
class Finding:
    """A variant whose verdict is not the one that it should have.

    Attributes:
        axis: "style" (a right answer was refused) or "careless" (a wrong one was accepted).
        said: the first message of a test case that failed.
        justified: data says why a spoilt answer passes.
    """

    axis: str
    question: str
    answer: str
    key: str
    code: tuple[str, ...]
    said: str = ""
    justified: bool = False

    def __str__(self) -> str:
        ended = f"refused: {self.said[:200]}" if self.axis == "style" else "accepted"
        return f"{self.axis} of {self.answer}, {self.key}: {ended}"


def audit_variants(
    audits: dict[str, QuestionAudit],
    assignment: Assignment,
    solution: Path,
    bank_folder: Path,
    workers: int,
    axes: tuple[str, ...] = AXES,
    sample: int | None = None,
    seed: int = 0,
) -> list[Finding]:
    """Add what becomes of an assignment's variants to the counts of its questions.

    Args:
        sample: variants of each question and axis; without it as many as SAMPLES says.
    """
    reference, trials = Reference(solution), []
    for axis in axes:
        size = sample or SAMPLES[axis]
        trials += make_variants(reference, assignment, bank_folder, (axis,), size, seed)
    return try_variants(trials, reference, assignment, bank_folder, workers, audits)


def make_variants(
    reference: Reference,
    assignment: Assignment,
    bank_folder: Path,
    axes: tuple[str, ...] = AXES,
    sample: int | None = None,
    seed: int = 0,
) -> list[Trial]:
    """Return a trial for every variant, or for a sample of each question and axis.

    Args:
        sample: how many variants of each question and axis are taken at most.
        seed: decides which.
    """
    answers: dict[str, list[tuple[Answer, LabelledAnswer]]] = {}
    for answer, entry in right_answers(reference, assignment, load_bank(bank_folder)):
        answers.setdefault(entry.question, []).append((answer, entry))
    chosen: list[Trial] = []
    for axis in axes:
        make = MAKERS[axis](bank_folder)
        for question, known in answers.items():
            chance = random.Random(f"{seed} {axis} {question}")
            chosen += _choose(make, chance.sample(known, len(known)), sample, chance)
    return chosen


def _choose(make: Maker, answers: list, sample: int | None, chance: random.Random) -> list[Trial]:
    """Make different trials from the answers, as many as a sample is taken from, and take it."""
    different: dict[tuple[str, ...], Trial] = {}
    for answer, entry in answers:
        if sample is not None and len(different) >= DRAWN_FROM * sample:
            break
        different.update({trial.code: trial for trial in make(answer, entry)})
    trials = list(different.values())
    return trials if sample is None else chance.sample(trials, min(sample, len(trials)))


def right_answers(
    reference: Reference, assignment: Assignment, bank: list[LabelledAnswer]
) -> Iterator[tuple[Answer, LabelledAnswer]]:
    """Yield every right answer of the bank as something to rewrite."""
    taken = set()
    for kind, text, _ in reference.order:
        if kind == "setup":
            taken |= names_bound_in(text)
    asked = {q: asked_names(source) for q, source in assignment.sources.items()}
    for entry in bank:
        if entry.kind == "valid":
            blank = [""] * (len(reference.answers[entry.question]) - len(entry.code))
            cells = tuple(cell.strip("\n") for cell in (*entry.code, *blank))
            yield Answer(entry.question, cells, asked[entry.question], frozenset(taken)), entry


def _style_maker(bank_folder: Path) -> Maker:
    styles = load_styles(bank_folder)

    def make(answer: Answer, entry: LabelledAnswer) -> list[Trial]:
        variants = make_styles(answer, styles, f"{entry.question} {entry.id}")
        return [_trial("style", entry, variant.key, variant.answer) for variant in variants]

    return make


def _careless_maker(bank_folder: Path) -> Maker:
    slips = load_carelessness(bank_folder).slips

    def make(answer: Answer, entry: LabelledAnswer) -> list[Trial]:
        return [
            _trial("careless", entry, slip.key, slip.spoil(answer))
            for slip in slips
            if slip.question == entry.question
        ]

    return make


MAKERS = {"style": _style_maker, "careless": _careless_maker}


def _trial(axis: str, entry: LabelledAnswer, key: str, answer: Answer) -> Trial:
    return Trial((axis, entry.question, entry.id, key), entry.question, answer.cells)


def try_variants(
    trials: list[Trial],
    reference: Reference,
    assignment: Assignment,
    bank_folder: Path,
    workers: int,
    audits: dict[str, QuestionAudit],
) -> list[Finding]:
    """Run variants once each, add what came of them to the counts, and return what is wrong."""
    known, findings = load_carelessness(bank_folder), []
    codes = {trial.key: trial.code for trial in trials}
    for outcome in run_trials(trials, reference, assignment, workers):
        axis, question, name, key = outcome.key
        refused = not all(outcome.passed)
        audit = audits.setdefault(question, QuestionAudit())
        if axis == "style":
            audit.style_tried += 1
            audit.style_refused += refused
        else:
            audit.careless_tried += 1
            audit.careless_accepted += not refused
        if refused == (axis == "style"):
            justified = axis == "careless" and known.is_justified(question, key, name)
            found = Finding(
                axis, question, name, key, codes[outcome.key], _said(outcome), justified
            )
            findings.append(found)
            _keep(audit, found)
    return findings


def _keep(audit: QuestionAudit, found: Finding) -> None:
    if found.axis == "style":
        audit.wrong.append(str(found))
    elif not found.justified:
        audit.unjustified.append(str(found))


def _said(outcome: TrialOutcome) -> str:
    return next((f"{name}: {message}" for name, ok, _, message in outcome.cases if not ok), "")
