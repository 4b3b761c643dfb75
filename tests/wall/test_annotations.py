"""Annotations cross as what they say of types, and nothing in them is evaluated."""

import types
import typing

import msgpack
import numpy as np
import pytest

from autograder.errors import EvidenceError
from autograder.wall import codec
from autograder.wall.codec import annotations

Any, Optional, Union = typing.Any, typing.Optional, typing.Union
VALUES = [
    list[int], dict[str, list[float]], tuple[int, ...], type[int], int | None, None | int,
    int | str | list[int], Optional[int], Union[int, str], list[int],
    dict[str, Any], tuple[int, ...],
    typing.Callable[[int, str], bool], typing.Callable[..., int], typing.Callable[[], int],
    typing.Literal["a", 1, None], typing.ClassVar[int], typing.Iterator[int],
    typing.Mapping[str, int], Any, list, list[int | None], list[np.ndarray],
    Optional[typing.Callable[[list[int]], Optional[str]]],
    *(getattr(typing, name)[int] for name in ("List", "Set", "Deque", "Iterable", "Type")),
    *(getattr(typing, name) for name in ("Dict", "Tuple", "Callable")),
    *(getattr(typing, name)[int, str] for name in ("Dict", "Tuple", "Mapping")),
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_an_annotation_crosses_as_what_it_is(value):
    found = codec.unpack(codec.pack(value, lambda kept: 1), adopt=lambda *told: told)
    assert found == value and repr(found) == repr(value) and type(found) is type(value)
    assert found != list[bytes] and found != bytes | None


@pytest.mark.parametrize("kind, parts", [
    ("typing", ["Optional", "__import__('os')"]), ("typing", ["get_type_hints", int]),
    ("typing", ["List", "int"]), ("typing", ["Literal", [1]]), ("form", ["TYPE_CHECKING"]),
    ("form", ["Any", 1]), ("parametrised", [3, int]), ("parametrised", [list, "int"]),
    ("either", []), ("either", [int, "str"]), ("typing", ["Union", *[int] * 200]),
    ("form", [["Any"]]), ("typing", [None, int]),
])  # fmt: skip
def test_what_is_no_annotation_is_refused(kind, parts):
    with pytest.raises((EvidenceError, TypeError)):
        annotations.make_annotation(kind, parts)


def test_a_malformed_frame_of_one_is_told_as_such():
    for items in ([], [1], ["typing.Any"], [["List"]], ["List", "int"]):
        for kind in sorted(annotations.KINDS):
            frame = msgpack.packb({"$": "collection", "kind": kind, "items": items})
            with pytest.raises(EvidenceError):
                codec.unpack(frame, adopt=lambda *told: told)


@pytest.mark.parametrize("value", [
    types.GenericAlias(list, ("Duck",)), types.GenericAlias(list, (typing.TypeVar("T"),)),
    Optional[typing.ForwardRef("Duck")],
    types.GenericAlias(dict, (str, types.GenericAlias(list, ("Duck",)))),
    typing.Literal[types], types.GenericAlias(tuple, ((),)),
], ids=repr)  # fmt: skip
def test_an_annotation_with_what_is_no_type_stays_where_it_is(value):
    kind, *_ = codec.unpack(codec.pack(value, lambda kept: 1), adopt=lambda *told: told)
    assert kind == "object"
