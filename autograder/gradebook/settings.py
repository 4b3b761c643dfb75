"""What a gradebook keeps of the run itself: deadline, folder, written questions, pages."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from autograder.gradebook.file import GradebookFile
from autograder.intake.layouts import tokens_in, written_by_platform
from autograder.intake.times import parse_time


class Settings(GradebookFile):
    """The settings of a gradebook's file; what was never set has its default."""

    def set_deadline(self, deadline: datetime | None) -> None:
        """Keep the deadline after which a submission is late; None: there is none."""
        self._keep("deadline", deadline.isoformat() if deadline else "")

    def set_written(self, possible: dict[str, float]) -> None:
        """Keep which questions people mark, and their points; they count in every submission."""
        self._keep("written", json.dumps(possible))

    @property
    def written(self) -> dict[str, float]:
        """The questions that people mark: name -> points that could be earned."""
        return json.loads(self._kept("written") or "{}")

    def set_released(self, released: bool) -> None:
        """Keep whether feedback may name hidden test cases and show expected curves."""
        self._keep("released", "yes" if released else "")

    @property
    def released(self) -> bool:
        """Whether feedback may name hidden test cases and show expected curves."""
        return bool(self._kept("released"))

    def set_folder(self, folder: Path) -> None:
        """Keep where the submissions lie."""
        self._keep("folder", str(folder))

    @property
    def folder(self) -> Path | None:
        """The folder of the submissions, where it is known."""
        return Path(self._kept("folder")) if self._kept("folder") else None

    @property
    def deadline(self) -> datetime | None:
        """The deadline, or None."""
        return parse_time(self._kept("deadline"))

    @property
    def pages(self) -> str:
        """What the pages that lie in the output folder were made from, as it was kept."""
        return self._kept("pages")

    def set_pages(self, made_from: str) -> None:
        """Keep what the pages were made from."""
        self._keep("pages", made_from)

    @property
    def stale(self) -> bool:
        """Whether pages were made that show another state than the gradebook's."""
        return bool(self._kept("stale"))

    def set_stale(self, stale: bool) -> None:
        """Keep whether every page is to be written again."""
        self._keep("stale", "yes" if stale else "")

    def set_zip(self, path: Path) -> None:
        """Keep which grading zip graded last."""
        self._keep("zip", str(path))

    @property
    def zip(self) -> Path | None:
        """The grading zip that graded last, where it is known."""
        return Path(self._kept("zip")) if self._kept("zip") else None

    def set_members_of_uploads(self, people: dict[str, list[str]]) -> None:
        """Keep who handed in what, as the platform's metadata tell: file -> e-mails or ids."""
        self._keep("people", json.dumps(people))

    @property
    def members_of_uploads(self) -> dict[str, list[str]]:
        """Who handed in what, as the platform's metadata tell: file -> e-mails or ids."""
        return dict(json.loads(self._kept("people") or "{}"))

    def set_students(self, students: dict[str, list[Any]]) -> None:
        """Keep who handed in each submission: name, a key, and of each student name and ids."""
        self._keep("students", json.dumps(students, sort_keys=True))

    @property
    def students(self) -> dict[str, list[Any]]:
        """Who handed in each submission, as a roster told."""
        return dict(json.loads(self._kept("students") or "{}"))

    @property
    def noted(self) -> set[str]:
        """Whose pages said more than what the scorer found, when they were last written."""
        return set(json.loads(self._kept("noted") or "[]"))

    def set_noted(self, names: set[str]) -> None:
        """Keep whose pages say more than what the scorer found."""
        self._keep("noted", json.dumps(sorted(names)))

    @property
    def extensions(self) -> dict[str, datetime]:
        """Later deadlines of single students, by id or e-mail address in lower case."""
        kept = json.loads(self._kept("extensions") or "{}")
        return {key: time for key, text in kept.items() if (time := parse_time(text))}

    def set_extensions(self, extensions: dict[str, datetime]) -> None:
        """Keep later deadlines of single students."""
        plain = {key: time.isoformat() for key, time in sorted(extensions.items())}
        self._keep("extensions", json.dumps(plain))

    def due_dates(self) -> Callable[[str, str], datetime | None]:
        """Return what tells the deadline of a file and its submission.

        It is the own one of its student, whom a roster has told, or else what a platform wrote into
        the file's path. What a student called the file gives nobody another's extension.
        """
        extensions, deadline, students = self.extensions, self.deadline, self.students

        def due(file: str, submission: str) -> datetime | None:
            told = students.get(submission, [])[2:]  # an earlier version kept no ids
            ids = {key for ids in told for _, one in ids for key in one}
            keys = ids or tokens_in(written_by_platform(file))
            return max((extensions[key] for key in keys & extensions.keys()), default=deadline)

        return due if extensions else lambda file, submission: deadline
