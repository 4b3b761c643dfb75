"""A value as plain data: by its exact type, never by what it says of itself."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import torch

from autograder.errors import EvidenceError
from autograder.wall.codec import held
from autograder.wall.codec.arrays import array_fields, is_plain, tensor_fields
from autograder.wall.codec.families import MAX_CHAIN, bases_told, classes_of, family, more_of
from autograder.wall.codec.handles import is_known, known_id, lent_number
from autograder.wall.codec.kinds import (
    FIELD_NAMES,
    MAX_DEPTH,
    MAX_FRAME_BYTES,
    MAX_NODES,
    MAX_WIRE_NODES,
    PLAIN,
    RECORDS,
    TENSOR_DTYPES,
    Fields,
    Function,
    check_range,
)
from autograder.wall.codec.library import check_count, encode_library, is_plain_scalar
from autograder.wall.codec.names import name_of
from autograder.wall.codec.recipes import recipe_of
from autograder.wall.codec.records import check_record
from autograder.wall.codec.subclasses import (
    abilities,
    base_of,
    fields_of,
    is_enumeration,
    is_faithful,
    members_of,
    own_names,
    own_texts,
    plain_value,
    stays,
)
from autograder.wall.codec.tables import encode_table
from autograder.wall.codec.teaching import encode_teaching
from autograder.wall.codec.words import bases_of, clean_text, encode_big_int, qualified, text_of
from autograder.wall.oracles import Oracle
from autograder.wall.sharing import Shared
from autograder.wall.signatures import SignedOracle, told_of

# Aliases: the methods of the class below are named after kinds, so that "int" is one of them.
Record = dict[str, Any]
Depth = int
Keep = Callable[[Any], int]
Lend = Callable[[Any], Oracle]
TensorHook = Callable[[torch.Tensor], Record]
SHARED_PARTS = {"args": 0, "kwargs": 0, "values": 0, "value": 1, "target": 1}  # -> depth


class Encoder:
    def __init__(
        self,
        keep: Keep | None,
        tensor_hook: TensorHook | None,
        shared: Shared | None = None,
        lend: Lend | None = None,
    ) -> None:
        self.keep = keep
        self.tensor_hook = tensor_hook
        self.shared = shared
        self.lend = lend
        self.nodes, self.recipes = 0, set[int]()

    def message(self, message: Any) -> Any:
        """Encode a whole message; only values that people's code gets to see are shared."""
        shared = self.shared
        if shared is None or type(message) is not dict:
            return self.encode(message, 0)
        items = []
        for name, part in message.items():
            self.shared = shared if name in SHARED_PARTS else None
            items.append([name, self.encode(part, SHARED_PARTS.get(name, 1))])
        self.shared = shared
        return {"$": "dict", "items": items}

    def encode(self, value: Any, depth: Depth) -> Any:
        self.nodes += 1
        if depth > MAX_DEPTH:
            raise EvidenceError(f"the value is nested deeper than {MAX_DEPTH} levels")
        if self.nodes > MAX_NODES:
            raise EvidenceError(f"the value has more than {MAX_NODES} parts")
        # Exact types only: a subclass may lie about its content.
        cls = type(value)
        if cls in PLAIN or cls is bytes:
            return self.plain(value)
        if depth and self.shared is not None and (told := self.known(value, depth)) is not None:
            return told
        return self.told(value, depth)

    def known(self, value: Any, depth: Depth) -> Record | None:
        """Return what stands for a value that both sides have, None of any other."""

        def tell(one: Any) -> Any:
            return self.told(one, depth)

        return held.known(self.shared, value, self.content, tell)

    def whole(self, value: Any) -> Any:
        """Encode a large value by itself."""
        return self.told(value, 1)

    def told(self, value: Any, depth: Depth) -> Any:
        """Encode a value that is neither plain nor the other side's as well."""
        cls = type(value)
        encode = _ENCODERS.get(cls)
        if encode is not None:
            return encode(self, value, depth + 1)
        if hasattr(cls, "_autograder_type"):  # a stand-in, whatever it answers to isinstance()
            return self.object(value)
        if isinstance(value, torch.Tensor) and self.keep is None:
            return self.tensor(value, depth)
        # Torch's named results are their items; so is a named tuple that a test hands over.
        if isinstance(value, tuple) and (
            cls.__module__ in ("torch.return_types", "torch")
            or (self.keep is None and hasattr(cls, "_fields") and not is_known(value))
        ):
            return self.tuple(value, depth)
        if isinstance(value, np.generic):
            array = np.asarray(value)
            if cls is not array.dtype.type or not is_plain(array):
                return self.object(value)
            return {"$": "scalar", **array_fields(array)}
        if isinstance(value, BaseException):
            return self.error(value, depth)

        def encode_part(part: Any) -> Any:
            return self.encode(part, depth + 1)

        record = (
            encode_library(value, encode_part)
            or self.table(value, depth)
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
        if self.keep is None or not (listed or base_of(cls)) or not is_faithful(value):
            return None
        if listed:
            members = members_of(cls)
            if members is None:
                return None
            pairs = [[name, self.encode(one, depth)] for name, one in members]
            record = {"family": self.keep(cls), "members": pairs}
            plain = value.value
        else:
            record = {"fields": fields_of(cls), "own": own_names(cls)}
            plain = plain_value(value)
        return {
            "$": "subclass",
            "id": self.keep(value),
            "bases": bases_of(cls),
            "value": self.encode(plain, depth),
            "texts": own_texts(cls),
            **record,
        }

    def content(self, value: Any) -> Any:
        """Return what a shared value holds; shared values in it stand there by their numbers."""
        if window := held.window(self.shared, value, self.content):
            return window
        if type(value) is torch.Tensor:
            return held.tensor(value)
        if told := held.attributes(value, self.shared, self.content, self.part):
            return told
        if (encode := _ENCODERS.get(type(value))) is not None:
            return encode(self, value, 2)
        return encode_library(value, self.part) or self.table(value, 2)

    def part(self, value: Any) -> Any:
        """Return what stands for a value in the content of a shared one."""
        return self.encode(value, 2)

    def table(self, value: Any, depth: Depth) -> Record | None:
        """Return the record of a table: its columns are nobody's but its own."""
        shared, self.shared = self.shared, None

        def encode_part(part: Any) -> Any:
            return self.encode(part, depth + 1)

        try:
            return encode_table(value, encode_part) or self.teaching(value, encode_part)
        finally:
            self.shared = shared

    def items(self, items: Any, depth: Depth) -> list[Any]:
        """Return the encoded items of a sequence.

        Plain numbers and texts are one thing to look at, as an array of them is.
        """
        if not PLAIN.issuperset(map(type, items)):
            return [self.encode(item, depth) for item in items]
        if len(items) > MAX_WIRE_NODES:
            raise EvidenceError(f"the value has more than {MAX_WIRE_NODES} parts")
        return [item if type(item) is float else self.plain(item) for item in items]

    def plain(self, value: Any) -> Any:
        if type(value) is int:
            return value if -(2**63) <= value < 2**63 else encode_big_int(value)
        if type(value) is str:
            return clean_text(value if self.shared is None else self.shared.there(value))
        return value

    def tuple(self, value: Any, depth: Depth) -> Record:
        exact = type(value) is tuple
        items = self.items(value if exact else tuple(tuple.__iter__(value)), depth)
        fields = [] if exact or self.keep else fields_of(type(value))
        named = {"name": type(value).__name__, "fields": fields} if fields else {}
        return {"$": "tuple", "items": items, **named}

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
        return {"$": "array", **array_fields(value)} if is_plain(value) else self.object(value)

    def tensor(self, value: Any, depth: Depth) -> Record:
        name = str(value.dtype).removeprefix("torch.")
        if name not in TENSOR_DTYPES or value.layout is not torch.strided:
            return self.object(value)
        if value.numel() * value.element_size() > MAX_FRAME_BYTES:
            raise EvidenceError("the tensor is too large")
        handle = known_id(value)
        if handle is not None and self.keep is None:
            return {"$": "ref", "id": handle}
        more = {} if self.tensor_hook is None else self.tensor_hook(value)
        if more.pop("known", False):
            return {"$": "leaf", **more}
        record: Record = {"$": "tensor", **tensor_fields(value)}
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
        return record | more

    def error(self, value: Any, depth: Depth) -> Record:
        handle = known_id(value)
        if handle is not None and self.keep is None:
            return {"$": "ref", "id": handle}
        record = {
            "$": "error",
            "bases": [qualified(cls) for cls in type(value).__mro__][:20],
            "message": clean_text(text_of(value)),
            "id": self.keep(value) if self.keep else 0,
        }
        if self.keep is not None and type(value).__module__ != "builtins":
            record["classes"] = family(type(value), self.keep)
        chained = self.keep is not None and depth < MAX_CHAIN
        own = self.keep is None and self.lend is not None
        return {**record, **more_of(value, lambda part: self.encode(part, depth + 2), chained, own)}

    def object(self, value: Any) -> Record:
        if self.keep is None and (handle := known_id(value)) is not None:
            return {"$": "ref", "id": handle}
        if self.keep is not None and (lent := lent_number(value)) is not None:
            return {"$": "lent", "id": lent}
        has_name = callable(value) and not stays(type(value))  # which would be asked for it
        library = name_of(value) if has_name else None
        if self.keep is None:
            if library is not None:
                return {"$": "library", "name": library}
            if self.lend is None:
                raise EvidenceError(f"a {type(value).__name__} cannot cross into the sandbox")
            return recipe_of(self, value) or self.oracle(self.lend(value), 0)
        record: Record = {
            "$": "object",
            "id": self.keep(value),
            "bases": bases_of(type(value)),
            "callable": callable(value),
            "has": abilities(type(value)),
        }
        named = has_name or isinstance(value, ModuleType)
        name = getattr(value, "__name__", None) if named else None
        if type(name) is str:
            record["name"] = clean_text(name)[:200]
        if library is not None:
            record["library"] = library
        else:
            record |= classes_of(value, self.keep)
        return record

    def function(self, value: Any, depth: Depth) -> Record:
        return {"$": "function", "text": value.expression, "name": value.__name__}

    def oracle(self, value: Any, depth: Depth) -> Record:
        if self.keep is not None:
            raise EvidenceError("a test's function cannot come from the sandbox")
        record = {"$": "oracle", "id": value.id, "name": value.__name__, "saves": value.saves}
        told = bases_told(value.function, lambda one: self.encode(one, depth + 1))
        return {**record, **told_of(value), **told}

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
        fields = [self.encode(getattr(value, name), depth) for name in FIELD_NAMES[type(value)]]
        return {"$": "record", "kind": type(value).__name__, "fields": fields}


_ENCODERS: dict[type, Callable[[Encoder, Any, Depth], Any]] = {
    list: Encoder.items,
    tuple: Encoder.tuple,
    torch.Size: Encoder.size,
    dict: Encoder.dict,
    Fields: Encoder.dict,
    set: Encoder.set,
    frozenset: Encoder.set,
    np.ndarray: Encoder.array,
    torch.Tensor: Encoder.tensor,
    torch.nn.Parameter: Encoder.tensor,
    Function: Encoder.function,
    Oracle: Encoder.oracle,
    SignedOracle: Encoder.oracle,
    torch.dtype: Encoder.dtype,
    range: Encoder.range,
    complex: Encoder.complex,
    type(Ellipsis): Encoder.singleton,
    type(NotImplemented): Encoder.singleton,
    **{cls: Encoder.record for cls in RECORDS.values()},
}
