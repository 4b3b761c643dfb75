"""The evidence codec: plain data in msgpack, bounded in size, depth and kind; never pickle.

Scalars, strings and lists travel as msgpack's own types. Everything else is a map whose key ``$``
names its kind (``tuple``, ``array``, ``tensor``, ``error``, ``object`` and so on). Both sides share
this module. The side that decodes trusts nothing: every field is checked before it is used.

The two hooks say what a side does with things that stay where they are:

- ``keep(value) -> int`` (sandbox) registers an object and returns its handle;
- ``resolve(handle) -> object`` (sandbox) finds it again; ``adopt(kind, record, value)`` (scorer)
  turns a received record into a local stand-in.
"""

import builtins
import dataclasses
import math
from types import ModuleType

import msgpack
import numpy as np
import torch

from autograder import evidence
from autograder.errors import EvidenceError

MAX_FRAME_BYTES = 16 * 2**20
MAX_DEPTH = 24
MAX_NODES = 100_000
MAX_TEXT = 2**20  # characters of one string
MAX_INT_DIGITS = 1000
ARRAY_KINDS = "biufcUS"

RECORDS = {
    cls.__name__: cls
    for cls in vars(evidence).values()
    if isinstance(cls, type) and dataclasses.is_dataclass(cls)
}
TENSOR_DTYPES = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.complex64,
        torch.complex128, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64,
        torch.bool,
    )
}  # fmt: skip
SINGLETONS = {"ellipsis": Ellipsis, "notimplemented": NotImplemented}
FIELD_NAMES = {cls: tuple(f.name for f in dataclasses.fields(cls)) for cls in RECORDS.values()}


class Function:
    """A one-argument function that is known by its text, so that it can cross the wall.

    Args:
        expression: a Python expression of ``x`` that may use ``torch`` and ``math``.
    """

    def __init__(self, expression: str, name: str = "f"):
        self.expression = expression
        self.__name__ = self.__qualname__ = name
        self._function = eval(f"lambda x: ({expression})", {"torch": torch, "math": math})

    def __call__(self, x):
        return self._function(x)

    def without_text(self):
        """Return a plain function that does the same and does not hold its text."""
        self._function.__name__ = self._function.__qualname__ = self.__name__
        return self._function


def pack(message, keep=None, tensor_hook=None) -> bytes:
    """Encode a value.

    Args:
        keep: registers an object that has no plain form and returns its handle; without it such
            an object is an error.
        tensor_hook: called with each tensor; what it returns is added to the tensor's record.

    Raises:
        EvidenceError: the value is too large, too deep or of a kind that cannot cross.
    """
    packer = _Encoder(keep, tensor_hook)
    frame = msgpack.packb(packer.encode(message, 0), use_bin_type=True)
    if len(frame) > MAX_FRAME_BYTES:
        raise EvidenceError(f"the value takes {len(frame)} bytes; {MAX_FRAME_BYTES} are allowed")
    return frame


def unpack(frame: bytes, resolve=None, adopt=None):
    """Decode a value and check every part of it.

    Raises:
        EvidenceError: the frame is malformed or breaks a limit.
    """
    if len(frame) > MAX_FRAME_BYTES:
        raise EvidenceError("the frame is too large")
    try:
        plain = msgpack.unpackb(
            frame, raw=False, strict_map_key=True, max_ext_len=0, max_map_len=64,
            max_array_len=MAX_NODES, max_str_len=4 * MAX_TEXT,
        )  # fmt: skip
        return _Decoder(resolve, adopt).decode(plain, 0)
    except EvidenceError:
        raise
    except Exception as error:
        raise EvidenceError(f"malformed frame ({type(error).__name__})") from None


