"""Read a student's answer as what it should be, or say what was expected and what was found.

Every function returns the answer as a plain value and raises AssertionError with a bilingual
message otherwise. ``name`` is what the message calls the answer, e.g. ``"q4_length"`` or
``"f(x)"``.
"""

import builtins
import itertools
import numbers
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from autograder import probes
from autograder.checks import precision
from autograder.wall.evidence import CapturedError

MAX_ITEMS = 4
NEARLY = 1e-2  # a relative distance that digits may explain
OF_LIBRARIES = (
    "numpy.exceptions.AxisError",
    "numpy.linalg.LinAlgError",
    "torch._C._LinAlgError",
)


def describe(value: object) -> str:
    """Name what was found, in a few short words; of a list or tuple also its first items."""
    if value is None:
        return "None / undefined"
    if value is Ellipsis:
        return "... (no answer yet)"
    kind = getattr(type(value), "_autograder_type", None) or type(value).__name__
    kind = kind.removeprefix("builtins.")
    if isinstance(value, (type, type(torch))):
        noun = "class" if isinstance(value, type) else "module"
        return f"{noun} {getattr(value, '__name__', '')}".strip()
    if isinstance(value, torch.Tensor):
        return f"Tensor {tuple(value.shape)}"
    if isinstance(value, (list, tuple)):
        return f"{kind} ({_describe_items(value)})"
    return kind


def _describe_items(values: list | tuple) -> str:
    kinds = [
        type(item).__name__ if isinstance(item, (list, tuple)) else describe(item)
        for item in values[:MAX_ITEMS]
    ]
    return ", ".join(kinds + ["…"] * (len(values) > MAX_ITEMS))


def error_kind(name: str) -> str:
    """Return the name of a well-known type of errors.

    Nothing else is repeated, be it a message or the name of a class: a student's function could put
    its hidden inputs there.
    """
    known = name in OF_LIBRARIES or isinstance(getattr(builtins, name, None), type)
    return name.rpartition(".")[2] if known else "Exception"


def require_call(effect: tuple, given: tuple, name: str) -> Any:
    """Return what a call gave; it may raise nothing and has to leave its arguments alone.

    Args:
        effect: one of the answers of ``probes.effects``.
        given: the arguments of that call.
        name: what the message calls it, e.g. ``"my_transpose(A)"``.
    """
    value, left, _ = effect
    if isinstance(value, CapturedError):
        kind = error_kind(value.type)
        english, chinese = _shapes(given)
        raise AssertionError(
            f"[raises-an-error] {name} raises {kind} for an input that the question allows"
            f"{english}. ‖ {name} 对题目允许的输入{chinese}抛出了 {kind}。"
        )
    for before, after in zip(given, left):
        english, chinese = _what_changed(before, after)
        assert not english, (
            f"[argument-changed] {name} changes the {english} that it was given; make a new one. "
            f"‖ {name} 改动了传入的{chinese}。请在新的{chinese}上计算。"
        )
    return value


def _shapes(given: tuple) -> tuple[str, str]:
    """Return what is said of arguments that are tensors: shapes, and a dtype that is not usual."""
    tensors = [item for item in given if isinstance(item, torch.Tensor)]
    if not tensors:
        return "", ""
    shapes = [str(tuple(tensor.shape)) for tensor in tensors]
    noun = "shape" if len(shapes) == 1 else "shapes"
    dtype = str(tensors[0].dtype).removeprefix("torch.")
    usual = tensors[0].dtype == torch.float32
    english, chinese = ("", "") if usual else (f" and dtype {dtype}", f"，dtype 为 {dtype}")
    return (
        f", here of {noun} {' and '.join(shapes)}{english}",
        f"（形状为 {'、'.join(shapes)}{chinese}）",
    )


def _what_changed(before: object, after: object) -> tuple[str, str]:
    """Name what of an argument is not what it was, a tensor or an array, also in a tuple."""
    if isinstance(before, tuple):
        afterwards = after if isinstance(after, (tuple, list)) else ()
        pairs = itertools.zip_longest(before, afterwards)
        return next((what for pair in pairs if (what := _what_changed(*pair))[0]), ("", ""))
    if isinstance(before, torch.Tensor) and not _is_unchanged(before, after):
        return "tensor", "张量"
    if isinstance(before, np.ndarray) and not _is_unchanged(torch.as_tensor(before), after):
        return "array", "数组"
    return "", ""


