"""How many parts a frame announces, counted before any of them is made.

A frame of 16 MiB may hold sixteen million empty lists, which take a gigabyte once they are made.
"""

from autograder.errors import EvidenceError
from autograder.wall.codec.kinds import MAX_WIRE_NODES


def check_nodes(frame: bytes) -> None:
    """Refuse a frame of more than ``MAX_WIRE_NODES`` parts; one with fewer bytes passes unread.

    Raises:
        EvidenceError: it has more, or an extension type.
    """
    position, nodes, end = 0, 0, len(frame)
    if end <= MAX_WIRE_NODES:
        return
    while position < end:
        nodes += 1
        if nodes > MAX_WIRE_NODES:
            raise EvidenceError(f"the frame has more than {MAX_WIRE_NODES} parts")
        step = _STEPS[frame[position]]
        position += 1
        if step >= 0:
            position += step
        elif step == _EXTENSION:
            raise EvidenceError("the frame holds an extension type")
        else:  # so many bytes of length, then the text or the bytes
            position += int.from_bytes(frame[position : position - step], "big") - step


_EXTENSION = -9


def _steps() -> list[int]:
    """Return, by msgpack's first byte of a part, how many bytes follow it before the next part.

    The first part of a container is the next one. Negative: so many bytes say the length.
    """
    steps = [0] * 256  # small numbers, small containers, nil and booleans
    for first in range(0xA0, 0xC0):
        steps[first] = first & 0x1F  # short texts
    sized = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4}
    numbers = {0xCA: 4, 0xCB: 8, 0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8, 0xD0: 1, 0xD1: 2, 0xD2: 4,
               0xD3: 8}  # fmt: skip
    containers = {0xDC: 2, 0xDD: 4, 0xDE: 2, 0xDF: 4}
    for first, width in sized.items():
        steps[first] = -width
    for first, width in {**numbers, **containers}.items():
        steps[first] = width
    for first in (0xC1, 0xC7, 0xC8, 0xC9, 0xD4, 0xD5, 0xD6, 0xD7, 0xD8):
        steps[first] = _EXTENSION
    return steps


_STEPS = _steps()
