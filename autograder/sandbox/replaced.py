"""What a test replaced on its side is replaced here too, while a request is answered."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any


@contextmanager
def in_place(replacements: list[list[Any]] | None) -> Iterator[None]:
    """Put functions into modules for as long as this is open.

    Args:
        replacements: module (or ``module:class``), name and function of each.
    """
    if not replacements:
        yield
        return
    with ExitStack() as stack:
        for module, name, value in replacements:
            place, _, of_class = module.partition(":")
            owner = sys.modules.get(place)
            owner = getattr(owner, of_class, None) if of_class else owner
            if owner is not None:
                stack.callback(setattr, owner, name, getattr(owner, name, None))
                setattr(owner, name, value)
        yield
