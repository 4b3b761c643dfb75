"""Random generators as data: the state, in which the next draw lies.

A test that hands one over, or a notebook that keeps one, means where it stands: on both sides it
draws the same numbers. What was received is checked, for NumPy trusts a state that it is given.
"""

import random
import struct
from typing import Any

import numpy as np
import torch

from autograder.errors import EvidenceError

BITS = {cls.__name__: cls for cls in (np.random.PCG64, np.random.PCG64DXSM, np.random.MT19937)}
KINDS: tuple[type, ...] = (
    random.Random, np.random.Generator, np.random.RandomState, torch.Generator,
)  # fmt: skip
TORCH = "torch.Generator"
# Of torch's: its first seed, how many words are left, whether it was seeded, the next word, the
# words, and a normal number that it has in hand; that twice, for it was another kind once.
_TORCH = struct.Struct("<QiiQ624QdddixxxxfBxxx")
WORDS = 624  # of a Mersenne twister
MOST_BITS = 128  # of a number in the state of another generator


def state_of(value: Any) -> list[Any] | None:
    """Return kind, bit generator and state as plain parts; None where it is no kind of these."""
    if type(value) is random.Random:
        version, words, pending = value.getstate()
        return ["Random", "", version, _packed(words[:-1]), words[-1], pending]
    if type(value) is torch.Generator:
        plain = value.device.type == "cpu"
        return [TORCH, value.get_state().numpy().tobytes()] if plain else None
    bits = value._bit_generator if type(value) is np.random.RandomState else value.bit_generator
    name = type(bits).__name__
    if BITS.get(name) is not type(bits):
        return None
    state: Any = bits.state
    inner = state["state"]
    more = [state.get("has_uint32", 0), state.get("uinteger", 0)]
    if name == "MT19937":
        parts = [_packed(inner["key"]), int(inner["pos"]), *more]
    else:
        parts = [int(inner["state"]), int(inner["inc"]), *more]
    if type(value) is np.random.RandomState:
        legacy: Any = value.get_state(legacy=False)
        parts += [int(legacy["has_gauss"]), float(legacy["gauss"])]
    return [type(value).__name__, name, *parts]


def make_generator(plain: list[Any]) -> Any:
    """Return the generator of a kind and state.

    Raises:
        EvidenceError: it is malformed.
    """
    try:
        kind, name, *parts = plain
        if kind == TORCH and not parts:
            return torch.Generator().set_state(_torch_state(name))
        if kind == "Random":
            return _random(*parts)
        if kind == "Generator":
            return np.random.Generator(_bits(name, *parts))
        if kind == "RandomState":
            *state, has_gauss, gauss = parts
            bits = _bits(name, *state)
            made = np.random.RandomState(bits)
            made.set_state(
                {**bits.state, "has_gauss": _number(has_gauss, 1), "gauss": _real(gauss)}
            )
            return made
    except (TypeError, ValueError, KeyError, RuntimeError):
        pass
    raise EvidenceError("malformed random generator")


def take_over(held: Any, value: Any) -> None:
    """Put a generator into the state of another one of its kind."""
    if type(held) is random.Random:
        held.setstate(value.getstate())
    elif type(held) is torch.Generator:
        held.set_state(value.get_state())
    elif type(held) is np.random.RandomState:
        held.set_state(value.get_state(legacy=False))
    else:
        held.bit_generator.state = value.bit_generator.state


def _random(version: Any, words: Any, place: Any, pending: Any) -> random.Random:
    made = random.Random(0)
    state = (*map(int, _words(words)), _number(place, WORDS))
    made.setstate((_number(version, 3), state, None if pending is None else _real(pending)))
    return made


def _bits(name: str, first: Any, second: Any, has_half: Any, half: Any) -> Any:
    made: Any = BITS[name](0)
    state: dict[str, Any] = {"bit_generator": name}
    if name == "MT19937":
        state["state"] = {"key": _words(first), "pos": _number(second, WORDS)}
    else:
        most = 2**MOST_BITS - 1
        state["state"] = {"state": _number(first, most), "inc": _number(second, most)}
    state |= {"has_uint32": _number(has_half, 1), "uinteger": _number(half, 2**32 - 1)}
    made.state = state
    return made


def _torch_state(data: Any) -> torch.Tensor:
    if type(data) is not bytes or len(data) != _TORCH.size:
        raise ValueError
    _, left, seeded, place, *rest = _TORCH.unpack(data)
    words, (*_, normal, _, other) = rest[:WORDS], rest[WORDS:]
    sound = seeded == 1 and 0 < left <= WORDS and place <= WORDS and {normal, other} <= {0, 1}
    if not sound or max(words) >= 2**32:
        raise ValueError
    return torch.frombuffer(bytearray(data), dtype=torch.uint8)


def _packed(words: Any) -> bytes:
    return np.asarray(words, "<u4").tobytes()


def _words(words: Any) -> np.ndarray:
    if type(words) is not bytes or len(words) != 4 * WORDS:
        raise ValueError
    return np.frombuffer(words, "<u4").astype(np.uint32)


def _number(value: Any, most: int) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise ValueError
    return value


def _real(value: Any) -> float:
    if type(value) is not float:
        raise ValueError
    return value
