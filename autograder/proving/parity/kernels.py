"""The kernels of stock Otter: forked from one process, so that importing is done once."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from autograder.errors import EngineError
from autograder.proving.parity import forked_kernel

START_S = 120.0


def start_kernels(
    folder: Path, python: str = sys.executable
) -> tuple[subprocess.Popen, dict[str, str]]:
    """Start the process that kernels are forked from.

    Args:
        folder: an empty one, for what Jupyter reads.
        python: the interpreter of the environment that has Otter.

    Returns:
        The process, and the variables with which Jupyter starts such kernels.

    Raises:
        EngineError: it does not start.
    """
    path, spec = folder / "kernels", folder / "share" / "kernels" / "python3"
    backend = "module://matplotlib_inline.backend_inline"  # what a kernel sets itself
    environment = {**os.environ, "PYTHONPATH": "", "OMP_NUM_THREADS": "1", "MPLBACKEND": backend}
    with open(folder / "kernels.txt", "wb") as said:
        server = subprocess.Popen(
            [python, forked_kernel.__file__, str(path)], env=environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said,
        )  # fmt: skip
    spec.mkdir(parents=True)
    argv = [python, forked_kernel.__file__, str(path), "{connection_file}"]
    plain = {"argv": argv, "display_name": "Python 3", "language": "python"}
    (spec / "kernel.json").write_text(json.dumps(plain))
    _wait_for(path, server, folder / "kernels.txt")
    return server, {
        "JUPYTER_PATH": str(folder / "share"),  # before the environment's own kernel
        "HOME": str(folder),
        "IPYTHONDIR": str(folder),
        "OMP_NUM_THREADS": "1",
    }


def _wait_for(path: Path, server: subprocess.Popen, said: Path) -> None:
    deadline = time.monotonic() + START_S
    while not path.exists():
        if server.poll() is not None or time.monotonic() > deadline:
            server.kill()
            server.wait()
            last = (said.read_text(errors="replace").strip().splitlines() or ["nothing"])[-1]
            raise EngineError(
                f"stock Otter cannot run here ({last}); install otter-grader and ipykernel"
            )
        time.sleep(0.05)
