"""An uploaded file's bytes as one notebook's JSON: names, encodings, zips, which of several counts.

Only JSON and zip are read, with limits; nothing of the upload is executed, extracted or unpickled.
"""

import hashlib
import json
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from autograder.errors import SandboxError, SubmissionError
from autograder.intake.bounds import looked_at
from autograder.intake.refusals import CHOOSE, RESAVE, SAVE, refusal
from autograder.intake.script import may_be_script, notebook_of

MAX_FILE_BYTES = 200 * 2**20
MAX_NOTEBOOK_BYTES = 120 * 2**20
MAX_ENTRIES = 2000
MAX_NOTEBOOKS = 20  # of a zip, that are looked into
MAX_DEPTH = 60
MAX_PARTS = 2_000_000  # of a notebook's JSON
STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"')
HEAD_BYTES = 1 << 16  # of a file whose name does not tell whether it is a notebook
IGNORED_FOLDERS = ("__MACOSX", "__pycache__")
ZIP_MAGIC = b"PK\x03\x04"
READ_AS_CHINESE = (
    "The file is no UTF-8; it was read as GB18030 ‖ 文件不是 UTF-8 编码，已按 GB18030 读取"
)
TOO_LARGE = ("the notebook in it is too large", "其中的笔记本过大")
TOO_MUCH = ("the notebooks in it are too large together", "其中的笔记本加起来过大")
# As browsers and copies leave it: "a.ipynb.txt", "a.ipynb.json", "a.ipynb (1)"; no "a.ipynb.pdf".
NOTEBOOK_NAME = re.compile(r"\.ipynb(?:[ _.-]*(?:txt|json|download|bak|copy|\(?\d+\)?))*$", re.I)
NAME = r"""[^"'\\/\x00-\x1f\ud800-\udfff]{1,100}"""  # of a question: its test file has it
CHECK = re.compile(rf"""^\w+\.check\(\s*["']({NAME})["']\s*[,)]""", re.MULTILINE)
ANSWER_TAG = "otter_answer_cell"  # what Otter writes at each cell that waits for an answer


@dataclass(frozen=True)
class Look:
    """What a notebook tells at a glance.

    Attributes:
        assignment: the assignment that it says it belongs to, or None.
        untouched: every cell for an answer still waits for one, as in the release.
        has_questions: it has such cells, or tests of questions.
    """

    assignment: str | None
    untouched: bool
    has_questions: bool


def is_notebook_name(name: str) -> bool:
    """Tell whether a file's name is that of a notebook or zip, also as browsers save them."""
    return name.lower().endswith(".zip") or NOTEBOOK_NAME.search(name) is not None


def may_be_notebook(path: Path) -> bool:
    """Tell whether a file may be a notebook or zip, by its name or else by how it begins."""
    if is_notebook_name(path.name):
        return True
    try:
        with open(path, "rb") as file:
            return _begins_like_a_notebook(file.read(HEAD_BYTES))
    except OSError:
        return False


def _begins_like_a_notebook(head: bytes) -> bool:
    plain = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe\t\r\n ")
    return plain.startswith(b"{") and (b'"cells"' in plain or b'"nbformat"' in plain)


def look_at(path: Path) -> Look | None:
    """Return what a file tells at a glance, or None where no notebook can be read from it."""

    def look() -> list[Any] | None:
        try:
            found = _look(read_upload(path, path.name)[0])
        except (SubmissionError, SandboxError):
            return None
        return [found.assignment, found.untouched, found.has_questions] if found else None

    told = looked_at(path, look)
    return Look(*told) if told else None


def _look(notebook: Any) -> Look | None:
    if not isinstance(notebook, dict):
        return None
    old = "worksheets" in notebook or notebook.get("nbformat") in (1, 2, 3)
    cells = notebook.get("cells")
    if not old and not isinstance(cells, list):
        return None
    metadata = as_dict(notebook.get("metadata"))
    ours, otter = as_dict(metadata.get("autograder")), as_dict(metadata.get("otter"))
    claimed = ours.get("assignment") or otter.get("assignment_name")
    read = [as_dict(cell) for cell in cells or ()]
    waiting = [_waits(cell) for cell in read if _is_for_an_answer(cell)]
    return Look(
        claimed if isinstance(claimed, str) else None,
        untouched=bool(waiting) and all(waiting),
        has_questions=bool(waiting) or any(map(_is_check, read)),
    )


def _is_for_an_answer(cell: dict[Any, Any]) -> bool:
    tags = as_dict(cell.get("metadata")).get("tags")
    return cell.get("cell_type") == "code" and isinstance(tags, list) and ANSWER_TAG in tags


