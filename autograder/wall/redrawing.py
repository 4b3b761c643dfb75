"""Draw a picture once more with a function replaced: does the picture follow it?

Which function a curve came from cannot be read off its points, nor off the words of a cell. It can
be tried: the cells that draw are run again in the student's namespace, while the function is handed
a multiple of what it is asked about; a curve that came from it is a multiple then too. Afterwards
the namespace, pyplot's figures and the random generators are as before.
"""

import ast
import copy
import functools
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import contextmanager
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import torch

from autograder.wall import drawings
from autograder.wall.evidence import Drawing

LEFT_ALONE = ("grader", "otter", "get_ipython")  # cells that name them are not run again
AnyFunction = Callable[..., Any]


def redraw(
    function: AnyFunction,
    name: str,
    figure: str,
    cells: Sequence[ast.Module],
    names: Sequence[Set[str]],
    factor: float,
) -> Drawing | None:
    """Return the picture that the cells draw when ``function`` is asked about ``factor * f``.

    Args:
        function: a function of the student's, which takes a function.
        name, figure: what the function and the picture are called in the cells.
        cells, names: the cells as syntax trees, and the names that each of them uses.

    Returns:
        The picture, or None where it cannot be drawn again.
    """
    space = _namespace_of(function)
    first = next((i for i, used in enumerate(names) if {name, figure} & used), None)
    if space is None or first is None:
        return None
    before = dict(space)
    with _as_it_was(), torch.enable_grad():
        try:
            space.pop(figure, None)
            for cell, used in zip(cells[first:], names[first:]):
                if not used & set(LEFT_ALONE):
                    _run(cell, space, name, factor)
            return drawings.drawing(space.get(figure))
        except Exception:  # the student's picture, drawn by the student's code: anything may come
            return None
        finally:
            space.clear()
            space.update(before)


def _run(cell: ast.Module, space: dict[str, Any], name: str, factor: float) -> None:
    """Run a cell statement by statement; what one raises does not keep back the next."""
    for statement in cell.body:
        _replace(space, name, factor)
        bare = _WithoutAsserts().visit(copy.deepcopy(statement))
        module = ast.fix_missing_locations(ast.Module([bare], []))
        try:
            exec(compile(module, "<redrawn>", "exec"), space)
        except Exception:
            continue


class _WithoutAsserts(ast.NodeTransformer):
    """Self-checks compare with what is no longer true."""

    def visit_Assert(self, node: ast.Assert) -> ast.stmt:
        return ast.copy_location(ast.Pass(), node)


def _replace(space: dict[str, Any], name: str, factor: float) -> None:
    function = space.get(name)
    if callable(function) and not hasattr(function, "_asks_for_a_multiple"):
        space[name] = _asking_for_a_multiple(function, factor)


def _asking_for_a_multiple(function: AnyFunction, factor: float) -> AnyFunction:
    depth = 0

    @functools.wraps(function)
    def ask(*args: Any, **kwargs: Any) -> Any:
        nonlocal depth
        depth += 1
        try:
            if depth > 1:  # it calls itself
                return function(*args, **kwargs)
            given = [_multiple(arg, factor) for arg in args]
            return function(*given, **{key: _multiple(arg, factor) for key, arg in kwargs.items()})
        finally:
            depth -= 1

    ask._asks_for_a_multiple = True  # type: ignore[attr-defined]
    return ask


def _multiple(f: Any, factor: float) -> Any:
    return (lambda *args, **kwargs: factor * f(*args, **kwargs)) if callable(f) else f


def _namespace_of(function: AnyFunction) -> dict[str, Any] | None:
    for candidate in (
        function,
        getattr(function, "func", None),
        getattr(function, "__wrapped__", None),
        vars(type(function)).get("__call__"),
    ):
        space = getattr(candidate, "__globals__", None)
        if isinstance(space, dict):
            return space
    return None


@contextmanager
def _as_it_was() -> Iterator[None]:
    """Give pyplot a figure of its own, and put it and the random generators back afterwards."""
    open_figures = plt.get_fignums()
    current = plt.gcf().number if open_figures else None
    states = torch.get_rng_state(), np.random.get_state()
    plt.figure()
    try:
        yield
    finally:
        for number in set(plt.get_fignums()) - set(open_figures):
            plt.close(number)
        if current in plt.get_fignums():
            plt.figure(current)
        torch.set_rng_state(states[0])
        np.random.set_state(states[1])
