"""The questions that a hidden test may ask about a student's object, where that object lives.

A probe is written once and works in both worlds. Called with plain objects (Otter in a kernel,
``otter assign``) it just runs. Called with anything that came from a sandbox, it runs there and
its answer crosses as evidence. Probes judge nothing: :mod:`autograder.checks` does.
"""

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, ParamSpec, Protocol, TypeVar

import numpy as np
import torch

from autograder.wall import calls, captures, drawings, reach, redrawing
from autograder.wall import courses as courses_of
from autograder.wall import operations as operations_of
from autograder.wall.cells import may_name  # noqa: F401 - for tests
from autograder.wall.codec import Function
from autograder.wall.evidence import CapturedError, Drawing, TensorState
from autograder.wall.oracles import Oracle

P = ParamSpec("P")
R = TypeVar("R")
Numbers = torch.Tensor | np.ndarray | float
AnyFunction = Callable[..., Any]  # of a student's; what it gives is anybody's guess

PROBES: dict[str, AnyFunction] = {}
BATCHES: set[str] = set()  # the probes that take a list of items
REPORTING: set[str] = set()  # the probes that tell what the sandbox alone can see


class Answering(Protocol):
    """Where objects that came from a sandbox are asked about."""

    def probe(self, name: str, args: tuple, kwargs: dict[str, Any]) -> Any:
        """Return what a probe answers there."""


def probe(function: Callable[P, R]) -> Callable[P, R]:
    """Register a probe and let it run where its arguments live."""
    PROBES[function.__name__] = function

    @functools.wraps(function)
    def ask(*args: P.args, **kwargs: P.kwargs) -> R:
        session = _session_of((*args, *kwargs.values()))
        if session is None:
            return function(*args, **kwargs)
        return session.probe(function.__name__, args, kwargs)

    return ask


def batch(function: AnyFunction) -> Callable[..., Iterable[Any]]:
    """Register a question about one item as a probe that takes a list of items.

    Over the wall that is one question and one answer, however many items there are. A test sees
    what it would see if it asked one by one: the answers come in order, and what student code
    raises comes when its turn has come.
    """

    @functools.wraps(function)
    def answer(f: AnyFunction, items: Sequence[Any], **kwargs: Any) -> list:
        return _answer_all(lambda item: function(f, item, **kwargs), items)

    ask = probe(answer)

    @functools.wraps(function)
    def ask_all(f: AnyFunction, items: Sequence[Any], **kwargs: Any) -> Iterable[Any]:
        return calls.in_turn(ask(f, items, **kwargs), len(items))

    BATCHES.add(function.__name__)
    return ask_all


def reporting(ask: Callable[P, R]) -> Callable[P, R]:
    """Mark a probe that tells what only the student's process saw: that may be a forger's word."""
    REPORTING.add(ask.__name__)
    return ask


def together(*questions: tuple) -> Iterator[Any]:
    """Ask several probes with one question over the wall.

    Args:
        questions: tuples of a probe and its positional arguments.

    Yields:
        The probes' answers, in order; what one of them raises comes when its turn has come.
    """
    named = [(ask.__name__, *args) for ask, *args in questions]
    answers = calls.in_turn(_answers(named), len(questions))
    for (ask, *args), answer in zip(questions, answers):
        yield calls.in_turn(answer, len(args[1])) if ask.__name__ in BATCHES else answer


@functools.lru_cache(maxsize=1024)
def function(expression: str, name: str = "f") -> Function:
    """Return a callable of ``x`` that crosses the wall as its text (may use torch and math)."""
    return Function(expression, name)


def oracle(function: AnyFunction, name: str = "f", saves: bool | None = None) -> Oracle:
    """Return a function of one tensor that a test may hand over: it never leaves the test's side.

    Args:
        function: of torch operations.
        saves: whether a second walk through its graph fails; None where that is not the question.
    """
    return Oracle(function, name, saves)


@probe
def gradient(
    f: AnyFunction, x: Numbers, weights: torch.Tensor | None = None
) -> torch.Tensor | None:
    """Differentiate ``f`` at ``x`` by autograd.

    Args:
        f: a function of one tensor.
        x: tensor, array or number; a fresh leaf is made from it.
        weights: the vector of the vector-Jacobian product (same shape as ``f(x)``), or None for a
            scalar ``f(x)``.

    Returns:
        Tensor of x's shape, or None where nothing reached the leaf.
    """
    return _gradient(f, x, weights)


