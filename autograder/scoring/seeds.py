"""What a test seeds, it seeds for the notebook's functions too, as where both share one process.

Only the state that the test's own seed determines is handed on, never one with which the scorer
draws a test's random inputs; and nothing that the notebook's process draws comes back.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

GENERATORS: dict[str, tuple[Any, Callable[[], Any]]] = {  # by name: its module, how to read it
    "numpy": (np.random, np.random.get_state),
    "random": (random, random.getstate),
}


class Seeds:
    """The generators that the running test has seeded, and what was handed on of each."""

    def __init__(self) -> None:
        self.sent: dict[str, Any] = {}

    def forget(self) -> None:
        """Begin with another test."""
        self.sent.clear()

    def states(self) -> dict[str, Any]:
        """Return what has to be handed on before the notebook's code runs, by generator."""
        found = {}
        for name, last in self.sent.items():
            state = GENERATORS[name][1]()
            if last is None or not _are_equal(state, last):
                found[name] = self.sent[name] = state
        return found

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Note, while open, which generators are seeded through their modules."""
        before = {name: module.seed for name, (module, _) in GENERATORS.items()}
        try:
            for name, (module, _) in GENERATORS.items():
                module.seed = self._noting(name, before[name])
            yield
        finally:
            for name, (module, _) in GENERATORS.items():
                module.seed = before[name]
            self.forget()

    def _noting(self, name: str, seed: Callable[..., Any]) -> Callable[..., Any]:
        def noting(*args: Any, **kwargs: Any) -> Any:
            self.sent[name] = None
            return seed(*args, **kwargs)

        return noting


def _are_equal(state: Any, other: Any) -> bool:
    return len(state) == len(other) and all(map(np.array_equal, state, other))
