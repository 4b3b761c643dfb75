"""What `grade` shows on a terminal: the engine, a progress bar with rate, a table at the end."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from autograder.engines.choice import EngineChoice
from autograder.errors import UsageError
from autograder.intake.upload import show_text
from autograder.model import Limits, Status
from autograder.run.events import Events
from autograder.run.workers import default_workers
from autograder.scoring.assignment import Assignment
from autograder.wording import as_typed

MAX_LISTED = 20
MAX_NAMED = 5
if TYPE_CHECKING:
    from autograder.run.grading import Means, Order, Outcome, Summary

console = Console(highlight=False)
REMOTE = (
    "the Docker engine is on another machine ({host}), which sees none of this one's files; use "
    "the engine of this machine (`unset DOCKER_HOST`, or `docker context use default`), or "
    "ENGINE=local"
)
NO_ENGINE = (
    "{trouble}, or ask for ENGINE=local to grade these submissions in sandboxed processes of this "
    "machine"
)


class RateColumn(ProgressColumn):
    """Submissions per minute."""

    def render(self, task: Task) -> Text:
        """Return the rate so far."""
        rate = task.finished_speed or task.speed
        return Text(f"{rate * 60:,.0f}/min" if rate else "–/min")


def choose_engine(engine: str | None, scheduler: str | None, bundled: bool) -> EngineChoice:
    """Decide where sandboxes run.

    Args:
        bundled: only the sample class is graded, which ``local`` may do without being asked.

    Raises:
        UsageError, EngineError: there is no way on; the message names the ways.
    """
    if scheduler:
        return EngineChoice("local")
    if engine == "local":
        return EngineChoice("local")
    from autograder.engines.docker import remote_host, trouble
    from autograder.engines.image import ensure_image, held_image

    if host := remote_host():
        raise UsageError(REMOTE.format(host=host))
    if tag := held_image():
        return EngineChoice("docker", tag)
    if found := trouble():
        if engine == "docker" or not bundled:
            raise UsageError(NO_ENGINE.format(trouble=". ".join(found)))
        _advise("No Docker engine answers: the sample class is graded with ENGINE=local.")
        return EngineChoice("local")
    return EngineChoice("docker", ensure_image())


def say_building(names: list[str]) -> None:
    """Say which assignments are built before they can be graded."""
    if names:
        _say(f"Building {', '.join(names)} ...")


def settle_packages(
    assignment: Assignment,
    folder: Path,
    choice: EngineChoice,
    own_list: Path | None,
    cluster: bool,
) -> EngineChoice:
    """See to a grading zip's packages; returns where sandboxes run with them.

    Raises:
        UsageError, EngineError: as :func:`autograder.run.environment.settle`.
    """
    from autograder.run.environment import settle

    files = (path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else ()
    return settle(assignment, choice, _advise, files, own_list, cluster)


def grade_and_report(
    order: "Order",
    choice: EngineChoice,
    limits: Limits,
    workers: int | None = None,
    scheduler: str | None = None,
    as_json: bool = False,
) -> int:
    """Grade one folder with a progress bar.

    Returns:
        The exit status: 0, or 1 where some could not be graded, or none could be read.
    """
    from autograder.run.grading import Means

    means = Means(choice, limits, workers or default_workers())
    if scheduler:
        from autograder.cluster.client import grade_on

        means = replace(means, grade=grade_on(scheduler, console.print))
    where = "a cluster" if scheduler else choice.kind
    events = Events(order.assignment.name) if as_json else None
    summary, counts = _grade(order, means, where.removeprefix("a "), events)
    _say_summary(order, summary, counts, where)
    if events:
        events.finished(summary, _report_of(order))
    return 1 if summary.not_graded or summary.mismatches or summary.none_readable else 0


def _grade(
    order: "Order", means: "Means", where: str, events: Events | None
) -> "tuple[Summary, Counter[str]]":
    """Grade with a progress bar; returns also how many ended in which way."""
    from autograder.run.grading import grade_folder

    columns = (
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        RateColumn(),
        TimeRemainingColumn(),
    )
    counts = Counter[str]()
    with Progress(*columns, console=console, refresh_per_second=2) as progress:
        task = progress.add_task(order.assignment.name, total=None)

        def start(total: int, reused: int) -> None:
            progress.update(task, total=total - reused)
            if events:
                events.found(total, reused)
                events.started(where, means.scorers)

        def advance(outcome: "Outcome") -> None:
            counts[outcome.status.value] += 1
            progress.advance(task)
            if events:
                events.graded(outcome)

        return grade_folder(order, means, start, advance), counts


def _report_of(order: "Order") -> Path:
    return order.out / "report" / "index.html"


def _say_summary(order: "Order", summary: "Summary", counts: Mapping[str, int], where: str) -> None:
    """Say what became of a run, the worst first."""
    name = order.assignment.name
    _say_what_is_wrong(name, summary)
    _say(_summary_line(name, summary, where))
    others = {status: n for status, n in counts.items() if status != Status.COMPLETED.value}
    if others:
        table = Table("ended by", "submissions", show_edge=False)
        for status, count in sorted(others.items()):
            table.add_row(status, str(count))
        console.print(table)
    _say_what_was_left_out(summary)
    if summary.untimed:
        _advise(
            f"no time of upload is known of {summary.untimed} submissions: they are late only "
            "where their names say so; --times or --file-times tells more", "yellow",
        )  # fmt: skip
    _say_changes(summary, order.out)
    for layers in sorted(summary.without):
        _say(f"Student code was held without {layers}, which is not to be had here.", "bold")
    _say_what_was_noticed(summary)
    for line in summary.unread_tests:
        _say(f"{name}: {line}: its question gives nobody points; mend it and grade again", "red")
    if never := summary.never_passed:
        shown = ", ".join(never[:MAX_NAMED]) + (", …" if len(never) > MAX_NAMED else "")
        _say(f"passed by nobody, so look at the tests themselves: {shown}", "yellow")
    _list("not graded:", [because(*one) for one in summary.not_graded])
    _list("other points than expected:", summary.mismatches)
    _say(f"report: {_report_of(order)}")


def _say(text: str, style: str = "") -> None:
    """Print a line as it is: a file's name may look like markup."""
    console.print(Text(show_text(text), style=style), soft_wrap=True)


