"""Everything that a run leaves for people to read, in its output folder."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from autograder import reports
from autograder.gradebook import Gradebook
from autograder.lms import grade_files
from autograder.lms.grade_files import write_grades_csv
from autograder.model import Gradation
from autograder.reports.class_report import write_class_report
from autograder.reports.feedback import write_feedback
from autograder.reports.statistics import ClassStatistics
from autograder.scoring.assignment import Assignment


def write_all(
    out: Path, gradebook: Gradebook, assignment: Assignment, every_page: bool = False
) -> None:
    """Write ``grades.csv``, ``report/index.html`` and the feedback of who was late or overridden.

    Pages that are there already, made from the same, are left as they are.

    Args:
        assignment: what was graded.
        every_page: write everything, everybody's feedback too, as after a new deadline.
    """
    grades, report = out / "grades.csv", out / "report" / "index.html"
    made_from = f"{gradebook.state()} {assignment.digest} {_code_digest()}"
    if not every_page and gradebook.pages == made_from and grades.is_file() and report.is_file():
        return
    title, reference = title_of(assignment), reference_of(assignment)
    handed_in = gradebook.handed_in()
    told = handed_in if gradebook.deadline else None
    late = sum(bool(by) for _, by in handed_in.values())
    marks = []

    # Both need every submission, and reading one takes longer than both.
    def passing() -> Iterator[Gradation]:
        for gradation in gradebook.latest():
            marks.append(replace(gradation, curves={}, errors={}, outputs=(), gradescope={}))
            yield gradation

    write_class_report(report, passing(), title, reference, late=late)
    write_grades_csv(grades, marks, assignment.questions, told)
    changed = {override.submission for override in gradebook.overrides()}
    changed |= {name for name, (_, late) in handed_in.items() if late}
    if changed or every_page:
        released = gradebook.released
        expected = right_curves(assignment, gradebook) if released else {}
        for gradation in gradebook.latest():
            if every_page or gradation.submission in changed:
                write_feedback(out / "feedback", gradation, released, title, expected)
    gradebook.set_pages(made_from)


def _code_digest() -> str:
    """Return a digest of the code and the templates that write pages."""
    total = hashlib.sha256()
    pages, grades = Path(reports.__file__).parent, Path(grade_files.__file__)
    for path in [Path(__file__), grades, *sorted(pages.rglob("*"))]:
        if path.is_file() and path.suffix != ".pyc":
            total.update(path.read_bytes())
    return total.hexdigest()


def title_of(assignment: Assignment) -> str:
    """Return an assignment's name for people."""
    words = assignment.name.replace("-", " ").replace("_", " ")
    return str(assignment.manifest.get("title") or words[:1].upper() + words[1:])


def reference_of(assignment: Assignment) -> dict[str, list[dict]]:
    """Return the right curves per question that the grading zip recorded, or {}."""
    found = assignment.manifest.get("reference_curves", {})
    return found if isinstance(found, dict) else {}


def right_curves(assignment: Assignment, gradebook: Gradebook) -> dict[str, list[dict]]:
    """Return the right curves per question: recorded ones, else what full marks agree on."""
    statistics = ClassStatistics()
    for gradation in gradebook.latest():
        if gradation.curves:
            statistics.add(gradation)
    return {**statistics.agreed_curves(), **reference_of(assignment)}
