"""The command ``audit``: a table, ``results/audit.json`` and a page with a picture."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from autograder.proving.audit.report import QuestionAudit

    Audits = dict[str, dict[str, QuestionAudit]]  # by assignment and question

Counts = dict[str, dict[str, dict[str, int]]]  # by assignment, question and what is counted
MUTANT_KEYS = (
    "killed", "survived", "equivalent", "killed_by_public",
    "false_accepts", "false_rejects", "flaky", "valid", "misconceptions", "repeats",
)  # fmt: skip
KEYS = {
    "mutants": MUTANT_KEYS,
    "style": ("style_tried", "style_refused"),
    "careless": ("careless_tried", "careless_accepted"),
}


@click.command()
@click.option("--assignment", "names", multiple=True, help="name; default: every assignment")
@click.option("--axis", "axes", multiple=True, type=click.Choice(list(KEYS)), help="default: all")
@click.option("--repeats", type=click.IntRange(1), default=20, show_default=True,
              help="runs of each mutant and labelled answer")  # fmt: skip
@click.option(
    "--sample",
    type=click.IntRange(1),
    help="variants of each question and axis; default: 450 styles, every slip",
)
@click.option("--seed", type=int, default=0, show_default=True, help="decides what is sampled")
@click.option("--workers", type=click.IntRange(1), help="default: one per core")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="folder; default: results"
)
@click.option(
    "--page",
    type=click.Path(path_type=Path, dir_okay=False),
    help="also write the page, and its picture, of all that the folder has counts of",
)
@click.pass_context
def audit(
    ctx: click.Context,
    names: tuple[str, ...],
    axes: tuple[str, ...],
    repeats: int,
    sample: int | None,
    seed: int,
    workers: int | None,
    out: Path | None,
    page: Path | None,
) -> None:
    """Measure how strong the hidden tests are: mutants, the labelled bank, and variants of it."""
    from autograder.course import assignment_folder, check_names, dist_folder, results_folder
    from autograder.proving.audit.page import write_page
    from autograder.proving.audit.report import audit_assignment
    from autograder.proving.audit.variants import audit_variants
    from autograder.run.workers import default_workers
    from autograder.scoring.assignment import load_assignment

    kept = (out or results_folder()) / "audit.json"
    axes, workers = axes or tuple(KEYS), workers or default_workers()
    console = Console(width=max(120, Console().width))
    found: Audits = {}
    for name in check_names(names):
        folder, bank = dist_folder() / name, assignment_folder(name) / "bank"
        solution = folder / "solutions" / f"{name}-en.ipynb"
        assignment = load_assignment(folder / "autograder.zip", name)
        found[name] = {}
        if "mutants" in axes:
            found[name] = audit_assignment(assignment, solution, bank, workers, repeats)
        generated = tuple(axis for axis in axes if axis != "mutants")
        if generated:
            audit_variants(
                found[name], assignment, solution, bank, workers, generated, sample, seed
            )
        console.print(_table(name, found[name]))
        for line in _lines(found[name]):
            console.print(f"{name} {line}", markup=False, soft_wrap=True)
    known = _keep(kept, found, axes)
    if page and (whole := _whole(known)):
        write_page(page, whole)
    elif page:
        console.print(NO_PAGE.format(page=page), markup=False, soft_wrap=True)
    missed = [f"{n} {q}" for n, qs in found.items() for q, c in qs.items() if not c.passes]
    if missed:
        console.print(f"bars missed: {', '.join(missed)}")
    ctx.exit(1 if missed else 0)


NO_PAGE = "{page}: not written, as every axis has run of no assignment yet; leave --axis out"


def _keep(path: Path, found: "Audits", axes: tuple[str, ...]) -> Counts:
    """Write the counts of the axes that ran, and return all there are; those of the others stay."""
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        plain = {}
    for name, questions in found.items():
        kept = plain.setdefault(name, {})
        for question, counts in questions.items():
            numbers = {key: getattr(counts, key) for axis in axes for key in KEYS[axis]}
            kept.setdefault(question, {}).update(numbers)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")
    return plain


def _whole(known: Counts) -> "Audits":
    """Return what a page shows: the assignments of which every axis has run."""
    keys = {key for axis in KEYS.values() for key in axis}
    return {
        name: {question: _audit_of(counts) for question, counts in questions.items()}
        for name, questions in known.items()
        if all(keys == counts.keys() for counts in questions.values())
    }


def _audit_of(counts: dict[str, int]) -> "QuestionAudit":
    from autograder.proving.audit.report import QuestionAudit

    found = QuestionAudit()
    for key, count in counts.items():
        setattr(found, key, count)
    return found


def _lines(audits: dict[str, "QuestionAudit"]) -> Iterator[str]:
    """Yield a line for each thing that keeps a question from its bars."""
    for question, found in audits.items():
        for heading, things in (
            ("survived", found.survivors),
            ("verdict", found.wrong),
            ("a slip accepted without a reason", found.unjustified),
            ("justified, but killed", found.stale),
            ("failed by no mistake", found.idle),
        ):
            for thing in things:
                yield f"{question} {heading}: {thing}"


def _table(name: str, audits: dict[str, "QuestionAudit"]) -> Table:
    table = Table(
        "", "mutants", "killed", "public\nalone", "equi-\nvalent", "right\nanswers",
        "wrong\nanswers", "false\nrejects", "false\naccepts", "flaky",
        "styles", "refused", "slips", "caught",
        title=name, box=SIMPLE_HEAD, padding=0,
    )  # fmt: skip
    for column in table.columns[1:]:
        column.justify = "right"
    for question, found in audits.items():
        total = found.killed + found.survived
        table.add_row(
            question, str(total), f"{found.killed} ({found.share:.1%})",
            f"{found.killed_by_public} ({found.killed_by_public / max(1, total):.0%})",
            str(found.equivalent), str(found.valid), str(found.misconceptions),
            str(found.false_rejects), str(found.false_accepts), str(found.flaky),
            str(found.style_tried), str(found.style_refused), str(found.careless_tried),
            f"{found.caught:.1%}",
        )  # fmt: skip
    return table
