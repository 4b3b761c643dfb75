"""Which cores scorers and their sandboxes work on."""

import os
from collections.abc import Set
from contextlib import suppress


def own_cores() -> set[int]:
    """Return the cores that this process may use; none where the system does not tell."""
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()


def stay_on(cores: Set[int]) -> None:
    """Keep this process, and what it starts from now on, on some cores."""
    if cores:
        with suppress(OSError):  # some container runtimes do not let a process choose
            os.sched_setaffinity(0, cores)


def places_of(scorers: int) -> list[set[int]]:
    """Return per scorer the cores for it and its sandbox: one, if there are scorers for every core.

    The two take turns, never both at work: on one core neither has to wake the other from a core
    that sleeps, and both find its caches warm. With fewer scorers the kernel places them better.
    """
    cores = own_cores()
    if scorers < len(cores) or not cores:
        return [cores] * scorers
    ordered = sorted(cores)
    return [{ordered[number % len(ordered)]} for number in range(scorers)]
