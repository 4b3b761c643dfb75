"""``doctor``: what grading takes from a machine, looked at piece by piece, with repairs."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import click

from autograder.errors import AutograderError
from autograder.model import Limits
from autograder.wording import as_typed

NEEDED = ("torch", "numpy", "matplotlib", "ipython", "otter-grader", "msgpack")
FREE_MIB = 2048
WSL = "grading needs Linux: on Windows install it under WSL2, on macOS use a Linux container"


@dataclass(frozen=True)
class Checked:
    """One thing that was looked at.

    Attributes:
        grades: the engine that this stands for, or "".
        repair: what to do where it is not right.
    """

    what: str
    right: bool
    told: str
    repair: str = ""
    grades: str = ""


@click.command()
def doctor() -> None:
    """Look at what grading takes from this machine; 0 when an engine can grade."""
    findings = list(examine())
    for finding in findings:
        mark = "ok  " if finding.right else "LOOK"
        click.echo(f"{mark}  {finding.what}: {finding.told}")
        if not finding.right and finding.repair:
            click.echo(f"      {as_typed(finding.repair)}")
    able = [finding.grades for finding in findings if finding.grades and finding.right]
    whole = all(finding.right for finding in findings if finding.what == "packages")
    click.echo(f"This machine grades with {' and '.join(able)}." if able and whole
               else "This machine cannot grade yet.")  # fmt: skip
    raise SystemExit(0 if able and whole else 1)


def examine() -> Iterator[Checked]:
    """Yield what is found, in the order in which to repair it."""
    yield Checked("system", sys.platform == "linux", sys.platform, WSL)
    for look in (_packages, _docker, _local, _uids, _disk):
        yield _safely(look)


def _safely(look: Callable[[], Checked]) -> Checked:
    """Return what a look finds; what keeps it from looking is a finding too."""
    what = look.__name__.strip("_")
    try:
        return look()
    except AutograderError as error:
        reason, _, repair = str(error).partition("; ")
        return Checked(what, False, reason, repair)
    except (ImportError, OSError) as error:
        return Checked(what, False, str(error), "install the packages again: `make`")


def _packages() -> Checked:
    missing = []
    for name in NEEDED:
        try:
            version(name)
        except PackageNotFoundError:
            missing.append(name)
    told = f"missing: {', '.join(missing)}" if missing else f"torch {version('torch')} and the rest"
    return Checked("packages", not missing, told, "run `make`, or install the package again")


def _docker() -> Checked:
    from autograder.engines.docker import remote_host, trouble
    from autograder.engines.image import held_image

    if host := remote_host():
        return Checked("docker", False, f"the engine is at {host}",
                       "use the engine of this machine: `unset DOCKER_HOST`, or "
                       "`docker context use default`")  # fmt: skip
    if found := trouble():
        return Checked("docker", False, found[0], f"{found[1]}, or use ENGINE=local")
    image = held_image()
    told = f"answers, and holds the image {image}" if image else "answers; the image comes later"
    return Checked("docker", True, told, grades="docker")


def _local() -> Checked:
    from autograder.engines.local import LocalEngine

    if sys.platform != "linux":
        return Checked("local", False, "needs Linux", WSL)
    with LocalEngine() as engine:
        held = ", ".join(f"{name} {value}" for name, value in engine.layers.items())
    return Checked("local", True, held, grades="local")


def _uids() -> Checked:
    import os

    from autograder.sandbox.uids import Uids

    if sys.platform != "linux" or os.geteuid():
        return Checked("uids", True, "not root: submissions share your uid")
    uids = Uids()
    run = uids.run
    if uids.lock is not None:
        os.close(uids.lock)
    return Checked("uids", True, f"submissions run under uids such as {run[0]} to {run[-1]}")


def _disk() -> Checked:
    folder = tempfile.gettempdir()
    free = shutil.disk_usage(folder).free >> 20
    enough = free >= FREE_MIB
    told = f"{free} MiB are free in {folder}"
    repair = f"make room there: a submission may use {Limits.disk_mib} MiB, an image some 2,000"
    return Checked("disk", enough, told, repair)