def _gradient(f: AnyFunction, x: Numbers, weights: torch.Tensor | None) -> torch.Tensor | None:
    leaf = _leaf(x)
    f(leaf).backward(gradient=weights)
    return leaf.grad


def _leaf(x: Numbers) -> torch.Tensor:
    leaf = torch.as_tensor(x).detach().clone()
    return (leaf if leaf.is_floating_point() else leaf.to(torch.float32)).requires_grad_()


def _detached(value: Any) -> Any:
    return value.detach() if isinstance(value, torch.Tensor) else value


@batch
def outputs(f: AnyFunction, x: torch.Tensor) -> Any:
    """Call ``f`` on a copy of each tensor of a list and return what it gives, in order."""
    return f(x.clone())


@batch
def results(f: AnyFunction, args: tuple, **kwargs: Any) -> Any:
    """Return what ``f(*args, **kwargs)`` gives for each ``args`` of a list, in order.

    What gives items one after the other, as a generator does, becomes their list.
    """
    return calls.listed(f(*args, **kwargs))


@batch
def answered(f: AnyFunction, args: tuple) -> tuple[Any, list]:
    """Return what ``f(*args)`` gives, and what it left of its arguments, for each ``args``.

    Exceptions are told by what is known of them, and sequences by the list of their items.
    """
    return calls.told(f(*args)), [calls.left(arg) for arg in args]


@batch
def answered_twice(f: AnyFunction, args: tuple) -> tuple[Any, Any, list, bool]:
    """Return what ``f`` gives when called twice with the same arguments, and what it left of them.

    The first answer is looked at after the second call; whether both are one tensor is told too.
    """
    first = f(*args)
    second = f(*args)
    return (
        calls.kept(first),
        calls.kept(second),
        [calls.left(arg) for arg in args],
        calls.share(first, second),
    )


@reporting
@batch
def returned_errors(f: AnyFunction, args: tuple) -> Any:
    """Return :func:`results`, exceptions by what is known of them."""
    value = f(*args)
    return captures.captured(value) if isinstance(value, BaseException) else value


@batch
def numbers(f: AnyFunction, x: torch.Tensor) -> Any:
    """Return :func:`outputs` with a plain number in place of each tensor that holds one number.

    Instead of a list of tensors of one shape it takes their stack.
    """
    value = f(x.clone())
    return value.item() if isinstance(value, torch.Tensor) and value.numel() == 1 else value


@batch
def gradients(f: AnyFunction, x: Numbers) -> torch.Tensor | None:
    """Return :func:`gradient` of ``f`` at each tensor of a list, in order."""
    return _gradient(f, x, None)


@batch
def outputs_and_gradients(f: AnyFunction, x: torch.Tensor) -> tuple[Any, Any]:
    """Return ``f(x)`` and its gradient for each tensor of a list, from one pass where that works.

    In place of a gradient stands the exception that kept it back.
    """
    leaf = _leaf(x)
    try:
        value = f(leaf)
    except Exception as error:  # as a change in place of a leaf
        return f(x.clone()), error
    try:
        value.backward()
    except Exception as error:
        return _detached(value), error
    return _detached(value), leaf.grad


@reporting
@probe
def error_of(f: AnyFunction, *args: Any, **kwargs: Any) -> CapturedError | None:
    """Return the error that ``f(*args, **kwargs)`` raises, or None."""
    try:
        f(*args, **kwargs)
    except Exception as error:
        return captures.captured(error)
    return None


@reporting
@batch
def errors_of(f: AnyFunction, args: tuple) -> CapturedError | None:
    """Return :func:`error_of` of ``f(*args)`` for each ``args`` of a list, in order."""
    return error_of(f, *args)


@reporting
@probe
def captured(error: object) -> CapturedError:
    """Return what is known of a stored exception object.

    Raises:
        TypeError: ``error`` is no exception.
    """
    if not isinstance(error, BaseException):
        raise TypeError(f"expected a captured exception, found {type(error).__name__}")
    return captures.captured(error)


