"""Frames on a byte stream: four bytes of length, then the payload."""

import os
import select
import struct
import time

from autograder.errors import EvidenceError

HEADER = struct.Struct("<I")
NONCE_BYTES = 8  # an answer starts with the nonce of its request


class StreamEnded(Exception):
    """The other end is gone."""


class FrameTimeout(Exception):
    """No whole frame arrived in time."""


class FrameStream:
    """Frames over two file descriptors (which may be one socket).

    Args:
        read_fd, write_fd: open descriptors; the stream closes neither.
        limit: largest payload accepted, in bytes.
    """

    def __init__(self, read_fd: int, write_fd: int, limit: int):
        self.read_fd = read_fd
        self.write_fd = write_fd
        self.limit = limit
        self._poll = select.poll()
        self._poll.register(read_fd, select.POLLIN)

    def send(self, payload: bytes, timeout_s: float | None = None) -> None:
        """Write one frame.

        Raises:
            StreamEnded: the reader is gone.
            FrameTimeout: the reader took nothing for ``timeout_s`` (non-blocking descriptors only).
        """
        view = memoryview(HEADER.pack(len(payload)) + payload)
        while view:
            try:
                view = view[os.write(self.write_fd, view) :]
            except BlockingIOError:
                if not select.select([], [self.write_fd], [], timeout_s)[1]:
                    raise FrameTimeout from None
            except OSError:
                raise StreamEnded from None

    def receive(self, timeout_s: float | None = None) -> bytes:
        """Read one frame.

        Raises:
            StreamEnded: the writer is gone.
            FrameTimeout: ``timeout_s`` passed; a half-read frame is lost.
            EvidenceError: the frame is longer than the limit.
        """
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        (size,) = HEADER.unpack(self._read(HEADER.size, deadline))
        if size > self.limit:
            raise EvidenceError(f"a frame of {size} bytes is over the limit")
        return self._read(size, deadline)

    def wait(self, timeout_s: float) -> bool:
        """Wait until something can be read (or the writer is gone); False when time ran out."""
        return bool(self._poll.poll(timeout_s * 1000))

    def has_data(self) -> bool:
        """Tell whether something waits to be read (or the writer is gone)."""
        return self.wait(0)

    def _read(self, size: int, deadline: float | None) -> bytes:
        parts = []
        while size:
            if deadline is not None:
                left_ms = (deadline - time.monotonic()) * 1000
                if left_ms <= 0 or not self._poll.poll(left_ms):
                    raise FrameTimeout
            try:
                part = os.read(self.read_fd, min(size, 1 << 20))
            except BlockingIOError:
                continue
            except OSError:
                raise StreamEnded from None
            if not part:
                raise StreamEnded
            parts.append(part)
            size -= len(part)
        return b"".join(parts)
