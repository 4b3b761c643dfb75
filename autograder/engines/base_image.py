"""The base of the grading image: from a registry, or made on this machine where there is none."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from typing import IO

from autograder.errors import EngineError

DEFAULT = "python:3.11-slim-bookworm"
VARIABLE = "AUTOGRADER_BASE_IMAGE"
HOME_MADE = "autograder-base:bookworm"
PULL_S = 900.0
DEBOOTSTRAP_S = 1200.0
LEFT_OUT = (
    "./dev/*", "./proc/*", "./sys/*", "./var/cache/apt/*.bin", "./var/cache/apt/archives/*.deb",
    "./var/lib/apt/lists/*", "./usr/share/doc/*", "./usr/share/man/*", "./usr/share/locale/*",
)  # fmt: skip
HELP = (
    f"install debootstrap and run again as root, or set {VARIABLE} to a Debian or Ubuntu image "
    "that Docker already holds"
)


def wanted_base() -> str:
    """Return the base that the user asked for, or the usual one."""
    return os.environ.get(VARIABLE) or DEFAULT


def has_image(tag: str) -> bool:
    """Tell whether the engine holds an image of this tag."""
    return not run(["docker", "image", "inspect", tag]).returncode


def find_base(say: Callable[[str], None]) -> str:
    """Return the tag of a base image that the engine holds, fetching or making it if need be.

    Raises:
        EngineError: there is none and none can be made.
    """
    wanted = wanted_base()
    if has_image(wanted):
        return wanted
    if wanted == DEFAULT and has_image(HOME_MADE):
        return HOME_MADE
    say(f"  fetching {wanted} ...")
    pulled = run(["docker", "pull", "--quiet", wanted], PULL_S)
    if not pulled.returncode:
        return wanted
    reason = _last_line(pulled.stdout)
    if wanted != DEFAULT:
        raise EngineError(f"the base image {wanted} cannot be pulled ({reason})")
    if not shutil.which("debootstrap") or os.geteuid():
        raise EngineError(f"the base image {wanted} cannot be pulled ({reason}); {HELP}")
    say("  no registry answers; making a Debian base image with debootstrap instead ...")
    make_base_image()
    return HOME_MADE


def make_base_image() -> None:
    """Make a minimal Debian image with debootstrap.

    Raises:
        EngineError: debootstrap or the import failed.
    """
    with tempfile.TemporaryDirectory(prefix="autograder-") as root:
        made = run(["debootstrap", "--variant=minbase", "bookworm", root], DEBOOTSTRAP_S)
        if made.returncode:
            raise EngineError(f"debootstrap failed ({_last_line(made.stdout)}); {HELP}")
        leave_out = [f"--exclude={pattern}" for pattern in LEFT_OUT]
        tar = ["tar", "-C", root, *leave_out, "-c", "."]
        with subprocess.Popen(tar, stdout=subprocess.PIPE) as archive:
            loaded = run(["docker", "import", "-", HOME_MADE], PULL_S, archive.stdout)
        if archive.returncode or loaded.returncode:
            raise EngineError(f"docker import failed ({_last_line(loaded.stdout)})")


def run(
    command: list[str], timeout_s: float = 60.0, stdin: IO[bytes] | int | None = subprocess.DEVNULL
) -> subprocess.CompletedProcess[bytes]:
    """Run a command and return what it said; one that takes too long has failed."""
    try:
        return subprocess.run(
            command,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=timeout_s,
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 124, b"it took too long")


def _last_line(output: bytes) -> str:
    lines = output.decode(errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else "no output"
