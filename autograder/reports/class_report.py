"""The class report: one page that says how the class did and which exercise misled it.

Beside it lies a page per question with the distinct answers that the class gave.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from autograder.files import write_text
from autograder.model import Gradation, Status
from autograder.reports import charts, sections
from autograder.reports.answer_pages import write_answer_pages
from autograder.reports.answers import Answers, gather
from autograder.reports.exercises import Exercises, Person
from autograder.reports.inert import inert_name
from autograder.reports.misconceptions import is_cause
from autograder.reports.pages import json_for_script, percent, points, render
from autograder.reports.rows import Rows
from autograder.reports.statistics import ClassStatistics, histogram, quantile
from autograder.reports.strings import TEXTS, slip_name
from autograder.reports.trouble import Trouble

# File, submission, question, points before and after (None: no mark), cause, whether it is kept.
ChangedMark = tuple[str, str, str, float | None, float | None, str, bool]
# A sentence: its text's key, its values, and what a button after it asks the table for.
Finding = tuple[str, dict[str, Any], dict[str, Any]]
MAX_MISSING = 5  # modules that notebooks could not import
MAX_ATTENTION = 200
MAX_SLIPS = 12  # rarer ones are folded away
LOW_DISCRIMINATION = 0.1
BINS = 20
MAX_POINT_COLUMNS = 40


def write_class_report(
    path: Path,
    gradations: Iterable[Gradation],
    title: str,
    reference: Mapping[str, list[dict]] | None = None,
    feedback: str = "../feedback",
    late: int = 0,
    changes: Sequence[ChangedMark] = (),
    attachments: Sequence[tuple[str, str, str]] = (),
    exercises: Exercises | None = None,
    people: Mapping[str, Person] | None = None,
) -> None:
    """Write the report of a class, and beside it the answers to each question.

    Args:
        gradations: read once, one at a time.
        title: the assignment's name for people.
        reference: per question the right curves, as dicts like those of ``Gradation.curves``; for
            a question without them, what drawings with full marks agree on.
        feedback: where the feedback pages lie, seen from the report.
        late: how many submissions were handed in late.
        changes: marks that the latest run changed.
        attachments: files that are not graded, each with the file that it lies beside, and why.
        exercises: what is known of the questions and of their test cases.
        people: who handed in a submission, by its name.
    """
    exercises, people = exercises or {}, people or {}
    statistics, rows, trouble = ClassStatistics(), Rows(), Trouble(people)
    answers: dict[str, Answers] = {}
    for place, gradation in enumerate(gradations):
        statistics.add(gradation)
        rows.add(gradation, people.get(gradation.submission, Person()))
        trouble.add(place, gradation)
        gather(answers, gradation, people)
    shown = write_answer_pages(path.parent, title, answers, exercises, feedback)
    page = render(
        "class_report.html",
        ("language.js", "rows.js", "table.js"),
        title=inert_name(title),
        data=json_for_script({**rows.as_dict(statistics), "feedback": feedback}),
        trouble=trouble.kinds(),
        **_figures(statistics),
        scores=_scores(statistics),
        findings=[
            *_findings(statistics, len(changes), exercises, rows.slips),
            *_counted("late", late),
            *_counted("noticed_count", len(rows.noticed)),
        ],
        noticed=rows.noticed[:MAX_ATTENTION],
        noticed_left=max(0, len(rows.noticed) - MAX_ATTENTION),
        changes=_changes(changes[:MAX_ATTENTION]),
        changes_left=max(0, len(changes) - MAX_ATTENTION),
        attachments=[tuple(map(inert_name, one)) for one in attachments[:MAX_ATTENTION]],
        attachments_left=max(0, len(attachments) - MAX_ATTENTION),
        questions=sections.describe_questions(statistics, exercises, shown),
        few=statistics.totals.count < sections.FEW,
        slips=sections.describe_slips(statistics, rows.slips)[:MAX_SLIPS],
        rare_slips=sections.describe_slips(statistics, rows.slips)[MAX_SLIPS : 10 * MAX_SLIPS],
        overlays=sections.describe_overlays(statistics, reference or {}, exercises),
        errors=sections.describe_errors(statistics),
        cell_errors=sections.describe_cell_errors(statistics),
        timings=sections.describe_timings(statistics),
        graded_by=sections.describe_graders(statistics),
        feedback=feedback,
    )  # fmt: skip
    write_text(path, page)


def _figures(statistics: ClassStatistics) -> dict:
    scores = statistics.scores
    return {
        "submissions": statistics.submissions,
        "ungraded": statistics.statuses[Status.NOT_GRADED],
        "median": quantile(scores, 0.5),
        "mean": sum(scores) / len(scores) if scores else 0.0,
        "full_marks": sum(score >= 1 - 1e-9 for score in scores),
        "below_half": sum(score < 0.5 for score in scores),
        "reliability": None if statistics.totals.count < sections.FEW else statistics.reliability,
        "possible": statistics.possible,
    }


def _changes(changes: Sequence[ChangedMark]) -> list[tuple[str, ...]]:
    def shown(value: float | None) -> str:
        return "–" if value is None else points(value)

    return [
        (inert_name(file), name, inert_name(question), shown(before), shown(after), cause,
         "kept_mark" if kept else "new_mark")
        for file, name, question, before, after, cause, kept in changes
    ]  # fmt: skip


def _scores(statistics: ClassStatistics) -> dict | None:
    """Return the distribution: one column per point where there are few, else twenty."""
    if not statistics.scores:
        return None
    median, possible = quantile(statistics.scores, 0.5), statistics.possible
    if possible == int(possible) and 0 < possible <= MAX_POINT_COLUMNS:
        bins = int(possible) + 1
        counts = histogram([share * possible for share in statistics.scores], 0.0, bins, bins)
        every = 1 if bins <= 16 else 2
        labels = [((n + 0.5) / bins, str(n)) for n in range(0, bins, every)]
        rows = [(points(n), count) for n, count in enumerate(counts)]
        names = [f"{n} / {points(possible)}" for n in range(bins)]
        return {
            "chart": charts.columns(counts, labels, (median * possible + 0.5) / bins, names=names),
            "low_to_high": [(n / possible, (n + 1) / possible) for n in range(bins)],
            "rows": rows,
            "key": "points_caption",
            "column": "points_earned",
            "median": points(median * possible),
        }
    counts = histogram(statistics.scores, 0.0, 1.0, BINS)
    width = 100 // BINS
    names = [f"{n * width}–{(n + 1) * width} %" for n in range(BINS)]
    labels = [(n / 10, f"{n * 10} %") for n in range(11)]
    return {
        "chart": charts.columns(counts, labels, median, names=names),
        "low_to_high": [(n / BINS, (n + 1) / BINS) for n in range(BINS)],
        "rows": list(zip(names, counts)),
        "key": "scores_caption",
        "column": "share_of_points",
        "median": percent(median),
    }


def _counted(key: str, count: int) -> list[Finding]:
    return [(key, {"count": count}, {})] if count else []


def _findings(
    statistics: ClassStatistics, changes: int, exercises: Exercises, numbers: Mapping[str, int]
) -> list[Finding]:
    """Return the sentences that an instructor should read first.

    Args:
        numbers: of misconceptions, as the table's script counts them.
    """
    places = {name: place for place, name in enumerate(sorted(statistics.questions), start=1)}
    unread = statistics.statuses[Status.UNREADABLE]
    key = "none_readable" if unread == statistics.submissions else "unreadable_files"
    findings = _counted(key, unread)
    for module, count in statistics.missing_modules.most_common(MAX_MISSING):
        findings.append(("missing_module", {"count": count, "module": inert_name(module)}, {}))
    findings += _counted("ungraded", statistics.statuses[Status.NOT_GRADED])
    findings += _counted("changed_marks", changes)
    ranked = sorted(statistics.questions.items(), key=lambda entry: entry[1].difficulty)
    if len(ranked) > 1:
        for key, (name, item) in (("hardest", ranked[0]), ("easiest", ranked[-1])):
            link = sections.link_question(exercises, name, places[name])
            findings.append((key, {"question": link, "share": percent(item.difficulty)}, {}))
    told = [(slip, count) for slip, count in statistics.slips.most_common() if is_cause(slip)]
    for slip, count in told[:1]:
        share = percent(count / max(statistics.totals.count, 1))
        values = {"slip": slip_name(slip), "share": share}
        findings.append(("commonest", values, {"misconception": numbers[slip]}))
    suspicious = [
        (item.discrimination, name)
        for cases in statistics.cases.values()
        for name, item in cases.items()
        if item.count >= 20 and item.discrimination is not None
    ]
    if suspicious and min(suspicious)[0] < LOW_DISCRIMINATION:
        value, name = min(suspicious)
        values = {"case": inert_name(name), "value": sections.show_signed(value)}
        findings.append(("suspicious", values, {}))
    if struggling := sum(score < 0.5 for score in statistics.scores):
        english, chinese = TEXTS["below_half"]
        below = {"low": 0, "high": 0.5, "en": english, "zh": chinese}
        findings.append(("struggling", {"count": struggling}, below))
    return findings
