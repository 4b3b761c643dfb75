"""Which versions meet what a grading zip asks for and what grading needs, together: asked of uv.

What is installed already is kept wherever the list allows it. A version that cannot be had here
gives way to the nearest that can, and a package that cannot be had at all is left out; both are
told, each with the way out.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from autograder.engines import uv
from autograder.engines.packages import OTTER, TORCH
from autograder.engines.shipment import PACKAGE
from autograder.errors import EngineError

SANDBOX_LOCK = PACKAGE / "sandbox" / "requirements.lock"
LARGE = re.compile(r"nvidia|triton|cuda")  # what torch brings along for graphics cards
# Needed for graphics cards alone by what asks for it, and hundreds of megabytes.
FOR_CARDS = ("nvidia-nccl-cu12", "nvidia-nccl-cu13")
# What the scorer imports beside what a sandbox does.
SCORER = (OTTER, "click", "fica", "jinja2", "msgpack", "nbformat", "rich")
# The oldest that grading itself works with.
OLDEST = {"numpy": "1.26", "pandas": "2.0", "matplotlib": "3.9", "ipython": "8"}
NOT_FOUND = re.compile(r"\b([\w.-]+) was not found in")
NO_WHEEL = re.compile(r"no (?:usable )?wheels|pre-built wheels|building from source is disabled")
OWN_LIST = "give a list of your own with --requirements FILE"
MAX_REASON = 200
LEVELS = 3  # at which less is asked of a package: see _less_strict


@dataclass(frozen=True)
class Resolution:
    """Versions that go together.

    Attributes:
        lock: as uv wrote it: each package with its hashes, all but torch.
        told: what differs from what was asked, a sentence each.
        missing: packages that cannot be had here.
    """

    lock: str
    told: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ground:
    """What packages of a zip come beside.

    Attributes:
        needs: what grading itself needs, as requirements.
        kept: pins that are kept wherever that is possible, as a lock writes them.
        torch: its version; it is never part of an answer.
        python: the version of Python to resolve for, as ``3.11``.
        everywhere: resolve for newer versions of Python and all systems too.
    """

    needs: tuple[str, ...]
    kept: str
    torch: str
    python: str
    everywhere: bool = False

    @classmethod
    def here(cls, held: Mapping[str, str], python: str) -> "Ground":
        """Return the ground of an environment in which scorer and sandbox both run.

        Args:
            held: canonical name -> version of what is installed.
        """
        pins = [f"{name}=={version}" for name, version in held.items() if name != TORCH]
        torch = held[TORCH].split("+")[0]
        needs = {TORCH: f"{TORCH}=={torch}", OTTER: f"{OTTER}=={held[OTTER]}"}
        for name in (*SCORER, *locked_versions(SANDBOX_LOCK.read_text(encoding="utf-8"))):
            needs.setdefault(name, at_least(name))
        return cls(tuple(sorted(needs.values())), "\n".join(pins) + "\n", torch, python)


def at_least(name: str) -> str:
    """Return a requirement of a package that grading needs."""
    return f"{name}>={OLDEST[name]}" if name in OLDEST else name


def resolve(wanted: Iterable[Requirement], ground: Ground, folder: Path) -> Resolution:
    """Return versions that meet requirements and what grading needs.

    Args:
        folder: for uv's files.

    Raises:
        EngineError: the index cannot be reached, or nothing goes together.
    """
    return _Search(wanted, ground, folder).run()


def locked_versions(lock: str) -> dict[str, str]:
    """Return canonical name -> version of a lock's packages, for the Python that runs this."""
    found: dict[str, str] = {}
    for line in lock.splitlines():
        if line and line[0] not in " #-":
            one = Requirement(line.rstrip(" \\"))
            if one.marker is None or one.marker.evaluate():
                found[canonicalize_name(one.name)] = next(iter(one.specifier)).version
    return found


