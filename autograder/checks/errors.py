"""Judge captured errors: the right type, the right words, and really raised where it claims.

A student who types ``raise RuntimeError("Trying to backward ...")`` has the type and the words, but
not the place: autograd's error comes out of torch's own frame, and an error of a C++ operator out
of a line of the student's that is no ``raise`` statement.

    errors.require(q6_error, "RuntimeError", "size of tensor", "q6_error")
    errors.require_known(second_error, errors.SECOND_BACKWARD, "second_error")

What an error says (type, words, operation) and that the library raised it may be judged apart:
the second is told by the process in which student code ran.

    errors.require_said(q6_error, ROWS, "q6_error")
    errors.require_raised(q6_error, ROWS, "q6_error", In)
"""

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass

from autograder import probes
from autograder.checks import operands
from autograder.checks.answers import describe, error_kind
from autograder.wall.cells import parse_cell
from autograder.wall.evidence import CapturedError, Frame

OWN_LINE = "<own line>"  # a C++ operator raised it: no library frame below the student's own line
NO_RAISE = ""  # anywhere but at a raise statement of the student's
LIBRARIES = ("torch", "numpy")
RAISES_WHAT_IT_IS_TOLD = ("_check", "_check_with", "_assert")  # torch._check(False, "any words")
SYMBOLS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%",
    ast.Pow: "**", ast.MatMult: "@",
}  # fmt: skip
ARITHMETIC = {
    *SYMBOLS.values(), "==", "add", "sub", "subtract", "mul", "multiply", "div", "divide",
    "true_divide", "floor_divide", "remainder", "fmod", "pow", "matmul", "eq", "ne", "lt", "le",
    "gt", "ge", "maximum", "minimum",
}  # fmt: skip


@dataclass(frozen=True)
class Known:
    """An error that a library raises.

    Attributes:
        type: bare or qualified name; subclasses count.
        pattern: regular expression that is searched in the message, whatever the case; it keeps
            to words that stay from one version to the next.
        places: where it may be raised: ``"file.py:function"`` of library code, the same with
            ``()`` for what that does when the student's own line calls it, a library's name,
            ``OWN_LINE`` or ``NO_RAISE``; one that fits is enough. A line of Python's that calls
            what it is given, as an executor's worker does, stands for the student's own.
        operations: symbols and function names, e.g. ``("/", "div")``, of which one has to stand in
            the student's expression that raised it, where that holds arithmetic at all.
        kin: regular expression for the same complaint about other operands, which gets a message
            of its own; "" where there is none.
        shapes: the shapes of the two operands, in each order that may be; an expression that tells
            others of itself gets the message of ``kin``.
        right: what to run, for that message, e.g. ``"A / A.sum(axis=1)"``.
        about: what else the complaint of ``kin`` is about, for that message, in both languages.
        through: part of the name of a library function that it came through, if that is known.
    """

    type: str
    pattern: str
    places: tuple[str, ...] = (NO_RAISE,)
    operations: tuple[str, ...] = ()
    kin: str = ""
    shapes: tuple[tuple[operands.Shape, operands.Shape], ...] = ()
    right: str = ""
    about: tuple[str, str] = ("other shapes than those", "形状")
    through: str = ""


_ENGINE = ("torch/autograd/graph.py:_engine_run_backward", "torch/autograd/__init__.py:backward")
_GRADS = ("torch/autograd/__init__.py:_make_grads",)

