"""The evidence codec: what crosses comes back equal, what is malformed is refused."""

import math
import tracemalloc

import msgpack
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from autograder.errors import EvidenceError
from autograder.wall import codec
from autograder.wall.codec import library, wire

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(), st.binary(),
    st.complex_numbers(allow_nan=False),
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(st.text(max_size=5), inner, max_size=4),
    ),
    max_leaves=20,
)


def cross(value):
    return codec.unpack(codec.pack(value))


@given(VALUES)
@settings(max_examples=300, deadline=None)
def test_plain_values_cross_unchanged(value):
    assert cross(value) == value
    assert type(cross(value)) is type(value)


@given(npst.arrays(
    st.sampled_from(["<f8", "<f4", ">f8", "<i8", "|u1", "|b1", "<c16", "<U3"]),
    npst.array_shapes(min_dims=0, min_side=0, max_dims=3, max_side=4),
))  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_arrays_cross_with_dtype_and_shape(array):
    found = cross(array)
    assert found.dtype == array.dtype and found.shape == array.shape
    assert found.tobytes() == array.tobytes()


@pytest.mark.parametrize("dtype", sorted(codec.TENSOR_DTYPES))
def test_tensors_cross_with_their_dtype(dtype):
    tensor = torch.tensor([[0, 1], [1, 0]]).to(codec.TENSOR_DTYPES[dtype])
    found = cross(tensor)
    assert found.dtype is tensor.dtype and torch.equal(found, tensor)


def test_a_leaf_crosses_with_its_gradient():
    leaf = torch.tensor([1.0, 2.0], requires_grad=True)
    (leaf * leaf).sum().backward()
    found = cross(leaf)
    assert found.requires_grad and found.is_leaf and torch.equal(found.grad, leaf.grad)


def test_numpy_scalars_keep_their_type():
    assert type(cross(np.float32(1.5))) is np.float32
    assert math.isnan(cross(np.float64("nan")))


@pytest.mark.parametrize("value", [..., NotImplemented, range(2, 9, 3), torch.float16, {1, 2},
                                   frozenset({3}), torch.Size([2, 3]), 10**40])  # fmt: skip
def test_other_kinds_cross(value):
    assert cross(value) == value


def test_errors_cross_as_their_builtin_type_with_their_message():
    class Special(KeyError):
        pass

    found = codec.unpack(codec.pack(Special("gone"), keep=lambda value: 1))
    assert type(found) is KeyError and "gone" in str(found)


class LyingList(list):
    def __iter__(self):
        return iter([1, 2, 3])


class LyingText(str):
    def __eq__(self, other):
        return True

    __hash__ = str.__hash__


class LyingFloat(float):
    def __eq__(self, other):
        return True

    __hash__ = float.__hash__


