"""Everything that a run leaves for people to read, in its output folder."""

from pathlib import Path

from autograder.gradebook import Gradebook
from autograder.model import Gradation
from autograder.reports.class_report import write_class_report
from autograder.reports.feedback import write_feedback
from autograder.reports.grade_files import write_grades_csv
from autograder.reports.statistics import ClassStatistics


def write_all(out: Path, gradebook: Gradebook, assignment, every_page: bool = False) -> None:
    """Write ``grades.csv``, ``report/index.html`` and the feedback of who was late or overridden.

    Args:
        assignment: what was graded (``name``, ``questions``, ``manifest``).
        every_page: write everybody's feedback, as after a new deadline.
    """
    title, reference = title_of(assignment), reference_of(assignment)
    handed_in = gradebook.handed_in()
    told = handed_in if gradebook.deadline else None
    write_grades_csv(out / "grades.csv", gradebook.latest(), assignment.questions, told)
    late = sum(bool(by) for _, by in handed_in.values())
    report = out / "report" / "index.html"
    write_class_report(report, gradebook.latest(), title, reference, late=late)
    changed = {override.submission for override in gradebook.overrides()}
    changed |= {name for name, (_, late) in handed_in.items() if late}
    if not (changed or every_page):
        return
    released = gradebook.released
    expected = right_curves(assignment, gradebook) if released else {}
    for gradation in gradebook.latest():
        if every_page or gradation.submission in changed:
            write_feedback_page(out, gradation, released, title, expected)


def write_feedback_page(
    out: Path,
    gradation: Gradation,
    release_hidden: bool = False,
    title: str | None = None,
    reference: dict | None = None,
) -> None:
    """Write ``feedback/<submission>.html``."""
    write_feedback(out / "feedback", gradation, release_hidden, title, reference)


def title_of(assignment) -> str:
    """Return an assignment's name for people."""
    words = assignment.name.replace("-", " ").replace("_", " ")
    return str(assignment.manifest.get("title") or words[:1].upper() + words[1:])


def reference_of(assignment) -> dict[str, list[dict]]:
    """Return the right curves per question that the grading zip recorded, or {}."""
    found = assignment.manifest.get("reference_curves", {})
    return found if isinstance(found, dict) else {}


def right_curves(assignment, gradebook: Gradebook) -> dict[str, list[dict]]:
    """Return the right curves per question: recorded ones, else what full marks agree on."""
    statistics = ClassStatistics()
    for gradation in gradebook.latest():
        if gradation.curves:
            statistics.add(gradation)
    return {**statistics.agreed_curves(), **reference_of(assignment)}
