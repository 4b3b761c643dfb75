"""A course's marks for programs: ``course.csv``, a row per student, and ``course.json``, all of it.

Cells of what was not graded, and totals with such a part, are empty: no mark is no zero.
"""

import json
from collections.abc import Sequence
from typing import Any

from autograder.intake.tables import harmless, to_csv
from autograder.lms.course import Attendee, Handed
from autograder.lms.grade_files import POINTS_ROW, number
from autograder.lms.standing import Standing
from autograder.reports.course_statistics import CourseStatistics

FORMAT = 1


def course_csv(
    statistics: CourseStatistics, attendees: Sequence[Attendee], standings: Sequence[Standing]
) -> str:
    """Return a row per student, after one with the points that could be earned."""
    runs = [one.part.run for one in statistics.parts]
    possible = sum(run.possible for run in runs)
    head = ["student", "id", "email", "section", *(harmless(run.name) for run in runs)]
    table: list[list[object]] = [[
        *head, "total_points_earned", "percent_correct", "missing", "not_graded", "talk_about",
    ]]  # fmt: skip
    table.append([POINTS_ROW, "", "", "", *(number(run.possible) for run in runs),
                  number(possible), 1, "--", "--", "--"])  # fmt: skip
    for one, standing in zip(attendees, standings):
        told = [one.name, one.id, one.email, one.section]
        total = standing.total
        share = "" if total is None or not possible else round(total / possible, 6)
        table.append([
            *map(harmless, told),
            *("" if handed is None else _points(handed) for handed in one.handed),
            "" if total is None else number(total), share,
            "; ".join(harmless(runs[place].name) for place in standing.missing),
            "; ".join(harmless(runs[place].name) for place in standing.ungraded),
            "; ".join(standing.reasons),
        ])  # fmt: skip
    return to_csv(table)


def _points(handed: Handed) -> object:
    return "" if handed.entry.score is None else number(handed.entry.score)


def course_json(
    title: str,
    statistics: CourseStatistics,
    attendees: Sequence[Attendee],
    standings: Sequence[Standing],
) -> str:
    """Return everything as JSON: assignments, exercises (the hardest first), students."""
    runs = [one.part.run for one in statistics.parts]
    return json.dumps(
        {
            "format": FORMAT,
            "title": title,
            "possible": number(sum(run.possible for run in runs)),
            "assignments": [
                {
                    "name": run.name, "title": one.part.title, "folder": run.folder.name,
                    "possible": number(run.possible),
                    "questions": {name: number(most) for name, most in run.questions.items()},
                    "handed_in": one.handed, "missing": one.missing, "late": one.late,
                    "not_graded": one.ungraded, "unreadable": one.unread,
                    "median": _rounded(one.quantile(0.5)), "mean": _rounded(one.mean),
                    "full_marks": one.full, "below_half": one.below_half,
                }
                for one, run in zip(statistics.parts, runs)
            ],
            "questions": [
                {
                    "assignment": runs[one.place].name, "name": one.name,
                    "title": one.title[0] if one.title else "",
                    "possible": number(one.item.possible), "students": one.item.count,
                    "earned": _rounded(one.item.difficulty),
                    "discrimination": _rounded(one.item.discrimination),
                    "misconceptions": dict(one.item.slips.most_common()),
                }
                for one in statistics.questions
            ],
            "misconceptions": {one.name: one.students for one in statistics.slips},
            "students": [
                _student([run.name for run in runs], one, standing)
                for one, standing in zip(attendees, standings)
            ],
        },
        ensure_ascii=False, indent=1, allow_nan=False,
    )  # fmt: skip


def _student(names: Sequence[str], attendee: Attendee, standing: Standing) -> dict[str, Any]:
    return {
        "name": attendee.name, "id": attendee.id, "email": attendee.email,
        "section": attendee.section, "on_roster": attendee.listed,
        "total": None if standing.total is None else number(standing.total),
        "share": _rounded(standing.share),
        "missing": [names[place] for place in standing.missing],
        "talk_about": list(standing.reasons),
        "assignments": {
            name: _handed(one) for name, one in zip(names, attendee.handed) if one is not None
        },
        "not_counted": [
            {"assignment": name, "file": file, "why": why} for name, file, why in attendee.others
        ],
    }  # fmt: skip


def _handed(handed: Handed) -> dict[str, Any]:
    entry = handed.entry
    return {
        "submission": entry.submission, "file": entry.file,
        "score": None if entry.score is None else number(entry.score),
        "late": entry.late, "readable": entry.readable,
        "questions": {name: number(points) for name, (points, _) in handed.questions.items()},
        "misconceptions": sorted({slip for slip, _ in handed.slips}),
    }  # fmt: skip


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