@probe
def drawing(target: object) -> Drawing:
    """Return what is drawn on an Axes, a Figure or a list of Axes."""
    return drawings.drawing(target)


@reporting
@probe
def redrawn(
    function: AnyFunction, name: str, figure: str, sources: list[str], factor: float
) -> Drawing | None:
    """Return what the notebook draws when one of its functions is asked about ``factor * f``.

    Args:
        function: takes a function ``f``; ``name`` and ``figure`` are what it and the figure are
            called in the cells.
        sources: the cells run so far.

    Returns:
        The picture, or None where it cannot be drawn again.
    """
    return redrawing.redraw(function, name, figure, sources, factor)


@reporting
@probe
def graph_nodes(tensor: object) -> int:
    """Count the autograd nodes reachable from ``tensor.grad_fn``, AccumulateGrad included."""
    return calls.count_nodes(tensor)


@reporting
@probe
def state(tensor: object) -> TensorState:
    """Return a tensor's place in autograd.

    Raises:
        TypeError: ``tensor`` is no tensor.
    """
    return calls.state_of(tensor)


@reporting
@probe
def operations(f: AnyFunction, *args: Any) -> tuple[str, ...]:
    """Name the torch, NumPy and math functions that ``f(*args)`` calls: at most 10,000."""
    with operations_of.recorded() as names:
        f(*args)
    return tuple(names[: operations_of.MAX_NAMES])


@reporting
@batch
def courses(f: AnyFunction, x: torch.Tensor) -> courses_of.Course:
    """Return :func:`autograder.wall.courses.course` of ``f`` at each tensor of a list."""
    return courses_of.course(f, _leaf(x))


@reporting
@batch
def forced(f: AnyFunction, item: tuple) -> float | None:
    """Return :func:`autograder.wall.courses.forced` of ``f`` for (tensor, decisions) of a list."""
    x, decisions = item
    return courses_of.forced(f, _leaf(x), decisions)


@reporting
@probe
def reached(f: AnyFunction, *args: Any) -> tuple[str, ...]:
    """Name what ``f(*args)`` reaches: torch functions, and what :mod:`autograder.wall.reach` sees.

    Computed properties such as ``T`` count as functions. Names come sorted, each once.
    """
    names: list[str] = []
    used: set[str] = set()
    with operations_of.RecordedTorch(names), reach.recording(used):
        f(*args)
    return tuple(sorted({*names, *used}))


@batch
def effects(f: AnyFunction, args: tuple) -> tuple[Any, list, bool]:
    """Call ``f`` on copies of each tuple of arguments; return what it gave and what it left.

    Returns:
        Tuples of the value (what is known of the exception, if one was raised; what gives items one
        after the other as their list), the arguments afterwards, and whether the value is a tensor
        that shares its memory with one of them.
    """
    given = [calls.copied(item) for item in args]
    try:
        value = calls.listed(f(*given))
    except Exception as error:
        return captures.captured(error), given, False
    return items(value), given, any(calls.share(value, item) for item in given)


items = probe(calls.items)


@batch
def made_results(f: AnyFunction, item: tuple) -> tuple[Any, Any]:
    """Return what ``f(it, *args)`` gives for each ``(source, *args)`` of a list, in order.

    ``it`` is what the source, a piece of Python, makes where ``f`` lives: a function with defaults
    and documentation, a class, a module. See :func:`autograder.wall.calls.answer_about`.
    """
    source, *args = item
    return calls.answer_about(f, source, args)


@probe
def _answers(questions: list[tuple]) -> list:
    return _answer_all(lambda question: PROBES[question[0]](*question[1:]), questions)


def _answer_all(answer: AnyFunction, items: Iterable[Any]) -> list:
    """Return the answers up to the first exception, and then that exception or None."""
    answers: list[Any] = []
    try:
        for item in items:
            answers.append(answer(item))
    except Exception as error:
        return [*answers, error]
    return [*answers, None]


def _session_of(values: Iterable[object], depth: int = 2) -> Answering | None:
    for value in values:
        session = getattr(value, "_autograder_session", None)
        if session is not None:
            return session
        if depth and isinstance(value, (list, tuple)):
            session = _session_of(value[:8], depth - 1)
            if session is not None:
                return session
    return None
