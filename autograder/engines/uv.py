"""uv, which resolves and installs packages: found, run, and its failures put into words."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from autograder.errors import EngineError

RESOLVE_S, INSTALL_S = 600.0, 1800.0
UNREACHABLE = re.compile(
    r"Failed to fetch|error sending request|dns error|Network connectivity|Connection refused"
    r"|operation timed out|network was disabled",
    re.IGNORECASE,
)
# What people tell pip of their network, as uv takes it.
AS_PIP = {"PIP_INDEX_URL": "UV_DEFAULT_INDEX", "PIP_EXTRA_INDEX_URL": "UV_INDEX",
          "PIP_CERT": "SSL_CERT_FILE"}  # fmt: skip


def run(
    *arguments: object, config: Path | None = None, timeout_s: float = INSTALL_S
) -> subprocess.CompletedProcess[str]:
    """Run uv, away from any project's own settings.

    Raises:
        EngineError: there is no uv, or it takes too long.
    """
    settings = ["--config-file", config] if config else ["--no-config"]
    command = [*_command(), *map(str, [*arguments, *settings])]
    try:
        return subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=timeout_s,
            stdin=subprocess.DEVNULL, env=_environment(), umask=0o022,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise EngineError(
            f"uv has not ended its work after {timeout_s / 60:.0f} minutes; is the package index "
            "slow? Try again: what was downloaded is kept"
        ) from None


def _command() -> list[str]:
    if find_spec("uv"):
        return [sys.executable, "-m", "uv"]
    if found := shutil.which("uv"):
        return [found]
    raise EngineError(
        "uv is needed to install the packages of a grading zip; install it (`pip install uv`)"
    )


def _environment() -> dict[str, str]:
    """Return this process's environment, with pip's settings for the network as uv's."""
    kept = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    for theirs, own in AS_PIP.items():
        if value := kept.get(theirs):
            kept.setdefault(own, value)
    return {**kept, "UV_PYTHON_DOWNLOADS": "never", "NO_COLOR": "1"}


def is_unreachable(said: str) -> bool:
    """Tell whether uv says that it reaches no index."""
    return bool(UNREACHABLE.search(said))


def unreachable(names: Iterable[str]) -> str:
    """Return what to say where the packages' index cannot be reached."""
    return (
        f"the packages {', '.join(names)} are not here, and the package index cannot be reached. "
        "Run this once with a network (they are kept), install them beside the grader, or give a "
        "list without them with --requirements FILE"
    )
