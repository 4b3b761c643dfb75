"""Judge the gradient of functions in functions: slopes times slopes, added over the paths."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from autograder.checks import handed, near

OUTER, INNER = ("x", "y", "z"), ("a", "b")
NAME = "total_gradient(f, x, y, z, a, b)"
ROOM = 1e-3  # of the sizes of all that is added up

TEXTS = {
    "outer-at-the-wrong-point": (
        "The slopes of f are taken at a and b; they belong to the values of x, y and z.",
        "f 的斜率是在 a 和 b 处求的；应该在 x、y、z 的值处求。",
    ),
    "outer-forgotten": (
        "The slopes of f are missing: only those of x, y and z are added.",
        "漏掉了 f 的斜率：只把 x、y、z 的斜率加了起来。",
    ),
    "inner-forgotten": (
        "The slopes of x, y and z are missing: only those of f are added.",
        "漏掉了 x、y、z 的斜率：只把 f 的斜率加了起来。",
    ),
    "one-path-only": (
        "This is one path alone. All three of them carry the change to u.",
        "这只是一条路径。三条路径都会把变化传给 u。",
    ),
    "a-and-b-swapped": (
        "The two numbers stand in the wrong order: first by a, then by b.",
        "两个数的顺序反了：应先是对 a 的，再是对 b 的。",
    ),
    "only-a": (
        "Both numbers are the slope by a; the second one is the slope by b.",
        "两个数都是对 a 的斜率；第二个应是对 b 的斜率。",
    ),
    "walked-twice": (
        "This is twice the gradient: backward() was called twice and adds to .grad, or one path "
        "was counted twice.",
        "这是梯度的两倍：backward() 调用了两次，会往 .grad 上累加，或者有路径算了两遍。",
    ),
    "path-left-out": (
        "One of the three paths is missing: all of x, y and z carry the change to u.",
        "三条路径中少了一条：x、y、z 都会把变化传给 u。",
    ),
    "not-by-a-and-b": (
        "These are slopes by x, y or z; asked are those by a and b.",
        "这是对 x、y 或 z 的斜率；问的是对 a 和 b 的。",
    ),
    "slope-negated": ("The signs are wrong.", "正负号反了。"),
    "value-for-gradient": ("These are values of u, not slopes.", "这是 u 的值，不是斜率。"),
}


@dataclass(frozen=True)
class Chain:
    """A function of three functions of two numbers, at a point; all of torch operations."""

    f: Callable[..., torch.Tensor]
    x: Callable[..., torch.Tensor]
    y: Callable[..., torch.Tensor]
    z: Callable[..., torch.Tensor]
    a: float
    b: float

    def call(self) -> tuple:
        """Return the arguments that the student's function gets; the functions stay here."""
        inner = [
            handed.function(function, *INNER, name=name)
            for function, name in zip((self.x, self.y, self.z), OUTER)
        ]
        return handed.function(self.f, *OUTER), *inner, self.a, self.b

    def slopes(self, outer_at: Sequence[float] | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Return the slopes of f, of shape (3,), and of x, y and z, of shape (3, 2)."""
        point = (torch.tensor(self.a).double(), torch.tensor(self.b).double())
        inner = [
            torch.autograd.functional.jacobian(function, point)
            for function in (self.x, self.y, self.z)
        ]
        at = tuple(self.values()) if outer_at is None else tuple(outer_at)
        given = tuple(torch.tensor(number, dtype=torch.float64) for number in at)
        outer = torch.autograd.functional.jacobian(self.f, given)
        return np.array([float(one) for one in outer]), np.array(
            [[float(one) for one in pair] for pair in inner]
        )

    def values(self) -> list[float]:
        """Return x, y and z at the point."""
        point = (torch.tensor(self.a).double(), torch.tensor(self.b).double())
        return [float(function(*point)) for function in (self.x, self.y, self.z)]

    def gradient(self) -> np.ndarray:
        """Return the two slopes of u."""
        outer, inner = self.slopes()
        return outer @ inner

    def room(self) -> np.ndarray:
        """Return how far each slope may be off."""
        outer, inner = self.slopes()
        return ROOM * np.maximum(1.0, np.abs(outer) @ np.abs(inner))


def require_gradients(chains: Sequence[Chain], found: Iterable[object]) -> None:
    """Require the right pair of slopes for each chain."""
    for chain, answer in zip(chains, found):
        slips = {f"[{name}] {TEXTS[name][0]} ‖ {TEXTS[name][1]}": wrong
                 for name, wrong in _slips(chain).items()}  # fmt: skip
        near.require_near(answer, chain.gradient(), chain.room(), NAME, slips)


def _slips(chain: Chain) -> dict[str, near.Numbers | tuple[near.Numbers, ...]]:
    outer, inner = chain.slopes()
    right = outer @ inner
    values = chain.values()
    elsewhere = chain.slopes((chain.a, chain.b, values[2]))[0]
    paths = outer[:, None] * inner
    u = float(chain.f(*(torch.tensor(value).double() for value in values)))
    return {
        "outer-at-the-wrong-point": elsewhere @ inner,
        "walked-twice": 2 * right,
        "path-left-out": tuple(right - path for path in paths),
        "not-by-a-and-b": (outer[:2], outer[1:]),
        "outer-forgotten": inner.sum(0),
        "inner-forgotten": np.full(2, outer.sum()),
        "one-path-only": tuple(paths),
        "a-and-b-swapped": right[::-1].copy(),
        "only-a": np.full(2, right[0]),
        "slope-negated": -right,
        "value-for-gradient": np.full(2, u),
    }
