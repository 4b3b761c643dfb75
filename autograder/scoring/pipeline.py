"""The whole way of one submission: read it, walk it in a sandbox, conclude."""

import time
import traceback
from dataclasses import replace

from autograder.errors import AutograderError, SubmissionEnded, SubmissionError
from autograder.intake.refusals import refusal
from autograder.intake.submission import digest_file, load_submission
from autograder.intake.upload import show_name
from autograder.model import Gradation, Job, Limits, Provenance, Status, Submission
from autograder.scoring.assignment import Assignment
from autograder.scoring.bounds import bounded
from autograder.scoring.causes import find_causes
from autograder.scoring.engine import Engine
from autograder.scoring.results import conclude, fault, reject
from autograder.scoring.walk import Walker

MAX_REASON = 500
MOST_MIB = 1024  # that a scorer grows by for one submission; less where a submission may use less
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
    deadline, by = time.monotonic() + limits.wall_s, replace(by, without=engine.missing)
    try:
        with bounded(limits.wall_s, min(limits.memory_mib, MOST_MIB)):
            submission = replace(load_submission(job.path, job.name), file=job.file)
            check_assignment(submission, assignment)
            walker = Walker(submission, assignment, engine.stream, limits, deadline=deadline)
            walk = walker.run()
    except SubmissionError as error:
        return reject(unreadable(job), assignment, str(error), by)
    except SubmissionEnded as ended:  # while the file was read: afterwards the walk ends itself
        return charge(job, assignment, ended, by)
    except MemoryError:
        return charge(job, assignment, out_of_memory(), by)
    found = find_causes(walk.outputs, submission.python, engine.python)
    told = tuple(assignment.unreadable.values())
    submission = replace(submission, notes=(*found, *submission.notes, *told))
    return replace(conclude(submission, assignment, walk, by, engine.python), unread_tests=told)


def charge(job: Job, assignment: Assignment, ended: SubmissionEnded, by: Provenance) -> Gradation:
    """Return the zero of a submission that used up what it may cost the scorer."""
    return reject(unreadable(job), assignment, str(ended), by, ended.status)


def out_of_memory() -> SubmissionEnded:
    """Return how a submission ends whose answers or file need more memory than there is."""
    return SubmissionEnded(Status.MEMORY_LIMIT, "looking at it took too much memory")


def give_up(job: Job, assignment: Assignment, error: BaseException, by: Provenance) -> Gradation:
    """Return the *not graded* entry of a submission that our own fault kept from grading."""
    text = str(error)
    if not isinstance(error, AutograderError):
        text = f"the grader failed here ({type(error).__name__}: {text})"
    gradation = fault(unreadable(job), assignment, text[:MAX_REASON], by)
    return replace(gradation, trace="".join(traceback.format_exception(error)))


def check_assignment(submission: Submission, assignment: Assignment) -> None:
    """Refuse a notebook that says that it belongs to another assignment, and a script for ours.

    Raises:
        SubmissionError: it does, or it is one.
    """
    if submission.is_script and not assignment.is_foreign:
        raise refusal(submission.file, "a .py file is no notebook", ".py 文件不是笔记本")
    claimed = submission.assignment
    if assignment.is_named and claimed not in (None, *map(show_name, assignment.called)):
        raise SubmissionError(
            WRONG_ASSIGNMENT.format(
                file=submission.file, claimed=str(claimed)[:80], name=assignment.name
            )
        )


def unreadable(job: Job) -> Submission:
    """Return what is known of a file that could not be read as a submission."""
    return Submission(name=job.name, file=job.file, digest=digest_file(job.path), cells=())
