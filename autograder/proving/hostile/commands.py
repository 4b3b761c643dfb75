"""``hostile``: run the suite on both engines and against peers, show and keep the counts."""

import json
from collections.abc import Iterator
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from autograder.course import ROOT
from autograder.proving.hostile.entries import CATEGORIES, Attack, Suite, load_entries, load_release
from autograder.proving.hostile.grading import (
    ASSIGNMENT,
    CategoryOutcome,
    grade_category,
    workplace,
)

Counts = dict[str, dict[str, dict[str, float]]]  # by grader, category and what was counted

ATTACKED = (ASSIGNMENT, "data")  # the second by what speaks to any grader
RESULTS = ROOT / "results" / "hostile.json"


@click.command()
@click.option(
    "--assignment", type=click.Choice(ATTACKED), default=ASSIGNMENT, help="what is attacked"
)
@click.option("--engine", "engines", multiple=True,
              type=click.Choice(["docker", "local", "gradescope"]),
              help="default: local, and docker where an engine answers; "
              "gradescope: in the image of check-gradescope")  # fmt: skip
@click.option("--scheduler", help="also on this Dask cluster, as tcp://host:port")
@click.option(
    "--category", "categories", multiple=True, type=click.Choice(CATEGORIES), help="default: all"
)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
@click.option("--own/--no-own", default=True, help="grade with this grader")
@click.option(
    "--peers/--no-peers", default=True, help="also run stock Otter and nbgrader (an hour)"
)
@click.option("--peer", "peer_names", multiple=True, type=click.Choice(["otter", "nbgrader"]))
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=RESULTS,
    help="where the counts go",
)
@click.pass_context
def hostile(
    ctx: click.Context,
    assignment: str,
    engines: tuple[str, ...],
    scheduler: str | None,
    categories: tuple[str, ...],
    workers: int,
    own: bool,
    peers: bool,
    peer_names: tuple[str, ...],
    out: Path,
) -> None:
    """Grade hostile submissions, also with peers, and count what was held."""
    from autograder.engines.docker import is_available

    has_docker = is_available()
    dist, sound = ROOT / "dist", True
    found: Counts = {}
    categories = categories or CATEGORIES
    engines = engines or (("local", "docker") if has_docker else ("local",))
    places = {engine: engine for engine in engines} | ({"cluster": scheduler} if scheduler else {})
    for name, engine in places.items() if own else ():
        for category in categories:
            outcome = _try_own(category, engine, dist, workers, assignment)
            sound &= _show_problems(outcome)
            where = name if assignment == ASSIGNMENT else f"{name}, {assignment}"
            keep_count(out, found, f"autograder-{where}", category, count(outcome))
    if assignment != ASSIGNMENT:
        peers = False
    if peers and has_docker:
        for name in peer_names or ("otter", "nbgrader"):
            for category, counts in _try_peer(name, dist, categories, workers):
                keep_count(out, found, name, category, counts)
    elif peers:
        click.echo("no Docker engine answers: the peers are left out", err=True)
    _show_counts(found)
    ctx.exit(0 if sound else 1)


def _try_own(
    category: str, engine: str, dist: Path, workers: int, assignment: str
) -> CategoryOutcome:
    if engine != "gradescope":
        return grade_category(category, engine, dist, workers, assignment)
    from autograder.proving.hostile.on_gradescope import grade_entries

    return grade_entries(
        [e for e in load_entries() if e.category == category], dist, workers=workers
    )


def count(outcome: CategoryOutcome) -> dict:
    """Return ``tried``, ``held`` and ``undeserved_points`` of one category."""
    return {
        "tried": len(outcome.verdicts),
        "held": sum(not verdict.problems for verdict in outcome.verdicts),
        "undeserved_points": round(sum(v.undeserved for v in outcome.verdicts), 3),
    }


def keep_count(path: Path, found: Counts, grader: str, category: str, counts: dict) -> None:
    """Add counts to ``found`` and to the file, which keeps those that were not run now."""
    found.setdefault(grader, {})[category] = counts
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        kept = {}
    kept.setdefault(grader, {})[category] = counts
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _try_peer(
    name: str, dist: Path, categories: tuple[str, ...], workers: int
) -> Iterator[tuple[str, dict[str, float]]]:
    """Yield category and counts of one peer, on the entries that any grader can be given."""
    from autograder.proving.hostile import peers

    def say(entry: Attack, held: bool, undeserved: float) -> None:
        state = "held" if held else f"NOT HELD, {undeserved:g} undeserved points"
        click.echo(f"{name}: {entry.category}/{entry.id}: {state}")

    suite, grade = Suite(load_release(dist / ASSIGNMENT)), peers.PEERS[name](dist)
    with workplace() as folder:
        limit_s = peers.measure_patience(grade, suite, folder)
        click.echo(f"{name}: hangs after {limit_s:.0f} s")
        for category in categories:
            entries = [e for e in suite.entries if e.is_neutral and e.category == category]
            yield category, peers.try_peer(grade, suite, entries, workers, folder, limit_s, say)


def _show_problems(outcome: CategoryOutcome) -> bool:
    for problem in outcome.problems:
        click.echo(f"the run: {problem}", err=True)
    for verdict in outcome.verdicts:
        for problem in verdict.problems:
            click.echo(f"{verdict.entry.category}/{verdict.entry.id}: {problem}", err=True)
    return not outcome.problems and not any(v.problems for v in outcome.verdicts)


def _show_counts(found: Counts) -> None:
    table = Table("grader", "category", "tried", "held", "undeserved points", show_edge=False)
    for grader, counts in found.items():
        for category, numbers in counts.items():
            table.add_row(grader, category, *(f"{value:g}" for value in numbers.values()))
    Console().print(table)
