"""The sections of a class report: from a class's statistics to what its page shows."""

from collections.abc import Iterable, Mapping

from markupsafe import Markup

from autograder.reports import charts
from autograder.reports.curves import CurveGroup
from autograder.reports.exercises import Exercises, check_of, text_of, title_of
from autograder.reports.explanations import explanation
from autograder.reports.inert import inert, inert_name
from autograder.reports.pages import points
from autograder.reports.rows import numbered_cases
from autograder.reports.statistics import ClassStatistics, Item, histogram, quantile
from autograder.reports.strings import slip_name

MAX_LISTED = 30
MAX_CURVE_GROUPS = 12
FEW = 8  # with fewer submissions a correlation says nothing


def name_question(exercises: Exercises, question: str) -> tuple[str, str]:
    """Return a question's name with its title, in both languages."""
    name, title = inert_name(question), title_of(exercises, question)
    if title is None:
        return name, name
    english, chinese = map(inert_name, title)
    return f"{name} “{english}”", f"{name}“{chinese}”"


def link_question(exercises: Exercises, question: str, place: int) -> tuple[Markup, Markup]:
    """Return a link to a question's row, the ``place``-th, in both languages."""
    link = Markup('<a href="#question-{}">{}</a>')
    english, chinese = name_question(exercises, question)
    return link.format(place, english), link.format(place, chinese)


def describe_questions(
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
    about = inert_name(check.about)
    asks = check.passed if any(check.passed) else (about, about) if about else None
    return {"asks": asks, "source": inert(check.source, 8000)}


def _item(name: str, item: Item) -> dict:
    told = item.discrimination if item.count >= FEW else None
    weak = told is not None and told < 0.2
    return {
        "name": inert_name(name),
        "worth": points(item.possible),
        "share": item.difficulty,
        "bar": charts.share_bar(item.difficulty),
        "discrimination": show_signed(told),
        "weak": weak,
        "hidden": item.hidden,
        "reported": item.reported,
        "answered": item.answered,
        "slips": [(slip_name(slip), count) for slip, count in item.slips.most_common(2)],
    }


def describe_slips(statistics: ClassStatistics, numbers: dict[str, int]) -> list[dict]:
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


def describe_overlays(
    statistics: ClassStatistics, reference: Mapping[str, list[dict]], exercises: Exercises
) -> list[dict]:
    right = {**statistics.agreed_curves(), **reference}
    found = []
    for question, kept in sorted(statistics.drawings.items()):
        expected, gathered = right.get(question, []), statistics.curve_groups.get(question)
        groups = gathered.wrong(expected) if gathered else []
        titles = charts.axis_titles(expected)
        solved = [curves for curves, is_solved in kept if is_solved]
        found.append({
            "question": inert_name(question),
            "named": name_question(exercises, question),
            "chart": charts.overlay(solved, groups[:MAX_CURVE_GROUPS], expected, titles),
            "drawn": statistics.drawn[question],
            "right": [inert_name(str(curve["label"]), 60) for curve in expected],
            "solved": bool(solved),
            "groups": [_curve_group(group) for group in groups[:MAX_CURVE_GROUPS]],
            "groups_left": max(0, len(groups) - MAX_CURVE_GROUPS),
            "agreed": question not in reference,
        })  # fmt: skip
    return found


def _curve_group(group: CurveGroup) -> dict:
    labels = [inert_name(label, 60) for label, _ in group.labels.most_common(3) if label]
    return {"count": len(group.rows), "rows": _places(group.rows), "labels": labels}


def _places(rows: Iterable[int]) -> str:
    """Return places in the class as the page's script reads them."""
    return ",".join(map(str, rows))


def describe_errors(statistics: ClassStatistics) -> list[tuple]:
    return [
        (inert_name(question), inert_name(kind), inert_name(message, 400), inert_name(place),
         explanation(message), count)
        for (kind, message, place, question), count in statistics.errors.most_common(MAX_LISTED)
    ]  # fmt: skip


def describe_cell_errors(statistics: ClassStatistics) -> list[tuple]:
    return [
        (inert_name(line, 400), explanation(line), count,
         _places(statistics.cell_error_rows.get(line, ())))
        for line, count in statistics.cell_errors.most_common(MAX_LISTED)
    ]  # fmt: skip


def describe_timings(statistics: ClassStatistics) -> dict | None:
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


def describe_graders(statistics: ClassStatistics) -> list[tuple[list[tuple[str, str]], int]]:
    return [
        (
            [(str(key), inert_name(str(value), 100)) for key, value in graders if key != "limits"],
            count,
        )
        for graders, count in statistics.graded_by.most_common(5)
    ]


def _seconds(value: float) -> str:
    return f"{value:.2f} s" if value < 100 else f"{value:,.0f} s"


def show_signed(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}".replace("-", "−")
