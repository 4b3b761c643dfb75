import csv
from dataclasses import replace

import pytest

from autograder.lms.grade_files import write_grades_csv
from autograder.model import Gradation, QuestionResult, Status
from tests.reports.sample_gradations import HOSTILE, sample_gradations


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def gradation(file, scores, status=Status.COMPLETED, reason=""):
    questions = tuple(QuestionResult(name, score, 2.0) for name, score in scores.items())
    return Gradation(file, file, "", "autodiff", status, reason, questions=questions)


def test_columns_and_rows_are_those_of_otter(tmp_path):
    gradations = [
        gradation("b.ipynb", {"q2": 1.0, "q1": 2.0}),
        gradation("a.ipynb", {"q1": 0.5, "q2": 0}),
    ]
    write_grades_csv(tmp_path / "grades.csv", gradations, ["q1", "q2"])
    assert read(tmp_path / "grades.csv") == [
        ["file", "q1", "q2", "total_points_earned", "percent_correct", "grading_status"],
        ["points-per-question", "2", "2", "4", "1", "--"],
        ["a.ipynb", "0.5", "0", "0.5", "0.125", "Completed"],
        ["b.ipynb", "2", "1", "3", "0.75", "Completed"],
    ]


def test_the_header_equals_that_of_otters_own_merge(tmp_path):
    from otter.grade.utils import merge_scores_to_df
    from otter.test_files import GradingResults

    otters = GradingResults([])
    otters.file = "a.ipynb"
    write_grades_csv(tmp_path / "grades.csv", [gradation("a.ipynb", {})])
    assert read(tmp_path / "grades.csv")[0] == list(merge_scores_to_df([otters]).columns)


def test_a_submission_that_was_not_graded_has_no_mark(tmp_path):
    fault = gradation("x.ipynb", {}, Status.NOT_GRADED, "the sandbox\nbroke ‖ 沙箱")
    write_grades_csv(tmp_path / "grades.csv", [fault, gradation("y.ipynb", {"q1": 1.0})], ["q1"])
    assert read(tmp_path / "grades.csv")[2] == [
        "x.ipynb",
        "",
        "",
        "",
        "not graded: the sandbox broke",
    ]


@pytest.mark.parametrize("name", ["=1+1", "+cmd", "-2", "@SUM(A1)", "\t=x"])
def test_no_name_is_taken_for_a_formula(tmp_path, name):
    write_grades_csv(tmp_path / "grades.csv", [gradation(name, {"q1": 1.0})])
    assert read(tmp_path / "grades.csv")[2][0] == f"'{name}"


def test_hostile_names_make_one_row_each(tmp_path):
    gradations = [replace(one, file=one.file) for one in sample_gradations(len(HOSTILE))]
    write_grades_csv(tmp_path / "grades.csv", gradations)
    assert len(read(tmp_path / "grades.csv")) == len(HOSTILE) + 2


def test_an_interrupted_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "grades.csv"
    path.write_text("old")

    def broken():
        yield gradation("a", {"q1": 1.0})
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_grades_csv(path, broken())
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_class_in_which_nothing_was_graded_has_no_row_of_points(tmp_path):
    write_grades_csv(tmp_path / "grades.csv", [gradation("x.ipynb", {}, Status.NOT_GRADED)], ["q1"])
    assert [row[0] for row in read(tmp_path / "grades.csv")] == ["file", "x.ipynb"]


def test_points_given_by_hand_to_what_was_not_graded_are_told(tmp_path):
    fault = gradation("x.ipynb", {"q1": 1.0}, Status.NOT_GRADED)
    empty = gradation("y.ipynb", {})
    write_grades_csv(tmp_path / "grades.csv", [fault, empty], ["q1", "q2"])
    assert [row[1:5] for row in read(tmp_path / "grades.csv")[2:]] == [
        ["1", "0", "1", "0.5"], ["0", "0", "0", "0.0"],
    ]  # fmt: skip
