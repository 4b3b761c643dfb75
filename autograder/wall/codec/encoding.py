"""A value as a frame: by its exact type, never by what it says of itself."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import msgpack
import numpy as np
import torch

from autograder.errors import EvidenceError
from autograder.wall.codec.kinds import (
    ARRAY_KINDS,
    FIELD_NAMES,
    MAX_DEPTH,
    MAX_FRAME_BYTES,
    MAX_INT_DIGITS,
    MAX_NODES,
    MAX_TEXT,
    MAX_WIRE_NODES,
    PLAIN,
    RECORDS,
    TENSOR_DTYPES,
    Function,
    check_range,
)
from autograder.wall.codec.library import check_count, encode_library, is_plain_scalar
from autograder.wall.codec.names import name_of
from autograder.wall.codec.records import check_record
from autograder.wall.codec.subclasses import (
    abilities,
    base_of,
    fields_of,
    is_enumeration,
    is_faithful,
    members_of,
    own_texts,
    plain_value,
)
from autograder.wall.codec.tables import encode_table
from autograder.wall.codec.teaching import encode_teaching
from autograder.wall.codec.wire import check_nodes
from autograder.wall.oracles import Oracle
from autograder.wall.signatures import SignedOracle

# Aliases: the methods of the class below are named after kinds, so that "int" is one of them.
Record = dict[str, Any]
Depth = int
Keep = Callable[[Any], int]
TensorHook = Callable[[torch.Tensor], Record]
FEW = 1000  # items, of which each is counted


def pack(message: object, keep: Keep | None = None, tensor_hook: TensorHook | None = None) -> bytes:
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
    check_nodes(frame)
    return frame


class _Encoder:
    def __init__(self, keep: Keep | None, tensor_hook: TensorHook | None) -> None:
        self.keep = keep
        self.tensor_hook = tensor_hook
        self.nodes = 0

    def encode(self, value: Any, depth: Depth) -> Any:
        self.nodes += 1
        if depth > MAX_DEPTH:
            raise EvidenceError(f"the value is nested deeper than {MAX_DEPTH} levels")
        if self.nodes > MAX_NODES:
            raise EvidenceError(f"the value has more than {MAX_NODES} parts")
        # Exact types only: a subclass may lie about its content.
        cls = type(value)
        if value is None or cls is bool or cls is float or cls is bytes:
            return value
        if cls is int or cls is str:
            return self.plain(value)
        if cls is list:
            return self.items(value, depth + 1)
        encode = _ENCODERS.get(cls)
        if encode is not None:
            return encode(self, value, depth + 1)
        if hasattr(cls, "_autograder_type"):  # a stand-in, whatever it answers to isinstance()
            return self.object(value)
        if isinstance(value, torch.Tensor):
            return self.tensor(value, depth)
        # Torch's named results are their items; so is a named tuple that a test hands over.
        if isinstance(value, tuple) and (
            cls.__module__ in ("torch.return_types", "torch")
            or (self.keep is None and hasattr(cls, "_fields") and not _is_known(value))
        ):
            return self.tuple(tuple(tuple.__iter__(value)), depth)
        if isinstance(value, np.generic):
            array = np.asarray(value)
            if not _is_plain(array):
                return self.object(value)
            return {"$": "scalar", **_array_fields(array)}
        if isinstance(value, BaseException):
            return self.error(value, depth)

        def encode_part(part: Any) -> Any:
            return self.encode(part, depth + 1)

        record = (
            encode_library(value, encode_part)
            or encode_table(value, encode_part)
            or self.teaching(value, encode_part)
            or self.subclass(value, depth + 1)
        )
        return self.object(value) if record is None else record

    def teaching(self, value: Any, encode_part: Callable[[Any], Any]) -> Record | None:
        """Return the record of a teaching library's table; a side without that has a stand-in."""
        record = encode_teaching(value, encode_part)
        return record and {**(self.object(value) if self.keep else {}), **record}

    def subclass(self, value: Any, depth: Depth) -> Record | None:
        """Return the record of an object that is what its plain base says, None of any other."""
        cls = type(value)
        record: Record
        listed = is_enumeration(cls)
        if self.keep is None or not (listed or base_of(cls)) or not is_faithful(cls):
            return None
        if listed:
            members = members_of(cls)
            if members is None:
                return None
            pairs = [[name, self.encode(one, depth)] for name, one in members]
            record = {"family": self.keep(cls), "members": pairs}
            plain = value.value
        else:
            record = {"fields": fields_of(cls)}
            plain = plain_value(value)
        return {
            "$": "subclass",
            "id": self.keep(value),
            "bases": _bases(cls),
            "value": self.encode(plain, depth),
            "texts": own_texts(cls),
            **record,
        }

    def items(self, items: Any, depth: Depth) -> list[Any]:
        """Return the encoded items of a sequence.

        Many plain numbers and texts count as one thing to look at, as an array of them does.
        """
        if len(items) < FEW or not PLAIN.issuperset(map(type, items)):
            return [self.encode(item, depth) for item in items]
        if len(items) > MAX_WIRE_NODES:
            raise EvidenceError(f"the value has more than {MAX_WIRE_NODES} parts")
        return [item if type(item) is float else self.plain(item) for item in items]

    def plain(self, value: Any) -> Any:
        if type(value) is int:
            return value if -(2**63) <= value < 2**63 else _encode_big_int(value)
        return _clean_text(value) if type(value) is str else value

    def tuple(self, value: Any, depth: Depth) -> Record:
        return {"$": "tuple", "items": self.items(value, depth)}

    def size(self, value: Any, depth: Depth) -> Record:
        return {"$": "size", "items": [int(item) for item in value]}

    def dict(self, value: Any, depth: Depth) -> Record:
        keys, values = self.items(list(dict.keys(value)), depth), dict.values(value)
        return {"$": "dict", "items": list(map(list, zip(keys, self.items(list(values), depth))))}

    def set(self, value: Any, depth: Depth) -> Record:
        kind = "set" if type(value) is set else "frozenset"
        return {"$": kind, "items": self.items(value, depth)}

    def array(self, value: Any, depth: Depth) -> Record:
        if value.dtype.kind == "O" and all(map(is_plain_scalar, value.ravel().tolist())):
            check_count(value.size)
            items = self.items(value.ravel().tolist(), depth)
            return {"$": "objects", "shape": list(value.shape), "items": items}
        return {"$": "array", **_array_fields(value)} if _is_plain(value) else self.object(value)

    def tensor(self, value: Any, depth: Depth) -> Record:
        name = str(value.dtype).removeprefix("torch.")
        if name not in TENSOR_DTYPES or value.layout is not torch.strided:
            return self.object(value)
        if value.numel() * value.element_size() > MAX_FRAME_BYTES:
            raise EvidenceError("the tensor is too large")
        handle = getattr(value, "_autograder_id", None)
        if handle is not None and self.keep is None:
            return {"$": "ref", "id": handle}
        record: Record = {
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

    def error(self, value: Any, depth: Depth) -> Record:
        handle = getattr(value, "_autograder_id", None)
        if handle is not None and self.keep is None:
            return {"$": "ref", "id": handle}
        return {
            "$": "error",
            "bases": [_qualified(cls) for cls in type(value).__mro__][:20],
            "message": _clean_text(_text_of(value)),
            "id": self.keep(value) if self.keep else 0,
        }

    def object(self, value: Any) -> Record:
        handle = getattr(value, "_autograder_id", None) if self.keep is None else None
        if handle is not None:
            return {"$": "ref", "id": handle}
        library = name_of(value) if callable(value) else None
        if self.keep is None and library is not None:
            return {"$": "library", "name": library}
        if self.keep is None:
            raise EvidenceError(f"a {type(value).__name__} cannot cross into the sandbox")
        record: Record = {
            "$": "object",
            "id": self.keep(value),
            "bases": _bases(type(value)),
            "callable": callable(value),
            "has": abilities(type(value)),
        }
        name = getattr(value, "__name__", None) if callable(value) or _is_module(value) else None
        if type(name) is str:
            record["name"] = _clean_text(name)[:200]
        if library is not None:
            record["library"] = library
        return record

    def function(self, value: Any, depth: Depth) -> Record:
        return {"$": "function", "text": value.expression, "name": value.__name__}

    def oracle(self, value: Any, depth: Depth) -> Record:
        if self.keep is not None:
            raise EvidenceError("a test's function cannot come from the sandbox")
        plain = {"$": "oracle", "id": value.id, "name": value.__name__, "saves": value.saves}
        return {**plain, "parameters": getattr(value, "parameters", ())}

    def dtype(self, value: Any, depth: Depth) -> Record:
        return {"$": "dtype", "name": str(value)}

    def range(self, value: Any, depth: Depth) -> Record:
        check_range(value)
        return {"$": "range", "items": [value.start, value.stop, value.step]}

    def complex(self, value: Any, depth: Depth) -> Record:
        return {"$": "complex", "items": [value.real, value.imag]}

    def singleton(self, value: Any, depth: Depth) -> Record:
        return {"$": "ellipsis" if value is Ellipsis else "notimplemented"}

    def record(self, value: Any, depth: Depth) -> Record:
        check_record(value)
        names = FIELD_NAMES[type(value)]
        fields = [self.encode(getattr(value, name), depth) for name in names]
        return {"$": "record", "kind": type(value).__name__, "fields": fields}


def _encode_big_int(value: int) -> Record:
    if abs(value) >= 10**MAX_INT_DIGITS:
        raise EvidenceError(f"the integer has more than {MAX_INT_DIGITS} digits")
    return {"$": "int", "text": str(value)}


def _clean_text(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise EvidenceError(f"the text is longer than {MAX_TEXT} characters")
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


def _text_of(error: BaseException) -> str:
    try:
        text = str(error)
        return text[:10_000] if type(text) is str else "(no text)"
    except Exception:
        return "(the message cannot be read)"


def _qualified(cls: type) -> str:
    module, name = cls.__module__, cls.__qualname__
    return _clean_text(f"{module}.{name}")[:200] if type(module) is type(name) is str else "?"


def _bases(cls: type) -> list[str]:
    """Return the names of a class and of those that it derives from."""
    return ["builtins.type"] if cls is type else [_qualified(base) for base in type.mro(cls)[:20]]


def _is_known(value: object) -> bool:
    """Tell whether a value of the scorer's came from the sandbox, which has it still."""
    return getattr(value, "_autograder_id", None) is not None


def _is_module(value: object) -> bool:
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
    Oracle: _Encoder.oracle,
    SignedOracle: _Encoder.oracle,
    torch.dtype: _Encoder.dtype,
    range: _Encoder.range,
    complex: _Encoder.complex,
    type(Ellipsis): _Encoder.singleton,
    type(NotImplemented): _Encoder.singleton,
    **{cls: _Encoder.record for cls in RECORDS.values()},
}
