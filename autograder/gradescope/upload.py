"""The upload as Gradescope lays it down: which file to grade, what it says about the student."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from autograder.errors import SubmissionError
from autograder.intake.collection import find_submissions
from autograder.intake.upload import look_at, may_be_notebook, show_name

DAY = timedelta(hours=24)
NOTHING = (
    "No notebook was uploaded. Please upload your notebook: one file that ends in .ipynb ‖ "
    "没有上传笔记本。请上传你的笔记本：一个以 .ipynb 结尾的文件"
)
SEVERAL = (
    "More than one notebook was uploaded ({names}). Please upload only the one to be graded ‖ "
    "上传了多个笔记本（{names}）。请只上传要评分的那一个"
)
NO_NOTEBOOK = (
    "{names}: not a notebook. Please upload the notebook itself, the file that ends in .ipynb ‖ "
    "{names}：不是笔记本。请上传笔记本本身，即以 .ipynb 结尾的文件"
)


def find_upload(folder: Path) -> Path:
    """Return the one file to grade: a notebook, or a zip where there is no notebook.

    Of several notebooks the one that somebody worked on counts: not the release beside it.

    Raises:
        SubmissionError: there is none, or more than one; the message is for the student.
    """
    files = find_submissions(folder) if folder.is_dir() else []
    named = [path for path in files if may_be_notebook(path)]
    zips = [path for path in named if path.suffix.lower() == ".zip"]
    for found in ([path for path in named if path not in zips], zips):
        if len(found) > 1:
            looks = {path: look_at(path) for path in found}
            found = [p for p, look in looks.items() if look and not look.untouched] or found
        if len(found) > 1:
            raise SubmissionError(SEVERAL.format(names=_names(found)))
        if found:
            return found[0]
    raise SubmissionError(NO_NOTEBOOK.format(names=_names(files)) if files else NOTHING)


def _names(paths: list[Path]) -> str:
    shown = ", ".join(show_name(path.name) for path in paths[:3])
    return shown + (", …" if len(paths) > 3 else "")


@dataclass(frozen=True)
class Metadata:
    """What ``submission_metadata.json`` says; every field may be missing there.

    Attributes:
        created: when this upload was made.
        total_points: what Gradescope's assignment is worth.
        earlier: times and scores of graded earlier uploads, oldest first.
    """

    submission: str = ""
    assignment: str = ""
    created: datetime | None = None
    due: datetime | None = None
    total_points: float | None = None
    earlier: tuple[tuple[datetime, float | None], ...] = ()

    @property
    def late(self) -> bool:
        """Whether the upload came after the due date."""
        return bool(self.created and self.due and self.created > self.due)

    def next_grading(self, per_day: int) -> datetime | None:
        """Return when the next upload may be graded, or None if this one may."""
        if not per_day or self.created is None:
            return None
        graded: list[datetime] = []  # what came too soon was not, and keeps nobody waiting longer
        for time in (*(time for time, _ in self.earlier), self.created):
            recent = [one for one in graded if timedelta(0) <= time - one < DAY]
            if is_graded := len(recent) < per_day:
                graded.append(time)
        return None if is_graded else recent[-per_day] + DAY

    @property
    def last_score(self) -> float:
        """The score of the latest graded upload, or 0."""
        scores = [score for _, score in self.earlier if score is not None]
        return scores[-1] if scores else 0.0


def load_metadata(path: Path) -> Metadata:
    """Read ``submission_metadata.json``; what is missing or malformed there is left out."""
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Metadata()
    if not isinstance(plain, dict):
        return Metadata()
    assignment = plain.get("assignment")
    assignment = assignment if isinstance(assignment, dict) else {}
    previous = plain.get("previous_submissions")
    earlier = [
        (time, parse_number(entry.get("score")))
        for entry in (previous if isinstance(previous, list) else [])
        if isinstance(entry, dict)
        and not entry.get("autograder_error")
        and (time := parse_iso_time(entry.get("submission_time")))
    ]
    return Metadata(
        submission=str(plain.get("id", "")),
        assignment=str(assignment.get("title", ""))[:200],
        created=parse_iso_time(plain.get("created_at")),
        due=_due(assignment, plain.get("users")),
        total_points=parse_number(assignment.get("total_points")),
        earlier=tuple(sorted(earlier, key=lambda pair: pair[0])),
    )


def _due(assignment: dict, users: object) -> datetime | None:
    """Return the due date, with a student's own extension where Gradescope names one."""
    due = [parse_iso_time(assignment.get("due_date"))]
    for user in users if isinstance(users, list) else []:
        own = user.get("assignment") if isinstance(user, dict) else None
        due.append(parse_iso_time(own.get("due_date")) if isinstance(own, dict) else None)
    return max((time for time in due if time), default=None)


def parse_iso_time(text: object) -> datetime | None:
    """Read an ISO time; one without a zone is taken as UTC."""
    if not isinstance(text, str):
        return None
    try:
        time = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=timezone.utc)


def parse_number(value: object) -> float | None:
    """Read a finite number from a number or a text."""
    if not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) < float("inf") else None