def _advise(text: str, style: str = "") -> None:
    """Print a line that names options, as its reader types them."""
    _say(as_typed(text), style)


def _list(what: str, files: list[str], style: str = "red") -> None:
    for file in files[:MAX_LISTED]:
        console.print(Text.assemble((what, style), f" {show_text(file)}"), soft_wrap=True)
    if len(files) > MAX_LISTED:
        _say(f"  and {len(files) - MAX_LISTED} more")


def because(file: str, reason: str) -> str:
    """Return a file with what is the matter with it, in one line."""
    line = " ".join(reason.split(" ‖ ")[0].split())
    return line if line.startswith(file) else f"{file}: {line}"


def _say_what_is_wrong(name: str, summary: "Summary") -> None:
    """Say first what makes the whole run worthless, or who got a zero unread."""
    if not summary.unreadable:
        return
    shown = because(*summary.unreadable[0])
    if summary.none_readable:
        _say(
            f"{name}: none of the {len(summary.unreadable)} submissions can be read for this "
            f"assignment, e.g. {shown}. Are folder and assignment the right ones?",
            "bold red",
        )
    else:
        _say(f"{name}: {len(summary.unreadable)} with zero points, as they cannot be read, "
             f"e.g. {shown}", "yellow")  # fmt: skip


def _say_what_was_left_out(summary: "Summary") -> None:
    if left_out := summary.collected.left_out:
        shown = ", ".join(left_out[:MAX_NAMED]) + (", …" if len(left_out) > MAX_NAMED else "")
        _say(f"left out, as no student's: {shown}")
    if unread := summary.collected.unread:
        shown = ", ".join(unread[:MAX_NAMED]) + (", …" if len(unread) > MAX_NAMED else "")
        why = (
            "not read, as hidden, links out of the folder, folders that you may not read or no "
            "files; copy what is to be graded under another name"
        )
        _say(f"{why}: {shown}", "yellow")
    beside = [other.file for other in summary.collected.attachments]
    if beside:
        shown = ", ".join(beside[:MAX_NAMED]) + (", …" if len(beside) > MAX_NAMED else "")
        _say(f"{len(beside)} beside the submission that counts, not graded: {shown}")


def _say_what_was_noticed(summary: "Summary") -> None:
    """Name who touched what the grader relies on; that costs nothing by itself."""
    if not summary.noticed:
        return
    _say(f"{len(summary.noticed)} to look at: they touch what the grader relies on", "bold")
    for file, what in summary.noticed[:MAX_LISTED]:
        _say(f"  {file}: {what}")


def _say_changes(summary: "Summary", out: Path) -> None:
    """List the marks that this run changed."""
    if not summary.changes:
        return
    _say(f"{len(summary.changes)} marks differ from before; all in {out / 'changes.csv'}", "bold")
    for change in summary.changes[:MAX_LISTED]:
        before, after = (_points(value) for value in (change.before, change.after))
        kept = ", the one before is kept" if change.kept else ""
        _say(f"  {change.file} {change.question}: {before} -> {after} ({change.cause}{kept})")


def _points(value: float | None) -> str:
    return "no mark" if value is None else f"{value:g}"


def _summary_line(name: str, summary: "Summary", where: str) -> str:
    parts = [f"{summary.graded} graded on {where}"]
    if summary.reused:
        parts.append(f"{summary.reused} unchanged since the last run")
    if summary.expected:
        right = summary.expected - len(summary.mismatches)
        parts.append(f"{right} of {summary.expected} with the expected points")
    return f"{name}: " + ", ".join(parts)
