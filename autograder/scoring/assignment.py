"""The grading zip as the scorer sees it: Otter's test files, Otter's configuration, a digest."""

import hashlib
import json
import re
import zipfile
import zlib
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from pathlib import Path, PurePosixPath

from otter.run.run_autograder.autograder_config import AutograderConfig

from autograder import __version__
from autograder.errors import SandboxError, SubmissionEnded, UsageError
from autograder.model import Limits, Provenance
from autograder.scoring.bounds import patient
from autograder.scoring.environment import environment_facts
from autograder.scoring.formats import (
    CANNOT_READ,
    PARSE_S,
    QuestionTests,
    no_tests,
    parse_tests,
    path_of,
)
from autograder.scoring.libraries import MODULE, modules_imported
from autograder.scoring.lists import CONDA_LIST, PIP_LIST, list_text
from autograder.scoring.otter_settings import check_settings
from autograder.scoring.whereabouts import READING, Whereabouts
from autograder.scoring.workplace import LARGE_BYTES, Workplace

INPUTS_KEY = "inputs.key"  # the zip's entry
CONFIG = "otter_config.json"
SETTINGS = (CONFIG, "manifest.json", INPUTS_KEY, PIP_LIST, CONDA_LIST)
TESTS = re.compile(r"tests/[^/.][^/]*\.py")  # as stock Otter finds them: no hidden file
R_TESTS = re.compile(r"tests/[^/]+\.[rR]")
FILES = "files/"
OWN_CODE = "files/autograder/"  # in a zip that was built here: the grader, for Gradescope
MAX_FILES_BYTES = 64 * 2**20
MAX_LARGE_BYTES = 8 * 2**30
DAMAGED = (OSError, EOFError, KeyError, ValueError, RuntimeError, zlib.error, zipfile.BadZipFile)
DIGEST_BYTES = 2**20  # read at a time


