"""What is asked again and again is worked out once: by tests of one question, of every submission.

A memory is bounded, and holds answers about grids of the usual size only. Functions are known by
what they are, so only NumPy's own are remembered: one that a test makes is another each time.
"""

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import numpy as np

P = ParamSpec("P")
R = TypeVar("R")

USUAL_POINTS = 2_000


def remembered(maxsize: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator that gives a pure function a memory for its last answers.

    Its arguments are arrays, functions, tuples of numbers or None. Where each array is of float64,
    of shape (n,) and a usual size, and each function is one of NumPy's, an answer is remembered and
    must not be changed. Everything else is worked out anew.
    """

    def decorate(compute: Callable[P, R]) -> Callable[P, R]:
        @functools.lru_cache(maxsize)
        def known(*keys: Any) -> R:
            args: Any = (np.frombuffer(key) if isinstance(key, bytes) else key for key in keys)
            return compute(*args)  # type: ignore[call-arg]

        @functools.wraps(compute)
        def ask(*args: P.args, **kwargs: P.kwargs) -> R:
            usual = not kwargs and all(map(_is_usual, args))
            return known(*map(_key, args)) if usual else compute(*args, **kwargs)

        return ask

    return decorate


def _is_usual(value: object) -> bool:
    if isinstance(value, np.ndarray):
        # The key holds nothing but the bytes, so these have to say all.
        return value.dtype == np.float64 and value.ndim == 1 and value.size <= USUAL_POINTS
    return not callable(value) or isinstance(value, np.ufunc)


def _key(value: object) -> object:
    return value.tobytes() if isinstance(value, np.ndarray) else value
