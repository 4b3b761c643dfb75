"""``export``: a finished run as files that an LMS imports. ``feedback``: its pages given back."""

import shlex
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click

from autograder.errors import UsageError
from autograder.gradebook.commands import OUT, PATH, open_gradebook
from autograder.intake.collection import Attachment
from autograder.intake.times import parse_deadline
from autograder.intake.upload import show_text
from autograder.lms.columns import find_columns, proposed_titles
from autograder.lms.feedback import give_back
from autograder.lms.files import write_lms_files
from autograder.lms.grade_files import number
from autograder.lms.roster import (
    GradedSubmission,
    Matching,
    Rules,
    load_extensions,
    load_groups,
    load_owners,
    load_roster,
    match,
    owners_in,
    roster_entry,
)
from autograder.wording import as_typed

MAX_PROPOSED = 5


@dataclass(frozen=True)
class Graded:
    """What a gradebook says to an export."""

    assignment: str
    entries: list[GradedSubmission]
    attachments: list[Attachment]
    people: dict[str, list[str]]
    deadline: datetime | None
    extensions: dict[str, datetime]


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
    help="CSV with columns file (or assignment/file) and id, where file names do not tell",
)
@click.option(
    "--groups", "groups_file", type=PATH,
    help="CSV with a column group and one with ids: a group's submission counts for its members",
)  # fmt: skip
@click.option(
    "--deadline",
    help="e.g. 2025-03-01T23:59; the latest submission before it counts; default: that of grading",
)
@click.option(
    "--extensions", "extensions_file", type=PATH,
    help="CSV with columns id (or email) and deadline: who has a later one; default: as graded",
)  # fmt: skip
@click.option("--title", help="column name in the LMS; default: the assignment's name")
@click.option("--to", "folder", type=PATH, help="default: OUT/lms")
@click.option("--dry-run", is_flag=True, help="show what counts for whom, and write nothing")
def export(
    out: Path,
    roster_file: Path,
    owners_file: Path | None,
    groups_file: Path | None,
    deadline: str | None,
    extensions_file: Path | None,
    title: str | None,
    folder: Path | None,
    dry_run: bool,
) -> None:
    """Write files that Canvas, Moodle, Blackboard and Brightspace import, and score sheets."""
    graded = _read(out, deadline)
    roster = load_roster(roster_file)
    if groups_file:
        roster = load_groups(groups_file, roster)
    rules = Rules(
        owners=_owners(owners_file, graded),
        people=graded.people,
        deadline=graded.deadline,
        extensions=load_extensions(extensions_file) if extensions_file else graded.extensions,
    )
    matching = match(roster, graded.entries, rules=rules)
    _refuse_strangers(roster_file, owners_file, graded, matching)
    name = title or graded.assignment
    columns = find_columns(roster_file, name)
    target = folder or out / "lms"
    if dry_run:
        _show(matching)
    else:
        possible = max((entry.possible for entry in graded.entries), default=0.0)
        write_lms_files(target, matching, name, possible, columns, graded.attachments)
    if matching.strangers:
        click.echo(
            show_text(f"extensions of nobody on the roster: {', '.join(matching.strangers)}")
        )
    if title is None and not columns:
        _propose(roster_file, name)
    click.echo(
        f"{'nothing written' if dry_run else target}: {len(matching.chosen)} students with a "
        f"submission, {len(matching.missing)} without, {len(matching.unmatched)} submissions "
        f"unmatched, {len(matching.duplicates)} superseded"
        + ("" if dry_run else "; see attention.csv")
    )


@click.command()
@OUT
@click.option("--roster", "roster_file", type=PATH, help="CSV with ids and e-mail addresses")
@click.option(
    "--owners", "owners_file", type=PATH,
    help="CSV with columns file (or assignment/file) and id, where file names do not tell",
)  # fmt: skip
@click.option(
    "--groups", "groups_file", type=PATH,
    help="CSV with a column group and one with ids: each member gets the group's page",
)  # fmt: skip
@click.option("--to", "folder", type=PATH, help="default: OUT/give-back")
def feedback(
    out: Path,
    roster_file: Path | None,
    owners_file: Path | None,
    groups_file: Path | None,
    folder: Path | None,
) -> None:
    """Pack the feedback pages as Moodle and Canvas take them back, and as a folder to mail from."""
    graded, matching = _read(out, None), None
    if roster_file:
        roster = load_roster(roster_file)
        if groups_file:
            roster = load_groups(groups_file, roster)
        rules = Rules(
            _owners(owners_file, graded), graded.people, graded.deadline, graded.extensions
        )
        matching = match(roster, graded.entries, rules=rules)
        _refuse_strangers(roster_file, owners_file, graded, matching)
    elif owners_file or groups_file:
        raise UsageError("--owners and --groups want a --roster")
    pages = {one.submission: out / "feedback" / f"{one.submission}.html" for one in graded.entries}
    target = folder or out / "give-back"
    done = give_back(target, pages, graded.entries, graded.assignment, matching)
    for name, count in done.counts.items():
        click.echo(f"{target / name}: {_pages(count)}" if count else f"no {name}: none is for it")
    unmatched = [(entry.file, why) for entry, why in matching.unmatched] if matching else []
    for file, why in (*done.left, *unmatched):
        click.echo(show_text(f"left out: {file}: {why}"))


def _refuse_strangers(
    roster: Path, owners: Path | None, graded: Graded, matching: Matching
) -> None:
    """Refuse a roster on which nobody is found."""
    if graded.entries and not matching.chosen:
        file, why = matching.unmatched[0][0].file, matching.unmatched[0][1]
        other = f"mend {owners}" if owners else "--owners"
        raise UsageError(
            f"{roster}: none of the {len(graded.entries)} submissions belongs to anybody on "
            f"this roster, e.g. {file} {why}; give the roster of this class, or {other}"
        )


def _owners(path: Path | None, graded: Graded) -> dict[str, str]:
    return owners_in(graded.assignment, load_owners(path)) if path else {}


def _pages(count: int) -> str:
    return f"{count} page" if count == 1 else f"{count} pages"


def _read(out: Path, deadline: str | None) -> Graded:
    with open_gradebook(out) as gradebook:
        due = parse_deadline(deadline) if deadline else gradebook.deadline
        times = gradebook.submission_times()
        return Graded(
            gradebook.assignment(),
            [roster_entry(one, times.get(one.submission), due) for one in gradebook.latest()],
            gradebook.attachments(),
            gradebook.members_of_uploads,
            due,
            gradebook.extensions,
        )


def _show(matching: Matching) -> None:
    """Print what counts for whom."""
    for student, entry in matching.chosen:
        points = "no mark" if entry.score is None else number(entry.score)
        late = " (late)" if entry.late else ""
        click.echo(show_text(f"{student.shown}: {points} from {entry.file}{late}"))
    for student in matching.missing:
        click.echo(show_text(f"{student.shown}: no submission, the mark is left as it is"))
    for entry, why in matching.unmatched:
        click.echo(show_text(f"unmatched: {entry.file} {why}"))


def _propose(roster: Path, name: str) -> None:
    """Say which columns of the roster may be the assignment's."""
    if titles := proposed_titles(roster, name)[:MAX_PROPOSED]:
        ways = " or ".join(f"--title {shlex.quote(one)}" for one in titles)
        told = f"no column of the roster is called '{name}', so a new one is made; is it {ways}?"
        click.echo(show_text(as_typed(told)))
