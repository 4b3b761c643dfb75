"""The folder where tests find the assignment's own files, as their author left them."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Workplace:
    """A temporary folder with an assignment's files; it goes with this object.

    Args:
        files: relative path -> content.
    """

    def __init__(self, files: dict[str, bytes]):
        self._kept = tempfile.TemporaryDirectory(prefix="files-")
        self.folder = os.path.realpath(self._kept.name)
        self.has_modules = any(name.endswith((".py", ".so")) for name in files)
        for name, content in files.items():
            path = Path(self.folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Work in the folder and import modules from it; they are forgotten afterwards."""
        before = os.getcwd()
        os.chdir(self.folder)
        sys.path.insert(0, self.folder)
        try:
            yield
        finally:
            sys.path.remove(self.folder)
            os.chdir(before)
            if self.has_modules:
                self._forget_modules()

    def _forget_modules(self) -> None:
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None)
            if isinstance(file, str) and file.startswith(self.folder + os.sep):
                del sys.modules[name]
