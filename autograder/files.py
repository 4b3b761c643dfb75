"""Files that are there as a whole or not at all."""

import os
import tempfile
from pathlib import Path

from autograder.errors import EvidenceError

MOST_BYTES = 32 * 2**20  # of a file that crosses the wall


def write_text(path: Path, text: str) -> None:
    """Write a file in one step, as UTF-8; its folder is made where it is missing."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")
    try:
        with os.fdopen(
            handle, "w", encoding="utf-8", errors="backslashreplace", newline=""
        ) as file:
            file.write(text)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def link_all(source: str, target: str) -> None:
    """Lay a link to every file below one folder at its place below another."""
    for folder, _, names in os.walk(source):
        inside = os.path.join(target, os.path.relpath(folder, source))
        os.makedirs(inside, exist_ok=True)
        for name in names:
            os.symlink(os.path.join(folder, name), os.path.join(inside, name))


def read_file(path: str) -> bytes | None:
    """Return the bytes of a file, None where there is none.

    Raises:
        EvidenceError: it is too large to cross.
    """
    try:
        with open(path, "rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError:
        return None
    if len(data) > MOST_BYTES:
        raise EvidenceError(f"the file {path} is over {MOST_BYTES >> 20} MiB")
    return data


def write_file(path: str, data: bytes, mode: str) -> None:
    """Write a file, or add to it; its folder is made where it is missing."""
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path, mode) as file:
        file.write(data)
