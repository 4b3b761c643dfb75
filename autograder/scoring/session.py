"""One submission's conversation with its sandbox, seen from the scorer."""

import secrets
import time
from dataclasses import asdict, dataclass

import msgpack

from autograder import codec
from autograder.errors import EvidenceError, SandboxError, SubmissionEnded
from autograder.frames import NONCE_BYTES, FrameStream, FrameTimeout, StreamEnded
from autograder.model import CellOutput, Limits, Status
from autograder.scoring import remote

WORKER_PATIENCE_S = 60.0  # beyond every limit that the worker holds itself
WARM_UP_S = 240.0


@dataclass(frozen=True)
class Usage:
    """What one run used, as the worker reports it."""

    status: Status
    detail: str
    cpu_s: float
    wall_s: float
    memory_mib: float
    clean: bool


class StudentTimeout(AssertionError):
    """A step of the student's took too long and was interrupted."""


class Session:
    """Requests to one child.

    Args:
        stream: frames to and from the warm worker.
        limits: what the submission may use.
        seed: Otter's seed between cells, or None.

    Raises:
        SandboxError: the worker is gone or does not answer (our fault, never the student's).
    """

    def __init__(self, stream: FrameStream, limits: Limits, seed: int | None = None):
        self.stream = stream
        self.limits = limits
        self.usage: Usage | None = None
        self.curves: list = []
        self.errors: list = []
        self.deadline = time.monotonic() + limits.wall_s
        self._send({"op": "start", "limits": asdict(limits), "seed": seed})
        if self._receive()["op"] == "ended":
            raise SandboxError(f"the sandbox did not start: {self.usage.detail}")

    def run_cell(self, source: str) -> tuple[CellOutput, bool]:
        """Run a cell; returns its output and whether output was dropped.

        Raises:
            SubmissionEnded: the child is gone.
        """
        try:
            reply = self.request("cell", source=source)
        except StudentTimeout as timeout:
            return CellOutput(error=str(timeout)), False
        except Exception as error:
            if isinstance(error, (SubmissionEnded, SandboxError)):
                raise
            return CellOutput(error=f"{type(error).__name__}: {error}"), False
        text, error = reply.get("text"), reply.get("error")
        if type(text) is not str or type(error) not in (str, type(None)):
            raise self._broken("a malformed answer to a cell")
        return CellOutput(text, error), reply.get("dropped") is True

    def probe(self, name: str, args, kwargs):
        """Ask a probe where the student's objects live."""
        value = self.request("probe", name=name, args=tuple(args), kwargs=kwargs).get("value")
        kind = type(value).__name__
        if kind == "Drawing":
            self.curves.append(value)
        elif kind == "CapturedError":
            self.errors.append(value)
        return value

    def request(self, op: str, *, inputs=None, **fields) -> dict:
        """Send one request and return the decoded reply.

        Args:
            inputs: tensors on this side whose autograd graph the reply's linked tensors join.

        Raises:
            SubmissionEnded: the child is gone.
            AssertionError: an answer broke a limit, or took too long.
            Exception: what the student's code raised, rebuilt from its type's name and message.
        """
        if self.usage is not None:
            raise SubmissionEnded(self.usage.status, self.usage.detail)
        left_s = self.deadline - time.monotonic()
        if left_s <= 0:
            self.end()
            self.usage = _with_status(self.usage, Status.TIMEOUT, "the time is used up")
            raise SubmissionEnded(self.usage.status, self.usage.detail)
        try:
            payload = codec.pack({"op": op, **fields})
        except EvidenceError as error:
            raise AssertionError(str(error)) from None
        nonce = secrets.token_bytes(NONCE_BYTES)
        timeout = min(self.limits.cell_s, left_s)
        self._send({"op": "ask", "data": nonce + payload, "timeout": timeout})
        answer = self._receive()
        if answer["op"] == "ended":
            raise SubmissionEnded(self.usage.status, self.usage.detail)
        data = answer["data"]
        if data[:NONCE_BYTES] != nonce:
            raise self._broken("an answer to a request that was never made")
        adopter = remote.Adopter(self)
        try:
            reply = codec.unpack(data[NONCE_BYTES:], adopt=adopter.adopt)
        except EvidenceError as error:
            raise self._broken(str(error)) from None
        if not isinstance(reply, dict):
            raise self._broken("a malformed answer")
        if answer["interrupted"] and reply.get("ok") is not True:
            raise StudentTimeout(
                f"stopped after {timeout:.0f} s: this step did not end ‖ "
                f"{timeout:.0f} 秒后被终止：这一步没有结束"
            )
        if reply.get("ok") is True:
            reply["_linked"] = adopter.linked
            return reply
        error = reply.get("error")
        if isinstance(error, Exception):
            raise error
        if isinstance(error, BaseException):
            raise AssertionError(f"the code raised {type(error).__name__}: {error}")
        raise AssertionError(f"the value cannot be looked at: {reply.get('limit')}")

    def end(self) -> Usage:
        """Kill the child, wipe its folder and return what it used."""
        if self.usage is None:
            self._send({"op": "end"})
            while self._receive()["op"] != "ended":
                continue
        return self.usage

    def _broken(self, what: str) -> SubmissionEnded:
        detail = f"the notebook interfered with the grader: {what}"
        self.end()
        self.usage = _with_status(self.usage, Status.PROTOCOL, detail)
        return SubmissionEnded(Status.PROTOCOL, detail)

    def _send(self, message: dict) -> None:
        try:
            self.stream.send(msgpack.packb(message))
        except StreamEnded:
            raise SandboxError("the sandbox worker is gone") from None

    def _receive(self) -> dict:
        try:
            message = msgpack.unpackb(self.stream.receive(self.limits.cell_s + WORKER_PATIENCE_S))
        except (StreamEnded, FrameTimeout, EvidenceError) as error:
            raise SandboxError(f"the sandbox worker failed ({type(error).__name__})") from None
        if message["op"] == "ended":
            del message["op"]
            self.usage = Usage(**{**message, "status": Status(message["status"])})
            return {"op": "ended"}
        return message


def _with_status(usage: Usage, status: Status, detail: str) -> Usage:
    return Usage(**{**asdict(usage), "status": status, "detail": detail})


def receive_warm(stream: FrameStream) -> dict:
    """Wait until the worker says that it is warm; returns the layers that hold there.

    Raises:
        SandboxError: the worker ended or refused.
    """
    try:
        message = msgpack.unpackb(stream.receive(WARM_UP_S))
    except (StreamEnded, FrameTimeout) as error:
        raise SandboxError(f"the sandbox worker did not start ({type(error).__name__})") from None
    if message["op"] == "refused":
        raise SandboxError(message["reason"])
    return message["layers"]
