"""What a kernel shows beside what is printed: displayed values, displays, and errors.

They reach the page whatever a notebook has put in the place of ``sys.stdout``, or has closed.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher

from autograder.sandbox.streams import SCREENS, BoundedText


@contextmanager
def beside() -> Iterator[None]:
    """Let what is shown now go to the page, not to what stands where it is printed."""
    printed = getattr(sys, "stdout", None)
    if not SCREENS or (type(printed) is BoundedText and not printed.closed):
        yield
        return
    sys.stdout = SCREENS[0]
    try:
        yield
    finally:
        sys.stdout = printed


def _shown(write: Callable[..., None]) -> Callable[..., None]:
    def show(*args: Any, **options: Any) -> None:
        with beside():
            write(*args, **options)

    return show


class ZMQShellDisplayHook(DisplayHook):
    """What shows the value of a cell's last expression, by the name that libraries ask for."""

    write_output_prompt = _shown(DisplayHook.write_output_prompt)
    write_format_data = _shown(DisplayHook.write_format_data)
    finish_displayhook = _shown(DisplayHook.finish_displayhook)


class ZMQDisplayPublisher(DisplayPublisher):
    """What publishes displays, by the name that libraries ask for."""

    publish = _shown(DisplayPublisher.publish)

    def clear_output(self, wait: bool = False) -> None:
        """Let what is displayed stay: IPython's own way is for terminals."""
