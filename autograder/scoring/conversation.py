"""What the rooms below a session ask of it: the seam to :mod:`autograder.scoring.session`."""

from collections.abc import Iterable
from typing import Any, Protocol

from autograder.model import Limits
from autograder.scoring.case_run import CaseRun
from autograder.scoring.usage import Usage
from autograder.wall.leaves import Leaves
from autograder.wall.seeds import Seeds
from autograder.wall.sharing import Shared


class Lent(Protocol):
    """What one conversation has lent to its sandbox."""

    @property
    def sharing(self) -> bool:
        """Whether what may change is one on both sides; else each side has copies."""

    answering: int  # calls by student code that are under way

    @property
    def shared(self) -> Shared: ...

    @property
    def leaves(self) -> Leaves: ...

    def lent(self, number: Any) -> Any:
        """Return the function or object that a number stands for."""


class Conversation(Protocol):
    """Requests to one child, and what its answers have brought.

    Attributes:
        limits: what the submission may use.
        case: the test case that runs or ran last.
        exchanges: that are under way.
        types: of stand-ins and of values, by what they stand for.
        standing: stand-ins by their numbers.
        figures: what tests have drawn, as pyplot keeps it.
        desk: the files that a test case and the notebook both write, if any.
        workplace: where tests find the assignment's files.
        names: the notebook's, as tests see them.
    """

    limits: Limits
    case: CaseRun
    exchanges: int
    types: dict[Any, Any]
    standing: dict[int, Any]
    figures: Any
    desk: Any
    workplace: str
    names: Any
    seeds: Seeds

    @property
    def channels(self) -> tuple[int, ...]:
        """The descriptors that it is held over."""

    @property
    def usage(self) -> Usage | None:
        """What the child used, once it is gone."""

    @property
    def lending(self) -> Lent: ...

    def begin_case(self, words: Iterable[str] = ()) -> None:
        """Forget what belongs to the test case before, once no thread of its asks any more.

        Args:
            words: the names in the test.
        """

    def request(self, op: str, **fields: Any) -> dict[str, Any]:
        """Send one request and return the decoded reply.

        Raises:
            As :meth:`autograder.scoring.session.Session.request`.
        """

    def request_alone(self, op: str, **fields: Any) -> dict[str, Any]:
        """Send one request with nothing around it that keeps both sides one."""

    def values(self, names: list[str]) -> dict[str, Any]:
        """Return the values of names of the notebook; undefined ones are left out."""

    def raise_fault(self) -> None:
        """Raise our own fault again, for a runner of tests that takes it for the test's failure.

        Raises:
            SandboxError: there was one.
        """
