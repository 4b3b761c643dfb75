"""Files that learning platforms import, and a list of what a person has to look at.

Columns follow what each platform says of its grade import:

- Canvas (github.com/instructure/canvas-lms, ``lib/gradebook_importer.rb``): the first columns are
  ``Student, ID, SIS User ID, SIS Login ID, Section``, in this order; a student is found by ID, SIS
  ids, then name; a column whose head ends in ``(<number>)`` is the assignment of that number, any
  other head is taken by its title or makes a new assignment; ``Points Possible`` stands in a row of
  its own.
- Moodle (docs.moodle.org/en/Grade_import): any columns; on import they are mapped, the student by
  ``Email address`` (its case counts) or ``ID number``, the points to a grade item. Its grading
  worksheet is known by ``Identifier``, ``Grade`` and ``Last modified (grade)``.
- Blackboard (its Grade Center help, "Uploading or Downloading Grade Center Items"): a head row;
  each cell of a comma-separated file in quotes; students by ``Username``; a column whose head ends
  in ``|<number>`` is that column, one without makes a new text column of zero points.
- Brightspace (its help, "Import grades"): ``OrgDefinedId`` or ``Username``, the item's column,
  whose head ends in ``Points Grade``, and the last column ``End-of-Line Indicator``.
- 学习通 and 雨课堂 take tables with 学号 and 姓名; this one has them.
- Gradescope takes autograded scores from the grading zip only. This file has the columns of its
  "Download Grades" sheet, for comparing and for what reads such sheets.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from autograder.files import write_text
from autograder.intake.collection import Attachment
from autograder.intake.tables import harmless, to_csv
from autograder.intake.times import lateness
from autograder.lms.columns import COLUMN_HEADS
from autograder.lms.grade_files import number
from autograder.lms.roster import GradedSubmission, Matching, reason_for


def canvas(matching: Matching, title: str, possible: float) -> str:
    """Return the file that Canvas's gradebook imports."""
    table: list[list] = [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", harmless(title)],
        ["    Points Possible", "", "", "", "", number(possible)],
    ]
    for student, entry in matching.chosen:
        row = [student.shown, student.canvas_id, student.sis_id, student.login or student.email]
        table.append([*map(harmless, [*row, student.section]), _score(entry)])
    return to_csv(table)


def moodle(matching: Matching, title: str, possible: float) -> str:
    """Return the file for Moodle's CSV grade import; lateness is left to a column of its own.

    Where marking is anonymous the roster names participants alone: then it is a grading worksheet.
    """
    if all(not (one.email or one.sis_id or one.login) for one, _ in matching.chosen):
        return _worksheet(matching)
    head = ["First name", "Last name", "ID number", "Email address", "Username", harmless(title)]
    table: list[list] = [[*head, "Submitted late"]]
    for student, entry in matching.chosen:
        row = [student.given, student.family, student.sis_id, student.email, student.login]
        table.append([*map(harmless, row), _score(entry), "yes" if entry.late else "no"])
    return to_csv(table)


def _worksheet(matching: Matching) -> str:
    """Return what Moodle's "Upload grading worksheet" looks for, in its English."""
    table: list[list] = [["Identifier", "Grade", "Last modified (grade)"]]
    for student, entry in matching.chosen:
        table.append([harmless(student.upload_id), _score(entry), "-"])
    return to_csv(table)


def blackboard(matching: Matching, title: str, possible: float) -> str:
    """Return the file for Blackboard's gradebook upload."""
    known = COLUMN_HEADS["blackboard"].fullmatch(title)
    column = title if known else f"{title} [Total Pts: {number(possible)} Score]"
    table: list[list] = [["Last Name", "First Name", "Username", "Student ID", harmless(column)]]
    for student, entry in matching.chosen:
        user = student.login or student.email.partition("@")[0]
        row = [student.family, student.given, user, student.sis_id]
        table.append([*map(harmless, row), _score(entry)])
    return to_csv(table, quote_all=True)


def gradescope(matching: Matching, title: str, possible: float) -> str:
    """Return a sheet with the columns of Gradescope's own scores."""
    head = ["First Name", "Last Name", "SID", "Email", "Sections", "Total Score", "Max Points"]
    table: list[list] = [[*head, "Status", "Submission ID", "Submission Time", "Lateness (H:M:S)"]]
    for student, entry in matching.chosen:
        row = [student.given, student.family, student.sis_id, student.email, student.section]
        status = "Ungraded" if entry.score is None else "Graded"
        time = entry.submitted_at.isoformat(sep=" ") if entry.submitted_at else ""
        table.append([*map(harmless, row), _score(entry), number(possible), status,
                      harmless(entry.submission), time,
                      _late_by(entry, matching.rules.due(student))])  # fmt: skip
    for student in matching.missing:
        row = [student.given, student.family, student.sis_id, student.email, student.section]
        table.append([*map(harmless, row), "", number(possible), "Missing", "", "", ""])
    return to_csv(table)


