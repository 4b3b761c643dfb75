"""What one run of a test case holds, and what it has met so far."""

import os
import tempfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from autograder.scoring.conversation import Conversation

Error = TypeVar("Error", bound=Exception)


@dataclass
class CaseRun:
    """One test case, while it runs and until the next one begins.

    Attributes:
        words: the names in the test.
        texts: that it holds.
        session: in which it runs.
        pid: of the process that it runs in.
        running: whether it runs: it may then catch whatever is raised.
        items: that it took from iterators, one by one.
        answered: whether an object was asked about itself.
        reported: whether it asked what the sandbox alone can tell.
        refused: the first thing that is not done here: a case that catches it fails all the same.
        said: texts of the student's process.
        classes: that the test names or derives, by id.
    """

    words: frozenset[str] = frozenset()
    texts: tuple[str, ...] = ()
    session: "Conversation | None" = None
    pid: int = field(default_factory=os.getpid)
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

    @property
    def desk(self) -> str:
        """The folder in which a notebook's files lie beside the test; "": there is none."""
        return self.session.desk.folder if self.session and self.session.desk else ""

    @property
    def is_beside_files(self) -> bool:
        """Whether files of the notebook's lie there."""
        return bool(self.session and self.session.desk and self.session.desk.there)

    def is_inside(self, path: str) -> bool:
        """Tell whether a path leads to where the test works."""
        real = os.path.realpath(path)
        own = self.session.workplace if self.session else ""
        places = self.desk, own, tempfile.gettempdir()
        return any(place and real.startswith(place + os.sep) for place in places)
