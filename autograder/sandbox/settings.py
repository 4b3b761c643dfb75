"""Libraries that change how others print and draw when they are imported, imported ahead.

In a kernel that happens in the notebooks that import them and in no other. So what such an import
changes is put back here, and done again when a notebook imports the library, which is ready.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

import matplotlib
import numpy as np

Values = dict[str, Any]


class Settings:
    """How NumPy prints and matplotlib draws, now."""

    def __init__(self) -> None:
        self.printing: Values = {**np.get_printoptions()}
        self.drawing: Values = dict.copy(_drawing())

    def changes_since(self, before: "Settings") -> tuple[Values, Values]:
        """Return what is another now, of both."""
        return _changes(self.printing, before.printing), _changes(self.drawing, before.drawing)

    def apply(self) -> None:
        """Make them so again."""
        apply(self.printing, self.drawing)


def apply(printing: Values, drawing: Values) -> None:
    """Let NumPy print and matplotlib draw so."""
    np.set_printoptions(**printing)
    dict.update(_drawing(), drawing)


def _drawing() -> Any:
    """Return matplotlib's settings, to be read as they lie there: one would choose a backend."""
    return matplotlib.rcParams


def _changes(now: Values, before: Values) -> Values:
    return {name: value for name, value in now.items() if before.get(name, now) != value}


class Waiting(MetaPathFinder, Loader):
    """Libraries that are ready: their modules, and the settings that go with their import."""

    def __init__(self) -> None:
        self.modules: dict[str, dict[str, ModuleType]] = {}
        self.settings: dict[str, tuple[Values, Values]] = {}

    def hold(self, library: str, settings: tuple[Values, Values]) -> None:
        """Take a library that is loaded back until it is imported."""
        names = [name for name in sys.modules if name.partition(".")[0] == library]
        self.modules[library] = {name: sys.modules.pop(name) for name in names}
        self.settings[library] = settings
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return ModuleSpec(name, self) if name in self.modules else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = self.modules[spec.name][spec.name]
        self.own = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        name = module.__name__
        module.__spec__ = self.own
        sys.modules.update(self.modules.pop(name))
        apply(*self.settings.pop(name))
        if not self.modules:
            sys.meta_path.remove(self)


_waiting = Waiting()


@contextmanager
def kept(name: str) -> Iterator[None]:
    """Put back what importing a module changes, in the block; it is done when that is imported."""
    library = name.partition(".")[0]
    before, known = Settings(), library in sys.modules
    yield
    changes = Settings().changes_since(before)
    if not any(changes):
        return
    before.apply()
    if library in sys.modules and not known:
        _waiting.hold(library, changes)
