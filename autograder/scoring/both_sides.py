"""What a test case and the notebook both hold: kept one over requests that run student code."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager

from autograder.scoring.conversation import Conversation


class BothSides(ABC):
    """Things of one session's that are here and in the notebook."""

    session: Conversation

    @abstractmethod
    def tell(self) -> None:
        """Change there what the test changed here since."""

    @abstractmethod
    def fetch(self) -> None:
        """Change here what the notebook changed there since."""

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep both sides one over a request."""
        self.tell()
        try:
            yield
        finally:
            if self.session.usage is None:
                self.fetch()
