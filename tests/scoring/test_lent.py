"""A test's objects in student code's hands: they do there what they do, or it is refused."""

import collections
import importlib
import io
import operator
import pathlib
import random
import re
import sys
import types

import networkx
import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.errors import EvidenceError
from autograder.scoring.lent import OPERATIONS, do, is_own, what_it_does
from autograder.wall import codec, draws
from autograder.wall.lent import Lent, make_lent, number_of

TEST = """
class Counter:
    step = 2
    def __init__(self, *items): self.items = list(items)
    def __len__(self): return len(self.items)
    def __iter__(self): return iter(self.items)
    def __contains__(self, item): return item in self.items
    def __getitem__(self, key): return self.items[key]
    def __setitem__(self, key, value): self.items[key] = value
    def __bool__(self): return len(self.items) > 1
    def __add__(self, other): return self.items + [other]
    def __radd__(self, other): return [other] + self.items
    def __iadd__(self, other): self.items.append(other); return self
    def __neg__(self): return self.items[::-1]
    def __eq__(self, other): return self.items == getattr(other, "items", other)
    def __lt__(self, other): return len(self) < other
    def __hash__(self): return len(self.items)
    def __repr__(self): return f"<{self.items}>"
    def __int__(self): return len(self.items)
    def first(self): return self.items[0]
"""
TRIED = (
    len, list, bool, repr, str, hash, int, float, iter, next, abs, reversed, sorted,
    operator.neg, operator.invert, operator.attrgetter("step"), operator.attrgetter("nothing"),
    operator.attrgetter("items"), operator.methodcaller("first"), operator.itemgetter(0),
    lambda x: x + 1, lambda x: 1 + x, lambda x: x == [1], lambda x: x != [1], lambda x: x < 2,
    lambda x: x * 2, lambda x: 1 in x, lambda x: x[-1], lambda x: x["a"], lambda x: x(0),
    lambda x: isinstance(x, collections.abc.Iterable), lambda x: isinstance(x, list), callable,
    lambda x: isinstance(x, collections.abc.Hashable), lambda x: setattr(x, "more", 3),
    lambda x: operator.setitem(x, 0, 9), lambda x: operator.delitem(x, 0),
)  # fmt: skip


def made_by_a_test(*items):
    space: dict = {}
    exec(TEST, space)
    return space["Counter"](*items)


def lend(value, name="thing") -> Lent:
    """Return what student code gets in place of an object, in this very process."""
    does = [*what_it_does(value, ""), *(["call"] if callable(value) else [])]

    def ask(operation, *args):
        assert operation in does
        return do(value, operation, args)

    return make_lent(ask, value, {"name": name, "id": 7, "does": does})


REFUSALS = (TypeError, AttributeError)


def is_error(found) -> bool:
    return isinstance(found, type) and issubclass(found, Exception)


def same(one, other) -> bool:
    return bool(one == other) or (type(one) is type(other) and repr(one) == repr(other))


def outcome(operation, value):
    """Return what an operation gives, or the class of what it raises."""
    try:
        found = operation(value)
        return list(found) if isinstance(found, collections.abc.Iterator) else found
    except Exception as error:
        return type(error)


@settings(max_examples=150, deadline=None)
@given(items=st.lists(st.integers(0, 3), max_size=3), steps=st.lists(st.sampled_from(TRIED)))
def test_an_object_of_a_tests_own_does_what_it_does(items, steps):
    here, there = made_by_a_test(*items), lend(made_by_a_test(*items))
    for step in steps:
        found, expected = outcome(step, there), outcome(step, here)
        assert found == expected or found is there and expected is here


GRAPH = networkx.DiGraph([(0, 1), (1, 2)])
LIBRARIES = [
    lambda: GRAPH.edges, lambda: GRAPH.nodes, lambda: GRAPH.adj, lambda: iter([3, 1]),
    lambda: map(abs, [-1]), lambda: (n for n in (1, 2)), lambda: zip("ab", "cd"),
    lambda: memoryview(b"ab"),
]  # fmt: skip
KEPT_APART = (  # what the two are told apart by
    repr, str, hash, sorted, lambda x: x == [1], lambda x: x != [1],
)  # fmt: skip


