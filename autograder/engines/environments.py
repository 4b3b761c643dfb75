"""Environments of grading zips: what a zip's packages need beside what is installed here.

Theory of operation. An environment lies on top of the grader's own: a virtual environment that
holds what is missing or wanted in another version, and finds everything else, torch first of all,
where the grader itself has it. It is made once per machine in a cache folder, named after all that
goes into it, and command, scorers and local sandboxes run in it. The grading image gets a layer
with the same versions. Where nothing is missing there is nothing to make.
"""

import fcntl
import json
import os
import platform
import shutil
import site
import sys
import tempfile
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from subprocess import CompletedProcess

from packaging.utils import canonicalize_name

from autograder.engines import image, uv
from autograder.engines.packages import OTTER, TORCH, Wanted, unmet
from autograder.engines.resolution import (
    OLDEST,
    SANDBOX_LOCK,
    Ground,
    Resolution,
    at_least,
    locked_versions,
    resolve,
)
from autograder.errors import EngineError
from autograder.scoring.environment import environment_facts, versions

MADE, LOCK = "made.json", "requirements.lock"
RECIPE = Path(__file__).with_name("packages.Dockerfile")
FALL_BACK = "autograder-base.pth"
MAX_SHOWN = 8


@dataclass(frozen=True)
class Made:
    """An environment in the cache.

    Attributes:
        folder: holds the lock, and the virtual environment where one is needed.
        added: name -> version of what it has beside the grader's own environment.
        told: what differs from what the zip asks for, a sentence each.
        missing: packages that cannot be had.
    """

    folder: str
    added: dict[str, str]
    told: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def python(self) -> str:
        """The interpreter that finds the packages; "": the grader's own does."""
        return os.path.join(self.folder, "venv", "bin", "python") if self.added else ""


def held_here() -> dict[str, str]:
    """Return canonical name -> version of what this process can import."""
    return {canonicalize_name(name): version for name, version in versions().items()}


def held_in_image() -> dict[str, str]:
    """Return canonical name -> version of what the grading image holds."""
    own = held_here()
    locked = locked_versions(SANDBOX_LOCK.read_text(encoding="utf-8"))
    return {**locked, TORCH: own[TORCH], OTTER: own[OTTER]}


def differences(wanted: Wanted, own: Mapping[str, str]) -> list[str]:
    """Return what is told of a list whatever is installed: what is not taken over from it."""
    told = list(wanted.told)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    if wanted.python and wanted.python != version:
        told.append(f"Python {wanted.python} is asked for; Python {version} grades")
    torch = own[TORCH].split("+")[0]
    for one in wanted.requirements:
        if one.name == TORCH and not one.specifier.contains(torch):
            told.append(f"{one} is asked for; torch {torch} is the grader's own")
    if wanted.otter and wanted.otter.split(".")[0] != own[OTTER].split(".")[0]:
        told.append(f"Otter {wanted.otter} is asked for; Otter {own[OTTER]} grades, whose tests "
                    "may judge otherwise")  # fmt: skip
    return told


def cache_folder() -> Path:
    """Return where environments are kept, by the XDG convention."""
    kept = os.environ.get("XDG_CACHE_HOME")
    base = Path(kept) if kept and os.path.isabs(kept) else Path.home() / ".cache"
    return base / "autograder" / "environments"


def entered() -> Made | None:
    """Return the environment that this process runs in; None: the grader's own."""
    folder = Path(sys.prefix).parent
    return _load(folder) if folder.parent == cache_folder() else None


def ensure_environment(wanted: Wanted, with_image: bool, say: Callable[[str], None]) -> Made | None:
    """Return the environment of a list, made now where there is none yet; None: none is needed.

    Args:
        with_image: whether sandboxes run in the grading image.
        say: gets one line where something is to be installed.

    Raises:
        EngineError: it cannot be made; the message names the package and the way out.
    """
    if here := entered():
        return here
    own = held_here()
    asked = [one for one in wanted.requirements if canonicalize_name(one.name) != TORCH]
    lacking = unmet(asked, own)
    lacking += [one for one in unmet(asked, held_in_image() if with_image else own)
                if one not in lacking]  # fmt: skip
    if not lacking:
        return None
    folder = cache_folder() / _key(wanted)
    with _only_one_maker(folder):
        made = _load(folder)
        if made is None:
            say(f"Making an environment with {_shown(map(str, lacking))} (once on this machine) …")
            made = _make(folder, wanted, own)
    return made


def _key(wanted: Wanted) -> str:
    """Name an environment after what is asked for and what it lies on."""
    parts = [*wanted.lines, *map(at_least, OLDEST), environment_facts()["packages"],
             sys.base_prefix, sys.prefix, platform.python_version()]  # fmt: skip
    return image.digest_of([part.encode() for part in parts])


def _make(folder: Path, wanted: Wanted, own: Mapping[str, str]) -> Made:
    if folder.is_dir():
        shutil.rmtree(folder)
    folder.mkdir(parents=True, mode=0o755)
    asked = [one for one in wanted.requirements if canonicalize_name(one.name) != TORCH]
    with tempfile.TemporaryDirectory(prefix="autograder-") as place:
        found = resolve(asked, Ground.here(own, platform.python_version()), Path(place))
    added = {name: version for name, version in locked_versions(found.lock).items()
             if own.get(name) != version}  # fmt: skip
    (folder / LOCK).write_text(found.lock, encoding="utf-8")
    if added:
        _install(folder, added, found)
    made = Made(str(folder), added, found.told, found.missing)
    (folder / MADE).write_text(json.dumps(asdict(made), indent=1) + "\n", encoding="utf-8")
    return made


