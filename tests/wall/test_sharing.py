"""Values that both sides hold: changed in place, they are to both what one object is to two."""

import collections

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.errors import EvidenceError
from autograder.wall import codec
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
        codec.settle(receiver, lambda kept: 1)
        return found["value"]


MUTABLE = [
    ([1, 2], lambda v: v.append(3)),
    ({"a": 1}, lambda v: v.update(b=[2])),
    ({1, 2}, lambda v: v.discard(1)),
    (bytearray(b"ab"), lambda v: v.extend(b"c")),
    (collections.deque([1], maxlen=2), lambda v: v.extend([2, 3])),
    (collections.OrderedDict(a=1, b=2), lambda v: v.move_to_end("a")),
    (collections.Counter("aab"), lambda v: v.update("b")),
    (collections.defaultdict(list, a=[1]), lambda v: v["b"].append(1)),
    (np.arange(4.0), lambda v: v.__setitem__(0, 9.0)),
    (np.array(["a", None], dtype=object), lambda v: v.__setitem__(1, "b")),
    (pd.DataFrame({"a": [1, 2]}), lambda v: v.__setitem__("b", [3.5, 4.5])),
    (pd.Series([1, 2], name="s"), lambda v: v.drop(0, inplace=True)),
    (torch.ones(3), lambda v: v.add_(1)),
    (torch.zeros(2, 2, dtype=torch.int64), lambda v: v[0].fill_(7)),
    ([[1], [2]], lambda v: v[0].append(v[1])),
]


def plain(value):
    """Return what two equal values have in common, their types too."""
    if isinstance(value, (pd.DataFrame, pd.Series)):
        return type(value).__name__, value.to_dict(), list(value.index)
    if isinstance(value, (np.ndarray, torch.Tensor)):
        return str(value.dtype), value.tolist()
    return type(value).__name__, repr(value)


@pytest.mark.parametrize("value, change", MUTABLE, ids=lambda v: type(v).__name__)
@pytest.mark.parametrize("changer", [0, 1])
def test_a_change_on_one_side_is_one_on_the_other(value, change, changer):
    import copy

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


def test_many_or_large_values_are_copies():
    sides = Sides()
    large = list(range(MOST_ITEMS + 1))
    there = sides.send(0, large)
    there.append(0)
    sides.send(1, None)
    assert len(large) == MOST_ITEMS + 1
    many = [[n] for n in range(MOST + 50)]
    assert sides.send(0, many) == many


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
