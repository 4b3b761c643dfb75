"""Lists, dicts and sets of a student's own subclass, which change here and in the notebook.

A test has such an object by value and asks the notebook for its methods. So that both are one
while a test case runs, what the test changed of it goes ahead of each request, and what the
notebook changed is fetched behind it.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograder.scoring.session import Session

MUTABLE = (list, dict, set, deque)
MOST = 32  # of one test case; more of them are copies


class Mirrors:
    """The objects that one session's test case holds so."""

    def __init__(self, session: "Session"):
        self.session = session
        self.made: dict[int, Any] = {}  # by the number that the notebook knows each by
        self.seen: dict[int, list[Any]] = {}  # what was in it, as both sides know it
        self.busy = False

    def clear(self) -> None:
        """Let go of all."""
        self.made.clear()
        self.seen.clear()

    def one(self, number: int, made: Any) -> Any:
        """Return the one object here of a number: a new one, or the one that is here, brought up
        to date.
        """
        if not isinstance(made, MUTABLE):
            return made
        known = self.made.get(number)
        if known is not None and type(known) is type(made):
            _fill(known, made)
            made = known
        elif len(self.made) >= MOST:
            return made
        self.made[number], self.seen[number] = made, _parts(made)
        return made

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep both sides one over a request."""
        if self.busy or not self.made:
            yield
            return
        self._tell()
        try:
            yield
        finally:
            if self.session.usage is None:
                self._fetch()

    def _tell(self) -> None:
        for number, made in list(self.made.items()):
            parts = _parts(made)
            if not _same(parts, self.seen[number]):
                self._ask(made, "become", _plain(made))
                self.seen[number] = parts

    def _fetch(self) -> None:
        for number, made in list(self.made.items()):
            value = self._ask(made, "content")
            if type(value) is type(_plain(made)):
                _fill(made, value)
                self.seen[number] = _parts(made)

    def _ask(self, made: Any, operation: str, *args: Any) -> Any:
        self.busy = True
        try:
            fields = {"target": made, "operation": operation, "args": args}
            return self.session.request("operate", **fields).get("value")
        finally:
            self.busy = False


def _plain(made: Any) -> Any:
    """Return what is in an object, as a list, a dict or a set of Python's own."""
    return next(cls(made) for cls in (dict, set, list) if isinstance(made, cls) or cls is list)


def _parts(made: Any) -> list[Any]:
    return [*made, *made.values()] if isinstance(made, dict) else list(made)


def _same(parts: list[Any], others: list[Any]) -> bool:
    return len(parts) == len(others) and all(a is b for a, b in zip(parts, others))


def _fill(made: Any, value: Any) -> None:
    if isinstance(made, list):
        made[:] = value
        return
    made.clear()
    (made.extend if isinstance(made, deque) else made.update)(value)
