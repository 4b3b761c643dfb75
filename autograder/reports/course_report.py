"""The course report: one page on a class's way through all assignments of a course."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from markupsafe import Markup

from autograder.files import write_text
from autograder.lms.course import Attendance, Attendee, Handed
from autograder.lms.standing import REASONS, Standing
from autograder.reports import charts
from autograder.reports.course_statistics import (
    CourseStatistics,
    Part,
    PartFigures,
    QuestionFigures,
)
from autograder.reports.exercises import Pair, title_of
from autograder.reports.inert import inert_name
from autograder.reports.misconceptions import is_cause
from autograder.reports.pages import json_for_script, percent, points, render
from autograder.reports.sections import FEW, show_signed
from autograder.reports.spreads import draw_spreads
from autograder.reports.statistics import quantile
from autograder.reports.strings import TEXTS, slip_name

MAX_FIRST, MAX_LISTED = 8, 60  # students to talk to; the others are folded away, then left out
MAX_QUESTIONS = 10  # the hardest; the others are folded away
MAX_SLIPS = 10
MAX_DOUBTFUL = 10
GRADED, NOT_GRADED, UNREADABLE = range(3)  # states of a cell
Finding = tuple[str, dict[str, object]]


def write_course_page(
    path: Path,
    title: str,
    statistics: CourseStatistics,
    attendance: Attendance,
    standings: Sequence[Standing],
) -> None:
    """Write the page.

    Args:
        title: the course's name for people; "" for none.
        standings: of the attendees, in the same order.
    """
    parts = statistics.parts
    folders = [
        quote(os.fsencode(os.path.relpath(one.part.run.folder, path.parent))) for one in parts
    ]
    attendees = attendance.attendees
    told = [place for place, one in enumerate(standings) if one.reasons]
    told.sort(key=lambda place: (-len(standings[place].reasons), standings[place].share or 0.0))
    talk = [_talk(attendees[n], standings[n], parts, n) for n in told[:MAX_LISTED]]
    exercises = [_question(one, parts, folders) for one in statistics.questions]
    slips = _slips(statistics, attendees)
    page = render(
        "course_report.html",
        ("language.js", "rows.js", "course.js"),
        title=inert_name(title),
        data=json_for_script(_data(statistics, attendees, standings, folders)),
        figures=_figures(attendees, standings, len(parts)),
        findings=_findings(statistics, attendance, standings),
        talk=talk[:MAX_FIRST],
        talk_more=talk[MAX_FIRST:],
        counts={reason: sum(reason in one.reasons for one in standings) for reason in REASONS},
        talk_left=max(0, len(told) - MAX_LISTED),
        chart=_chart(parts) if any(one.shares for one in parts) else None,
        parts=[_part(one, folder, len(attendees)) for one, folder in zip(parts, folders)],
        exercises=exercises[:MAX_QUESTIONS],
        easier=exercises[MAX_QUESTIONS:],
        few=len(attendees) < FEW,
        slips=slips[:MAX_SLIPS],
        reasons=REASONS,
    )  # fmt: skip
    write_text(path, page)


def _figures(
    attendees: Sequence[Attendee], standings: Sequence[Standing], count: int
) -> dict[str, object]:
    shares = [one.share for one in standings if one.share is not None]
    return {
        "students": len(attendees),
        "assignments": count,
        "median": percent(quantile(shares, 0.5)) if shares else "–",
        "all": sum(not one.missing for one in standings),
        "talk": sum(bool(one.reasons) for one in standings),
        "ungraded": sum(bool(one.ungraded) for one in standings),
    }


def _findings(
    statistics: CourseStatistics, attendance: Attendance, standings: Sequence[Standing]
) -> list[Finding]:
    """Return the sentences that an instructor should read first."""
    found: list[Finding] = []
    waiting = sum(bool(one.ungraded) for one in standings)
    lost = sum(bool(one.missing) and len(one.missing) == len(one.shares) for one in standings)
    strangers = sum(len(one.unmatched) for one in attendance.matchings)
    for key, count in (("ungraded_totals", waiting), ("strangers", strangers),
                       ("lost_students", lost)):  # fmt: skip
        found += [(key, {"count": count})] if count else []
    for name in attendance.doubtful[:MAX_DOUBTFUL]:
        found.append(("doubtful", {"name": inert_name(name)}))
    ranked = sorted(
        (mean, inert_name(one.part.title)) for one in statistics.parts
         if (mean := one.mean) is not None
    )  # fmt: skip
    if len(ranked) > 1:
        for key, (share, name) in (("hardest_part", ranked[0]), ("easiest_part", ranked[-1])):
            found.append((key, {"part": name, "share": percent(share)}))
    missed = max(statistics.parts, key=lambda one: one.missing, default=None)
    if missed and missed.missing and missed.handed:
        name = inert_name(missed.part.title)
        count = missed.handed + missed.missing
        found.append(("most_missed", {"part": name, "handed": missed.handed, "count": count}))
    return found


def _talk(
    attendee: Attendee, standing: Standing, parts: Sequence[PartFigures], row: int
) -> dict[str, object]:
    """Return what the page says of somebody who may need help."""
    places = {"missing": standing.missing, "unread": standing.unread}
    return {
        "row": row,
        "name": inert_name(attendee.name),
        "id": _known_as(attendee),
        "share": "–" if standing.share is None else percent(standing.share),
        "reasons": [
            (reason, [inert_name(parts[place].part.title) for place in places.get(reason, ())])
            for reason in standing.reasons
        ],
    }


def _known_as(attendee: Attendee) -> str:
    """Return what tells somebody from others of the same name."""
    told = [one for one in (attendee.id, attendee.email) if one and one != attendee.name]
    return inert_name(" · ".join(told))


def _chart(parts: Sequence[PartFigures]) -> Markup:
    levels = (0.05, 0.25, 0.5, 0.75, 0.95)
    return draw_spreads(
        [
            (
                inert_name(one.part.title, 22),
                [q for level in levels if (q := one.quantile(level)) is not None],
            )
            for one in parts
        ]
    )


def _part(figures: PartFigures, folder: str, students: int) -> dict[str, object]:
    median, mean = figures.quantile(0.5), figures.mean
    return {
        "name": inert_name(figures.part.title),
        "report": f"{folder}/report/index.html",
        "worth": points(figures.part.run.possible),
        "handed": figures.handed,
        "students": students,
        "missing": figures.missing,
        "late": figures.late,
        "ungraded": figures.ungraded,
        "median": "–" if median is None else percent(median),
        "mean": "–" if mean is None else percent(mean),
        "full": figures.full,
        "below_half": figures.below_half,
    }


def _question(
    figures: QuestionFigures, parts: Sequence[PartFigures], folders: Sequence[str]
) -> dict[str, object]:
    item, part = figures.item, parts[figures.place].part
    told = item.discrimination if item.count >= FEW else None
    return {
        "name": inert_name(figures.name),
        "title": tuple(map(inert_name, figures.title)) if figures.title else None,
        "part": inert_name(part.title),
        "report": f"{folders[figures.place]}/report/index.html#question-{figures.number}",
        "worth": points(item.possible),
        "share": item.difficulty,
        "bar": charts.share_bar(item.difficulty),
        "discrimination": show_signed(told),
        "weak": told is not None and told < 0.2,
        "slips": [(slip_name(slip), count) for slip, count in item.slips.most_common(2)],
    }


def _slips(statistics: CourseStatistics, attendees: Sequence[Attendee]) -> list[dict[str, object]]:
    """Return the misconceptions, causes before what only says that something is wrong."""
    most = max((one.students for one in statistics.slips), default=1)
    ranked = sorted(enumerate(statistics.slips), key=lambda entry: not is_cause(entry[1].name))
    return [
        {
            "name": slip_name(one.name),
            "number": number,
            "count": one.students,
            "share": one.students / max(len(attendees), 1),
            "bar": charts.share_bar(one.students / most),
            "places": [
                (inert_name(statistics.parts[place].part.title), inert_name(question))
                for place, question in one.places[:6]
            ],
        }
        for number, one in ranked
    ]


def _data(
    statistics: CourseStatistics,
    attendees: Sequence[Attendee],
    standings: Sequence[Standing],
    folders: Sequence[str],
) -> dict[str, object]:
    """Return what the table's script reads."""
    parts, numbers = statistics.parts, {one.name: n for n, one in enumerate(statistics.slips)}
    return {
        "parts": [
            {
                "title": inert_name(one.part.title),
                "possible": _round(one.part.run.possible),
                "median": _round(one.quantile(0.5)),
                "feedback": f"{folder}/feedback",
                "questions": [
                    [inert_name(name), _title(one.part, name), _round(most)]
                    for name, most in sorted(one.part.run.questions.items())
                ],
            }
            for one, folder in zip(parts, folders)
        ],
        "possible": _round(sum(one.part.run.possible for one in parts)),
        "reasons": [TEXTS[f"reason_{reason}"] for reason in REASONS],
        "slips": [slip_name(one.name) for one in statistics.slips],
        "rows": [_row(*one, statistics, numbers) for one in zip(attendees, standings)],
    }


