import csv
import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from autograder.errors import UsageError
from autograder.gradebook import Gradebook
from autograder.lms.commands import export, feedback
from autograder.reports.class_report import write_class_report
from autograder.reports.feedback import write_feedback
from autograder.run.commands import marks, override, written
from tests.reports.sample_gradations import sample_gradations


@pytest.fixture
def out(tmp_path):
    with Gradebook(tmp_path / "gradebook.sqlite") as book:
        for gradation in sample_gradations(20, hostile=False):
            book.add(gradation)
    return tmp_path


def run(command, *arguments):
    result = CliRunner().invoke(command, [str(argument) for argument in arguments])
    if isinstance(result.exception, UsageError):
        raise result.exception
    return result


def test_points_given_by_hand_reach_the_lms_file(out):
    roster = out / "roster.csv"
    roster.write_text("Student,ID,SIS Login ID\nAda,10003,ada\nBo,99999,bo\n")
    assert run(override, out, "s00003", "q1", 0.5, "--reason", "agreed").exit_code == 0
    result = run(export, out, "--roster", roster, "--deadline", "2025-03-01T23:59")
    assert "1 students with a submission, 1 without, 19 submissions unmatched" in result.output
    with open(out / "lms" / "canvas.csv", newline="") as file:
        rows = list(csv.reader(file))
    with Gradebook(out / "gradebook.sqlite") as book:
        score = next(g.score for g in book.latest() if g.submission == "s00003")
    assert float(rows[2][-1]) == score


@pytest.mark.parametrize("command", [export, feedback])
def test_a_roster_on_which_nobody_is_found_is_an_error_that_names_it(out, command):
    roster = out / "another-class.csv"
    roster.write_text("Student,ID,SIS Login ID\nZoe,99999,zoe\n")
    with pytest.raises(UsageError) as raised:
        run(command, out, "--roster", roster)
    assert str(roster) in str(raised.value)
    assert "give the roster of this class, or --owners" in str(raised.value)


def test_an_override_wants_points_or_withdrawal(out):
    with pytest.raises(UsageError, match="either POINTS or --withdraw"):
        run(override, out, "s00003", "q1", "--reason", "x")


RELEASE = ("<!-- BEGIN QUESTION -->\n\nWhy?", "_Type here._", "<!-- END QUESTION -->")


def notebook(*texts):
    cells = [{"cell_type": "markdown", "metadata": {}, "source": text} for text in texts]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})


@pytest.fixture
def course(out):
    """A graded class whose written answers wait, its releases and its rubric."""
    folder = out / "class"
    with Gradebook(out / "gradebook.sqlite") as book:
        names = [gradation.submission for gradation in book.latest()]
        for gradation in list(book.latest()):
            book.add(replace(gradation, file=f"{gradation.submission}.ipynb"))
        book.set_folder(folder)
    folder.mkdir()
    for name in names:
        text = f"Because of {name}." if name != "s00001" else RELEASE[1]
        (folder / f"{name}.ipynb").write_text(notebook(RELEASE[0], text, RELEASE[2]))
    (folder / "s00002.ipynb").write_text("no notebook")
    (folder / "s00004.ipynb").unlink()
    for language in ("en", "zh"):
        release = out / "dist" / "autodiff" / "student" / language
        release.mkdir(parents=True)
        (release / "autodiff.ipynb").write_text(notebook(*RELEASE))
    (out / "rubric.toml").write_text("[w1]\nreason = {points = 4, text = 'Says why.'}\n")
    return out


def test_written_answers_go_to_graders_and_come_back_as_points(course):
    rubric, sheet = course / "rubric.toml", course / "written" / "w1.csv"
    laid = run(written, course, "--rubric", rubric, "--dist", course / "dist")
    assert "18 answers, 1 of them blank" in laid.output
    for name in ("s00002", "s00004"):  # no notebook, and a file that is gone
        assert f"left out: {name}.ipynb" in laid.output
    table = sheet.read_text("utf-8-sig").replace("s00003.ipynb,,,", "s00003.ipynb,3,clear,")
    sheet.write_text(table, encoding="utf-8")
    assert "2 marks new or changed" in run(marks, course, sheet, "--rubric", rubric).output
    assert "0 marks new or changed" in run(marks, course, sheet, "--rubric", rubric).output
    with Gradebook(course / "gradebook.sqlite") as book:
        graded = {one.submission: one for one in book.latest()}
        book.add(replace(graded["s00003"], questions=graded["s00003"].questions[:-1]))
        again = {one.submission: one for one in book.latest()}
    for found in (graded, again):
        scores = {question.name: question.score for question in found["s00003"].questions}
        assert scores["w1"] == 3
        assert any("reason 3/4; clear" in note for note in found["s00003"].notes)
    pages = course / "pages"
    write_class_report(pages / "report.html", graded.values(), "autodiff")
    assert "w1" in (pages / "report.html").read_text("utf-8")
    page = write_feedback(pages, graded["s00003"]).read_text("utf-8")
    assert "reason 3/4; clear" in page
    assert "not marked yet" in graded["s00004"].notes[-1]
    assert {
        question.possible for question in graded["s00004"].questions if question.name == "w1"
    } == {4.0}


def test_marks_of_a_stranger_change_nothing(course):
    sheet = course / "w1.csv"
    sheet.write_text("question,submission,reason /4,comment\nw1,s00003,1,\nw1,nobody,4,\n")
    with pytest.raises(UsageError, match="no submission 'nobody'"):
        run(marks, course, sheet, "--rubric", course / "rubric.toml")
    with Gradebook(course / "gradebook.sqlite") as book:
        assert book.overrides() == [] and book.written == {}


def test_a_rubric_that_does_not_fit_the_release_is_refused(course):
    rubric = course / "rubric.toml"
    rubric.write_text(rubric.read_text() + "[w2]\nreason = {points = 1}\n")
    with pytest.raises(UsageError, match="2 written questions, the releases"):
        run(written, course, "--rubric", rubric, "--dist", course / "dist")


def test_a_folder_without_a_gradebook_is_a_clear_error(tmp_path):
    with pytest.raises(UsageError, match="no gradebook.sqlite"):
        run(override, tmp_path, "s00003", "q1", 1, "--reason", "x")
