"""On paper: what the measured seconds per submission mean for a million submissions.

A run has two parts that share nothing: the workers, each with one core, and the command, which
takes every result into the gradebook and writes its page. The slower of the two sets the pace.
"""

from dataclasses import dataclass

COUNT = 1_000_000
CORES = (2, 10, 30, 100, 1000)


@dataclass(frozen=True)
class Forecast:
    """A run of many submissions.

    Attributes:
        bound: "workers" or "command": what sets the pace.
        used: share of the workers' time that is used.
    """

    cores: int
    hours: float
    bound: str
    used: float


def forecast(submission_s: float, command_s: float, count: int = COUNT) -> list[Forecast]:
    """Return the run's length for several numbers of cores.

    Args:
        submission_s: CPU seconds of scorer and sandbox for one submission.
        command_s: CPU seconds of the command for one submission.
    """
    found = []
    for cores in CORES:
        workers, command = count * submission_s / cores, count * command_s
        slower = max(workers, command)
        bound = "workers" if workers >= command else "command"
        found.append(Forecast(cores, slower / 3600, bound, workers / slower))
    return found


def saturating_cores(submission_s: float, command_s: float) -> float:
    """Return the number of cores from which on the command sets the pace."""
    return submission_s / command_s


def core_hours_per_thousand(submission_s: float, command_s: float) -> float:
    """Return the core hours that a thousand submissions use."""
    return 1000 * (submission_s + command_s) / 3600
