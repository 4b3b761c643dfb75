"""Evidence: what is known of a student's objects, as frozen plain data.

These records cross from the sandbox to the scorer (see :mod:`autograder.wall.codec`). They hold
facts only; :mod:`autograder.checks` judges them.
"""

import builtins
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

# What is told of a function's code, by names of its attributes: what tells it from another's of
# the same source.
OF_CODE = (
    "name", "argcount", "posonlyargcount", "kwonlyargcount", "varnames", "names", "freevars",
    "cellvars",
)  # fmt: skip


@dataclass(frozen=True)
class Frame:
    """One traceback frame.

    Attributes:
        file: path relative to site-packages or the standard library, or "<cell>".
        function: name of the function.
        line: line number, from 1.
        text: the source of the expression that raised (its line before Python 3.11 and in
            libraries), stripped.
        library: "torch", "numpy", "python", ... or None for the student's own code.
        is_raise: the line is a ``raise`` statement; told of the student's own code and Python's.
    """

    file: str
    function: str
    line: int
    text: str
    library: str | None
    is_raise: bool


@dataclass(frozen=True)
class CapturedError:
    """An exception as it was caught.

    Attributes:
        type: qualified name without ``builtins.``.
        bases: qualified names of its method resolution order, itself first.
        frames: traceback, outermost first.
        cause, context: type names of the chained exceptions, or None.
    """

    type: str
    bases: tuple[str, ...]
    message: str
    notes: tuple[str, ...]
    frames: tuple[Frame, ...]
    cause: str | None
    context: str | None

    def is_a(self, name: str) -> bool:
        """Tell whether the error is of a type (bare or qualified name) or a subclass of it.

        A builtin's name means the builtin, not a student's class of the same name.
        """
        return any(
            base == name or (base.rpartition(".")[2] == name and not hasattr(builtins, name))
            for base in self.bases
        )

    def innermost(self) -> Frame | None:
        """Return the frame that raised the error."""
        return self.frames[-1] if self.frames else None

    def library_frame(self) -> Frame | None:
        """Return the frame that raised the error if it is a library's, else None."""
        frame = self.innermost()
        return frame if frame is not None and frame.library else None

    @property
    def raised_by_hand(self) -> bool:
        """Whether a ``raise`` statement of the student's own raised it."""
        frame = self.innermost()
        return frame is None or (frame.library is None and frame.is_raise)


FLAT = "rectilinear"


@dataclass(frozen=True)
class Curve:
    """One drawn artist.

    Attributes:
        x, y: float64 arrays of shape (n,); NaN where nothing is drawn.
        artist: "line", "scatter", "stem", "step", "errorbar", ...
        axes: index of its Axes.
        dtype: dtype of the data as the student passed it, e.g. "float32".
    """

    x: np.ndarray
    y: np.ndarray
    label: str
    artist: str
    axes: int
    marker: str
    linestyle: str
    visible: bool
    dtype: str


@dataclass(frozen=True)
class AxesDrawing:
    """What one Axes shows.

    Attributes:
        guides: what axhline, axvline and axline draw, each by two points at opposite edges of the
            view.
        projection: "rectilinear" for two straight axes; "3d", "polar" and others show no curves.
    """

    title: str
    xlabel: str
    ylabel: str
    legend: tuple[str, ...]
    xlim: tuple[float, float]
    ylim: tuple[float, float]
    curves: tuple[Curve, ...]
    guides: tuple[Curve, ...] = ()
    projection: str = FLAT


@dataclass(frozen=True)
class Drawing:
    """What a figure, or some of its Axes, shows."""

    axes: tuple[AxesDrawing, ...]
    title: str

    @property
    def curves(self) -> tuple[Curve, ...]:
        """All curves of all Axes."""
        return tuple(curve for axes in self.axes for curve in axes.curves)


@dataclass(frozen=True)
class TensorState:
    """A tensor's place in autograd.

    Attributes:
        grad: the gradient it holds, or None (also for non-leaves).
        dtype: e.g. "float32".
        grad_fn: class name of its autograd node, or None.
    """

    is_leaf: bool
    requires_grad: bool
    grad: torch.Tensor | None
    dtype: str
    shape: tuple[int, ...]
    grad_fn: str | None


def errors_in(value: Any, depth: int = 4) -> Iterator[CapturedError]:
    """Yield the captured errors in a value, as far down as ``depth`` lists."""
    if isinstance(value, CapturedError):
        yield value
    elif isinstance(value, (list, tuple)) and depth:
        for item in value:
            yield from errors_in(item, depth - 1)