def _is_unchanged(before: torch.Tensor, after: object) -> bool:
    """Tell whether a tensor holds what it held, NaN in the same places among it."""
    if isinstance(after, np.ndarray):
        after = torch.as_tensor(after)
    if not isinstance(after, torch.Tensor):
        return False
    if torch.equal(before, after):
        return True
    alike = before.shape == after.shape and before.dtype == after.dtype
    return alike and bool(((before == after) | (before.isnan() & after.isnan())).all())


def raised(value: object) -> CapturedError | None:
    """Return what is known of the exception that a call of ``probes.effects`` raised, or None."""
    return value if isinstance(value, CapturedError) else None


def require_settled(effect: tuple, given: tuple, right: torch.Tensor, name: str) -> None:
    """Require that a call is right before it is judged how it works; the cause is told elsewhere.

    The arguments are those of :func:`require_call` and :func:`require_close`.
    """
    try:
        require_close(require_call(effect, given, name), right, name)
    except AssertionError:
        raise AssertionError(
            f"{name}: how it works is judged once the test of its results passes; it does not "
            f"yet. ‖ {name}：检查结果的测试通过之后，才评判做法；现在还没有通过。"
        ) from None


def mismatch(name: str, english: str, chinese: str, value: object) -> AssertionError:
    """Return the error that says what was expected and what was found."""
    found = describe(value)
    return AssertionError(
        f"{name}: expected {english}, found {found}. ‖ {name}：应为{chinese}，实为 {found}。"
    )


def require_function(value: object, name: str) -> Callable[..., Any]:
    """Return what can be called; a class of Python's own, such as ``bool``, is a function too."""
    if not callable(value) or (isinstance(value, type) and value.__module__ != "builtins"):
        raise mismatch(name, "a function", "函数", value)
    return value


def require_text(value: object, name: str) -> str:
    """Return a string."""
    if not isinstance(value, str):
        raise mismatch(name, "a string", "字符串", value)
    return str(value)


def require_integer(value: object, name: str) -> int:
    """Return a whole number: int, NumPy integer or integer tensor with one entry; no bool."""
    if not isinstance(value, bool) and "bool" not in str(getattr(value, "dtype", "")):
        try:
            return operator.index(value)  # type: ignore[arg-type]  # whether it can is asked here
        except (TypeError, ValueError, RuntimeError):
            pass
    raise mismatch(name, "a whole number", "整数", value)


def require_truth(value: object, name: str) -> bool:
    """Return True or False, also from NumPy's bool or a bool tensor with one entry."""
    if isinstance(value, bool):
        return value
    if "bool" in str(getattr(value, "dtype", "")) and getattr(value, "shape", None) == ():
        return bool(value)
    raise mismatch(name, "True or False", " True 或 False", value)


def require_items(value: object, name: str, count: int | None = None) -> list:
    """Return the items of a list or tuple, or of what is as good, ``count`` of them."""
    value = probes.items(value)
    if not isinstance(value, (list, tuple)):
        raise mismatch(name, "a list or tuple", "列表或元组", value)
    if count is not None and len(value) != count:
        raise AssertionError(
            f"{name}: expected {count} items, found {len(value)}. "
            f"‖ {name}：应有 {count} 项，实有 {len(value)} 项。"
        )
    return list(value)


def _listed(value: object) -> object:
    """Return the entries of a tensor or array with one axis as a list; all else as it is."""
    one_axis = isinstance(value, (torch.Tensor, np.ndarray)) and value.ndim == 1
    return list(value) if one_axis else value  # type: ignore[call-overload]  # both are iterable


def require_integers(value: object, name: str) -> list[int]:
    """Return a sequence of whole numbers, be it a tensor or array with one axis, as a list."""
    return [require_integer(item, name) for item in require_items(_listed(value), name)]


