"""How NumPy prints, which is one setting of a process: a doctest compares what is printed.

The notebook may change it, and so does datascience when it is imported. Where the settings are not
NumPy's own they come with a notebook's values, and hold on the scorer's side for one test.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

NAMES = ("precision", "threshold", "edgeitems", "linewidth", "suppress", "nanstr", "infstr", "sign",
         "floatmode", "legacy")  # fmt: skip


def _settings() -> dict[str, Any]:
    now: dict[str, Any] = {**np.get_printoptions()}
    return {name: now[name] for name in NAMES}


USUAL = _settings()  # before any library changed them
MOST = 2**31
MAX_TEXT = 20


def changed_settings() -> dict[str, Any]:
    """Return the settings that are not NumPy's own; those that are no plain data are left out."""
    now = _settings()
    return {name: now[name] for name in NAMES if now[name] != USUAL[name] and _is_plain(now[name])}


@contextmanager
def usual() -> Iterator[None]:
    """Let NumPy print as it does by itself, and afterwards as before."""
    with np.printoptions(**USUAL):
        yield


def take_over(settings: object) -> None:
    """Print as the notebook does from here on; what is no such setting is left out."""
    given = settings if isinstance(settings, dict) else {}
    known = {name: given[name] for name in NAMES if name in given and _is_plain(given[name])}
    try:
        np.set_printoptions(**{**USUAL, **known})
    except (ValueError, TypeError):
        np.set_printoptions(**USUAL)


def _is_plain(value: object) -> bool:
    if type(value) is int:
        return 0 <= value < MOST
    return value is None or type(value) is bool or (type(value) is str and len(value) <= MAX_TEXT)
