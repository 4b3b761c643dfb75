"""The random generators of a whole process, which a test and student code draw from in turn.

What one side seeds, or asks the state of, is one on both sides from there on until the test case
ends: its state goes along with each message that runs student code, and comes back with the reply.
In an assignment of our own it only goes along, never comes back, and only where the test seeded:
a state with which the scorer draws a test's random inputs is not handed on.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from autograder.errors import EvidenceError
from autograder.wall import draws

# The functions that determine a generator's state, and those that read it, by the modules that
# have them.
SEEDING = {
    "numpy": ((np.random,), ("seed", "set_state"), ("get_state",)),
    "random": ((random,), ("seed", "setstate"), ("getstate",)),
    "torch": (
        (torch, torch.random),
        ("manual_seed", "set_rng_state", "seed"),
        ("get_rng_state",),
    ),
}
OURS = ("numpy", "random")  # of an assignment of our own
HELD: dict[str, Any] = {
    "numpy": np.random.mtrand._rand,
    "random": random._inst,
    "torch": torch.default_generator,
}
States = dict[str, Any]
_watching: list["Seeds"] = []  # whoever runs tests now; a library may keep what it finds meanwhile


class Seeds:
    """What one side knows of the generators.

    Args:
        both: whether each side's draws are the other's too.
        request: makes a request to the other side and returns its reply.
        seeded: generators that are seeded before each case, so that they always are one.
    """

    def __init__(
        self,
        both: bool = False,
        request: Callable[..., dict[str, Any]] | None = None,
        seeded: Iterable[str] = (),
    ) -> None:
        self.both, self.request, self.always = both, request, tuple(seeded)
        self.sent: States = dict.fromkeys(self.always)  # as both sides know each
        self.places = list(_places(both, request is not None))
        for place in self.places:
            place.usual = place.held.get(place.function)
            place.noting = _noting(place.usual, place)

    def forget(self) -> None:
        """Begin with another test."""
        self.sent = {name: self.sent.get(name) for name in self.always}

    def follow(self, names: Iterable[str]) -> None:
        """Go on with those generators alone that the other side has as well."""
        self.sent = {name: self.sent.get(name) for name in names if name in SEEDING}

    def states(self) -> States:
        """Return what has to be told to the other side, by generator."""
        found = {}
        for name, last in self.sent.items():
            state = state_of(name)
            if state is not None and state != last:
                found[name] = self.sent[name] = state
        return found

    def take(self, told: object) -> None:
        """Take over what the other side told.

        Raises:
            EvidenceError: it is malformed.
        """
        if told is None:
            return
        if not isinstance(told, Mapping) or not SEEDING.keys() >= told.keys():
            raise EvidenceError("malformed random states")
        for name, state in told.items():
            put(name, state)
            self.sent[name] = state

    def join(self) -> None:
        """Go on with what is always one from where the other side's stand.

        Raises:
            EvidenceError: what it tells is malformed.
        """
        if self.always:
            self._ask(self.always)

    def _ask(self, names: Iterable[str]) -> None:
        if self.request is not None:
            self.take(self.request("states", names=[*names]).get("value"))

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Note, while open, which generators are seeded or read through their modules."""
        replaced = []
        for place in self.places:
            usual = place.held.get(place.function)
            if usual is not None:
                replaced.append((place.held, place.function, usual))
                known = usual is place.usual
                place.held[place.function] = place.noting if known else _noting(usual, place)
        _watching.append(self)
        try:
            yield
        finally:
            _watching.remove(self)
            for held, function, usual in replaced:
                held[function] = usual
        if not self.both:
            self.forget()

    def note(self, name: str, reads: bool) -> None:
        """Let a generator be one on both sides that is seeded here, or read."""
        if name not in self.sent:
            if reads:
                self._ask([name])
            self.sent.setdefault(name, None)


@dataclass
class _Place:
    """A function that seeds or reads a generator, where its module has it, and what notes that."""

    held: dict[str, Any]
    function: str
    name: str
    reads: bool
    usual: Any = None
    noting: Any = None


def _noting(usual: Callable[..., Any], place: "_Place") -> Callable[..., Any]:
    """Return the function of a place, which tells whoever watches then that it is called."""

    def noting(*args: Any, **kwargs: Any) -> Any:
        if _watching:
            _watching[-1].note(place.name, place.reads)
        return usual(*args, **kwargs)

    return noting


def _places(both: bool, reading_too: bool) -> Iterator[_Place]:
    for name in SEEDING if both else OURS:
        modules, seeding, reading = SEEDING[name]
        for function in (*seeding, *(reading if both and reading_too else ())):
            for module in modules:
                yield _Place(vars(module), function, name, function in reading)


def state_of(name: str) -> list[Any] | None:
    """Return a generator's state as plain data; None where it has none that could be told."""
    return draws.state_of(HELD[name])


def put(name: str, state: Any) -> None:
    """Put a generator into a state.

    Raises:
        EvidenceError: it is malformed.
    """
    made = draws.make_generator(state) if type(state) is list else None
    if type(made) is not type(HELD[name]):
        raise EvidenceError("a random state of another kind")
    draws.take_over(HELD[name], made)