class _Encoder:
    def __init__(self, keep, tensor_hook):
        self.keep = keep
        self.tensor_hook = tensor_hook
        self.nodes = 0

    def encode(self, value, depth):
        self.nodes += 1
        if depth > MAX_DEPTH:
            raise EvidenceError(f"the value is nested deeper than {MAX_DEPTH} levels")
        if self.nodes > MAX_NODES:
            raise EvidenceError(f"the value has more than {MAX_NODES} parts")
        # Exact types only: a subclass may lie about its content.
        cls = type(value)
        if value is None or cls is bool or cls is float or cls is bytes:
            return value
        if cls is int:
            return value if -(2**63) <= value < 2**63 else _encode_big_int(value)
        if cls is str:
            return _clean_text(value)
        if cls is list:
            return [self.encode(item, depth + 1) for item in value]
        encode = _ENCODERS.get(cls)
        if encode is not None:
            return encode(self, value, depth + 1)
        if isinstance(value, torch.Tensor):
            return self.tensor(value, depth)
        if isinstance(value, tuple) and cls.__module__ in ("torch.return_types", "torch"):
            return self.tuple(tuple(value), depth)
        if isinstance(value, np.generic):
            array = np.asarray(value)
            if not _is_plain(array):
                return self.object(value)
            return {"$": "scalar", **_array_fields(array)}
        if isinstance(value, BaseException):
            return self.error(value, depth)
        return self.object(value)

    def tuple(self, value, depth):
        return {"$": "tuple", "items": [self.encode(item, depth) for item in value]}

    def size(self, value, depth):
        return {"$": "size", "items": [int(item) for item in value]}

    def dict(self, value, depth):
        items = [[self.encode(k, depth), self.encode(v, depth)] for k, v in dict.items(value)]
        return {"$": "dict", "items": items}

    def set(self, value, depth):
        kind = "set" if type(value) is set else "frozenset"
        return {"$": kind, "items": [self.encode(item, depth) for item in value]}

    def array(self, value, depth):
        return {"$": "array", **_array_fields(value)} if _is_plain(value) else self.object(value)

    def tensor(self, value, depth):
        name = str(value.dtype).removeprefix("torch.")
        if name not in TENSOR_DTYPES or value.layout is not torch.strided:
            return self.object(value)
        if value.numel() * value.element_size() > MAX_FRAME_BYTES:
            raise EvidenceError("the tensor is too large")
        handle = getattr(value, "_autograder_id", None)
        if handle is not None and self.keep is None:
            return {"$": "ref", "id": handle}
        record = {
            "$": "tensor",
            "dtype": name,
            "shape": list(value.shape),
            "data": _tensor_bytes(value),
        }
        if value.requires_grad:
            record["grad_on"] = True
            record["leaf"] = bool(value.is_leaf)
            grad = value.grad if value.is_leaf else None
            if grad is not None:
                record["grad"] = self.encode(grad.detach(), depth + 1)
        if type(value) is torch.nn.Parameter:
            record["parameter"] = True
        if self.keep is not None:
            record["id"] = self.keep(value)
        if self.tensor_hook is not None:
            record.update(self.tensor_hook(value))
        return record

    def error(self, value, depth):
        handle = getattr(value, "_autograder_id", None)
        if handle is not None and self.keep is None:
            return {"$": "ref", "id": handle}
        return {
            "$": "error",
            "bases": [_qualified(cls) for cls in type(value).__mro__][:20],
            "message": _clean_text(_text_of(value)),
            "id": self.keep(value) if self.keep else 0,
        }

    def object(self, value):
        handle = getattr(value, "_autograder_id", None) if self.keep is None else None
        if handle is not None:
            return {"$": "ref", "id": handle}
        if self.keep is None:
            raise EvidenceError(f"a {type(value).__name__} cannot cross into the sandbox")
        record = {
            "$": "object",
            "id": self.keep(value),
            "bases": [_qualified(cls) for cls in type.mro(type(value))][:20]
            if type(value) is not type
            else ["builtins.type"],
            "callable": callable(value),
        }
        name = getattr(value, "__name__", None) if callable(value) or _is_module(value) else None
        if type(name) is str:
            record["name"] = _clean_text(name)[:200]
        return record

    def function(self, value, depth):
        return {"$": "function", "text": value.expression, "name": value.__name__}

    def dtype(self, value, depth):
        return {"$": "dtype", "name": str(value)}

    def range(self, value, depth):
        return {"$": "range", "items": [value.start, value.stop, value.step]}

    def complex(self, value, depth):
        return {"$": "complex", "items": [value.real, value.imag]}

    def singleton(self, value, depth):
        return {"$": "ellipsis" if value is Ellipsis else "notimplemented"}

    def record(self, value, depth):
        names = FIELD_NAMES[type(value)]
        fields = [self.encode(getattr(value, name), depth) for name in names]
        return {"$": "record", "kind": type(value).__name__, "fields": fields}


