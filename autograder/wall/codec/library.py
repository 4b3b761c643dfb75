"""Values of the standard library that are data: collections, exact numbers, slices, views.

Random generators are data too: their state.

Exact types only, both ways; each kind is a map of few fields that are checked one by one.
"""

import dataclasses
import datetime
import re
from array import array
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache, partial
from pathlib import PosixPath, PurePosixPath, PureWindowsPath
from typing import Any

from autograder.errors import EvidenceError
from autograder.wall import draws
from autograder.wall.codec import annotations, dates, numeric, symbolic
from autograder.wall.codec.dates import collection
from autograder.wall.codec.kinds import MAX_INT_DIGITS, MAX_WIRE_NODES
from autograder.wall.codec.subclasses import FACTORIES
from autograder.wall.glimpses import NUMBERS

Plain = dict[str, Any]
Encode = Callable[[Any], Any]  # of one part, by the codec

_EMPTY: dict[str, int] = {}
ITEMS: type = type(_EMPTY.items())
VIEWS: dict[type, str] = {
    type(_EMPTY.keys()): "keys",
    type(_EMPTY.values()): "values",
    ITEMS: "items",
}
MAX_PATH, MAX_PATTERN = 4096, 4096
PATHS = {PosixPath: "path", PurePosixPath: "pure path", PureWindowsPath: "windows path"}
MOST_CLASSES = 256  # of named tuples that are kept: they are as a submission says
FLAGS = ("init", "repr", "hash", "compare", "kw_only")  # of a data class's field
FIELD_KINDS = [getattr(dataclasses, f"_FIELD{name}") for name in ("", "_CLASSVAR", "_INITVAR")]
MAX_CELL_DEPTH = 6  # of containers in a table's cell


def encode_library(value: Any, encode: Encode) -> Plain | None:
    """Return a value's record, or None where it is none of these types."""
    write = _ENCODERS.get(type(value))
    if write is not None:
        return write(value, encode)
    found = next(filter(None, (part.parts_of(value, encode) for part in _PARTED)), None)
    return None if found is None else collection(*found)


def _pairs(value: Any, encode: Encode) -> list[Any]:
    return [[encode(key), encode(item)] for key, item in dict.items(value)]


def _ordered(value: Any, encode: Encode) -> Plain:
    items = [[encode(key), encode(item)] for key, item in OrderedDict.items(value)]
    return collection("OrderedDict", items)


def _counter(value: Any, encode: Encode) -> Plain:
    return collection("Counter", _pairs(value, encode))


def _defaultdict(value: Any, encode: Encode) -> Plain | None:
    factory = value.default_factory
    if factory is not None and not any(factory is one for one in FACTORIES.values()):
        return collection("defaultdict", _pairs(value, encode), factory=encode(factory))
    name = "" if factory is None else factory.__name__
    return collection("defaultdict", _pairs(value, encode), factory=name)


def _deque(value: Any, encode: Encode) -> Plain:
    longest = -1 if value.maxlen is None else value.maxlen
    return collection("deque", [encode(item) for item in value], longest=longest)


def _view(value: Any, encode: Encode) -> Plain:
    pairs = isinstance(value, ITEMS)
    items = [[encode(a), encode(b)] for a, b in value] if pairs else [encode(a) for a in value]
    return collection(VIEWS[type(value)], items)


def _decimal(value: Any, encode: Encode) -> Plain:
    _check_decimal(value)
    return {"$": "decimal", "text": str(value)}


def _fraction(value: Any, encode: Encode) -> Plain:
    return {"$": "fraction", "items": [encode(value.numerator), encode(value.denominator)]}


def _pattern(value: Any, encode: Encode) -> Plain | None:
    if type(value.pattern) not in (str, bytes) or len(value.pattern) > MAX_PATTERN:
        return None
    return collection("pattern", [encode(value.pattern), value.flags & ~re.DEBUG])


def _make_pattern(items: list[Any]) -> Any:
    pattern, flags = items
    if type(pattern) not in (str, bytes) or len(pattern) > MAX_PATTERN or type(flags) is not int:
        raise EvidenceError("malformed pattern")
    return re.compile(pattern, flags & ~re.DEBUG)


