"""Values that are too large to be looked at with each message: each side has a copy.

Both know one by a number, so that it comes back as itself. It is looked at before a side answers or
asks, but for the calls in between: one that has changed is told anew, as a whole. A test that makes
thousands of calls beside such values would wait for these looks alone: once they have taken their
share of its time, only what a message is about is looked at. Those from long ago are let go: a
number that one side no longer knows stands for what is told beside it.
"""

from collections.abc import Callable, Container
from time import monotonic  # a test may patch the module
from typing import Any

import numpy as np

from autograder.wall.glimpses import Glimpse, glimpse, is_same

MOST_KEPT = 2**19  # weight of those that are looked at: 32 MiB of an array
FREE_S, SHARE = 0.3, 0.1  # of a test case's time, that looks may take

Print = Callable[[Any], bytes]  # of all that a value holds


class Copies:
    """One side's table of such values.

    Args:
        step: 1 or -1: which numbers this side gives.
    """

    def __init__(self, step: int) -> None:
        self.step, self.last = step, 0
        self.values: dict[int, Any] = {}
        self.numbers: dict[int, int] = {}  # by id, which nothing else can have meanwhile
        self.weights: dict[int, int] = {}
        self.seen: dict[int, Any] = {}  # in values, as both sides know them
        self.fresh: set[int] = set()  # of values that are not yet looked at
        self.named: set[int] = set()  # in the message that is made
        self.about: set[int] = set()  # in messages since this side's last, but for calls between
        self.began, self.looked_s = monotonic(), 0.0
        self.inside = False  # whether what is told is a part of one
        self.between = False  # whether a message belongs to a call in between

    def number_of(self, value: Any, weigh: Callable[[Any, int], int]) -> int:
        """Return a value's number, which it gets now if it is new."""
        number = self.numbers.get(id(value))
        if number is None:
            number = self.last = self.last + self.step
            self.hold(number, value, weigh(value, MOST_KEPT))
        self.named.add(number)
        self.about.add(number)
        return number

    def hold(self, number: int, value: Any, weight: int) -> None:
        """Let a number stand for a value; those from long ago make room."""
        self._let_go(number)
        self.values[number], self.weights[number] = value, weight
        self.numbers[id(value)] = number
        self.fresh.add(number)
        left = sum(self.weights.values())
        for oldest in [one for one in self.values if one not in self.fresh]:
            if left <= MOST_KEPT:
                break
            left -= self.weights[oldest]
            self._let_go(oldest)

    def _let_go(self, number: int) -> None:
        if number in self.values:
            self.numbers.pop(id(self.values.pop(number)), None)
            self.weights.pop(number)
            self.seen.pop(number, None)

    def look(self, print_of: Print, known: Container[int]) -> None:
        """Note what is in values that are new, or were told anew.

        Args:
            known: ids of values that are looked at themselves.
        """
        for number in self.fresh & self.values.keys():
            value = self.values[number]
            self.seen[number] = glimpse(value, known) or _print(value, print_of)
        self.fresh.clear()

    def changed(self, print_of: Print) -> list[int]:
        """Return the numbers of those that hold something else than both sides know.

        In a call in between only those are looked at that it is about; where looks have taken long,
        those that this message or the one before it is about.
        """
        start = monotonic()
        is_late = self.looked_s > FREE_S + SHARE * (start - self.began)
        asked = self.named if self.between else self.about if is_late else self.seen
        found = [n for n in self.seen if n in asked and self._is_changed(n, print_of)]
        self.looked_s += monotonic() - start
        self.fresh.update(found)
        self.named.clear()
        if not self.between:
            self.about.clear()
        return found

    def _is_changed(self, number: int, print_of: Print) -> bool:
        value, seen = self.values[number], self.seen[number]
        if isinstance(seen, Glimpse):
            return not is_same(value, seen)
        return bool(_print(value, print_of) != seen)

    def clear(self) -> None:
        """Forget all; numbers are not given again."""
        for one in (self.values, self.numbers, self.weights, self.seen):
            one.clear()
        for numbers in (self.fresh, self.named, self.about):
            numbers.clear()
        self.began, self.looked_s = monotonic(), 0.0


def _print(value: Any, print_of: Print) -> Any:
    """Return what tells whether a value is changed, where a glance does not."""
    if type(value) is np.ndarray and not value.dtype.hasobject:
        return value.shape, value.dtype, value.flags.writeable, value.tobytes()
    return print_of(value)
