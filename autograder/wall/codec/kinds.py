"""What may cross the wall, and how much of it: limits and kinds for both directions."""

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import torch

from autograder.errors import EvidenceError
from autograder.wall import evidence

CALL = b"\xc1\xc1"  # starts a call of a test's function, and its answer; see wall.oracles.MARK
MAX_FRAME_BYTES = 80 * 2**20
MAX_DEPTH = 24
MAX_NODES = 400_000  # of one value; plain numbers and texts in a sequence do not count
MAX_WIRE_NODES = 2**22  # of one frame: a value takes several, a NumPy scalar eleven
MAX_TEXT = 2**20  # characters of one string
MAX_INT_DIGITS = 1000
ARRAY_KINDS = "biufcUSmM"

RECORDS = {
    cls.__name__: cls
    for cls in vars(evidence).values()
    if isinstance(cls, type) and dataclasses.is_dataclass(cls)
}
TENSOR_DTYPES = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.complex64,
        torch.complex128, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64,
        torch.bool,
    )
}  # fmt: skip
PLAIN = frozenset({type(None), bool, int, float, str})  # what msgpack holds as it is
SINGLETONS = {"ellipsis": Ellipsis, "notimplemented": NotImplemented}
FIELD_NAMES = {cls: tuple(f.name for f in dataclasses.fields(cls)) for cls in RECORDS.values()}


def check_range(value: range) -> None:
    """Refuse a range with more numbers than a list may have items: nothing lazy crosses.

    Raises:
        EvidenceError: it is longer.
    """
    try:
        length = len(value)
    except OverflowError:
        length = MAX_NODES + 1
    if length > MAX_NODES:
        raise EvidenceError(f"the range has more than {MAX_NODES} numbers")


class Function:
    """A one-argument function that is known by its text, so that it can cross the wall.

    Args:
        expression: a Python expression of ``x`` that may use ``torch`` and ``math``.
    """

    def __init__(self, expression: str, name: str = "f"):
        self.expression = expression
        self.__name__ = self.__qualname__ = name
        self._function = eval(f"lambda x: ({expression})", {"torch": torch, "math": math})

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        return self._function(x)

    def without_text(self) -> Callable[[torch.Tensor], torch.Tensor]:
        """Return a plain function that does the same and does not hold its text."""
        self._function.__name__ = self._function.__qualname__ = self.__name__
        return self._function


class Fields(dict[str, Any]):
    """Named parts of a message, which crosses as a dict and is no value of anybody's."""
