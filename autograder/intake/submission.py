"""From an uploaded file to a validated submission: tolerant where the meaning is clear.

Only JSON and zip are read, with limits; nothing of the upload is executed, extracted or unpickled.
"""

import hashlib
import json
import re
from pathlib import Path

from autograder.intake.refusals import DELETE, RESAVE, refusal
from autograder.intake.upload import ANSWER_TAG, CHECK, NAME, as_dict, read_upload, show_name
from autograder.languages import LANGUAGES
from autograder.model import Cell, Submission

DIGEST_BYTES = 1 << 20  # read at a time: a file may be larger than any submission
MAX_CELLS = 2000
MAX_SOURCE = 2**20
PYTHON = re.compile(r"[0-9]{1,3}\.[0-9]{1,3}[0-9A-Za-z.+]{0,20}")
QUESTION = re.compile(NAME)


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
        path: a notebook, or a ``.zip`` with one in it.
        name: the submission's name within the run.

    Raises:
        SubmissionError: the file is no submission; the message names it and what to do.
        SandboxError: the file cannot be read here, which is no fault of its author.
    """
    shown = show_name(path.name)
    notebook, digest, notes = read_upload(path, shown)
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
    notebook, _, _ = read_upload(path, shown)
    _validate(notebook, shown, "", shown, "", ())
    found = []
    for cell in map(as_dict, as_dict(notebook).get("cells") or ()):
        source = cell.get("source", "")
        if isinstance(source, list):
            source = "".join(part for part in source if isinstance(part, str))
        if isinstance(source, str) and isinstance(cell.get("cell_type"), str):
            found.append({**cell, "source": _clean(source[:MAX_SOURCE])})
    return found


def _validate(
    notebook: object, shown: str, name: str, file: str, digest: str, notes: tuple[str, ...]
) -> Submission:
    if not isinstance(notebook, dict):
        raise refusal(shown, "not a notebook", "不是笔记本")
    major = notebook.get("nbformat", 4)
    if major in (1, 2, 3) or "worksheets" in notebook:
        notebook = _upgrade(notebook, shown)
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        raise refusal(
            shown, "not a notebook (it has no list of cells)", "不是笔记本（没有单元列表）"
        )
    metadata = as_dict(notebook.get("metadata"))
    ours, otter = as_dict(metadata.get("autograder")), as_dict(metadata.get("otter"))
    assignment = ours.get("assignment") or otter.get("assignment_name")
    language = ours.get("language")
    read = _read_cells(cells, shown)
    if any(cell is None for cell in read):
        size = f"{MAX_SOURCE >> 20} MiB"
        notes += (
            f"code cells without readable text or over {size} were left out ‖ "
            f"没有可读文本或超过 {size} 的代码单元已略去",
        )
    python = as_dict(metadata.get("language_info")).get("version")
    return Submission(
        name=name,
        file=file,
        digest=digest,
        cells=tuple(cell or Cell("") for cell in read),
        language=language if isinstance(language, str) and language in LANGUAGES else "en",
        assignment=show_name(assignment) if isinstance(assignment, str) else None,
        notes=notes,
        is_script=ours.get("script") is True,
        python=python if isinstance(python, str) and PYTHON.fullmatch(python) else "",
    )


def _read_cells(cells: list, shown: str) -> list[Cell | None]:
    """Return the code cells; where there are very many, none that are empty.

    Raises:
        SubmissionError: too many of them say something.
    """
    read = [_read_cell(cell) for cell in map(as_dict, cells) if _is_run(cell)]
    if len(read) <= MAX_CELLS:
        return read
    telling = [cell for cell in read if cell is None or cell.source.strip() or cell.tests]
    if len(telling) > MAX_CELLS:
        raise refusal(
            shown,
            f"more than {MAX_CELLS} code cells with content",
            f"有内容的代码单元多于 {MAX_CELLS} 个",
            DELETE,
        )
    return telling


def _is_run(cell: dict) -> bool:
    """Tell whether Otter would run this cell."""
    if cell.get("cell_type") != "code":
        return False
    metadata = as_dict(cell.get("metadata"))
    tags = metadata.get("tags")
    if isinstance(tags, list) and "otter_ignore" in tags:
        return False
    return not as_dict(metadata.get("otter")).get("ignore")


def _read_cell(cell: dict) -> Cell | None:
    """Return the cell, or None where its text cannot be used."""
    metadata = as_dict(cell.get("metadata"))
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list) and all(isinstance(part, str) for part in source):
        source = "".join(source)
    if not isinstance(source, str) or len(source) > MAX_SOURCE:
        return None
    tests, tags = as_dict(metadata.get("otter")).get("tests"), metadata.get("tags")
    names = tests if isinstance(tests, list) else []
    valid = dict.fromkeys(t for t in names[:50] if isinstance(t, str) and QUESTION.fullmatch(t))
    source = _clean(source)
    # In stock Otter a check cell grades its question when it runs: its place is the tests' place.
    valid |= dict.fromkeys(CHECK.findall(source)[:50])
    return Cell(source, tuple(valid), isinstance(tags, list) and ANSWER_TAG in tags)


NULL = 'raise SyntaxError("source code string cannot contain null bytes")'


def _clean(source: str) -> str:
    """Return Python text: one kind of newline, no null characters, no halves of surrogate pairs.

    A cell with a null character ends, as in Jupyter, before any of it has run.
    """
    plain = source.replace("\r\n", "\n")
    if "\x00" in plain:
        plain = f"{NULL}\n{plain}".replace("\x00", "")
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _upgrade(notebook: dict, shown: str) -> dict:
    """Convert a notebook of an old format."""
    import nbformat

    try:
        return nbformat.reads(json.dumps(notebook), as_version=4)
    except Exception:  # nbformat raises what it meets
        raise refusal(
            shown, "an old or broken notebook format", "笔记本格式过旧或已损坏", RESAVE
        ) from None
