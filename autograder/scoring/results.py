"""From a walk to results: Otter's own scoring, Gradescope's format, and facts for the reports."""

import math
import re
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from otter.test_files import GradingResults
from otter.test_files.abstract_test import TestCaseResult

from autograder.intake.answers import answers_of
from autograder.languages import ENDED_LINE, SEPARATOR, localize
from autograder.model import (
    Gradation,
    Noticed,
    Provenance,
    QuestionResult,
    Status,
    Submission,
    TestCaseOutcome,
)
from autograder.scoring.assignment import Assignment
from autograder.scoring.formats import QuestionTests
from autograder.scoring.noticed import find_noticed
from autograder.scoring.told import label, place, type_name, without_inputs
from autograder.scoring.walk import Walk
from autograder.wall.evidence import CapturedError, Drawing

SLIP = re.compile(r"^\[([a-z0-9]+(?:-[a-z0-9]+)*)\]\s*")
FAILED_HEAD = "❌ Test case failed\n"
MAX_CURVE_POINTS = 1000
MAX_CURVES = 40
LARGE = 1e9  # in a curve
AGAIN = "The cause is the same as in {}. ‖ 原因与 {} 相同。"

REASONS = {
    Status.TIMEOUT: "The notebook took too long ‖ 笔记本运行超时",
    Status.CPU_LIMIT: "The notebook used up its CPU time ‖ 笔记本用完了 CPU 时间",
    Status.MEMORY_LIMIT: "The notebook used too much memory ‖ 笔记本占用内存过多",
    Status.DISK_LIMIT: "The notebook wrote too much to disk ‖ 笔记本写入磁盘的数据过多",
    Status.OUTPUT_LIMIT: "The notebook printed too much ‖ 笔记本输出过多",
    Status.CRASHED: "The notebook ended its Python process ‖ 笔记本结束了 Python 进程",
    Status.PROTOCOL: "The notebook interfered with the grader ‖ 笔记本干扰了评分程序",
    Status.UNREADABLE: "The file could not be read ‖ 文件无法读取",
}


def reject(
    submission: Submission,
    assignment: Assignment,
    reason: str,
    by: Provenance,
    status: Status = Status.UNREADABLE,
) -> Gradation:
    """Return the zero, with its reason, of a file that is no submission for this assignment."""
    walk = Walk(status=status, reason=reason)
    for question in assignment.questions:
        walk.tests[question] = assignment.tests(question, submission.language)
        walk.tests[question].fail_all(reason.replace(SEPARATOR, "\n"))
    return conclude(submission, assignment, walk, by)


def fault(submission: Submission, assignment: Assignment, reason: str, by: Provenance) -> Gradation:
    """Return the gradation without a mark of a submission that our own fault kept from grading."""
    return Gradation(
        submission=submission.name,
        file=submission.file,
        digest=submission.digest,
        assignment=assignment.name,
        status=Status.NOT_GRADED,
        reason=reason,
        language=submission.language,
        notes=submission.notes,
        graded_by=by,
    )


def conclude(
    submission: Submission, assignment: Assignment, walk: Walk, by: Provenance, python: str = ""
) -> Gradation:
    """Return the gradation of a walked submission.

    What its curves and errors hold comes from the student's process. Where they cannot be told,
    that is its doing: the points stay, and the trace says where.

    Args:
        python: the version of Python that ran it, where one did.
    """
    curves = _told(lambda found: _curves(found, walk.sources), walk.curves, walk)
    errors = _told(lambda found: _errors(found, walk.sources), walk.errors, walk)
    results = GradingResults([walk.tests[name] for name in sorted(walk.tests)])
    reason = _reason(walk, submission.language)
    if reason:
        results.set_output(reason.replace(SEPARATOR, "\n"))
    gradescope = results.to_gradescope_dict(assignment.otter_config)
    gradescope["execution_time"] = round(walk.wall_s, 3)
    gradescope["extra_data"] = {"status": walk.status.value, "graded_by": by.as_dict()}
    if python:
        versions = {"grader": python, "notebook": submission.python}
        gradescope["extra_data"]["python"] = versions
    questions = tuple(_question(tests, walk) for tests in results.results.values())
    noticed = find_noticed(submission.cells, walk.usages)
    _add_to(gradescope["extra_data"], questions, noticed)
    return Gradation(
        submission=submission.name,
        file=submission.file,
        digest=submission.digest,
        assignment=assignment.name,
        status=walk.status,
        reason=reason,
        language=submission.language,
        questions=questions,
        curves=curves,
        errors=errors,
        outputs=tuple(walk.outputs),
        notes=submission.notes,
        wall_s=walk.wall_s,
        cpu_s=walk.cpu_s,
        memory_mib=walk.memory_mib,
        graded_by=by,
        gradescope=gradescope,
        trace=walk.trace,
        noticed=noticed,
        answers=answers_of(submission.cells, assignment.questions),
    )


