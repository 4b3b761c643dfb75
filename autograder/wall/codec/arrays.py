"""Arrays, their dtypes and tensors as bytes."""

import math
import sys
from typing import Any

import numpy as np
import torch

from autograder.errors import EvidenceError
from autograder.wall.codec.kinds import ARRAY_KINDS, MAX_FRAME_BYTES

MAX_DTYPE, MAX_COLUMNS = 20, 200
Plain = dict[str, Any]


def is_plain(array: np.ndarray) -> bool:
    """Tell whether an array is numbers, texts or times, or columns of such."""
    if array.dtype.fields is None:
        return array.dtype.kind in ARRAY_KINDS
    return columns_of(array.dtype) is not None


def columns_of(dtype: np.dtype) -> list[list[Any]] | None:
    """Return name, dtype and shape of each column; None where that does not tell all of a dtype."""
    found = []
    for name in dtype.names or ():
        column, shape = dtype[name].base, list(dtype[name].shape)
        if column.kind not in ARRAY_KINDS or column.fields is not None:
            return None
        found.append([name, column.str, shape])
    whole = found and len(found) <= MAX_COLUMNS and np.dtype(_columns(found)) == dtype
    return found if whole else None


def _columns(found: list[list[Any]]) -> list[Any]:
    return [(name, text, tuple(shape)) if shape else (name, text) for name, text, shape in found]


def make_dtype(told: Any) -> np.dtype:
    """Return the dtype of a text, or of columns.

    Raises:
        EvidenceError: it is none that may cross.
    """
    if type(told) is list and 0 < len(told) <= MAX_COLUMNS:
        for name, text, shape in told:
            sizes = all(type(size) is int and 0 <= size < 2**16 for size in shape)
            if type(name) is not str or not sizes or len(shape) > 4:
                raise EvidenceError("malformed columns")
            make_dtype(text)
        return np.dtype(_columns(told))
    if type(told) is not str:
        raise EvidenceError("malformed dtype")
    dtype = np.dtype(told[:MAX_DTYPE])
    if dtype.str != told or dtype.kind not in ARRAY_KINDS:  # as "<f8,<U1", of two columns
        raise EvidenceError("this dtype cannot cross")
    return dtype


def array_fields(array: np.ndarray) -> Plain:
    """Return the fields of a record, with the order of an array and whether it is fixed."""
    if array.nbytes > MAX_FRAME_BYTES:
        raise EvidenceError("the array is too large")
    fixed = {} if array.flags.writeable else {"fixed": True}
    turned = {"order": "F"} if array.flags.fnc else {}
    told = array.dtype.str if array.dtype.fields is None else columns_of(array.dtype)
    data = array.tobytes("F" if turned else "C")
    return {"dtype": told, "shape": list(array.shape), "data": data, **turned, **fixed}


def read_array(plain: Plain, shape: list[int], data: bytes) -> np.ndarray:
    """Return the array of a record.

    Raises:
        EvidenceError: it is malformed.
    """
    dtype = make_dtype(plain.get("dtype"))
    if dtype.itemsize * math.prod(shape) != len(data):
        raise EvidenceError("the data does not fit the shape")
    if not dtype.itemsize:
        if math.prod(shape) > MAX_FRAME_BYTES:
            raise EvidenceError("the array has too many entries")
        return np.zeros(shape, dtype)
    array = np.frombuffer(data, dtype).reshape(shape, order="F" if "order" in plain else "C")
    array = array.copy("K")
    _check(array)
    if "fixed" in plain:
        array.flags.writeable = False
    return array


def _check(array: np.ndarray) -> None:
    """Refuse what is no truth value, or no text, as ``str`` would hold it but no file."""
    for name in array.dtype.names or ():
        _check(np.ascontiguousarray(array[name]))
    if array.dtype.kind == "b" and array.size and array.view(np.uint8).max() > 1:
        raise EvidenceError("malformed booleans")
    if array.dtype.kind == "U":
        order = array.dtype.byteorder
        points = array.ravel("K").view(np.dtype(np.uint32).newbyteorder(order))
        surrogates = (points >= 0xD800) & (points <= 0xDFFF)
        if points.size and (points.max() > sys.maxunicode or surrogates.any()):
            raise EvidenceError("malformed characters")


def tensor_bytes(tensor: torch.Tensor) -> bytes:
    plain = tensor.detach()
    if plain.is_conj() or plain.is_neg():
        plain = plain.resolve_conj().resolve_neg()
    if plain.dtype is torch.bfloat16:
        plain = plain.contiguous().view(torch.int16)
    return plain.cpu().numpy().tobytes()


def tensor_fields(tensor: torch.Tensor) -> dict[str, Any]:
    name = str(tensor.dtype).removeprefix("torch.")
    return {"dtype": name, "shape": list(tensor.shape), "data": tensor_bytes(tensor)}