class LyingTensor(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return True


LIARS = [
    LyingList(), LyingText("x"), LyingFloat(1), torch.ones(2).as_subclass(LyingTensor), object(),
    max, math,
]  # fmt: skip


@pytest.mark.parametrize("value", LIARS, ids=lambda value: type(value).__name__)
def test_subclasses_and_objects_stay_behind_a_handle(value):
    kept = []
    frame = codec.pack(value, keep=lambda v: kept.append(v) or len(kept))
    records = []
    codec.unpack(frame, adopt=lambda kind, plain, v: records.append((kind, plain)) or "stand-in")
    assert kept[0] is value and kept[1:] in ([], [type(value)]) and records[0][0] == "object"


@pytest.mark.parametrize("value", [
    [[] for _ in range(codec.MAX_NODES + 1)],
    "x" * (codec.MAX_TEXT + 1),
    np.zeros(codec.MAX_FRAME_BYTES // 8 + 1),
    torch.zeros(codec.MAX_FRAME_BYTES // 4 + 1),
    10 ** (codec.MAX_INT_DIGITS + 1),
])  # fmt: skip
def test_a_value_over_a_limit_is_refused_when_packed(value):
    with pytest.raises(EvidenceError):
        codec.pack(value)


def test_deep_nesting_is_refused_when_packed():
    value = []
    for _ in range(codec.MAX_DEPTH + 2):
        value = [value]
    with pytest.raises(EvidenceError):
        codec.pack(value)


MALFORMED = [
    {"$": "array", "dtype": "|O", "shape": [1], "data": b"12345678"},
    {"$": "array", "dtype": "<f8", "shape": [2], "data": b"12345678"},
    {"$": "array", "dtype": "<f8", "shape": [-1], "data": b""},
    {"$": "array", "dtype": "<f8", "shape": [2**40, 0], "data": b""},
    {"$": "array", "dtype": "|V8", "shape": [1], "data": b"12345678"},
    {"$": "array", "dtype": 5, "shape": [1], "data": b"12345678"},
    {"$": "tensor", "dtype": "float32", "shape": [1], "data": b"123"},
    {"$": "tensor", "dtype": "object", "shape": [1], "data": b"1234"},
    {"$": "tensor", "dtype": "bool", "shape": [1], "data": b"\x07"},
    {"$": "tensor", "dtype": "int64", "shape": [1], "data": b"12345678", "grad_on": True},
    {"$": "tensor", "dtype": "float32", "shape": [1], "data": b"1234", "grad_on": True,
     "grad": [1.0]},
    {"$": "error", "bases": ["os.system"], "message": "x"},
    {"$": "error", "bases": ["builtins.eval"], "message": "x"},
    {"$": "function", "text": "__import__('os').system('id')", "name": "f"},
    {"$": "ref", "id": 1},
    {"$": "object", "id": 1, "bases": ["x"], "callable": True},
    {"$": "record", "kind": "Path", "fields": []},
    {"$": "record", "kind": "Frame", "fields": [1]},
    {"$": "dict", "items": [[1]]},
    {"$": "dict", "items": [[[1], 2]]},
    {"$": "set", "items": [[1]]},
    {"$": "int", "text": "9" * 5000},
    {"$": "range", "items": [1, 2, 0]},
    {"$": "complex", "items": ["a", "b"]},
    {"$": "nothing"},
    {"$": ["array"]},
    {"a": 1},
]  # fmt: skip


@pytest.mark.parametrize("plain", MALFORMED, ids=lambda plain: str(plain)[:50])
def test_a_malformed_frame_is_refused(plain):
    with pytest.raises(EvidenceError):
        codec.unpack(msgpack.packb(plain))


@given(st.binary(max_size=200))
@settings(max_examples=500, deadline=None)
def test_random_bytes_give_a_value_or_an_evidence_error(frame):
    try:
        codec.unpack(frame)
    except EvidenceError:
        pass


@given(VALUES, st.data())
@settings(max_examples=300, deadline=None)
def test_damaged_frames_give_a_value_or_an_evidence_error(value, data):
    frame = bytearray(codec.pack([value, np.arange(3.0), torch.ones(2)]))
    for _ in range(data.draw(st.integers(1, 4))):
        frame[data.draw(st.integers(0, len(frame) - 1))] = data.draw(st.integers(0, 255))
    try:
        codec.unpack(bytes(frame))
    except EvidenceError:
        pass


def test_bytes_after_the_value_are_refused():
    with pytest.raises(EvidenceError):
        codec.unpack(codec.pack(1) + b"\x01")


@pytest.mark.parametrize(
    "value", [range(2**62), range(-(2**63), 2**63 - 1), range(codec.MAX_NODES + 1)]
)
def test_a_range_longer_than_a_list_may_be_does_not_cross(value):
    with pytest.raises(EvidenceError):
        codec.pack(value)
    with pytest.raises(EvidenceError):
        items = [value.start, value.stop, value.step]
        codec.unpack(msgpack.packb({"$": "range", "items": items}))


def test_a_shorter_range_stays_one():
    assert cross(range(0, 3 * codec.MAX_NODES, 3)) == range(0, 3 * codec.MAX_NODES, 3)


@pytest.mark.parametrize("part", [b"\x90", b"\x80", b"\xc0", b"\xa2ab", b"\x81\xa1$\xa1x"])
def test_a_frame_of_too_many_parts_is_refused_before_they_are_made(part, monkeypatch):
    monkeypatch.setattr(wire, "MAX_WIRE_NODES", 50_000)
    frame = b"\x98" + (b"\xdd" + (20_000).to_bytes(4, "big") + part * 20_000) * 8
    tracemalloc.start()
    with pytest.raises(EvidenceError, match="parts"):
        codec.unpack(frame)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**18


def test_sixteen_million_empty_lists_are_refused():
    with pytest.raises(EvidenceError, match="parts"):
        codec.unpack((b"\xdd" + (99_999).to_bytes(4, "big") + b"\x90" * 99_999) * 160)


def test_announced_lengths_take_no_memory():
    frame = b"\xdd\x00\x01\x86\x00" * 1000
    tracemalloc.start()
    with pytest.raises(EvidenceError):
        codec.unpack(frame)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 64 * 2**20


@pytest.mark.parametrize("text", ["<U1", ">U1"])
@pytest.mark.parametrize("point", [0xD800, 0xDFFF, 0x110000])
def test_an_array_of_what_is_no_text_is_refused(text, point):
    data = point.to_bytes(4, "little" if text[0] == "<" else "big")
    with pytest.raises(EvidenceError):
        codec.unpack(msgpack.packb({"$": "array", "dtype": text, "shape": [1], "data": data}))


@pytest.mark.parametrize("kind", ["array", "scalar"])
@pytest.mark.parametrize("text", ["<U1,<U1", "<f8,<U1", "<f8,O", "|V8", "O", "=f8", "f8", "<f"])
def test_only_the_dtypes_that_are_written_are_read(kind, text):
    frame = {"$": kind, "dtype": text, "shape": [], "data": b"\xff" * np.dtype(text).itemsize}
    with pytest.raises(EvidenceError):
        codec.unpack(msgpack.packb(frame))


OBJECT = {"$": "object", "id": 1, "bases": ["builtins.object"], "callable": False, "has": []}
ARRAY = {"$": "array", "dtype": "<f8", "shape": [0], "data": b""}


@pytest.mark.parametrize(
    ("code", "data"), [("u", b"1234"), ("O", b"12345678"), ("dd", b""), ("d", b"123")]
)
def test_numbers_of_an_array_are_checked(code, data):
    with pytest.raises(EvidenceError):
        codec.unpack(msgpack.packb({"$": "numbers", "code": code, "data": data}))


@pytest.mark.parametrize("given", [
    OBJECT, ARRAY, [OBJECT], {"$": "tuple", "items": [1, ARRAY]}, [[["a", ARRAY]]],
    {"$": "dict", "items": [["a", [OBJECT]]]}, [0] * 200,
])  # fmt: skip
def test_an_error_holds_only_plain_arguments(given):
    record = {"$": "error", "bases": ["builtins.ValueError"], "message": "1" * 30, "id": 1}
    with pytest.raises(EvidenceError, match="plain"):
        codec.unpack(msgpack.packb({**record, "args": [given]}), adopt=lambda *given: object())
    whole = codec.unpack(msgpack.packb({**record, "args": [{"$": "int", "text": "1" * 30}]}))
    assert whole.args == (int("1" * 30),)


@pytest.mark.parametrize("given", [
    StopIteration({"n": 3, "mean": [2.0, None]}), KeyError(("a", 1)), ValueError([1, [2]], "b"),
])  # fmt: skip
def test_an_errors_containers_of_plain_data_are_what_they_were(given):
    got = codec.unpack(codec.pack(given, keep=lambda value: 1))
    assert type(got) is type(given) and got.args == given.args and str(got) == str(given)


def test_a_hundred_thousand_numpy_scalars_cross():
    assert len(cross([np.float64(1)] * 100_000)) == 100_000


MANY = codec.MAX_NODES + 1


@pytest.mark.parametrize("value", [
    [float(n) for n in range(MANY)], list(range(MANY)), [str(n) for n in range(MANY)],
    [None, True, 2**70, "é"] * (MANY // 4 + 1), tuple(range(MANY)), set(range(MANY)),
    {n: str(n) for n in range(MANY)},
], ids=lambda value: type(value).__name__)  # fmt: skip
def test_many_plain_numbers_and_texts_are_one_thing(value):
    found = cross(value)
    assert found == value and type(found) is type(value)


def test_many_things_that_are_not_plain_are_counted_one_by_one():
    with pytest.raises(EvidenceError, match="parts"):
        codec.pack([[n] for n in range(codec.MAX_NODES)])


def test_types_that_a_submission_names_are_not_kept_for_ever():
    def make(number):
        fields = [f"f{number}_{part}" for part in range(4)]
        return library.make_tuple({"name": "P", "fields": fields}, [0] * 4, True)

    for number in range(2 * library.MOST_CLASSES):
        make(number)
    assert library._named_tuple.cache_info().currsize <= library.MOST_CLASSES
    assert type(make(1)) is type(make(1))


def test_a_frame_that_is_too_large_is_refused_before_it_is_read():
    with pytest.raises(EvidenceError, match="the frame is too large"):
        codec.unpack(bytes(codec.MAX_FRAME_BYTES + 1))
