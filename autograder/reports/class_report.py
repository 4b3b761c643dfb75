"""The class report: one page that says how the class did and which exercise misled it."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from autograder.files import write_text
from autograder.model import Gradation, Status
from autograder.reports import charts
from autograder.reports.inert import inert_name
from autograder.reports.misconceptions import is_specific
from autograder.reports.pages import json_for_script, percent, points, render
from autograder.reports.statistics import ClassStatistics, Item, histogram, quantile, slips_of
from autograder.reports.strings import STATUSES, slip_name

# File, submission, question, points before and after (None: no mark), cause, whether it is kept.
ChangedMark = tuple[str, str, str, float | None, float | None, str, bool]
MAX_MISSING = 5  # modules that notebooks could not import
MAX_ATTENTION = 200
MAX_LISTED = 30
MAX_SLIPS = 12  # rarer ones are folded away
LOW_DISCRIMINATION = 0.1
BINS = 20
MAX_POINT_COLUMNS = 40


def write_class_report(
    path: Path,
    gradations: Iterable[Gradation],
    title: str,
    reference: dict[str, list[dict]] | None = None,
    feedback: str = "../feedback",
    late: int = 0,
    changes: Sequence[ChangedMark] = (),
    attachments: Sequence[tuple[str, str, str]] = (),
) -> None:
    """Write the report of a class.

    Args:
        gradations: read once, one at a time.
        title: the assignment's name for people.
        reference: per question the right curves, as dicts like those of ``Gradation.curves``; for
            a question without them, what drawings with full marks agree on.
        feedback: where the feedback pages lie, seen from the report.
        late: how many submissions were handed in late.
        changes: marks that the latest run changed.
        attachments: files that are not graded, each with the file that it lies beside, and why.
    """
    statistics, rows = ClassStatistics(), Rows()
    for gradation in gradations:
        statistics.add(gradation)
        rows.add(gradation)
    page = render(
        "class_report.html",
        ("language.js", "table.js"),
        title=inert_name(title),
        data=json_for_script({**rows.as_dict(statistics), "feedback": feedback}),
        attention=rows.attention[:MAX_ATTENTION],
        attention_left=max(0, len(rows.attention) - MAX_ATTENTION),
        **_figures(statistics),
        scores=_scores(statistics),
        findings=[
            *_findings(statistics, len(changes)),
            *_counted("late", late),
            *_counted("noticed_count", len(rows.noticed)),
        ],
        noticed=rows.noticed[:MAX_ATTENTION],
        noticed_left=max(0, len(rows.noticed) - MAX_ATTENTION),
        changes=_changes(changes[:MAX_ATTENTION]),
        changes_left=max(0, len(changes) - MAX_ATTENTION),
        attachments=[tuple(map(inert_name, one)) for one in attachments[:MAX_ATTENTION]],
        attachments_left=max(0, len(attachments) - MAX_ATTENTION),
        questions=_questions(statistics),
        slips=_slips(statistics, rows.slips)[:MAX_SLIPS],
        rare_slips=_slips(statistics, rows.slips)[MAX_SLIPS : 10 * MAX_SLIPS],
        overlays=_overlays(statistics, reference or {}),
        errors=_errors(statistics),
        cell_errors=_cell_errors(statistics),
        timings=_timings(statistics),
        graded_by=_graders(statistics),
        feedback=feedback,
    )  # fmt: skip
    write_text(path, page)


class Rows:
    """The table's rows, kept small, and the submissions that need a look."""

    def __init__(self) -> None:
        self.slips: dict[str, int] = {}
        self.attention: list[tuple] = []
        self.noticed: list[tuple[str, str, list[str]]] = []
        self._rows: list[tuple] = []

    def add(self, gradation: Gradation) -> None:
        """Take over what the table shows of one submission."""
        file = inert_name(gradation.file)
        scores = {question.name: question.score for question in gradation.questions}
        found = sorted({self._number(slip) for slip, _ in slips_of(gradation)})
        notes = [inert_name(note, 300) for note in gradation.notes[:10]]
        marked = bool(gradation.questions) or gradation.status is not Status.NOT_GRADED
        state = list(Status).index(gradation.status)
        self._rows.append((file, gradation.submission, gradation.score if marked else None, scores,
                           state, found, round(gradation.wall_s, 2), notes))  # fmt: skip
        if gradation.noticed:
            told = [inert_name(str(one), 400) for one in gradation.noticed]
            self.noticed.append((file, gradation.submission, told))
        if gradation.status is not Status.COMPLETED:
            reason = inert_name(gradation.reason.replace("\n", " "), 400)
            entry = (file, gradation.submission, STATUSES[gradation.status], reason)
            self.attention.append((gradation.status is not Status.NOT_GRADED, entry))
            self.attention.sort(key=lambda ranked: ranked[0])
            del self.attention[20 * MAX_ATTENTION :]

    def as_dict(self, statistics: ClassStatistics) -> dict:
        """Return what the table's script reads."""
        self.attention = [entry for _, entry in self.attention]
        names = sorted(statistics.questions)
        rows = [
            [file, key, _round(score), [_round(scores.get(name)) for name in names], *rest]
            for file, key, score, scores, *rest in self._rows
        ]
        return {
            "questions": [inert_name(name) for name in names],
            "possible": [_round(statistics.questions[name].possible) for name in names],
            "total": _round(statistics.possible),
            "statuses": [STATUSES[status] for status in Status],
            "slips": [slip_name(slip) for slip in self.slips],
            "rows": rows,
        }

    def _number(self, slip: str) -> int:
        return self.slips.setdefault(slip, len(self.slips))


