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

from autograder.errors import EvidenceError
from autograder.files import link_all
from autograder.scoring.both_sides import BothSides

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
MAX_BYTES = 8 * 2**20  # of one that a test writes


NOT_READ = (
    "{}: of a file of this kind that a notebook writes a test sees only that it exists ‖ "
    "{}：对于笔记本写出的这类文件，测试只能看到它存在"
)


@contextmanager
def laid_beside(session: "Session", texts: Iterable[str]) -> Iterator[list[str]]:
    """Work, while open, in a folder that also holds the notebook's files that texts name.

    What student code or the test writes meanwhile under these names is there for the other. Yields
    which of them are there and cannot be read.

    Args:
        texts: of a test; those that are no relative path of a usual file are passed over.
    """
    own = getattr(session, "workplace", "")  # a namespace of values may have no session of ours
    named = [text for text in dict.fromkeys(texts) if _is_path(text)]
    wanted = [text for text in named if not (own and os.path.exists(os.path.join(own, text)))]
    if not wanted and (own or not named):
        yield []
        return
    before = os.getcwd()
    with tempfile.TemporaryDirectory(prefix="written-") as folder:
        if own:
            link_all(own, folder)
        desk = Desk(session, Path(folder), wanted[:MOST])
        desk.fetch()
        os.chdir(folder)
        session.desk = desk
        try:
            yield desk.withheld
        finally:
            session.desk = None
            os.chdir(before)


class Desk(BothSides):
    """The files of some names while one test case runs: there, and in the notebook's folder.

    Args:
        folder: where the test works.
        names: relative paths.
    """

    def __init__(self, session: "Session", folder: Path, names: list[str]):
        self.session, self.folder, self.names = session, folder, names
        self.withheld: list[str] = []
        self.told: dict[str, tuple[int, int]] = {}  # when they were last the same on both sides
        self.known: dict[str, bytes | None] = {}

    def tell(self) -> None:
        """Write in the notebook's folder what the test wrote since."""
        for name in self.names:
            stamp = _stamp(self.folder / name)
            if stamp is not None and stamp != self.told.get(name) and stamp[0] <= MAX_BYTES:
                self.told[name] = stamp
                self.known[name] = (self.folder / name).read_bytes()
                self.session.request("write", path=name, data=self.known[name])

    def fetch(self) -> None:
        """Lay out what the notebook wrote since."""
        for name in self.names:
            data = _read(self.session, name)
            if data is None or data == self.known.get(name):
                continue
            self.known[name] = data
            if not _write(self.folder / name, data):
                self.withheld.append(name)
            elif (stamp := _stamp(self.folder / name)) is not None:
                self.told[name] = stamp


def _read(session: "Session", path: str) -> bytes | None:
    """Return the bytes of a file that the notebook wrote, None where there is none.

    Raises:
        As :meth:`Session.request`; EvidenceError: the answer is malformed.
    """
    data = session.request("read", path=path).get("value")
    if not (data is None or type(data) is bytes):
        raise EvidenceError("malformed file")
    return data


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_size, found.st_mtime_ns) if path.is_file() else None


def _write(path: Path, data: bytes) -> bool:
    """Write a file; what exists and cannot be read becomes a folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix.lower() in SUFFIXES:
        path.write_bytes(data)
        return True
    if not path.exists():
        path.mkdir()
    return False


def _is_path(text: str) -> bool:
    if not text or len(text) > MAX_PATH or "\0" in text or "\n" in text:
        return False
    path = PurePosixPath(text)
    inside = not path.is_absolute() and ".." not in path.parts
    return inside and path.suffix.lower() in SUFFIXES | OTHERS
