"""A mutation loop of our own: broken copies of honest inputs, drawn from a seed."""

import copy
import random
from collections.abc import Iterator
from typing import Any

import msgpack

MOST_CHANGES = 4
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 255, 2**31, 2**62, -(2**63), 0.0, -1.5, float("nan"),
    float("inf"), "", "x", "x" * 5000, "$", "\ud7ff\u0000", "<script>", b"", b"\x00" * 9, [], [[]],
    [0] * 40, {}, {"$": "tuple", "items": []}, {"$": "none"}, {"$": "range"}, {"": 0},
)  # fmt: skip
NUMBERS = (b"0", b"-1", b"1e999", b"9" * 400, b"null", b"[]", b"{}", b'""', b"\xff\xfe")


def mutations(seeds: list[bytes], chance: random.Random) -> Iterator[bytes]:
    """Yield broken copies of the seeds for ever; the same numbers give the same ones."""
    while True:
        data = chance.choice(seeds)
        for _ in range(chance.randint(1, MOST_CHANGES)):
            data = _changed(data, seeds, chance)
        yield data


def _changed(data: bytes, seeds: list[bytes], chance: random.Random) -> bytes:
    """Change a few bytes: turn bits, cut, repeat, put in what is odd, cross with another seed."""
    at, end = sorted((chance.randint(0, len(data)), chance.randint(0, len(data))))
    kind = chance.randrange(6)
    if kind == 0 and data:
        place = chance.randrange(len(data))
        turned = bytes([data[place] ^ (1 << chance.randrange(8))])
        return data[:place] + turned + data[place + 1 :]
    if kind == 1:
        return data[:at] + data[end:]
    if kind == 2:
        return data[:end] + data[at:end][:2000] + data[end:]
    if kind == 3:
        return data[:at] + chance.choice(NUMBERS) + data[at:]
    if kind == 4:
        other = chance.choice(seeds)
        return data[:at] + other[chance.randint(0, len(other)) :]
    return data[:at] + chance.randbytes(chance.randint(1, 8)) + data[at:]


def frames(seeds: list[bytes], chance: random.Random) -> Iterator[bytes]:
    """Yield broken frames: half of them broken as msgpack trees, which stay readable."""
    trees = [msgpack.unpackb(seed, strict_map_key=False) for seed in seeds]
    broken = mutations(seeds, chance)
    while True:
        yield next(broken)
        tree = copy.deepcopy(chance.choice(trees))
        for _ in range(chance.randint(1, MOST_CHANGES)):
            tree = _grafted(tree, trees, chance)
        yield msgpack.packb(tree)


def _grafted(tree: Any, trees: list[Any], chance: random.Random) -> Any:
    """Put something odd, or a piece of another tree, in the place of one piece."""
    places = list(_places(tree))
    if not places:
        return copy.deepcopy(chance.choice(ODD))
    holder, key = chance.choice(places)
    if chance.random() < 0.4:
        holder[key] = copy.deepcopy(_piece(chance.choice(trees), chance))
    elif chance.random() < 0.2 and isinstance(holder, list):
        del holder[key]
    elif chance.random() < 0.2 and isinstance(holder, dict):
        holder[chance.choice(("$", "id", "items", "kind", "fields", "name"))] = holder.pop(key)
    else:
        holder[key] = copy.deepcopy(chance.choice(ODD))
    return tree


def _places(tree: Any) -> Iterator[tuple[Any, Any]]:
    waiting = [tree]
    while waiting:
        item = waiting.pop()
        keys = item if isinstance(item, dict) else range(len(item) if isinstance(item, list) else 0)
        for key in keys:
            yield item, key
            waiting.append(item[key])


def _piece(tree: Any, chance: random.Random) -> Any:
    places = list(_places(tree))
    if not places:
        return tree
    holder, key = chance.choice(places)
    return holder[key]
