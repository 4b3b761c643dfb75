"""Tables as CSV: read as spreadsheets and learning platforms write them, written without harm."""

import csv
import io
import re
from collections.abc import Iterable
from pathlib import Path

from autograder.errors import UsageError

HEAD_LINES = 5  # that tell the delimiter
HEAD_BYTES = 4096  # that tell UTF-16
COMMON_PAIRS = re.compile(rb"[\xb0-\xd7][\xa1-\xfe]")  # the common characters of GB2312
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def to_csv(table: Iterable[Iterable], delimiter: str = ",", quote_all: bool = False) -> str:
    """Return a table as CSV text with plain newlines."""
    text = io.StringIO()
    writer = csv.writer(
        text,
        delimiter=delimiter,
        lineterminator="\n",
        quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL,
    )
    writer.writerows(table)
    return text.getvalue()


def read_table(path: Path) -> list[list[str]]:
    """Read a CSV as spreadsheets and learning platforms write it: any delimiter and encoding.

    Returns:
        One row or more, and no empty ones.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from None
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise UsageError(f"{path}: is an Excel workbook; save it as CSV (UTF-8) and give that")
    text = _decode(data)
    if text and "\n" not in text:
        text = text.replace("\r", "\n")  # as old Macs end lines
    if not text or not text.strip() or "\0" in text:
        what = "is no CSV text; save it as CSV (UTF-8) and give that"
        raise UsageError(f"{path}: {what if text is None or text.strip() else 'is empty'}")
    lines = text.lstrip("\r\n").split("\n")
    first = lines[0].strip()
    if named := re.fullmatch(r"sep=(.)", first, re.IGNORECASE):  # Excel's own word for it
        return _rows(path, "\n".join(lines[1:]), named[1])
    # What stands in quotes separates nothing; a title above the head has no separators.
    plain = [re.sub(r'"[^"]*"', "", line) for line in lines[:HEAD_LINES]]
    head = next((line for line in plain if re.search(r"[,\t;|]", line)), "")
    return _rows(path, text, max(",\t;|", key=head.count))


def _rows(path: Path, text: str, delimiter: str) -> list[list[str]]:
    try:
        read = csv.reader(io.StringIO(text), delimiter=delimiter)
        rows = [row for row in read if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise UsageError(
            f"{path}: is no CSV text ({error}); save it as CSV (UTF-8) and give that"
        ) from None
    if not rows:
        raise UsageError(f"{path}: is empty")
    return rows


def _decode(data: bytes) -> str | None:
    """Decode UTF-8, UTF-16 (a mark or not), what Chinese Excel writes, or else Western Excel's."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings = ["utf-16"]
    elif (head := data[:HEAD_BYTES]).count(0) * 10 > len(head):
        encodings = ["utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"]
    else:
        encodings = ["utf-8-sig", *(["gb18030"] if looks_chinese(data) else []), "cp1252"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def looks_chinese(data: bytes) -> bool:
    """Tell GB18030 from Western text: what is no ASCII is, mostly, pairs of bytes."""
    high = sum(byte > 127 for byte in data)
    return 2 * sum(map(len, COMMON_PAIRS.findall(data))) > high > 0


def harmless(text: str) -> str:
    """Return a cell's text that no spreadsheet takes for a formula: a quote mark goes before it."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def original(text: str) -> str:
    """Return the text that :func:`harmless` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text