def _duration(value: Any, encode: Encode) -> Plain:
    return {"$": "duration", "items": [value.days, value.seconds, value.microseconds]}


def _slice(value: Any, encode: Encode) -> Plain:
    return {"$": "slice", "items": [encode(part) for part in (value.start, value.stop, value.step)]}


def _path(value: Any, encode: Encode) -> Plain | None:
    text = str(value)
    if type(value)(text) != value:  # of Windows', where parts were joined to another drive
        return None
    return collection(PATHS[type(value)], [encode(text)])


def _field(value: Any, encode: Encode) -> Plain | None:
    """Return the record of a data class's field; what it need not have stands in a list."""
    if value._field_type not in FIELD_KINDS:
        return None
    defaults = value.default, value.default_factory
    given = [[] if one is dataclasses.MISSING else [encode(one)] for one in defaults]
    flags = [getattr(value, name) for name in FLAGS]
    name, kind = value.name, value._field_type.name
    return collection("field", [name, encode(value.type), kind, flags, *given])


def _make_field(items: list[Any]) -> Any:
    name, cls, kind, flags, default, factory = items
    kinds = {one.name: one for one in FIELD_KINDS}
    if type(name) is not str or kind not in kinds or len(flags) != len(FLAGS):
        raise EvidenceError("malformed field")
    if not all(one is None or type(one) is bool for one in flags) or len(default + factory) > 1:
        raise EvidenceError("malformed field")
    more = dict(
        [*(("default", one) for one in default), *(("default_factory", one) for one in factory)]
    )
    made: Any = dataclasses.field(**dict(zip(FLAGS, flags)), **more)
    made.name, made.type, made._field_type = name, cls, kinds[kind]
    return made


def _generator(value: Any, encode: Encode) -> Plain | None:
    found = draws.state_of(value)
    if found is None:
        return None
    return collection("generator", [encode(part) for part in found])


def _numbers(value: Any, encode: Encode) -> Plain | None:
    if value.typecode not in NUMBERS:
        return None
    return {"$": "numbers", "code": value.typecode, "data": value.tobytes()}


def make_numbers(code: str, data: bytes) -> array:
    """Return an ``array.array``.

    Raises:
        EvidenceError: it is malformed.
    """
    if code not in NUMBERS or len(data) % array(code).itemsize:
        raise EvidenceError("malformed numbers of an array")
    return array(code, data)


def _bytearray(value: Any, encode: Encode) -> Plain:
    return {"$": "bytearray", "data": bytes(value)}


_PARTED: Any = (numeric, symbolic, annotations)
_ENCODERS: dict[type, Callable[[Any, Encode], Plain | None]] = {
    OrderedDict: _ordered,
    Counter: _counter,
    defaultdict: _defaultdict,
    deque: _deque,
    **dict.fromkeys(VIEWS, _view),
    Decimal: _decimal,
    Fraction: _fraction,
    **dates.ENCODERS,
    datetime.timedelta: _duration,
    slice: _slice,
    bytearray: _bytearray,
    array: _numbers,
    **dict.fromkeys(PATHS, _path),
    re.Pattern: _pattern,
    dataclasses.Field: _field,
    **dict.fromkeys(draws.KINDS, _generator),
}


def make_collection(plain: Plain, items: list[Any], decode: Callable[[Any], Any]) -> Any:
    """Return the collection of a record whose items were decoded.

    Args:
        decode: for what stands in it beside its items.

    Raises:
        EvidenceError: the record is malformed.
    """
    kind = plain.get("kind")
    if kind in numeric.KINDS:
        return numeric.make_numeric(str(kind), items)
    if kind in _MAKERS:
        return _MAKERS[str(kind)](items)
    if kind in annotations.KINDS:
        return annotations.make_annotation(str(kind), items)
    if kind in symbolic.KINDS:
        return symbolic.make_symbolic(items)
    if kind == "generator":
        return draws.make_generator(items)
    if kind == "deque":
        longest = plain.get("longest")
        if type(longest) is not int or not -1 <= longest <= 2**40:
            raise EvidenceError("malformed deque")
        return deque(items, None if longest < 0 else longest)
    if kind == "keys":
        return dict.fromkeys(items).keys()
    if kind == "values":
        return dict(enumerate(items)).values()
    if not all(type(pair) is list and len(pair) == 2 for pair in items):
        raise EvidenceError("a mapping needs pairs")
    mapping = {key: value for key, value in items}
    if kind == "OrderedDict":
        return OrderedDict(mapping)
    if kind == "Counter":
        return Counter(mapping)
    if kind == "items":
        return mapping.items()
    if kind == "defaultdict":
        return defaultdict(_factory(decode(plain.get("factory"))), mapping)
    raise EvidenceError("unknown collection")


