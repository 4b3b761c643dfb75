"""Graphs of what a test's functions gave to student code, for walks back through them."""

from collections.abc import Sequence
from typing import Any

import torch

from autograder.errors import EvidenceError
from autograder.wall.codec.handles import is_known
from autograder.wall.leaves import inputs_in
from autograder.wall.links import leaves_under, product

MOST = 20_000  # calls whose graphs are kept
Message = dict[str, Any]


class Walks:
    """Remembers what each call was given and gave, while a test case runs."""

    def __init__(self) -> None:
        self.calls: list[tuple[list[torch.Tensor], list[torch.Tensor]]] = []
        self.outputs: list[torch.Tensor] = []  # of the answer that is being made

    def clear(self) -> None:
        """Forget all calls."""
        self.calls.clear()
        self.outputs = []

    def place_of(self, tensor: torch.Tensor) -> int | None:
        """Return the place of a tensor in the answer that is being made, None of any other."""
        return next((place for place, one in enumerate(self.outputs) if one is tensor), None)

    def remember(self, asked: Message, value: Any, inputs: Sequence[torch.Tensor]) -> Message:
        """Return what an answer tells besides a value: the call, and what else it is made of."""
        made = inputs_in(value) if torch.is_grad_enabled() else []
        made = [one for one in made if not one.is_leaf and not is_known(one)]
        if not made or asked.get("inputs") != len(inputs) or len(self.calls) >= MOST:
            return {}
        self.outputs = made
        under = list(leaves_under(made, inputs))
        self.calls.append(([*inputs, *under], made))
        return {"call": len(self.calls) - 1, "under": under}

    def walk(self, asked: Message) -> Message:
        """Return the answer to a walk back through a call.

        Raises:
            EvidenceError: the question is malformed.
        """
        of, gradients, create = (asked.get(name) for name in ("of", "gradients", "create"))
        if type(of) is not int or not 0 <= of < len(self.calls) or type(gradients) is not list:
            raise EvidenceError("a walk through a call that was never made")
        inputs, outputs = self.calls[of]
        if len(gradients) != len(outputs) or not all(map(_is_gradient, gradients, outputs)):
            raise EvidenceError("malformed gradients")
        more = inputs_in(gradients) if create is True else []
        with torch.set_grad_enabled(create is True):
            found = product(outputs, inputs, gradients, create is True)
            told = self.remember(asked, found, [*inputs, *more])
        return {"products": found, **told}


def _is_gradient(found: Any, output: torch.Tensor) -> bool:
    return found is None or (isinstance(found, torch.Tensor) and found.shape == output.shape)
