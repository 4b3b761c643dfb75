"""A frame as a value: every field is checked before it is used."""

import builtins
import math
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

import msgpack
import numpy as np
import torch

from autograder.errors import AutograderError, EvidenceError
from autograder.wall.codec import held, library, names, recipes
from autograder.wall.codec.arrays import read_array
from autograder.wall.codec.dates import make_date
from autograder.wall.codec.families import chain, group_of, new_error, of_class, only_plain
from autograder.wall.codec.kinds import (
    FIELD_NAMES,
    MAX_DEPTH,
    MAX_FRAME_BYTES,
    MAX_INT_DIGITS,
    MAX_TEXT,
    MAX_WIRE_NODES,
    RECORDS,
    SINGLETONS,
    TENSOR_DTYPES,
    Function,
    check_range,
)
from autograder.wall.codec.prints import print_of
from autograder.wall.codec.records import check_record
from autograder.wall.codec.subclasses import BASES, TEXTS
from autograder.wall.codec.tables import make_table
from autograder.wall.codec.teaching import KINDS, make_teaching
from autograder.wall.codec.wire import check_nodes
from autograder.wall.sharing import Shared

NESTED = frozenset({list, dict})  # all else in a frame stands for itself

T = TypeVar("T")
# Aliases: the methods of the class below are named after kinds, so that "int" is one of them.
Record = dict[str, Any]
Items = list[Any]
Depth = int
Resolve = Callable[[int], Any]
Adopt = Callable[[str, Record, Any], Any]


def unpack(
    frame: bytes,
    resolve: Resolve | None = None,
    adopt: Adopt | None = None,
    shared: Shared | None = None,
) -> Any:
    """Decode a value and check every part of it.

    Args:
        shared: mutable values that both sides hold; what of them has changed is taken over.

    Raises:
        EvidenceError: the frame is malformed or breaks a limit.
    """
    if len(frame) > MAX_FRAME_BYTES:
        raise EvidenceError("the frame is too large")
    check_nodes(frame)
    try:
        plain = msgpack.unpackb(
            frame, raw=False, strict_map_key=True, max_ext_len=0, max_map_len=64,
            # Room is made for as many items as are announced; each takes a byte at least.
            max_array_len=min(MAX_WIRE_NODES, len(frame)), max_str_len=4 * MAX_TEXT,
        )  # fmt: skip
        decoder = _Decoder(resolve, adopt, shared)
        if shared is not None:
            held.take_over(shared, plain, lambda content: decoder.decode(content, 2))
        return decoder.decode(plain, 0)
    except (AutograderError, RecursionError):  # its depth is bounded: who reads it is too deep
        raise
    except Exception as error:
        raise EvidenceError(f"malformed frame ({type(error).__name__})") from None


