"""Records of evidence, checked field by field: exact types, bounds, and what has to fit together.

What a field may hold is read off its annotation in :mod:`autograder.wall.evidence`; a record type
that is added there is checked without a word here. Both sides check: the sandbox, so that an odd
object of an honest notebook is a plain failure, and the scorer, which believes nothing.
"""

import types
from collections.abc import Callable
from typing import Any, Union, get_args, get_origin, get_type_hints

import numpy as np
import torch

from autograder.errors import EvidenceError
from autograder.wall.codec.kinds import FIELD_NAMES, RECORDS, TENSOR_DTYPES
from autograder.wall.evidence import AxesDrawing, Curve, Drawing, TensorState

MAX_RECORD_TEXT = 4000
MAX_PARTS = 20_000  # of one tuple
MAX_POINTS = 2_000_000  # of one drawing
MAX_NUMBER = 2**63

Check = Callable[[Any], bool]


def check_record(record: Any) -> None:
    """Require every field of a record to be what its type says.

    Raises:
        EvidenceError: a field is of another type, over a bound, or does not fit the others.
    """
    cls = type(record)
    for name, check in _CHECKS[cls]:
        if not check(getattr(record, name)):
            raise EvidenceError(f"field {name!r} of a {cls.__name__} is malformed")
    rule = _RULES.get(cls)
    if rule is not None and not rule(record):
        raise EvidenceError(f"the fields of a {cls.__name__} do not fit together")


def _check_of(hint: Any) -> Check:
    """Return the check that an annotation stands for.

    Raises:
        TypeError: no check is known for it; then no record may hold it.
    """
    if hint in _PLAIN:
        return _PLAIN[hint]
    if hint in RECORDS.values():
        return lambda value: type(value) is hint  # its own fields were checked when it was made
    parts = get_args(hint)
    if get_origin(hint) in (Union, types.UnionType):
        options = [_check_of(part) for part in parts]
        return lambda value: any(option(value) for option in options)
    if get_origin(hint) is tuple:
        return _check_of_tuple(parts)
    raise TypeError(f"a record of evidence cannot hold {hint}")


def _check_of_tuple(parts: tuple[Any, ...]) -> Check:
    if len(parts) == 2 and parts[1] is Ellipsis:
        item = _check_of(parts[0])
        return lambda value: (
            type(value) is tuple and len(value) <= MAX_PARTS and all(map(item, value))
        )
    items = [_check_of(part) for part in parts]
    return lambda value: (
        type(value) is tuple
        and len(value) == len(items)
        and all(check(part) for check, part in zip(items, value))
    )


def _is_text(value: Any) -> bool:
    return type(value) is str and len(value) <= MAX_RECORD_TEXT


def _is_number(value: Any) -> bool:
    return type(value) is int and 0 <= value < MAX_NUMBER


def _is_column(value: Any) -> bool:
    """Tell whether a value is a vector of float64, in the byte order of this machine."""
    return (
        type(value) is np.ndarray
        and value.ndim == 1
        and value.dtype == np.float64
        and value.size <= MAX_POINTS
    )


def _is_tensor(value: Any) -> bool:
    return (
        type(value) in (torch.Tensor, torch.nn.Parameter)
        and value.layout is torch.strided
        and value.dtype in TENSOR_DTYPES.values()
    )


_PLAIN: dict[Any, Check] = {
    str: _is_text,
    bool: lambda value: type(value) is bool,
    int: _is_number,
    float: lambda value: type(value) is float,
    type(None): lambda value: value is None,
    np.ndarray: _is_column,
    torch.Tensor: _is_tensor,
}


def _fits_curve(curve: Curve) -> bool:
    return curve.x.shape == curve.y.shape


def _fits_axes(axes: AxesDrawing) -> bool:
    points = sum(curve.x.size for curve in (*axes.curves, *axes.guides))
    return points <= MAX_POINTS and all(curve.x.size == 2 for curve in axes.guides)


def _fits_drawing(drawing: Drawing) -> bool:
    numbered = all(
        curve.axes == index
        for index, axes in enumerate(drawing.axes)
        for curve in (*axes.curves, *axes.guides)
    )
    return numbered and sum(curve.x.size for curve in drawing.curves) <= MAX_POINTS


def _fits_state(state: TensorState) -> bool:
    return state.grad is None or tuple(state.grad.shape) == state.shape


_RULES: dict[type, Check] = {
    Curve: _fits_curve,
    AxesDrawing: _fits_axes,
    Drawing: _fits_drawing,
    TensorState: _fits_state,
}
_CHECKS = {
    cls: [(name, _check_of(get_type_hints(cls)[name])) for name in names]
    for cls, names in FIELD_NAMES.items()
}
