"""A stand-in for Otter in student notebooks: checks and exports do nothing and cost nothing.

Every name that a notebook imports from Otter is there. A check's result says of itself what a
passed check's does: what is right is decided by the scorer alone.
"""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.machinery import ModuleSpec
from importlib.metadata import Distribution, DistributionFinder
from pathlib import Path
from types import ModuleType
from typing import Any

DISTRIBUTION = "otter-grader"
VERSION = "7.0.0"  # Otter's, which pyproject.toml pins


class Inert:
    """Stands for any class or function: it may be called, derived from and looked into."""

    def __init__(self, *args: object, **kwargs: object):
        pass

    def __getattr__(self, name: str) -> Callable[..., None]:
        if name.startswith("__"):
            raise AttributeError(name)
        return do_nothing

    def __call__(self, *args: object, **kwargs: object) -> object:
        return args[0] if len(args) == 1 and callable(args[0]) else self


def do_nothing(*args: object, **kwargs: object) -> None:
    return None


class TestFile(Inert):
    """What a check returns."""

    grade = score = possible = 1.0
    passed_all = passed_all_public = True
    test_cases: list[object] = []
    test_case_results: list[object] = []

    def __init__(self, name: str = "", *args: object, **kwargs: object):
        self.name = self.path = name

    def summary(self, public_only: bool = False) -> str:
        """Return a line of text."""
        return repr(self)

    def __repr__(self) -> str:
        return f"{self.name} results: the tests of this question run when it is graded"

    def _repr_html_(self) -> str:
        return f"<p>{self!r}</p>"


class Notebook(Inert):
    """Accepts every call that a notebook makes on its grader, and does nothing."""

    def check(self, question: str = "", *args: object, **kwargs: object) -> TestFile:
        """Return a result that finds fault with nothing."""
        return TestFile(question)

    def check_all(self) -> TestFile:
        """Return the same for all questions."""
        return TestFile("all")


class _Module(ModuleType):
    """A module of Otter's: it has every name."""

    __path__: list[str] = []

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return KNOWN.get(name, type(name, (Inert,), {}))


KNOWN: dict[str, type] = {"Notebook": Notebook, "TestFile": TestFile, "test_case": Inert}


class _Installed(Distribution):
    """What the package's metadata say of it, as far as notebooks ask."""

    def read_text(self, filename: str) -> str | None:
        """Return the text of a file of the metadata, or None."""
        told = f"Metadata-Version: 2.1\nName: {DISTRIBUTION}\nVersion: {VERSION}\n"
        return told if filename == "METADATA" else None

    def locate_file(self, path: Any) -> Path:
        """Return where a file of the package would lie."""
        return Path(path)


class _Finder:
    """Finds every module below the stand-in."""

    def find_distributions(
        self, context: DistributionFinder.Context | None = None
    ) -> Iterator[Distribution]:
        """Yield the package's metadata where they are asked for."""
        if (
            context
            and context.name
            and re.sub(r"[-_.]+", "-", context.name).lower() == DISTRIBUTION
        ):
            yield _Installed()

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return ModuleSpec(name, LOADER, is_package=True) if name.startswith("otter.") else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _make_module(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass


def _make_module(name: str) -> ModuleType:
    module = _Module(name)
    vars(module)["__version__"] = VERSION
    return module


LOADER: Any = _Finder()


def install_stub() -> None:
    """Make ``import otter`` find the stand-in."""
    module = _make_module("otter")
    vars(module).update(Notebook=Notebook, __spec__=ModuleSpec("otter", LOADER, is_package=True))
    sys.modules["otter"] = module
    sys.meta_path.insert(0, LOADER)