def _waits(cell: dict[Any, Any]) -> bool:
    """Tell whether a cell still holds the dots that stand for an answer."""
    lines = _source(cell).splitlines()
    return any(line.strip() == "..." or line.rstrip().endswith("= ...") for line in lines)


def _is_check(cell: dict[Any, Any]) -> bool:
    """Tell whether a question's tests follow a cell."""
    otter = as_dict(as_dict(cell.get("metadata")).get("otter"))
    return cell.get("cell_type") == "code" and bool(
        otter.get("tests") or CHECK.search(_source(cell))
    )


def _source(cell: dict[Any, Any]) -> str:
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    return source if isinstance(source, str) else ""


def read_upload(path: Path, shown: str) -> tuple[Any, str, tuple[str, ...]]:
    """Return the JSON of a file's notebook, the file's SHA-256 in hex, and notes.

    Args:
        shown: the file's name in messages.

    Raises:
        SubmissionError: there is no notebook in it.
        SandboxError: it cannot be read here, which is no fault of its author.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            size = f"{MAX_FILE_BYTES >> 20} MiB"
            raise refusal(shown, f"larger than {size}", f"超过 {size}")
        data = path.read_bytes()
    except OSError as error:
        raise SandboxError(f"{shown}: cannot be read here ({error.strerror})") from None
    digest, suffix = hashlib.sha256(data).hexdigest(), path.suffix.lower()
    notebook_name = NOTEBOOK_NAME.search(path.name) is not None
    if suffix == ".zip" or (notebook_name and data.startswith(ZIP_MAGIC)):
        notebook, notes = _read_zip(path, shown)
        return notebook, digest, notes
    is_notebook = notebook_name or _begins_like_a_notebook(data[:HEAD_BYTES])
    if suffix == ".py" and not is_notebook and may_be_script(data.decode("utf-8", "replace")):
        notebook, notes = _read_script(data, shown)
        return notebook, digest, notes
    if not is_notebook:
        kind = (f"a {suffix} file", f"{suffix} 文件") if suffix else ("a nameless file", "这个文件")
        raise refusal(shown, f"{kind[0]} is no notebook", f"{kind[1]}不是笔记本")
    notebook, notes = _parse_json(data, shown)
    return notebook, digest, notes


def show_text(text: str) -> str:
    """Return a text that may hold names, safe for a terminal: nothing in it moves or colours."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(c if c.isprintable() or c == "\n" else "?" for c in text)


def show_name(name: str) -> str:
    """Return a file name that is safe to show: no control characters, bounded."""
    clean = show_text(name).replace("\n", "?")
    return clean if len(clean) <= 100 else clean[:60] + "…" + clean[-30:]


def _read_zip(path: Path, shown: str) -> tuple[Any, tuple[str, ...]]:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES:
                raise refusal(
                    shown,
                    f"more than {MAX_ENTRIES} files in it",
                    f"其中的文件多于 {MAX_ENTRIES} 个",
                )
            notebooks = [entry for entry in entries if _is_notebook(entry)]
            scripts = [entry for entry in entries if _is_script(entry)]
            if not notebooks and len(scripts) == 1:
                return _read_script(_extract(archive, scripts[0], shown), shown)
            return _choose(archive, notebooks, shown)
    except SubmissionError:
        raise
    except Exception:  # zipfile raises many kinds on damaged archives
        raise refusal(shown, "a damaged zip", "zip 文件已损坏") from None


def _choose(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], shown: str
) -> tuple[Any, tuple[str, ...]]:
    """Return the notebook of a zip: the one nearest to its root that somebody worked on."""
    if not entries:
        raise refusal(shown, "no notebook in the zip", "zip 中没有笔记本")
    if len(entries) == 1:
        return _parse_json(_extract(archive, entries[0], shown), shown)
    if sum(entry.file_size for entry in entries[:MAX_NOTEBOOKS]) > MAX_FILE_BYTES:
        raise refusal(shown, *TOO_MUCH)
    worked_on = _worked_on(archive, entries[:MAX_NOTEBOOKS], shown) or entries
    highest = [entry for entry in worked_on if _depth_of(entry) == min(map(_depth_of, worked_on))]
    if len(highest) > 1:
        count = len(highest)
        raise refusal(shown, f"{count} notebooks in the zip", f"zip 中有 {count} 个笔记本", CHOOSE)
    notebook, notes = _parse_json(_extract(archive, highest[0], shown), shown)
    deeper = sum(_depth_of(entry) > _depth_of(highest[0]) for entry in entries)
    if deeper:
        notes += (
            f"{deeper} more notebooks in deeper folders of the zip were ignored ‖ "
            f"zip 的子文件夹中还有 {deeper} 个笔记本，已忽略",
        )
    if blank := len(entries) - 1 - deeper:
        notes += (
            f"{blank} more notebooks of the zip were ignored: nobody worked on them ‖ "
            f"zip 中另有 {blank} 个没有作答的笔记本，已忽略",
        )
    return notebook, notes


