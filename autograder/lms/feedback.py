"""Feedback pages in the archives by which platforms take them back, and in a folder to mail from.

What each platform says of it:

- Moodle ("Upload multiple feedback files in a zip", ``assignfeedback_file``): a folder per student
  that is called as in its own download, ``<full name>_<number>_assignfeedback_file_``. The number
  is the participant's; an underscore in the name before it would hide it.
- Canvas ("Upload submissions" after "Download submissions"): files called as those of the
  download, ``<name>_[LATE_]<user number>_<upload number>_<file>``. The first two numbers between
  underscores are looked up: the student, and an upload of theirs. Each file becomes a comment's. A
  text that was typed in has no upload.
- Gradescope takes no feedback files: it shows what the grading zip's ``results.json`` says.
- A mail merge takes a table with a row per message: name, address, the file to attach.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.errors import UsageError
from autograder.files import write_bytes, write_text
from autograder.intake.layouts import canvas_upload, owner_named
from autograder.intake.tables import harmless, to_csv
from autograder.intake.times import number_of
from autograder.lms.roster import GradedSubmission, Matching, latest_of
from autograder.lms.student import Student

_UNSAFE = re.compile(r'[\x00-\x1f/\\:*?"<>|_]+')  # in a folder's name; "_" parts Moodle's
_PARTICIPANT = re.compile(r"\D+\d+")  # Moodle's Identifier; Gradescope's are numbers alone
MAIL = "mail.csv"


Counting = list[tuple["Student | None", GradedSubmission]]


@dataclass
class GivenBack:
    """What was written.

    Attributes:
        counts: pages by archive or table.
        left: files of submissions that no archive holds, each with why.
    """

    counts: dict[str, int] = field(default_factory=dict)
    left: list[tuple[str, str]] = field(default_factory=list)


def give_back(
    folder: Path,
    pages: Mapping[str, Path],
    entries: Iterable[GradedSubmission],
    title: str,
    matching: Matching | None = None,
) -> GivenBack:
    """Write ``moodle.zip``, ``canvas.zip`` and ``mail/`` with a table, as far as names tell whose.

    Args:
        folder: where to; what an earlier call wrote there is replaced.
        pages: feedback pages by submission.
        title: the assignment's, which the files are called after.
        matching: what counts for whom; without it, the latest of each owner of a download counts,
            and nothing is mailed.

    Raises:
        UsageError: a page is missing, or nothing of what was graded says whose it is.
    """
    counting = _counting(entries, matching)
    for _, entry in counting:
        if not pages[entry.submission].is_file():
            raise UsageError(f"{pages[entry.submission]}: is missing; run `report` to write it")
    name = f"{_plain(title)}-feedback.html"
    archives = {
        "moodle.zip": _named(counting, lambda one, entry: _moodle(one, entry, name)),
        "canvas.zip": _named(counting, lambda one, entry: _canvas(entry)),
    }
    done, held = GivenBack(), set[str]()
    for archive, names in archives.items():
        _write_zip(folder / archive, {place: pages[one] for place, one in names.items()})
        done.counts[archive] = len(names)
        held |= set(names.values())
    mailed = _write_mail(folder / "mail", counting, pages)
    done.counts["mail"] = len(mailed)
    held |= mailed
    done.left = [(entry.file, "nothing says whose it is on a platform, nor an e-mail address")
                 for _, entry in counting if entry.submission not in held]  # fmt: skip
    if not held:
        raise UsageError(
            "no file's name is one of Canvas's or Moodle's downloads, and no address is known: "
            "give --roster with e-mail addresses"
        )
    return done


def _counting(entries: Iterable[GradedSubmission], matching: Matching | None) -> Counting:
    """Return what counts, each with its student where the roster tells."""
    if matching is not None:
        return list(matching.chosen)
    by_owner: dict[object, list[GradedSubmission]] = {}
    for entry in entries:
        owner = owner_named(entry.file)
        by_owner.setdefault(owner.key if owner else entry.file, []).append(entry)
    return [(None, latest_of(theirs)) for theirs in by_owner.values()]


def _named(
    counting: Counting, place: Callable[[Student | None, GradedSubmission], str]
) -> dict[str, str]:
    """Return submissions by their place in an archive; those without one are left out."""
    found = {}
    for student, entry in counting:
        if where := place(student, entry):
            found[where] = entry.submission
    return found


def _moodle(student: Student | None, entry: GradedSubmission, name: str) -> str:
    owner = owner_named(entry.file)
    if owner and owner.key[0] == "moodle":
        person, number = owner.name, owner.number
    elif student and _PARTICIPANT.fullmatch(student.upload_id):
        person, number = student.shown, number_of(student.upload_id)
    else:
        return ""
    return f"{_plain(person)}_{number}_assignfeedback_file_/{name}" if number else ""


def _canvas(entry: GradedSubmission) -> str:
    upload = canvas_upload(entry.file)
    return f"{upload}_feedback.html" if upload else ""


def _plain(text: str) -> str:
    return " ".join(_UNSAFE.sub(" ", text).split()).strip(". ") or "feedback"


def _write_zip(path: Path, entries: Mapping[str, Path]) -> None:
    """Write an archive in one step; none where it would be empty."""
    if not entries:
        path.unlink(missing_ok=True)
        return
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for place, page in sorted(entries.items()):
            archive.writestr(zipfile.ZipInfo(place), page.read_bytes(), zipfile.ZIP_DEFLATED)
    write_bytes(path, packed.getvalue())


def _write_mail(folder: Path, counting: Counting, pages: Mapping[str, Path]) -> set[str]:
    """Write the addressed pages and the table of them; returns the submissions that are mailed."""
    addressed = [(one, entry) for one, entry in counting if one and one.email]
    if (folder / MAIL).is_file():  # of an earlier call
        for path in (*folder.glob("*.html"), folder / MAIL):
            path.unlink()
    if not addressed:
        return set()
    rows = [["name", "email", "file"]]
    for student, entry in addressed:
        file = f"{entry.submission}.html"
        write_text(folder / file, pages[entry.submission].read_text(encoding="utf-8"))
        rows.append([harmless(student.shown), harmless(student.email), file])
    write_text(folder / MAIL, to_csv(rows))
    return {entry.submission for _, entry in addressed}
