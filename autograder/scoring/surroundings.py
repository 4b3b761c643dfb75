"""What tests run in: a running loop, as in a kernel, and nobody who reads what they print."""

import asyncio
import io
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout


class Nowhere(io.TextIOBase):
    """Takes all text and keeps none."""

    def write(self, text: str) -> int:
        return len(text)


@contextmanager
def silence() -> Iterator[None]:
    """Drop what tests print: nobody reads it, and it may be much."""
    with redirect_stdout(Nowhere()), redirect_stderr(Nowhere()):
        yield


@contextmanager
def in_loop() -> Iterator[None]:
    """Let a test find a running loop, as in a kernel: it cannot run another one."""
    loop = asyncio.new_event_loop()
    asyncio._set_running_loop(loop)
    try:
        yield
    finally:
        asyncio._set_running_loop(None)
        loop.close()
