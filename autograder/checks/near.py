"""Numbers that are near enough, where the task says how near, or the slip that explains them.

``room`` says how far each number may be off. It follows from what the question allows, such as
differences with a step of a thousandth, and from the inputs; never from what came back.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import torch

from autograder.checks import gradients

NEARLY = 20  # times the room: then it is about digits
ROUNDED = 3  # digits after the point, at most, that an answer is taken to be rounded to

Numbers = torch.Tensor | np.ndarray | Sequence[float] | float


def require_near(
    found: object,
    right: Numbers,
    room: Numbers,
    name: str,
    slips: Mapping[str, Numbers | tuple[Numbers, ...]] | None = None,
) -> None:
    """Require numbers of the right shape, each no further off than its room.

    Args:
        found: number, tensor, array, or list of numbers or of such.
        right, room: numbers, or one number for all.
        name: what the message calls it, e.g. ``"tangent_line(f, a, xs)"``.
        slips: message that names a misconception -> the numbers that it leads to; of several
            candidates a tuple.

    Raises:
        AssertionError: they are not there, or are not near enough.
    """
    numbers, known = read(found, name), _tensor(right)
    assert numbers.shape == known.shape, (
        f"[wrong-shape] {name} should have the shape {tuple(known.shape)}; found "
        f"{tuple(numbers.shape)}. ‖ {name} 的形状应该是 {tuple(known.shape)}，"
        f"实为 {tuple(numbers.shape)}。"
    )
    assert bool(torch.isfinite(numbers).all()), (
        f"[not-finite] {name} should be finite numbers; found NaN or infinity. ‖ "
        f"{name} 应该是有限的数值，现在有 NaN 或无穷大。"
    )
    if is_near(numbers, known, room):
        return
    for message, wrong in (slips or {}).items():
        for candidate in wrong if isinstance(wrong, tuple) else (wrong,):
            assert not is_near(numbers, candidate, room), message
    if is_near(numbers, known, NEARLY * _tensor(room)):
        raise AssertionError(
            f"[not-close-enough] {name} comes close, but not close enough. ‖ "
            f"{name} 很接近，但还不够接近。"
        )
    if _is_rounded(numbers, known):
        raise AssertionError(
            f"[rounded] {name} is right but for rounding: return what was computed, with all its "
            f"digits. ‖ {name} 只是被四舍五入或取整了：请返回算出来的数，保留全部数字。"
        )
    english = "this number is" if known.numel() == 1 else "these numbers are"
    raise AssertionError(f"[wrong-numbers] {name}: {english} wrong. ‖ {name}：数值不对。")


def is_near(numbers: Numbers, right: Numbers, room: Numbers) -> bool:
    """Tell whether numbers are finite and no further off than their room; shapes broadcast."""
    return bool(((_tensor(numbers) - _tensor(right)).abs() <= _tensor(room)).all())


def _is_rounded(numbers: torch.Tensor, known: torch.Tensor) -> bool:
    """Tell whether numbers that differ from the right ones are these, rounded or cut."""
    ways = [known.trunc(), known.floor(), *(known.round(decimals=k) for k in range(ROUNDED + 1))]
    return any(bool(way.any()) and is_near(numbers, way, 1e-6) for way in ways)


def read(found: object, name: str) -> torch.Tensor:
    """Return a number, a tensor, an array or a list of such as a float64 tensor, NaN and all.

    Raises:
        AssertionError: ``[nothing-there]`` or ``[wrong-type]``.
    """
    return gradients.read_numbers(found, name)


def _tensor(numbers: Numbers) -> torch.Tensor:
    if isinstance(numbers, torch.Tensor):
        return numbers.detach().double()
    return torch.from_numpy(np.array(numbers, dtype=np.float64))
