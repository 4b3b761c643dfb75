"""The whole way of one submission: read it, walk it in a sandbox, conclude."""

from pathlib import Path

from autograder.errors import SandboxError, SubmissionError
from autograder.model import Gradation, Limits, Submission
from autograder.scoring.assignment import Assignment
from autograder.scoring.results import conclude, fault, reject
from autograder.scoring.walk import Walker
from autograder.submission import digest_file, load_submission

WRONG_ASSIGNMENT = (
    "{file}: this notebook is for the assignment '{claimed}', not '{name}'; "
    "upload the notebook that you got for '{name}' ‖ "
    "{file}：该笔记本属于作业 '{claimed}'，而不是 '{name}'；请上传 '{name}' 的笔记本"
)


def grade(path: Path, name: str, assignment: Assignment, engine, limits: Limits) -> Gradation:
    """Grade one uploaded file.

    Args:
        path: the uploaded file.
        name: the submission's name within the run.
        engine: an entered engine with a warm worker.

    Returns:
        A gradation; a file that is no submission is a zero with its reason.

    Raises:
        SandboxError: the sandbox failed, which says nothing about the submission.
    """
    try:
        submission = load_submission(path, name)
        check_assignment(submission, assignment)
    except SubmissionError as error:
        return reject(unreadable(path, name), assignment, str(error), engine.image)
    walk = Walker(submission, assignment, engine.stream, limits).run()
    return conclude(submission, assignment, walk, engine.image)


def grade_with_fault(path, name, assignment, image: str, error: SandboxError) -> Gradation:
    """Return the *not graded* entry of a submission that our own fault kept from grading."""
    return fault(unreadable(path, name), assignment, str(error), image)


def check_assignment(submission: Submission, assignment: Assignment) -> None:
    """Refuse a notebook that says that it belongs to another assignment.

    Raises:
        SubmissionError: it does.
    """
    if submission.assignment not in (None, assignment.name):
        raise SubmissionError(
            WRONG_ASSIGNMENT.format(
                file=submission.file, claimed=submission.assignment[:80], name=assignment.name
            )
        )


def unreadable(path: Path, name: str) -> Submission:
    """Return what is known of a file that could not be read as a submission."""
    return Submission(name=name, file=Path(path).name, digest=digest_file(path), cells=())