def _figures(statistics: ClassStatistics) -> dict:
    scores = statistics.scores
    return {
        "submissions": statistics.submissions,
        "ungraded": statistics.statuses[Status.NOT_GRADED],
        "median": quantile(scores, 0.5),
        "mean": sum(scores) / len(scores) if scores else 0.0,
        "full_marks": sum(score >= 1 - 1e-9 for score in scores),
        "below_half": sum(score < 0.5 for score in scores),
        "reliability": statistics.reliability,
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
        return {
            "chart": charts.columns(counts, labels, (median * possible + 0.5) / bins),
            "rows": rows,
            "key": "points_caption",
            "column": "points_earned",
            "median": points(median * possible),
        }
    counts = histogram(statistics.scores, 0.0, 1.0, BINS)
    width = 100 // BINS
    return {
        "chart": charts.columns(counts, [(n / 10, f"{n * 10} %") for n in range(11)], median),
        "rows": [(f"{n * width}–{(n + 1) * width} %", count) for n, count in enumerate(counts)],
        "key": "scores_caption",
        "column": "share_of_points",
        "median": percent(median),
    }


def _counted(key: str, count: int) -> list[tuple[str, dict[str, Any]]]:
    return [(key, {"count": count})] if count else []


def _findings(statistics: ClassStatistics, changes: int) -> list[tuple[str, dict[str, Any]]]:
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
            findings.append(
                (key, {"question": inert_name(name), "share": percent(item.difficulty)})
            )
    told = [(slip, count) for slip, count in statistics.slips.most_common() if is_specific(slip)]
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


def _questions(statistics: ClassStatistics) -> list[dict]:
    return [
        {
            **_item(name, item),
            "bar": charts.split_bar(item.full, item.count - item.full - item.none, item.none),
            "parts": (item.full, item.count - item.full - item.none, item.none),
            "cases": [_item(case, entry) for case, entry in statistics.cases.get(name, {}).items()],
        }
        for name, item in sorted(statistics.questions.items())
    ]


def _item(name: str, item: Item) -> dict:
    weak = item.discrimination is not None and item.discrimination < 0.2
    return {
        "name": inert_name(name),
        "worth": points(item.possible),
        "share": item.difficulty,
        "bar": charts.share_bar(item.difficulty),
        "discrimination": _signed(item.discrimination),
        "weak": weak,
        "hidden": item.hidden,
        "reported": item.reported,
        "answered": item.answered,
        "slips": [(slip_name(slip), count) for slip, count in item.slips.most_common(2)],
    }


def _slips(statistics: ClassStatistics, numbers: dict[str, int]) -> list[dict]:
    most = max(statistics.slips.values(), default=1)
    return [
        {
            "name": slip_name(slip),
            "slug": slip,
            "count": count,
            "number": numbers[slip],
            "bar": charts.share_bar(count / most),
            "share": count / max(statistics.totals.count, 1),
            "questions": ", ".join(
                inert_name(name) for name in sorted(statistics.slip_questions[slip])
            ),
        }
        for slip, count in statistics.slips.most_common()
    ]


def _overlays(statistics: ClassStatistics, reference: dict) -> list[dict]:
    right = {**statistics.agreed_curves(), **reference}
    return [
        {
            "question": inert_name(question),
            "chart": charts.overlay(charts.fitting(kept), right.get(question, [])),
            "shown": len(charts.fitting(kept)),
            "drawn": statistics.drawn[question],
            "reference": bool(right.get(question)),
            "agreed": question not in reference,
        }
        for question, kept in sorted(statistics.drawings.items())
    ]


def _errors(statistics: ClassStatistics) -> list[tuple]:
    return [
        (inert_name(question), inert_name(kind), inert_name(message, 400), inert_name(place), count)
        for (kind, message, place, question), count in statistics.errors.most_common(MAX_LISTED)
    ]


def _cell_errors(statistics: ClassStatistics) -> list[tuple[str, int]]:
    common = statistics.cell_errors.most_common(MAX_LISTED)
    return [(inert_name(line, 400), count) for line, count in common]


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


def _round(value: float | None) -> float | None:
    if value is None:
        return None
    return int(value) if value == int(value) else round(value, 3)