def _worked_on(
    archive: zipfile.ZipFile, entries: Iterable[zipfile.ZipInfo], shown: str
) -> list[zipfile.ZipInfo]:
    """Return the entries that can be read and are not as they were released."""
    found = []
    for entry in entries:
        try:
            look = _look(_parse_json(_extract(archive, entry, shown), shown)[0])
        except SubmissionError:
            continue
        if look and not look.untouched:
            found.append(entry)
    return found


def _extract(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, shown: str) -> bytes:
    if entry.flag_bits & 1:
        raise refusal(shown, "the zip has a password", "zip 文件有密码")
    if entry.file_size > MAX_NOTEBOOK_BYTES:
        raise refusal(shown, *TOO_LARGE)
    with archive.open(entry) as file:
        data = file.read(MAX_NOTEBOOK_BYTES + 1)
    if len(data) > MAX_NOTEBOOK_BYTES:
        raise refusal(shown, *TOO_LARGE)
    return data


def is_link(entry: zipfile.ZipInfo) -> bool:
    """Tell whether a zip's entry is a symbolic link."""
    return entry.external_attr >> 16 & 0o170000 == 0o120000


def _is_notebook(entry: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    hidden = any(
        part.startswith(".") or part in IGNORED_FOLDERS
        for part in path.parts
        if part not in (".", "..")
    )
    named = NOTEBOOK_NAME.search(path.name) is not None
    return named and not entry.is_dir() and not is_link(entry) and not hidden


def _is_script(entry: zipfile.ZipInfo) -> bool:
    """Tell whether an entry is one that stock Otter takes where there is no notebook."""
    name = entry.filename
    return "/" not in name and name.endswith(".py") and name != "__init__.py"


def _read_script(data: bytes, shown: str) -> tuple[Any, tuple[str, ...]]:
    if len(data) > MAX_NOTEBOOK_BYTES or not data.strip(b"\0\t\r\n "):
        raise refusal(shown, "the file is empty, or too large", "文件为空，或者过大")
    try:
        text, notes = data.decode("utf-8-sig"), ()
    except UnicodeDecodeError:
        raise refusal(
            shown, "not a Python file (it is no UTF-8)", "不是 Python 文件（编码不是 UTF-8）"
        ) from None
    return notebook_of(text.replace("\r\n", "\n")), notes


def _depth_of(entry: zipfile.ZipInfo) -> int:
    return entry.filename.replace("\\", "/").count("/")


def _parse_json(data: bytes, shown: str) -> tuple[Any, tuple[str, ...]]:
    if not data.strip(b"\0\t\r\n "):
        raise refusal(shown, "the file is empty", "文件为空", SAVE)
    try:
        text, notes = _decode(data)
        if _parts(text) > MAX_PARTS:
            raise refusal(
                shown, "not a notebook (millions of parts)", "不是笔记本（有数百万个部分）", RESAVE
            )
        notebook = json.loads(text, parse_int=_small_int)
    except (ValueError, RecursionError, MemoryError):
        raise refusal(
            shown, "not a notebook (it is no valid JSON)", "不是笔记本（不是有效的 JSON）", RESAVE
        ) from None
    if _depth(notebook) > MAX_DEPTH:
        raise refusal(shown, "not a notebook (nested too deep)", "不是笔记本（嵌套过深）", RESAVE)
    return notebook, notes


def _parts(text: str) -> int:
    """Return how many lists, maps and items JSON holds; their memory is many times their text's.

    What stands in strings, such as printed numbers, is told apart only where there is very much.
    """
    count = sum(map(text.count, "[{,"))
    return count if count <= MAX_PARTS else sum(map(STRING.sub("", text).count, "[{,"))


def _decode(data: bytes) -> tuple[str, tuple[str, ...]]:
    """Decode UTF-8, UTF-16 or UTF-32, with or without a byte order mark; else GB18030."""
    try:
        return data.decode(json.detect_encoding(data)), ()
    except UnicodeDecodeError:
        return data.decode("gb18030"), (READ_AS_CHINESE,)


def _small_int(text: str) -> int:
    return int(text) if len(text) < 30 else 0


def _depth(value: Any) -> int:
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


def as_dict(value: Any) -> dict[Any, Any]:
    """Return a dict as it is, an empty one in the place of all else."""
    return value if isinstance(value, dict) else {}
