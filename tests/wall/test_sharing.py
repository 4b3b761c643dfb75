"""Values that both sides hold: changed in place, they are to both what one object is to two."""

import array
import collections
import copy
import functools

import msgpack
import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.errors import EvidenceError
from autograder.wall import codec, copies, sharing
from autograder.wall.codec import held as messages
from autograder.wall.sharing import MOST, MOST_ITEMS, Shared


class Sides:
    """Two sides that send each other messages."""

    def __init__(self):
        self.tables = Shared(1), Shared(2)

    def send(self, sender: int, value):
        """Return what the other side gets."""
        frame = codec.pack({"value": value}, lambda kept: 1, None, self.tables[sender])
        receiver = self.tables[1 - sender]
        found = codec.unpack(frame, adopt=lambda kind, plain, value: value, shared=receiver)
        codec.settle(receiver, lambda kept: 1, None, None)
        self.bytes = len(frame)
        return found["value"]

    def begin_case(self):
        """Let the first side begin with another test case, and tell the other one."""
        scorer, notebook = self.tables
        before = codec.pack_changes(scorer)
        scorer.clear(scorer.rest())
        told = {"before": before, "resting": [*scorer.resting]}
        codec.unpack(codec.pack({"value": None}, shared=scorer, told=told), shared=notebook)
        codec.settle(notebook, None, None, None)


MUTABLE = [
    ([1, 2], lambda v: v.append(3)),
    ({"a": 1}, lambda v: v.update(b=[2])),
    ({1, 2}, lambda v: v.discard(1)),
    (bytearray(b"ab"), lambda v: v.extend(b"c")),
    (array.array("d", [1, 2]), lambda v: v.__setitem__(0, 5)),
    (array.array("H", [1, 2]), lambda v: v.append(3)),
    (collections.deque([1], maxlen=2), lambda v: v.extend([2, 3])),
    (collections.OrderedDict(a=1, b=2), lambda v: v.move_to_end("a")),
    (collections.Counter("aab"), lambda v: v.update("b")),
    (collections.defaultdict(list, a=[1]), lambda v: v["b"].append(1)),
    (np.arange(4.0), lambda v: v.__setitem__(0, 9.0)),
    (np.array(["a", None], dtype=object), lambda v: v.__setitem__(1, "b")),
    (pd.DataFrame({"a": [1, 2]}), lambda v: v.__setitem__("b", [3.5, 4.5])),
    (pd.Series([1, 2], name="s"), lambda v: v.drop(0, inplace=True)),
    (pd.Series([1, 2], name="s"), lambda v: setattr(v, "name", 7)),
    (pd.Series([1, 2], name="s"), lambda v: setattr(v, "index", ["a", "b"])),
    (torch.ones(3), lambda v: v.add_(1)),
    (torch.zeros(2, 2, dtype=torch.int64), lambda v: v[0].fill_(7)),
    ([[1], [2]], lambda v: v[0].append(v[1])),
]


def plain(value):
    """Return what two equal values have in common, their types too."""
    if isinstance(value, (pd.DataFrame, pd.Series)):
        name = getattr(value, "name", None)
        return type(value).__name__, value.to_dict(), list(value.index), name
    if isinstance(value, (np.ndarray, torch.Tensor)):
        return str(value.dtype), value.tolist()
    return type(value).__name__, repr(value)


@pytest.mark.parametrize("value, change", MUTABLE, ids=lambda v: type(v).__name__)
@pytest.mark.parametrize("changer", [0, 1])
@pytest.mark.parametrize("most", [sharing.MOST, 0], ids=["small", "large"])
def test_a_change_on_one_side_is_one_on_the_other(value, change, changer, most, monkeypatch):
    import copy

    monkeypatch.setattr(sharing, "MOST", most)
    value, sides = copy.deepcopy(value), Sides()
    there = sides.send(0, value)
    assert plain(there) == plain(value) and there is not value
    held = value, there
    change(held[changer])
    back = sides.send(changer, held[changer])
    assert back is held[1 - changer]
    assert plain(value) == plain(there)


