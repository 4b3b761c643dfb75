"""The folder where tests find the assignment's own files, as their author left them."""

import os
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from autograder.files import link_all

LARGE_BYTES = 4 * 2**20  # from there on a file is shared by all, and not kept in memory


class Workplace:
    """A temporary folder with an assignment's files; it goes with this object.

    Args:
        files: relative path -> content.
        large: relative paths of large files: one copy of each, that nobody may change, is shared by
            tests and submissions.
        origin: the zip that holds those, or the folder that it was unpacked to.
        place: the folder to make it in; None: the system's temporary one.

    Attributes:
        place: that folder.
        home: where that is made.
        folder: where tests work.
        shared: where the large files are; "" without any.
    """

    def __init__(
        self,
        files: Mapping[str, bytes],
        large: Iterable[str] = (),
        origin: str = "",
        place: str | None = None,
    ):
        self.place, self.shared, self._files = place, "", files
        self._known, self._kept = frozenset[str](), list[tempfile.TemporaryDirectory[str]]()
        home = self._home()
        if names := list(large):
            self.shared = os.path.join(home, "shared")
            lay_large(names, Path(origin), Path(self.shared))
        self._lay()

    def _home(self) -> str:
        """Make a folder to lay files out in; returns it."""
        self._kept.append(tempfile.TemporaryDirectory(prefix="files-", dir=self.place))
        home = os.path.realpath(self._kept[-1].name)
        os.chmod(home, 0o711)
        self.home, self.folder = home, os.path.join(home, "files")
        return home

    def _lay(self) -> None:
        os.mkdir(self.folder, 0o700)
        for name, content in self._files.items():
            path = Path(self.folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        if self.shared:
            link_all(self.shared, self.folder)
        self._laid = _stamps(self.folder)

    def make_own(self) -> None:
        """Lay the files out anew, in a folder that no process has from which this was forked."""
        self._home()
        self._lay()

    def restore(self) -> None:
        """Lay the files anew where anything in the folder is not as it was laid."""
        if _stamps(self.folder) != self._laid:
            self._relay()

    def _relay(self) -> None:
        if os.path.islink(self.folder):
            os.unlink(self.folder)
        elif os.path.lexists(self.folder):
            os.rename(self.folder, gone := tempfile.mkdtemp(dir=os.path.dirname(self.folder)))
            shutil.rmtree(gone, ignore_errors=True)
        self._lay()

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Work in the folder and import modules from it; they are forgotten afterwards."""
        before, known = os.getcwd(), self._modules()
        os.chdir(self.folder)
        sys.path.insert(0, self.folder)
        try:
            yield
        finally:
            with suppress(ValueError):  # a test may have done so
                sys.path.remove(self.folder)
            os.chdir(before)
            if (now := self._modules()) is not known:
                self._forget_modules(now - known)

    def _modules(self) -> frozenset[str]:
        """Return the names of all modules; the same set again, unless one more was imported."""
        last = next(reversed(sys.modules))
        if len(sys.modules) != len(self._known) or last not in self._known:
            self._known = frozenset(sys.modules)
        return self._known

    def _forget_modules(self, names: Iterable[str]) -> None:
        for name in names:
            module, inside = sys.modules[name], self.folder + os.sep
            # A folder without __init__.py is a package without a file.
            places = [getattr(module, "__file__", None), *(getattr(module, "__path__", None) or ())]
            if any(isinstance(place, str) and place.startswith(inside) for place in places):
                del sys.modules[name]


def _stamps(folder: str) -> dict[str, tuple[int, ...]]:
    """Return what tells whether anything below a folder, or the folder, was changed."""
    found: dict[str, tuple[int, ...]] = {}
    with suppress(OSError):
        found[folder] = (os.lstat(folder).st_mode,)
    for place, folders, names in os.walk(folder):
        for name in (*folders, *names):
            path = os.path.join(place, name)
            with suppress(OSError):
                one = os.lstat(path)
                times = (one.st_mtime_ns, one.st_ctime_ns) if name in names else ()
                found[path] = (one.st_mode, one.st_ino, *times)
    return found


def lay_large(names: Iterable[str], origin: Path, shared: Path) -> None:
    """Lay out large files for everybody to read and nobody to change."""
    for name in names:
        path = shared / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if origin.is_dir():
            _link_or_copy(origin / "files" / name, path)
        else:
            with zipfile.ZipFile(origin) as archive, archive.open(f"files/{name}") as source:
                with open(path, "wb") as target:
                    shutil.copyfileobj(source, target, 2**20)
        path.chmod(0o444)
    for folder in (shared, *(path for path in shared.rglob("*") if path.is_dir())):
        folder.chmod(0o755)


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
