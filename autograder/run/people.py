"""Who handed in which submission: as a roster tells, else as the files' own names do."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from autograder.gradebook import Gradebook
from autograder.intake.layouts import owners_of
from autograder.intake.times import parse_time
from autograder.lms.people import People
from autograder.lms.student import Student
from autograder.reports.exercises import Person

TELLING = ("moodle", "brightspace", "sakai", "number")  # platforms that write names as they are


def match_students(
    roster: list[Student], files: dict[str, str], uploads: dict[str, list[str]]
) -> dict[str, list[Any]]:
    """Return, by submission, the student's name and a key that is nobody else's.

    Behind them stand name and ids of each, as a submission may be a group's.

    Args:
        files: the file of each submission.
        uploads: whose an upload is, as the platform's own metadata tell.
    """
    people, found = People(roster, {}, uploads), {}
    for submission, file in files.items():
        students = sorted(people.of(file, submission)[0], key=lambda one: one.shown)
        if students:
            name = "; ".join(student.shown for student in students)
            key = " ".join(sorted(_key(one) for one in students))
            ids = [[one.shown, sorted(one.keys)] for one in students]
            found[submission] = [name, key, ids]
    return found


def _key(student: Student) -> str:
    return min(student.keys, default=student.shown)


def people_of(gradebook: Gradebook) -> dict[str, Person]:
    """Return what is known of who handed in each submission of the class."""
    known, graded = gradebook.students, gradebook.graded_at()
    files = {name: file for file, name in gradebook.files().items() if name in graded}
    owners, handed_in = owners_of(files.values()), gradebook.handed_in()
    found = {}
    for submission, time in graded.items():
        owner = owners.get(files.get(submission, ""))
        name, key = known.get(submission, ["", ""])[:2]
        if not key and owner and owner.certain:
            key = " ".join(owner.key)
            name = owner.name if owner.key[0] in TELLING else ""
        found[submission] = person_of(name, handed_in.get(submission, ("", ""))[0], time, key)
    return found


def person_of(name: str, handed_in: str | None, graded: str, key: str = "") -> Person:
    """Return what a page says of a person; times (ISO 8601) become this machine's."""
    due, done = (parse_time(text) if text else None for text in (handed_in, graded))
    return Person(name, key, _shown(due, "%Y-%m-%d %H:%M"), _shown(done, "%Y-%m-%d"))


def names_in(files: Iterable[str]) -> dict[str, str]:
    """Return the names of students that files' own names tell, by file."""
    owners = owners_of(files)
    return {file: one.name for file, one in owners.items() if one.certain
            and one.key[0] in TELLING and one.name}  # fmt: skip


def _shown(time: datetime | None, form: str) -> str:
    return time.astimezone().strftime(form) if time else ""