def test_a_change_goes_along_with_any_message():
    sides, items = Sides(), [1]
    there = sides.send(0, items)
    there.append(2)
    sides.send(1, "something else")
    assert items == [1, 2]


def test_a_container_may_hold_itself():
    sides, items = Sides(), [1]
    items.append(items)
    there = sides.send(0, items)
    assert there[1] is there


ACTIONS = st.sampled_from(["append", "nest", "clear", "send"])
STEPS = st.tuples(st.integers(0, 1), st.integers(0, 4), st.integers(0, 4), ACTIONS)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(STEPS, max_size=25))
def test_two_sides_hold_what_one_process_would(steps):
    """Compare with one process in which both names lead to the same lists."""
    model = [[number] for number in range(5)]
    sides = Sides()
    here = [[number] for number in range(5)]
    there = [sides.send(0, one) for one in here]
    for side, one, other, what in steps:
        lists = (here, there)[side]
        if what == "send":
            assert sides.send(side, lists[one]) is (here, there)[1 - side][one]
            continue
        for held in (lists, model):
            if what == "append":
                held[one].append(other)
            elif what == "clear":
                held[one].clear()
            elif other > one:
                held[one].append(held[other])
        sides.send(side, None)  # one side works at a time, and then tells
    assert repr(here) == repr(there) == repr(model)
    for lists in (here, there):
        for one, like in zip(lists, model):
            for inner, twin in zip(one, like):
                if isinstance(twin, list):
                    assert inner is lists[next(n for n, m in enumerate(model) if m is twin)]


CASES = st.lists(
    st.tuples(
        st.sampled_from(["fetch", "fetch", "change", "change here", "begin"]),
        st.integers(0, 3),
        st.integers(0, 9),
    ),
    max_size=30,
)


def change_table(table, number):
    """Change one in place, in one of several ways."""
    if number % 3 == 0:
        table.loc[table.index[0], "a"] = number
    elif number % 3 == 1:
        table[f"c{number}"] = table["a"] * number
    else:
        del table[table.columns[-1]]
        table["a"] = number


@settings(max_examples=80, deadline=None, derandomize=True)
@given(steps=CASES, most=st.sampled_from([0, 1_200, sharing.MOST_RESTING]))
def test_a_table_is_one_from_case_to_case_whichever_side_changes_it(steps, most):
    """Compare with one process in which tests and notebook have the same tables."""
    made = [pd.DataFrame({"a": [1, 2, n], "b": ["x", None, str(n)]}) for n in range(4)]
    model, sides = copy.deepcopy(made), Sides()
    fetched = {}  # in this test case
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sharing, "MOST_RESTING", most)
        for what, one, number in steps:
            if what == "begin":
                sides.begin_case()
                fetched = {}
            elif what == "fetch":
                fetched[one] = sides.send(1, made[one])
            elif what == "change":
                change_table(made[one], number)
                change_table(model[one], number)
                sides.send(1, None)
            elif one in fetched:
                change_table(fetched[one], number)
                change_table(model[one], number)
                sides.send(0, None)
            for found, like in [*((fetched[n], model[n]) for n in fetched), *zip(made, model)]:
                assert plain(found) == plain(like)


def test_a_table_that_stays_as_it_is_is_told_once_however_many_cases_ask_for_it():
    sides, table = Sides(), pd.DataFrame({"a": range(500), "b": [str(n) for n in range(500)]})
    first = sides.send(1, table)
    long = sides.bytes
    for _ in range(5):
        sides.begin_case()
        assert sides.send(1, table) is first and sides.bytes < long / 20
    table.loc[3, "a"] = -1
    sides.begin_case()
    assert sides.send(1, table).loc[3, "a"] == -1 and sides.bytes > long / 2


