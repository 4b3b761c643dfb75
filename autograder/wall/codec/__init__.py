"""The evidence codec: plain data in msgpack, bounded in size, depth and kind; never pickle.

Scalars, strings and lists travel as msgpack's own types. Everything else is a map whose key ``$``
names its kind (``tuple``, ``array``, ``tensor``, ``error``, ``object`` and so on). Both sides share
this module. The side that decodes trusts nothing: every field is checked before it is used.

The two hooks say what a side does with things that stay where they are:

- ``keep(value) -> int`` (sandbox) registers an object and returns its handle;
- ``resolve(handle) -> object`` (sandbox) finds it again; ``adopt(kind, record, value)`` (scorer)
  turns a received record into a local stand-in.
"""

from autograder.wall.codec.decoding import unpack
from autograder.wall.codec.kinds import (
    CALL,
    MAX_DEPTH,
    MAX_FRAME_BYTES,
    MAX_INT_DIGITS,
    MAX_NODES,
    MAX_TEXT,
    TENSOR_DTYPES,
    Fields,
    Function,
)
from autograder.wall.codec.messages import pack, pack_changes, settle

__all__ = [
    "CALL",
    "MAX_DEPTH",
    "MAX_FRAME_BYTES",
    "MAX_INT_DIGITS",
    "MAX_NODES",
    "MAX_TEXT",
    "TENSOR_DTYPES",
    "Fields",
    "Function",
    "pack",
    "pack_changes",
    "settle",
    "unpack",
]