class _Decoder:
    def __init__(self, resolve, adopt):
        self.resolve = resolve
        self.adopt = adopt

    def decode(self, plain, depth):
        if depth > 2 * MAX_DEPTH:
            raise EvidenceError("the frame is nested too deep")
        if isinstance(plain, list):
            return [self.decode(item, depth + 1) for item in plain]
        if not isinstance(plain, dict):
            return plain
        kind = plain.get("$")
        decode = _DECODERS.get(kind) if isinstance(kind, str) else None
        if decode is None:
            raise EvidenceError("the frame holds an unknown kind of value")
        return decode(self, plain, depth + 1)

    def items(self, plain, depth):
        return [self.decode(item, depth) for item in _field(plain, "items", list)]

    def tuple(self, plain, depth):
        return tuple(self.items(plain, depth))

    def size(self, plain, depth):
        return torch.Size(_shape(plain, "items"))

    def dict(self, plain, depth):
        pairs = self.items(plain, depth)
        if not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
            raise EvidenceError("a dict needs pairs")
        return {key: value for key, value in pairs}

    def set(self, plain, depth):
        return set(self.items(plain, depth))

    def frozenset(self, plain, depth):
        return frozenset(self.items(plain, depth))

    def array(self, plain, depth):
        return _read_array(plain)

    def scalar(self, plain, depth):
        return _read_array(plain)[()]

    def tensor(self, plain, depth):
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

    def error(self, plain, depth):
        bases = _texts(plain, "bases")
        message = _field(plain, "message", str)
        for base in bases:
            module, _, name = base.rpartition(".")
            cls = getattr(builtins, name, None) if module == "builtins" else None
            if isinstance(cls, type) and issubclass(cls, BaseException):
                error = _new_error(cls, message)
                return self.adopt("error", plain, error) if self.adopt else error
        raise EvidenceError("an error needs an exception type")

    def object(self, plain, depth):
        if self.adopt is None:
            raise EvidenceError("an object cannot cross into the sandbox")
        _texts(plain, "bases")
        _field(plain, "id", int)
        _field(plain, "callable", bool)
        return self.adopt("object", plain, None)

    def ref(self, plain, depth):
        if self.resolve is None:
            raise EvidenceError("the sandbox may not refer to objects")
        return self.resolve(_field(plain, "id", int))

    def function(self, plain, depth):
        # Only the sandbox evaluates text, and only text of the scorer's, which no student may see.
        if self.resolve is None:
            raise EvidenceError("the sandbox may not send functions")
        return Function(_field(plain, "text", str), _field(plain, "name", str)).without_text()

    def dtype(self, plain, depth):
        name = _field(plain, "name", str).removeprefix("torch.")
        if name not in TENSOR_DTYPES:
            raise EvidenceError("unknown dtype")
        return TENSOR_DTYPES[name]

    def range(self, plain, depth):
        start, stop, step = _numbers(plain, int, 3)
        return range(start, stop, step)

    def complex(self, plain, depth):
        return complex(*_numbers(plain, float, 2))

    def int(self, plain, depth):
        text = _field(plain, "text", str)
        if len(text) > MAX_INT_DIGITS:
            raise EvidenceError("the integer is too long")
        return int(text)

    def singleton(self, plain, depth):
        return SINGLETONS[plain["$"]]

    def record(self, plain, depth):
        cls = RECORDS.get(_field(plain, "kind", str))
        fields = _field(plain, "fields", list)
        if cls is None or len(fields) != len(FIELD_NAMES[cls]):
            raise EvidenceError("unknown record")
        return cls(*(self.decode(item, depth) for item in fields))


def _encode_big_int(value):
    if abs(value) >= 10**MAX_INT_DIGITS:
        raise EvidenceError(f"the integer has more than {MAX_INT_DIGITS} digits")
    return {"$": "int", "text": str(value)}