def test_a_test_that_changed_a_table_finds_it_changed_in_its_next_case():
    sides, table = Sides(), pd.DataFrame({"a": [1, 2]})
    sides.send(1, table).loc[0, "a"] = 7
    sides.begin_case()
    assert table.loc[0, "a"] == 7 and sides.send(1, table).loc[0, "a"] == 7


def test_what_rests_is_bounded_and_of_the_notebook():
    sides = Sides()
    tables = [pd.DataFrame({"a": np.arange(2_000.0)}) for _ in range(40)]
    for table in tables:
        sides.send(1, table)
    sides.send(0, pd.DataFrame({"a": [1]}))  # a test's own
    sides.send(1, [1, 2])
    sides.begin_case()
    for side in sides.tables:
        assert not side.values and 0 < len(side.resting) < 10
        assert all(number % 2 == 0 for number in side.resting)
    assert sides.send(1, tables[-1]) is not None and len(sides.tables[0].values) == 1


@pytest.mark.parametrize("sender", [0, 1])
def test_what_a_message_hands_over_values_in_is_itself_no_value(sender):
    sides = Sides()
    message = {"args": ([1],), "kwargs": {"b": {2}}, "values": {"c": [3]}}
    frame = codec.pack(message, lambda kept: 1, None, sides.tables[sender])
    codec.unpack(frame, shared=sides.tables[1 - sender])
    for table in sides.tables:
        assert [plain(value) for value in table.values.values()] == [
            plain(value) for value in ([1], {2}, [3])
        ]


VIEWS = [
    lambda a: a[1:],
    lambda a: a[::-2],
    lambda a: a.T,
    lambda a: a[:, 1],
    lambda a: a[1, 2],
    lambda a: a[1:].T[::-1],
    lambda a: a.reshape(-1),
    lambda a: a[None, ...],
    lambda a: a[:0],
    lambda a: a[:],
    lambda a: np.broadcast_to(a, (2, *a.shape)),
    lambda a: np.lib.stride_tricks.sliding_window_view(a[0], 2),
    lambda a: np.lib.stride_tricks.as_strided(a, (2, 2)),
    lambda a: a.diagonal(),
    lambda a: np.squeeze(a[:1]),
    lambda a: a.copy(),
]
ARRAYS = {
    "rows": lambda: np.arange(12.0).reshape(3, 4).copy(),
    "columns": lambda: np.asfortranarray(np.arange(12).reshape(3, 4)),
    "of another": lambda: np.arange(12).reshape(3, 4),
    "texts": lambda: np.array([["ab", "c", "d"], ["e", "f", "g"]]),
    "fixed": lambda: fixed(np.arange(12).reshape(3, 4).copy()),
}


def fixed(array):
    array.flags.writeable = False
    return array


@pytest.mark.parametrize("view", range(len(VIEWS)))
@pytest.mark.parametrize("kind", ARRAYS)
@pytest.mark.parametrize("first", ["array", "view", "both"])
@pytest.mark.parametrize("changer", [0, 1])
def test_a_view_is_one_of_the_same_array_on_both_sides(view, kind, first, changer):
    array, sides = ARRAYS[kind](), Sides()
    looking = VIEWS[view](array)
    if first == "both":
        there, seen = sides.send(0, [array, looking])
    else:
        one = sides.send(0, array if first == "array" else looking)
        other = sides.send(0, looking if first == "array" else array)
        there, seen = (one, other) if first == "array" else (other, one)
    assert plain(there) == plain(array) and plain(seen) == plain(looking)
    if isinstance(looking, np.generic):
        return
    assert np.shares_memory(there, seen) == np.shares_memory(array, looking)
    for flag in ("C_CONTIGUOUS", "F_CONTIGUOUS", "WRITEABLE", "ALIGNED"):
        assert seen.flags[flag] == looking.flags[flag], flag
    if array.base is None:
        assert (seen.base is there) == (looking.base is array)
        assert seen.flags.owndata == looking.flags.owndata
    held = [(array, looking), (there, seen)]
    for changed in held[changer]:
        if changed.flags.writeable and changed.size:
            changed[...] = changed.flat[-1]
            back = sides.send(changer, changed)
            assert any(back is one for one in held[1 - changer])
            assert plain(there) == plain(array) and plain(seen) == plain(looking)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(24).reshape(2, 3, 4).transpose(1, 2, 0).copy("K")[1:],
        np.frombuffer(bytes(range(12)), np.uint8)[1:],
        np.arange(12.0)[:4].view(bool),
        np.array([(1, 2)], "i4,i4")["f0"],
        np.zeros(MOST_ITEMS * 100)[::7],
    ],
    ids=["turned", "of bytes", "of other entries", "a column", "of a large one"],
)
def test_an_array_whose_view_cannot_be_told_is_a_copy(array):
    if array.dtype == bool:
        array.view(np.uint8)[:] = 1
    there = Sides().send(0, array)
    assert plain(there) == plain(array) and there.flags.owndata


