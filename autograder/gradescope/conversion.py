"""Any Otter grading zip made a hardened one: its tests and files, this grader around them."""

import json
import re
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import canonicalize_name

from autograder.build.archive import make_zip
from autograder.engines.environments import blocks_of, differences, held_here, held_in_image
from autograder.engines.packages import TORCH, Wanted, read_lists, unmet
from autograder.engines.resolution import Ground, at_least, resolve
from autograder.errors import UsageError
from autograder.gradescope import bundle
from autograder.scoring.assignment import DAMAGED, Assignment, load_assignment
from autograder.scoring.lists import CONDA_LIST, PIP_LIST

TAKEN = re.compile(r"tests/[^/.][^/]*\.py|files/.+")
CODE = "grader"  # apart from the other course's files, whose modules may be called anything
LOCK, SETTINGS = "requirements.lock", ("otter_config.json", PIP_LIST, CONDA_LIST)
PYTHON = "3.10"  # the oldest that set-up takes


@dataclass(frozen=True)
class Converted:
    """A hardened zip.

    Attributes:
        data: its bytes, the same for the same zip and the same versions of packages.
        told: what is not as the other zip asks for, a sentence each.
    """

    data: bytes
    told: tuple[str, ...]


def convert(path: Path, repo_root: Path) -> Converted:
    """Return a zip for Gradescope that grades another course's assignment with this grader.

    Args:
        path: the grading zip that ``otter assign`` or ``otter generate`` made.
        repo_root: the folder of this project's lock files.

    Raises:
        UsageError: it is no grading zip for Python, or was made by this project.
        EngineError: its packages cannot be had.
    """
    assignment = load_assignment(path)
    if "autograder" in assignment.manifest:
        raise UsageError(f"{path}: this zip is hardened already: upload it as it is")
    entries = _taken(path)
    wanted = read_lists(assignment.lists)
    own = bundle.files(repo_root, code=CODE)
    told = differences(wanted, held_here())
    own[LOCK], more = _lock(own[LOCK], wanted)
    entries |= own
    entries[bundle.MANIFEST] = _manifest(entries, assignment)
    return Converted(make_zip(entries), (*told, *more))


def _taken(path: Path) -> dict[str, bytes]:
    """Return the entries that are taken over: tests, settings and files."""
    with zipfile.ZipFile(path) as archive:
        taken = [
            info for info in archive.infolist()
            if not info.is_dir() and (TAKEN.fullmatch(info.filename) or info.filename in SETTINGS)
        ]  # fmt: skip
        try:
            return {info.filename: archive.read(info) for info in taken}
        except DAMAGED as error:
            raise UsageError(f"{path}: damaged ({error}); make the zip anew") from None


def _lock(lock: bytes, wanted: Wanted) -> tuple[bytes, tuple[str, ...]]:
    """Return a lock with what a zip asks for too, and what is told of it."""
    text = lock.decode()
    asked = [one for one in wanted.requirements if canonicalize_name(one.name) != TORCH]
    if not unmet(asked, held_in_image()):
        return lock, ()
    ground = Ground(
        needs=(*_needs(text), f"{TORCH}=={_torch()}"),
        kept=text,
        torch=_torch(),
        python=PYTHON,
        everywhere=True,
    )
    with tempfile.TemporaryDirectory(prefix="autograder-") as folder:
        found = resolve(asked, ground, Path(folder))
    if found.missing:
        raise UsageError(
            f"the index has no package {', '.join(found.missing)}; take it out of the zip's list "
            "of packages, or correct its name"
        )
    kept = dict.fromkeys(name for name in _names(found.lock) if name not in bundle.LEFT_OUT)
    head = "# All that grading on Gradescope installs, but for torch (torch.lock).\n"
    whole = blocks_of(found.lock, kept) + blocks_of(text, bundle.SCORER_PACKAGES)
    return (head + whole).encode(), found.told


def _needs(lock: str) -> list[str]:
    """Return what a lock pins as requirements of any version, for the systems that it is for.

    Otter's own two packages are installed without what they need, so they are no part of it.
    """
    found = []
    for line in lock.splitlines():
        if line and line[0] not in "# " and not line.startswith(bundle.SCORER_PACKAGES):
            pin, _, marker = line.rstrip(" \\").partition(" ; ")
            name = canonicalize_name(pin.split("==")[0].strip())
            found.append(f"{at_least(name)} ; {marker}" if marker else at_least(name))
    return sorted(set(found))


def _names(lock: str) -> list[str]:
    """Return the packages of a lock, whatever system or Python they are for."""
    heads = (line.split("==")[0].strip() for line in lock.splitlines() if line[:1] not in "# ")
    return [canonicalize_name(name) for name in heads if name]


def _torch() -> str:
    return held_here()[TORCH].split("+")[0]


def _manifest(entries: dict[str, bytes], assignment: Assignment) -> bytes:
    """Return the manifest; a name that is only the file's claims no notebook."""
    plain = json.loads(bundle.manifest(entries, assignment.name))
    return (json.dumps({**plain, "named": assignment.is_named}, indent=1) + "\n").encode()
