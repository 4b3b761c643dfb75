"""SymPy's expressions as data: what stands at each place of the tree, inner places first.

An expression crosses as a list of its places; a place names the class or constant that stands there
and, by their numbers, the places below it. It is put together as it was, and nothing is computed.
Only numbers, symbols, constants and the classes of ``HEADS`` cross; an expression with anything
else stays where it is, behind a stand-in. SymPy is imported only where an expression crosses.
"""

import sys
from collections.abc import Callable
from typing import Any

from autograder.errors import EvidenceError
from autograder.wall.codec.kinds import MAX_INT_DIGITS

KINDS = frozenset({"symbolic"})
MAX_PLACES = 2000
MAX_SIZE = 20_000  # of the tree, in which a place stands as often as others name it
MAX_NAME = 200
MAX_INTEGER = 10**MAX_INT_DIGITS
MAX_EXPONENT, MAX_PRECISION = 4000, 4000  # of a Float, in bits
CONSTANTS = (
    "Pi", "Exp1", "ImaginaryUnit", "Infinity", "NegativeInfinity", "ComplexInfinity", "NaN",
    "GoldenRatio", "EulerGamma", "true", "false", "EmptySet", "Reals", "Integers", "Naturals",
    "Complexes",
)  # fmt: skip
HEADS = frozenset({
    "Add", "Mul", "Pow", "Tuple", "Equality", "Unequality", "StrictLessThan", "LessThan",
    "StrictGreaterThan", "GreaterThan", "And", "Or", "Not", "FiniteSet", "Interval", "Union",
    "Derivative", "Integral", "Limit", "Sum", "Product", "Piecewise", "ExprCondPair",
    "exp", "log", "sin", "cos", "tan", "cot", "sec", "csc", "asin", "acos", "atan", "atan2",
    "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "Abs", "sign", "floor", "ceiling", "Max",
    "Min", "re", "im", "conjugate", "factorial", "binomial", "gamma", "erf",
})  # fmt: skip
MATRICES = ("MutableDenseMatrix", "ImmutableDenseMatrix")
ASSUMED = (bool, type(None))


def parts_of(value: Any, encode: Callable[[Any], Any]) -> tuple[str, list[Any]] | None:
    """Return kind and places of an expression; None for all else, and for what stays."""
    if (sympy := sys.modules.get("sympy")) is None or not isinstance(value, _families(sympy)):
        return None
    places: list[Any] = []
    try:
        _add(value, places, {})
        if make_symbolic(places) != value:  # each place is of an exact type
            return None
    except Exception:  # whatever SymPy makes of an unusual expression, it stays
        return None
    return "symbolic", places


def _families(sympy: Any) -> tuple[type, ...]:
    """Return what every expression and matrix derives from, once SymPy is imported whole."""
    found = (getattr(sympy, name, None) for name in ("Basic", "MatrixBase"))
    return tuple(cls for cls in found if isinstance(cls, type))


def _add(value: Any, places: list[Any], known: dict[Any, int]) -> int:
    """Add an expression's places and return the number of its own.

    Raises:
        EvidenceError: it stays.
    """
    key = None if type(value).__name__ == MATRICES[0] else (type(value), value)  # it has no hash
    if key in known:
        return known[key]
    place = _place(value, places, known)
    if len(places) >= MAX_PLACES:
        raise EvidenceError("a large expression")
    places.append(place)
    if key is not None:
        known[key] = len(places) - 1
    return len(places) - 1


def _place(value: Any, places: list[Any], known: dict[Any, int]) -> list[Any]:
    import sympy

    cls = type(value)
    name = cls.__name__
    if isinstance(value, sympy.Integer) and cls is type(sympy.Integer(value.p)):
        return ["Integer", _bounded(value.p)]
    if isinstance(value, sympy.Rational) and cls is type(sympy.Rational(value.p, value.q)):
        return ["Rational", _bounded(value.p), _bounded(value.q)]
    if cls is sympy.Float:
        sign, digits, exponent, _ = value._mpf_
        return ["Float", int(sign), f"{int(digits):x}", int(exponent), int(value._prec)]
    if cls is sympy.Symbol:
        return ["Symbol", value.name, [list(pair) for pair in value._assumptions_orig.items()]]
    for constant in CONSTANTS:
        if value is getattr(sympy.S, constant):
            return [constant]
    if name in MATRICES and cls is getattr(sympy, name):
        below = [_add(one, places, known) for one in value.flat()]
        return [name, *value.shape, below]
    below = [_add(one, places, known) for one in value.args]
    if type(cls) is sympy.core.function.UndefinedFunction:
        return ["applied", name, below]
    if cls is not _heads().get(name):
        raise EvidenceError("an expression that stays")
    return [name, below]


