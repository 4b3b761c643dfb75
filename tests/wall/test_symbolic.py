"""SymPy's expressions cross as what they are, or stay."""

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.errors import EvidenceError
from autograder.wall import codec

sympy = pytest.importorskip("sympy")
x, y = sympy.symbols("x y")
n = sympy.Symbol("n", positive=True, integer=True)
F = sympy.Function("f")
EXPRESSIONS = [
    x, n, sympy.Integer(3), sympy.Integer(0), sympy.Rational(-1, 3), sympy.Float("0.1"), sympy.pi,
    sympy.Float("-1e-30", 40), sympy.oo, -sympy.oo, sympy.zoo, sympy.nan, sympy.I, sympy.E,
    x**2 + 2 * x + 1, (x + 1) ** 2, sympy.sqrt(2) * x / y, sympy.exp(-(x**2)), sympy.sin(x) / x,
    sympy.Eq(x, 2), x < y, sympy.And(x > 1, x < 2), ~sympy.Symbol("p"), sympy.true,
    sympy.Derivative(F(x), x), sympy.Integral(sympy.log(x), (x, 0, 1)), sympy.FiniteSet(1, 2),
    sympy.Interval(0, 1, True), sympy.S.EmptySet, sympy.S.Reals, sympy.Max(x, 1), sympy.floor(x),
    sympy.Piecewise((1, x > 0), (x, True)), sympy.Sum(n, (n, 1, 10)), sympy.Abs(x + y),
    sympy.Add(2, 2, evaluate=False), sympy.Pow(10, 10**9, evaluate=False),
    sympy.factorial(sympy.Integer(10) ** 9, evaluate=False), sympy.Tuple(x, (1, y)),
    sympy.Matrix([[1, x], [y, 2]]), sympy.ImmutableMatrix([[x]]), sympy.zeros(0, 3),
]  # fmt: skip
STAY = [
    sympy.Poly(x**2 + 1, x), sympy.Dummy("x"), sympy.Symbol("a" * 999), sympy.Wild("w"),
    sympy.Integer(10) ** 1500, sympy.Lambda(x, x), sympy.Add, sympy.besselj(1, x),
]  # fmt: skip


def cross(value):
    return codec.unpack(codec.pack(value, lambda kept: 1), adopt=lambda *told: told)


@pytest.mark.parametrize("value", EXPRESSIONS, ids=str)
def test_an_expression_crosses_as_what_it_is(value):
    got = cross([value])[0]
    assert type(got) is type(value) and got == value
    assert sympy.srepr(got) == sympy.srepr(value) and str(got) == str(value)


@pytest.mark.parametrize("value", STAY, ids=lambda value: type(value).__name__)
def test_an_expression_with_something_else_in_it_stays(value):
    got = cross(value)
    assert got is value or got[0] == "object"


def test_a_class_of_somebodys_own_stays():
    class Symbol(sympy.Symbol):
        def __eq__(self, other):
            return True

        __hash__ = sympy.Symbol.__hash__

    Symbol.__module__ = sympy.Symbol.__module__
    assert cross(Symbol("x"))[0] == "object"
    assert cross(Symbol("x") + 1)[0] == "object"


def test_an_expression_that_stands_for_a_huge_one_is_refused():
    places = [["Symbol", "x", []], *(["Add", [n, n]] for n in range(100))]
    with pytest.raises(EvidenceError, match="parts"):
        codec.unpack(msgpack.packb({"$": "collection", "kind": "symbolic", "items": places}))


def test_a_large_expression_stays():
    assert cross(sympy.Add(*sympy.symbols("a:3000")))[0] == "object"


LEAVES = st.sampled_from([x, y, n, sympy.Integer(2), sympy.Rational(1, 2), sympy.pi, sympy.I])
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: pair[0] + pair[1]),
        st.tuples(inner, inner).map(lambda pair: pair[0] * pair[1]),
        st.tuples(inner, st.sampled_from([2, -1, sympy.Rational(1, 2)])).map(
            lambda pair: pair[0] ** pair[1]
        ),
        inner.map(sympy.sin), inner.map(sympy.exp), inner.map(F), inner.map(lambda e: e.diff(x)),
    ),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(value=TREES)
def test_any_expression_crosses_unchanged_or_stays(value):
    got = cross(value)
    if type(got) is not tuple:
        assert sympy.srepr(got) == sympy.srepr(value) and hash(got) == hash(value)


X = ["Symbol", "x", []]
MALFORMED = [
    [], ["Symbol"], [3], [[]], [["Symbol", "x"]], [["Symbol", 3, []]], [["Symbol", "x", [["a"]]]],
    [["Symbol", "x", [["positive", 3]]]], [["Integer", 3]], [["Integer"]], [["Integer", "zz"]],
    [["Rational", "1", "0"]], [["Rational", "1"]], [["Float", 0, "1", 10**9, 53]],
    [["Float", 2, "1", 1, 53]], [["Float", 0, "1", 1, 10**9]], [["Add", [0]]], [X, ["Add", [1]]],
    [X, ["Add", [-1]]], [X, ["Add", ["0"]]], [X, ["Lambda", [0]]], [X, ["sympify", [0]]],
    [X, ["Add", 0]], [["MutableDenseMatrix", 2, 2, []]], [["MutableDenseMatrix", 10**9, 0, [0]]],
    [["applied", "f" * 999, []]], [["applied", 3, []]], [["Pi", 1]], [X] * 3000,
    [["Integer", "f" * 2000]],
]  # fmt: skip


@pytest.mark.parametrize("items", MALFORMED, ids=lambda items: str(items)[:40])
def test_a_malformed_record_is_refused(items):
    with pytest.raises(EvidenceError):
        codec.unpack(msgpack.packb({"$": "collection", "kind": "symbolic", "items": items}))


def test_a_class_whose_module_is_no_text_stays_where_pandas_is_loaded():
    import pandas  # noqa: F401

    assert cross(F(x)) == F(x)
    assert cross(type("Made", (), {"__module__": None})())[0] == "object"
