"""What is fuzzed: a sandbox's answer, and an uploaded file, each to results and pages.

A target takes bytes. Whatever they are, they are refused in the way that is meant for them or come
out as a result; anything else that is raised is a find.
"""

import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from autograder.checks import answers, curves, errors
from autograder.errors import EvidenceError, SubmissionError
from autograder.gradescope.presentation import present
from autograder.gradescope.settings import UploadSettings
from autograder.gradescope.upload import Metadata
from autograder.intake.collection import submission_name
from autograder.intake.submission import load_submission
from autograder.model import Cell, Gradation, Job, Provenance, Submission
from autograder.proving.fuzz.mutation import frames, mutations
from autograder.reports.class_report import write_class_report
from autograder.reports.feedback import feedback_page
from autograder.scoring.assignment import Assignment
from autograder.scoring.pipeline import unreadable
from autograder.scoring.remote import Adopter
from autograder.scoring.results import conclude, reject
from autograder.scoring.walk import Walk
from autograder.wall import codec
from autograder.wall.evidence import (
    AxesDrawing,
    CapturedError,
    Curve,
    Drawing,
    Frame,
    TensorState,
)

TEST = (
    "from otter.test_files import test_case\nOK_FORMAT = False\nname = 'q1'\npoints = None\n"
    "@test_case(points=1, hidden=True)\ndef test_it(x):\n    assert x\n"
)
ASSIGNMENT = Assignment("demo", "digest", {"show_hidden": True, "seed": 42}, {"q1": TEST}, {})
JUDGEMENTS = (
    answers.describe,
    lambda value: answers.require_function(value, "x"),
    lambda value: answers.require_text(value, "x"),
    lambda value: answers.require_integer(value, "x"),
    lambda value: answers.require_truth(value, "x"),
    lambda value: answers.require_items(value, "x"),
    lambda value: answers.require_shape(value, "x"),
    lambda value: answers.require_tensor(value, "x"),
    lambda value: (
        isinstance(value, Drawing)
        and curves.require_curve(value, np.sin, "f", derivative_of=np.cos)
    ),
    lambda value: (
        isinstance(value, CapturedError)
        and errors.require_known(value, errors.SECOND_BACKWARD, "x")
    ),
)


@dataclass(frozen=True)
class Target:
    """Something that takes bytes, and what its inputs are made from.

    Attributes:
        take: uses the bytes; what it raises is a find.
        inputs: yields inputs for ever.
    """

    take: Callable[[bytes], None]
    inputs: Callable[[random.Random], Iterator[bytes]]


class NoSession:
    """Stands for a session whose child is gone: nothing can be asked any more."""

    def request(self, *asked: Any, **fields: Any) -> dict[str, Any]:
        """Refuse, as a session does once its time is over."""
        raise AssertionError("the value cannot be looked at")

    def __getattr__(self, name: str) -> Any:
        raise AssertionError("the value cannot be looked at")


def take_frame(data: bytes) -> None:
    """Decode an answer as the scorer does, judge it, and make results and pages of it."""
    session: Any = NoSession()
    try:
        value = codec.unpack(data, adopt=Adopter(session).adopt)
    except (EvidenceError, AssertionError):
        return
    for judge in JUDGEMENTS:
        with suppress(AssertionError):
            judge(value)
    with suppress(EvidenceError, AssertionError):
        codec.pack(value)
    walk = Walk()
    walk.tests["q1"] = ASSIGNMENT.tests("q1", "en")
    try:
        found = answers.describe(value)
    except AssertionError:
        found = "what cannot be looked at"
    walk.tests["q1"].fail_all(f"found {found}")
    walk.curves["q1"] = [value] if isinstance(value, Drawing) else []
    walk.errors["q1"] = [value] if isinstance(value, CapturedError) else []
    given = Submission("demo", "demo.ipynb", "digest", (Cell("x = 1"),), "en")
    write_pages(conclude(given, ASSIGNMENT, walk, Provenance()))


