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
from typing import TYPE_CHECKING

from otter.run.run_autograder.autograder_config import AutograderConfig

from autograder import __version__
from autograder.errors import UsageError
from autograder.model import Limits, Provenance
from autograder.scoring.environment import environment_facts
from autograder.scoring.formats import QuestionTests, no_tests, parse_tests
from autograder.scoring.libraries import MODULE, modules_imported
from autograder.scoring.workplace import Workplace

if TYPE_CHECKING:
    pass

INPUTS_KEY = "inputs.key"  # the zip's entry
SETTINGS = ("otter_config.json", "manifest.json", INPUTS_KEY)
TESTS = re.compile(r"tests/[^/]+\.py")
FILES = "files/"
OWN_CODE = "files/autograder/"  # in a zip that was built here: the grader, for Gradescope
MAX_FILES_BYTES = 64 * 2**20
SLIP = re.compile(r"^\[([a-z0-9]+(?:-[a-z0-9]+)*)\]\s*")


@dataclass(frozen=True)
class Assignment:
    """What the scorer needs to grade: read from a grading zip, never from a submission.

    Attributes:
        name: the assignment's name.
        digest: SHA-256 of the zip, hex.
        config: content of ``otter_config.json``.
        sources: question name -> test file text.
        manifest: what the zip says of itself (versions and digests), or {}.
        inputs_key: what only the zip's makers know, for the tests' random inputs; "" without one.
        files: path under the zip's ``files/`` -> content: what notebook and tests find beside them.
        is_named: the zip or whoever grades says the name; else it is taken from the zip's path.
    """

    name: str
    digest: str
    config: dict
    sources: dict[str, str]
    manifest: dict
    files: dict[str, bytes] = field(default_factory=dict)
    is_named: bool = True
    inputs_key: str = ""

    @cached_property
    def otter_config(self) -> AutograderConfig:
        """Otter's own configuration object."""
        return AutograderConfig(self.config)

    @property
    def imports(self) -> list[str]:
        """The modules that its solution imports; where the zip does not say, those of its tests."""
        told = self.manifest.get("imports")
        if isinstance(told, list):
            return [name for name in told if isinstance(name, str) and MODULE.fullmatch(name)]
        return modules_imported("\n".join(self.sources.values()))

    @cached_property
    def _parsed(self) -> dict[tuple[str, str], QuestionTests]:
        return {}

    @cached_property
    def unreadable(self) -> dict[str, str]:
        """What is wrong with test files that cannot be read, by question; such give no points."""
        return {}

    @cached_property
    def _workplace(self) -> Workplace:
        return Workplace(self.files)

    def lay_files(self) -> None:
        """Lay the files out now, so that processes forked from this one share them."""
        if self.files:
            self._workplace.folder  # noqa: B018 - made when it is first asked for

    def beside_files(self) -> AbstractContextManager[None]:
        """Return a context in which tests find the assignment's files beside them."""
        return self._workplace.entered() if self.files else nullcontext()

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

    @property
    def is_foreign(self) -> bool:
        """Whether the zip was made elsewhere, so that its tests draw as in stock Otter."""
        return "autograder" not in self.manifest

    @cached_property
    def tests_digest(self) -> str:
        """SHA-256 of the tests and Otter's settings, hex: of what the zip says about marks."""
        said = [self.config, self.sources]
        if self.files:
            said.append(
                {name: hashlib.sha256(data).hexdigest() for name, data in self.files.items()}
            )
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
        """Return a fresh test file of one question with its messages in one language."""
        return self._parse(question, language).fresh()

    def _parse(self, question: str, language: str) -> QuestionTests:
        key = question, language
        if key not in self._parsed:
            path = f"tests/{question}.py"
            try:
                self._parsed[key] = parse_tests(self.sources[question], path, language)
            except (Exception, SystemExit) as error:  # whatever the file does when it is run
                self.unreadable[question] = f"{path} cannot be read ({type(error).__name__})"
                self._parsed[key] = no_tests(question, path)
        return self._parsed[key]


def load_assignment(path: Path, name: str | None = None) -> Assignment:
    """Read a grading zip.

    Raises:
        UsageError: it is missing, no grading zip, or that of another assignment.
    """
    try:
        data = Path(path).read_bytes()
        entries = _read_entries(path)
        config = json.loads(entries["otter_config.json"])
        manifest = json.loads(entries.get("manifest.json", b"{}"))
        sources = {
            Path(entry).stem: text.decode("utf-8")
            for entry, text in entries.items()
            if TESTS.fullmatch(entry) and Path(entry).stem != "__init__"
        }
        if not (sources and isinstance(config, dict) and isinstance(manifest, dict)):
            raise ValueError("it holds no tests or no settings")
    except FileNotFoundError:
        raise UsageError(f"{path}: no grading zip there; run `make` to build it") from None
    except (OSError, KeyError, ValueError, RuntimeError, NotImplementedError, zlib.error,
            zipfile.BadZipFile) as error:  # fmt: skip
        raise UsageError(f"{path}: not a grading zip ({error}); run `make` to rebuild it") from None
    own = manifest.get("assignment") or config.get("assignment_name")
    if name and own and name != own:
        raise UsageError(f"{path}: the grading zip of {own}, not of {name}; name the other one")
    return Assignment(
        name=name or safe_name(own or name_of_path(path)),
        digest=hashlib.sha256(data).hexdigest(),
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
        is_named=bool(name or own),
    )


def _read_entries(path: Path) -> dict[str, bytes]:
    """Return the parts of a grading zip that grading needs.

    Raises:
        ValueError: its files are too large, or lie outside of their folder.
    """
    with zipfile.ZipFile(path) as archive:
        wanted = [info for info in archive.infolist() if not info.is_dir() and (
            TESTS.fullmatch(info.filename) or info.filename.startswith(FILES)
            or info.filename in SETTINGS)]  # fmt: skip
        files = [info for info in wanted if info.filename.startswith(FILES)]
        if sum(info.file_size for info in files) > MAX_FILES_BYTES:
            raise ValueError(f"its files/ are larger than {MAX_FILES_BYTES >> 20} MiB")
        if any(".." in PurePosixPath(info.filename).parts for info in files):
            raise ValueError("one of its files/ lies outside of them")
        return {info.filename: archive.read(info) for info in wanted}


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


def split_slip(message: str) -> tuple[str | None, str]:
    """Split the name of a misconception from the text of a failure."""
    found = SLIP.match(message)
    return (found[1], message[found.end() :]) if found else (None, message)
