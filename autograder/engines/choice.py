"""Which engine a run uses."""

from dataclasses import dataclass, replace

from autograder.engines.warm import WarmEngine
from autograder.model import Limits


@dataclass(frozen=True)
class EngineChoice:
    """Which engine to open for each scorer.

    Attributes:
        kind: "docker" or "local".
        image: tag of the grading image (docker).
        place: folder for what the engines need while they run; "": one for each.
    """

    kind: str
    image: str = ""
    place: str = ""

    @property
    def environment(self) -> str:
        """Names the environment that grades, also where no engine was opened."""
        return self.image or self.kind

    def within(self, place: str) -> "EngineChoice":
        """Return the same choice whose engines leave nothing outside a folder, however they end."""
        return replace(self, place=place)

    def open(self, limits: Limits) -> WarmEngine:
        """Return an engine that is neither started nor entered yet."""
        if self.kind == "docker":
            from autograder.engines.docker import DockerEngine

            return DockerEngine(self.image, limits, self.place)
        from autograder.engines.local import LocalEngine

        return LocalEngine(self.place)
