"""One timed run of the grade command, as a user would start it."""

import os
import resource
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from autograder.course import ROOT
from autograder.errors import AutograderError

DOCKER, LOCAL = ("--engine", "docker"), ("--engine", "local")
SAMPLE_S = 0.5
PARTS = 20  # of a run, between which its progress is told


@dataclass(frozen=True)
class Timing:
    """What one run took.

    Attributes:
        wall_s: from the start of the command to its end.
        first_s: from the start to the first result.
        steady_per_minute: submissions per minute between the first and the last result.
        cpu_s: CPU seconds of the command and all its children; containers' are not in it.
        command_s: CPU seconds of the command's own process alone (gradebook, pages), of which
            there is one however many workers there are.
        peak_mib: resident memory of the command and its scorers at its highest, pages that they
            share counted once per process.
        progress: number of results, seconds since the start, and that memory in MiB at the time,
            twenty times along the run.
    """

    submissions: int
    wall_s: float
    first_s: float
    steady_per_minute: float
    cpu_s: float
    command_s: float
    peak_mib: float
    progress: tuple[tuple[int, float, float], ...]

    @property
    def per_minute(self) -> float:
        """Submissions per minute of the whole command, start-up and reports included."""
        return 60 * self.submissions / self.wall_s


def grade_class(
    name: str, grading_zip: Path, folder: Path, out: Path, where: tuple[str, str], workers: int
) -> Timing:
    """Grade a folder of notebooks and time it.

    Args:
        where: the command's option for it and its value, such as ``DOCKER``.

    Raises:
        AutograderError: the command failed.
    """
    count = len(list(folder.glob("*.ipynb")))
    command = [
        sys.executable, "-m", "autograder", "grade", "--assignment", name, "--zip",
        str(grading_zip), "--submissions", str(folder), "--out", str(out), *where,
        "--workers", str(workers),
    ]  # fmt: skip
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.time()
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    watch = _Watch(process.pid)
    text, _ = process.communicate()
    wall_s = time.time() - began
    watch.stop()
    if process.returncode:
        raise AutograderError(f"grading failed: {text[-800:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    times = sorted(path.stat().st_mtime for path in out.glob("results/*/results.json"))
    span_s = max(times[-1] - times[0], 1e-3)
    return Timing(
        submissions=count,
        wall_s=wall_s,
        first_s=times[0] - began,
        steady_per_minute=60 * (len(times) - 1) / span_s,
        cpu_s=cpu_s,
        command_s=watch.own_s,
        peak_mib=max(mib for _, mib in watch.memory),
        progress=_progress([at - began for at in times], watch.memory),
    )


def _progress(times: list[float], memory: list[tuple[float, float]]) -> tuple:
    """Return what ``Timing.progress`` holds.

    Args:
        times: of every result, sorted, in seconds since the start.
        memory: seconds since the start and MiB, in order.
    """
    found = []
    for part in range(1, PARTS + 1):
        count = max(1, len(times) * part // PARTS)
        at = times[count - 1]
        mib = next((mib for when, mib in reversed(memory) if when <= at), memory[0][1])
        found.append((count, at, mib))
    return tuple({count: (count, at, mib) for count, at, mib in found}.values())


class _Watch:
    """Watches a process: its own CPU time, and its memory with that of the scorers it forked."""

    def __init__(self, pid: int):
        self.pid, self.own_s = pid, 0.0
        self.began = time.monotonic()
        self.memory = [(0.0, 0.0)]
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._watch)
        self.thread.start()

    def stop(self) -> None:
        self.done.set()
        self.thread.join()

    def _watch(self) -> None:
        while not self.done.wait(SAMPLE_S):
            mib = sum(map(_resident_kib, _family(self.pid))) / 1024
            self.memory.append((time.monotonic() - self.began, mib))
            self.own_s = max(self.own_s, own_cpu_s(self.pid))


def _family(pid: int) -> list[int]:
    """Return a process and its children that run the same program: the scorers, no sandbox."""
    try:
        own = os.readlink(f"/proc/{pid}/exe"), Path(f"/proc/{pid}/cmdline").read_bytes()
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            children = [int(child) for child in file.read().split()]
    except OSError:
        return []
    found = [pid]
    for child in children:
        try:
            same = os.readlink(f"/proc/{child}/exe"), Path(f"/proc/{child}/cmdline").read_bytes()
        except OSError:
            continue
        found += [child] if same == own else []
    return found


def _resident_kib(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/status") as file:
            return next((int(line.split()[1]) for line in file if line.startswith("VmRSS")), 0)
    except OSError:
        return 0


def own_cpu_s(pid: int) -> float:
    """Return the CPU seconds that a process, without its children, has used so far."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")  # utime, stime: proc(5)
