"""The Python that scores, and on the local engine runs student code: its versions and digests."""

import hashlib
import platform
from functools import cache
from importlib.metadata import distributions
from typing import NamedTuple


class Package(NamedTuple):
    """A package as its installer recorded it.

    Attributes:
        record: SHA-256, hex, over the list of its files with their digests.
    """

    version: str
    record: str


@cache
def environment_facts() -> dict[str, str]:
    """Return what a provenance says of this environment: ``python``, ``torch``, ``packages``.

    The last is a SHA-256, hex, over each package's name, version and record: it changes with any
    package that is added, changed or removed.
    """
    total = hashlib.sha256()
    found = packages()
    for name, package in found.items():
        total.update(f"{name} {package.version} {package.record}\n".encode())
    return {
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "torch": found["torch"].version if "torch" in found else "",
        "packages": total.hexdigest(),
    }


def listing() -> str:
    """Return the versions of this environment as text, one package a line, its digest first."""
    facts = environment_facts()
    lines = [f"{name}=={package.version}" for name, package in packages().items()]
    return "\n".join([f"# {facts['packages']}", f"# {facts['python']}", *lines]) + "\n"


@cache
def packages() -> dict[str, Package]:
    """Return every package that can be imported here, by name; the first of a name counts."""
    found: dict[str, Package] = {}
    for one in distributions():
        facts = one.metadata  # read and parsed anew each time
        if facts["Name"]:
            name = facts["Name"].lower().replace("_", "-")
            record = hashlib.sha256((one.read_text("RECORD") or "").encode()).hexdigest()
            found.setdefault(name, Package(facts["Version"], record))
    return dict(sorted(found.items()))


def versions() -> dict[str, str]:
    """Return the version of every package here, by name."""
    return {name: package.version for name, package in packages().items()}
