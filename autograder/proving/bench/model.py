"""On paper: what the measured seconds per submission mean for a million submissions.

A run has parts that share nothing: the workers, each with one core; the command, which takes every
result into the gradebook and writes its page; on a cluster the scheduler, which hands submissions
out. Workers can be added, of the others there is one. The slowest sets the pace.
"""

from dataclasses import dataclass

COUNT = 1_000_000
CORES = (2, 10, 30, 100, 1000)


@dataclass(frozen=True)
class Cost:
    """CPU seconds that one submission takes.

    Attributes:
        workers: of scorer and sandbox.
        single: by name, of each part of which there is one.
    """

    workers: float
    single: dict[str, float]

    @property
    def core_hours_per_thousand(self) -> float:
        """Core hours that a thousand submissions use."""
        return 1000 * (self.workers + sum(self.single.values())) / 3600

    @property
    def saturating_cores(self) -> float:
        """Number of cores from which on more of them do not help."""
        return self.workers / max(self.single.values())


@dataclass(frozen=True)
class Forecast:
    """A run of many submissions.

    Attributes:
        bound: the part that sets the pace: "workers", or one of which there is one.
        used: share of the workers' time that is used.
    """

    cores: int
    hours: float
    bound: str
    used: float


def forecast(cost: Cost, count: int = COUNT) -> list[Forecast]:
    """Return the run's length for several numbers of cores."""
    found = []
    for cores in CORES:
        hours = {name: count * each / 3600 for name, each in cost.single.items()}
        hours["workers"] = count * cost.workers / cores / 3600
        bound = max(hours, key=hours.__getitem__)
        found.append(Forecast(cores, hours[bound], bound, hours["workers"] / hours[bound]))
    return found
