"""Which files of the package go into images, and which decide about marks."""

import ast
import hashlib
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
COURSE = "bundled"  # the folder within an installed package that holds a course: no code


def sandbox_files() -> list[Path]:
    """Return the sandbox's files and every module of ours that they import, sorted."""
    return with_imports((PACKAGE / "sandbox").glob("*.py"))


@lru_cache(maxsize=1)
def code_digest() -> str:
    """Return a digest of the code that decides about marks, hex."""
    deciding = [PACKAGE / "scoring" / "scorer.py", *(PACKAGE / "checks").glob("*.py")]
    return _digest(with_imports([*deciding, *(PACKAGE / "sandbox").glob("*.py")]))


@lru_cache(maxsize=1)
def package_digest() -> str:
    """Return a digest of the whole package, on which a cluster's workers must agree, hex."""
    return _digest(package_files())


def package_files() -> list[Path]:
    """Return every file of the package, templates too, sorted; not those of a bundled course."""
    found = (path.relative_to(PACKAGE) for path in PACKAGE.rglob("*") if path.is_file())
    return sorted(
        PACKAGE / path
        for path in found
        if path.suffix != ".pyc"
        and path.parts[0] != COURSE
        and not any(part.startswith(".") for part in path.parts)
    )


def _digest(paths: list[Path]) -> str:
    total = hashlib.sha256()
    for path in paths:
        total.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0")
        total.update(path.read_bytes())
    return total.hexdigest()


def with_imports(roots: Iterable[Path]) -> list[Path]:
    """Return files of the package and every module of ours that they import, sorted."""
    pending = sorted(roots)
    found = {PACKAGE / "__init__.py"}
    while pending:
        path = pending.pop()
        if path not in found:
            found.add(path)
            pending += imported_files(path)
    return sorted(found)


@cache
def imported_files(path: Path) -> set[Path]:
    """Return the files of the package that one file imports, at any depth of its code."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    files = set()
    for name in names:
        if name.split(".")[0] == PACKAGE.name:
            files |= _files_of(name)
    return files


def _files_of(name: str) -> set[Path]:
    """Return the files that importing a module of ours runs: its packages' and its own."""
    parts = name.split(".")[1:]
    files = set()
    for depth in range(len(parts) + 1):
        stem = PACKAGE.joinpath(*parts[:depth])
        files |= {file for file in (stem / "__init__.py", stem.with_suffix(".py")) if file.exists()}
    return files - {PACKAGE.with_suffix(".py")}
