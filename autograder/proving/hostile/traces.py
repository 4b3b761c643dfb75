"""What a run left behind on this machine: processes, containers, mounts, files."""

import json
import os
import subprocess
from pathlib import Path

SHARED = ("/tmp", "/var/tmp", "/dev/shm", "/", "/etc", "/run", str(Path.home()))
FORGED = ("forged", "results.json", "results.pkl", ".OTTER_LOG", "grades.csv", "final_grades.csv",
          "gradebook.sqlite", "otter.py", "autograder.py", "torch.py", "numpy.py", "escaped",
          "sitecustomize.py", "usercustomize.py", "conftest.py", "forged.ipynb",
          "forged.py")  # fmt: skip


def snapshot() -> set[str]:
    """Return the places that a hostile submission would like to write to and that exist now."""
    paths = {os.path.join(folder, name) for folder in SHARED for name in FORGED}
    return {path for path in paths if os.path.lexists(path)}


def leftovers(before: set[str], temporary: Path) -> list[str]:
    """List what is there now and was not before.

    Args:
        before: what :func:`snapshot` said before the run.
        temporary: the run's own temporary folder, by which its processes are known.
    """
    problems = [f"a file was left: {path}" for path in sorted(snapshot() - before)]
    kept = [path.name for path in sorted(temporary.iterdir()) if path.suffix != ".lock"]
    problems += [f"a temporary file was left: {name}" for name in kept]
    mark = os.fsencode(temporary)
    problems += [f"a process was left: {pid}" for pid in _processes(mark)]
    with open("/proc/self/mounts", "rb") as file:
        problems += ["a mount was left" for line in file if mark in line]
    problems += [f"a container was left: {name}" for name in _containers(str(temporary))]
    return problems


def _processes(mark: bytes) -> list[int]:
    found = []
    for entry in os.scandir("/proc"):
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                texts = [Path(entry.path, name).read_bytes() for name in ("cmdline", "environ")]
                texts.append(os.fsencode(os.readlink(f"{entry.path}/cwd")))
            except OSError:
                continue
            if any(mark in text for text in texts):
                found.append(int(entry.name))
    return found


def _containers(mark: str) -> list[str]:
    try:
        listed = subprocess.run(
            ["docker", "ps", "-aq", "--filter", "name=autograder-"],
            capture_output=True, text=True, timeout=60,
        ).stdout.split()  # fmt: skip
        if not listed:
            return []
        text = subprocess.run(
            ["docker", "inspect", *listed], capture_output=True, text=True, timeout=60
        ).stdout
    except OSError:
        return []
    return [c["Name"] for c in json.loads(text or "[]") if mark in json.dumps(c.get("Mounts"))]
