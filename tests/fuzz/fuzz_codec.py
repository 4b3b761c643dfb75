"""Coverage-guided fuzzing of the codec: ``python tests/fuzz/fuzz_codec.py -runs=…``.

Needs atheris. Any frame is decoded or refused with EvidenceError; nothing else may be raised.
"""

import sys

import atheris
import torch  # noqa: F401 - imported outside of the instrumented part: it is large

with atheris.instrument_imports(include=["autograder.wall.codec"]):
    from autograder.errors import EvidenceError
    from autograder.wall import codec


def try_frame(data: bytes) -> None:
    """Decode a frame as the scorer does, and pack again what came out."""
    try:
        value = codec.unpack(data, adopt=lambda kind, plain, value: value)
    except EvidenceError:
        return
    try:
        codec.pack(value)
    except EvidenceError:
        pass


if __name__ == "__main__":
    atheris.Setup(sys.argv, try_frame)
    atheris.Fuzz()
