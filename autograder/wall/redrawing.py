"""Draw a picture once more with a function replaced: does the picture follow it?

Which function a curve came from cannot be read off its points, nor off the words of a cell. It can
be tried: the cells that draw are run again in the student's namespace, while the function is handed
a multiple of what it is asked about; a curve that came from it is a multiple then too. Afterwards
the namespace, pyplot's figures and the random generators are as before.
"""

import ast
import functools
import unicodedata
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import dropwhile
from typing import Any

import numpy as np
import torch
from matplotlib._pylab_helpers import Gcf

from autograder.wall import cells, drawings
from autograder.wall.evidence import Drawing

LEFT_ALONE = ("grader", "otter", "get_ipython")  # cells that name them are not run again
AnyFunction = Callable[..., Any]


def redraw(
    function: AnyFunction, name: str, figure: str, sources: Sequence[str], factor: float
) -> Drawing | None:
    """Return the picture that the cells draw when ``function`` is asked about ``factor * f``.

    Args:
        function: a function of the student's, which takes a function.
        name, figure: what the function and the picture are called in the cells.
        sources: the cells run so far.

    Returns:
        The picture, or None where it cannot be drawn again.
    """
    space = _namespace_of(function)
    drawing = list(dropwhile(lambda source: not _uses(source, name, figure), sources))
    if space is None or not drawing:
        return None
    before = dict(space)
    with _as_it_was(), torch.enable_grad():
        try:
            space.pop(figure, None)
            for source in drawing:
                if not _uses(source, *LEFT_ALONE):
                    _run(cells.without_asserts(source), space, name, factor)
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
        try:
            exec(compile(ast.Module([statement], []), "<redrawn>", "exec"), space)
        except Exception:
            continue


def _uses(source: str, *names: str) -> bool:
    text = source if source.isascii() else unicodedata.normalize("NFKC", source)
    return any(name in text for name in names) and not cells.names_in([source]).isdisjoint(names)


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
    """Give pyplot no figures, and put its own and the random generators back afterwards."""
    figures, states = Gcf.figs, (torch.get_rng_state(), np.random.get_state())
    Gcf.figs = OrderedDict()
    try:
        yield
    finally:
        Gcf.destroy_all()
        Gcf.figs = figures
        torch.set_rng_state(states[0])
        np.random.set_state(states[1])