SECOND_BACKWARD = Known(
    "RuntimeError",
    r"backward through the graph a second time",
    (*_ENGINE, "torch/autograd/__init__.py:grad"),
)
VECTOR_BACKWARD = Known(
    "RuntimeError", r"grad can be implicitly created only for scalar outputs", _GRADS
)
GRADIENT_SHAPE = Known("RuntimeError", r"mismatch in shape", _GRADS)
NO_GRAD_FN = Known("RuntimeError", r"does not require grad and does not have a grad_?fn", _ENGINE)
INTEGER_GRADIENT = Known(
    "RuntimeError", r"only tensors of floating point.* can require gradients", (OWN_LINE,)
)
SIZE_MISMATCH = Known(
    "RuntimeError",
    r"size of tensor a .*must match the size of tensor b|attempting to broadcast a dimension",
    (
        OWN_LINE,
        "torch/_tensor.py:wrapped()",
        "torch/functional.py:broadcast_tensors()",
        "torch/functional.py:broadcast_shapes()",
    ),
)
LENGTH_OF_SCALAR = Known("TypeError", r"len\(\) of a 0-d tensor", ("torch/_tensor.py:__len__",))
MATRIX_NORM = Known(
    "RuntimeError",
    r"must be 1D or 2D.* got 3D",
    (OWN_LINE, "torch"),
    kin=r"must be 1D or 2D",
    right="torch.linalg.norm(X, ord=...)",
)
# A matrix plus its transpose, for a 2 x 3 matrix, in either order; and 5 x 4 entries by 5 row sums.
RECTANGLE = Known(
    "RuntimeError",
    r"tensor a \(([23])\) must match the size of tensor b \((?!\1)[23]\)"
    r" at non-singleton dimension 1",
    (OWN_LINE,),
    ("+", "add"),
    kin=SIZE_MISMATCH.pattern,
    shapes=(((2, 3), (3, 2)), ((3, 2), (2, 3))),
    right="M + M.T",
)
ROW_SUMS = Known(
    "RuntimeError",
    r"tensor a \(4\) must match the size of tensor b \(5\) at non-singleton dimension 1",
    (OWN_LINE,),
    ("/", "div", "divide", "true_divide"),
    kin=SIZE_MISMATCH.pattern,
    shapes=(((5, 4), (5,)),),
    right="A / A.sum(axis=1)",
)


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


def require_said(found: object, known: Known, name: str) -> CapturedError:
    """Require the type, the words and the operation of a known error, wherever it was raised.

    Raises:
        AssertionError: the text starts with ``[no-error]``, ``[wrong-error-type]``,
            ``[other-operands]``, ``[wrong-message]`` or ``[another-operation]``.
    """
    error = _read(found, name)
    for check in (_check_type, _check_message, _check_operation):
        check(error, known, name)
    return error


def require_raised(found: object, known: Known, name: str, sources: Iterable[str]) -> None:
    """Require that the library raised what :func:`require_said` accepts.

    An exception that lost its traceback (``assertRaises``, ``copy``) is taken at its word, unless
    the notebook makes such a one itself.

    Args:
        sources: cell sources (``In``).

    Raises:
        AssertionError: the text starts with ``[hand-raised]`` or ``[wrong-place]``, or says that
            the exception is not the right one.
    """
    try:
        error = require_said(found, known, name)
    except AssertionError:
        raise AssertionError(
            f"{name}: expected the exception that was asked for, found another or none; who raised "
            f"it is judged after that. ‖ {name}：应先得到题目所要的异常，之后才评判它由谁引发。"
        ) from None
    if error.frames:
        _check_hand(error, known, name)
        _check_place(error, known, name)
    else:
        assert not _is_made(error, sources), _by_hand(name)


