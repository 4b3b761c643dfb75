"""The parts of a benchmark; each returns its keys of ``bench.json``."""

from dataclasses import dataclass
from pathlib import Path

from autograder.course import assignment_folder, dist_folder
from autograder.proving.bench import cluster, foreign, newcomer, scale, throughput

SCALE_ASSIGNMENT = "linear-algebra"  # the cheaper one: what is measured is not its tests


@dataclass(frozen=True)
class Measurement:
    """What is to be measured, and how often.

    Attributes:
        names: assignments.
        processes: workers of each run.
        rounds: paired runs of each ratio.
        copies: submissions per round for each peer.
        own: submissions per round for this grader.
        many: submissions of the large class.
    """

    names: list[str]
    processes: int
    rounds: int
    copies: int
    own: int
    many: int

    def newcomer(self) -> dict:
        """Measure `make grade` on a fresh clone, with every assignment of the course."""
        return newcomer.measure_newcomer()

    def peers(self) -> dict:
        """Measure this grader beside stock Otter; the lowest ratios stand for all."""
        how = self.processes, self.rounds, self.copies, self.own
        found = {name: throughput.compare_with_peers(*_places(name), *how) for name in self.names}
        lowest = min(found.values(), key=lambda one: one["throughput_vs_container"])
        return {**lowest, "workers": self.processes, "rounds": self.rounds, "peers": found}

    def foreign(self) -> dict:
        """Measure another course's assignment beside stock Otter."""
        how = self.processes, self.rounds, self.copies, self.own
        return {"foreign": foreign.measure_foreign(*how)}

    def cost(self) -> dict:
        """Measure CPU seconds per submission beside the floor; the highest stand for all."""
        half = self.own // 2
        found = {name: throughput.measure_cost(*_places(name), half) for name in self.names}
        highest = max(found.values(), key=lambda one: one["cpu_s_per_submission"])
        return {**highest, "cost": found}

    def workers(self) -> dict:
        """Measure one worker and two."""
        return scale.measure_workers(*_places(self.names[0]), self.rounds, self.own // 2)

    def scale(self) -> dict:
        """Measure a large class and a tenth of it."""
        name = SCALE_ASSIGNMENT
        folder, built = assignment_folder(name), dist_folder() / name
        return scale.measure_scale(name, folder, built, self.processes, self.many)

    def cluster(self) -> dict:
        """Measure the single parts of a Dask cluster."""
        return cluster.measure_cluster(*_places(SCALE_ASSIGNMENT), self.processes, self.own // 2)


def _places(name: str) -> tuple[str, Path, Path]:
    """Return an assignment's name, grading zip and sample class."""
    built, folder = dist_folder() / name, assignment_folder(name)
    return name, built / "autograder.zip", folder / "sample"
