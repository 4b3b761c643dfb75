"""The event loop that a kernel runs its cells in."""

import asyncio
import time
from collections.abc import Coroutine
from contextvars import Context, copy_context
from typing import Any, TypeVar

T = TypeVar("T")

BETWEEN_CELLS_S = 0.02


class Loop:
    """The event loop of a notebook's process, made when a cell first awaits something."""

    def __init__(self) -> None:
        self.made: asyncio.AbstractEventLoop | None = None

    def is_running(self) -> bool:
        """Tell whether a cell runs in the loop right now."""
        return self.made is not None and self.made.is_running()

    def run(self, cell: Coroutine[Any, Any, T], keeps: bool) -> T:
        """Run a cell in the loop.

        Args:
            keeps: what it sets of the context stays for the next cell. A cell that awaits is a
                task to a kernel, of which nothing stays; any other one is not.

        Raises:
            What the cell does.
        """
        if self.made is None or self.made.is_closed():
            self.made = asyncio.new_event_loop()
            asyncio.set_event_loop(self.made)
        left: list[Context] = []
        try:
            return self.made.run_until_complete(_leaving(cell, left) if keeps else cell)
        finally:
            for context in left:
                _take_over(context)

    def turn(self) -> BaseException | None:
        """Let tasks that cells have left go on, as a kernel's loop does between two cells.

        Returns:
            what stopped the loop, if anything did.
        """
        if self.made is None or self.made.is_closed():
            return None
        end = time.monotonic() + BETWEEN_CELLS_S
        try:
            self.made.run_until_complete(asyncio.sleep(0))
            while asyncio.all_tasks(self.made) and time.monotonic() < end:
                self.made.run_until_complete(asyncio.sleep(0.001))
        except (SystemExit, KeyboardInterrupt) as stopped:
            return stopped
        return None


async def _leaving(cell: Coroutine[Any, Any, T], left: list[Context]) -> T:
    """Run a cell, and leave the context that its task ends with."""
    try:
        return await cell
    finally:
        left.append(copy_context())


def _take_over(context: Context) -> None:
    """Set here what is set in a context: NumPy's way with errors and decimals are kept so too."""
    here = copy_context()
    for variable, value in context.items():
        if variable not in here or here[variable] is not value:
            variable.set(value)
