"""What one run of a test case has met so far."""

from dataclasses import dataclass, field
from typing import TypeVar

Error = TypeVar("Error", bound=Exception)


@dataclass
class CaseRun:
    """One test case, while it runs and until the next one begins.

    Attributes:
        words: the names in the test.
        running: whether it runs: it may then catch whatever is raised.
        items: that it took from iterators, one by one.
        answered: whether an object was asked about itself.
        reported: whether it asked what the sandbox alone can tell.
        refused: the first thing that is not done here: a case that catches it fails all the same.
        said: texts of the student's process.
        classes: that the test names or derives, by id.
    """

    words: frozenset[str] = frozenset()
    running: bool = False
    items: int = 0
    answered: bool = False
    reported: bool = False
    refused: Exception | None = None
    said: set[str] = field(default_factory=set)
    classes: set[int] = field(default_factory=set)

    def refuse(self, error: Error) -> Error:
        """Keep that something was refused; returns its error, to be raised."""
        self.refused = self.refused or error
        return error
