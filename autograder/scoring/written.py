"""Files that a notebook wrote, for tests that read them: bytes, laid beside the zip's own.

Nothing of them runs here: no module of Python's is laid, and while they lie there nothing can be
unpickled but plain data.
"""

import os
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from autograder.errors import EvidenceError

MOST_FILES = 500
READS = re.compile(
    r"\bopen\(|\bread_|load|\bPath\(|exists|isfile|isdir|listdir|glob|getsize|\.stat\("
)
RUNS = re.compile(r"\.(?:py[cdiow]?|so|pth|zip|egg|whl)$", re.IGNORECASE)
_held: list[str] = []  # folders in which such files lie now


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if _held and event == "pickle.find_class":
        raise RuntimeError("what a submission wrote is not unpickled here")


@contextmanager
def laid(found: Any, own: Sequence[str]) -> Iterator[None]:
    """Lay files into the working folder, or into a new one where the zip has no files.

    Args:
        found: pairs of a relative path and bytes, as the sandbox told them.
        own: paths of the zip's files, which stay as they are.

    Raises:
        EvidenceError: what was told is malformed.
    """
    files = _checked(found, own)
    before = os.getcwd()
    with tempfile.TemporaryDirectory(prefix="written-") as new:
        folder = before if own else os.path.realpath(new)
        if not own:
            os.chdir(folder)
        made = []
        _guard()
        _held.append(folder)
        try:
            for name, content in files.items():
                path = Path(folder, name)
                if not path.exists():
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(content)
                    made.append(path)
            yield
        finally:
            _held.pop()
            for path in made:
                path.unlink(missing_ok=True)
            os.chdir(before)


def _checked(found: Any, own: Sequence[str]) -> dict[str, bytes]:
    if type(found) is not list or len(found) > MOST_FILES:
        raise EvidenceError("malformed files")
    files: dict[str, bytes] = {}
    for pair in found:
        if type(pair) is not list or [type(part) for part in pair] != [str, bytes]:
            raise EvidenceError("malformed files")
        path = PurePosixPath(pair[0])
        parts = path.parts
        if path.is_absolute() or not parts or ".." in parts or "\0" in pair[0]:
            raise EvidenceError("a file outside of its folder")
        if not RUNS.search(path.name) and str(path) not in own:
            files[str(path)] = pair[1]
    return files


_guarded: list[bool] = []


def _guard() -> None:
    """Watch, from now on, what is unpickled in this process."""
    if not _guarded:
        sys.addaudithook(_refuse)
        _guarded.append(True)
