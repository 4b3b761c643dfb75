"""The torch, NumPy and math functions that are called while somebody watches."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from torch.overrides import TorchFunctionMode

AnyFunction = Callable[..., Any]

WATCHED = (
    "sin", "cos", "tan", "exp", "log", "sqrt", "gradient", "diff", "interp", "convolve", "roll",
    "polyfit", "ediff1d",
)  # fmt: skip
COMPUTED_PROPERTIES = ("T", "mT", "H", "mH", "real", "imag")
MAX_NAMES = 10_000


@contextmanager
def recorded() -> Iterator[list[str]]:
    """Yield a list to which, while open, the names of called functions are added."""
    names: list[str] = []
    with RecordedTorch(names), _watching(names):
        yield names


class RecordedTorch(TorchFunctionMode):
    """Adds the names of the torch functions that are called while it is open."""

    def __init__(self, names: list[str]):
        super().__init__()
        self.names = names

    def __torch_function__(
        self, func: AnyFunction, types: Any, args: tuple = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        name = getattr(func, "__name__", "")
        if name == "__get__":  # a property is read
            name = getattr(getattr(func, "__self__", None), "__name__", "")
            name = name if name in COMPUTED_PROPERTIES else ""
        if name and len(self.names) < MAX_NAMES:
            self.names.append(name)
        return func(*args, **(kwargs or {}))


@contextmanager
def _watching(names: list[str]) -> Iterator[None]:
    def recording(name: str, original: AnyFunction) -> AnyFunction:
        def call(*args: Any, **kwargs: Any) -> Any:
            names.append(name)
            return original(*args, **kwargs)

        return call

    originals = [
        (module, name, getattr(module, name))
        for module in (np, math)
        for name in WATCHED
        if hasattr(module, name)
    ]
    try:
        for module, name, original in originals:
            setattr(module, name, recording(name, original))
        yield
    finally:
        for module, name, original in originals:
            setattr(module, name, original)
