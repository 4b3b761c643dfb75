"""Which engine a run uses."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.engines.warm import WarmEngine
from autograder.model import Limits


@dataclass(frozen=True)
class EngineChoice:
    """Which engine to open for each scorer.

    Attributes:
        kind: "docker" or "local".
        image: tag of the grading image (docker).
        place: folder for what the engines need while they run; "": one for each.
        hidden: folders that no submission may see: tests, results, other submissions.
        modules: what a worker imports ahead, besides what every notebook needs.
        shared: folder of large files that every submission finds in its own; "": none.
        room_mib: room that other files of the assignment take in a submission's folder.
    """

    kind: str
    image: str = ""
    place: str = ""
    hidden: tuple[Path, ...] = ()
    modules: tuple[str, ...] = ()
    shared: str = ""
    room_mib: int = 0

    @property
    def environment(self) -> str:
        """Names the environment that grades, also where no engine was opened."""
        return self.image or self.kind

    def within(self, place: str) -> "EngineChoice":
        """Return the same choice whose engines leave nothing outside a folder, however they end."""
        return replace(self, place=place)

    def hiding(self, *folders: Path) -> "EngineChoice":
        """Return the same choice, with more folders that no submission may see."""
        return replace(self, hidden=(*self.hidden, *(folder.resolve() for folder in folders)))

    def warming(self, modules: Iterable[str]) -> "EngineChoice":
        """Return the same choice, whose workers import some modules ahead."""
        return replace(self, modules=tuple(modules))

    def sharing(self, shared: str, room_mib: int) -> "EngineChoice":
        """Return the same choice, whose submissions find the assignment's files."""
        return replace(self, shared=shared, room_mib=room_mib)

    def open(self, limits: Limits) -> WarmEngine:
        """Return an engine that is neither started nor entered yet."""
        engine = self._make(replace(limits, disk_mib=limits.disk_mib + self.room_mib))
        engine.modules, engine.shared = self.modules, self.shared
        return engine

    def _make(self, limits: Limits) -> WarmEngine:
        if self.kind == "docker":
            from autograder.engines.docker import DockerEngine

            return DockerEngine(self.image, limits, self.place)
        from autograder.engines.local import LocalEngine

        return LocalEngine(self.place, hidden=self.hidden)
