"""A message as a frame: what is said, and what has changed of values that both sides hold."""

import hashlib
from collections.abc import Callable
from typing import Any

import msgpack

from autograder.errors import EvidenceError
from autograder.wall.codec import held
from autograder.wall.codec.encoding import Encoder, Keep, Lend, TensorHook
from autograder.wall.codec.kinds import MAX_FRAME_BYTES
from autograder.wall.codec.wire import check_nodes
from autograder.wall.sharing import Shared, attempt


def pack(
    message: object,
    keep: Keep | None = None,
    tensor_hook: TensorHook | None = None,
    shared: Shared | None = None,
    lend: Lend | None = None,
    told: dict[str, Any] | None = None,
) -> bytes:
    """Encode a value.

    Args:
        keep: registers an object that has no plain form and returns its handle; without it such
            an object is an error.
        tensor_hook: called with each tensor; what it returns is added to the tensor's record.
        shared: mutable values that both sides hold: what of them has changed goes along.
        lend: makes what crosses in place of a test's function; without it one is an error.
        told: what :func:`pack_changes` found, and what rests, where ``shared`` was cleared since.

    Raises:
        EvidenceError: the value is too large, too deep or of a kind that cannot cross.
    """
    packer = Encoder(keep, tensor_hook, shared, lend)
    with attempt(shared):
        plain = packer.message(message)
        if told is not None:
            plain |= told
        if shared is not None:
            plain |= _changes(shared, packer, _prints(keep))
        frame = msgpack.packb(plain, use_bin_type=True)
        if (size := len(frame)) > MAX_FRAME_BYTES:
            raise EvidenceError(f"the value takes {size} bytes; {MAX_FRAME_BYTES} are allowed")
        check_nodes(frame)
    return frame


def _changes(shared: Shared, packer: Encoder, print_of: Callable[[Any], bytes]) -> dict[str, Any]:
    """Return what has changed of shared values, and which large ones are told anew."""
    anew = held.anew(shared, packer.whole, print_of) if shared.open else []
    found = {"shared": held.changes(shared, packer.content), "anew": anew}
    if shared.open:
        shared.copies.look(print_of, shared.numbers)
    return {name: one for name, one in found.items() if one}


def pack_changes(shared: Shared, lend: Lend | None = None) -> list[Any]:
    """Return what has changed of shared values, for the next message."""
    return held.changes(shared, Encoder(None, None, shared, lend).content)


def settle(shared: Shared, keep: Keep | None, hook: TensorHook | None, lend: Lend | None) -> None:
    """Note what was received of shared values as what both sides know, and what copies hold."""
    held.settle(shared, Encoder(keep, hook, shared, lend).content)
    shared.copies.look(_prints(keep), shared.numbers)


def _prints(keep: Keep | None) -> Callable[[Any], bytes]:
    """Return what makes a digest of all that a value holds."""

    def print_of(value: Any) -> bytes:
        told = Encoder(keep, None).encode(value, 1)
        return hashlib.sha256(msgpack.packb(told, use_bin_type=True)).digest()

    return print_of
