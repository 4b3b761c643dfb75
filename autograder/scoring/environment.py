"""The Python that scores, and on the local engine runs student code: its versions and digests."""

import hashlib
import platform
from functools import cache
from importlib.metadata import Distribution, distributions


@cache
def environment_facts() -> dict[str, str]:
    """Return what a provenance says of this environment: ``python``, ``torch``, ``packages``.

    The last is a SHA-256, hex, over each package's name, version and list of files with their
    digests, as its installer recorded them: it changes with any package that is added, changed or
    removed.
    """
    total = hashlib.sha256()
    found = packages()
    for name, package in found.items():
        record = package.read_text("RECORD") or ""
        total.update(f"{name} {package.version}\n{record}\n".encode())
    torch = found.get("torch")
    return {
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "torch": torch.version if torch else "",
        "packages": total.hexdigest(),
    }


def listing() -> str:
    """Return the versions of this environment as text, one package a line, its digest first."""
    facts = environment_facts()
    lines = [f"{name}=={package.version}" for name, package in packages().items()]
    return "\n".join([f"# {facts['packages']}", f"# {facts['python']}", *lines]) + "\n"


def packages() -> dict[str, Distribution]:
    """Return every package that can be imported here, by name; the first of a name counts."""
    found: dict[str, Distribution] = {}
    for package in distributions():
        name = package.metadata["Name"]
        if name:
            found.setdefault(name.lower().replace("_", "-"), package)
    return dict(sorted(found.items()))


def versions() -> dict[str, str]:
    """Return the version of every package here, by name."""
    return {name: package.version for name, package in packages().items()}
