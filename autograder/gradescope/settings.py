"""What an instructor can set for Gradescope: ``gradescope.json`` beside an assignment's source."""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from autograder.errors import BuildError

FILE = "gradescope.json"
VISIBILITIES = ("hidden", "after_due_date", "after_published", "visible")


@dataclass(frozen=True)
class UploadSettings:
    """Settings of one assignment on Gradescope.

    Attributes:
        limit_s: seconds for everything, below Gradescope's own limit (600 unless raised).
        hidden_visibility: who sees what hidden tests say.
        figures: show the curves that a plot question's tests looked at.
        gradings_per_day: how many uploads of a student are graded within 24 hours; 0: all.
    """

    limit_s: int = 540
    hidden_visibility: str = "after_published"
    figures: bool = True
    gradings_per_day: int = 0

    def __post_init__(self) -> None:
        for field in fields(self):
            wanted = type(field.default)
            if type(getattr(self, field.name)) is not wanted:
                raise BuildError(f"{FILE}: {field.name} must be of type {wanted.__name__}")
        if self.hidden_visibility not in VISIBILITIES:
            raise BuildError(f"{FILE}: hidden_visibility must be one of {', '.join(VISIBILITIES)}")
        if not 60 <= self.limit_s <= 2340:
            raise BuildError(f"{FILE}: limit_s must be from 60 to 2340 (Gradescope ends at 2400)")

    def as_json(self) -> bytes:
        """Return the settings as the zip holds them."""
        return (json.dumps(asdict(self), indent=1) + "\n").encode()


def load_settings(folder: Path) -> UploadSettings:
    """Read the settings of a folder; the defaults where it has none.

    Raises:
        BuildError: the file is malformed or names an unknown setting.
    """
    path = folder / FILE
    if not path.is_file():
        return UploadSettings()
    try:
        return UploadSettings(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise BuildError(f"{path}: {error}") from None
