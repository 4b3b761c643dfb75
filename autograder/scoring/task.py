"""What every scorer of a run needs; light, for the command makes it before torch is there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from autograder.model import Gradation, Job, Limits, Provenance
from autograder.scoring.assignment import Assignment


@dataclass(frozen=True)
class Task:
    """What every scorer of a run needs, whichever process it is in.

    Attributes:
        by: what the marks can be traced to.
        finish: makes the outcome, plain data, of a gradation; runs in the scorer's process.
        blames: whether a submission is charged over which sandboxes or scorers break down again
            and again while it runs: where it is the only one and nobody looks into it. Elsewhere
            it is *not graded*.
    """

    assignment: Assignment
    limits: Limits
    by: Provenance
    finish: Callable[[Job, Gradation], Any]
    blames: bool = False


def as_it_is(job: Job, gradation: Gradation) -> Gradation:
    """Finish a job by handing its gradation on."""
    return gradation
