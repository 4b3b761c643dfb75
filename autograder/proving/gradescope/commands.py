"""``check-gradescope``: run the harness, show a table, keep the measurements."""

import json
from pathlib import Path

import click

from autograder.course import ROOT, assignment_folder, check_names, dist_folder
from autograder.errors import EngineError, UsageError

BENCH = ROOT / "results" / "bench.json"


@click.command("check-gradescope")
@click.option("--assignment", help="name; default: every assignment")
@click.option("--dist", type=click.Path(path_type=Path), default=dist_folder,
              help="folder of built assignments")  # fmt: skip
@click.option("--zip", "grading_zip", type=click.Path(path_type=Path),
              help="a zip that `gradescope` made, in place of the built assignments'")  # fmt: skip
@click.option("--submissions", type=click.Path(path_type=Path),
              help="notebooks to try that zip with")  # fmt: skip
@click.option("--base", help="Debian or Ubuntu image to build on; default: as the grading image")
@click.option("--samples", type=click.IntRange(min=1),
              help="so many of the sample class; default: all")  # fmt: skip
@click.option("--peer/--no-peer", default=True, help="also measure stock Otter's runner")
@click.pass_context
def check_gradescope(
    ctx: click.Context,
    assignment: str | None,
    dist: Path,
    grading_zip: Path | None,
    submissions: Path | None,
    base: str | None,
    samples: int | None,
    peer: bool,
) -> None:
    """Run the grading zips as Gradescope would, in containers, and validate every rule."""
    from autograder.proving.gradescope import containers, harness

    checked = _checked(assignment, dist, grading_zip, submissions)
    base = base or containers.usual_base()
    reports: list[harness.Report] = []
    measured: dict[str, float] = {}
    for name, archive, sample in checked:
        reports.append(harness.check(name, archive, sample, base, click.echo, samples))
    if peer and not grading_zip:
        try:
            measured = harness.measure_peer(*checked[0][1:], reports[0], click.echo)
        except EngineError as error:  # the verdict is there without it
            click.echo(f"stock Otter's runner is not measured: {error}", err=True)
    if measured:
        measured["gradescope_peak_mib"] = max(report.peak_mib for report in reports)
        merge_measurements(BENCH, measured)
    show_reports(reports, measured)
    ctx.exit(1 if any(report.faults for report in reports) else 0)


def _checked(
    assignment: str | None, dist: Path, grading_zip: Path | None, submissions: Path | None
) -> list[tuple[str, Path, Path]]:
    """Return what is to be checked: a name, the zip, a folder of submissions."""
    if grading_zip is None:
        names = check_names([assignment]) if assignment else sorted(
            path.parent.name for path in dist.glob("*/autograder.zip")
        )  # fmt: skip
        if not names:
            raise UsageError(f"{dist}: no grading zip there; run `make build` to make it")
        return [
            (name, dist / name / "autograder.zip", assignment_folder(name) / "sample")
            for name in names
        ]
    if submissions is None or not submissions.is_dir():
        raise UsageError("name a folder of notebooks to try the zip with: --submissions <folder>")
    from autograder.scoring.assignment import load_assignment

    return [(load_assignment(grading_zip, assignment).name, grading_zip, submissions)]


def merge_measurements(path: Path, measured: dict) -> None:
    """Add measurements to a JSON file, keeping the others in it."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        kept = {}
    kept |= {key: round(value, 4) for key, value in measured.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def show_reports(reports: list, measured: dict) -> None:
    """Print what was found."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False, width=max(110, Console().width))
    table = Table(title="Gradescope's layout: 0.5 CPU, 768 MB, 10 minutes")
    table.add_column("assignment")
    for column in ("set-up", "image", "run (median)", "peak memory", "as `grade`", "refused"):
        table.add_column(column, justify="right")
    table.add_column("verdict")
    for report in reports:
        table.add_row(
            report.assignment, f"{report.set_up.wall_s:.0f} s", f"{report.set_up.size_mib:.0f} MiB",
            f"{report.wall_s:.1f} s", f"{report.peak_mib:.0f} MiB",
            f"{report.same} of {len(report.runs)}", str(len(report.bad_runs)),
            "[red]faults[/]" if report.faults else "[green]passed[/]",
        )  # fmt: skip
    if measured:
        table.add_row(
            "stock Otter's runner", "", f"{measured['gradescope_stock_image_mib']:.0f} MiB",
            f"{measured['gradescope_stock_wall_s']:.1f} s",
            f"{measured['gradescope_stock_peak_mib']:.0f} MiB", "", "", "",
        )  # fmt: skip
    console.print(table)
    if measured:
        console.print(
            f"against stock Otter: image {measured['gradescope_image_ratio']:.2f}, "
            f"time {measured['gradescope_wall_ratio']:.2f} of its"
        )
    for report in reports:
        for fault in report.faults[:20]:
            console.print(Text.assemble((report.assignment, "red"), f": {fault}"), soft_wrap=True)