def _factory(found: Any) -> Any:
    """Return what makes a mapping's items: a type by its name, or what was decoded, if callable."""
    if type(found) is str:
        if found != "" and found not in FACTORIES:
            raise EvidenceError("unknown factory")
        return FACTORIES.get(found)
    if not callable(found):
        raise EvidenceError("a factory that cannot be called")
    return found


def _make_path(cls: type, items: list[Any]) -> Any:
    if [type(item) for item in items] != [str] or len(items[0]) > MAX_PATH:
        raise EvidenceError("malformed path")
    return cls(items[0])


_MAKERS: dict[str, Callable[[list[Any]], Any]] = {
    **{kind: partial(_make_path, cls) for cls, kind in PATHS.items()},
    "field": _make_field,
    **dates.MAKERS,
    "pattern": _make_pattern,
}


def make_tuple(plain: Plain, items: list[Any], named: bool) -> tuple[Any, ...]:
    """Return a tuple; a named one where its fields are told, if so much is believed."""
    fields = plain.get("fields")
    if not named or fields is None:
        return tuple(items)
    made: tuple[Any, ...] = _named_tuple(str(plain.get("name")), tuple(fields))._make(items)
    return made


@lru_cache(maxsize=MOST_CLASSES)
def _named_tuple(name: str, fields: tuple[str, ...]) -> Any:
    make: Any = namedtuple  # its fields are known only now
    return make(name, fields)


def make_decimal(text: str) -> Decimal:
    """Return a decimal number of bounded length and size."""
    if len(text) > MAX_INT_DIGITS + 20:
        raise EvidenceError("the number is too long")
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise EvidenceError("malformed number") from None
    _check_decimal(value)
    return value


def _check_decimal(value: Decimal) -> None:
    """Refuse what ``int()`` would blow up."""
    if value.is_finite() and not -MAX_INT_DIGITS <= value.adjusted() <= MAX_INT_DIGITS:
        raise EvidenceError(f"the number has more than {MAX_INT_DIGITS} digits")


def make_fraction(numbers: list[Any]) -> Fraction:
    """Return a fraction of two whole numbers."""
    if [type(number) for number in numbers] != [int, int] or numbers[1] <= 0:
        raise EvidenceError("malformed fraction")
    return Fraction(*numbers)


def make_slice(parts: list[Any]) -> slice:
    """Return a slice of whole numbers, texts or None."""
    if len(parts) != 3 or not all(part is None or type(part) in (int, str) for part in parts):
        raise EvidenceError("malformed slice")
    return slice(*parts)


def is_plain_scalar(value: Any) -> bool:
    """Tell whether a value may be an entry of an array of objects."""
    return value is None or type(value) in _SCALARS


def is_plain_tree(value: Any, depth: int = MAX_CELL_DEPTH) -> bool:
    """Tell whether a value is a plain scalar, or a container of nothing but such."""
    cls = type(value)
    if cls is dict:
        return depth > 0 and all(
            is_plain_tree(part, depth - 1) for pair in value.items() for part in pair
        )
    if cls in (list, tuple, set, frozenset):
        return depth > 0 and all(is_plain_tree(part, depth - 1) for part in value)
    return is_plain_scalar(value)


def check_count(count: int) -> None:
    """Refuse more entries than a list may have."""
    if count > MAX_WIRE_NODES:
        raise EvidenceError(f"the array has more than {MAX_WIRE_NODES} entries")


_SCALARS = (bool, int, float, complex, str, bytes, Decimal, Fraction, datetime.timedelta,
            *dates.DATES.values())  # fmt: skip
