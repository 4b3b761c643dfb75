"""Functions that a test hands to a student's code, and that stay where the test is.

What crosses the wall is a handle. To the code that gets it, the handle is an ordinary function of
one tensor, of any order of differentiability: computing it, and walking back through it, are
questions to whoever holds the function. So no expression is there to be read, no operation of the
function runs where it could be replaced, and every number that is learnt about the function was
asked for.

One autograd function does it for all orders. Its *path* says which one: "" is f itself; "v" after a
path is the walk back through it, which takes what that takes, and a weight for each of its results,
and gives the vector-Jacobian product for each of its arguments; "j" is the walk forward, with a
tangent for each argument. The same function answers locally, where no wall is.
"""

import builtins
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

import msgpack
import torch
from torch._functorch.utils import unwrap_dead_wrappers

from autograder.errors import EvidenceError
from autograder.wall.products import products

MARK = b"\xc1"  # starts a question and its answer; msgpack itself never uses this byte
MAX_ORDER, MAX_BATCH_LEVELS, MAX_ROWS = 8, 8, 1024
MAX_NUMBERS, MAX_BYTES = 65_536, 2**20
MAX_QUESTIONS = 2_000  # of one request
MAX_POINTS = 64  # of one oracle, whose graphs are kept
ANSWER_CPU_S = 5.0  # what all answers within one request may cost
DTYPES = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.complex64,
        torch.complex128, torch.int32, torch.int64, torch.bool,
    )
}  # fmt: skip
NAMES = {dtype: name for name, dtype in DTYPES.items()}
ERRORS = ("RuntimeError", "TypeError", "ValueError", "IndexError", "ZeroDivisionError")
REFUSED = "the function that was handed over cannot be computed for this input"
TRACED = (
    "the function that was handed over cannot be traced, as torch.func.linearize does; "
    "torch.func.jvp, vjp, grad and autograd work with it"
)
OVER = "the function that was handed over belongs to an earlier call, which is over"

Tensors = Sequence[torch.Tensor]
TensorFunction = Callable[[torch.Tensor], torch.Tensor]
Ask = Callable[[str, int, Tensors], list[torch.Tensor]]


@dataclass(frozen=True)
class Asked:
    """One question that was asked about a function.

    Attributes:
        path: "" for values, one letter more for each walk.
        inputs: what it was asked for; the first is the point.
    """

    path: str
    inputs: tuple[torch.Tensor, ...]

    @property
    def order(self) -> int:
        """0 for values, k for what walking k times needs."""
        return len(self.path)


