"""How decimals are counted, which is one setting of a process: precision, rounding, errors.

The notebook may change it, and a test may, around its calls of student code: what either set is one
on both sides for a test.
"""

import decimal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

NUMBERS = ("prec", "Emin", "Emax", "capitals", "clamp")
ROUNDINGS = [value for name, value in vars(decimal).items() if name.startswith("ROUND_")]
SIGNALS = {signal.__name__: signal for signal in decimal.Context().traps}
Settings = list[Any]


def settings() -> Settings:
    """Return this thread's settings as plain data."""
    context = decimal.getcontext()
    traps = sorted(signal.__name__ for signal, trapped in context.traps.items() if trapped)
    return [[getattr(context, name) for name in NUMBERS], context.rounding, traps]


def _make(told: Any) -> decimal.Context | None:
    """Return the context of settings, None of what are none."""
    try:
        numbers, rounding, traps = told
        if rounding not in ROUNDINGS or not all(type(number) is int for number in numbers):
            return None
        named = dict(zip(NUMBERS, numbers, strict=True))
        return decimal.Context(**named, rounding=rounding, traps=[SIGNALS[one] for one in traps])
    except (TypeError, ValueError, KeyError):
        return None


USUAL = settings()


@contextmanager
def counted(told: object = USUAL) -> Iterator[None]:
    """Count by settings while open; by those that hold, where they are malformed."""
    with decimal.localcontext(_make(told)):
        yield


def take_over(told: object) -> Settings:
    """Count by settings from here on, and return those that hold then."""
    if (context := _make(told)) is not None:
        decimal.setcontext(context)
    return settings()
