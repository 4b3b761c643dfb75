"""Arrays and tensors that look at the memory of another one: told as where in it they look.

A slice, a transpose or a reshaped array changes with the array that it is of, and that with it. So
that it is so on both sides, the array that has the memory is shared, and a view of it is made
anew from place, shape and strides: none of these can reach beyond that memory.
"""

import math
from typing import Any

import numpy as np
import torch

from autograder.errors import EvidenceError
from autograder.wall.codec.arrays import make_dtype
from autograder.wall.codec.kinds import MAX_FRAME_BYTES

FREE = "iufcmM"  # kinds of which any bytes are a value
STRIDED = "DummyArray"  # what as_strided() lays between its result and the array
MOST_AXES = 32
Plain = dict[str, Any]


def owner_of(array: np.ndarray) -> np.ndarray | None:
    """Return the array whose memory an array looks at, None where that is its own or no array's."""
    owner: Any = array.base
    while owner is not None:
        if type(owner) is np.ndarray and owner.flags.owndata:
            return owner
        if type(owner) is not np.ndarray and type(owner).__name__ != STRIDED:
            return None
        owner = getattr(owner, "base", None)
    return None


def place_of(array: np.ndarray, owner: np.ndarray) -> Plain | None:
    """Return where an array looks in its owner's memory; None where that cannot be told."""
    if not _may_look(array.dtype, owner.dtype) or array.nbytes > MAX_FRAME_BYTES:
        return None
    if not owner.flags.forc:  # it crosses in another order than it lies in
        return None
    flat = _flat(owner)
    place: Plain = {
        "dtype": array.dtype.str,
        "shape": list(array.shape),
        "offset": _address(array) - _address(flat),
        "strides": list(array.strides),
    }
    if not array.flags.writeable:
        place["fixed"] = True
    if type(array.base).__name__ == STRIDED:
        place["strided"] = True
    try:
        look(place, owner)
    except EvidenceError:
        return None
    return place


def place_of_view(view: torch.Tensor, owner: torch.Tensor) -> Plain | None:
    """Return where a tensor looks in its owner's memory; None where that cannot be told."""
    if view.dtype != owner.dtype or owner.storage_offset() or not owner.is_contiguous():
        return None
    place: Plain = {
        "shape": list(view.shape),
        "offset": view.storage_offset(),
        "strides": list(view.stride()),
    }
    try:
        look(place, owner)
    except EvidenceError:
        return None
    return place


def _view(plain: Plain, owner: torch.Tensor) -> torch.Tensor:
    offset = plain.get("offset")
    shape, strides = _numbers(plain.get("shape")), _numbers(plain.get("strides"))
    if type(offset) is not int or min([offset, *shape, *strides]) < 0 or not owner.is_contiguous():
        raise EvidenceError("a malformed view")
    if math.prod(shape) * owner.element_size() > MAX_FRAME_BYTES or len(shape) != len(strides):
        raise EvidenceError("the view has too many entries")
    last = offset + sum((size - 1) * stride for size, stride in zip(shape, strides))
    if math.prod(shape) and last >= owner.numel():
        raise EvidenceError("a view beyond its tensor")
    return owner.as_strided(shape, strides, offset)


def look(plain: Plain, owner: Any) -> np.ndarray | torch.Tensor:
    """Return the array or tensor that looks at an owner's memory as a record says.

    Raises:
        EvidenceError: it is malformed, or looks beyond.
    """
    if type(owner) is torch.Tensor:
        return _view(plain, owner)
    if type(owner) is not np.ndarray or not (owner.flags.owndata and owner.flags.forc):
        raise EvidenceError("what is looked at is no array with a memory of its own")
    dtype, offset = make_dtype(plain.get("dtype")), plain.get("offset")
    shape, strides = _numbers(plain.get("shape")), _numbers(plain.get("strides"))
    if not _may_look(dtype, owner.dtype) or type(offset) is not int or min(shape, default=0) < 0:
        raise EvidenceError("a malformed view")
    if math.prod(shape) * dtype.itemsize > MAX_FRAME_BYTES:
        raise EvidenceError("the view has too many entries")
    if dtype.kind not in FREE and any(one % dtype.itemsize for one in (offset, *strides)):
        raise EvidenceError("a view of parts of entries")
    flat: Any = _flat(owner)
    try:
        found = np.ndarray(shape, dtype, flat, offset, strides)
    except (ValueError, TypeError) as error:
        raise EvidenceError(f"a view beyond its array ({error})") from None
    if plain.get("strided") is True:
        start = np.ndarray((), dtype, flat, offset) if found.size else found
        found = np.lib.stride_tricks.as_strided(start, shape, strides)
    if plain.get("fixed") is True:
        found.flags.writeable = False
    return found


def _may_look(dtype: np.dtype, owner: np.dtype) -> bool:
    """Tell whether entries of a dtype are well formed, whatever the owner's are."""
    if dtype.fields is not None or not dtype.itemsize or owner.kind not in FREE + "bUS":
        return False
    return dtype == owner or (dtype.kind in FREE and owner.kind in FREE)


def _flat(owner: np.ndarray) -> np.ndarray:
    """Return an array's memory with its axes in the order in which they lie there."""
    return owner.T if owner.flags.fnc else owner


def _address(array: np.ndarray) -> int:
    address: int = array.__array_interface__["data"][0]
    return address


def _numbers(told: Any) -> list[int]:
    if type(told) is not list or len(told) > MOST_AXES:
        raise EvidenceError("malformed numbers of a view")
    if not all(type(one) is int and abs(one) < 2**40 for one in told):
        raise EvidenceError("malformed numbers of a view")
    return told
