"""Coverage-guided fuzzing of the notebook reader: ``python tests/fuzz/fuzz_submission.py -runs=…``.

Needs atheris. Any bytes are a submission or refused in one sentence; nothing else may be raised.
"""

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["autograder.intake.submission", "zipfile", "json"]):
    from autograder.errors import SubmissionError
    from autograder.intake.collection import submission_name
    from autograder.intake.submission import load_submission

FOLDER = Path(tempfile.mkdtemp(prefix="fuzz-"))


def try_bytes(data: bytes) -> None:
    """Read the bytes as a notebook and as a zip, and use them as a file's name."""
    for suffix in (".ipynb", ".zip"):
        path = FOLDER / f"case{suffix}"
        path.write_bytes(data)
        try:
            found = load_submission(path, "case")
        except SubmissionError as refusal:
            assert "\n" not in str(refusal) and len(str(refusal)) < 300
        else:
            for text in (*(cell.source for cell in found.cells), found.assignment or ""):
                text.encode("utf-8")
    name = data[:64].replace(b"/", b"").replace(b"\0", b"").decode("utf-8", "surrogateescape")
    assert submission_name(Path(name or "x"), set()).isprintable()


if __name__ == "__main__":
    atheris.Setup(sys.argv, try_bytes)
    atheris.Fuzz()