class Oracle:
    """A function of one tensor that answers here, wherever it is called.

    Args:
        function: made of torch operations; it may detach its argument.
        name: what the handle calls itself.
        saves: whether its graph holds a saved tensor, so that a second walk through it fails in
            torch's own place; None leaves the end of the graph to the handle itself.
        takes, doc: of a function of anything, its parameters, None: a tensor; and its docstring.
        does: what else the other side may ask of it: see :mod:`autograder.wall.lent`.

    Attributes:
        asked: what has been asked so far, in order.
    """

    def __init__(
        self,
        function: TensorFunction,
        name: str = "f",
        saves: bool | None = None,
        takes: list[list[Any]] | None = None,
        does: Sequence[str] = (),
        doc: str | None = None,
    ):
        self.function, self.saves, self.takes, self.does = function, saves, takes, tuple(does)
        self.__name__, self.__qualname__, self.doc = name, name, doc
        self.asked: list[Asked] = []
        self._computed: dict[Any, tuple[torch.Tensor, torch.Tensor]] = {}  # by point
        self.id = secrets.randbits(62)
        _live[self.id] = self

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        return make_handle(self._answer_here, self.__name__, self.saves)(x)

    def forwards(self) -> int:
        """Return how often the function was computed."""
        return sum(not asked.path for asked in self.asked)

    def answer(
        self, path: str, levels: int, inputs: Tensors, until_s: float = float("inf")
    ) -> list[torch.Tensor]:
        """Return the results of one question; with batches, for each row of the batch.

        Args:
            until_s: of this process's CPU time; later no further row is begun.

        Raises:
            RuntimeError: it is later.
        """
        if time.process_time() > until_s:
            raise RuntimeError(REFUSED)
        inputs = [tensor.detach() for tensor in inputs]
        if not levels:
            self.asked.append(Asked(path, tuple(inputs)))
            return [result.detach() for result in self._evaluate(path, inputs)]
        shape = inputs[0].shape[:levels]
        rows = zip(*[tensor.reshape(-1, *tensor.shape[levels:]) for tensor in inputs])
        found = [self.answer(path, 0, row, until_s) for row in rows]
        return [torch.stack(column).reshape(*shape, *column[0].shape) for column in zip(*found)]

    def _answer_here(self, path: str, levels: int, inputs: Tensors) -> list[torch.Tensor]:
        """Answer in one process: computed anew, as a checkpoint that repeats the call expects."""
        self._computed.clear()
        return self.answer(path, levels, inputs)

    def _evaluate(self, path: str, inputs: Tensors) -> list[torch.Tensor]:
        with torch.enable_grad():
            if path not in ("", "v"):
                return _walk(self.function, path, [_leaf(tensor) for tensor in inputs], last=True)
            x, y = self._compute(inputs[0])
            return products([y], [x], [inputs[1]], further=False) if path else [y]

    def _compute(self, point: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return a leaf with a point's values, and the function's result there, once computed."""
        key = point.dtype, tuple(point.shape), repr(point.tolist())  # 0.0 and -0.0 are two points
        if (known := self._computed.get(key)) is None:
            if len(self._computed) >= MAX_POINTS:
                self._computed.clear()
            leaf = _leaf(point)
            known = self._computed[key] = leaf, _walk(self.function, "", [leaf])[0]
        return known


_live: WeakValueDictionary[int, Oracle] = WeakValueDictionary()  # a test's, and gone with it


def make_handle(ask: Ask, name: str, saves: bool | None) -> Callable[[torch.Tensor], torch.Tensor]:
    """Return the function of one tensor that stands for an oracle."""

    def f(x: torch.Tensor) -> torch.Tensor:
        if not isinstance(x, torch.Tensor):
            raise TypeError(f"{name} takes a tensor, found {type(x).__name__}")
        if torch._C._get_dispatch_mode(torch._C._TorchDispatchModeKey.PROXY) is not None:
            raise RuntimeError(TRACED)  # the answers would be taken for constants
        (y,) = _apply(ask, "", 0, saves is not False, x)
        if saves is None:
            return y
        return y * 1 if saves else y + 0  # the outermost node is torch's own

    f.__name__ = f.__qualname__ = name
    return f


class _Order(torch.autograd.Function):
    """A path of one function, with a batch in front of every argument."""

    @staticmethod
    def forward(
        ask: Ask, path: str, levels: int, saves: bool, *inputs: torch.Tensor
    ) -> tuple[torch.Tensor, ...]:
        return tuple(ask(path, levels, inputs))

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensors) -> None:
        ctx.ask, ctx.path, ctx.levels, ctx.saves, *tensors = inputs
        if ctx.saves:
            ctx.save_for_backward(*tensors)
            ctx.save_for_forward(*tensors)
        else:
            ctx.kept = tensors

    @staticmethod
    def backward(ctx: Any, *weights: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        inputs = ctx.saved_tensors if ctx.saves else ctx.kept
        found = _apply(ctx.ask, ctx.path + "v", ctx.levels, ctx.saves, *inputs, *weights)
        return None, None, None, None, *found

    @staticmethod
    def jvp(ctx: Any, *walked: Any) -> tuple[torch.Tensor, ...]:
        inputs, tangents = ctx.saved_tensors, walked[4:]  # the first four are no tensors
        given = [torch.zeros_like(a) if t is None else t for a, t in zip(inputs, tangents)]
        return _apply(ctx.ask, ctx.path + "j", ctx.levels, ctx.saves, *inputs, *given)

    @staticmethod
    def vmap(
        info: Any,
        in_dims: tuple[int | None, ...],
        ask: Ask,
        path: str,
        levels: int,
        saves: bool,
        *inputs: torch.Tensor,
    ) -> tuple[tuple[torch.Tensor, ...], tuple[int, ...]]:
        moved = [
            tensor.expand(info.batch_size, *tensor.shape)
            if place is None
            else tensor.movedim(place, 0)
            for tensor, place in zip(inputs, in_dims[4:])
        ]
        found = _apply(ask, path, levels + 1, saves, *moved)
        return found, (0,) * len(found)


_APPLY = super(torch.autograd.Function, _Order).apply


def _apply(*arguments: Any) -> tuple[torch.Tensor, ...]:
    """Apply the function; without functorch's transforms directly, which costs a third."""
    if torch._C._are_functorch_transforms_active():
        return _Order.apply(*arguments)
    if any(map(torch._C._functorch.is_legacy_batchedtensor, arguments[4:])):
        return _apply_batched(*arguments)
    return _APPLY(*unwrap_dead_wrappers(arguments))


def _apply_batched(
    ask: Ask, path: str, levels: int, saves: bool, *inputs: torch.Tensor
) -> tuple[torch.Tensor, ...]:
    """Apply it to a batch of the older vmap, which ``is_grads_batched`` and ``vectorize`` use.

    That one keeps the graph in what is batched, so the batch is taken off outside of the function.
    """
    level = torch._C._vmapmode_increment_nesting() - 1
    torch._C._vmapmode_decrement_nesting()
    batched = next(filter(torch._C._functorch.is_legacy_batchedtensor, inputs))
    size = torch._remove_batch_dim(batched, level, 0, 0).shape[0]
    plain = [torch._remove_batch_dim(tensor, level, size, 0) for tensor in inputs]
    found = _apply(ask, path, levels + 1, saves, *plain)
    return tuple(torch._add_batch_dim(tensor, 0, level) for tensor in found)


def arguments(path: str) -> int:
    """Return how many tensors a path takes: 1 for "", 2 for "v", 3 for "vv", 5 for "vvv"."""
    taken, given = 1, 1
    for walk in path:
        taken, given = (taken + given, taken) if walk == "v" else (2 * taken, given)
    return taken


def _leaf(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.clone().requires_grad_(tensor.is_floating_point() or tensor.is_complex())


def _walk(
    function: TensorFunction, path: str, inputs: Tensors, last: bool = False
) -> list[torch.Tensor]:
    """Return the results of a path; as part of a graph, unless it is the last walk."""
    if not path:
        result = function(inputs[0])
        if not isinstance(result, torch.Tensor):
            raise TypeError("the function gives no tensor")
        return [result]
    count = arguments(path[:-1])
    inner, given = inputs[:count], inputs[count:]
    results = _walk(function, path[:-1], inner)
    if path[-1] == "v":
        return products(results, inner, given, not last)
    # A walk back is linear in its weights: walking back through it is the walk forward.
    weights = [torch.zeros_like(result, requires_grad=True) for result in results]
    return products(products(results, inner, weights), weights, given, not last)


# Questions and answers as bytes
def pack_question(oracle: int, path: str, levels: int, inputs: Tensors) -> bytes:
    """Return a question as bytes.

    Raises:
        EvidenceError: it breaks a limit.
    """
    _check_limits(path, levels, inputs)
    return MARK + msgpack.packb([oracle, path, levels, [_plain(tensor) for tensor in inputs]])


def unpack_answer(data: bytes) -> list[torch.Tensor]:
    """Return the results in an answer.

    Raises:
        Exception: what computing the function raised, with a neutral text.
    """
    plain = msgpack.unpackb(data[1:])
    if isinstance(plain, str):
        raise getattr(builtins, plain)(OVER if plain == "ReferenceError" else REFUSED)
    return [_tensor(record) for record in plain]


class Answers:
    """Answers the questions of one request, within limits."""

    def __init__(self) -> None:
        self.left, self.calls, self.cpu_s = MAX_QUESTIONS, 0, 0.0

    def answer(self, data: bytes) -> bytes:
        """Return the answer to one question.

        Raises:
            EvidenceError: it is malformed or breaks a limit.
        """
        started = time.process_time()
        self.left -= 1
        if self.left < 0 or self.cpu_s > ANSWER_CPU_S:
            return MARK + msgpack.packb("RuntimeError")
        oracle, path, levels, inputs = _read_question(data)
        if oracle is None:  # kept from a call that is over, in a cache for instance
            return MARK + msgpack.packb("ReferenceError")
        try:
            found = oracle.answer(path, levels, inputs, started + ANSWER_CPU_S - self.cpu_s)
            answer = [_plain(tensor) for tensor in found]
            if sum(len(record[2]) for record in answer) > MAX_BYTES:
                raise ValueError
        except EvidenceError:
            raise
        except Exception as error:  # the function cannot take this input: the asker hears so
            name = type(error).__name__
            return MARK + msgpack.packb(name if name in ERRORS else "RuntimeError")
        finally:
            self.cpu_s += time.process_time() - started
        return MARK + msgpack.packb(answer)


def _read_question(data: bytes) -> tuple[Oracle | None, str, int, list[torch.Tensor]]:
    if len(data) > 2 * MAX_BYTES:
        raise EvidenceError("an oversized question")
    try:
        id, path, levels, records = msgpack.unpackb(data[1:], max_array_len=512, max_map_len=0)
        wrong = [type(id), type(path), type(levels)] != [int, str, int]
        if wrong or len(path) > MAX_ORDER or set(path) - {*"vj"} or len(records) != arguments(path):
            raise EvidenceError("a question of no order")
        inputs = [_tensor(record) for record in records]
        _check_limits(path, levels, inputs)
    except EvidenceError:
        raise
    except Exception as error:
        raise EvidenceError(f"a malformed question ({type(error).__name__})") from None
    return _live.get(id), path, levels, inputs


def _check_limits(path: str, levels: int, inputs: Tensors) -> None:
    if len(path) > MAX_ORDER:
        raise EvidenceError(f"derivatives of an order over {MAX_ORDER} are not answered")
    if not 0 <= levels <= MAX_BATCH_LEVELS:
        raise EvidenceError("too many batches in one another")
    shape = inputs[0].shape[:levels]
    if len(shape) < levels or any(tensor.shape[:levels] != shape for tensor in inputs):
        raise EvidenceError("batches of different sizes")
    if levels and not 0 < shape.numel() <= MAX_ROWS:
        raise EvidenceError("too many rows in one batch, or none")
    if sum(tensor.numel() for tensor in inputs) > MAX_NUMBERS:
        raise EvidenceError("too many numbers in one question")


def _plain(tensor: torch.Tensor) -> list[Any]:
    name = NAMES.get(tensor.dtype)
    if name is None:
        raise EvidenceError(f"a tensor of {tensor.dtype} cannot be asked about")
    plain = tensor.detach().resolve_conj().resolve_neg().contiguous()
    if plain.dtype is torch.bfloat16:
        plain = plain.view(torch.int16)
    return [name, list(tensor.shape), plain.numpy().tobytes()]


def _tensor(record: list[Any]) -> torch.Tensor:
    name, shape, data = record
    if not all(type(length) is int and length >= 0 for length in shape):
        raise EvidenceError("no shape")
    if not data:
        return torch.empty(0, dtype=DTYPES[name]).reshape(shape)
    return torch.frombuffer(bytearray(data), dtype=DTYPES[name]).reshape(shape)
