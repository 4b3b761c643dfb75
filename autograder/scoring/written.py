"""Files that the notebook wrote and a test reads: they lie beside the test, as bytes, for one case.

Only kinds of file that hold data are taken over. Of one that a test would import or unpickle it
finds that something of the name exists, and cannot read it. What the assignment brings itself is
never replaced.
"""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from autograder.files import link_all

if TYPE_CHECKING:
    from autograder.scoring.session import Session

SUFFIXES = frozenset({
    ".bmp", ".csv", ".dat", ".geojson", ".gif", ".htm", ".html", ".jpeg", ".jpg", ".json", ".log",
    ".md", ".pdf", ".png", ".svg", ".tex", ".tsv", ".txt", ".wav", ".xml", ".yaml", ".yml",
})  # fmt: skip
OTHERS = frozenset({
    ".db", ".feather", ".gz", ".h5", ".ipynb", ".joblib", ".npy", ".npz", ".parquet", ".pickle",
    ".pkl", ".pt", ".pth", ".py", ".sqlite", ".xls", ".xlsx", ".zip",
})  # fmt: skip
MAX_PATH, MOST = 200, 20


@contextmanager
def laid_beside(session: "Session", texts: Iterable[str]) -> Iterator[None]:
    """Work, while open, in a folder that also holds the notebook's files that texts name.

    Args:
        texts: of a test; those that are no relative path of a usual file are passed over.
    """
    own = getattr(session, "workplace", "")  # a namespace of values may have no session of ours
    named = [text for text in dict.fromkeys(texts) if _is_path(text)]
    wanted = [text for text in named if not (own and os.path.exists(os.path.join(own, text)))]
    found = {path: session.file(path) for path in wanted[:MOST]}
    written = {path: data for path, data in found.items() if data is not None}
    if not written and (own or not named):
        yield
        return
    before = os.getcwd()
    with tempfile.TemporaryDirectory(prefix="written-") as folder:
        if own:
            link_all(own, folder)
        _write(Path(folder), written)
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)


def _write(folder: Path, files: dict[str, bytes]) -> None:
    for path, data in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.suffix.lower() in SUFFIXES:
            place.write_bytes(data)
        else:
            place.mkdir()  # what exists, and is no file


def _is_path(text: str) -> bool:
    if not text or len(text) > MAX_PATH or "\0" in text or "\n" in text:
        return False
    path = PurePosixPath(text)
    inside = not path.is_absolute() and ".." not in path.parts
    return inside and path.suffix.lower() in SUFFIXES | OTHERS
