import math
import random
import re
from importlib.resources import files

import numpy as np
import pytest

from autograder.model import Gradation, QuestionResult, Status, TestCaseOutcome
from autograder.reports.charts import Scale, draw_curves
from autograder.reports.curves import agreed, joined, thin
from autograder.reports.sections import MAX_CURVE_GROUPS
from autograder.reports.statistics import (
    MAX_SAMPLED_DRAWINGS,
    ClassStatistics,
    Item,
    histogram,
    quantile,
)
from tests.reports.sample_gradations import sample_gradations


def gathered(gradations):
    statistics = ClassStatistics()
    for gradation in gradations:
        statistics.add(gradation)
    return statistics


def test_discrimination_is_the_correlation_with_the_rest():
    chance = random.Random(3)
    pairs = [(chance.choice((0, 1, 2)), chance.random() * 5) for _ in range(200)]
    item = Item()
    for earned, rest in pairs:
        item.add(earned, 2.0, rest)
    expected = np.corrcoef(np.array(pairs).T)[0, 1]
    assert item.discrimination == pytest.approx(expected)
    assert item.difficulty == pytest.approx(np.mean([earned for earned, _ in pairs]) / 2)


@pytest.mark.parametrize("pairs", [[], [(1, 1.0)], [(1, 1.0)] * 5, [(0, 1.0), (1, 1.0), (0, 1.0)]])
def test_discrimination_of_what_does_not_vary_is_unknown(pairs):
    item = Item()
    for earned, rest in pairs:
        item.add(earned, 1.0, rest)
    assert item.discrimination is None


def test_reliability_is_cronbachs_alpha():
    gradations = [
        g for g in sample_gradations(300) if g.questions and g.status is not Status.UNREADABLE
    ]
    points = np.array([[question.score for question in g.questions] for g in gradations])
    k = points.shape[1]
    expected = k / (k - 1) * (1 - points.var(axis=0).sum() / points.sum(axis=1).var())
    assert gathered(gradations).reliability == pytest.approx(expected)


def test_a_not_graded_submission_counts_in_no_distribution():
    statistics = gathered(sample_gradations(98))
    assert statistics.submissions == 98
    assert len(statistics.scores) == 98 - statistics.statuses[Status.NOT_GRADED] < 98


def test_an_unreadable_file_says_nothing_about_the_exercises():
    case = TestCaseOutcome("q1 - 1", False, False, 1.0)
    question = QuestionResult("q1", 0.0, 1.0, (case,))
    statistics = gathered([Gradation("a", "a", "", "x", Status.UNREADABLE, questions=(question,))])
    assert statistics.scores == [0.0]
    assert not statistics.questions


def test_a_misconception_counts_once_per_submission():
    cases = tuple(TestCaseOutcome(f"q1 - {n}", False, True, 1.0, "", "degrees") for n in range(3))
    question = QuestionResult("q1", 0.0, 3.0, cases)
    statistics = gathered([Gradation("a", "a", "", "x", Status.COMPLETED, questions=(question,))])
    assert statistics.slips == {"degrees": 1}


def test_errors_that_differ_in_numbers_fall_together():
    statistics = gathered(sample_gradations(400, hostile=False))
    assert list(statistics.cell_errors) == [
        "RuntimeError: The size of tensor a (#) must match the size of tensor b (#)"
    ]


def test_memory_for_drawings_is_bounded():
    statistics = gathered(sample_gradations(400))
    (kept,) = statistics.drawings.values()
    assert len(kept) == MAX_SAMPLED_DRAWINGS < statistics.drawn["q5"]
    assert max(len(curve["x"]) for curves, _ in kept for curve in curves) <= 120


def test_one_call_per_point_becomes_one_cloud():
    dots = [{"label": "d", "artist": "line", "axes": 0, "x": [n], "y": [n * n]} for n in range(9)]
    empty = {"label": "e", "artist": "line", "axes": 0, "x": [], "y": []}
    (cloud,) = joined([*dots, empty])
    assert cloud["artist"] == "scatter" and cloud["y"][-1] == 64


def test_a_thinned_curve_keeps_its_ends():
    (curve,) = thin(
        [{"label": "", "artist": "line", "axes": 0, "x": list(range(1000)), "y": [None] * 1000}]
    )
    assert (len(curve["x"]), curve["x"][0], curve["x"][-1]) == (120, 0, 999)


def test_quantiles_agree_with_numpy():
    values = [random.Random(1).random() for _ in range(17)]
    for share in (0, 0.1, 0.5, 0.95, 1):
        assert quantile(values, share) == pytest.approx(np.quantile(values, share))
    assert quantile([], 0.5) == 0


def test_a_histogram_counts_everything_once():
    assert histogram([0, 0.05, 0.5, 1.0, -3, 9], 0.0, 1.0, 10) == [3, 0, 0, 0, 0, 1, 0, 0, 0, 2]


@pytest.mark.parametrize(("low", "high"), [(0, 0), (-1, 1), (0, 1e-9), (-1e300, 1e300), (5, 500)])
def test_ticks_are_few_and_inside(low, high):
    ticks = Scale(low, high, 0, 100).ticks(6)
    assert 1 <= len(ticks) <= 12
    slack = (high - low) * 1e-6
    assert all(math.isfinite(t) and low - slack <= t <= high + slack for t in ticks)


def curve(function, step=0.1, **changes):
    xs = [n * step for n in range(int(5 / step))]
    plain = {"label": "", "artist": "line", "axes": 0, "x": xs, "y": [function(x) for x in xs]}
    return {**plain, **changes}


@pytest.mark.parametrize(
    ("drawings", "found"),
    [
        ([[curve(math.cos)], [curve(math.cos, 0.02)], [curve(math.sin)]], True),
        ([[curve(math.cos)], [curve(math.cos, artist="scatter")]], True),
        ([[curve(math.cos)], [curve(math.sin)], [curve(math.exp)]], False),
        ([[curve(math.cos)]], False),
        ([], False),
        ([[curve(lambda x: None)], [curve(lambda x: None)]], False),
    ],
)
def test_the_right_curve_is_what_full_marks_agree_on(drawings, found):
    assert bool(agreed(drawings)) is found


def test_of_two_curves_on_one_another_both_are_seen():
    xs = [n / 10 for n in range(30)]
    sine = {"label": "f", "artist": "line", "axes": 0, "x": xs, "y": [x * x for x in xs]}
    line = {**sine, "label": "g", "y": xs}
    assert 'class="own own1 again"' in draw_curves([sine, {**sine, "label": "df"}], [])
    assert "again" not in draw_curves([sine, line], [])


def test_no_two_groups_of_wrong_curves_look_alike():
    css = (files("autograder.reports") / "templates" / "style.css").read_text("utf-8")
    looks = set()
    for number in range(MAX_CURVE_GROUPS):
        rules = re.findall(rf"[^{{}}]*\.group{number}\b[^{{}}]*{{([^}}]*)}}", css)
        looks.add(" ".join(sorted(rules)))
    assert len(looks) == MAX_CURVE_GROUPS