def _title(part: Part, question: str) -> Pair | None:
    title = title_of(part.exercises, question)
    return (inert_name(title[0]), inert_name(title[1])) if title else None


def _row(
    attendee: Attendee,
    standing: Standing,
    statistics: CourseStatistics,
    numbers: Mapping[str, int],
) -> list[object]:
    names = [sorted(one.part.run.questions) for one in statistics.parts]
    titles = {one.part.run.name: one.part.title for one in statistics.parts}
    return [
        inert_name(attendee.name),
        _known_as(attendee),
        int(attendee.listed),
        _round(standing.total),
        _round(standing.share),
        [REASONS.index(reason) for reason in standing.reasons],
        [_cell(one, asked, numbers) for one, asked in zip(attendee.handed, names)],
        [inert_name(f"{titles[name]}: {file}: {why}", 300) for name, file, why in attendee.others],
    ]


def _cell(
    handed: Handed | None, names: Sequence[str], numbers: Mapping[str, int]
) -> list[object] | None:
    if handed is None:
        return None
    entry = handed.entry
    state = UNREADABLE if not entry.readable else NOT_GRADED if entry.score is None else GRADED
    marks = [_round(handed.questions[name][0]) if name in handed.questions else None
             for name in names]  # fmt: skip
    slips = sorted({numbers[slip] for slip, _ in handed.slips})
    return [entry.submission, _round(entry.score), state, int(entry.late), marks, slips]


def _round(value: float | None) -> float | None:
    if value is None:
        return None
    return int(value) if value == int(value) else round(value, 3)