def _add_to(
    extra: dict[str, Any], questions: Sequence[QuestionResult], noticed: Sequence[Noticed]
) -> None:
    """Say in ``results.json`` what rests on reports, and what was noticed."""
    cases = [case for question in questions for case in question.cases]
    if reported := [case.name for case in cases if case.reported]:
        extra["as_reported_by_the_notebook"] = reported
    if answered := [case.name for case in cases if case.answered]:
        extra["answered_by_the_students_object"] = answered
    if noticed:
        extra["noticed"] = [vars(one) for one in noticed]


def _told(tell: Callable[[list], list], found: dict[str, list], walk: Walk) -> dict[str, list]:
    """Return plain data of the records that each question's tests looked at."""
    told = {}
    for name, records in found.items():
        try:
            if records:
                told[name] = tell(records)
        except Exception:
            walk.trace += traceback.format_exc()
            if walk.status in (Status.COMPLETED, Status.OUTPUT_LIMIT):
                walk.status, walk.reason = Status.PROTOCOL, f"a forged record for {name}"
    return told


def _reason(walk: Walk, language: str) -> str:
    if walk.status is Status.UNREADABLE:
        return walk.reason
    if walk.status not in REASONS:
        return ""
    return f"{localize(REASONS[walk.status], language)} ({walk.reason})"


def _question(tests: QuestionTests, walk: Walk) -> QuestionResult:
    return QuestionResult(
        name=tests.name,
        score=round(float(tests.score), 5),
        possible=round(float(tests.possible), 5),
        cases=_say_once(
            [_case(result, walk) for result in tests.test_case_results],
            localize(AGAIN, tests.language),
        ),
    )


def _say_once(cases: list[TestCaseOutcome], again: str) -> tuple[TestCaseOutcome, ...]:
    """Let a cause that fails several test cases be told with the first of them only."""
    found: list[TestCaseOutcome] = []
    told: dict[str, str] = {}
    for case in cases:
        head, _, text = case.message.partition("\n")
        own = text and not case.passed and not ENDED_LINE.search(text)  # of each the same is said
        if own and told.setdefault(text, case.name) != case.name:
            case = replace(case, message=f"{head}\n{again.format(told[text])}")
        found.append(case)
    return tuple(found)


def _case(result: TestCaseResult, walk: Walk) -> TestCaseOutcome:
    case = result.test_case
    text = "" if result.passed else (result.message or "").removeprefix(FAILED_HEAD).strip()
    slip, text = _split_slip(text)
    message = case.success_message if result.passed else case.failure_message
    return TestCaseOutcome(
        name=case.name,
        passed=result.passed,
        hidden=bool(case.hidden),
        points=float(case.points),
        message="\n".join(part for part in (message, text) if part),
        slip=slip,
        reported=case.name in walk.reported,
        answered=case.name in walk.answered,
    )


def _curves(drawings: list[Drawing], sources: Sequence[str]) -> list[dict]:
    """Return the curves of the largest drawing that a question's tests looked at."""
    drawing = max(drawings, key=lambda found: sum(len(axes.curves) for axes in found.axes))
    curves = [curve for axes in drawing.axes for curve in axes.curves][:MAX_CURVES]
    return [
        {
            "label": label(str(curve.label)[:200], sources),
            "artist": str(curve.artist)[:40],
            "axes": int(curve.axes),
            "x": _numbers(curve.x),
            "y": _numbers(curve.y),
        }
        for curve in curves
        if isinstance(curve.x, np.ndarray) and isinstance(curve.y, np.ndarray)
    ]


def _numbers(values: np.ndarray) -> list:
    if values.ndim != 1 or values.dtype.kind not in "biuf":
        return []
    kept = values[:MAX_CURVE_POINTS].astype(float)
    with np.errstate(over="ignore"):
        rounded = np.round(kept, 6)
    # Large ones have no such decimals, and rounding makes the largest infinite.
    found = np.where(np.abs(kept) < LARGE, rounded, kept).tolist()
    if not np.isfinite(kept).all():
        found = [value if math.isfinite(value) else None for value in found]
    return found


def _errors(errors: list[CapturedError], sources: Sequence[str]) -> list[dict]:
    return [
        {
            "type": type_name(str(error.type), sources)[:200],
            "message": without_inputs(error.message, [error.message], sources)[:1000],
            "raised_in": place(error, sources),
        }
        for error in errors[:20]
    ]


def _split_slip(message: str) -> tuple[str | None, str]:
    """Split the name of a misconception from the text of a failure."""
    found = SLIP.match(message)
    return (found[1], message[found.end() :]) if found else (None, message)
