"""From an uploaded file to a validated submission: tolerant where the meaning is clear.

Only JSON and zip are read, with limits; nothing of the upload is executed, extracted or unpickled.
"""

import hashlib
import json
import re
import zipfile
from pathlib import Path

from autograder.errors import SubmissionError
from autograder.languages import LANGUAGES
from autograder.model import Cell, Submission

MAX_FILE_BYTES = 200 * 2**20
DIGEST_BYTES = 1 << 20  # read at a time: a file may be larger than any submission
MAX_NOTEBOOK_BYTES = 120 * 2**20
MAX_ENTRIES = 2000
MAX_CELLS = 2000
MAX_SOURCE = 2**20
MAX_DEPTH = 60
SUFFIXES = (".ipynb", ".zip")
IGNORED_FOLDERS = ("__MACOSX", "__pycache__")
CHECK = re.compile(r"""^\w+\.check\(\s*["']([A-Za-z0-9_.\-]{1,100})["']\s*\)""", re.MULTILINE)
QUESTION = re.compile(r"[A-Za-z0-9_.\-]{1,100}")
UPLOAD = "upload the .ipynb file itself"
RESAVE = "open it in Jupyter, save it and upload it again"


def digest_file(path: Path) -> str:
    """Return a file's SHA-256 in hex, or "" when it cannot be read."""
    total = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            while part := file.read(DIGEST_BYTES):
                total.update(part)
        return total.hexdigest()
    except OSError:
        return ""


def load_submission(path: Path, name: str) -> Submission:
    """Read an uploaded file.

    Args:
        path: an ``.ipynb`` file, or a ``.zip`` with one in it.
        name: the submission's name within the run.

    Raises:
        SubmissionError: the file is no submission; the message names it and what to do.
    """
    shown = show_name(path.name)
    notebook, digest, notes = _read_notebook(path, shown)
    return _validate(notebook, shown, name, shown, digest, notes)


def load_cells(path: Path) -> list[dict]:
    """Read all cells of an uploaded file, Markdown and outputs too.

    Returns:
        Dicts with ``cell_type`` and ``source`` as text; what else a cell holds is the student's, of
        any type.

    Raises:
        SubmissionError: the file is no submission.
    """
    shown = show_name(path.name)
    notebook, _, _ = _read_notebook(path, shown)
    _validate(notebook, shown, "", shown, "", ())
    found = []
    for cell in map(_dict, _dict(notebook).get("cells") or ()):
        source = cell.get("source", "")
        if isinstance(source, list):
            source = "".join(part for part in source if isinstance(part, str))
        if isinstance(source, str) and isinstance(cell.get("cell_type"), str):
            found.append({**cell, "source": _clean(source[:MAX_SOURCE])})
    return found


