"""Generators of a process: drawn from in turn on two sides, they give what one process draws."""

import random

import msgpack
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.errors import EvidenceError
from autograder.wall import draws
from autograder.wall.seeds import HELD, SEEDING, Seeds, put, state_of

DRAWS = {
    "numpy": [np.random.rand, np.random.randn, lambda: np.random.choice(9)],
    "random": [random.random, lambda: random.gauss(0, 1), lambda: random.randint(1, 9)],
    "torch": [lambda: torch.rand(1), lambda: torch.randn(3), lambda: torch.randn(17),
              lambda: torch.randperm(4)],
}  # fmt: skip
MODULES = {"numpy": np.random, "random": random, "torch": torch}
SEED = {"numpy": np.random.seed, "random": random.seed, "torch": torch.manual_seed}


@pytest.fixture(autouse=True)
def generators_as_before():
    before = {name: state_of(name) for name in SEEDING}
    yield
    for name, state in before.items():
        put(name, state)


class Sides:
    """Two processes, as each of which this one can be."""

    def __init__(self, first: int):
        self.states: list[dict] = [{}, {}]
        for side in (0, 1):
            for name, seed in SEED.items():
                seed(first + side)
                self.states[side][name] = state_of(name)
        self.seeds = Seeds(True, self.asked), Seeds(True)

    def asked(self, op: str, names: list[str]) -> dict:
        """Answer the first side's request."""
        return {"value": {name: self.states[1][name] for name in names}}

    def do(self, side: int, action):
        """Let one side do something; it tells the other one."""
        for name, state in self.states[side].items():
            put(name, state)
        with self.seeds[side].watched():
            result = action()
        told = msgpack.unpackb(msgpack.packb(self.seeds[side].states()))
        self.states[side] = {name: state_of(name) for name in SEEDING}
        other = 1 - side
        for name, state in self.states[other].items():
            put(name, state)
        self.seeds[other].follow([*self.seeds[side].sent])
        self.seeds[other].take(told)
        self.states[other] = {name: state_of(name) for name in SEEDING}
        return result


def plain(drawn):
    return drawn.tolist() if hasattr(drawn, "tolist") else drawn


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    name=st.sampled_from(sorted(SEEDING)),
    seeder=st.sampled_from([0, 1]),
    turns=st.lists(st.tuples(st.sampled_from([0, 1]), st.integers(0, 3)), max_size=8),
)
def test_who_draws_makes_no_difference_once_one_side_has_seeded(name, seeder, turns):
    draws = [DRAWS[name][number % len(DRAWS[name])] for _, number in turns]
    SEED[name](7)
    expected = [plain(draw()) for draw in draws]
    sides = Sides(1)
    sides.do(seeder, lambda: getattr(MODULES[name], SEEDING[name][1][0])(7))
    found = [plain(sides.do(side, draw)) for (side, _), draw in zip(turns, draws)]
    assert found == expected


@pytest.mark.parametrize("name", sorted(SEEDING))
def test_a_state_that_is_read_here_is_the_one_of_there(name):
    sides = Sides(1)
    (read,), set_state = SEEDING[name][2], SEEDING[name][1][1]
    state = sides.do(0, lambda: getattr(MODULES[name], read)())
    first = plain(sides.do(1, DRAWS[name][0]))
    sides.do(0, lambda: getattr(MODULES[name], set_state)(state))
    assert plain(sides.do(1, DRAWS[name][0])) == first


@pytest.mark.parametrize("name", sorted(SEEDING))
def test_what_nobody_seeds_is_told_to_nobody(name):
    seeds = Seeds(True)
    with seeds.watched():
        DRAWS[name][0]()
    assert seeds.states() == {}


def test_in_an_assignment_of_ours_torch_and_what_is_read_are_not_handed_on():
    seeds = Seeds()
    with seeds.watched():
        torch.manual_seed(3), np.random.get_state(), random.getstate()
        assert seeds.states() == {}
        np.random.seed(3)
        assert set(seeds.states()) == {"numpy"}
    assert seeds.states() == {}


def states():
    torch_state = draws.state_of(torch.Generator().manual_seed(1))[1]
    for place, value in ((8, 0), (8, 3), (12, 0), (16, 3), (28, 255), (5040, 2), (5052, 2)):
        data = bytearray(torch_state)
        data[place + (1 if value == 3 else 0)] = value
        yield "torch", ["torch.Generator", bytes(data)]
    yield from [("torch", ["torch.Generator", torch_state[:-1]]), ("torch", state_of("random")),
                ("numpy", state_of("random")), ("random", state_of("numpy")), ("random", "state"),
                ("numpy", ["Generator", "PCG64", 1, 1, 0, 0]), ("other", []),
                ("numpy", None)]  # fmt: skip


@pytest.mark.parametrize("name, state", list(states()), ids=lambda _: "")
def test_a_malformed_state_is_refused_and_changes_nothing(name, state):
    before = {name: state_of(name) for name in HELD}
    with pytest.raises(EvidenceError):
        Seeds(True).take({name: state})
    assert {name: state_of(name) for name in HELD} == before


@pytest.mark.parametrize("told", [[], "numpy", {1: []}])
def test_states_of_no_generators_are_refused(told):
    with pytest.raises(EvidenceError):
        Seeds(True).take(told)


def test_a_function_that_a_library_keeps_tells_whoever_watches_then():
    asked = {"first": [], "second": []}
    first, second = (
        Seeds(True, lambda op, who=who, **fields: asked[who].append(fields) or {}) for who in asked
    )
    with first.watched():
        kept = random.getstate
    kept()
    assert asked == {"first": [], "second": []}
    with second.watched():
        kept()
    assert asked == {"first": [], "second": [{"names": ["random"]}]}
