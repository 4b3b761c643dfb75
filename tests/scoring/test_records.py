"""Forged records of evidence: refused when decoded, or harmless all the way to the pages.

Each field of each record is put into every wrong shape. What passes the codec goes on to the
checks, to results and to both kinds of page, where nothing but a failed check may be raised.
"""

import dataclasses
from contextlib import suppress

import msgpack
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.checks import curves, errors
from autograder.errors import EvidenceError
from autograder.gradescope.presentation import present
from autograder.gradescope.settings import UploadSettings
from autograder.gradescope.upload import Metadata
from autograder.model import Provenance
from autograder.reports.class_report import write_class_report
from autograder.reports.feedback import feedback_page
from autograder.scoring.results import conclude
from autograder.scoring.walk import Walk
from autograder.wall import codec
from autograder.wall.codec.kinds import RECORDS
from autograder.wall.evidence import (
    AxesDrawing,
    CapturedError,
    Curve,
    Drawing,
    Frame,
    TensorState,
)
from tests.running import assignment, submission, test_file

FRAME = Frame("torch/_tensor.py", "backward", 3, "raise x", "torch", False)
CURVE = Curve(
    np.arange(9.0), np.sin(np.arange(9.0)), "sin", "line", 0, "None", "-", True, "float32"
)
AXES = AxesDrawing("t", "x", "y", ("sin", "cos"), (0.0, 1.0), (-1.0, 1.0), (CURVE,))
ERROR = CapturedError("RuntimeError", ("RuntimeError", "object"), "no", ("note",), (FRAME,),
                      "KeyError", None)  # fmt: skip
HONEST = [
    FRAME, CURVE, AXES, ERROR, Drawing((AXES,), "title"),
    TensorState(True, True, torch.ones(2), "float32", (2,), None),
]  # fmt: skip


def wire(value):
    """Return a value as it stands in a frame, records included, unchecked."""
    if dataclasses.is_dataclass(value):
        fields = [wire(getattr(value, field.name)) for field in dataclasses.fields(value)]
        return {"$": "record", "kind": type(value).__name__, "fields": fields}
    if type(value) is tuple:
        return {"$": "tuple", "items": [wire(item) for item in value]}
    if type(value) is list:
        return [wire(item) for item in value]
    return msgpack.unpackb(codec.pack(value))


WRONG = [
    None, True, 0, -1, 7, 2**62, 1.5, float("nan"), "", "text", "x" * 100_000, b"bytes", [], [1],
    ["a"], (), (1,), ("a", 2), (1.0, 2.0), (1.0, 2.0, 3.0), [[]], {"a": 1}, {1}, range(3), ...,
    1j, 10**40, np.float64(1), np.arange(3), np.arange(3.0), np.zeros((2, 2)), np.array(["a"]),
    np.zeros(4, ">f8"), np.array([True]), torch.ones(3), torch.ones(2).half(), torch.Size([2]),
    torch.float32, *HONEST, *[(record,) for record in HONEST], *[[record] for record in HONEST],
    (AXES, CURVE), ((FRAME,),),
]  # fmt: skip


def forgeries():
    """Yield each record with each of its fields wrong, as it stands in a frame."""
    for record in HONEST:
        plain = wire(record)
        for place in range(len(plain["fields"])):
            for wrong in WRONG:
                fields = [*plain["fields"]]
                fields[place] = wire(wrong)
                yield {**plain, "fields": fields}


def decode(plain):
    return codec.unpack(msgpack.packb(plain), adopt=lambda kind, record, value: value)


def use(found, folder) -> None:
    """Let a record go where the answers of probes go."""
    tests = assignment(q1=test_file("q1", "def case(x):\n    assert x"))
    given = submission("x = 1")
    walk = Walk()
    walk.tests["q1"] = tests.tests("q1", "en")
    walk.tests["q1"].fail_all("no")
    walk.curves["q1"] = [found] if isinstance(found, Drawing) else []
    walk.errors["q1"] = [found] if isinstance(found, CapturedError) else []
    gradation = conclude(given, tests, walk, Provenance())
    feedback_page(gradation, release_hidden=True, reference=gradation.curves)
    write_class_report(folder / "index.html", [gradation], "demo")
    present(gradation, {}, Metadata(), UploadSettings())
    with suppress(AssertionError):
        if isinstance(found, Drawing):
            stroke = curves.require_curve(found, np.sin, "f", derivative_of=np.cos)
            curves.require_in_view(found, stroke)
            curves.require_labels(found, stroke, stroke)
        if isinstance(found, CapturedError):
            errors.require_known(found, errors.SECOND_BACKWARD, "error")
            errors.require_known(found, errors.VECTOR_BACKWARD, "error")


@pytest.mark.parametrize("record", HONEST, ids=lambda record: type(record).__name__)
def test_an_honest_record_crosses(record, tmp_path):
    found = codec.unpack(codec.pack(record))
    assert type(found) is type(record)
    use(found, tmp_path)


def test_every_kind_of_record_is_forged_here():
    assert {type(record) for record in HONEST} == set(RECORDS.values())


def test_a_record_with_a_wrong_field_is_refused_or_harmless(tmp_path):
    refused = 0
    for plain in forgeries():
        try:
            found = decode(plain)
        except EvidenceError:
            refused += 1
        else:
            use(found, tmp_path)
    assert refused > 1000


@pytest.mark.parametrize("record", [
    Drawing(5, ""),
    Drawing(7, ""),
    CapturedError("RuntimeError", ("RuntimeError",), "x", (), 7, None, None),
    CapturedError("RuntimeError", ("RuntimeError",), "x", (), (AXES,), None, None),
    Drawing((dataclasses.replace(AXES, curves=(dataclasses.replace(CURVE, axes=3),)),), ""),
    dataclasses.replace(CURVE, y=np.arange(2.0)),
    dataclasses.replace(CURVE, x=np.arange(9)),
    dataclasses.replace(CURVE, visible=1),
    TensorState(True, True, torch.ones(3), "float32", (2,), None),
], ids=repr)  # fmt: skip
def test_a_forged_record_is_refused_on_both_sides(record):
    with pytest.raises(EvidenceError):
        decode(wire(record))
    with pytest.raises(EvidenceError):
        codec.pack(record)


PLAIN = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), st.floats(), st.text(),
              st.binary(max_size=20)),
    lambda inner: st.one_of(st.lists(inner, max_size=3),
                            st.dictionaries(st.sampled_from(["$", "items", "kind", "fields", "id"]),
                                            inner, max_size=4),
                            st.builds(lambda items: {"$": "tuple", "items": items},
                                      st.lists(inner, max_size=3))),
    max_leaves=12,
)  # fmt: skip


@given(st.sampled_from(sorted(RECORDS)), st.data())
@settings(max_examples=300, deadline=None, derandomize=True)
def test_a_record_of_anything_is_refused_or_whole(kind, data):
    names = [field.name for field in dataclasses.fields(RECORDS[kind])]
    fields = [data.draw(PLAIN) for _ in names]
    with suppress(EvidenceError):
        codec.pack(decode({"$": "record", "kind": kind, "fields": fields}))
