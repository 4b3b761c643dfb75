"""Judge captured errors: the right type, the right words, and really raised where it claims.

A student who types ``raise RuntimeError("Trying to backward ...")`` has the type and the words, but
not the place: autograd's error comes out of torch's own frame, and an error of a C++ operator out
of a line of the student's that is no ``raise`` statement.

    errors.require(q6_error, "RuntimeError", "size of tensor", "q6_error")
    errors.require_known(second_error, errors.SECOND_BACKWARD, "second_error")
"""

import builtins
import functools
import re
from collections.abc import Callable
from dataclasses import dataclass

import torch

from autograder import probes
from autograder.checks.answers import describe
from autograder.wall.evidence import CapturedError, Frame

OWN_LINE = "<own line>"  # a C++ operator raised it: no library frame below the student's own line
NO_RAISE = ""  # anywhere but at a raise statement of the student's
LIBRARIES = ("torch", "numpy")
OF_LIBRARIES = (
    "numpy.exceptions.AxisError",
    "numpy.linalg.LinAlgError",
    "torch._C._LinAlgError",
)
RAISES_WHAT_IT_IS_TOLD = ("_check", "_check_with", "_assert")  # torch._check(False, "any words")


@dataclass(frozen=True)
class Known:
    """An error that a library raises.

    Attributes:
        type: bare or qualified name; subclasses count.
        pattern: regular expression that is searched in the message, whatever the case; it keeps
            to words that stay from one version to the next.
        places: where it may be raised: ``"file.py:function"`` of library code, a library's name,
            ``OWN_LINE`` or ``NO_RAISE``; one that fits is enough.
        make: raises it here; with its words, type and message leave no doubt, and an error whose
            traceback is gone (``with_traceback(None)``, ``assertRaises``, a copy) is accepted.
    """

    type: str
    pattern: str
    places: tuple[str, ...] = (NO_RAISE,)
    make: Callable[[], object] | None = None

    def says(self, message: str) -> bool:
        """Tell whether a message has the words that are looked for."""
        return re.search(self.pattern, message, re.IGNORECASE | re.DOTALL) is not None

    def is_verbatim(self, error: CapturedError) -> bool:
        """Tell whether an error says, word for word, what the library says."""
        return self.make is not None and error.message == _words_of(self.make)


@functools.cache
def _words_of(make: Callable[[], object]) -> str:
    try:
        make()
    except Exception as error:
        return str(error)
    raise ValueError("nothing was raised")


def _walk_twice() -> None:
    leaf = torch.ones(2, requires_grad=True)
    y = leaf @ leaf
    y.backward()
    y.backward()


def _walk_from_a_vector() -> None:
    (2 * torch.ones(2, requires_grad=True)).backward()


_ENGINE = ("torch/autograd/graph.py:_engine_run_backward", "torch/autograd/__init__.py:backward")
_GRADS = ("torch/autograd/__init__.py:_make_grads",)

SECOND_BACKWARD = Known(
    "RuntimeError",
    r"backward through the graph a second time",
    (*_ENGINE, "torch/autograd/__init__.py:grad"),
    _walk_twice,
)
VECTOR_BACKWARD = Known(
    "RuntimeError",
    r"grad can be implicitly created only for scalar outputs",
    _GRADS,
    _walk_from_a_vector,
)
GRADIENT_SHAPE = Known("RuntimeError", r"mismatch in shape", _GRADS)
NO_GRAD_FN = Known("RuntimeError", r"does not require grad and does not have a grad_?fn", _ENGINE)
INTEGER_GRADIENT = Known(
    "RuntimeError", r"only tensors of floating point.* can require gradients", (OWN_LINE,)
)
SIZE_MISMATCH = Known(
    "RuntimeError", r"size of tensor a .*must match the size of tensor b", (OWN_LINE,)
)
LENGTH_OF_SCALAR = Known("TypeError", r"len\(\) of a 0-d tensor", ("torch/_tensor.py:__len__",))
MATRIX_NORM = Known("RuntimeError", r"must be 1D or 2D", (OWN_LINE, "torch"))


def require(
    found: object, type: str, pattern: str, name: str, place: str | tuple[str, ...] = NO_RAISE
) -> CapturedError:
    """Require a captured error of a type, with words in its message, raised at a place.

    Args:
        found: what the student kept: an exception, or the evidence that a probe brought.
        type, pattern: see :class:`Known`.
        name: what the messages call it, e.g. ``"q6_error"``.
        place: one place or a tuple of them, see :class:`Known`.

    Raises:
        AssertionError: it is not; the text starts with ``[no-error]``, ``[wrong-error-type]``,
            ``[hand-raised]``, ``[wrong-message]``, ``[wrong-place]`` or ``[swallowed]``.
    """
    places = place if isinstance(place, tuple) else (place,)
    return require_known(found, Known(type, pattern, places), name)


def require_known(found: object, known: Known, name: str) -> CapturedError:
    """Require a captured error to be a known one; see :func:`require`."""
    error = _read(found, name)
    for check in (_check_type, _check_hand, _check_message, _check_place, _check_swallowed):
        check(error, known, name)
    return error


