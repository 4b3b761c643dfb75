"""From a source notebook to everything an assignment needs; Otter does the Otter work."""

import contextlib
import hashlib
import io
import json
import logging
import os
import shutil
import tempfile
import zipfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from autograder.build import environment, leaks, release, source
from autograder.build.archive import make_zip, read_folder, read_zip
from autograder.build.exercises import describe_exercises, describe_titles
from autograder.build.language import keep_language
from autograder.course import ROOT, whole_lock, work_folder
from autograder.engines.local import LocalEngine
from autograder.errors import BuildError
from autograder.files import write_bytes
from autograder.gradescope import bundle
from autograder.languages import LANGUAGES
from autograder.reports.written import load_rubric
from autograder.scoring.libraries import modules_imported

KEY_FILE = ".inputs-key"  # in the course; ignored by git; any bytes
STAMP = "verified.json"
GRADING_ZIP = "autograder.zip"
INPUTS_KEY = "inputs.key"  # the grading zip's entry made of it


@dataclass(frozen=True)
class BuiltAssignment:
    """Where an assignment was built to.

    Attributes:
        verified: the solution and a blank notebook were graded, now or for the same content before.
    """

    name: str
    folder: Path
    questions: int
    points: float
    verified: bool

    @property
    def grading_zip(self) -> Path:
        """The grading zip."""
        return self.folder / GRADING_ZIP

    def describe(self) -> str:
        """Return one line for the terminal."""
        state = "verified" if self.verified else "not verified"
        return f"{self.questions} questions, {self.points:g} points, {state}: {self.folder}"


def build_assignment(
    folder: Path, dist: Path, verify: bool = True, stock: bool = True
) -> BuiltAssignment:
    """Build ``dist/<assignment>/``: student releases, grading zip and solutions.

    Args:
        folder: the assignment's folder, with a source notebook of the same name in it.
        verify: grade the solution (full marks, in stock Otter and isolated) and a blank notebook
            (no hidden test passed); skipped for content that was verified before.
        stock: verify in stock Otter too, not only isolated.

    Raises:
        BuildError: the source or its rubric is faulty, a release shows a secret, the packages that
            students may import are not the same everywhere, or the verification fails.
    """
    name = folder.name
    environment.check_environment(ROOT)
    notebook = source.load_source(folder / f"{name}.ipynb")
    questions = source.questions(notebook["cells"])
    _check_rubric(folder / "rubric.toml", questions)
    target = dist / name
    with ExitStack() as stack:
        engine = LocalEngine()
        if verify and not (target / STAMP).is_file():  # it warms up while the files are made
            engine.start()
            stack.callback(engine.close)
        files = _make_files(folder, notebook, leaks.find_secrets(notebook, questions))
        if verify:
            from autograder.build.verify import verify_assignment

            files[STAMP] = verify_assignment(name, files, engine, _read(target / STAMP), stock)
            zipped = files[GRADING_ZIP]
            files[GRADING_ZIP] = _with_manifest(zipped, name, files[STAMP], notebook["cells"])
    _write(target, files)
    points = sum(config["points"] for question in questions for config, _ in question["tests"])
    return BuiltAssignment(name, target, len(questions), points, verify)


def _make_files(folder: Path, notebook: dict, secrets: leaks.Secrets) -> dict[str, bytes]:
    name, data = folder.name, source.data_files(folder, notebook["cells"])
    files: dict[str, bytes] = {}
    for language in LANGUAGES:
        made = _assign(name, keep_language(notebook, language), data)
        student = release.make_release(name, language, made["student"], data)
        leaks.check_release(student, secrets)
        files |= {f"student/{language}/{entry}": content for entry, content in student.items()}
        files[f"student/{name}-{language}.zip"] = make_zip(
            {f"{name}-{language}/{entry}": content for entry, content in student.items()}
        )
        solution = release.finish_notebook(made["autograder"], name, language)
        files[f"solutions/{name}-{language}.ipynb"] = release.to_bytes(solution)
        if language == LANGUAGES[0]:
            files[GRADING_ZIP] = _grading_zip(folder, made["zip"], data)
    return files


