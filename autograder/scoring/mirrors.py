"""Lists, dicts and sets of a student's own subclass, which change here and in the notebook.

A test has such an object by value and asks the notebook for its methods. So that both are one
while a test case runs, what the test changed of it goes ahead of each request, and what the
notebook changed is fetched behind it.
"""

from collections import deque
from typing import Any

from autograder.scoring.both_sides import BothSides
from autograder.scoring.conversation import Conversation
from autograder.wall.codec.subclasses import become, content_of

MUTABLE = (list, dict, set, deque)
MOST = 32  # of one test case; more of them are copies


class Mirrors(BothSides):
    """The objects that one session's test case holds so."""

    def __init__(self, session: Conversation):
        self.session = session
        self.made: dict[int, Any] = {}  # by the number that the notebook knows each by
        self.seen: dict[int, list[Any]] = {}  # what was in it, as both sides know it

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
            become(known, content_of(made))
            made = known
        elif len(self.made) >= MOST:
            return made
        self.made[number], self.seen[number] = made, _parts(made)
        return made

    def tell(self) -> None:
        """Let the notebook's objects hold what the test put into these."""
        for number, made in list(self.made.items()):
            parts = _parts(made)
            if not _same(parts, self.seen[number]):
                self._ask(made, "become", content_of(made))
                self.seen[number] = parts

    def fetch(self) -> None:
        """Let these hold what the notebook put into its own."""
        for number, made in list(self.made.items()):
            value = self._ask(made, "content")
            if type(value) is type(content_of(made)):
                become(made, value)
                self.seen[number] = _parts(made)

    def _ask(self, made: Any, operation: str, *args: Any) -> Any:
        fields = {"target": made, "operation": operation, "args": args}
        return self.session.request_alone("operate", **fields).get("value")


def _parts(made: Any) -> list[Any]:
    content = content_of(made)
    return [*content, *content.values()] if isinstance(content, dict) else [*content]


def _same(parts: list[Any], others: list[Any]) -> bool:
    return len(parts) == len(others) and all(a is b for a, b in zip(parts, others))
