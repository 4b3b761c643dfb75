"""What a test does with the files in a submission's work folder."""

import os
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from autograder.files import MOST_BYTES, entries_below, read_file, stamp_of, write_file

Message = dict[str, Any]
_root: list[str] = []  # the work folder, wherever the notebook goes from there


def work_in(folder: str) -> None:
    """Note the work folder of this process."""
    _root[:] = [folder]


def _at(path: str) -> str:
    return os.path.join(*_root, path)


def lay(message: Message) -> Message:
    """Write a part of one of the assignment's own files, before any cell runs."""
    if _root[0] not in sys.path:
        sys.path.insert(0, _root[0])  # helper modules are imported from it
    write_file(_at(message["path"]), message["data"], "ab")
    return {}


def look(message: Message) -> Message:
    """Return what lies in the work folder, and where in it the notebook works."""
    place = os.path.relpath(os.getcwd(), _root[0])
    return {"value": entries_below(_root[0]), "root": _root[0], "place": place}


def read(message: Message) -> Message:
    """Return the bytes of files that the notebook wrote; those are left out that are not there."""
    found, size = {}, 0
    for path in message["wanted"]:
        data = read_file(_at(path))
        if data is not None and size + len(data) <= MOST_BYTES:
            found[path], size = data, size + len(data)
    return {"value": found}


def take(message: Message) -> Message:
    """Write, make and remove what a test did, go where it works, and take its variables over.

    Returns the stamps of what was written.
    """
    for path in sorted(message["gone"], reverse=True):
        with suppress(OSError):
            os.unlink(_at(path)) if os.path.isfile(_at(path)) else shutil.rmtree(_at(path))
    for path in message["folders"]:
        os.makedirs(_at(path), exist_ok=True)
    for path, data in message["files"].items():
        write_file(_at(path), data, "wb")
    if "place" in message:
        os.chdir(_at(message["place"]))
    for name, value in message.get("variables", {}).items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    written = {path: stamp_of(_at(path)) for path in message["files"]}
    return {"value": {**dict.fromkeys(message["folders"]), **written}}


DONE: dict[str, Callable[[Message], Message]] = {
    "lay": lay, "list": look, "read": read, "take": take,
}  # fmt: skip
