"""The random generators of the student's process, in the state that a test put its own into."""

import random
from typing import Any

import numpy as np

from autograder.errors import EvidenceError

SETTERS = {"numpy": np.random.set_state, "random": random.setstate}


def take_states(states: dict[str, Any]) -> None:
    """Put generators into states.

    Raises:
        EvidenceError: there is no such generator, or it cannot be put into such a state.
    """
    for name, state in states.items():
        try:
            SETTERS[name](state)
        except (KeyError, TypeError, ValueError) as error:
            raise EvidenceError(f"a malformed random state ({type(error).__name__})") from None