def require_words(found: object, known: Known, name: str) -> CapturedError:
    """Require the type and the words of a known error, whoever raised it.

    Raises:
        AssertionError: ``[no-error]``, ``[wrong-error-type]`` or ``[wrong-message]``.
    """
    error = _read(found, name)
    for check in (_check_type, _check_message):
        check(error, known, name)
    return error


def require_none(found: object, name: str) -> None:
    """Require that nothing was raised, e.g. by ``probes.error_of``."""
    if found is not None:
        error = _read(found, name)
        raise AssertionError(
            f"[unexpected-error] {name} raises {_kind(error.type)} where nothing should be raised. "
            f"‖ {name} 引发了 {_kind(error.type)}，而这里不应有错误。"
        )


def _read(found: object, name: str) -> CapturedError:
    if isinstance(found, CapturedError):
        return found
    if isinstance(found, BaseException):
        return probes.captured(found)
    if found is None or found is Ellipsis:
        raise AssertionError(
            f"[no-error] {name}: expected an exception, found none. Either nothing was raised, or "
            f"it was swallowed: store the exception itself inside except ... as error. "
            f"‖ {name}：应为异常，实际没有保存异常。要么没有引发异常，要么异常被吞掉了："
            "请在 except ... as error 里把异常对象本身存下来。"
        )
    kind = describe(found)
    raise AssertionError(
        f"[no-error] {name}: expected the exception object that was caught, found {kind}. "
        f"‖ {name}：应为捕获到的异常对象，实为 {kind}。"
    )


def _check_type(error: CapturedError, known: Known, name: str) -> None:
    assert error.is_a(known.type), (
        f"[wrong-error-type] {name} is {_a(error.type)}: another kind of error than the one "
        f"asked for. ‖ {name} 是 {_kind(error.type)}：与题目要求的不是同一种错误。"
    )


def _check_hand(error: CapturedError, known: Known, name: str) -> None:
    frame = error.innermost()
    if frame is None:
        assert known.is_verbatim(error), (
            f"[hand-raised] {name} was never raised, or its traceback is gone, and its words are "
            f"not the library's. Keep the very object that except ... as error gives. ‖ {name} "
            "从未被引发，或者丢失了回溯信息，文字也与库的不同。"
            "请原样保存 except ... as error 得到的对象。"
        )
        return
    told = frame.library and frame.function in RAISES_WHAT_IT_IS_TOLD
    assert not error.raised_by_hand and not told, (
        f"[hand-raised] {name} was raised by your own code. Run the operation that fails, "
        f"and catch what the library itself raises. ‖ {name} 是你自己的代码抛出的。"
        "请运行那个会出错的操作，捕获库本身引发的异常。"
    )


def _check_message(error: CapturedError, known: Known, name: str) -> None:
    assert known.says(error.message), (
        f"[wrong-message] {name} is {_a(error.type)}, but complains about something else than "
        f"what was asked for; print it. ‖ {name} 是 {_kind(error.type)}，"
        "但说的不是题目要求的那个问题；请把它打印出来看看。"
    )


def _check_place(error: CapturedError, known: Known, name: str) -> None:
    frame = error.innermost()
    assert frame is not None, "an error without a frame is refused as one raised by hand"
    english, chinese = _where(frame)
    assert any(_is_at(frame, place) for place in known.places), (
        f"[wrong-place] {name} has the right words, but was raised in {english}, where this error "
        f"does not come from. ‖ {name} 的文字正确，但它是在{chinese}中引发的，"
        "这个错误并不来自那里。"
    )


def _is_at(frame: Frame, place: str) -> bool:
    if place == OWN_LINE:
        return frame.library is None
    if place == NO_RAISE:
        return frame.library is None or frame.library in LIBRARIES
    if ":" in place:
        return frame.library is not None and f"{frame.file}:{frame.function}" == place
    return frame.library == place


def _check_swallowed(error: CapturedError, known: Known, name: str) -> None:
    for other in (error.cause, error.context):
        assert other is None or other == error.type, (
            f"[swallowed] {name} was raised while another error, {_kind(other)}, was being "
            f"handled. Repair that one first. "
            f"‖ {name} 是在处理另一个错误（{_kind(other)}）时引发的。请先修正那个错误。"
        )


def _kind(name: str) -> str:
    """Return the name of a well-known type.

    Nothing else is repeated, be it a message or the name of a class: a student's function could put
    its hidden inputs there.
    """
    known = name in OF_LIBRARIES or isinstance(getattr(builtins, name, None), type)
    return name.rpartition(".")[2] if known else "Exception"


def _a(name: str) -> str:
    """Return the name of a type with its article."""
    kind = _kind(name)
    return f"{'an' if kind[0] in 'AEIOU' else 'a'} {kind}"


def _where(frame: Frame) -> tuple[str, str]:
    if frame.library is None:
        return "your own code", "你自己的代码"
    return (f"{frame.function} ({frame.file})",) * 2
