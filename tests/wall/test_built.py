"""Torch's objects that both sides hold: only of torch's own classes, told by their attributes."""

import pytest
import torch
from torch import nn

from autograder.errors import EvidenceError
from autograder.wall import built
from autograder.wall.codec import held


class Own(nn.Linear):
    """A class that is not torch's."""


@pytest.mark.parametrize(
    "value, expected",
    [
        (nn.Linear(1, 1), True), (nn.Sequential(), True), (nn.CrossEntropyLoss(), True),
        (torch.optim.Adam([nn.Parameter(torch.ones(1))]), True), (Own(1, 1), True),
        (torch.ones(1), False), (nn.Linear, False), (None, False), ([], False),
    ],
    ids=lambda one: type(one).__name__,
)  # fmt: skip
def test_torchs_modules_and_optimisers_are_told(value, expected):
    assert built.is_built(value) is expected


@pytest.mark.parametrize(
    "name",
    [
        None, 7, "", "Linear", "os:system", "torch:load", "torch.nn.modules.linear:torch",
        "torch.nn.modules.module:register_module_forward_hook", "torch.optim.optimizer:Any",
        "torch.nn.modules.unseen:Linear", "torch.utils.data:Dataset",
    ],
)  # fmt: skip
def test_no_other_class_is_made(name):
    with pytest.raises(EvidenceError):
        built.empty(name)


@pytest.mark.parametrize("name", [None, 1, "__class__", "_autograder_id"])
def test_what_no_attribute_is_called_is_refused(name):
    with pytest.raises(EvidenceError):
        built.check_name(name)


@pytest.mark.parametrize(
    "make",
    [
        lambda: nn.Linear(2, 3),
        lambda: nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.BatchNorm1d(2)),
        lambda: nn.LSTM(2, 3, num_layers=2),
        lambda: nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0),
    ],
)
def test_a_filled_object_computes_what_the_told_one_computes(make):
    told = make()
    held = built.empty(built.name_of(type(told)))
    built.fill(held, told)
    size = next(iter(told.parameters())).shape[1]
    x = torch.ones(2, 2, size)[0] if isinstance(told, nn.Sequential) else torch.ones(2, 2, size)
    first, second = (one(x) for one in (told.eval(), held))
    first, second = (one[0] if isinstance(one, tuple) else one for one in (first, second))
    assert torch.equal(first, second)
    assert all(a is b for a, b in zip(told.parameters(), held.parameters()))


def test_its_own_containers_stay_the_same_ones():
    held, told = nn.Linear(2, 1), nn.Linear(2, 1)
    seen = []
    handle = held.register_forward_hook(lambda *given: seen.append(given))
    told._forward_hooks[handle.id + 50] = len
    before = held._forward_hooks, held._parameters
    built.fill(held, told)
    assert held._forward_hooks is before[0] and held._parameters is before[1]
    assert list(held._forward_hooks) == [handle.id + 50]
    assert held.register_forward_hook(print).id > handle.id + 50


@pytest.mark.parametrize("origin", [len, object(), "class", Own], ids=["a", "b", "c", "d"])
def test_the_scorer_makes_no_class_of_what_the_notebook_tells(origin):
    told = {"$": "built", "of": built.base_of(Own), "class": 0, "name": "Forged", "items": []}
    told["members"] = [["forward", "", 1]]
    if origin is Own:
        assert type(held.make_built(told, lambda part: origin if part == 0 else part)) is Own
        return
    with pytest.raises(EvidenceError):
        held.make_built(told, lambda part: origin if part == 0 else part)
