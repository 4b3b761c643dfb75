"""What scoring needs of an engine: the seam to :mod:`autograder.engines`."""

from types import TracebackType
from typing import Any, Protocol

from autograder.model import Limits
from autograder.wall.frames import FrameStream


class Engine(Protocol):
    """A place with one warm worker; entered, it grades one submission after the other.

    Attributes:
        image: names the environment that grades.
        stream: frames to and from the worker, once entered.
        layers: which layers of confinement hold there, once entered.
        python: the version of Python there, once entered.
    """

    image: str
    stream: FrameStream
    layers: dict[str, Any]
    python: str

    @property
    def missing(self) -> str:
        """Which layers of confinement do not hold there, in words; "" where all do."""

    def start(self) -> None:
        """Start the worker; it warms up while this process does something else."""

    def __enter__(self) -> "Engine": ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def close(self) -> None:
        """Let the worker end."""


class Engines(Protocol):
    """Which engine to open for each scorer."""

    @property
    def environment(self) -> str:
        """Names the environment that grades, also where no engine was opened."""

    def open(self, limits: Limits) -> Engine:
        """Return an engine that is neither started nor entered yet."""
