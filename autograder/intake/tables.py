"""Tables as CSV: read as spreadsheets and learning platforms write them, written without harm."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from autograder.errors import UsageError

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

    Raises:
        UsageError: it cannot be read.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from None
    wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    text = None
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    if not text or not text.strip():
        raise UsageError(f"{path}: is no CSV text")
    first = text.splitlines()[0]
    delimiter = max(",\t;", key=first.count)
    try:
        return [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if any(row)]
    except csv.Error as error:
        raise UsageError(f"{path}: is no CSV text ({error})") from None


def harmless(text: str) -> str:
    """Return a cell's text that no spreadsheet takes for a formula: a quote mark goes before it."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def original(text: str) -> str:
    """Return the text that :func:`harmless` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text
