"""The table of a benchmark: every figure that was measured so far."""

from rich.table import Table

from autograder.proving.bench import model

NEWCOMER = {"first_verdict_s": "first verdict", "whole_course_s": "whole course"}


def make_table(results: dict) -> Table:
    """Return every figure that was measured so far, with the peers in their own columns."""
    table = Table("", "measured", title="grading speed", title_justify="left")
    for key, seconds in results.get("newcomer", {}).items():
        table.add_row(f"a newcomer's {NEWCOMER.get(key, key)}", f"{seconds:.0f} s")
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
    if one := results.get("foreign"):
        table.add_section()
        table.add_row(f"[bold]another course (pandas, doctests)[/], {one['workers']} workers", "")
        table.add_row("submissions per minute", f"{one['per_minute']:,.0f}")
        table.add_row("ratio to a container each", _ratio(one, "throughput_vs_container"))
        table.add_row("ratio to otter run", _ratio(one, "throughput_vs_otter_run"))
        table.add_row("first result after", f"{one['first_result_s']:.1f} s")
    for name, one in results.get("cost", {}).items():
        table.add_section()
        table.add_row(f"CPU per submission, {name}", f"{1e3 * one['cpu_s_per_submission']:.0f} ms")
        steady = one["steady_cpu_s_per_submission"]
        table.add_row("the same without the start", f"{1e3 * steady:.0f} ms")
        table.add_row("floor: fork and the student's cells", f"{1e3 * one['floor_cpu_s']:.0f} ms")
    if "two_worker_speedup" in results:
        table.add_section()
        table.add_row("two workers to one", _ratio(results, "two_worker_speedup", 2))
    if "cluster_per_minute" in results:
        table.add_section()
        table.add_row("a cluster here, submissions per minute",
                      f"{results['cluster_per_minute']:,.0f}")  # fmt: skip
        for part in ("command", "scheduler"):
            each = results[f"cluster_{part}_cpu_s_per_submission"]
            table.add_row(f"a cluster's {part}, CPU per submission", f"{1e3 * each:.1f} ms")
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
    """Add what the measured costs mean for a million submissions, on one machine and a cluster."""
    cost = results.get("cost", {}).get(results["scale_assignment"])
    if cost is None or "cluster_per_minute" not in results:
        return
    command_s = results["command_cpu_s_per_submission"]
    in_workers = cost["steady_cpu_s_per_submission"] - command_s
    found = model.Cost(in_workers, {
        "command": results["cluster_command_cpu_s_per_submission"],
        "scheduler": results["cluster_scheduler_cpu_s_per_submission"],
    })  # fmt: skip
    table.add_row("a machine's command alone, CPU per submission", f"{1e3 * command_s:.1f} ms")
    for one in model.forecast(found):
        table.add_row(f"on paper: {model.COUNT:,} submissions on {one.cores:,} cores",
                      f"{one.hours:,.1f} h, bound by the {one.bound}")  # fmt: skip
    table.add_row("more cores do not help from", f"{found.saturating_cores:,.0f} on")
    table.add_row("core hours for 1,000 submissions", f"{found.core_hours_per_thousand:.3f}")


def _ratio(one: dict, key: str, digits: int = 0) -> str:
    low, high = one[f"{key}_spread"]
    return f"{one[key]:.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"
