"""The exceptions of the package. Each message names the place and the repair."""

from autograder.model import Status


class AutograderError(Exception):
    """Base of every error that is shown to a person as one clear line."""


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
    """The sandbox itself failed: the submission is *not graded*, never a zero."""


class SubmissionEnded(AutograderError):
    """The student's process is gone: it exited, crashed, broke a limit or the protocol.

    Attributes:
        status: the reason, a :class:`autograder.model.Status`.
    """

    def __init__(self, status: Status, message: str):
        super().__init__(message)
        self.status = status
