"""Files that a test and the notebook both read and write: one folder to both while a case runs.

The test works in a folder of its own, in which lie the assignment's files and copies of what the
notebook wrote. What either side writes, makes or removes is so for the other with the next
request; so is the folder that it works in, and a path in it means the same on both sides. What the
assignment brings itself is never replaced. Of a file that could be imported or run the test finds
that something of the name exists, and cannot read it; what it unpickles is plain data, or refused
(:mod:`autograder.scoring.unpickling`).
"""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from autograder.errors import EvidenceError
from autograder.files import MOST_BYTES, MOST_ENTRIES, SCRATCH, Entries, entries_below, link_all
from autograder.scoring.both_sides import BothSides
from autograder.scoring.conversation import Conversation
from autograder.scoring.packed import is_bounded, is_data

# Words of a test that works with files.
WORDS = frozenset({
    "open", "os", "Path", "pathlib", "glob", "shutil", "tempfile", "zipfile", "gzip", "tarfile",
    "sqlite3", "getcwd", "listdir", "environ", "fileinput",
})  # fmt: skip
MAX_NAME, MOST_READ = 200, 100
MAX_BYTES = 8 * 2**20  # of one that a test writes

NOT_READ = (
    "{}: of a file of this kind that a notebook writes a test sees only that it exists ‖ "
    "{}：对于笔记本写出的这类文件，测试只能看到它存在"
)


@contextmanager
def laid_beside(
    session: Conversation, texts: Iterable[str], words: Iterable[str]
) -> Iterator[list]:
    """Work, while open, in a folder that also holds the notebook's files, if a test needs them.

    Yields the paths of those that are there and cannot be read.

    Args:
        texts: that stand in a test.
        words: the names in it.
    """
    own = session.workplace
    named = [text for text in texts if _is_path(text)]
    wanted = [text for text in named if not (own and os.path.exists(os.path.join(own, text)))]
    if not wanted and WORDS.isdisjoint(words):
        yield []
        return
    before, variables, scratch = os.getcwd(), dict(os.environ), tempfile.tempdir
    with tempfile.TemporaryDirectory(prefix="written-") as folder:
        desk = Desk(session, os.path.realpath(folder), own)
        desk.fetch()
        os.chdir(desk.place)
        tempfile.tempdir = os.path.join(desk.folder, SCRATCH)
        session.desk = desk
        try:
            yield desk.withheld
            if session.usage is None:
                desk.tell()  # where the test left its things
        finally:
            session.desk, tempfile.tempdir = None, scratch
            session.lending.shared.paths = None
            os.chdir(before)
            if os.environ != variables:
                os.environ.clear()
                os.environ.update(variables)