def take_upload(data: bytes) -> None:
    """Read bytes as a notebook, as a zip and as a file's name, and conclude without a walk."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        for suffix in (".ipynb", ".zip"):
            path = Path(folder, f"case{suffix}")
            path.write_bytes(data)
            job = Job("case", path, path.name)
            try:
                found = load_submission(path, "case")
            except SubmissionError as refusal:
                assert "\n" not in str(refusal) and len(str(refusal)) < 400, str(refusal)
                write_pages(reject(unreadable(job), ASSIGNMENT, str(refusal), Provenance()))
                continue
            for text in (*(cell.source for cell in found.cells), found.assignment or ""):
                text.encode("utf-8")
            walk = Walk()
            walk.tests["q1"] = ASSIGNMENT.tests("q1", found.language)
            walk.tests["q1"].fail_all("no")
            write_pages(conclude(found, ASSIGNMENT, walk, Provenance()))
    name = data[:64].replace(b"/", b"").replace(b"\0", b"").decode("utf-8", "surrogateescape")
    assert submission_name(Path(name or "x"), set()).isprintable()


def write_pages(gradation: Gradation) -> None:
    """Make everything that is made of a gradation."""
    feedback_page(gradation, release_hidden=True, reference=gradation.curves)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        write_class_report(Path(folder, "index.html"), [gradation], "demo")
    present(gradation, {}, Metadata(), UploadSettings())


def honest_frames() -> list[bytes]:
    """Return answers of an honest sandbox, of every kind that the codec knows."""
    line = Curve(np.arange(9.0), np.sin(np.arange(9.0)), "sin", "line", 0, "None", "-", True,
                 "float32")  # fmt: skip
    axes = AxesDrawing("t", "x", "y", ("sin", "cos"), (0.0, 1.0), (-1.0, 1.0), (line,))
    frame = Frame("torch/_tensor.py", "backward", 3, "raise x", "torch", False)
    error = CapturedError("RuntimeError", ("RuntimeError", "object"), "no", ("note",), (frame,),
                          "KeyError", None)  # fmt: skip
    values: tuple[Any, ...] = (
        None, True, 3, 2**80, 1.5, 1j, "text", b"bytes", [1, [2.0, "a"]], (1, (2,)), {"a": [1]},
        {1, 2}, range(5), ..., np.arange(6).reshape(2, 3), np.float32(1.5), np.array(["a", "bc"]),
        torch.arange(4.0), torch.ones(2, 3, dtype=torch.bfloat16), torch.Size([2, 3]),
        torch.float64, line, axes, error, Drawing((axes,), "title"),
        TensorState(True, True, torch.ones(2), "float32", (2,), None), [error, axes],
    )  # fmt: skip
    packed = [codec.pack(value) for value in values]
    return packed + [codec.pack(value, keep=lambda kept: 7) for value in (len, object(), Path())]


def honest_uploads() -> list[bytes]:
    """Return notebooks and zips as students upload them."""
    from autograder.proving.hostile.recipes import code_cell, dump, zipped

    notebook: dict[str, Any] = {
        "cells": [code_cell("x = 1\nprint(x)"), code_cell("grader.check('q1')")],
        "metadata": {"kernelspec": {"name": "python3"}, "otter": {"assignment_name": "demo"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    written = dump(notebook)
    folded = {**notebook, "cells": [*notebook["cells"], {"cell_type": "markdown", "source": "a"}]}
    return [written, dump(folded), zipped({"demo.ipynb": written, "notes.txt": b"a"}),
            zipped({"a/b/demo.ipynb": written}, stored=True), b"{}", b"PK\x03\x04"]  # fmt: skip


TARGETS = {
    "frames": Target(take_frame, lambda chance: frames(honest_frames(), chance)),
    "uploads": Target(take_upload, lambda chance: mutations(honest_uploads(), chance)),
}