class _Decoder:
    def __init__(
        self, resolve: Resolve | None, adopt: Adopt | None, shared: Shared | None = None
    ) -> None:
        self.resolve = resolve
        self.adopt = adopt
        self.held = shared
        self.copying: dict[int, Any] = {}  # objects of recipes, while one is made

    def shared(self, plain: Record, depth: Depth) -> Any:
        number = _field(plain, "id", int)
        if self.held is None or not self.held.is_held(number):
            raise EvidenceError("an unknown shared value")
        return self.held.values[number]

    def copy(self, plain: Record, depth: Depth) -> Any:
        value = self.decode(plain.get("value"), depth)
        return held.copied(self.held, _field(plain, "id", int), value)

    def window(self, plain: Record, depth: Depth) -> Any:
        return held.look_in(self.held, plain)

    def still(self, plain: Record, depth: Depth) -> Any:
        tensor = _read_tensor(plain).data  # no view itself: others may be views of it
        grad = _read_tensor(plain["grad"]) if "grad" in plain else None
        return held.turned(tensor, grad) if "grad" in plain or "turned" in plain else tensor

    def built(self, plain: Record, depth: Depth) -> Any:
        return held.make_built(plain, lambda part: self.decode(part, depth))

    def leaf(self, plain: Record, depth: Depth) -> Any:
        return self.adopt and self.adopt("leaf", plain, _field(plain, "own", int))

    def lent(self, plain: Record, depth: Depth) -> Any:
        if self.adopt is None or self.resolve is not None:
            raise EvidenceError("only a test's function comes back")
        return self.adopt("lent", plain, _field(plain, "id", int))

    def decode(self, plain: Any, depth: Depth) -> Any:
        if depth > 2 * MAX_DEPTH:
            raise EvidenceError("the frame is nested too deep")
        if isinstance(plain, list):
            return self.each(plain, depth + 1)
        if not isinstance(plain, dict):
            return plain
        kind = plain.get("$")
        decode = _DECODERS.get(kind) if isinstance(kind, str) else None
        if decode is None:
            raise EvidenceError("the frame holds an unknown kind of value")
        return decode(self, plain, depth + 1)

    def each(self, plain: Items, depth: Depth) -> Items:
        return [self.decode(item, depth) if type(item) in NESTED else item for item in plain]

    def items(self, plain: Record, depth: Depth) -> Items:
        return self.each(_field(plain, "items", list), depth)

    def tuple(self, plain: Record, depth: Depth) -> Any:
        return library.make_tuple(plain, self.items(plain, depth), self.resolve is not None)

    def size(self, plain: Record, depth: Depth) -> Any:
        return torch.Size(_shape(plain, "items"))

    def dict(self, plain: Record, depth: Depth) -> Any:
        pairs = self.items(plain, depth)
        if not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
            raise EvidenceError("a dict needs pairs")
        return {key: value for key, value in pairs}

    def set(self, plain: Record, depth: Depth) -> Any:
        return set(self.items(plain, depth))

    def frozenset(self, plain: Record, depth: Depth) -> Any:
        return frozenset(self.items(plain, depth))

    def array(self, plain: Record, depth: Depth) -> Any:
        return read_array(plain, _shape(plain), _field(plain, "data", bytes))

    def scalar(self, plain: Record, depth: Depth) -> Any:
        return self.array(plain, depth)[()]

    def tensor(self, plain: Record, depth: Depth) -> Any:
        tensor = _read_tensor(plain)
        if plain.get("grad_on") is True:
            if not (tensor.is_floating_point() or tensor.is_complex()):
                raise EvidenceError("this dtype cannot require gradients")
            if plain.get("parameter") is True:
                tensor = torch.nn.Parameter(tensor)
            tensor.requires_grad_(True)
            if "grad" in plain:
                grad = self.decode(plain["grad"], depth)
                if not isinstance(grad, torch.Tensor) or grad.shape != tensor.shape:
                    raise EvidenceError("a gradient needs the shape of its tensor")
                tensor.grad = grad.detach().to(tensor.dtype)
        elif plain.get("parameter") is True and tensor.is_floating_point():
            tensor = torch.nn.Parameter(tensor, requires_grad=False)
        return self.adopt("tensor", plain, tensor) if self.adopt else tensor

    def error(self, plain: Record, depth: Depth) -> Any:
        bases = _texts(plain, "bases")
        message = _field(plain, "message", str)
        for base in bases:
            module, _, name = base.rpartition(".")
            cls = getattr(builtins, name, None) if module == "builtins" else None
            if isinstance(cls, type) and issubclass(cls, BaseException):
                if "group" in plain:
                    plain["args"] = group_of(self.each(_field(plain, "group", list), depth))
                elif "args" in plain:
                    plain["args"] = only_plain(self.each(_field(plain, "args", list), depth))
                error = new_error(cls, message, plain.get("args"))
                if self.resolve is not None and "own" in plain:
                    error = of_class(self.decode(plain["own"], depth), error)
                made = self.adopt("error", plain, error) if self.adopt else error
                chain(made, plain, lambda part: self.decode(part, depth))
                return made
        raise EvidenceError("an error needs an exception type")

    def object(self, plain: Record, depth: Depth) -> Any:
        if self.adopt is None:
            raise EvidenceError("an object cannot cross into the sandbox")
        _texts(plain, "bases")
        _texts(plain, "has")
        _field(plain, "id", int)
        _field(plain, "callable", bool)
        known = names.find(plain.get("library"))
        return self.adopt("object", plain, None) if known is None else known

    def library(self, plain: Record, depth: Depth) -> Any:
        known = names.find(_field(plain, "name", str))
        if known is None:
            raise EvidenceError("a library's function is missing here")
        return known

    def subclass(self, plain: Record, depth: Depth) -> Any:
        if self.adopt is None:
            raise EvidenceError("an object cannot cross into the sandbox")
        _texts(plain, "bases")
        _field(plain, "id", int)
        if not set(_texts(plain, "texts")) <= set(TEXTS):
            raise EvidenceError("unknown texts")
        value = self.decode(plain.get("value"), depth)
        if "family" in plain:
            _field(plain, "family", int)
            members = self.each(_field(plain, "members", list), depth)
            return self.adopt("member", plain, (members, value))
        if type(value) not in BASES:
            raise EvidenceError("a subclass needs a plain base")
        _texts(plain, "fields"), _texts(plain, "own")
        return self.adopt("subclass", plain, value)

    def collection(self, plain: Record, depth: Depth) -> Any:
        items = self.items(plain, depth)
        return library.make_collection(plain, items, lambda part: self.decode(part, depth))

    def decimal(self, plain: Record, depth: Depth) -> Any:
        return library.make_decimal(_field(plain, "text", str))

    def fraction(self, plain: Record, depth: Depth) -> Any:
        return library.make_fraction(self.items(plain, depth))

    def date(self, plain: Record, depth: Depth) -> Any:
        return make_date(_field(plain, "kind", str), _field(plain, "text", str))

    def duration(self, plain: Record, depth: Depth) -> Any:
        days, seconds, microseconds = _numbers(plain, int, 3)
        return timedelta(days, seconds, microseconds)

    def slice(self, plain: Record, depth: Depth) -> Any:
        return library.make_slice(self.items(plain, depth))

    def bytearray(self, plain: Record, depth: Depth) -> Any:
        return bytearray(_field(plain, "data", bytes))

    def numbers(self, plain: Record, depth: Depth) -> Any:
        return library.make_numbers(_field(plain, "code", str), _field(plain, "data", bytes))

    def table(self, plain: Record, depth: Depth) -> Any:
        return make_table(plain["$"], plain, lambda part: self.decode(part, depth))

    def teaching(self, plain: Record, depth: Depth) -> Any:
        try:
            return make_teaching(plain["$"], plain, lambda part: self.decode(part, depth))
        except ImportError:
            return self.object(plain, depth)

    def objects(self, plain: Record, depth: Depth) -> Any:
        items, shape = self.items(plain, depth), _shape(plain)
        if math.prod(shape) != len(items) or not all(map(library.is_plain_scalar, items)):
            raise EvidenceError("malformed array of objects")
        array = np.empty(len(items), object)
        array[:] = items
        return array.reshape(shape)

    def recipe(self, plain: Record, depth: Depth) -> Any:
        if self.resolve is None:
            raise EvidenceError("the sandbox may not send recipes")
        return recipes.COPIES.make(self, plain, depth, print_of)

    def named(self, plain: Record, depth: Depth) -> Any:
        if self.resolve is None:
            raise EvidenceError("the sandbox may not name what is no value")
        return recipes.find(_field(plain, "name", str))

    def ref(self, plain: Record, depth: Depth) -> Any:
        if self.resolve is None:
            raise EvidenceError("the sandbox may not refer to objects")
        return self.resolve(_field(plain, "id", int))

    def function(self, plain: Record, depth: Depth) -> Any:
        # Only the sandbox evaluates text, and only text of the scorer's, which no student may see.
        if self.resolve is None:
            raise EvidenceError("the sandbox may not send functions")
        return Function(_field(plain, "text", str), _field(plain, "name", str)).without_text()

    def oracle(self, plain: Record, depth: Depth) -> Any:
        if self.resolve is None or self.adopt is None:
            raise EvidenceError("the sandbox may not send functions")
        _field(plain, "id", int), _field(plain, "name", str)
        if "bases" in plain:
            plain["bases"] = self.each(_field(plain, "bases", list), depth)
        return self.adopt("oracle", plain, None)

    def dtype(self, plain: Record, depth: Depth) -> Any:
        name = _field(plain, "name", str).removeprefix("torch.")
        if name not in TENSOR_DTYPES:
            raise EvidenceError("unknown dtype")
        return TENSOR_DTYPES[name]

    def range(self, plain: Record, depth: Depth) -> Any:
        value = range(*_numbers(plain, int, 3))
        check_range(value)
        return value

    def complex(self, plain: Record, depth: Depth) -> Any:
        return complex(*_numbers(plain, float, 2))

    def int(self, plain: Record, depth: Depth) -> Any:
        text = _field(plain, "text", str)
        if len(text) > MAX_INT_DIGITS:
            raise EvidenceError("the integer is too long")
        return int(text)

    def singleton(self, plain: Record, depth: Depth) -> Any:
        return SINGLETONS[plain["$"]]

    def record(self, plain: Record, depth: Depth) -> Any:
        cls = RECORDS.get(_field(plain, "kind", str))
        fields = _field(plain, "fields", list)
        if cls is None or len(fields) != len(FIELD_NAMES[cls]):
            raise EvidenceError("unknown record")
        record = cls(*self.each(fields, depth))
        check_record(record)
        return record


