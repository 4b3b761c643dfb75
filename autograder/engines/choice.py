"""Which engine a run uses."""

from dataclasses import dataclass

from autograder.engines.warm import WarmEngine
from autograder.model import Limits


@dataclass(frozen=True)
class EngineChoice:
    """Which engine to open for each scorer.

    Attributes:
        kind: "docker" or "local".
        image: tag of the grading image (docker).
    """

    kind: str
    image: str = ""

    @property
    def environment(self) -> str:
        """Names the environment that grades, also where no engine was opened."""
        return self.image or self.kind

    def open(self, limits: Limits) -> WarmEngine:
        """Return an engine that is neither started nor entered yet."""
        if self.kind == "docker":
            from autograder.engines.docker import DockerEngine

            return DockerEngine(self.image, limits)
        from autograder.engines.local import LocalEngine

        return LocalEngine()