def require_shape(value: object, name: str, axes: int | None = None) -> tuple[int, ...]:
    """Return a shape (tuple, list or torch.Size of lengths >= 0, or as good) as a tuple."""
    value = probes.items(value)
    if not isinstance(value, (list, tuple)):
        raise mismatch(name, "a shape, as a tuple of whole numbers", "形状（整数元组）", value)
    shape = tuple(require_integers(value, name))
    if any(length < 0 for length in shape) or (axes is not None and len(shape) != axes):
        raise AssertionError(
            f"{name}: expected {'' if axes is None else f'{axes} '}lengths that are not negative, "
            f"found {shape}. ‖ {name}：应为{'' if axes is None else f' {axes} 个'}非负的长度，"
            f"实为 {shape}。"
        )
    return shape


def require_tensor(value: object, name: str) -> torch.Tensor:
    """Return a real tensor without NaN, detached."""
    tensor = require_any_tensor(value, name)
    if tensor.is_complex():
        raise mismatch(name, "a tensor of real numbers", "实数张量", value)
    if bool(torch.isnan(tensor).any()):
        raise AssertionError(
            f"{name}: expected numbers, found NaN (0/0, or entries that were never set). "
            f"‖ {name}：应为数值，却出现了 NaN（0/0，或有元素没有赋值）。"
        )
    return tensor


def require_any_tensor(value: object, name: str) -> torch.Tensor:
    """Return a tensor whatever it holds, detached."""
    if not isinstance(value, torch.Tensor):
        raise mismatch(name, "a tensor", "张量", value)
    return value.detach()


def require_close(
    value: object,
    right: torch.Tensor,
    name: str,
    slips: dict[str, torch.Tensor | list[torch.Tensor]] | None = None,
) -> None:
    """Require the shape and the entries of ``right``.

    How closely follows from the dtype of ``right``, which is that of the test's inputs, never from
    that of the answer. Whole numbers and truths have to agree exactly.

    Args:
        value: a tensor; where ``right`` has no axes a plain number will do, or an array without
            axes.
        slips: message that names a misconception -> the tensor, or list of tensors, that it leads
            to; the first one that was found is named.
    """
    number = value.item() if isinstance(value, np.ndarray) and value.shape == () else value
    if right.dim() == 0 and isinstance(number, numbers.Real) and not isinstance(number, bool):
        value = torch.tensor(float(number), dtype=torch.float64)
    if isinstance(value, torch.Tensor) and value.dtype == right.dtype and torch.equal(value, right):
        return  # most answers; NaN equals nothing
    found = require_tensor(value, name)
    if _is_close(found, right):
        return
    for message, wrong in (slips or {}).items():
        for tensor in wrong if isinstance(wrong, list) else [wrong]:
            assert not _is_close(found, tensor), message
    if found.shape != right.shape:
        expected = f"Tensor {tuple(right.shape)}"
        raise mismatch(name, expected, f" {expected}", found)
    raise AssertionError(_other_entries(found, right, name))


def _other_entries(found: torch.Tensor, right: torch.Tensor, name: str) -> str:
    english, chinese = "the shape is right, but some entries are not", "形状正确，但有的元素不对"
    if right.numel() == 1:
        english, chinese = "this is another number than the right one", "数值不对"
    if _is_close(found, right, max(NEARLY, 10 * _nearness(right)[1])):
        if right.is_floating_point():
            digits = precision.explain(*_nearness(right))
            return f"{name}: {english} ({digits[0]}). ‖ {name}：{chinese}（{digits[1]}）。"
        english += "; whole numbers are exact, and some dtypes cannot hold large ones"
        chinese += "；整数应当精确，而有些 dtype 存不下大整数"
    return f"{name}: {english}. ‖ {name}：{chinese}。"


def _nearness(right: torch.Tensor) -> tuple[str, float]:
    dtype = precision.coarsest(right)
    return dtype, precision.tolerance(dtype)


def _is_close(found: torch.Tensor, right: torch.Tensor, near: float | None = None) -> bool:
    if found.shape != right.shape:
        return False
    if near is None:
        if not right.is_floating_point():
            return _is_equal(found, right)
        near = _nearness(right)[1]
    return torch.allclose(found.to(torch.float64), right.to(torch.float64), near, near / 10)


def _is_equal(found: torch.Tensor, right: torch.Tensor) -> bool:
    exact = torch.float64 if found.is_floating_point() else torch.int64
    return torch.equal(found.to(exact), right.to(exact))