def _field(plain: Record, name: str, cls: type[T]) -> T:
    value = plain.get(name)
    if type(value) is not cls:
        raise EvidenceError(f"field {name!r} is missing or malformed")
    return value


def _texts(plain: Record, name: str) -> list[str]:
    texts = _field(plain, name, list)
    if not all(type(text) is str and len(text) < 1000 for text in texts):
        raise EvidenceError(f"field {name!r} is malformed")
    return texts


def _numbers(plain: Record, cls: type[T], count: int) -> list[T]:
    items = _field(plain, "items", list)
    if len(items) != count or not all(type(item) is cls for item in items):
        raise EvidenceError("malformed numbers")
    return items


def _shape(plain: Record, name: str = "shape") -> list[int]:
    shape = _field(plain, name, list)
    if len(shape) > 32 or not all(type(n) is int and 0 <= n < 2**31 for n in shape):
        raise EvidenceError("malformed shape")
    return shape


def _read_tensor(plain: Record) -> torch.Tensor:
    dtype = TENSOR_DTYPES.get(_field(plain, "dtype", str))
    if dtype is None:
        raise EvidenceError("this dtype cannot cross")
    shape, data = _shape(plain), _field(plain, "data", bytes)
    if dtype.itemsize * math.prod(shape) != len(data):
        raise EvidenceError("the data does not fit the shape")
    if not data:
        return torch.zeros(shape, dtype=dtype)
    if dtype is torch.bool and max(data) > 1:
        raise EvidenceError("malformed booleans")
    return torch.frombuffer(bytearray(data), dtype=dtype).reshape(shape)


_DECODERS = {
    **{
        kind: getattr(_Decoder, kind)
        for kind in (
            "tuple", "size", "dict", "set", "frozenset", "array", "scalar", "tensor", "error",
            "object", "subclass", "collection", "decimal", "fraction", "date", "duration", "slice",
            "bytearray", "objects", "library", "ref", "function", "oracle", "dtype", "range",
            "complex", "int", "record", "shared", "lent", "still", "recipe", "named",
            "window", "numbers", "built", "leaf", "copy",
        )
    },
    **{kind: _Decoder.singleton for kind in SINGLETONS},
    **dict.fromkeys(
        ("frame", "series", "index", "column", "moment", "interval", "missing"), _Decoder.table
    ),
    **dict.fromkeys(KINDS, _Decoder.teaching),
}  # fmt: skip