def _check_rubric(path: Path, questions: list[dict]) -> None:
    """Hold a rubric against the notebook: graders' marks go by its names and their order."""
    if not path.is_file():
        return
    rubric = [question.name for question in load_rubric(path)]
    manual = [question["name"] for question in questions if question["config"].get("manual")]
    if rubric != manual:
        raise BuildError(
            f"{path}: is for {', '.join(rubric) or 'nothing'}; the notebook's written questions "
            f"are {', '.join(manual) or 'none'}: name the same ones in the same order"
        )


def _assign(name: str, notebook: dict, data: dict[str, bytes]) -> dict:
    """Run ``otter assign`` in a folder of its own; returns both notebooks and the zip's entries."""
    from otter.assign import main as otter_assign

    with tempfile.TemporaryDirectory(prefix="autograder-") as temporary:
        master = Path(temporary, f"{name}.ipynb")
        master.write_text(json.dumps(notebook), encoding="utf-8")
        for file, content in data.items():
            path = master.parent / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        output = io.StringIO()
        here = os.getcwd()
        logging.disable(logging.CRITICAL)
        try:
            with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
                otter_assign(str(master), str(Path(temporary, "out")), no_pdfs=True,
                             no_run_tests=True)  # fmt: skip
        except Exception as error:  # Otter raises many kinds
            raise BuildError(f"{name}.ipynb: otter assign refuses it: {error}") from None
        finally:
            logging.disable(logging.NOTSET)
            os.chdir(here)
        out = Path(temporary, "out")
        (archive,) = (out / "autograder").glob("*-autograder_*.zip")
        with zipfile.ZipFile(archive) as entries:
            made = {entry: entries.read(entry) for entry in entries.namelist()}
        return {
            "student": json.loads((out / "student" / master.name).read_text("utf-8")),
            "autograder": json.loads((out / "autograder" / master.name).read_text("utf-8")),
            "zip": made,
        }


def _grading_zip(folder: Path, entries: dict[str, bytes], data: dict[str, bytes]) -> bytes:
    name = folder.name
    kept = {
        entry: data
        for entry, data in entries.items()
        if entry.startswith("tests/") and entry.endswith(".py")
    }
    config = json.loads(entries["otter_config.json"])
    if key := read_inputs_key():
        kept[INPUTS_KEY] = hashlib.sha256(key + name.encode()).hexdigest().encode()
    kept["otter_config.json"] = (json.dumps(config, indent=1, sort_keys=True) + "\n").encode()
    kept |= bundle.files(whole_lock().parent, folder)
    kept |= {f"files/{file}": content for file, content in data.items()}
    kept[bundle.MANIFEST] = bundle.manifest(kept, name)
    return make_zip(kept)


def read_inputs_key() -> bytes:
    """Return what the key file holds, b"" without one.

    With the key, the hidden tests' random inputs cannot be computed from the repository.
    """
    return _read(work_folder() / KEY_FILE).strip()


def source_of(cells: list[dict]) -> str:
    """Return the source of all code cells as one text."""
    code = [cell["source"] for cell in cells if cell["cell_type"] == "code"]
    return "\n".join("".join(source) for source in code)


def _with_manifest(grading_zip: bytes, name: str, verified: bytes, cells: list[dict]) -> bytes:
    """Return a grading zip whose manifest also tells right curves, imports and the exercises."""
    entries = read_zip(grading_zip)
    curves = json.loads(verified)["reference_curves"]
    imports, exercises = modules_imported(source_of(cells)), describe_exercises(cells)
    titles = describe_titles(cells)
    entries[bundle.MANIFEST] = bundle.manifest(
        entries, name, "1", curves, imports, exercises, titles
    )
    return make_zip(entries)


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _write(target: Path, files: dict[str, bytes]) -> None:
    """Bring a folder to hold exactly these files; what is already right is left alone.

    The grading zip comes last: it says that all else is there.
    """
    found = read_folder(target) if target.exists() else {}
    for entry in set(found) - set(files):
        (target / entry).unlink()
    for entry, data in sorted(files.items(), key=lambda file: file[0] == GRADING_ZIP):
        if found.get(entry) != data:
            write_bytes(target / entry, data)
    for folder in sorted(target.rglob("*"), reverse=True):
        if folder.is_dir() and not any(folder.iterdir()):
            shutil.rmtree(folder)
    if GRADING_ZIP in files:
        os.utime(target / GRADING_ZIP)  # make compares times
