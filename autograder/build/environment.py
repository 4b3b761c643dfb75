"""What student code may import: one list, the same everywhere that a notebook is run.

The list stands in pyproject.toml, as the dependency group ``sandbox``. ``make lock`` makes of it
the sandbox's lock file, from which the grading image, Gradescope's set-up and the releases'
requirements are made; the project's own lock, which local environments and a cluster's workers are
installed from, holds the same versions.
"""

import re
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from autograder.engines import base_image
from autograder.engines.shipment import PACKAGE
from autograder.errors import BuildError

LOCK = PACKAGE / "sandbox" / "requirements.lock"
TORCH = "torch"  # installed apart, and never in a lock
OURS = frozenset({"msgpack", "pyseccomp"})  # the sandbox's own needs
REPAIR = "run `make lock`, then `make`"
if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def allowed() -> list[str]:
    """Return the packages that a student may count on, by name."""
    return sorted({pin.split("==")[0] for pin in pins()} | {TORCH})


def pins(lock: Path = LOCK) -> list[str]:
    """Return the locked requirements of the list, as ``name==version ; marker``, without torch."""
    found, line = [], ""
    for text in lock.read_text(encoding="utf-8").splitlines():
        if text and text[0] not in "# ":
            line = text.rstrip(" \\")
        elif text.strip().startswith("#") and ":sandbox)" in text and line:
            if line.split("==")[0] not in OURS:
                found.append(line)
            line = ""
    return found


def grading_python() -> str:
    """Return the version of Python, as ``3.11``, in the grading image as it is made by default."""
    found = re.search(r"python:(\d+\.\d+)", base_image.DEFAULT)
    assert found
    return found[1]


def check_environment(root: Path) -> None:
    """Hold the list, both locks and what is installed here against each other.

    Args:
        root: the folder of pyproject.toml and requirements.lock. Where they are not there, this
            package was installed by itself: what it needs has to be there, in any version.

    Raises:
        BuildError: they differ; the message names the package and the repair.
    """
    project = root / "pyproject.toml"
    if project.is_file():
        _check_list(project)
        _check_locks(root / "requirements.lock")
    for pin in map(Requirement, pins()):
        if pin.marker is None or pin.marker.evaluate():
            _check_installed(pin, exactly=project.is_file())


def _check_list(project: Path) -> None:
    plain = tomllib.loads(project.read_text(encoding="utf-8"))
    groups, needed = plain["dependency-groups"], plain["project"]["dependencies"]
    wanted = {canonicalize_name(Requirement(line).name) for line in groups["sandbox"]} - OURS
    if different := wanted ^ set(allowed()):
        raise BuildError(
            f"{project}: {', '.join(sorted(different))} stands in the group `sandbox` or in "
            f"{LOCK}, not in both; {REPAIR}"
        )
    installed = {canonicalize_name(Requirement(line).name) for line in needed}
    if missing := sorted(wanted - installed):
        raise BuildError(
            f"{project}: {missing[0]} stands in the group `sandbox`, but not in `dependencies`, "
            "which are installed with the package; add it there too"
        )


def _check_locks(everything: Path) -> None:
    lines = {line.rstrip(" \\") for line in everything.read_text(encoding="utf-8").splitlines()}
    if missing := [pin for pin in pins() if pin not in lines]:
        raise BuildError(f"{everything}: has no {missing[0]}, which {LOCK} has; {REPAIR}")


def _check_installed(pin: Requirement, exactly: bool) -> None:
    try:
        found = version(pin.name)
    except PackageNotFoundError:
        raise BuildError(
            f"{pin.name} is not installed here, but students may import it; run `make`"
        ) from None
    if exactly and not pin.specifier.contains(found, prereleases=True):
        raise BuildError(f"{pin.name} {found} is installed here, the lock has {pin}; run `make`")
