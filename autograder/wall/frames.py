"""Frames on a stream socket: four bytes of length, then the payload."""

import select
import socket
import struct
from time import monotonic  # a test may patch the module

from autograder.errors import EvidenceError

HEADER = struct.Struct("<I")
NONCE_BYTES = 8  # an answer starts with the nonce of its request
CONTROL_BYTES = 4096  # start, interrupt, end: nothing of a student's passes the worker
READ_BYTES = 1 << 16  # one read takes an ordinary frame whole
LONG_READ_BYTES = 1 << 20


class StreamEnded(Exception):
    """The other end is gone."""


class FrameTimeout(Exception):
    """No whole frame arrived in time."""


class FrameStream:
    """Frames over a Unix socket; the socket stays its owner's to close.

    Args:
        channel: a connected stream socket.
        limit: largest payload accepted, in bytes.
    """

    def __init__(self, channel: socket.socket, limit: int):
        self.channel = channel
        self.limit = limit
        self._rest = b""  # what was read beyond the last frame
        self._poll = select.poll()
        self._poll.register(channel, select.POLLIN)

    def send(self, payload: bytes, timeout_s: float | None = None) -> None:
        """Write one frame.

        Raises:
            StreamEnded: the reader is gone.
            FrameTimeout: the reader took nothing for ``timeout_s`` (non-blocking sockets only).
        """
        view = memoryview(HEADER.pack(len(payload)) + payload)
        while view:
            try:
                view = view[self.channel.send(view) :]
            except BlockingIOError:
                if not select.select([], [self.channel], [], timeout_s)[1]:
                    raise FrameTimeout from None
            except OSError:
                raise StreamEnded from None

    def send_with_socket(self, payload: bytes, passed: socket.socket) -> None:
        """Write one short frame and hand a socket over with it."""
        try:
            socket.send_fds(self.channel, [HEADER.pack(len(payload)) + payload], [passed.fileno()])
        except OSError:
            raise StreamEnded from None

    def receive(self, timeout_s: float | None = None) -> bytes:
        """Read one frame.

        Raises:
            StreamEnded: the writer is gone.
            FrameTimeout: ``timeout_s`` passed; a half-read frame is lost.
            EvidenceError: the frame is longer than the limit.
        """
        deadline = None if timeout_s is None else monotonic() + timeout_s
        data = self._rest
        self._rest = b""
        while len(data) < HEADER.size:
            data += self._read(READ_BYTES, deadline)
        return self._finish(data, deadline)

    def receive_with_socket(self, timeout_s: float) -> tuple[bytes, socket.socket | None]:
        """Read one frame and the socket that came with it, if one did.

        Raises:
            As :meth:`receive`.
        """
        if not self.wait(timeout_s):
            raise FrameTimeout
        try:
            data, fds, _, _ = socket.recv_fds(self.channel, READ_BYTES, 1)
        except OSError:
            raise StreamEnded from None
        if not data:
            raise StreamEnded
        passed = socket.socket(fileno=fds[0]) if fds else None
        return self._finish(data, monotonic() + timeout_s), passed

    def wait(self, timeout_s: float) -> bool:
        """Wait until something can be read (or the writer is gone); False when time ran out."""
        return bool(self._rest) or bool(self._poll.poll(timeout_s * 1000))

    def _finish(self, data: bytes, deadline: float | None) -> bytes:
        (size,) = HEADER.unpack_from(data)
        if size > self.limit:
            raise EvidenceError(f"a frame of {size} bytes is over the limit")
        end = HEADER.size + size
        if len(data) < end:
            parts = [data]
            missing = end - len(data)
            while missing:
                parts.append(self._read(min(missing, LONG_READ_BYTES), deadline))
                missing -= len(parts[-1])
            data = b"".join(parts)
        self._rest = data[end:]
        return data[HEADER.size : end]

    def _read(self, size: int, deadline: float | None) -> bytes:
        how = 0 if deadline is None else socket.MSG_DONTWAIT  # often it is there already
        while True:
            left_ms = None if deadline is None else (deadline - monotonic()) * 1000
            if left_ms is not None and left_ms <= 0:
                raise FrameTimeout
            try:
                part = self.channel.recv(size, how)
            except BlockingIOError:
                if not self._poll.poll(left_ms):
                    raise FrameTimeout from None
                continue
            except OSError:
                raise StreamEnded from None
            if not part:
                raise StreamEnded
            return part
