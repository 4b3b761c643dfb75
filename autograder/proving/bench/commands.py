"""The command ``bench``: measures, prints one table, merges ``results/bench.json``, draws it."""

import json
from pathlib import Path

import click
from rich.console import Console

FORMAT = 2  # of the results file
PARTS = ("newcomer", "peers", "foreign", "cost", "workers", "scale", "cluster")


@click.command()
@click.option("--assignment", "names", multiple=True, help="name; default: every assignment")
@click.option("--part", "parts", multiple=True, type=click.Choice(PARTS), default=PARTS,
              help="measure only this; default: all")  # fmt: skip
@click.option("--workers", type=click.IntRange(1), help="default: one per core")
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True, help="paired runs")
@click.option("--copies", type=click.IntRange(1), default=6, show_default=True,
              help="submissions per round for each peer")  # fmt: skip
@click.option("--own", type=click.IntRange(40), default=1000, show_default=True,
              help="submissions per round for this grader")  # fmt: skip
@click.option("--many", type=click.IntRange(20), default=10_000, show_default=True,
              help="submissions of the large class")  # fmt: skip
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="folder; default: results"
)
def bench(
    names: tuple[str, ...],
    parts: tuple[str, ...],
    workers: int | None,
    rounds: int,
    copies: int,
    own: int,
    many: int,
    out: Path | None,
) -> None:
    """Measure speed: a newcomer's wait, beside stock Otter, by worker, at scale, on Dask."""
    from autograder.course import check_names, results_folder
    from autograder.proving.bench.measurement import Measurement
    from autograder.proving.bench.picture import draw_results
    from autograder.proving.bench.table import make_table
    from autograder.run.workers import default_workers

    out = out or results_folder()
    path = out / "bench.json"
    workers = workers or default_workers()
    measurement = Measurement(check_names(names), workers, rounds, copies, own, many)
    for part in PARTS:
        if part in parts:
            merge_results(path, getattr(measurement, part)())
    results = json.loads(path.read_text())
    draw_results(out / "bench.png", results)
    Console().print(make_table(results))


def merge_results(path: Path, results: dict) -> None:
    """Merge keys into the results file; other measurements' keys stay, of this format."""
    path.parent.mkdir(parents=True, exist_ok=True)
    merged = {**_known(path), **results, "format": FORMAT}
    path.write_text(json.dumps(merged, indent=1) + "\n")


def _known(path: Path) -> dict:
    """Return what an earlier run measured, as far as it can be read."""
    try:
        known = dict(json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return {}
    return known if known.get("format") == FORMAT else {}
