"""Which values are known to the other side already."""

from types import FunctionType
from typing import Any

from autograder.wall import lent
from autograder.wall.codec.recipes import COPIES


def lent_number(value: Any) -> int | None:
    """Return the number of a test's function or object that comes back, None of all else."""
    if type(value) is not FunctionType:
        return COPIES.number_of(value) or lent.number_of(value)
    found = vars(value).get("_autograder_lent")
    return found[0] if found is not None and found[1] == id(value) else None


def is_known(value: object) -> bool:
    """Tell whether a value of the scorer's came from the sandbox, which has it still."""
    return known_id(value) is not None


def known_id(value: object) -> int | None:
    """Return the number that the sandbox knows a value by; whoever has any attribute has none."""
    found = getattr(value, "_autograder_id", None)
    return found if type(found) is int else None
