"""The state of Python's and NumPy's generators, so that a test and student code draw from one."""

import random
from typing import Any

import numpy as np

from autograder.errors import EvidenceError

WORDS = 624


def state() -> dict[str, Any]:
    """Return this process's state as plain data."""
    _, words, gauss = random.getstate()
    legacy: Any = np.random.get_state(legacy=True)
    return {
        "python": np.array(words, np.uint32), "gauss": gauss, "numpy": legacy[1],
        "place": int(legacy[2]), "has": int(legacy[3]), "cached": float(legacy[4]),
    }  # fmt: skip


def set_state(told: Any) -> None:
    """Let this process's generators go on from a state.

    Raises:
        EvidenceError: it is none.
    """
    try:
        words, key, gauss = told["python"], told["numpy"], told["gauss"]
        for array, length in ((words, WORDS + 1), (key, WORDS)):
            if array.dtype != np.uint32 or array.shape != (length,):
                raise EvidenceError("malformed state of a generator")
        place, has = told["place"], told["has"]
        if not (type(place) is type(has) is int and 0 <= place <= WORDS and 0 <= has <= 1):
            raise EvidenceError("malformed state of a generator")
        if type(told["cached"]) is not float or not (gauss is None or type(gauss) is float):
            raise EvidenceError("malformed state of a generator")
        random.setstate((3, tuple(words.tolist()), gauss))
        np.random.set_state(("MT19937", key, place, has, told["cached"]))
    except EvidenceError:
        raise
    except Exception as error:
        raise EvidenceError(f"malformed state of a generator ({type(error).__name__})") from None
