"""Notes are bounded, whatever somebody who finds the pipe writes into it."""

import os

import msgpack
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.sandbox import notes, tripwire
from autograder.wall.frames import CONTROL_BYTES

REST = {"op": "ended", "status": "protocol violation", "detail": "x" * 100, "cpu_s": 1e300,
        "wall_s": 1e300, "memory_mib": 1e300, "clean": True}  # fmt: skip
NAMES = ["n" * tripwire.MOST_CHARACTERS] * tripwire.MOST_NAMES


@settings(deadline=None)
@given(st.one_of(
    st.binary(max_size=8000),
    st.sampled_from([b"\xff", b"x\t" + b"\xff" * 196 + b"\n", "\u202e".encode() * 70 + b"\n"]).map(
        lambda part: part * (8000 // len(part))
    ),
))  # fmt: skip
def test_a_report_with_any_notes_fits_into_a_message(data):
    read, write = os.pipe2(os.O_NONBLOCK)
    try:
        os.write(write, data)
        found = notes.read_notes(read)
    finally:
        os.close(read)
        os.close(write)
    assert len(found) <= notes.MOST
    assert len(msgpack.packb({**REST, "changed": NAMES, "noted": found})) <= CONTROL_BYTES
