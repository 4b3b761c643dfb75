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

KEYS = (
    "killed", "survived", "equivalent", "killed_by_public",
    "false_accepts", "false_rejects", "flaky",
)  # fmt: skip


@click.command()
@click.option("--assignment", "names", multiple=True, help="name; default: every assignment")
@click.option("--repeats", type=click.IntRange(1), default=20, show_default=True, help="runs each")
@click.option("--workers", type=click.IntRange(1), help="default: one per core")
@click.option("--out", type=click.Path(path_type=Path), help="folder; default: results")
@click.option(
    "--page", type=click.Path(path_type=Path), help="also write the page, and its picture"
)
@click.pass_context
def audit(
    ctx: click.Context,
    names: tuple[str, ...],
    repeats: int,
    workers: int | None,
    out: Path | None,
    page: Path | None,
) -> None:
    """Measure how strong the hidden tests are: mutants and the labelled bank."""
    from autograder.course import ROOT, check_names
    from autograder.proving.audit.page import write_page
    from autograder.proving.audit.report import audit_assignment
    from autograder.run.workers import default_workers
    from autograder.scoring.assignment import load_assignment

    out = out or ROOT / "results"
    console, found = Console(), {}
    for name in check_names(names):
        folder = ROOT / "dist" / name
        assignment = load_assignment(folder / "autograder.zip", name)
        found[name] = audit_assignment(
            assignment, folder / "solutions" / f"{name}-en.ipynb",
            ROOT / "assignments" / name / "bank", workers or default_workers(), repeats,
        )  # fmt: skip
        console.print(_table(name, found[name]))
        for line in _lines(found[name]):
            console.print(f"{name} {line}", markup=False, soft_wrap=True)
    out.mkdir(parents=True, exist_ok=True)
    plain = {
        name: {q: {key: getattr(counts, key) for key in KEYS} for q, counts in questions.items()}
        for name, questions in found.items()
    }
    (out / "audit.json").write_text(json.dumps(plain, indent=1) + "\n")
    if page:
        write_page(page, found, repeats)
    missed = [f"{n} {q}" for n, qs in found.items() for q, c in qs.items() if not c.passes]
    if missed:
        console.print(f"bars missed: {', '.join(missed)}")
    ctx.exit(1 if missed else 0)


def _lines(audits: dict[str, "QuestionAudit"]) -> Iterator[str]:
    """Yield a line for each thing that keeps a question from its bars."""
    for question, found in audits.items():
        for heading, things in (
            ("survived", found.survivors),
            ("bank", found.wrong),
            ("justified, but killed", found.stale),
            ("failed by no mistake", found.idle),
        ):
            for thing in things:
                yield f"{question} {heading}: {thing}"


def _table(name: str, audits: dict[str, "QuestionAudit"]) -> Table:
    table = Table(
        "", "mutants", "killed", "public\nalone", "equi-\nvalent", "right\nanswers",
        "wrong\nanswers", "false\nrejects", "false\naccepts", "flaky",
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
        )  # fmt: skip
    return table
