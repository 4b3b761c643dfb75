"""Everything that a run leaves for people to read, in its output folder."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder import reports
from autograder.files import write_text
from autograder.gradebook import Gradebook
from autograder.intake.tables import harmless, to_csv
from autograder.languages import SEPARATOR
from autograder.lms import grade_files
from autograder.lms.grade_files import write_grades_csv
from autograder.model import Gradation
from autograder.reports.class_report import write_class_report
from autograder.reports.exercises import without_tests
from autograder.reports.feedback import write_feedback
from autograder.reports.statistics import ClassStatistics
from autograder.run.exercises import Described, exercises_of
from autograder.run.people import people_of


def write_all(
    out: Path, gradebook: Gradebook, assignment: Described, every_page: bool = False
) -> None:
    """Write ``grades.csv``, ``report/index.html``, ``changes.csv`` and the pages that need it.

    Those are the pages of who was late or got points by hand, now or when they were last written,
    and the ones that are not there. What is there already, made from the same, is left as it is.

    Args:
        assignment: what was graded.
        every_page: write everything, everybody's feedback too, as after a new deadline.
    """
    every_page = every_page or gradebook.stale
    missing = _missing(out, gradebook)
    grades, report = out / "grades.csv", out / "report" / "index.html"
    made_from = f"{gradebook.state()} {assignment.digest} {_code_digest()}"
    there = grades.is_file() and report.is_file()
    if there and not every_page and not missing and gradebook.pages == made_from:
        return
    _write_class(grades, report, gradebook, assignment)
    _write_changes(out / "changes.csv", gradebook)
    noted = _noted(gradebook)
    changed = missing | noted | set(gradebook.noted)
    if changed or every_page:
        title, released = titles_of(assignment), gradebook.released
        expected = right_curves(assignment, gradebook) if released else {}
        exercises, people = without_tests(exercises_of(assignment)), people_of(gradebook)
        for gradation in gradebook.latest():
            if every_page or gradation.submission in changed:
                person = people.get(gradation.submission)
                write_feedback(
                    out / "feedback", gradation, released, title, expected, exercises, person
                )
            if gradation.submission in missing:
                write_text(results_file(out, gradation.submission), results_json(gradation))
    gradebook.set_noted(noted)
    gradebook.set_pages(made_from)
    gradebook.set_stale(False)


def _write_class(grades: Path, report: Path, gradebook: Gradebook, assignment: Described) -> None:
    handed_in = gradebook.handed_in()
    late = sum(bool(by) for _, by in handed_in.values())
    marks = []

    def passing() -> Iterator[Gradation]:  # both need all, and reading takes longer than both
        for gradation in gradebook.latest():
            bulky: dict[str, Any] = {"curves": {}, "errors": {}, "answers": {}, "gradescope": {}}
            marks.append(replace(gradation, outputs=(), **bulky))
            yield gradation

    write_class_report(
        report,
        passing(),
        titles_of(assignment),
        reference_of(assignment),
        late=late,
        changes=[
            (c.file, c.submission, c.question, c.before, c.after, c.cause, c.kept)
            for c in gradebook.latest_changes()
        ],
        attachments=[(a.file, a.beside, a.why) for a in gradebook.attachments()],
        exercises=exercises_of(assignment),
        people=people_of(gradebook),
    )
    told = handed_in if gradebook.deadline else None
    write_grades_csv(grades, marks, assignment.questions, told)


def _write_changes(path: Path, gradebook: Gradebook) -> None:
    """Write every mark that a later grading changed, the latest first; nothing where none did."""
    changes = gradebook.changes()
    if not changes and not path.exists():
        return
    head = ["file", "question", "before", "after", "cause", "which counts", "run"]
    rows = [
        [harmless(c.file), harmless(c.question), _points(c.before), _points(c.after), c.cause,
         "before" if c.kept else "after", c.run]
        for c in changes
    ]  # fmt: skip
    write_text(path, to_csv([head, *rows]))


def _points(value: float | None) -> str:
    return "" if value is None else str(grade_files.number(value))


def _missing(out: Path, gradebook: Gradebook) -> set[str]:
    """Return whose page or result is not there, as after a kill or a deletion."""
    return {
        name
        for name in gradebook.handed_in()
        if not (out / "feedback" / f"{name}.html").is_file()
        or not results_file(out, name).is_file()
    }


def _noted(gradebook: Gradebook) -> set[str]:
    """Return whose pages say more than what the scorer found: points by hand, lateness."""
    late = {name for name, (_, by) in gradebook.handed_in().items() if by}
    return late | {override.submission for override in gradebook.overrides()}


def results_file(out: Path, submission: str) -> Path:
    """Return where a submission's result in Gradescope's format lies."""
    return out / "results" / submission / "results.json"


def results_json(gradation: Gradation) -> str:
    """Return what ``results.json`` says of a gradation, in Gradescope's format."""
    content = gradation.gradescope or {
        "score": 0,
        "output": f"Not graded: {gradation.reason}",
        "extra_data": {
            "status": gradation.status.value, "graded_by": gradation.graded_by.as_dict()
        },
        "tests": [],
    }  # fmt: skip
    return json.dumps(content, ensure_ascii=False, allow_nan=False)


def _code_digest() -> str:
    """Return a digest of the code and the templates that write pages."""
    total = hashlib.sha256()
    pages, grades = Path(reports.__file__).parent, Path(grade_files.__file__)
    for path in [Path(__file__), grades, *sorted(pages.rglob("*"))]:
        if path.is_file() and path.suffix != ".pyc":
            total.update(path.read_bytes())
    return total.hexdigest()


def title_of(assignment: Described) -> str:
    """Return an assignment's name for people."""
    words = assignment.name.replace("-", " ").replace("_", " ")
    return str(assignment.manifest.get("title") or words[:1].upper() + words[1:])


def titles_of(assignment: Described) -> str:
    """Return the name for people in both languages, where the notebook's headings tell one."""
    told = assignment.manifest.get("titles")
    chinese = told.get("zh") if isinstance(told, dict) else None
    return f"{title_of(assignment)}{SEPARATOR}{chinese}" if chinese else title_of(assignment)


def reference_of(assignment: Described) -> dict[str, list[dict[str, Any]]]:
    """Return the right curves per question that the grading zip recorded, or {}."""
    found = assignment.manifest.get("reference_curves", {})
    return found if isinstance(found, dict) else {}


def right_curves(assignment: Described, gradebook: Gradebook) -> dict[str, list[dict[str, Any]]]:
    """Return the right curves per question: recorded ones, else what full marks agree on."""
    statistics = ClassStatistics()
    for gradation in gradebook.latest():
        if gradation.curves:
            statistics.add(gradation)
    return {**statistics.agreed_curves(), **reference_of(assignment)}
