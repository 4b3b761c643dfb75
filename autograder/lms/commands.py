"""``export``: a finished run as the files that an LMS imports."""

from pathlib import Path

import click

from autograder.gradebook.commands import OUT, PATH, open_gradebook
from autograder.intake.times import parse_deadline
from autograder.lms.files import write_lms_files
from autograder.lms.roster import entry_of, find_columns, load_owners, load_roster, match


@click.command()
@OUT
@click.option(
    "--roster",
    "roster_file",
    type=PATH,
    required=True,
    help="CSV with ids or e-mails, e.g. the LMS's own export",
)
@click.option(
    "--owners",
    "owners_file",
    type=PATH,
    help="CSV with columns file and id, where file names do not tell",
)
@click.option(
    "--deadline",
    help="e.g. 2025-03-01T23:59; the latest submission before it counts; default: that of grading",
)
@click.option("--title", help="column name in the LMS; default: the assignment's name")
@click.option("--to", "folder", type=PATH, help="default: OUT/lms")
def export(
    out: Path,
    roster_file: Path,
    owners_file: Path | None,
    deadline: str | None,
    title: str | None,
    folder: Path | None,
) -> None:
    """Write files that Canvas, Moodle and Blackboard import, and a Gradescope score sheet."""
    with open_gradebook(out) as gradebook:
        due = parse_deadline(deadline) if deadline else gradebook.deadline
        times = gradebook.submission_times()
        entries = [entry_of(g, times.get(g.submission), due) for g in gradebook.latest()]
        name = title or gradebook.assignment()
    owners = load_owners(owners_file) if owners_file else {}
    matching = match(load_roster(roster_file), entries, owners)
    possible = max((entry.possible for entry in entries), default=0.0)
    columns = find_columns(roster_file, name)
    write_lms_files(folder or out / "lms", matching, name, possible, due, columns)
    click.echo(
        f"{folder or out / 'lms'}: {len(matching.chosen)} students with a submission, "
        f"{len(matching.missing)} without, {len(matching.unmatched)} submissions unmatched, "
        f"{len(matching.duplicates)} superseded; see attention.csv"
    )
