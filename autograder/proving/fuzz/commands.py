"""The command ``fuzz``: broken inputs for so many seconds, and each one that breaks us kept."""

import hashlib
import random
import time
import traceback
import warnings
from itertools import islice
from pathlib import Path

import click

from autograder.course import ROOT

NAMES = ("frames", "uploads")


@click.command()
@click.option("--target", "targets", multiple=True, type=click.Choice(NAMES), help="default: all")
@click.option("--seconds", type=click.FloatRange(min=1), default=60, show_default=True,
              help="of each target")  # fmt: skip
@click.option("--examples", type=click.IntRange(1), help="of each target; default: no limit")
@click.option("--seed", type=int, help="repeats a run; default: another one each time")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="folder; default: results/fuzz"
)
@click.pass_context
def fuzz(
    ctx: click.Context,
    targets: tuple[str, ...],
    seconds: float,
    examples: int | None,
    seed: int | None,
    out: Path | None,
) -> None:
    """Send broken answers and files to results and pages; keep what breaks the grader."""
    seed = random.SystemRandom().randrange(2**32) if seed is None else seed
    click.echo(f"seed {seed}")
    finds = 0
    for name in targets or NAMES:
        tried, broken = run_target(name, seconds, examples, seed, out or ROOT / "results" / "fuzz")
        click.echo(f"{name}: {tried} inputs, {len(broken)} finds")
        for path in broken:
            click.echo(f"  {path}")
        finds += len(broken)
    ctx.exit(1 if finds else 0)


def run_target(
    name: str, seconds: float, examples: int | None, seed: int, out: Path
) -> tuple[int, list[Path]]:
    """Send inputs to one target.

    Returns:
        How many were tried, and the files with those that raised what nothing may raise, one for
        each place that raises. The traceback lies beside each.
    """
    from autograder.proving.fuzz.targets import TARGETS

    target, ends = TARGETS[name], time.monotonic() + seconds
    tried, broken = 0, {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of NumPy and torch about odd values
        for data in islice(target.inputs(random.Random(f"{name} {seed}")), examples):
            if time.monotonic() > ends:
                break
            tried += 1
            try:
                target.take(data)
            except Exception as error:
                place = traceback.extract_tb(error.__traceback__)[-1]
                key = (type(error).__name__, place.filename, place.lineno)
                if key not in broken:
                    broken[key] = keep(out, name, data, traceback.format_exc())
    return tried, list(broken.values())


def keep(out: Path, name: str, data: bytes, trace: str) -> Path:
    """Write an input and how it broke us, and return the input's path."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{name}-{hashlib.sha256(data).hexdigest()[:16]}"
    path.write_bytes(data)
    path.with_name(f"{path.name}.txt").write_text(trace, encoding="utf-8", errors="replace")
    return path
