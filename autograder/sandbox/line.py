"""The line from a child to its scorer while one request is answered."""

import os
import threading
from collections.abc import Callable

from autograder.wall import oracles
from autograder.wall.frames import NONCE_BYTES, FrameStream

STOPPED = "stopped: the time for this step is used up"


class Line:
    """The line to the scorer while one request is answered: for questions back, then the answer.

    One thread at a time may ask; a child that was forked off, and who comes too late, may not.
    """

    __slots__ = ("stream", "nonce", "lock", "process", "open", "asking", "interrupted")

    def __init__(self, stream: FrameStream, nonce: bytes):
        self.stream, self.nonce = stream, nonce
        self.lock = threading.Lock()
        self.process = os.getpid()
        self.open = True
        self.asking = self.interrupted = False

    def ask(self, question: bytes, serve: Callable[[bytes], None]) -> bytes:
        """Return the answer to a question.

        Args:
            serve: answers a request that comes before: a test's function may ask in its turn.

        Raises:
            RuntimeError: no request is being answered in this process.
        """
        with self.lock:
            if not self.open or os.getpid() != self.process:
                raise RuntimeError("a test's function can be computed only while the test waits")
            self.asking = True
            try:
                self.stream.send(self.nonce + question)
                while not _is_answer(answer := self.stream.receive(), self.nonce):
                    self.asking = False
                    serve(answer)
                    self.asking = True
            finally:
                self.asking = False
            if self.interrupted:
                raise KeyboardInterrupt(STOPPED)
        return answer[NONCE_BYTES:]

    def close(self, answer: bytes) -> None:
        """Send the answer to the request; nothing can be asked any more."""
        with self.lock:
            self.open = False
            self.stream.send(self.nonce + answer)

    def defers_interrupt(self) -> bool:
        """Note an interrupt that has to wait until an answer is read whole."""
        self.interrupted = self.interrupted or self.asking
        return self.asking


def _is_answer(frame: bytes, nonce: bytes) -> bool:
    return frame[:NONCE_BYTES] == nonce and frame[NONCE_BYTES:].startswith(oracles.MARK)
