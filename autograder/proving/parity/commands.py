"""``parity``: a class in stock Otter and here, and what differs, test by test."""

import ast
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.errors import UsageError
from autograder.gradebook.commands import PATH

if TYPE_CHECKING:
    from autograder.proving.parity.comparison import Difference, Parity
    from autograder.scoring.assignment import Assignment

MOST_SHOWN = 60
RESULT = "parity.json"


@click.command(
    context_settings={"ignore_unknown_options": True},
    short_help="Compare with stock Otter, test by test.",
)
@click.option("--zip", "grading_zip", type=PATH, required=True, help="grading zip")
@click.option("--submissions", type=PATH, required=True, help="folder")
@click.option("--out", type=PATH, required=True, help="folder for this grader's results and "
              f"{RESULT}")  # fmt: skip
@click.option("--causes", "own_causes", type=PATH, multiple=True,
              help="TOML table of further causes of differences")  # fmt: skip
@click.option("--stock-python", help="interpreter with Otter; default: the one that grades")
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def parity(
    ctx: click.Context,
    grading_zip: Path,
    submissions: Path,
    out: Path,
    own_causes: tuple[Path, ...],
    stock_python: str | None,
    options: tuple[str, ...],
) -> None:
    """Grade submissions here and with stock Otter, and tell what differs, test by test.

    Takes the OPTIONS of `grade` too. Stock Otter runs the notebooks on this machine with nothing to
    hold them: give it submissions that you would run yourself. Exits with 1 where a test that
    passes in stock Otter fails here for no listed cause, or any passes here only.
    """
    from autograder.proving.parity.comparison import LISTED, load_causes
    from autograder.scoring.assignment import load_assignment

    causes = load_causes([*own_causes, LISTED])
    load_assignment(grading_zip)
    _grade_here(ctx, ["--zip", grading_zip, "--submissions", submissions, "--out", out, *options])
    found = _compare_all(grading_zip, submissions, out, causes, stock_python)
    (out / RESULT).write_text(as_json(found), encoding="utf-8")
    show(found)
    click.echo(f"all of it: {out / RESULT}")
    if not found.submissions:
        raise UsageError("stock Otter gave no submission a result: nothing can be compared")
    ctx.exit(1 if found.unexplained else 0)


def _grade_here(ctx: click.Context, arguments: list[Any]) -> None:
    """Run the `grade` command as its user would, with its options."""
    root = ctx.find_root().command
    assert isinstance(root, click.Group)
    grade = root.get_command(ctx, "grade")
    assert grade is not None
    grade.main([str(one) for one in arguments], prog_name="grade", standalone_mode=False)


def _compare_all(
    grading_zip: Path, submissions: Path, out: Path, causes: Any, stock_python: str | None
) -> "Parity":
    from autograder.gradebook import Gradebook
    from autograder.model import Status
    from autograder.proving.parity.comparison import Parity, compare
    from autograder.proving.parity.stock import run_stock
    from autograder.run.folders import folder_of
    from autograder.scoring.assignment import load_assignment

    found = Parity()
    with Gradebook(out / "gradebook.sqlite") as gradebook:
        ours = [one for one in gradebook.latest() if one.status is not Status.NOT_GRADED]
    folder = folder_of(submissions, out)
    cores = len(os.sched_getaffinity(0))
    click.echo(f"stock Otter runs {len(ours)} submissions, {cores} at a time", err=True)
    pairs = [(grading_zip, folder / one.file) for one in ours]
    runs = run_stock(pairs, stock_python or sys.executable, at_once=cores)
    tests = texts_of(load_assignment(grading_zip))
    for gradation, run in zip(ours, runs):
        compare(gradation, run, causes, tests, found)
    return found


def texts_of(assignment: "Assignment") -> Mapping[str, list[str]]:
    """Return the text of each test case, by question."""
    from autograder.scoring.apart import try_reading
    from autograder.scoring.formats.doctests import DoctestTests

    try_reading(assignment, "en")
    found = {}
    for question, source in assignment.sources.items():
        tests = assignment.tests(question, "en")
        if isinstance(tests, DoctestTests):
            texts = [str(case.body) for case in tests.test_cases]
        else:
            texts = [
                ast.unparse(node)
                for node in ast.parse(source).body
                if isinstance(node, ast.FunctionDef) and node.decorator_list
            ]
        found[tests.name] = texts
    return found


def as_json(found: "Parity") -> str:
    """Return the whole comparison as JSON."""
    plain = {**asdict(found), "percent": round(found.percent, 2)}
    plain["unexplained"] = len(found.unexplained)
    return json.dumps(plain, indent=1, ensure_ascii=False) + "\n"


def show(found: "Parity") -> None:
    """Print each difference with its cause, or that none is listed, and the sum of all."""
    console = Console(highlight=False)
    if found.differences:
        table = Table("submission", "test", "stock", "here", "cause", show_edge=False)
        ordered = sorted(found.differences, key=lambda one: bool(one.cause))
        for one in ordered[:MOST_SHOWN]:
            cause = Text(one.why) if one.cause else _unexplained(one)
            where = one.case if one.question in one.case else f"{one.question} {one.case}"
            table.add_row(Text(one.submission), Text(where), _word(one.stock), _word(one.here),
                          cause)  # fmt: skip
        console.print(table)
        if len(ordered) > MOST_SHOWN:
            console.print(f"and {len(ordered) - MOST_SHOWN} more")
    for file, said in found.without_stock.items():
        console.print(Text(f"stock Otter gave {file} no result: {said}"), soft_wrap=True)
    count = max(found.submissions, 1)
    console.print(
        f"{found.in_stock} of {found.tests} tests of {found.submissions} submissions pass in stock "
        f"Otter; {found.in_both} of them ({found.percent:.1f} %) pass here too, "
        f"{found.only_here} pass here only; differences without a listed cause: "
        f"{len(found.unexplained)}. Seconds for one: {found.seconds_here / count:.2f} here, "
        f"{found.seconds_in_stock / count:.2f} in stock Otter without its imports",
        soft_wrap=True,
    )


def _word(outcome: bool | float) -> str:
    if isinstance(outcome, bool):
        return "passes" if outcome else "fails"
    return f"{outcome:g}"


def _unexplained(difference: "Difference") -> Text:
    said = _shortly(difference.said_here)
    return Text("no listed cause" + (f": {said}" if said else ""), style="bold red")


def _shortly(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 120 else line[:119] + "…"
