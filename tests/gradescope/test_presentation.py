"""What Gradescope shows of a gradation."""

from dataclasses import replace

import pytest

from autograder.gradescope import figure, presentation
from autograder.gradescope.settings import UploadSettings
from autograder.gradescope.upload import Metadata, parse_iso_time
from autograder.model import Gradation, Status
from autograder.proving.gradescope.validate import find_faults

SECRET = "f must give 2x at every point"
OTTER = {
    "tests": [
        {"name": "Public Tests", "visibility": "visible", "output": "q1 passed", "status": "passed"},
        {"name": "q1", "score": 1.5, "max_score": 2, "visibility": "after_published",
         "output": SECRET},
    ],
    "stdout_visibility": "after_published",
}  # fmt: skip
CURVE = {"label": "f", "artist": "line", "axes": 0, "x": [0, 1, 2], "y": [0.0, None, 4.0]}
GRADATION = Gradation(
    "s", "s.ipynb", "0" * 64, "demo", Status.COMPLETED, curves={"q1": [CURVE]}, gradescope=OTTER
)
MANIFEST = {"assignment": "demo", "version": "1", "content": "c", "environment": "e"}


def present(gradation=GRADATION, settings=None, metadata=None):
    return presentation.present(
        gradation, MANIFEST, metadata or Metadata(), settings or UploadSettings()
    )


def faults(results, total=2.0):
    return find_faults(presentation.encode(results), total, [SECRET])


def test_results_keep_every_rule():
    assert faults(present()) == []


def test_tests_and_points_are_otters_own():
    tests = [test for test in present()["tests"] if test["output_format"] != "html"]
    for ours, theirs in zip(tests, OTTER["tests"], strict=True):
        assert theirs.items() <= ours.items()


def test_a_mark_can_be_traced():
    assert present()["extra_data"]["grading_zip"] == MANIFEST


@pytest.mark.parametrize("visibility", ["hidden", "after_due_date", "after_published"])
def test_who_sees_hidden_tests_can_be_set(visibility):
    results = present(settings=UploadSettings(hidden_visibility=visibility))
    assert [test["visibility"] for test in results["tests"]] == ["visible", visibility, "visible"]


def test_the_figure_of_a_plot_question_is_shown():
    picture = present()["tests"][-1]
    assert picture["output"].startswith("<svg") and "score" not in picture


def test_figures_can_be_turned_off():
    assert len(present(settings=UploadSettings(figures=False))["tests"]) == 2


def test_a_chinese_notebook_gets_chinese_names():
    assert "测试看到的图形" in present(replace(GRADATION, language="zh"))["tests"][-1]["name"]


def test_labels_cannot_carry_markup():
    hostile = {**CURVE, "label": "<script>alert(1)</script>"}
    results = present(replace(GRADATION, curves={"q1": [hostile]}))
    assert "<script" not in results["tests"][-1]["output"] and faults(results) == []


@pytest.mark.parametrize(
    "curves", [[], [{**CURVE, "x": [], "y": []}], [{**CURVE, "y": [None, None, None]}],
               [{**CURVE, "x": None}]],
)  # fmt: skip
def test_nothing_drawn_is_no_picture(curves):
    assert figure.draw_svg(curves) == ""


def test_a_constant_curve_and_a_point_are_drawn():
    assert "<polyline" in figure.draw_svg([{**CURVE, "y": [1.0, 1.0, 1.0]}])
    assert "<circle" in figure.draw_svg([{**CURVE, "artist": "scatter", "x": [1], "y": [1.0]}])


def test_a_picture_stays_small():
    many = [{**CURVE, "x": list(range(1000)), "y": [float(i % 7) for i in range(1000)]}] * 40
    assert len(figure.draw_svg(many)) < 60_000


def test_long_texts_are_cut_to_the_cap():
    tests = [{**test, "output": "好" * 900_000} for test in OTTER["tests"]]
    results = present(replace(GRADATION, gradescope={**OTTER, "tests": tests}))
    assert faults(results) == [] and results["score"] == 1.5


def test_our_own_fault_is_said_to_be_ours():
    results = present(replace(GRADATION, status=Status.NOT_GRADED, gradescope={}))
    assert "not your fault" in results["output"] and "不是你的错" in results["output"]
    assert faults(results) == []


def test_a_late_upload_is_marked():
    late = Metadata(
        created=parse_iso_time("2026-02-02T00:00:00"), due=parse_iso_time("2026-02-01T00:00:00")
    )
    results = present(metadata=late)
    assert results["extra_data"]["late"] and "after the due date" in results["output"]


def test_an_upload_over_the_rate_limit_keeps_its_score():
    time = parse_iso_time("2026-02-02T00:00:00Z")
    metadata = Metadata(created=time, earlier=((time, 1.25),))
    results = presentation.postpone(metadata, UploadSettings(gradings_per_day=1), MANIFEST)
    assert results["score"] == 1.25 and "2026-02-03 00:00 UTC" in results["output"]
    assert faults(results) == []


def test_an_upload_within_the_rate_limit_is_graded():
    assert presentation.postpone(Metadata(), UploadSettings(gradings_per_day=1), MANIFEST) is None


def test_lone_surrogates_do_not_break_the_file():
    results = present(replace(GRADATION, gradescope={**OTTER, "output": "\ud800"}))
    assert faults(results) == []