@pytest.mark.parametrize(
    "place",
    [
        {"offset": 25}, {"offset": -8}, {"shape": [5]}, {"strides": [-8]}, {"strides": [16]},
        {"shape": [2**30], "strides": [0]}, {"shape": [-1]}, {"shape": [True]}, {"of": 3},
        {"dtype": "|O"}, {"dtype": "|b1"}, {"dtype": "<U1"}, {"shape": [4, 4]}, {"offset": 0.0},
        {"shape": [2], "strides": [2**62]}, {"shape": [1] * 33, "strides": [0] * 33}, {"shape": 4},
    ],
    ids=str,
)  # fmt: skip
def test_a_view_beyond_its_array_or_of_another_kind_is_refused(place):
    owner, shared = np.arange(4.0), Shared(1)
    shared.accept(2, owner)
    plain_view = {"$": "window", "of": 2, "dtype": "<f8", "offset": 0, "shape": [4], "strides": [8]}

    def told(**changed):
        return msgpack.packb({"$": "dict", "items": [], "shared": [[4, {**plain_view, **changed}]]})

    codec.unpack(told(), shared=shared)
    assert shared.values.pop(4).base is owner
    with pytest.raises(EvidenceError):
        codec.unpack(told(**place), shared=shared)
    assert 4 not in shared.values


@pytest.mark.parametrize("changer", [0, 1])
def test_whether_an_array_is_fixed_may_change_on_either_side(changer):
    sides, array = Sides(), np.arange(3)
    held = array, sides.send(0, array)
    held[changer].flags.writeable = False
    sides.send(changer, 0)
    assert not held[1 - changer].flags.writeable
    held[changer].flags.writeable = True
    held[changer][0] = 5
    sides.send(changer, 0)
    assert held[1 - changer].flags.writeable and held[1 - changer][0] == 5


def test_many_or_large_values_are_copies_that_are_told_anew_as_a_whole():
    sides = Sides()
    large = list(range(MOST_ITEMS + 1))
    there = sides.send(0, large)
    assert not sides.tables[0].values and sides.send(1, there) is large
    there.append(0)
    sides.send(1, None)
    assert len(large) == MOST_ITEMS + 2 and sides.bytes > MOST_ITEMS
    sides.send(1, None)
    assert sides.bytes < 100  # it is told once
    large.clear()
    sides.send(0, None)
    assert there == []
    many = [[n] for n in range(MOST + 50)]
    assert sides.send(0, many) == many


LEAVES = st.sampled_from([
    1, "text", "x" * 40_000, None, 2.5, (1, 2), tuple(range(3000)), frozenset(range(40)), b"yy",
    np.arange(5000), np.zeros(9), pd.DataFrame({"a": range(60)}), pd.Series([1.0]), torch.ones(200),
]) | st.lists(st.integers(), min_size=90, max_size=140)  # fmt: skip
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=6)
        | st.dictionaries(st.text(max_size=2), inner, max_size=5)
        | st.tuples(inner, inner)
    ),
    max_leaves=40,
)
SMALL = {"MOST_WEIGHT": 2_000, "MOST_ITEMS": 100, "MOST": 20}
MESSAGE_BYTES = 300_000  # a part of the weight is up to 64 bytes


