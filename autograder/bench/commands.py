"""The command ``bench``: measures, prints a table, merges ``results/bench.json``, draws a picture."""

import json
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table


@click.command()
@click.option("--assignment", "names", multiple=True, help="name; default: every assignment")
@click.option("--workers", type=click.IntRange(1), help="default: one per core")
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True, help="paired runs")
@click.option("--copies", type=click.IntRange(1), default=6, show_default=True,
              help="submissions per round for each peer")  # fmt: skip
@click.option("--own", type=click.IntRange(1), default=1000, show_default=True,
              help="submissions per round for this grader")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), help="folder; default: results")
def bench(names, workers, rounds, copies, own, out):
    """Measure submissions per minute beside stock Otter, in the same run on the same cores."""
    from autograder.course import ROOT, check_names
    from autograder.bench.picture import draw
    from autograder.bench.throughput import compare
    from autograder.workers import default_workers

    workers, out = workers or default_workers(), out or ROOT / "results"
    found = {}
    for name in check_names(names):
        found[name] = compare(
            name, ROOT / "dist" / name / "autograder.zip", ROOT / "assignments" / name / "sample",
            workers, rounds, copies, own,
        )  # fmt: skip
    lowest = min(found.values(), key=lambda one: one["throughput_vs_container"])
    results = {**lowest, "workers": workers, "assignments": found}
    write_results(out / "bench.json", results)
    draw(out / "bench.png", found)
    Console().print(_table(found, workers, rounds))


def write_results(path: Path, results: dict) -> None:
    """Merge keys into the results file; other measurements' keys stay."""
    path.parent.mkdir(parents=True, exist_ok=True)
    known = json.loads(path.read_text()) if path.is_file() else {}
    path.write_text(json.dumps({**known, **results}, indent=1) + "\n")


def _table(found: dict, workers: int, rounds: int) -> Table:
    table = Table(
        "assignment", "per minute", "container each", "otter run", "ratio to container each",
        "ratio to otter run", title=f"submissions per minute, {workers} workers, median of {rounds}",
    )  # fmt: skip
    for name, one in found.items():
        table.add_row(
            name,
            f"{one['per_minute']:,.0f}",
            f"{one['per_minute_container']:.1f}",
            f"{one['per_minute_otter_run']:.1f}",
            _ratio(one, "throughput_vs_container"),
            _ratio(one, "throughput_vs_otter_run"),
        )
    return table


def _ratio(one: dict, key: str) -> str:
    low, high = one[f"{key}_spread"]
    return f"{one[key]:.0f} ({low:.0f}–{high:.0f})"
