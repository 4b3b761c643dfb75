"""The whole way of one submission: read it, walk it in a sandbox, conclude."""

from dataclasses import replace

from autograder.errors import SubmissionError
from autograder.intake.submission import digest_file, load_submission
from autograder.model import Gradation, Job, Limits, Provenance, Submission
from autograder.scoring.assignment import Assignment
from autograder.scoring.causes import find_causes
from autograder.scoring.engine import Engine
from autograder.scoring.results import conclude, fault, reject
from autograder.scoring.walk import Walker

WRONG_ASSIGNMENT = (
    "{file}: this notebook is for the assignment '{claimed}', not '{name}'; "
    "upload the notebook that you got for '{name}' ‖ "
    "{file}：该笔记本属于作业 '{claimed}'，而不是 '{name}'；请上传 '{name}' 的笔记本"
)


def score(
    job: Job, assignment: Assignment, engine: Engine, limits: Limits, by: Provenance
) -> Gradation:
    """Score one uploaded file.

    Args:
        engine: an entered engine with a warm worker.
        by: what the marks can be traced to.

    Returns:
        A gradation; a file that is no submission is a zero with its reason.

    Raises:
        SandboxError: the sandbox failed, which says nothing about the submission.
    """
    try:
        submission = replace(load_submission(job.path, job.name), file=job.file)
        check_assignment(submission, assignment)
    except SubmissionError as error:
        return reject(unreadable(job), assignment, str(error), by)
    walk = Walker(submission, assignment, engine.stream, limits).run()
    found = find_causes(walk.outputs, submission.python, engine.python)
    submission = replace(submission, notes=(*found, *submission.notes))
    return conclude(submission, assignment, walk, by, engine.python)


def give_up(job: Job, assignment: Assignment, error: Exception, by: Provenance) -> Gradation:
    """Return the *not graded* entry of a submission that our own fault kept from grading."""
    return fault(unreadable(job), assignment, str(error), by)


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


def unreadable(job: Job) -> Submission:
    """Return what is known of a file that could not be read as a submission."""
    return Submission(name=job.name, file=job.file, digest=digest_file(job.path), cells=())
