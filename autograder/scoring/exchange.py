"""Frames to one child and to the worker that watches it, each under a clock.

What a frame says is the business of :mod:`autograder.scoring.session`.
"""

import secrets
import socket
from collections.abc import Callable
from dataclasses import asdict, replace
from time import monotonic  # a test may patch the module
from typing import Any

import msgpack

from autograder.errors import EvidenceError, SandboxError, SubmissionEnded
from autograder.model import Limits, Status
from autograder.scoring.usage import Usage
from autograder.wall import codec, oracles
from autograder.wall.frames import NONCE_BYTES, FrameStream, FrameTimeout, StreamEnded

WORKER_PATIENCE_S = 60.0  # beyond every limit that the worker holds itself
GRACE_S = 1.5  # between the request to stop and the end
TRANSFER_S = 20.0  # for an answer that has begun, or a request that is not taken


class Exchange:
    """The way to one child.

    Args:
        stream: frames to and from the warm worker.
        limits: what the submission may use.
        start: what else the child is started with.

    Raises:
        SandboxError: the worker is gone or does not answer, or no child came up: our fault.
    """

    def __init__(self, stream: FrameStream, limits: Limits, start: dict[str, Any]):
        self.stream, self.limits = stream, limits
        self.usage: Usage | None = None
        self.fault: SandboxError | None = None
        self.deadline = monotonic() + limits.wall_s
        self._send({"op": "start", "limits": asdict(limits), **start})
        channel = self._receive_channel()
        if channel is None:
            detail = self.usage.detail if self.usage else "no reason is given"
            raise SandboxError(f"the sandbox did not start: {detail}")
        self.child = FrameStream(channel, codec.MAX_FRAME_BYTES + NONCE_BYTES)

    def left_s(self) -> float:
        """Return how long the child still has.

        Raises:
            SubmissionEnded: it is gone, or has no time left.
        """
        if self.usage is not None:
            raise SubmissionEnded(self.usage.status, self.usage.detail)
        left_s = self.deadline - monotonic()
        if left_s <= 0:
            raise self.ended(Status.TIMEOUT, "the time is used up")
        return left_s

    def ask(
        self, payload: bytes, timeout_s: float, answer: Callable[[bytes], bytes]
    ) -> tuple[bytes, bool]:
        """Return what the child answers, and whether the step had to be interrupted.

        Args:
            answer: makes the answer to what the child itself asks meanwhile.

        Raises:
            SubmissionEnded: the child is gone, does not stop, or answers something else.
        """
        nonce = secrets.token_bytes(NONCE_BYTES)
        data, interrupted = self._exchange(nonce + payload, timeout_s, answer)
        if data[:NONCE_BYTES] != nonce:
            raise self.broken("an answer to a request that was never made")
        return data[NONCE_BYTES:], interrupted

    def _exchange(
        self, request: bytes, timeout_s: float, answer: Callable[[bytes], bytes]
    ) -> tuple[bytes, bool]:
        until = monotonic() + timeout_s
        transfer_s = min(TRANSFER_S, self.deadline - monotonic() + GRACE_S)
        nonce = request[:NONCE_BYTES]

        def received(patience_s: float) -> bytes | None:
            """Return the answer, or nothing where it was a question, which is answered."""
            data = self.child.receive(patience_s)
            if data[:NONCE_BYTES] != nonce or not data[NONCE_BYTES:].startswith(oracles.MARK):
                return data
            self.child.send(nonce + answer(data[NONCE_BYTES:]), TRANSFER_S)
            return None

        try:
            self.child.send(request, transfer_s)
            while self.child.wait(max(0.0, until - monotonic())):
                if (data := received(transfer_s)) is not None:
                    return data, False
            self._send({"op": "interrupt"})
            until = monotonic() + GRACE_S
            while (data := received(until - monotonic())) is None:
                continue
            return data, True
        except FrameTimeout:
            detail = "a step took too long and could not be stopped"
            raise self.ended(Status.TIMEOUT, detail) from None
        except EvidenceError:
            raise self.broken("an oversized answer") from None
        except StreamEnded:
            usage = self.end(gone=True)
            raise SubmissionEnded(usage.status, usage.detail) from None

    def end(self, gone: bool = False, idle: bool = True) -> Usage:
        """Kill the child, wipe its folder and return what it used.

        Args:
            gone: the child's end of the channel is closed.
            idle: it waits for a request.
        """
        if self.usage is None:
            try:  # the channel stays open: the worker looks at the child before it is gone
                self._send({"op": "end", "gone": gone, "idle": idle})
                while self._receive()["op"] != "ended":
                    continue
            finally:
                self.child.channel.close()
        assert self.usage is not None, "the end brings it"
        return self.usage

    def broken(self, what: str) -> SubmissionEnded:
        """End the child over a frame that no sandbox of ours sends."""
        return self.ended(Status.PROTOCOL, what)

    def ended(self, status: Status, detail: str) -> SubmissionEnded:
        """End the child, and return that as an error."""
        self.usage = replace(self.end(idle=False), status=status, detail=detail)
        return SubmissionEnded(status, detail)

    def failed(self, what: str) -> SandboxError:
        """Keep a fault of our own, and return it as an error."""
        self.fault = SandboxError(what)
        return self.fault

    def _send(self, message: dict) -> None:
        try:
            self.stream.send(msgpack.packb(message))
        except StreamEnded:
            raise self.failed("the sandbox worker is gone") from None

    def _receive(self) -> dict:
        return self._read_control(lambda patience_s: (self.stream.receive(patience_s), None))[0]

    def _receive_channel(self) -> socket.socket | None:
        """Return the child's own channel, or None when no child was started."""
        return self._read_control(self.stream.receive_with_socket)[1]

    def _read_control(
        self, read: Callable[[float], tuple[bytes, socket.socket | None]]
    ) -> tuple[dict, socket.socket | None]:
        try:
            data, passed = read(self.limits.cell_s + WORKER_PATIENCE_S)
        except (StreamEnded, FrameTimeout, EvidenceError) as error:
            raise self.failed(f"the sandbox worker failed ({type(error).__name__})") from None
        try:
            message = msgpack.unpackb(data)
            if message["op"] == "ended":
                del message["op"]
                self.usage = Usage(**{**message, "status": Status(message["status"])})
                message = {"op": "ended"}
        except (ValueError, KeyError, TypeError, msgpack.UnpackException) as error:
            raise self.failed(f"the sandbox worker is confused ({error!r})") from None
        return message, passed