def _read_notebook(path: Path, shown: str) -> tuple[object, str, tuple[str, ...]]:
    """Return what a file holds as JSON, its digest and notes."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise SubmissionError(f"{shown}: larger than {MAX_FILE_BYTES >> 20} MiB; {UPLOAD}")
        data = path.read_bytes()
    except OSError as error:
        raise SubmissionError(f"{shown}: cannot be read ({error.strerror})") from None
    suffix = path.suffix.lower()
    digest = hashlib.sha256(data).hexdigest()
    notes: tuple[str, ...] = ()
    if suffix == ".zip" or (suffix == ".ipynb" and data[:4] == b"PK\x03\x04"):
        data, notes = _read_zip(path, shown)
    elif suffix != ".ipynb":
        raise SubmissionError(f"{shown}: a {suffix or 'nameless'} file is no notebook; {UPLOAD}")
    return _parse_json(data, shown), digest, notes


def show_name(name: str) -> str:
    """Return a file name that is safe to show: no control characters, bounded."""
    text = name.encode("utf-8", "replace").decode("utf-8")
    clean = "".join(c if c.isprintable() else "?" for c in text)
    return clean if len(clean) <= 100 else clean[:60] + "…" + clean[-30:]


def _read_zip(path: Path, shown: str) -> tuple[bytes, tuple[str, ...]]:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES:
                raise SubmissionError(f"{shown}: more than {MAX_ENTRIES} files in it; {UPLOAD}")
            entry, notes = _choose_notebook(entries, shown)
            if entry.flag_bits & 1:
                raise SubmissionError(f"{shown}: the zip has a password; {UPLOAD}")
            if entry.file_size > MAX_NOTEBOOK_BYTES:
                raise SubmissionError(f"{shown}: the notebook in it is too large; {UPLOAD}")
            with archive.open(entry) as file:
                data = file.read(MAX_NOTEBOOK_BYTES + 1)
            if len(data) > MAX_NOTEBOOK_BYTES:
                raise SubmissionError(f"{shown}: the notebook in it is too large; {UPLOAD}")
            return data, notes
    except SubmissionError:
        raise
    except Exception:  # zipfile raises many kinds on damaged archives
        raise SubmissionError(f"{shown}: a damaged zip; {UPLOAD}") from None


def _choose_notebook(
    entries: list[zipfile.ZipInfo], shown: str
) -> tuple[zipfile.ZipInfo, tuple[str, ...]]:
    notebooks = [
        entry
        for entry in entries
        if entry.filename.lower().endswith(".ipynb")
        and not entry.is_dir()
        and not _is_link(entry)
        and not any(
            part.startswith(".") or part in IGNORED_FOLDERS
            for part in entry.filename.replace("\\", "/").split("/")
            if part not in (".", "..")
        )
    ]
    if not notebooks:
        raise SubmissionError(f"{shown}: no notebook in the zip; {UPLOAD}")
    depths = [entry.filename.replace("\\", "/").count("/") for entry in notebooks]
    highest = [entry for entry, depth in zip(notebooks, depths) if depth == min(depths)]
    if len(highest) > 1:
        raise SubmissionError(
            f"{shown}: {len(highest)} notebooks in the zip; upload the one that is to be graded"
        )
    others = len(notebooks) - 1
    notes = (
        (f"{others} more notebooks in deeper folders of the zip were ignored",) if others else ()
    )
    return highest[0], notes


def _is_link(entry: zipfile.ZipInfo) -> bool:
    return entry.external_attr >> 16 & 0o170000 == 0o120000


def _parse_json(data: bytes, shown: str) -> object:
    if not data.strip(b"\0\t\r\n "):
        raise SubmissionError(f"{shown}: the file is empty; save the notebook and upload it again")
    try:
        notebook = json.loads(_decode(data), parse_int=_small_int)
    except (ValueError, RecursionError, MemoryError):
        raise SubmissionError(f"{shown}: not a notebook (it is no valid JSON); {RESAVE}") from None
    if _depth(notebook) > MAX_DEPTH:
        raise SubmissionError(f"{shown}: not a notebook (nested too deep); {RESAVE}")
    return notebook


def _decode(data: bytes) -> str:
    """Decode UTF-8, UTF-16 or UTF-32, with or without a byte order mark."""
    return data.decode(json.detect_encoding(data))


def _small_int(text: str) -> int:
    return int(text) if len(text) < 30 else 0


def _depth(value: object) -> int:
    depth, level = 0, [value]
    while level and depth <= MAX_DEPTH:
        depth += 1
        level = [
            child
            for item in level
            if isinstance(item, (dict, list))
            for child in (item.values() if isinstance(item, dict) else item)
        ]
    return depth


def _validate(
    notebook: object, shown: str, name: str, file: str, digest: str, notes: tuple[str, ...]
) -> Submission:
    if not isinstance(notebook, dict):
        raise SubmissionError(f"{shown}: not a notebook; {UPLOAD}")
    major = notebook.get("nbformat", 4)
    if major in (1, 2, 3) or "worksheets" in notebook:
        notebook = _upgrade(notebook, shown)
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        raise SubmissionError(f"{shown}: not a notebook (it has no list of cells); {UPLOAD}")
    if len(cells) > MAX_CELLS:
        raise SubmissionError(f"{shown}: more than {MAX_CELLS} cells; delete what is not needed")
    metadata = _dict(notebook.get("metadata"))
    ours, otter = _dict(metadata.get("autograder")), _dict(metadata.get("otter"))
    assignment = ours.get("assignment") or otter.get("assignment_name")
    language = ours.get("language")
    read = [_read_cell(cell) for cell in map(_dict, cells) if _is_run(cell)]
    if any(cell is None for cell in read):
        notes += (f"code cells without readable text or over {MAX_SOURCE >> 20} MiB were left out",)
    return Submission(
        name=name,
        file=file,
        digest=digest,
        cells=tuple(cell or Cell("") for cell in read),
        language=language if isinstance(language, str) and language in LANGUAGES else "en",
        assignment=show_name(assignment) if isinstance(assignment, str) else None,
        notes=notes,
    )


def _is_run(cell: dict) -> bool:
    """Tell whether Otter would run this cell."""
    if cell.get("cell_type") != "code":
        return False
    metadata = _dict(cell.get("metadata"))
    tags = metadata.get("tags")
    if isinstance(tags, list) and "otter_ignore" in tags:
        return False
    return not _dict(metadata.get("otter")).get("ignore")


def _read_cell(cell: dict) -> Cell | None:
    """Return the cell, or None where its text cannot be used."""
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list) and all(isinstance(part, str) for part in source):
        source = "".join(source)
    if not isinstance(source, str) or len(source) > MAX_SOURCE:
        return None
    tests = _dict(_dict(cell.get("metadata")).get("otter")).get("tests")
    names = tests if isinstance(tests, list) else []
    valid = dict.fromkeys(t for t in names[:50] if isinstance(t, str) and QUESTION.fullmatch(t))
    source = _clean(source)
    # In stock Otter a check cell grades its question when it runs: its place is the tests' place.
    valid |= dict.fromkeys(CHECK.findall(source)[:50])
    return Cell(source, tuple(valid))


def _clean(source: str) -> str:
    """Return Python text: one kind of newline, no null characters, no halves of surrogate pairs."""
    plain = source.replace("\r\n", "\n").replace("\x00", "")
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _dict(value: object) -> dict:
    return value if isinstance(value, dict) else {}


def _upgrade(notebook: dict, shown: str) -> dict:
    """Convert a notebook of an old format."""
    import nbformat

    try:
        return nbformat.reads(json.dumps(notebook), as_version=4)
    except Exception:  # nbformat raises what it meets
        raise SubmissionError(f"{shown}: an old or broken notebook format; {RESAVE}") from None
