"""What a copy of the scorer is at, in memory of both: so its scorer can say over what it ended."""

import mmap

READING, TESTING = "reading", "testing"


class Whereabouts:
    """A note that processes forked from this one write, and this one reads."""

    def __init__(self) -> None:
        self._page = mmap.mmap(-1, mmap.PAGESIZE)

    def note(self, what: str = "", question: str = "") -> None:
        """Say what is begun: ``READING`` or ``TESTING``, and of which question."""
        text = f"{what} {question}".encode()[: mmap.PAGESIZE - 1] + b"\0"
        self._page[: len(text)] = text

    def noted(self) -> tuple[str, str]:
        """Return what was begun last, and of which question; "" where nothing was."""
        text = self._page[:].partition(b"\0")[0].decode("utf-8", "replace")
        what, _, question = text.partition(" ")
        return what, question
