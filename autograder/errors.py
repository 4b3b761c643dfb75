"""The exceptions of the package. Each message names the place and the repair."""

from typing import Any

from autograder.model import Status


class AutograderError(Exception):
    """Base of every error that is shown to a person as one clear line.

    Errors cross from scorers to the command, so they keep their message and their fields.
    """

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.args, self.__dict__)


class UsageError(AutograderError):
    """The command or its input is wrong (exit status 2)."""


class BuildError(AutograderError):
    """An assignment's source cannot be built (exit status 2)."""


class EngineError(AutograderError):
    """No sandbox can be started here, e.g. no Docker engine answers (exit status 2)."""


class SubmissionError(AutograderError):
    """An upload cannot be read as a submission: a zero with a reason, no fault of ours."""


class EvidenceError(AutograderError):
    """A value or frame breaks the evidence format or one of its limits."""


class SandboxError(AutograderError):
    """The sandbox itself failed: the submission is *not graded*, never a zero.

    Attributes:
        ran: whether code of the submission's had been started.
    """

    ran = False


class SubmissionEnded(AutograderError):
    """The student's process is gone: it exited, crashed, broke a limit or the protocol.

    Attributes:
        status: the reason, a :class:`autograder.model.Status`.
    """

    def __init__(self, status: Status, message: str):
        super().__init__(message)
        self.status = status


class OutOfTime(SubmissionEnded):
    """The scorer's own clock ended it, whatever it was at."""


def _rebuild(cls: type[AutograderError], args: tuple[Any, ...], held: dict[str, Any]) -> Any:
    """Make an error anew without calling its class, whose arguments may differ from its message."""
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(held)
    return error