def _clean_text(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise EvidenceError(f"the text is longer than {MAX_TEXT} characters")
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _text_of(error: BaseException) -> str:
    try:
        text = str(error)
        return text[:10_000] if type(text) is str else "(no text)"
    except Exception:
        return "(the message cannot be read)"


def _qualified(cls: type) -> str:
    module, name = cls.__module__, cls.__qualname__
    return _clean_text(f"{module}.{name}")[:200] if type(module) is type(name) is str else "?"


def _is_module(value) -> bool:
    return isinstance(value, ModuleType)


def _is_plain(array: np.ndarray) -> bool:
    return array.dtype.kind in ARRAY_KINDS and array.dtype.fields is None


def _array_fields(array: np.ndarray) -> dict:
    if array.nbytes > MAX_FRAME_BYTES:
        raise EvidenceError("the array is too large")
    return {"dtype": array.dtype.str, "shape": list(array.shape), "data": array.tobytes()}


def _tensor_bytes(tensor: torch.Tensor) -> bytes:
    plain = tensor.detach()
    if plain.is_conj() or plain.is_neg():
        plain = plain.resolve_conj().resolve_neg()
    if plain.dtype is torch.bfloat16:
        plain = plain.contiguous().view(torch.int16)
    return plain.cpu().numpy().tobytes()


def _field(plain: dict, name: str, cls: type):
    value = plain.get(name)
    if type(value) is not cls:
        raise EvidenceError(f"field {name!r} is missing or malformed")
    return value


def _texts(plain, name):
    texts = _field(plain, name, list)
    if not all(type(text) is str and len(text) < 1000 for text in texts):
        raise EvidenceError(f"field {name!r} is malformed")
    return texts


def _numbers(plain, cls, count):
    items = _field(plain, "items", list)
    if len(items) != count or not all(type(item) is cls for item in items):
        raise EvidenceError("malformed numbers")
    return items


def _shape(plain, name="shape"):
    shape = _field(plain, name, list)
    if len(shape) > 32 or not all(type(n) is int and 0 <= n < 2**31 for n in shape):
        raise EvidenceError("malformed shape")
    return shape


def _read_array(plain) -> np.ndarray:
    text = _field(plain, "dtype", str)
    if len(text) > 12 or text[1:2] not in ARRAY_KINDS:
        raise EvidenceError("this dtype cannot cross")
    dtype, shape, data = np.dtype(text), _shape(plain), _field(plain, "data", bytes)
    if dtype.itemsize * math.prod(shape) != len(data):
        raise EvidenceError("the data does not fit the shape")
    if not dtype.itemsize:
        return np.zeros(shape, dtype)
    return np.frombuffer(data, dtype).reshape(shape).copy()


def _read_tensor(plain) -> torch.Tensor:
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


def _new_error(cls: type, message: str) -> BaseException:
    try:
        return cls(message)
    except Exception:  # e.g. UnicodeDecodeError needs more arguments
        return Exception(message)


_ENCODERS = {
    tuple: _Encoder.tuple,
    torch.Size: _Encoder.size,
    dict: _Encoder.dict,
    set: _Encoder.set,
    frozenset: _Encoder.set,
    np.ndarray: _Encoder.array,
    torch.Tensor: _Encoder.tensor,
    torch.nn.Parameter: _Encoder.tensor,
    Function: _Encoder.function,
    torch.dtype: _Encoder.dtype,
    range: _Encoder.range,
    complex: _Encoder.complex,
    type(Ellipsis): _Encoder.singleton,
    type(NotImplemented): _Encoder.singleton,
    **{cls: _Encoder.record for cls in RECORDS.values()},
}
_DECODERS = {
    **{
        kind: getattr(_Decoder, kind)
        for kind in (
            "tuple", "size", "dict", "set", "frozenset", "array", "scalar", "tensor", "error",
            "object", "ref", "function", "dtype", "range", "complex", "int", "record",
        )
    },
    **{kind: _Decoder.singleton for kind in SINGLETONS},
}  # fmt: skip
