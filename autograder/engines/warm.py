"""What every engine is: a warm worker that is started ahead, entered where it is used, closed."""

import os
import socket
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import suppress
from types import TracebackType
from typing import Any

import msgpack

from autograder.errors import EngineError, SandboxError
from autograder.wall.frames import CONTROL_BYTES, FrameStream, FrameTimeout, StreamEnded

EXIT_S = 5.0
WARM_UP_S = 240.0
LAYERS = {  # as the worker names them, and in words
    "own_uid": "a uid of its own",
    "landlock_abi": "Landlock",
    "seccomp": "seccomp",
    "rlimits": "resource limits",
    "tripwire": "a look at what it changes",
}


class WarmEngine(ABC):
    """One warm worker; a context manager.

    It may be started ahead, and entered in a process that was forked since then. Then it is closed
    in both; the process that started it waits for the worker's end.

    Attributes:
        stream: frames to and from the worker, once entered.
        layers: which layers of confinement hold there, once entered.
        python: the version of Python there, once entered.
        image: names the environment that grades.
        place: the folder for what it needs while it runs; "": the system's temporary one.
        layers_off: layers that a test has left out; nothing outside the tests sets it.
        modules: what the assignment's own solution imports.
        shared: folder of large files that every submission finds in its own; "": none.

    Raises:
        EngineError: student code could not be held on this machine.
    """

    image: str
    place: str = ""
    layers_off: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    shared: str = ""
    stream: FrameStream
    layers: dict[str, Any]
    python: str
    owner: int | None = None
    channel: socket.socket | None = None

    def start(self) -> None:
        """Start the worker; it warms up while this process does something else."""
        self.owner = os.getpid()
        self._start()

    def __enter__(self) -> "WarmEngine":
        if self.owner is None:
            self.start()
        try:
            self.channel = self._connect()
            self.stream, greeting = receive_greeting(self.channel)
            self.layers, self.python = greeting["layers"], greeting["python"]
        except SandboxError as error:
            self.close()
            raise EngineError(f"{self._no_start}{error}") from None
        except BaseException:
            self.close()
            raise
        return self

    @property
    def missing(self) -> str:
        """Which layers of confinement do not hold there, in words; "" where all do."""
        return ", ".join(words for name, words in LAYERS.items() if not self.layers.get(name))

    def close(self, patience_s: float = EXIT_S) -> None:
        """Let the worker end; whoever started it waits for that, and wipes what it left."""
        self.let_go()
        if self.owner == os.getpid():
            self._await_end(patience_s)

    def let_go(self) -> None:
        """Tell the worker to end."""
        if self.channel is not None:
            hang_up(self.channel)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    _no_start = ""  # what precedes the worker's own reason

    @abstractmethod
    def _start(self) -> None:
        """Start the worker's process."""

    @abstractmethod
    def _connect(self) -> socket.socket:
        """Return the channel to the worker.

        Raises:
            SandboxError: it ended before it connected.
        """

    @abstractmethod
    def _await_end(self, patience_s: float) -> None:
        """Wait for the worker's end, hurry it where it takes too long, wipe what it left."""


def end_all(engines: Iterable[WarmEngine], patience_s: float = EXIT_S) -> None:
    """Close engines together: all have the same few seconds to end."""
    ending = list(engines)
    for engine in ending:
        engine.let_go()
    deadline = time.monotonic() + patience_s
    for engine in ending:
        engine.close(max(0.0, deadline - time.monotonic()))


def receive_greeting(channel: socket.socket) -> tuple[FrameStream, dict[str, Any]]:
    """Wait until the worker at the other end is warm.

    Returns:
        The stream of frames to and from it, and what it says of itself: ``layers`` and ``python``.

    Raises:
        SandboxError: the worker ended or refused.
    """
    stream = FrameStream(channel, CONTROL_BYTES)
    try:
        message = msgpack.unpackb(stream.receive(WARM_UP_S))
    except (StreamEnded, FrameTimeout) as error:
        raise SandboxError(f"the sandbox worker did not start ({type(error).__name__})") from None
    if message["op"] == "refused":
        raise SandboxError(message["reason"])
    return stream, message


def hang_up(channel: socket.socket) -> None:
    """End a conversation for good, whichever other process still holds the channel."""
    with suppress(OSError):
        channel.shutdown(socket.SHUT_RDWR)
    channel.close()
