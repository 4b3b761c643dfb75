"""What a test does with the files in a submission's work folder."""

import os
import sys
from collections.abc import Callable
from typing import Any

from autograder.files import read_file, write_file

Message = dict[str, Any]


def lay(message: Message) -> Message:
    """Write a part of one of the assignment's own files, before any cell runs."""
    folder = os.getcwd()
    if folder not in sys.path:
        sys.path.insert(0, folder)  # helper modules are imported from it
    write_file(os.path.join(folder, message["path"]), message["data"], "ab")
    return {}


def read(message: Message) -> Message:
    """Return the bytes of a file that the notebook wrote; None where there is none."""
    return {"value": read_file(message["path"])}


def write(message: Message) -> Message:
    """Write a file that a test wrote."""
    write_file(message["path"], message["data"], "wb")
    return {}


DONE: dict[str, Callable[[Message], Message]] = {"lay": lay, "read": read, "write": write}