@pytest.mark.parametrize("make", LIBRARIES)
@pytest.mark.parametrize("step", [step for step in TRIED if step not in KEPT_APART])
def test_a_librarys_object_does_what_it_does_or_refuses(make, step):
    found, expected = outcome(step, lend(make())), outcome(step, make())
    assert same(found, expected) or (is_error(found) and (is_error(expected) or found in REFUSALS))


@pytest.mark.parametrize("value", [
    sys, sys._getframe(), made_by_a_test.__code__, re.compile("x"),
    made_by_a_test, len, torch.nn.Sequential(),
], ids=lambda v: type(v).__name__)  # fmt: skip
def test_what_has_nothing_to_ask_for_is_not_lent(value):
    assert what_it_does(value, "") == ()


def test_a_helper_modules_class_is_not_changed(tmp_path, monkeypatch):
    changing = {"set attribute", "delete attribute"}
    (tmp_path / "shapes_of_all.py").write_text("class Shape:\n    sides = 3\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    shape = importlib.import_module("shapes_of_all").Shape
    assert not changing & set(what_it_does(shape, str(tmp_path)))
    assert changing <= set(what_it_does(type(made_by_a_test()), str(tmp_path)))


@pytest.mark.parametrize("name", ["__class__", "__bases__", "__dict__", "__subclasses__"])
def test_what_a_tests_class_is_cannot_be_changed(name):
    cls = type(made_by_a_test())
    for operation in ("set attribute", "delete attribute", "attribute"):
        with pytest.raises(AttributeError):
            do(cls, operation, (name, 1) if operation == "set attribute" else (name,))


def test_a_bare_object_is_lent_and_does_nothing():
    does = what_it_does(object(), "")
    assert does and not set(does) & set(OPERATIONS)


@pytest.mark.parametrize("value", [
    pd.DataFrame({"a": [1]}).groupby("a"), (n for n in ()), GRAPH, GRAPH.edges,
    io.TextIOWrapper(io.BytesIO()), pathlib.PurePath("x"),
    random.SystemRandom(),
], ids=lambda v: type(v).__name__)  # fmt: skip
def test_no_method_of_a_librarys_object_runs_for_student_code(value):
    lent = lend(value)
    for name in ("to_pickle", "write", "gi_frame", "apply", "add_node", "__class__", "new_child"):
        assert name == "__class__" or not hasattr(lent, name)
    with pytest.raises(AttributeError):
        lent.more = 1
    assert type(lent).__mro__[1] is Lent


CONTAINED = [
    lambda: types.SimpleNamespace(a=[1]), lambda: re.match("(?P<a>.)", "xy"),
    lambda: collections.ChainMap({"a": 1}, {0: 2}), lambda: collections.UserList([3, 1]),
    lambda: types.MappingProxyType({0: 1}),
]  # fmt: skip
LOOKED_AT = (
    *TRIED, operator.methodcaller("copy"), operator.methodcaller("get", "a"),
    operator.methodcaller("group", "a"), operator.methodcaller("groups"),
    operator.methodcaller("append", 7), operator.attrgetter("a"), operator.attrgetter("maps"),
)  # fmt: skip


@pytest.mark.parametrize("make", CONTAINED)
@pytest.mark.parametrize("step", [step for step in LOOKED_AT if step not in KEPT_APART])
def test_what_reaches_nothing_but_itself_does_all_that_it_does(make, step):
    lent, there, here = lend(there := make()), there, make()
    found, expected = outcome(step, lent), outcome(step, here)
    if isinstance(expected, types.BuiltinMethodType):
        found, expected = found(), expected()
    assert same(found, expected) or found in (there, lent) or found in REFUSALS
    assert repr(there) == repr(here) or isinstance(there, re.Match)


def test_reading_a_file_is_what_student_code_may_do_with_it():
    lent = lend(io.StringIO("a,b\n1,2\n"))
    assert lent.readline() == "a,b\n" and list(lent) == ["1,2\n"]
    with pytest.raises(AttributeError):
        lend(io.TextIOWrapper(io.BytesIO())).write("c")
    lent.seek(0)
    assert pd.read_csv(lent).to_dict("list") == {"a": [1], "b": [2]}


@pytest.mark.parametrize("name", ["__class__", "__dict__", "__init__", "__globals__", 3, None])
@pytest.mark.parametrize("operation", ["attribute", "set attribute", "delete attribute"])
def test_no_name_with_two_underscores_is_asked_for(operation, name):
    more = (1,) if operation == "set attribute" else ()
    with pytest.raises((AttributeError, TypeError)):
        do(made_by_a_test(1), operation, (name, *more))


def test_the_list_of_operations_is_closed():
    with pytest.raises(EvidenceError):
        do(made_by_a_test(1), "eval", ("1",))
    assert all(callable(one) for one in OPERATIONS.values())


def test_whose_class_it_is():
    assert is_own(type(made_by_a_test(1)), "")
    for cls in (list, type(iter([])), types.FrameType, np.ndarray, pd.DataFrame, type(GRAPH.edges)):
        assert not is_own(cls, "")
    assert not is_own(Lent, "") and is_own(Lent, str(pathlib.Path(codec.__file__).parents[1]))


def test_an_object_that_comes_back_is_known():
    assert number_of(lend(made_by_a_test(1))) == 7
    assert number_of(made_by_a_test(1)) is number_of(Lent) is number_of(3) is None


GENERATORS = [
    lambda: random.Random(3), lambda: np.random.default_rng(4), lambda: np.random.RandomState(5),
    lambda: np.random.Generator(np.random.MT19937(6)),
    lambda: np.random.Generator(np.random.PCG64DXSM(7)),
    lambda: np.random.RandomState(np.random.PCG64(8)),
]  # fmt: skip


def drawn(rng, count: int) -> list:
    """Return some draws, of kinds that keep half a number or half a pair for the next."""
    if isinstance(rng, random.Random):
        return [(rng.gauss(0, 1), rng.random(), rng.randrange(9)) for _ in range(count)]
    whole = rng.integers if isinstance(rng, np.random.Generator) else rng.randint
    return [(rng.normal(), int(whole(9, dtype=np.int32))) for _ in range(count)]


@settings(max_examples=60, deadline=None)
@given(make=st.sampled_from(GENERATORS), before=st.integers(0, 5), after=st.integers(0, 5))
def test_a_random_generator_crosses_where_it_stands(make, before, after):
    rng = make()
    drawn(rng, before)
    copy = codec.unpack(codec.pack({"value": rng}))["value"]
    assert type(copy) is type(rng) and drawn(copy, after) == drawn(rng, after)
    draws.take_over(rng, make())
    assert drawn(rng, 3) == drawn(make(), 3)


WORDS, PCG = bytes(4 * 624), (1, 1, 0, 0)


@pytest.mark.parametrize("parts", [
    [], ["Generator", "PCG64"], ["Generator", "PCG64", -1, 1, 0, 0], ["Eval", "", 1],
    ["Generator", "PCG64", 1, 1, 2, 0], ["Generator", "Philox", *PCG], ["Generator", [], *PCG],
    ["Generator", "MT19937", WORDS, 625, 0, 0], ["Generator", "MT19937", WORDS[1:], 1, 0, 0],
    ["Generator", "MT19937", "x" * len(WORDS), 1, 0, 0], ["Random", "", 3, WORDS, 625, None],
    ["Random", "", 9, None, 0, None], ["RandomState", "MT19937", WORDS, 1, 0, 0, 1, None],
    ["Generator", "PCG64", True, 1, 0, 0], ["Random", "", 3, WORDS, 1, "x"], [[], [], []],
])  # fmt: skip
def test_no_state_is_believed_that_is_none(parts):
    with pytest.raises(EvidenceError):
        draws.make_generator(parts)