@settings(max_examples=80, deadline=None, derandomize=True)
@given(values=st.lists(VALUES, max_size=4))
def test_what_is_looked_at_with_each_message_is_bounded_however_values_lie_in_one_another(values):
    """A short list may hold long ones: what counts is all that a shared value's content holds."""
    with pytest.MonkeyPatch.context() as patched:
        for name, number in SMALL.items():
            patched.setattr(sharing, name, number)
        table = Shared(1)
        codec.pack({"values": values}, lambda kept: 1, None, table)
        assert sum(map(len, table.agreed.values())) <= MESSAGE_BYTES
        assert table.weight <= SMALL["MOST_WEIGHT"]
    sides = Sides()
    there = sides.send(0, values)
    assert repr(there) == repr(values)


GLANCED = [
    [1, 2.5, "a", (1, "b")], {"a": 1, 2: None}, {1, 2}, [[1], [2], {"a": [3]}],
    collections.OrderedDict(a=1), collections.Counter("aab"), collections.deque("a"),
]  # fmt: skip


@pytest.mark.parametrize("value", GLANCED, ids=lambda v: type(v).__name__)
def test_a_glance_tells_what_has_not_changed(value, monkeypatch):
    sides, looked = Sides(), []
    sides.send(0, value)
    encoded = messages._encoded
    monkeypatch.setattr(messages, "_encoded", lambda *args: looked.append(args) or encoded(*args))
    sides.send(0, value)
    sides.send(1, None)
    assert not looked


def test_a_value_that_holds_too_much_is_a_copy_and_what_is_small_in_it_is_shared():
    sides, small = Sides(), [1]
    value = {"large": [list(range(MOST_ITEMS)) for _ in range(20)], "small": small}
    there = sides.send(0, value)
    assert len(sides.tables[0].agreed) < MOST and sides.tables[0].number_of(value) is None
    there["small"].append(2)
    there["more"] = 3
    sides.send(1, None)
    assert small == [1, 2] and value["more"] == 3


def test_what_was_handed_over_long_ago_makes_room(monkeypatch):
    monkeypatch.setattr(copies, "MOST_KEPT", 10_000)
    sides, kept = Sides(), []
    for place in range(12):
        kept.append(sides.send(0, [place] * 4_000))
        assert all(sum(t.copies.weights.values()) <= 14_000 for t in sides.tables)
    assert sides.send(1, kept[-1]) == [11] * 4_000
    kept[0].append(1)
    sides.send(1, kept[0])


def test_in_a_call_between_only_what_it_is_about_is_told_anew():
    sides = Sides()
    one, other = [1] * 3_000, [2] * 3_000
    there = sides.send(0, (one, other))
    sides.tables[1].copies.between = True
    there[0].append(5)
    there[1].append(5)
    sides.send(1, there[0])
    assert len(one) == 3_001 and len(other) == 3_000
    sides.tables[1].copies.between = False
    sides.send(1, None)
    assert len(other) == 3_001


@pytest.mark.parametrize("changer", [0, 1])
def test_where_looks_took_long_what_messages_are_about_is_still_told_anew(changer, monkeypatch):
    monkeypatch.setattr(copies, "FREE_S", -1.0)
    monkeypatch.setattr(copies, "SHARE", 0.0)
    sides = Sides()
    one, other = [1] * 3_000, [2] * 3_000
    held = (one, other), sides.send(0, (one, other))
    sides.send(1, None)
    sides.send(0, one)
    if not changer:
        sides.send(1, held[1][0])
    for large in held[changer]:
        large.append(5)
    sides.send(changer, None)
    assert len(held[1 - changer][0]) == 3_001 and len(held[1 - changer][1]) == 3_000


