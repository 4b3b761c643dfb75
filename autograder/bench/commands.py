"""The command ``bench``: measures, prints one table, merges ``results/bench.json``, draws it."""

import json
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

SCALE_ASSIGNMENT = "linear-algebra"  # the cheaper one: what is measured is not its tests
PARTS = ("peers", "cost", "workers", "scale")


@click.command()
@click.option("--assignment", "names", multiple=True, help="name; default: every assignment")
@click.option("--part", "parts", multiple=True, type=click.Choice(PARTS), default=PARTS,
              help="measure only this; default: all four")  # fmt: skip
@click.option("--workers", type=click.IntRange(1), help="default: one per core")
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True, help="paired runs")
@click.option("--copies", type=click.IntRange(1), default=6, show_default=True,
              help="submissions per round for each peer")  # fmt: skip
@click.option("--own", type=click.IntRange(2), default=1000, show_default=True,
              help="submissions per round for this grader")  # fmt: skip
@click.option("--many", type=click.IntRange(20), default=10_000, show_default=True,
              help="submissions of the large class")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), help="folder; default: results")
def bench(names, parts, workers, rounds, copies, own, many, out):
    """Measure grading speed: beside stock Otter, per submission, by workers, and at scale."""
    from autograder.bench import scale, throughput
    from autograder.bench.picture import draw
    from autograder.course import ROOT, check_names
    from autograder.workers import default_workers

    workers, out = workers or default_workers(), out or ROOT / "results"
    path = out / "bench.json"

    def places(name):
        folder = ROOT / "assignments" / name
        return name, ROOT / "dist" / name / "autograder.zip", folder / "sample"

    if "peers" in parts:
        found = {
            name: throughput.compare(*places(name), workers, rounds, copies, own)
            for name in check_names(names)
        }
        lowest = min(found.values(), key=lambda one: one["throughput_vs_container"])
        write_results(path, {**lowest, "workers": workers, "rounds": rounds, "peers": found})
    if "cost" in parts:
        found = {
            name: throughput.measure_cost(*places(name), own // 4) for name in check_names(names)
        }
        highest = max(found.values(), key=lambda one: one["cpu_s_per_submission"])
        write_results(path, {**highest, "cost": found})
    if "workers" in parts:
        name = check_names(names)[0]
        write_results(path, scale.measure_workers(*places(name), rounds, own // 2))
    if "scale" in parts:
        name = SCALE_ASSIGNMENT
        results = scale.measure_scale(
            name, ROOT / "assignments" / name, ROOT / "dist" / name, workers, many
        )
        write_results(path, results)
    results = json.loads(path.read_text())
    draw(out / "bench.png", results)
    Console().print(make_table(results))


def write_results(path: Path, results: dict) -> None:
    """Merge keys into the results file; other measurements' keys stay."""
    path.parent.mkdir(parents=True, exist_ok=True)
    known = json.loads(path.read_text()) if path.is_file() else {}
    path.write_text(json.dumps({**known, **results}, indent=1) + "\n")


def make_table(results: dict) -> Table:
    """Return every figure that was measured so far, with the peers in their own columns."""
    table = Table("", "measured", title="grading speed", title_justify="left")
    for name, one in results.get("peers", {}).items():
        table.add_section()
        table.add_row(f"[bold]{name}[/], {results['workers']} workers, median of "
                      f"{results['rounds']} paired rounds", "")  # fmt: skip
        table.add_row("submissions per minute", f"{one['per_minute']:,.0f}")
        table.add_row("the same with a PNG of each figure", f"{one['per_minute_png']:,.0f}")
        table.add_row("stock Otter, a container each", f"{one['per_minute_container']:.1f}")
        table.add_row("otter run", f"{one['per_minute_otter_run']:.1f}")
        table.add_row("ratio to a container each", _ratio(one, "throughput_vs_container"))
        table.add_row("the same with PNGs", _ratio(one, "throughput_vs_container_png"))
        table.add_row("ratio to otter run", _ratio(one, "throughput_vs_otter_run"))
        table.add_row("first result after", f"{one['first_result_s']:.1f} s")
    for name, one in results.get("cost", {}).items():
        table.add_section()
        table.add_row(f"CPU per submission, {name}", f"{1e3 * one['cpu_s_per_submission']:.0f} ms")
        table.add_row("floor: fork and the student's cells", f"{1e3 * one['floor_cpu_s']:.0f} ms")
    if "two_worker_speedup" in results:
        table.add_section()
        table.add_row("two workers to one", _ratio(results, "two_worker_speedup", 2))
    if "scale_assignment" in results:
        table.add_section()
        scaled = results["scale_assignment"]
        for key, unit in (("grade_", "s"), ("grader_peak_mib_", "MiB"), ("rerun_", "s")):
            for name in sorted((k for k in results if k.startswith(key)), key=len):
                table.add_row(f"{scaled}: {name}", f"{results[name]:,.1f} {unit}")
        table.add_row("the last tenth of it to the first", f"{results['last_tenth_to_first']:.2f}")
        table.add_section()
        _add_forecast(table, results)
    return table


def _add_forecast(table: Table, results: dict) -> None:
    from autograder.bench import model

    cost = results.get("cost", {}).get(results["scale_assignment"])
    if cost is None:
        return
    command_s = results["command_cpu_s_per_submission"]
    submission_s = cost["cpu_s_per_submission"] - command_s
    for one in model.forecast(submission_s, command_s):
        table.add_row(f"on paper: {model.COUNT:,} submissions on {one.cores:,} cores",
                      f"{one.hours:,.1f} h, bound by the {one.bound}")  # fmt: skip
    cores = model.saturating_cores(submission_s, command_s)
    table.add_row("the command sets the pace from", f"{cores:,.0f} cores on")
    hours = model.core_hours_per_thousand(submission_s, command_s)
    table.add_row("core hours for 1,000 submissions", f"{hours:.3f}")


def _ratio(one: dict, key: str, digits: int = 0) -> str:
    low, high = one[f"{key}_spread"]
    return f"{one[key]:.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"
