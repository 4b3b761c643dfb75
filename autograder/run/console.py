"""What `grade` shows on a terminal: the engine, a progress bar with rate, a table at the end."""

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
from autograder.intake.times import Collection
from autograder.model import Limits, Status
from autograder.run.workers import default_workers, grade_all
from autograder.scoring.assignment import Assignment

if TYPE_CHECKING:
    from autograder.run.grading import GradeAll, Summary

console = Console(highlight=False)
NO_ENGINE = (
    "no Docker engine answers. Start Docker, or ask for ENGINE=local to grade these submissions in "
    "sandboxed processes of this machine"
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
    from autograder.engines.docker import is_available
    from autograder.engines.image import ensure_image, held_image

    if tag := held_image():
        return EngineChoice("docker", tag)
    if not is_available():
        if engine == "docker" or not bundled:
            raise UsageError(NO_ENGINE)
        console.print("No Docker engine answers: the sample class is graded with ENGINE=local.")
        return EngineChoice("local")
    return EngineChoice("docker", ensure_image())


def grade_and_report(
    assignment: Assignment,
    folder: Path,
    out: Path,
    choice: EngineChoice,
    limits: Limits,
    workers: int | None,
    scheduler: str | None,
    collection: Collection | None = None,
) -> int:
    """Grade one folder with a progress bar; returns the exit status (0, or 1: some not graded)."""
    from autograder.run.grading import grade_folder

    grade: GradeAll = grade_all
    name = assignment.name
    if scheduler:
        from autograder.cluster.client import grade_on

        grade = grade_on(scheduler, console.print)
    columns = (
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        RateColumn(),
        TimeRemainingColumn(),
    )
    counts: dict[str, int] = {}
    with Progress(*columns, console=console, refresh_per_second=2) as progress:
        task = progress.add_task(name, total=None)

        def start(total: int, reused: int) -> None:
            progress.update(task, total=total - reused)

        def advance(status: Status) -> None:
            counts[status.value] = counts.get(status.value, 0) + 1
            progress.advance(task)

        summary = grade_folder(
            assignment, folder, out, choice, limits, workers or default_workers(), start, advance,
            grade, collection,
        )  # fmt: skip
    where = "a cluster" if scheduler else choice.kind
    console.print(_summary_line(name, summary, where), soft_wrap=True)
    others = {status: n for status, n in counts.items() if status != Status.COMPLETED.value}
    if others:
        table = Table("ended by", "submissions", show_edge=False)
        for status, count in sorted(others.items()):
            table.add_row(status, str(count))
        console.print(table)
    for file in summary.not_graded[:20]:
        console.print(f"[red]not graded:[/] {file}", markup=True, soft_wrap=True)
    for file in summary.mismatches[:20]:
        console.print(f"[red]other points than expected:[/] {file}", soft_wrap=True)
    console.print(f"report: {out / 'report' / 'index.html'}", soft_wrap=True)
    return 1 if summary.not_graded or summary.mismatches else 0


def _summary_line(name: str, summary: "Summary", where: str) -> str:
    parts = [f"{summary.graded} graded on {where}"]
    if summary.reused:
        parts.append(f"{summary.reused} unchanged since the last run")
    if summary.expected:
        right = summary.expected - len(summary.mismatches)
        parts.append(f"{right} of {summary.expected} with the expected points")
    return f"{name}: " + ", ".join(parts)
