"""What an instructor reads first: files that were not graded as they should be."""

import pytest

from autograder.errors import SubmissionError
from autograder.intake.submission import load_submission
from autograder.intake.upload import show_name
from autograder.model import CellOutput, Gradation, QuestionResult, Status, TestCaseOutcome
from autograder.reports.class_report import write_class_report
from autograder.reports.exercises import Check, Exercise, Person
from autograder.reports.trouble import MAX_LISTED, Trouble

WRONG = (
    "b.ipynb: this notebook is for the assignment 'other', not 'demo' ‖ "
    "b.ipynb：该笔记本属于别的作业"
)


def gradation(name, status=Status.COMPLETED, reason="", digest=None, outputs=()):
    case = TestCaseOutcome("q1 - 1", False, True, 1.0, "Wrong.")
    return Gradation(
        name, f"{name}.ipynb", name if digest is None else digest, "demo", status, reason,
        questions=(QuestionResult("q1", 0.0, 1.0, (case,)),), outputs=outputs,
    )  # fmt: skip


CLASS = [
    gradation("a", Status.NOT_GRADED, "the engine is gone"),
    gradation("b", Status.UNREADABLE, WRONG),
    gradation("c", Status.UNREADABLE, "c.ipynb: broken JSON"),
    gradation("d", Status.TIMEOUT, "The notebook took too long"),
    gradation("e", outputs=(CellOutput(error="ModuleNotFoundError: No module named 'd2l'"),)),
    gradation("f", digest="same"),
    gradation("g", digest="same"),
    gradation("h"),
]
PEOPLE = {"h": Person("Ada", "1"), "g": Person("Ada", "1"), "f": Person("Bo", "2")}


def kinds_of(gradations, people=PEOPLE):
    trouble = Trouble(people)
    for row, one in enumerate(gradations):
        trouble.add(row, one)
    return {kind.key: kind for kind in trouble.kinds()}


def test_every_kind_of_trouble_is_told_with_its_submissions_the_worst_first():
    kinds = kinds_of(CLASS)
    assert {key: list(kind.rows) for key, kind in kinds.items()} == {
        "not_graded": [0], "wrong_file": [1], "unreadable": [2], "early": [3], "imports": [4],
        "twins": [5, 6], "several": [6, 7],
    }  # fmt: skip
    assert kinds["wrong_file"].listed[0].reason.startswith("This notebook is for the assignment")
    assert "‖ 该笔记本" in kinds["wrong_file"].listed[0].reason
    assert kinds["twins"].listed[0].reason.startswith("The same file, byte for byte, as g.ipynb")
    assert kinds["several"].listed[1].name == "Ada"


def test_a_class_without_trouble_has_no_such_section(tmp_path):
    page = tmp_path / "index.html"
    write_class_report(page, [gradation("a")], "Demo")
    assert 'id="attention"' not in page.read_text("utf-8")


def test_trouble_stands_before_everything_else(tmp_path):
    page = tmp_path / "index.html"
    write_class_report(page, CLASS, "Demo", people=PEOPLE)
    text = page.read_text("utf-8")
    assert text.index('id="attention"') < text.index('id="standing-out"') < text.index("<svg")
    assert "Ada" in text


def test_of_many_some_are_listed_and_all_are_reached():
    kinds = kinds_of([gradation(str(n), Status.TIMEOUT) for n in range(MAX_LISTED + 5)], {})
    assert len(kinds["early"].listed) == MAX_LISTED and kinds["early"].left == 5
    assert len(kinds["early"].rows) == MAX_LISTED + 5


def test_an_empty_class_says_what_to_do(tmp_path):
    page = tmp_path / "index.html"
    write_class_report(page, [], "Demo")
    text = page.read_text("utf-8")
    assert "No submission has been graded yet" in text and "the same command grades them" in text


def test_the_report_says_what_each_test_case_asks(tmp_path):
    page = tmp_path / "index.html"
    check = Check(
        ("Rows sum to one.", "每行之和为一。"), ("They do not.", "不是。"), "assert total == 1"
    )
    exercises = {
        "q1": Exercise(("1. Dividing", "1. 除法"), ("Divide.", "相除。"), checks={"q1 - 1": check})
    }
    write_class_report(page, [gradation("a")], "Demo", exercises=exercises)
    text = page.read_text("utf-8")
    for told in (">Dividing<", ">除法<", "Rows sum to one.", "每行之和为一。", "Divide."):
        assert told in text
    assert "assert" in text.split('class="test-code')[1][:600]


UPLOADS = {
    "essay.pdf": (b"%PDF-1.4", "wrong_file"),
    "photo.png": (b"\x89PNG", "wrong_file"),
    "list.ipynb": (b"[]", "wrong_file"),
    "cells.ipynb": (b'{"cells": null, "nbformat": 4}', "wrong_file"),
    "cut.ipynb": (b'{"cells": [', "unreadable"),
    f"{'x' * 120}.ipynb": (b'{"cells": [', "unreadable"),
    "turned\u202eround.ipynb": (b'{"cells": [', "unreadable"),
    "empty.ipynb": (b"", "unreadable"),
    "deep.ipynb": (b"[" * 500 + b"]" * 500, "unreadable"),
    "damaged.zip": (b"PK\x03\x04zz", "unreadable"),
}


@pytest.mark.parametrize("name", UPLOADS)
@pytest.mark.parametrize("folder", ["", "Ann Lee_5_assignsubmission_file_/"])
def test_a_damaged_file_is_not_the_wrong_one_and_no_name_is_written_anew(tmp_path, name, folder):
    data, kind = UPLOADS[name]
    (tmp_path / name).write_bytes(data)
    with pytest.raises(SubmissionError) as refused:
        load_submission(tmp_path / name, "a")
    one = Gradation(
        "a", folder + name, "0", "demo", Status.UNREADABLE, str(refused.value), questions=()
    )
    ((key, told),) = kinds_of([one], {}).items()
    assert key == kind, refused.value
    reason = told.listed[0].reason
    assert name not in reason and name.capitalize() not in reason and reason[0].isupper()
    shown = show_name(name)
    assert shown not in reason and shown.capitalize() not in reason