def brightspace(matching: Matching, title: str, possible: float) -> str:
    """Return the file that Brightspace's gradebook imports: "#" keeps numbers as they are."""
    known = COLUMN_HEADS["brightspace"].fullmatch(title)
    column = title if known else f"{title} Points Grade <Numeric MaxPoints:{number(possible)}>"
    head = ["OrgDefinedId", "Username", "Last Name", "First Name", "Email", harmless(column)]
    table: list[list[object]] = [[*head, "End-of-Line Indicator"]]
    for student, entry in matching.chosen:
        ids = [f"#{one}" if one else "" for one in (student.sis_id, student.login)]
        row = [student.family, student.given, student.email]
        table.append([*ids, *map(harmless, row), _score(entry), "#"])
    return to_csv(table)


def chinese(matching: Matching, title: str, possible: float) -> str:
    """Return a sheet with the columns of 学习通 and 雨课堂, which Chinese Excel opens as it is."""
    table: list[list[object]] = [["学号", "姓名", "邮箱", "班级", harmless(title)]]
    for student, entry in matching.chosen:
        row = [student.sis_id or student.login, student.shown, student.email, student.section]
        table.append([*map(harmless, row), _score(entry)])
    return "\ufeff" + to_csv(table)


PLATFORMS: dict[str, Callable[[Matching, str, float], str]] = {
    "canvas": canvas,
    "moodle": moodle,
    "blackboard": blackboard,
    "gradescope": gradescope,
    "brightspace": brightspace,
    "chinese": chinese,
}


def write_lms_files(
    folder: Path,
    matching: Matching,
    title: str,
    possible: float,
    columns: dict[str, str] | None = None,
    attachments: Iterable[Attachment] = (),
) -> list[Path]:
    """Write ``<platform>.csv`` for every platform and ``attention.csv``; returns their paths.

    Args:
        columns: by platform the assignment's column head, where it is known better than by title.
        attachments: files that were not graded.
    """
    heads = {**dict.fromkeys(PLATFORMS, title), **(columns or {})}
    texts = {name: write(matching, heads[name], possible) for name, write in PLATFORMS.items()}
    texts["attention"] = to_csv(attention(matching, attachments))
    paths = []
    for name, text in texts.items():
        paths.append(Path(folder) / f"{name}.csv")
        write_text(paths[-1], text)
    return paths


def attention(matching: Matching, attachments: Iterable[Attachment] = ()) -> list[list[str]]:
    """Return a table of what needs a person, and of which submission counts for whom and why."""
    table = [["what", "file", "student", "details"]]
    for entry, why in matching.unmatched:
        table.append(["unmatched", entry.file, "", why])
    for student, kept, other in matching.duplicates:
        why = f"{kept.file} counts: {reason_for(kept, other)}"
        table.append(["duplicate", other.file, student.shown, why])
    whose: dict[str, list[str]] = {}
    for student, entry in matching.chosen:
        whose.setdefault(entry.file, []).append(student.shown)
        if entry.late:
            late_by = _late_by(entry, matching.rules.due(student))
            table.append(["late", entry.file, student.shown, late_by])
        if entry.noticed:
            table.append(["to look at", entry.file, student.shown, entry.noticed])
        if not entry.readable:
            table.append(["no notebook", entry.file, student.shown, "zero points, unread"])
        if entry.score is None:
            table.append(
                ["not graded", entry.file, student.shown, "grade again; its mark stays empty"]
            )
    for one in attachments:
        shown = "; ".join(whose.get(one.beside, ()))
        table.append(["attachment", one.file, shown, f"{one.why}; graded: {one.beside}"])
    for who in matching.strangers:
        table.append(["extension of nobody", "", who, "no id or address on the roster"])
    for student in matching.missing:
        table.append(
            ["no submission", "", student.shown, "its mark is left as it is in the platform"]
        )
    return [table[0], *([harmless(cell) for cell in row] for row in table[1:])]


def _late_by(entry: GradedSubmission, deadline: datetime | None) -> str:
    known = lateness(entry.file, entry.submitted_at, deadline)
    return known or ("late" if entry.late else "")


def _score(entry: GradedSubmission) -> str | float:
    return "" if entry.score is None else number(entry.score)