def _bounded(number: int) -> str:
    if abs(number) >= MAX_INTEGER:
        raise EvidenceError("a long number")
    return f"{int(number):x}"


def _heads() -> dict[str, Any]:
    import sympy
    from sympy.functions.elementary.piecewise import ExprCondPair

    return {**{name: getattr(sympy, name, None) for name in HEADS}, "ExprCondPair": ExprCondPair}


def make_symbolic(places: list[Any]) -> Any:
    """Return the expression of decoded places.

    Raises:
        EvidenceError: they are malformed.
        Exception: as SymPy does, of parts that do not fit each other.
    """
    if not 0 < len(places) <= MAX_PLACES:
        raise EvidenceError("malformed expression")
    made: list[Any] = []
    sizes: list[int] = []
    heads = _heads()
    for place in places:
        if type(place) is not list or not place or type(place[0]) is not str:
            raise EvidenceError("malformed expression")
        sizes.append(_size(place, sizes))
        made.append(_make(place[0], place[1:], made, heads))
    return made[-1]


def _size(place: list[Any], sizes: list[int]) -> int:
    below = place[-1] if type(place[-1]) is list and place[0] != "Symbol" else []
    size = 1 + sum(_below(below, sizes))
    if size > MAX_SIZE:
        raise EvidenceError(f"an expression of more than {MAX_SIZE} parts")
    return size


def _make(name: str, told: list[Any], made: list[Any], heads: dict[str, Any]) -> Any:
    import sympy

    if name in CONSTANTS and not told:
        return getattr(sympy.S, name)
    if name in ("Integer", "Rational"):
        numbers = [_number(part) for part in told]
        if len(numbers) != (1 if name == "Integer" else 2) or numbers[-1] == 0 != len(numbers) - 1:
            raise EvidenceError("malformed number")
        return getattr(sympy, name)(*numbers)
    if name == "Float":
        return _float(*told)
    if name == "Symbol":
        return _symbol(*told)
    *more, numbers_below = told
    below = _below(numbers_below, made)
    if name in MATRICES:
        rows, columns = more
        if type(rows) is not int or type(columns) is not int or rows * columns != len(below):
            raise EvidenceError("malformed matrix")
        return getattr(sympy, name)(rows, columns, below)
    if name == "applied":
        (function,) = more
        return sympy.Function(_text(function))(*below)
    if more or heads.get(name) is None:
        raise EvidenceError("an unknown expression")
    return _together(name, heads[name], below)


def _together(name: str, cls: Any, below: list[Any]) -> Any:
    """Put an expression together; nothing is simplified, ordered or computed."""
    if name in ("Add", "Mul"):
        return cls._from_args(below)
    if name in ("Tuple", "ExprCondPair"):
        return cls(*below)
    if name in ("Integral", "Limit", "Sum", "Product", "Interval"):
        return cls(*below)
    return cls(*below, evaluate=False)


def _number(part: Any) -> int:
    if type(part) is not str or len(part) > MAX_INT_DIGITS:
        raise EvidenceError("malformed number")
    return int(part, 16)


def _float(sign: Any, digits: Any, exponent: Any, precision: Any) -> Any:
    import sympy
    from mpmath.libmp import from_man_exp

    whole = [type(part) for part in (sign, exponent, precision)] == [int] * 3
    if not whole or sign not in (0, 1) or abs(exponent) > MAX_EXPONENT:
        raise EvidenceError("malformed number")
    if not 0 < precision <= MAX_PRECISION:
        raise EvidenceError("malformed number")
    number = _number(digits)
    return sympy.Float._new(from_man_exp(-number if sign else number, exponent), precision)


def _symbol(name: Any, assumed: Any) -> Any:
    import sympy

    pairs = [(_text(key), value) for key, value in assumed]
    if len(pairs) > 40 or not all(type(value) in ASSUMED for _, value in pairs):
        raise EvidenceError("malformed symbol")
    return sympy.Symbol(_text(name), **dict(pairs))


def _text(name: Any) -> str:
    if type(name) is not str or not 0 < len(name) <= MAX_NAME:
        raise EvidenceError("malformed name")
    return name


def _below(numbers: Any, made: list[Any]) -> list[Any]:
    if type(numbers) is not list:
        raise EvidenceError("malformed expression")
    if not all(type(number) is int and 0 <= number < len(made) for number in numbers):
        raise EvidenceError("malformed expression")
    return [made[number] for number in numbers]
