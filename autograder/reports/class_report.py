"""The class report: one page that says how the class did and which exercise misled it.

Beside it lies a page per question with the distinct answers that the class gave.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from autograder.files import write_text
from autograder.model import Gradation, Status
from autograder.reports import charts
from autograder.reports.answer_pages import write_answer_pages
from autograder.reports.answers import Answers, gather
from autograder.reports.curves import CurveGroup
from autograder.reports.exercises import Exercises, Person, check_of, text_of, title_of
from autograder.reports.explanations import explanation
from autograder.reports.inert import inert, inert_name
from autograder.reports.misconceptions import is_cause
from autograder.reports.pages import json_for_script, percent, points, render
from autograder.reports.rows import Rows, numbered_cases
from autograder.reports.statistics import ClassStatistics, Item, histogram, quantile
from autograder.reports.strings import slip_name
from autograder.reports.trouble import Trouble

# File, submission, question, points before and after (None: no mark), cause, whether it is kept.
ChangedMark = tuple[str, str, str, float | None, float | None, str, bool]
MAX_MISSING = 5  # modules that notebooks could not import
MAX_ATTENTION = 200
MAX_LISTED = 30
MAX_SLIPS = 12  # rarer ones are folded away
MAX_CURVE_GROUPS = 12
LOW_DISCRIMINATION = 0.1
FEW = 8  # with fewer submissions a correlation says nothing
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
        ("language.js", "table.js"),
        title=inert_name(title),
        data=json_for_script({**rows.as_dict(statistics), "feedback": feedback}),
        trouble=trouble.kinds(),
        **_figures(statistics),
        scores=_scores(statistics),
        findings=[
            *_findings(statistics, len(changes), exercises),
            *_counted("late", late),
            *_counted("noticed_count", len(rows.noticed)),
        ],
        noticed=rows.noticed[:MAX_ATTENTION],
        noticed_left=max(0, len(rows.noticed) - MAX_ATTENTION),
        changes=_changes(changes[:MAX_ATTENTION]),
        changes_left=max(0, len(changes) - MAX_ATTENTION),
        attachments=[tuple(map(inert_name, one)) for one in attachments[:MAX_ATTENTION]],
        attachments_left=max(0, len(attachments) - MAX_ATTENTION),
        questions=_questions(statistics, exercises, shown),
        few=statistics.totals.count < FEW,
        slips=_slips(statistics, rows.slips)[:MAX_SLIPS],
        rare_slips=_slips(statistics, rows.slips)[MAX_SLIPS : 10 * MAX_SLIPS],
        overlays=_overlays(statistics, reference or {}, exercises),
        errors=_errors(statistics),
        cell_errors=_cell_errors(statistics),
        timings=_timings(statistics),
        graded_by=_graders(statistics),
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
        "reliability": None if statistics.totals.count < FEW else statistics.reliability,
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


def _counted(key: str, count: int) -> list[tuple[str, dict[str, Any]]]:
    return [(key, {"count": count})] if count else []


def _findings(
    statistics: ClassStatistics, changes: int, exercises: Exercises
) -> list[tuple[str, dict[str, Any]]]:
    """Return the sentences that an instructor should read first, as text keys and values."""
    unread = statistics.statuses[Status.UNREADABLE]
    key = "none_readable" if unread == statistics.submissions else "unreadable_files"
    findings = _counted(key, unread)
    for module, count in statistics.missing_modules.most_common(MAX_MISSING):
        findings.append(("missing_module", {"count": count, "module": inert_name(module)}))
    findings += _counted("ungraded", statistics.statuses[Status.NOT_GRADED])
    findings += _counted("changed_marks", changes)
    ranked = sorted(statistics.questions.items(), key=lambda entry: entry[1].difficulty)
    if len(ranked) > 1:
        for key, (name, item) in (("hardest", ranked[0]), ("easiest", ranked[-1])):
            named = _named(exercises, name)
            findings.append((key, {"question": named, "share": percent(item.difficulty)}))
    told = [(slip, count) for slip, count in statistics.slips.most_common() if is_cause(slip)]
    for slip, count in told[:1]:
        share = percent(count / max(statistics.totals.count, 1))
        findings.append(("commonest", {"slip": slip_name(slip), "share": share}))
    suspicious = [
        (item.discrimination, name)
        for cases in statistics.cases.values()
        for name, item in cases.items()
        if item.count >= 20 and item.discrimination is not None
    ]
    if suspicious and min(suspicious)[0] < LOW_DISCRIMINATION:
        value, name = min(suspicious)
        findings.append(("suspicious", {"case": inert_name(name), "value": _signed(value)}))
    if struggling := sum(score < 0.5 for score in statistics.scores):
        findings.append(("struggling", {"count": struggling}))
    return findings


def _named(exercises: Exercises, question: str) -> tuple[str, str]:
    """Return a question's name with its title, in both languages."""
    name, title = inert_name(question), title_of(exercises, question)
    if title is None:
        return name, name
    english, chinese = map(inert_name, title)
    return f"{name} “{english}”", f"{name}“{chinese}”"


def _questions(
    statistics: ClassStatistics, exercises: Exercises, pages: Mapping[str, tuple[str, int]]
) -> list[dict]:
    """Return what the page shows of each question.

    Args:
        pages: by question, the page of its answers and how many distinct ones it holds.
    """
    numbers = numbered_cases(statistics)
    found = []
    for name, item in sorted(statistics.questions.items()):
        title, part = title_of(exercises, name), item.count - item.full - item.none
        cases = statistics.cases.get(name, {})
        found.append({
            **_item(name, item),
            "title": tuple(map(inert_name, title)) if title else None,
            "text": text_of(exercises, name),
            "bar": charts.split_bar(item.full, part, item.none),
            "parts": (item.full, part, item.none),
            "answers": pages.get(name),
            "cases": [
                {**_item(case, entry), **_asked(exercises, name, case), "number": numbers[case],
                 "failed": entry.count - entry.full}
                for case, entry in cases.items()
            ],
        })  # fmt: skip
    return found


