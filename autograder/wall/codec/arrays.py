"""Arrays and tensors as bytes."""

from typing import Any

import numpy as np
import torch

from autograder.errors import EvidenceError
from autograder.wall.codec.kinds import ARRAY_KINDS, MAX_FRAME_BYTES


def is_plain(array: np.ndarray) -> bool:
    return array.dtype.kind in ARRAY_KINDS and array.dtype.fields is None


def array_fields(array: np.ndarray) -> dict[str, Any]:
    if array.nbytes > MAX_FRAME_BYTES:
        raise EvidenceError("the array is too large")
    return {"dtype": array.dtype.str, "shape": list(array.shape), "data": array.tobytes()}


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