@dataclass(frozen=True)
class Assignment:
    """What the scorer needs to grade: read from a grading zip, never from a submission.

    Attributes:
        name: the assignment's name.
        digest: SHA-256 of the zip, hex.
        config: content of ``otter_config.json``.
        sources: question name -> test file text.
        manifest: what the zip says of itself (versions and digests), or {}.
        lists: name of a list of packages, such as requirements.txt -> its text.
        inputs_key: what only the zip's makers know, for the tests' random inputs; "" without one.
        files: path under the zip's ``files/`` -> content: what notebook and tests find beside them.
        large: path of a large one -> its size in bytes and CRC; it stays in ``origin``.
        origin: the zip, or the folder that it was unpacked to.
        is_named: the zip or whoever grades says the name; else it is taken from the zip's path.
        is_foreign: it was made elsewhere: its tests draw, share and read files as in stock Otter.
    """

    name: str
    digest: str
    config: dict
    sources: dict[str, str]
    manifest: dict
    files: dict[str, bytes] = field(default_factory=dict)
    is_named: bool = True
    inputs_key: str = ""
    lists: dict[str, str] = field(default_factory=dict)
    large: dict[str, tuple[int, int]] = field(default_factory=dict)
    origin: str = ""
    is_foreign: bool = False

    @cached_property
    def otter_config(self) -> AutograderConfig:
        """Otter's own configuration object."""
        return AutograderConfig(self.config)

    @property
    def called(self) -> frozenset[str]:
        """What notebooks may call it: a folder's name need not be the one that the zip says."""
        said = self.manifest.get("assignment"), self.config.get("assignment_name")
        return frozenset({self.name, *(name for name in said if isinstance(name, str) and name)})

    @property
    def imports(self) -> list[str]:
        """The modules that its solution imports; where the zip does not say, those of its tests."""
        told = self.manifest.get("imports")
        if isinstance(told, list):
            return [name for name in told if isinstance(name, str) and MODULE.fullmatch(name)]
        return modules_imported("\n".join(self.sources.values()))

    @property
    def tells_imports(self) -> bool:
        """Whether the zip says what its solution imports."""
        return isinstance(self.manifest.get("imports"), list)

    @cached_property
    def _parsed(self) -> dict[tuple[str, str], QuestionTests]:
        return {}

    @property
    def files_read(self) -> list[tuple[str, str]]:
        """The test files that were read so far: questions, and languages of their messages."""
        return list(self._parsed)

    @cached_property
    def unreadable(self) -> dict[str, str]:
        """What is wrong with test files that cannot be read, by question; such give no points."""
        return {}

    @cached_property
    def at(self) -> Whereabouts:
        """What a process forked from this one is at."""
        return Whereabouts()

    @cached_property
    def _laid(self) -> dict[str, Workplace]:
        return {}

    def lay_files(self, place: str | None = None) -> str:
        """Lay the files out, so that processes forked from this one share them.

        Args:
            place: a folder that submissions may pass through; None: the system's temporary one.

        Returns:
            The folder that submissions read large files in; "" where there are none.

        Raises:
            UsageError: the zip is damaged, or there is no room for them.
        """
        if not (self.files or self.large):
            return ""
        laid = self._laid.get("")
        if laid is None or place not in (None, laid.place):  # laid out before, to read the tests
            try:
                laid = Workplace(self.files, self.large, self.origin, place)
            except DAMAGED as error:
                why = f"{self.origin}: its files/ cannot be laid out ({error}); make the zip anew, "
                raise UsageError(f"{why}or make room in the folder for temporary files") from None
            self._laid[""] = laid
        return laid.shared

    @property
    def laid(self) -> Workplace | None:
        """Where the files are laid out, if they are."""
        return self._laid.get("")

    @property
    def room_mib(self) -> int:
        """Room that the files take in a submission's folder."""
        return -(-sum(map(len, self.files.values())) // 2**20)

    @property
    def workplace(self) -> str:
        """The folder that tests work in; "" where it has no files, or they are not laid out."""
        return self._laid[""].folder if self._laid else ""

    def beside_files(self) -> AbstractContextManager[None]:
        """Return a context in which tests find the assignment's files beside them."""
        self.lay_files()
        return self._laid[""].entered() if self._laid else nullcontext()

    def __getstate__(self) -> dict:
        """Leave out what was parsed: Otter's test cases lose their function when pickled."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @property
    def seed(self) -> int | None:
        """Otter's seed between cells."""
        return self.config.get("seed")

    @property
    def seed_variable(self) -> str | None:
        """The name of the notebook's that the seed is given to; None: the generators are seeded."""
        name = self.config.get("seed_variable")
        return name if isinstance(name, str) and name.isidentifier() else None

    @cached_property
    def tests_digest(self) -> str:
        """SHA-256 of the tests and Otter's settings, hex: of what the zip says about marks."""
        said = [self.config, self.sources]
        if self.files:
            said.append(
                {name: hashlib.sha256(data).hexdigest() for name, data in self.files.items()}
            )
        if self.large:
            said.append(self.large)
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()

    def draw_seed(self, submission: str, shift: int = 0) -> int:
        """Return the seed of the tests' random inputs for a submission, by its digest.

        The same submission gets the same inputs again; another one gets others, so that a table of
        answers from somebody else's pages is worth nothing.
        """
        text = f"{self.tests_digest}\0{self.inputs_key}\0{submission}\0{shift}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")

    @property
    def questions(self) -> list[str]:
        """Question names in Otter's order."""
        return sorted(self.sources)

    def tests(self, question: str, language: str) -> QuestionTests:
        """Return a fresh test file of one question with its messages in one language.

        Raises:
            SubmissionEnded, SandboxError: the time or memory of a submission is used up.
        """
        return self._parse(question, language).fresh()

    def _parse(self, question: str, language: str) -> QuestionTests:
        key = question, language
        if key not in self._parsed and question in self.unreadable:
            self._parsed[key] = no_tests(question, language)
        if key not in self._parsed:
            self.lay_files()
            self.at.note(READING, question)
            try:
                with self.beside_files(), patient(PARSE_S, lambda: False, lambda error: None):
                    path = path_of(question)
                    self._parsed[key] = parse_tests(self.sources[question], path, language)
            except (KeyboardInterrupt, SubmissionEnded):
                raise  # it is read within a submission's time, which may end
            except MemoryError:  # as much a submission's, and no reason to give the file up
                why = f"{path_of(question)}: there is no memory left to read it in"
                raise SandboxError(why) from None
            except BaseException as error:  # whatever the file does when it is run
                self.give_up_reading(question, type(error).__name__)
                return self._parse(question, language)
        return self._parsed[key]

    def give_up_reading(self, question: str, why: str) -> None:
        """Keep that a test file cannot be read: nobody gets or loses points by it."""
        self.unreadable[question] = CANNOT_READ.format(path_of(question), why)


