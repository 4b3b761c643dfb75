"""What a grading zip holds beside Otter's tests and configuration."""

import hashlib
import json
from pathlib import Path
from typing import Any

from autograder import __version__
from autograder.engines.shipment import PACKAGE, with_imports
from autograder.errors import BuildError
from autograder.gradescope.settings import FILE, UploadSettings, load_settings

HERE = Path(__file__).resolve().parent
MANIFEST = "manifest.json"
SCRIPTS = ("setup.sh", "run_autograder", "trim.py", "torch.lock")
ROOT_MODULES = ("gradescope/run.py", "gradescope/selfcheck.py", "probes.py")
# Otter itself, of whose dependencies the scorer imports one, and what makes old notebooks new ones.
SCORER_PACKAGES = (
    "otter-grader", "fica", "nbformat", "fastjsonschema", "jsonschema",
    "jsonschema-specifications", "attrs", "referencing", "rpds-py",
)  # fmt: skip
# In the sandbox's lock, but imported by nothing there: completion, packaging, debugging, what
# browsers load.
LEFT_OUT = (
    "jedi", "parso", "setuptools", "colorama", "debugpy", "jupyterlab-widgets",
    "widgetsnbextension",
)  # fmt: skip


def files(repo_root: Path, folder: Path | None = None, code: str = "files") -> dict[str, bytes]:
    """Return the zip's entries by name: scripts, locks, settings and the package.

    Args:
        repo_root: the folder that holds the lock files.
        folder: an assignment's, whose ``gradescope.json`` to take; default: default settings.
        code: the folder of the zip in which the package lies.
    """
    settings = load_settings(folder) if folder else UploadSettings()
    entries = {name: _with_unix_lines(HERE / name) for name in SCRIPTS}
    entries["requirements.lock"] = grading_lock(repo_root)
    entries[FILE] = settings.as_json()
    for path in shipped_files():
        name = path.relative_to(PACKAGE.parent).as_posix()
        entries[f"{code}/{name}"] = path.read_bytes()
    return dict(sorted(entries.items()))


def manifest(
    entries: dict[str, bytes],
    assignment: str,
    version: str = "1",
    reference_curves: dict[str, list[dict]] | None = None,
    imports: list[str] | None = None,
    exercises: dict[str, dict[str, Any]] | None = None,
    titles: dict[str, str] | None = None,
) -> bytes:
    """Return ``manifest.json`` for a zip with these other entries: what a mark can be traced to.

    Args:
        reference_curves: what the solution draws, by question; reports show it.
        imports: the modules that the solution imports; workers have them ready.
        exercises: titles, texts and links by question; pages show them.
        titles: what the notebook's heading calls the assignment, by language; pages show it.
    """
    plain: dict[str, Any] = {
        "assignment": assignment,
        "version": version,
        "autograder": __version__,
        "content": content_digest(entries),
        "environment": environment_digest(entries),
    }
    if imports is not None:
        plain["imports"] = imports
    if reference_curves:
        plain["reference_curves"] = reference_curves
    if exercises:
        plain["exercises"] = exercises
    if titles:
        plain["titles"] = titles
    return (json.dumps(plain, ensure_ascii=False, indent=1) + "\n").encode()


def content_digest(entries: dict[str, bytes]) -> str:
    """Return the SHA-256 over all entries' names and bytes, but for the manifest's."""
    total = hashlib.sha256()
    for name in sorted(set(entries) - {MANIFEST}):
        total.update(f"{name}\0{len(entries[name])}\0".encode() + entries[name])
    return total.hexdigest()


def environment_digest(entries: dict[str, bytes]) -> str:
    """Return the SHA-256 of the two locks that the environment is installed from."""
    return hashlib.sha256(entries["requirements.lock"] + entries["torch.lock"]).hexdigest()


def shipped_files() -> list[Path]:
    """Return the package's files that grading one submission needs, and no others."""
    roots = [PACKAGE / name for name in ROOT_MODULES]
    roots += [*(PACKAGE / "checks").glob("*.py"), *(PACKAGE / "sandbox").glob("*.py")]
    return with_imports(roots)


def grading_lock(repo_root: Path) -> bytes:
    """Return the locked requirements of grading, taken from the repository's own locks."""
    sandbox = _blocks(PACKAGE / "sandbox" / "requirements.lock")
    everything = _blocks(repo_root / "requirements.lock")
    for name in SCORER_PACKAGES:
        if name not in everything:
            lock = repo_root / "requirements.lock"
            raise BuildError(f"{lock}: {name} is missing; run `make lock`")
        sandbox[name] = everything[name]
    kept = [line for name in sorted(sandbox) if name not in LEFT_OUT for line in sandbox[name]]
    head = ["# All that grading on Gradescope installs, but for torch (torch.lock)."]
    return ("\n".join(head + kept) + "\n").encode()


def _blocks(path: Path) -> dict[str, list[str]]:
    """Split a lock file into the lines of each package, without comments."""
    blocks: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not line[0].isspace():
            block = blocks.setdefault(line.split("==")[0].strip(), [])
        block.append(line)
    return blocks


def _with_unix_lines(path: Path) -> bytes:
    return path.read_bytes().replace(b"\r\n", b"\n")
