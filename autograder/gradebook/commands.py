"""Points by hand on a finished run, and how its gradebook is opened."""

from pathlib import Path

import click

from autograder.errors import UsageError
from autograder.gradebook.book import Gradebook

PATH = click.Path(path_type=Path)
OUT = click.argument("out", type=PATH)


def open_gradebook(out: Path) -> Gradebook:
    """Open a run's gradebook.

    Raises:
        UsageError: the folder holds none.
    """
    path = out / "gradebook.sqlite"
    if not path.is_file():
        raise UsageError(f"{out}: no gradebook.sqlite there; name the OUT folder of a graded run")
    return Gradebook(path)


@click.command()
@OUT
@click.argument("submission")
@click.argument("question")
@click.argument("points", type=float, required=False)
@click.option("--reason", required=True, help="why, for the record")
@click.option("--withdraw", is_flag=True, help="take the manual points back")
def override(
    out: Path,
    submission: str,
    question: str,
    points: float | None,
    reason: str,
    withdraw: bool,
) -> None:
    """Give POINTS to a QUESTION of a SUBMISSION by hand; survives every regrade."""
    if withdraw == (points is not None):
        raise UsageError("give either POINTS or --withdraw")
    with open_gradebook(out) as gradebook:
        gradebook.override(submission, question, points, reason)
    click.echo(f"noted; run `python -m autograder report {out}` to write the pages again")
