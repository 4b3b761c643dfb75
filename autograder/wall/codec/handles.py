"""Which values are known to the other side already."""

from types import FunctionType
from typing import Any


def lent_number(value: Any) -> int | None:
    """Return the number of a test's function that comes back; any other value has none."""
    lent = vars(value).get("_autograder_lent") if type(value) is FunctionType else None
    return lent[0] if lent is not None and lent[1] == id(value) else None


def is_known(value: object) -> bool:
    """Tell whether a value of the scorer's came from the sandbox, which has it still."""
    return getattr(value, "_autograder_id", None) is not None
