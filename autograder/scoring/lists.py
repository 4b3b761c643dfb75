"""A grading zip's lists of packages: what they are called, and their text."""

import codecs

PIP_LIST, CONDA_LIST = "requirements.txt", "environment.yml"
MARKS = (  # the longer ones first: they begin like shorter ones
    (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF8, "utf-8"),
)  # fmt: skip


def list_text(content: bytes) -> str:
    """Return a list of packages as text: as pip reads it, by its byte order mark if it has one."""
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return content.removeprefix(mark).decode(encoding, "replace")
    return content.decode("utf-8", "replace")