def _install(folder: Path, added: Mapping[str, str], found: Resolution) -> None:
    """Make the virtual environment: what was added, with hashes; the rest is the grader's."""
    venv = folder / "venv"
    _check(uv.run("venv", "--python", sys.executable, venv), "the environment cannot be made")
    listed = folder / "added.lock"
    listed.write_text(blocks_of(found.lock, added), encoding="utf-8")
    done = uv.run(
        "pip", "install", "--python", venv / "bin" / "python", "--no-deps", "--require-hashes",
        "--compile-bytecode", "--requirements", listed,
    )  # fmt: skip
    _check(done, f"of {_shown(f'{name} {version}' for name, version in added.items())}")
    (own_site,) = venv.glob("lib/python3*/site-packages")
    lines = [f"import site; site.addsitedir({path!r})" for path in _own_sites()]
    (own_site / FALL_BACK).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _own_sites() -> list[str]:
    """Return where the grader's own environment keeps its packages."""
    return [path for path in site.getsitepackages() if os.path.isdir(path)]


def _check(done: CompletedProcess[str], what: str) -> None:
    """Raise where uv failed."""
    if done.returncode:
        if uv.is_unreachable(done.stderr):
            raise EngineError(uv.unreachable([what]))
        tail = " ".join(done.stderr.split())[-400:]
        raise EngineError(f"{what}: {tail}")


def blocks_of(lock: str, names: Container[str]) -> str:
    """Return the part of a lock that is about some packages, hashes included."""
    kept, keep = [], False
    for line in lock.splitlines():
        if line and line[0] not in " #":
            keep = canonicalize_name(line.split("==")[0].strip()) in names
        if keep:
            kept.append(line)
    return "\n".join(kept) + "\n"


def ensure_layered_image(tag: str, made: Made, wanted: Wanted, say: Callable[[str], None]) -> str:
    """Return the tag of a grading image with an environment's versions on top.

    Args:
        tag: the grading image.
        say: gets one line where it is to be built.

    Raises:
        EngineError: it cannot be built.
    """
    lock = Path(made.folder, LOCK)
    parts = [tag.encode(), RECIPE.read_bytes(), lock.read_bytes(), *map(str.encode, wanted.lines)]
    layered = f"autograder-packages:{image.digest_of(parts)}"
    with _only_one_maker(Path(made.folder)):
        if not image.has_image(layered):
            say("Adding these packages to the grading image (once on this machine) …")
            with tempfile.TemporaryDirectory(prefix="autograder-") as name:
                context = Path(name)
                _lay_out_packages(context, tag, lock, wanted, made)
                shutil.copy(RECIPE, context / "Dockerfile")
                image.build_image(layered, context, {"ENVIRONMENT": tag})
    return layered


def _lay_out_packages(context: Path, tag: str, lock: Path, wanted: Wanted, made: Made) -> None:
    """Install into a folder what the image lacks, for its own Python."""
    site_folder = context / "site"
    site_folder.mkdir()
    python, held = image.look_into(tag)
    inputs, found = context / "inputs.txt", context / "sandbox.lock"
    names = [*locked_versions(SANDBOX_LOCK.read_text(encoding="utf-8")),
             *(one.name for one in wanted.requirements if canonicalize_name(one.name)
               not in (TORCH, *made.missing))]  # fmt: skip
    inputs.write_text("\n".join(names) + "\n", encoding="utf-8")
    for_image = [
        "--python-version",
        python,
        "--python-platform",
        f"{platform.machine()}-manylinux_2_28",
    ]
    done = uv.run(
        "pip", "compile", inputs, "--constraints", lock, "--output-file", found, "--no-header",
        "--generate-hashes", "--no-annotate", "--no-emit-package", TORCH, *for_image,
    )  # fmt: skip
    _check(done, "the image's packages do not go together")
    text = found.read_text(encoding="utf-8")
    added = {name: version for name, version in locked_versions(text).items()
             if held.get(name) != version}  # fmt: skip
    listed = context / "added.lock"
    listed.write_text(blocks_of(text, added), encoding="utf-8")
    if added:
        _check(uv.run("pip", "install", "--target", site_folder, "--no-deps", "--require-hashes",
                      *for_image, "--requirements", listed),
               f"of {_shown(map(str, added))}")  # fmt: skip


def _load(folder: Path) -> Made | None:
    """Return the environment in a folder, where one was made to its end."""
    try:
        plain = json.loads((folder / MADE).read_text(encoding="utf-8"))
        made = Made(**{**plain, "told": tuple(plain["told"]), "missing": tuple(plain["missing"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return made if not made.python or os.path.exists(made.python) else None


@contextmanager
def _only_one_maker(folder: Path) -> Iterator[None]:
    """Let others who want the same environment wait instead of making it too."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(folder.parent / f"{folder.name}.lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _shown(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - MAX_SHOWN} more" if len(listed) > MAX_SHOWN else ""
    return ", ".join(listed[:MAX_SHOWN]) + more
