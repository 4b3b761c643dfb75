"""A digest of what an object is made of, to see whether it has changed."""

import hashlib
from typing import Any

import msgpack

from autograder.errors import EvidenceError
from autograder.wall.codec.encoding import Encoder
from autograder.wall.codec.recipes import COPIED, is_copied, may_change, recipe_of
from autograder.wall.oracles import Oracle


def print_of(value: Any) -> bytes:
    """Return a digest of an object that may change; a part that cannot counts as itself, since
    a tree counts how often it is asked.
    """
    seen: dict[int, Oracle] = {}

    def lend(one: Any) -> Oracle:
        if id(one) not in seen:
            taken_apart = is_copied(one) and may_change(one)
            seen[id(one)] = Oracle(one, does=(COPIED,) if taken_apart else ())
            seen[id(one)].id = id(one)
        return seen[id(one)]

    try:
        told = recipe_of(Encoder(None, None, None, lend), value)
    except EvidenceError:
        return b""
    return hashlib.sha256(msgpack.packb(told)).digest()
