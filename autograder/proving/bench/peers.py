"""Stock Otter as the peer: a fresh container per submission, and ``otter run`` on this machine."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from autograder.course import ROOT
from autograder.engines import image
from autograder.errors import AutograderError

RUN_S = 300.0


def ensure_peer_image() -> str:
    """Return the tag of an image that holds stock Otter, building it when it is missing."""
    return image.ensure_extended("autograder-peer", Path(__file__).with_name("peer.Dockerfile"))


def run_in_container(tag: str, grading_zip: Path, submission: Path, name: str) -> dict:
    """Grade one submission with stock Otter in a container of its own; returns results.json.

    Args:
        name: the assignment's; stock Otter wants the notebook under the release's name.
    """
    with tempfile.TemporaryDirectory(prefix="peer-") as out:
        command = [
            "docker", "run", "--rm", "--network", "none", "--cpus", "1",
            "-v", f"{grading_zip.resolve()}:/in/autograder.zip:ro",
            "-v", f"{submission.resolve()}:/in/{name}.ipynb:ro",
            "-v", f"{ROOT / 'autograder'}:/peer/autograder:ro",
            "-v", f"{out}:/out",
            tag, "python", "-m", "otter", "run", "-a", "/in/autograder.zip", "-o", "/out",
            "--no-logo", f"/in/{name}.ipynb",
        ]  # fmt: skip
        return _run(command, Path(out))


def run_here(grading_zip: Path, submission: Path, name: str) -> dict:
    """Grade one submission with ``otter run`` as a process of this machine."""
    with tempfile.TemporaryDirectory(prefix="peer-") as out:
        copy = shutil.copy(submission, Path(out) / f"{name}.ipynb")
        command = [sys.executable, "-m", "otter", "run", "-a", str(grading_zip.resolve()),
                   "-o", out, "--no-logo", str(copy)]  # fmt: skip
        return _run(command, Path(out))


def grade_many(grade: Callable[[Path], dict], submissions: list[Path], workers: int) -> list[dict]:
    """Run a peer on several submissions, ``workers`` at a time."""
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(grade, submissions))


def _run(command: list[str], out: Path) -> dict:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": "1",
        "PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}",
    }
    done = subprocess.run(
        command, capture_output=True, timeout=RUN_S, env=environment, stdin=subprocess.DEVNULL
    )
    try:
        return json.loads((out / "results.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        tail = (done.stderr or done.stdout).decode(errors="replace").strip()[-800:]
        raise AutograderError(f"the peer gave no result: {tail}") from None