def load_assignment(path: Path, name: str | None = None) -> Assignment:
    """Read a grading zip.

    Raises:
        UsageError: it is missing, no grading zip, or that of another assignment.
    """
    try:
        digest = _digest(path)
        entries, large = _read_entries(path)
        config = json.loads(entries[CONFIG])
        manifest = json.loads(entries.get("manifest.json", b"{}"))
        sources = {
            Path(entry).stem: _text(entry, text)
            for entry, text in entries.items()
            if TESTS.fullmatch(entry) and Path(entry).stem != "__init__"
        }
        if not (sources and isinstance(config, dict) and isinstance(manifest, dict)):
            raise ValueError("it holds no tests or no settings")
        check_settings(config)
    except FileNotFoundError:
        raise UsageError(
            f"{path}: no grading zip there; `make build` makes those of this course"
        ) from None
    except DAMAGED as error:
        raise UsageError(
            f"{path}: not a grading zip ({error}); run `make build` to rebuild it, or name the zip "
            "that `otter assign` or `otter generate` made"
        ) from None
    own = manifest.get("assignment") or config.get("assignment_name")
    if name and own and name not in (own, safe_name(own)):
        raise UsageError(f"{path}: the grading zip of {own}, not of {name}; name the other one")
    return Assignment(
        name=safe_name(own or name or name_of_path(path)),
        digest=digest,
        config=config,
        sources=sources,
        manifest=manifest,
        inputs_key=entries.get(INPUTS_KEY, b"").decode("ascii", "replace"),
        files={
            entry.removeprefix(FILES): content
            for entry, content in entries.items()
            if entry.startswith(FILES)
            and not ("autograder" in manifest and entry.startswith(OWN_CODE))
        },
        is_named=bool(name or own) and manifest.get("named") is not False,
        is_foreign="autograder" not in manifest or "named" in manifest,
        large=large,
        origin=str(Path(path).resolve()),
        lists={
            entry: list_text(entries[entry]) for entry in (PIP_LIST, CONDA_LIST) if entry in entries
        },
    )


def _text(entry: str, content: bytes) -> str:
    """Return a test file's text.

    Raises:
        ValueError: it is none.
    """
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"{entry} is no UTF-8 text: {error.reason} at {error.start}") from None


def _digest(path: Path) -> str:
    total = hashlib.sha256()
    with open(path, "rb") as file:
        while part := file.read(DIGEST_BYTES):
            total.update(part)
    return total.hexdigest()


def _read_entries(path: Path) -> tuple[dict[str, bytes], dict[str, tuple[int, int]]]:
    """Return the parts of a grading zip that grading needs, and what is known of large files.

    Raises:
        ValueError: its files are too large, or lie outside of their folder.
        UsageError: it is for another language.
    """
    with zipfile.ZipFile(path) as archive:
        wanted = [info for info in archive.infolist() if not info.is_dir() and (
            TESTS.fullmatch(info.filename) or info.filename.startswith(FILES)
            or info.filename in SETTINGS)]  # fmt: skip
        names = archive.namelist()
        if any(R_TESTS.fullmatch(name) for name in names):
            raise UsageError(f"{path}: holds tests for R, which are not supported")
        if CONFIG not in names:
            raise ValueError(_without_config(names))
        files = [info for info in wanted if info.filename.startswith(FILES)]
        large = [info for info in files if info.file_size >= LARGE_BYTES]
        if sum(info.file_size for info in files if info not in large) > MAX_FILES_BYTES:
            raise ValueError(f"its small files/ are larger than {MAX_FILES_BYTES >> 20} MiB")
        if sum(info.file_size for info in large) > MAX_LARGE_BYTES:
            raise ValueError(f"its files/ are larger than {MAX_LARGE_BYTES >> 30} GiB")
        if any(_leads_out(info.filename) for info in files):
            raise ValueError("one of its files/ lies outside of them")
        found = {info.filename: archive.read(info) for info in wanted if info not in large}
        sizes = {info.filename: (info.file_size, info.CRC) for info in large}
        return found, {name.removeprefix(FILES): size for name, size in sizes.items()}


def _without_config(names: list[str]) -> str:
    """Return what is wrong with a zip that does not hold Otter's settings at its place."""
    nested = next((name for name in names if name.endswith(f"/{CONFIG}")), "")
    if nested:
        return f"its {nested} is in a folder: zip what that folder holds, not the folder itself"
    if any("\\" in name for name in names):
        return f"it holds no {CONFIG}, and its paths are written with \\"
    return f"it holds no {CONFIG}"


def _leads_out(name: str) -> bool:
    inside = PurePosixPath(name.removeprefix(FILES))
    return inside.is_absolute() or ".." in inside.parts


def name_of_path(path: Path) -> str:
    """Return a name for the assignment of a zip that does not say one."""
    stem = Path(path).stem
    return Path(path).resolve().parent.name if stem == "autograder" else stem


def safe_name(text: str) -> str:
    """Return a name that may be a folder's."""
    return re.sub(r"[^\w.-]+", "-", str(text)).strip(".-")[:100] or "assignment"


def provenance(
    assignment: Assignment, environment: str, code: str = "", limits: Limits | None = None
) -> Provenance:
    """Return what marks given by an assignment can be traced to.

    Args:
        environment: names the environment that grades (an engine's or engine choice's).
        code: digest of the grader's code that decides about marks.
    """
    return Provenance(
        grading_zip=assignment.digest,
        tests=assignment.tests_digest,
        assignment_version=str(assignment.manifest.get("version", "")),
        environment=str(assignment.manifest.get("environment", "")),
        autograder=__version__,
        image=environment,
        code=code,
        limits=json.dumps(asdict(limits)) if limits else "",
        **environment_facts(),
    )