def argument(error: CapturedError, place: int, keyword: str) -> object:
    """Return a literal argument of the call of the student's that raised an error.

    Returns:
        Its value, or Ellipsis where there is none or only the run could tell it.
    """
    tree = _expression(error)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)] if tree else []
    for call in calls[:1]:  # the outermost is the one that raised
        given = [item.value for item in call.keywords if item.arg == keyword]
        try:
            return ast.literal_eval((given or call.args[place : place + 1])[0])
        except (IndexError, ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
            break
    return Ellipsis


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
    kind = error_kind(error.type)
    assert error.is_a(known.type), (
        f"[wrong-error-type] {name} is of type {kind}: another kind of error than the one asked "
        f"for. ‖ {name} 是 {kind}：与题目要求的不是同一种错误。"
    )


def _check_hand(error: CapturedError, known: Known, name: str) -> None:
    told = bool(error.frames) and _raiser(error) is not error.innermost()
    own = told and _is_own(_raiser(error))
    assert error.innermost() is not None and not error.raised_by_hand and not own, _by_hand(name)


def _raiser(error: CapturedError) -> Frame:
    """Return the frame that raised an error, or that told torch to raise it."""
    frames = list(error.frames)
    while len(frames) > 1 and frames[-1].library and frames[-1].function in RAISES_WHAT_IT_IS_TOLD:
        frames.pop()
    return frames[-1]


def _by_hand(name: str) -> str:
    return (
        f"[hand-raised] {name} was made or raised by your own code. Run the operation that fails, "
        f"and catch what the library itself raises. ‖ {name} 是你自己的代码创建或抛出的。"
        "请运行那个会出错的操作，捕获库本身引发的异常。"
    )


def _is_made(error: CapturedError, sources: Iterable[str]) -> bool:
    """Tell whether a cell makes an exception of the error's type out of these words."""
    kind = error.type.rpartition(".")[2]
    for call in (node for cell in sources for node in ast.walk(parse_cell(cell))):
        if isinstance(call, ast.Call) and _called(call) == kind:
            words = [
                node.value
                for item in call.args
                for node in ast.walk(item)
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
            ]
            if not words or any(len(text) > 3 and text in error.message for text in words):
                return True
    return False


def _called(call: ast.Call) -> str:
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def _check_operation(error: CapturedError, known: Known, name: str) -> None:
    tree = _expression(error) if known.operations else None
    found = {_operation(node) for node in ast.walk(tree)} if tree else set()
    found &= ARITHMETIC
    for pair in operands.clashes(tree) if tree and known.shapes else ():
        assert pair in known.shapes, _of_other_operands(known, name)
    library = [frame.function for frame in error.frames if frame.library]
    told = bool(error.frames) and not error.raised_by_hand  # by what way it came
    came = not (known.through and told) or any(known.through in name for name in library)
    assert came and (not found or found & set(known.operations)), (
        f"[another-operation] {name} has the right words, but another operation raised it than "
        f"the one asked for: {known.right}. "
        f"‖ {name} 的文字正确，但引发它的运算不是题目要求的 {known.right}。"
    )


def _expression(error: CapturedError) -> ast.AST | None:
    """Return the student's innermost expression that led to an error, where it is known."""
    own = [frame for frame in error.frames if frame.library is None]
    try:
        return ast.parse(own[-1].text) if own else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _operation(node: ast.AST) -> str:
    """Name what a node of a syntax tree does: ``"+"``, ``"add"`` for ``torch.add`` or ``add_``."""
    if isinstance(node, (ast.BinOp, ast.AugAssign)):
        return SYMBOLS.get(type(node.op), "")
    if isinstance(node, ast.Compare):
        return "=="
    return _called(node).strip("_") if isinstance(node, ast.Call) else ""


def _check_message(error: CapturedError, known: Known, name: str) -> None:
    kind = error_kind(error.type)
    told = re.search(known.pattern, error.message, re.IGNORECASE | re.DOTALL)
    if known.kin and re.search(known.kin, error.message, re.IGNORECASE | re.DOTALL):
        assert told, _of_other_operands(known, name)
    assert told, (
        f"[wrong-message] {name} is of the right type, {kind}, but complains about something else "
        f"than what was asked for; print it. ‖ {name} 是 {kind}，"
        "但说的不是题目要求的那个问题；请把它打印出来看看。"
    )


def _of_other_operands(known: Known, name: str) -> str:
    return (
        f"[other-operands] {name} is the right complaint, but about {known.about[0]} "
        f"of {known.right}. "
        f"‖ {name} 说的问题是对的，但涉及的{known.about[1]}不是 {known.right} 的。"
    )


def _check_place(error: CapturedError, known: Known, name: str) -> None:
    assert error.frames, "an error without a frame is refused as one raised by hand"
    frame = _raiser(error)
    english, chinese = _where(frame)
    called = _called_frame(error)
    assert any(_is_at(frame, place, called) for place in known.places), (
        f"[wrong-place] {name} has the right words, but was raised in {english}, where this error "
        f"does not come from. ‖ {name} 的文字正确，但它是在{chinese}中引发的，"
        "这个错误并不来自那里。"
    )


def _called_frame(error: CapturedError) -> Frame | None:
    """Return the frame of the library function that the student's innermost line called."""
    called = None
    for frame in reversed(error.frames):
        if _is_own(frame):
            return called
        called = frame
    return called


def _is_own(frame: Frame) -> bool:
    """Tell whether a line is the student's, or Python's that calls what the student gave it."""
    return frame.library is None or (frame.library == "python" and not frame.is_raise)


def _is_at(frame: Frame, place: str, called: Frame | None) -> bool:
    if place in (OWN_LINE, NO_RAISE):
        return _is_own(frame) or (place == NO_RAISE and frame.library in LIBRARIES)
    if place.endswith("()"):
        return called is not None and f"{called.file}:{called.function}()" == place
    if ":" in place:
        return frame.library is not None and f"{frame.file}:{frame.function}" == place
    return frame.library == place


def _check_swallowed(error: CapturedError, known: Known, name: str) -> None:
    for other in (error.cause, error.context):
        assert other is None or other == error.type, (
            f"[swallowed] {name} was raised while another error, {error_kind(other)}, was being "
            f"handled. Repair that one first. "
            f"‖ {name} 是在处理另一个错误（{error_kind(other)}）时引发的。请先修正那个错误。"
        )


def _where(frame: Frame) -> tuple[str, str]:
    if frame.library is None:
        return "your own code", "你自己的代码"
    return (f"{frame.function} ({frame.file})",) * 2