def test_looks_take_a_share_of_a_test_cases_time_and_begin_anew_with_the_next(monkeypatch):
    now, looks = [0.0], []

    def look(number, print_of):
        now[0] += 0.5
        looks.append(number)

    table = copies.Copies(1)
    monkeypatch.setattr(copies, "monotonic", lambda: now[0])
    monkeypatch.setattr(table, "_is_changed", look)
    large = [1] * 3_000
    for _ in range(2):
        table.clear()
        looks.clear()
        table.number_of(large, sharing.weight_of)
        table.look(lambda value: b"", ())
        for _ in range(1_000):
            now[0] += 0.1
            table.changed(lambda value: b"")
        assert 20 <= len(looks) <= 28  # at once, and a tenth of 100 s and of looks


@pytest.mark.parametrize("message", [
    {"shared": 1}, {"shared": [[1]]}, {"shared": [["a", []]]}, {"shared": [[2, 5]]},
    {"shared": [[1, []]]}, {"shared": [[-2, []]]}, {"shared": [[2, {"$": "tuple", "items": []}]]},
    {"shared": [[4, {"$": "nothing"}]]}, {"items": [["a", {"$": "shared", "id": 8}]]},
    {"shared": [[2, {"$": "collection", "kind": "keys", "items": []}]]}, {"before": "x"},
])  # fmt: skip
def test_a_malformed_message_is_refused(message):
    import msgpack

    frame = msgpack.packb({"$": "dict", "items": [], **message})
    with pytest.raises(EvidenceError):
        codec.unpack(frame, adopt=lambda *parts: None, shared=Shared(1))


class Thing:
    """An object that stays where it is."""


STAYING = [
    np.array([Thing()], dtype=object),
    np.array([(Thing(), 1)], dtype=[("thing", "O"), ("number", "i4")]),
    pd.Series([0, 0, 1], dtype=pd.SparseDtype(int, 0)),
    pd.DataFrame({"a": [Thing()]}),
]


@pytest.mark.parametrize("value", STAYING, ids=lambda value: type(value).__name__)
def test_what_stays_on_its_side_is_not_shared_and_holds_up_no_other_message(value):
    sides = Sides()
    items = [1]
    assert sides.send(1, [items, value])[1] is None  # what adopting makes of a handle here
    assert not any(held is value for held in sides.tables[1].values.values())
    items.append(2)
    assert sides.send(1, [items])[0] == [1, 2]


@pytest.mark.parametrize(("value", "change"), MUTABLE, ids=lambda part: type(part).__name__)
def test_what_came_along_in_a_container_tells_its_changes(value, change):
    sides = Sides()
    value = copy.deepcopy(value)
    got = sides.send(0, {"out": value})
    change(got["out"])
    sides.send(1, None)
    assert plain(value) == plain(got["out"])


def test_what_becomes_something_that_stays_is_told_no_more():
    sides = Sides()
    value, items = np.array([1, None], dtype=object), [1]
    got = sides.send(1, [value, items])
    value[0] = Thing()
    items.append(2)
    assert sides.send(1, [items])[0] == [1, 2]
    assert got[0].tolist() == [1, None]


DEEP = functools.reduce(lambda inner, _: (inner,), range(30), ())


@pytest.mark.parametrize("spoilt", [["\0" * 2**21], DEEP, object()], ids=["long", "deep", "kept"])
def test_a_message_that_cannot_be_made_changes_nothing(spoilt):
    sides = Sides()
    items, new = [1], {"a": [3]}
    got = sides.send(1, [items])[0]
    items.append(2)
    with pytest.raises(EvidenceError):
        codec.pack({"value": [items, new, spoilt]}, None, None, sides.tables[1])
    assert not any(held is new for held in sides.tables[1].values.values())
    assert sides.send(1, [new])[0] == {"a": [3]}
    assert got == [1, 2]
