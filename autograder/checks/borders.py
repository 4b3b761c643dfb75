"""Judge a function with a border: inside it doubles its argument before it sums, outside not.

A wrong answer is named by the one idea that explains all of its values.
"""

from collections.abc import Callable, Iterator, Sequence

import torch

from autograder.checks import gradients

BORDER = 10.0
WHAT = "branch(a)"
Over = Callable[[torch.Tensor], bool]


def _over(measure: Callable[[torch.Tensor], torch.Tensor]) -> Over:
    return lambda a: bool(measure(a.double()) > BORDER)


# Grows with the norm, so that it has a border at another norm too.
SQUARES: tuple[Over, ...] = (_over(lambda a: (a * a).sum()),)
NORMS: tuple[Over, ...] = (
    _over(lambda a: a.abs().max()),
    _over(lambda a: a.max()),
    _over(lambda a: a.abs().sum()),
    _over(lambda a: a.sum()),
    _over(lambda a: a.sum().abs()),
    _over(lambda a: a.mean()),
    _over(lambda a: a.abs().mean()),
    _over(lambda a: a.norm() / a.numel() ** 0.5),
    *SQUARES,
    _over(lambda a: (a * a).mean()),
    _over(lambda a: torch.linalg.matrix_norm(a, 2) if a.dim() == 2 else a.norm()),
    _over(lambda a: torch.linalg.matrix_norm(a, 1) if a.dim() == 2 else a.norm()),
    _over(lambda a: a.reshape(-1)[0].abs()),
)


def require_factors(
    inputs: Sequence[torch.Tensor], found: Sequence[object], factors: Sequence[int]
) -> None:
    """Require ``factor * a.sum()`` for each input.

    Raises:
        AssertionError: the text starts with the slip that explains all values, where one does.
    """
    right = [k * a.double().sum() for a, k in zip(inputs, factors)]
    faults = [fault for pair in zip(found, right) if (fault := _fault(*pair))]
    if not faults:
        return
    for fault in faults:
        if str(fault).startswith(("[nothing-there]", "[wrong-type]", "[wrong-shape]", "[not-fin")):
            raise fault
    elsewhere = _is_border_elsewhere(inputs, found)
    for slip, values in _slips(inputs, factors, SQUARES if elsewhere else NORMS):
        if all(_fault(*pair) is None for pair in zip(found, values)):
            raise gradients.slip_error(slip, WHAT)
    if elsewhere:
        raise gradients.slip_error("border-elsewhere", WHAT)
    raise faults[0]


def _fault(found: object, right: torch.Tensor) -> AssertionError | None:
    try:
        gradients.expect(found, right, WHAT)
    except AssertionError as fault:
        return fault
    return None


def _slips(
    inputs: Sequence[torch.Tensor], factors: Sequence[float], norms: Sequence[Over]
) -> Iterator[tuple[str, list[torch.Tensor]]]:
    """Yield each slip with the values that it would give, those of other norms among them."""

    def values(over: Over, outside: int = 1, inside: int = 2) -> list[torch.Tensor]:
        return [(outside if over(a) else inside) * a.double().sum() for a in inputs]

    def euclidean(a: torch.Tensor) -> float:
        return a.double().norm().item()

    yield "swapped-branches", values(lambda a: euclidean(a) > BORDER, 2, 1)
    yield "always-doubled", values(lambda a: False)
    yield "never-doubled", values(lambda a: True)
    yield "border-on-the-wrong-side", values(lambda a: a.norm().item() >= BORDER)
    yield "norm-cut-to-integer", values(lambda a: int(a.norm().item()) > BORDER)
    yield "norm-cut-to-integer", values(lambda a: round(a.norm().item()) > BORDER)
    yield "norm-cut-to-integer", values(lambda a: int(a.norm().item()) >= BORDER)
    yield "norm-cut-to-integer", values(lambda a: round(a.norm().item()) >= BORDER)
    for sizes in (torch.abs, lambda a: a):
        yield (
            "branch-per-entry",
            [
                torch.where(sizes(a.double()) > BORDER, a.double(), 2 * a.double()).sum()
                for a in inputs
            ],
        )
    for norm in norms:
        yield "norm-not-euclidean", values(norm)
    yield "mean-instead-of-sum", [k * a.double().mean() for a, k in zip(inputs, factors)]
    yield "doubled", [2 * k * a.double().sum() for a, k in zip(inputs, factors)]


def _is_border_elsewhere(inputs: Sequence[torch.Tensor], found: Sequence[object]) -> bool:
    """Tell whether the values fit a border at another norm."""
    inside, outside = [0.0], [float("inf")]
    for a, value in zip(inputs, found):
        total, norm = a.double().sum(), a.double().norm().item()
        fits = [_fault(value, k * total) is None for k in (1, 2)]
        if not any(fits):
            return False
        if not all(fits):
            (outside if fits[0] else inside).append(norm)
    return max(inside) < min(outside)