class Desk(BothSides):
    """The folder of one test case, and the notebook's.

    Args:
        folder: where the test works.
        own: the folder of the assignment's files.

    Attributes:
        place: the folder below it in which both sides work.
    """

    def __init__(self, session: Conversation, folder: str, own: str):
        self.session, self.folder, self.place = session, folder, folder
        self.withheld: list[str] = []
        self.there: Entries = {}  # as they were last seen
        self.here: Entries = {}
        self.variables = dict(os.environ)
        self.own: set[str] = set()
        os.mkdir(os.path.join(folder, SCRATCH))
        if own:
            link_all(own, folder)
            self.own = {os.path.relpath(os.path.join(place, name), folder)
                        for place, folders, names in os.walk(folder)
                        for name in (*folders, *names)}  # fmt: skip
            self.here = entries_below(folder)

    def tell(self) -> None:
        """Do in the notebook's folder what the test did here since."""
        now = entries_below(self.folder)
        told: dict[str, Any] = {"folders": [], "files": {}}
        for path, stamp in now.items():
            if path in self.own or self.here.get(path, ()) == stamp:
                continue
            if stamp is None:
                told["folders"].append(path)
            elif stamp[0] <= MAX_BYTES:
                told["files"][path] = Path(self.folder, path).read_bytes()
        told["gone"] = [path for path in self.here if path not in now and path not in self.own]
        told |= self._moved()
        if any(told.values()):
            stamps = self.session.request("take", **told).get("value")
            self.there = {path: e for path, e in self.there.items() if path not in told["gone"]}
            self.there |= _entries(stamps)
        self.here = now

    def _moved(self) -> dict[str, Any]:
        """Return where the test works, and its variables, where that is another than it was."""
        told: dict[str, Any] = {}
        if (place := os.getcwd()) != self.place and self._is_inside(place):
            self.place = place
            told["place"] = os.path.relpath(place, self.folder)
        if (variables := dict(os.environ)) != self.variables:
            changed = {name: variables.get(name) for name in {*variables, *self.variables}
                       if variables.get(name) != self.variables.get(name)}  # fmt: skip
            self.variables, told["variables"] = variables, changed
        return told

    def _is_inside(self, path: str) -> bool:
        return path == self.folder or path.startswith(self.folder + os.sep)

    def fetch(self) -> None:
        """Do here what the notebook did in its folder since."""
        reply = self.session.request("list", folder=self.folder)
        now = {path: e for path, e in _entries(reply.get("value")).items() if path not in self.own}
        for path in sorted(self.there.keys() - now.keys(), reverse=True):
            _remove(os.path.join(self.folder, path))
        changed = [path for path in now if now[path] != self.there.get(path, ())]
        for path in changed:
            if now[path] is None:
                os.makedirs(os.path.join(self.folder, path), exist_ok=True)
        files = [path for path in changed if now[path] is not None]
        small = [path for path in files if (now[path] or (0,))[0] <= MOST_BYTES][:MOST_READ]
        self._write(files, self._read(small))
        self.there, self.here = now, entries_below(self.folder)
        self._follow(reply.get("root"), reply.get("place"))

    def _read(self, paths: list[str]) -> dict[str, bytes]:
        paths = [path for path in paths if is_data(path)]
        data = self.session.request("read", wanted=paths).get("value") if paths else {}
        if (
            type(data) is not dict
            or {*map(type, data.values())} - {bytes}
            or data.keys() - {*paths}
        ):
            raise EvidenceError("malformed files")
        return data

    def _write(self, paths: list[str], found: dict[str, bytes]) -> None:
        """Write files; what exists and cannot be read becomes a folder."""
        for path in paths:
            place, data = Path(self.folder, path), found.get(path)
            place.parent.mkdir(parents=True, exist_ok=True)
            if data is not None and is_bounded(data):
                if place.is_symlink() or place.is_dir():
                    _remove(str(place))  # never written through
                place.write_bytes(data)
                continue
            if path not in self.withheld:
                self.withheld.append(path)
            _remove(str(place))
            place.mkdir(exist_ok=True)

    def _follow(self, root: object, place: object) -> None:
        """Work where the notebook works, and let a path mean the same on both sides."""
        if not self.session.lending.sharing:
            return
        if type(root) is str and os.path.isabs(root) and len(root) > 1:
            self.session.lending.shared.paths = self.folder, root
        if type(place) is str and _is_inner(place):
            wanted = os.path.normpath(os.path.join(self.folder, place))
            if wanted != self.place and os.path.isdir(wanted):
                self.place = wanted
                os.chdir(wanted)


def is_on_the_desk(path: str) -> bool:
    """Tell whether a file lies in the folder of the test case that runs."""
    scratch = tempfile.tempdir or ""
    place = os.path.dirname(scratch) + os.sep
    return os.path.basename(scratch) == SCRATCH and os.path.realpath(path).startswith(place)


def _entries(told: object) -> Entries:
    """Return what a listing holds.

    Raises:
        EvidenceError: it is malformed.
    """
    if type(told) is not dict or len(told) > MOST_ENTRIES:
        raise EvidenceError("a malformed listing")
    found: Entries = {}
    for path, stamp in told.items():
        if type(path) is not str or not _is_inner(path) or len(path) > 20 * MAX_NAME:
            raise EvidenceError("a malformed path")
        if stamp is not None and (len(stamp) != 2 or {*map(type, stamp)} != {int}):
            raise EvidenceError("a malformed listing")
        found[path] = None if stamp is None else (stamp[0], stamp[1])
    return found


def _is_inner(path: str) -> bool:
    inside = not os.path.isabs(path) and ".." not in PurePosixPath(path).parts
    return inside and "\0" not in path and path != ""


def _remove(path: str) -> None:
    try:
        if os.path.isdir(path) and not os.path.islink(path):
            os.rmdir(path)
        elif os.path.lexists(path):
            os.unlink(path)
    except OSError:
        pass  # a folder that holds something of the test's


def _is_path(text: str) -> bool:
    if not text or len(text) > MAX_NAME or "\n" in text:
        return False
    suffix = PurePosixPath(text).suffix[1:9]
    return _is_inner(text) and suffix.isalnum() and not suffix.isdigit() and " " not in text