class _Search:
    """Asks uv again and again, each time for a little less."""

    def __init__(self, wanted: Iterable[Requirement], ground: Ground, folder: Path):
        self.asked: dict[str, Requirement] = {canonicalize_name(one.name): one for one in wanted}
        self.ground, self.folder = ground, folder
        self.relaxed: dict[str, str] = {}  # name -> why
        self.missing: list[str] = []
        self.built: set[str] = set()  # packages that come as their source alone
        self.alone = False  # whether each was asked for by itself

    def run(self) -> Resolution:
        """Return the first answer."""
        first = {name: str(one) for name, one in self.asked.items()}
        while (said := self._compile(self.asked)) is not None:
            if uv.is_unreachable(said):
                raise EngineError(uv.unreachable(self.asked))
            steps = self._leave_out, self._relax_each, self._relax, self._build
            if not any(step(said) for step in steps):
                listed = ", ".join(map(str, self.asked.values()))
                raise EngineError(
                    f"the packages {listed} do not go together with what grading needs "
                    f"({_reason(said)}); {OWN_LIST}"
                )
        lock = (self.folder / "lock.txt").read_text(encoding="utf-8")
        taken = locked_versions(lock)
        told = [
            f"{first[name]} cannot be had with Python {self.ground.python} and what grading needs "
            f"({reason}); {name} {taken.get(name, '')} is taken. If that will not do, {OWN_LIST}"
            for name, reason in self.relaxed.items()
        ]
        return Resolution(lock, tuple(told), tuple(self.missing))

    def _compile(self, asked: Mapping[str, Requirement]) -> str | None:
        """Resolve; returns what uv says where there is no answer."""
        inputs, lock = self.folder / "inputs.txt", self.folder / "lock.txt"
        listed = [*self.ground.needs, *map(str, asked.values())]
        inputs.write_text("\n".join(listed) + "\n", encoding="utf-8")
        lock.write_text(self.ground.kept, encoding="utf-8")  # uv prefers what stands there
        done = uv.run(
            "pip", "compile", inputs, "--output-file", lock, "--generate-hashes", "--no-header",
            "--no-annotate", "--no-emit-package", TORCH, "--python-version", self.ground.python,
            "--excludes", self._excluded(),
            *(["--universal"] if self.ground.everywhere else []),
            *self._only_binary(),
            config=self._config(), timeout_s=uv.RESOLVE_S,
        )  # fmt: skip
        return None if done.returncode == 0 else done.stderr

    def _only_binary(self) -> list[str]:
        """Return the options by which nothing is built from its source but what has to be."""
        if not self.built:
            return ["--only-binary", ":all:"]
        pinned = {line.split("==")[0] for line in self.ground.kept.splitlines() if "==" in line}
        names = sorted((pinned | set(self.asked)) - self.built)
        return [option for name in names for option in ("--only-binary", name)]

    def _config(self) -> Path:
        """Return uv's settings: torch without what it brings along for graphics cards."""
        path = self.folder / "uv.toml"
        needs = [line for line in requires(TORCH) or [] if not LARGE.search(line)]
        listed = ", ".join(f"'{line.replace(chr(39), chr(34))}'" for line in needs)
        path.write_text(
            f'[[dependency-metadata]]\nname = "{TORCH}"\nversion = "{self.ground.torch}"\n'
            f"requires-dist = [{listed}]\n", encoding="utf-8",
        )  # fmt: skip
        return path

    def _excluded(self) -> Path:
        path = self.folder / "excluded.txt"
        path.write_text("\n".join(FOR_CARDS) + "\n", encoding="utf-8")
        return path

    def _leave_out(self, said: str) -> bool:
        """Ask no longer for what the index does not have; tells whether there was any."""
        gone = {canonicalize_name(name) for name in NOT_FOUND.findall(said)} & set(self.asked)
        for name in sorted(gone):
            del self.asked[name]
            self.relaxed.pop(name, None)
            self.missing.append(name)
        return bool(gone)

    def _relax_each(self, said: str) -> bool:
        """Ask for each package by itself, for less where it cannot be had; tells whether it can't.

        Done once: afterwards each can be had, if not all of them together.
        """
        before, asked = dict(self.asked), self.asked.items()
        if self.alone:
            return False
        for name, one in [pair for pair in asked if pair[1].specifier]:
            why = ""
            for way in (one, *_less_strict(one)):
                if (said := self._compile({name: way}) or "") == "":
                    self.asked[name] = way
                    break
                why = why or said
            else:
                self.built |= {name} if NO_WHEEL.search(said) else set()
            if self.asked[name] is not one:
                self.relaxed[name] = _reason(why)
        self.alone = True
        return before != self.asked or bool(self.built)

    def _relax(self, said: str) -> bool:
        """Ask for less of the packages in the conflict; tells whether there were any.

        Taken is the first with which all goes together: of one package, else of all of them.
        """
        named = [name for name in _names(said, self.asked) if self.asked[name].specifier]
        ways = {name: _less_strict(self.asked[name]) for name in named}
        trials = [{name: way} for name in named for way in ways[name]]
        trials += [{name: ways[name][level] for name in named} for level in range(LEVELS)]
        trials = trials if named else []
        for less in trials:
            if self._compile({**self.asked, **less}) is None:
                break
        else:
            less = trials[-1] if trials else {}
        self.asked.update(less)
        for name in less:
            self.relaxed.setdefault(name, _reason(said))
        return bool(less)

    def _build(self, said: str) -> bool:
        """Let packages be built from their source, where they come in no other form."""
        named = set(_names(said, self.asked)) - self.built if NO_WHEEL.search(said) else set()
        self.built |= named
        return bool(named)


def _less_strict(one: Requirement) -> list[Requirement]:
    """Return what to ask for instead of a version: the same major one, the next, any."""
    anyone = _any_version(one)
    first = next(iter(one.specifier)).version.split(".")[0]
    majors = (int(first), int(first) + 1) if first.isdigit() else (0, 0)
    return [Requirement(f"{anyone}>={major},<{major + 1}") for major in majors] + [anyone]


def _any_version(one: Requirement) -> Requirement:
    extras = f"[{','.join(sorted(one.extras))}]" if one.extras else ""
    return Requirement(one.name + extras)


def _names(said: str, asked: Iterable[str]) -> list[str]:
    """Return which packages a text of uv's speaks of, in its order."""
    words: list[str] = [canonicalize_name(word) for word in re.findall(r"[A-Za-z0-9][\w.-]*", said)]
    return sorted((name for name in asked if name in words), key=words.index)


def _reason(said: str) -> str:
    """Return uv's explanation as half a line."""
    text = " ".join(re.sub(r"[×╰─▶│├]", " ", said).split())
    text = re.sub(r"^.*?\bBecause ", "", text)
    text = re.split(r", we can conclude|\. And because| and you require", text)[0]
    text = text.replace("you require", "wanted are")
    return text if len(text) <= MAX_REASON else text[: MAX_REASON - 1] + "…"
