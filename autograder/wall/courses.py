"""Which operations a result is made of, and so whether two inputs take different courses.

An operation that only a condition needs, and a branch that decides nothing, leave no trace in a
course; nor does any value that depends on the input itself. Whether a branch decides anything is
tried: the same input is sent on the way that another one takes.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

TO_PYTHON = {
    "__bool__", "__contains__", "__float__", "__index__", "__int__", "allclose", "cond", "equal",
    "is_nonzero", "item", "numpy", "tolist",
}  # fmt: skip
CHANGE_IN_PLACE = ("__setitem__", "__iadd__", "__isub__", "__imul__", "__itruediv__")
PLAIN = (bool, int, float, complex, str, slice, type(None), type(Ellipsis), torch.dtype)
MAX_CALLS = 10_000


Course = tuple[str, bool, list[bool] | None, float | None]


def course(f: Callable[..., Any], leaf: torch.Tensor) -> Course:
    """Return what course ``f(leaf)`` takes.

    Returns:
        A digest of the operations that the result is made of, how they are joined, and the plain
        numbers that go into them; whether the data is read; the answers to each ``if`` and
        ``while``, or None where more than such answers is read; the result as a number.
    """
    record = RecordedCourse(leaf)
    with record:
        result = f(leaf)
    return record.course_of(result), record.reads_data(), record.decisions(), _number(result)


def forced(f: Callable[..., Any], leaf: torch.Tensor, decisions: Sequence[bool]) -> float | None:
    """Return ``f(leaf)`` as a number, its conditions answered as told; None where that ends."""
    try:
        with RecordedCourse(leaf, decisions):
            result = f(leaf)
    except Exception:  # of a student's function on a way that this input never takes
        return None
    return _number(result)


def _number(result: object) -> float | None:
    one = isinstance(result, torch.Tensor) and result.numel() == 1
    return float(result.detach().item()) if one else None  # type: ignore[attr-defined]


class RecordedCourse(TorchFunctionMode):
    """Records operations, to tell afterwards which of them a result is made of.

    Args:
        leaf: the input.
        told: answers for the conditions, in order, in place of their own.
    """

    def __init__(self, leaf: torch.Tensor, told: Sequence[bool] | None = None):
        super().__init__()
        self.told = None if told is None else iter(told)
        self.answered: list[bool] = []
        self.known = {id(leaf)}
        self.names: set[str] = set()
        self.calls: list[tuple[str, list[int], list[int], str]] = []
        self.kept: list = []  # so that no identity is used twice

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        name = getattr(func, "__name__", "")
        self.names.add(name)
        if name == "__bool__":
            return self._decide(func, args)
        result = func(*args, **kwargs)
        if len(self.calls) < MAX_CALLS:
            given, made = _tensors((args, kwargs)), _tensors(result)
            if name.endswith("_") or name in CHANGE_IN_PLACE:
                made += _tensors(args[:1])
            self.kept += [given, made]
            plain = self._plain(args) + self._plain(kwargs)
            self.calls.append((name, list(map(id, made)), list(map(id, given)), plain))
            self.known |= set(map(id, made))
        return result

    def _decide(self, func: Callable[..., Any], args: tuple) -> bool:
        if self.told is None:
            answer = bool(func(*args))
        else:
            answer = next(self.told)  # StopIteration: this way asks more than the other one
        if len(self.answered) <= MAX_CALLS:
            self.answered.append(answer)
        return answer

    def _plain(self, value: Any, depth: int = 4) -> str:
        if isinstance(value, torch.Tensor):
            return "tensor" if id(value) in self.known else str(value.detach().tolist())[:10_000]
        if depth and isinstance(value, (list, tuple)):
            return "[" + ",".join(self._plain(item, depth - 1) for item in value) + "]"
        if depth and isinstance(value, dict):
            return self._plain(sorted(value.items()), depth - 1)
        return repr(value)[:1000] if isinstance(value, PLAIN) else type(value).__name__

    def reads_data(self) -> bool:
        """Tell whether a tensor's values became Python's, as a branch must make them."""
        return bool(TO_PYTHON & self.names)

    def decisions(self) -> list[bool] | None:
        """Return the answers to the conditions, or None where other values were read, or many."""
        only = self.names & TO_PYTHON <= {"__bool__"}
        return self.answered if only and len(self.answered) <= MAX_CALLS else None

    def course_of(self, result: Any) -> str:
        """Return a digest of the operations that a result is made of, and how they are joined."""
        numbers: dict[int, int] = {}  # of the tensors wanted, in the order of their use
        for tensor in _tensors(result):
            numbers.setdefault(id(tensor), len(numbers))
        course = hashlib.sha256(self._plain(result).encode())
        for name, made, given, plain in reversed(self.calls):
            if not numbers.keys().isdisjoint(made):
                made_numbers = [numbers.get(made_id) for made_id in made]
                joined = [numbers.setdefault(given_id, len(numbers)) for given_id in given]
                course.update(f"{name}({plain}){made_numbers}{joined}".encode())
        return course.hexdigest()


def _tensors(tree: Any, depth: int = 4) -> list[torch.Tensor]:
    if isinstance(tree, torch.Tensor):
        return [tree]
    if depth and isinstance(tree, dict):
        return _tensors(list(tree.values()), depth - 1)
    if depth and isinstance(tree, (list, tuple)):
        return [tensor for item in tree for tensor in _tensors(item, depth - 1)]
    return []
