"""Where CPython keeps what a function, a cell or a dictionary holds, to read it from outside.

Nothing here is taken on trust: what is read by these offsets from objects of this process is
compared with the objects themselves, and where it differs nothing is read by them.
"""

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass

WORD = 8
KEYS = 4 * WORD  # in a dictionary: where its table is
MAX_ENTRIES = 1 << 20
TABLE = 5 * WORD  # at most, the fixed part of a table
FIELDS = ("__code__", "__defaults__", "__kwdefaults__", "__closure__", "__globals__")

Read = Callable[[int, int], bytes]  # an address and a number of bytes


@dataclass(frozen=True)
class Table:
    """The entries of a dictionary.

    Attributes:
        start: address of the first entry.
        count: of entries, deleted ones included.
        step: words from one entry to the next.
        key: place of the key within an entry, in words; the value is next to it.
        counter: address of the count.
    """

    start: int
    count: int
    step: int
    key: int
    counter: int

    def value_addresses(self) -> Iterator[int]:
        """Yield where the pointers to the values are."""
        for number in range(self.count):
            yield self.start + WORD * (number * self.step + self.key + 1)


def own(address: int, size: int) -> bytes:
    """Read this process's memory."""
    return ctypes.string_at(address, size)


def word(read: Read, address: int) -> int:
    """Read one word."""
    return int.from_bytes(read(address, WORD), "little")


def words(data: bytes) -> list[int]:
    """Return the words of some bytes."""
    return [int.from_bytes(data[at : at + WORD], "little") for at in range(0, len(data), WORD)]


def table(read: Read, address: int, modern: bool) -> Table:
    """Return the entries of the dictionary at an address.

    Args:
        modern: as from Python 3.11 on.

    Raises:
        ValueError: there is none.
    """
    at = word(read, address + KEYS)
    head = read(at, TABLE)
    if modern:
        size, kind = 1 << head[9], head[10]  # log2 of the index's bytes; 0: keys of any type
        fixed, counter = 4 * WORD, 3 * WORD
    else:
        slots, kind = int.from_bytes(head[WORD : 2 * WORD], "little"), 0
        width = next((n for n in (1, 2, 4) if slots <= 1 << (8 * n - 1)), 8)
        size, fixed, counter = slots * width, TABLE, 4 * WORD
    count = int.from_bytes(head[counter : counter + WORD], "little")
    if count > MAX_ENTRIES or size > 8 * MAX_ENTRIES:
        raise ValueError("no table")
    key = 0 if kind else 1
    return Table(at + fixed + size, count, 2 + key, key, at + counter)


def pairs(read: Read, found: Table) -> dict[int, int]:
    """Return the addresses of keys and values."""
    all_words = words(read(found.start, WORD * found.step * found.count)) if found.count else []
    keys = all_words[found.key :: found.step]
    return {key: value for key, value in zip(keys, all_words[found.key + 1 :: found.step]) if value}


def read_text(read: Read, address: int) -> str:
    """Return a short ASCII string at an address; "" where there is none."""
    length = min(word(read, address + 2 * WORD), 200)
    head = len("".__sizeof__() * b" ") - 1
    return read(address + head, length).decode("ascii", "ignore")
