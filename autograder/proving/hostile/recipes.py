"""What the recipes of malformed uploads are written with."""

import io
import json
import stat
import zipfile
from collections.abc import Callable


class Link(str):
    """Target of a symbolic link in a zip."""


def link(target: str) -> Link:
    """Return a zip entry that is a symbolic link."""
    return Link(target)


def dump(notebook: object) -> bytes:
    """Return a notebook as Jupyter writes it; NaN and halves of surrogate pairs stay."""
    return json.dumps(notebook, indent=1).encode()


def code_cell(source: str) -> dict:
    """Return a code cell."""
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": source.splitlines(keepends=True),
    }


def edit_sources(notebook: dict, edit: Callable[[str], str]) -> dict:
    """Change the text of every cell."""
    for cell in notebook["cells"]:
        cell["source"] = edit("".join(cell["source"])).splitlines(keepends=True)
    return notebook


def zipped(files: dict, stored: bool = False) -> bytes:
    """Return a zip of names and contents (bytes or :class:`Link`)."""
    data = io.BytesIO()
    kind = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(data, "w", kind) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, (2026, 5, 1, 12, 0, 0))
            entry.compress_type = kind
            is_link = isinstance(content, Link)
            entry.external_attr = ((stat.S_IFLNK | 0o777) if is_link else 0o100644) << 16
            archive.writestr(entry, content)
    return data.getvalue()


def bomb(size: int) -> bytes:
    """Return a zip whose notebook unpacks to ``size`` blanks."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("autodiff.ipynb", "w") as entry:
            for _ in range(size >> 20):
                entry.write(b" " * (1 << 20))
    return data.getvalue()


def encrypted(archive: bytes) -> bytes:
    """Mark every entry of a zip as encrypted."""
    data = bytearray(archive)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(mark)
        while place >= 0:
            data[place + offset] |= 1
            place = data.find(mark, place + 4)
    return bytes(data)
