"""What a gradebook's assignment is: read from its grading zip, or what the gradebook remembers."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.course import dist_folder
from autograder.gradebook import Gradebook

if TYPE_CHECKING:
    from autograder.scoring.assignment import Assignment


def load_graded_assignment(gradebook: Gradebook, grading_zip: Path | None) -> "Assignment":
    """Return the assignment of a gradebook, read from its grading zip: the one that graded last."""
    from autograder.scoring.assignment import load_assignment

    name, last = gradebook.assignment(), gradebook.zip
    known = last if last and last.is_file() else dist_folder() / name / "autograder.zip"
    return load_assignment(grading_zip or known, name)


@dataclass(frozen=True)
class Remembered:
    """What a gradebook itself knows of its assignment, where the grading zip is gone."""

    name: str
    questions: list[str]
    digest: str = ""
    manifest: dict[str, Any] = field(default_factory=dict)
