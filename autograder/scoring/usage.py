"""What one run of a sandbox used."""

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.model import Status


@dataclass(frozen=True)
class Usage:
    """What one run used, as the worker reports it.

    Attributes:
        changed: names of the libraries' and ours that lead elsewhere in the end.
        noted: what else only a forger touches, each with the line of the notebook.
    """

    status: Status
    detail: str
    cpu_s: float
    wall_s: float
    memory_mib: float
    clean: bool
    changed: Sequence[str] = ()
    noted: Sequence[Sequence[str]] = ()