def _asked(exercises: Exercises, question: str, case: str) -> dict:
    """Return what is known of a test case beside its results."""
    check = check_of(exercises, question, case)
    if check is None:
        return {"asks": None, "source": None}
    asks = check.passed if any(check.passed) else None
    return {"asks": asks, "source": inert(check.source, 8000)}


def _item(name: str, item: Item) -> dict:
    told = item.discrimination if item.count >= FEW else None
    weak = told is not None and told < 0.2
    return {
        "name": inert_name(name),
        "worth": points(item.possible),
        "share": item.difficulty,
        "bar": charts.share_bar(item.difficulty),
        "discrimination": _signed(told),
        "weak": weak,
        "hidden": item.hidden,
        "reported": item.reported,
        "slips": [(slip_name(slip), count) for slip, count in item.slips.most_common(2)],
    }


def _slips(statistics: ClassStatistics, numbers: dict[str, int]) -> list[dict]:
    most = max(statistics.slips.values(), default=1)
    places = {name: place for place, name in enumerate(sorted(statistics.questions), start=1)}
    return [
        {
            "name": slip_name(slip),
            "slug": slip,
            "count": count,
            "number": numbers[slip],
            "bar": charts.share_bar(count / most),
            "share": count / max(statistics.totals.count, 1),
            "lesson": statistics.lessons.get(slip),
            "questions": [
                (inert_name(name), places[name]) for name in sorted(statistics.slip_questions[slip])
            ],
        }
        for slip, count in statistics.slips.most_common()
    ]


def _overlays(
    statistics: ClassStatistics, reference: Mapping[str, list[dict]], exercises: Exercises
) -> list[dict]:
    right = {**statistics.agreed_curves(), **reference}
    found = []
    for question, kept in sorted(statistics.drawings.items()):
        expected, gathered = right.get(question, []), statistics.curve_groups.get(question)
        groups = gathered.wrong(expected) if gathered else []
        titles = _axis_titles(expected)
        solved = [curves for curves, is_solved in kept if is_solved]
        found.append({
            "question": inert_name(question),
            "named": _named(exercises, question),
            "chart": charts.overlay(solved, groups[:MAX_CURVE_GROUPS], expected, titles),
            "drawn": statistics.drawn[question],
            "right": [inert_name(str(curve["label"]), 60) for curve in expected],
            "solved": bool(solved),
            "groups": [_curve_group(group) for group in groups[:MAX_CURVE_GROUPS]],
            "groups_left": max(0, len(groups) - MAX_CURVE_GROUPS),
            "agreed": question not in reference,
        })  # fmt: skip
    return found


def _axis_titles(expected: list[dict]) -> charts.Titles:
    names = [name for curve in expected if (name := inert_name(str(curve["label"]), 30))]
    return "x", ", ".join(names) if 0 < len(names) <= 3 else "y"


def _curve_group(group: CurveGroup) -> dict:
    labels = [inert_name(label, 60) for label, _ in group.labels.most_common(3) if label]
    return {"count": len(group.rows), "rows": _places(group.rows), "labels": labels}


def _places(rows: Iterable[int]) -> str:
    """Return places in the class as the page's script reads them."""
    return ",".join(map(str, rows))


def _errors(statistics: ClassStatistics) -> list[tuple]:
    return [
        (inert_name(question), inert_name(kind), inert_name(message, 400), inert_name(place),
         explanation(message), count)
        for (kind, message, place, question), count in statistics.errors.most_common(MAX_LISTED)
    ]  # fmt: skip


def _cell_errors(statistics: ClassStatistics) -> list[tuple]:
    return [
        (inert_name(line, 400), explanation(line), count,
         _places(statistics.cell_error_rows.get(line, ())))
        for line, count in statistics.cell_errors.most_common(MAX_LISTED)
    ]  # fmt: skip


def _timings(statistics: ClassStatistics) -> dict | None:
    seconds = statistics.wall_s
    if not seconds:
        return None
    high = max(quantile(seconds, 0.99) * 1.05, 0.01)
    step = charts.Scale(0.0, high, 0.0, 1.0)
    return {
        "chart": charts.columns(
            histogram(seconds, 0.0, high, 40),
            [(step(t), f"{t:g}") for t in step.ticks(8)],
            height=150,
        ),
        "median": _seconds(quantile(seconds, 0.5)),
        "high": _seconds(quantile(seconds, 0.95)),
        "slowest": _seconds(max(seconds)),
        "cpu": _seconds(statistics.cpu_s),
        "list": [
            (inert_name(file), key, _seconds(time))
            for time, key, file in sorted(statistics.slowest, reverse=True)[:5]
        ],
    }


def _graders(statistics: ClassStatistics) -> list[tuple[list[tuple[str, str]], int]]:
    return [
        (
            [(str(key), inert_name(str(value), 100)) for key, value in graders if key != "limits"],
            count,
        )
        for graders, count in statistics.graded_by.most_common(5)
    ]


def _seconds(value: float) -> str:
    return f"{value:.2f} s" if value < 100 else f"{value:,.0f} s"


def _signed(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}".replace("-", "−")
