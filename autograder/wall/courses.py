"""Which operations a result is made of, and so whether two inputs take different courses.

An operation that only a condition needs, and a branch that decides nothing, leave no trace in a
course; nor does any value that depends on the input itself.
"""

import hashlib
from collections.abc import Callable
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


class RecordedCourse(TorchFunctionMode):
    """Records operations, to tell afterwards which of them a result is made of."""

    def __init__(self, leaf: torch.Tensor):
        super().__init__()
        self.known = {id(leaf)}
        self.names: set[str] = set()
        self.calls: list[tuple[str, set[int], set[int], str]] = []
        self.kept: list = []  # so that no identity is used twice

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        result = func(*args, **kwargs)
        name = getattr(func, "__name__", "")
        self.names.add(name)
        if len(self.calls) < MAX_CALLS:
            given, made = _tensors((args, kwargs)), _tensors(result)
            if name.endswith("_") or name in CHANGE_IN_PLACE:
                made += _tensors(args[:1])
            self.kept += [given, made]
            plain = self._plain(args) + self._plain(kwargs)
            self.calls.append((name, set(map(id, made)), set(map(id, given)), plain))
            self.known |= set(map(id, made))
        return result

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

    def course_of(self, result: Any) -> str:
        """Return a digest of the operations that a result is made of."""
        wanted = set(map(id, _tensors(result)))
        course = hashlib.sha256(self._plain(result).encode())
        for name, made, given, plain in reversed(self.calls):
            if made & wanted:
                wanted |= given
                course.update(f"{name}({plain})".encode())
        return course.hexdigest()


def _tensors(tree: Any, depth: int = 4) -> list[torch.Tensor]:
    if isinstance(tree, torch.Tensor):
        return [tree]
    if depth and isinstance(tree, dict):
        return _tensors(list(tree.values()), depth - 1)
    if depth and isinstance(tree, (list, tuple)):
        return [tensor for item in tree for tensor in _tensors(item, depth - 1)]
    return []
