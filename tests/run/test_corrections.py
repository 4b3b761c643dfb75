"""Points by hand, marks that a regrade changes, and pages that follow at once."""

import csv
from dataclasses import replace
from datetime import datetime, timezone
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from autograder.engines.choice import EngineChoice
from autograder.errors import UsageError
from autograder.gradebook import Gradebook
from autograder.intake.submission import digest_file
from autograder.model import Limits, QuestionResult, Status
from autograder.run.commands import override
from autograder.run.grading import Means, Order, grade_folder
from tests.reports.sample_gradations import sample_gradations
from tests.run.test_laws import ASSIGNMENT

FILES = ("Ann Lee_11_assignsubmission_file_/a.ipynb", "Bo Li_12_assignsubmission_file_/a.ipynb",
         "liben_5502_998876_a.ipynb")  # fmt: skip


@pytest.fixture
def course(tmp_path):
    """A graded class; its function grades it again, with other points or conditions."""
    folder, out = tmp_path / "class", tmp_path / "out"
    for file in FILES:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(file)
    sample = next(sample_gradations(1, hostile=False))

    def run(points=5.0, tests="1", keep=False, status=Status.COMPLETED):
        def grade(jobs, task, choice, scorers):
            for job in jobs:
                questions = (QuestionResult("q1", points, 10.0), QuestionResult("q2", 1.0, 2.0))
                one = replace(sample, submission=job.name, file=job.file, assignment="demo",
                              digest=digest_file(job.path), status=status)  # fmt: skip
                yield task.finish(job, replace(one, questions=questions, graded_by=task.by))

        assignment = SimpleNamespace(**{**vars(ASSIGNMENT), "tests_digest": tests})
        means = Means(EngineChoice("local"), Limits(), 1, grade)
        return grade_folder(Order(assignment, folder, out, keep=keep), means)

    run()
    run.out, run.folder = out, folder
    return run


def give(out, *arguments):
    result = CliRunner().invoke(override, [str(out), *arguments, "--reason", "seen"])
    if isinstance(result.exception, UsageError):
        raise result.exception
    return result


def marks(out, file=FILES[0]):
    with open(out / "grades.csv", newline="", encoding="utf-8") as table:
        (row,) = [row for row in csv.DictReader(table) if row["file"] == file]
    return float(row["q1"])


@pytest.mark.parametrize(
    "asked",
    [FILES[0], "ann lee", "Ann Lee", "Lee, Ann", "Ann_Lee_11_assignsubmission_file__a"],
)
def test_a_submission_is_found_by_any_name_that_people_see(course, asked):
    told = give(course.out, asked, "q1", "7")
    assert told.exit_code == 0 and "written again" in told.output, told.output
    assert marks(course.out) == 7 and marks(course.out, FILES[1]) == 5
    page = course.out / "feedback" / "Ann_Lee_11_assignsubmission_file__a.html"
    assert "7 points given by hand (seen)" in page.read_text("utf-8")
    assert "7 points given by hand" in (course.out / "report" / "index.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("Ann Le", r"is it 'Ann Lee_11_assignsubmission_file_/a\.ipynb'\?"),
        ("a.ipynb", r"may be 'Ann Lee.*' or 'Bo Li"),
        ("zzzzzz", "name a file as grades.csv does"),
        ("q", r"no submission 'q'; name a file"),
    ],
)
def test_a_near_miss_gets_a_suggestion(course, asked, message):
    with pytest.raises(UsageError, match=message):
        give(course.out, asked, "q1", "7")
    assert marks(course.out) == 5


def test_more_points_than_a_question_is_worth_are_meant_or_refused(course):
    with pytest.raises(UsageError, match="q1 is worth 10; add --bonus"):
        give(course.out, "Ann Lee", "q1", "11")
    assert give(course.out, "Ann Lee", "q1", "11", "--bonus").exit_code == 0
    assert marks(course.out) == 11


@pytest.mark.parametrize("points", ["-1", "-0.5"])
def test_negative_points_are_taken_as_they_are_written(course, points):
    assert give(course.out, "Ann Lee", "q1", points).exit_code == 0
    assert marks(course.out) == float(points)


@pytest.mark.parametrize("points", ["nan", "inf"])
def test_what_is_no_number_of_points_is_refused(course, points):
    with pytest.raises(UsageError):
        give(course.out, "Ann Lee", "q1", points)


def changes(out):
    with open(out / "changes.csv", newline="", encoding="utf-8") as table:
        return [(row["file"], row["question"], row["before"], row["after"], row["cause"],
                 row["which counts"]) for row in csv.DictReader(table)]  # fmt: skip


def test_every_mark_that_a_regrade_changes_is_listed_with_its_cause(course):
    give(course.out, FILES[2], "q1", "9")
    summary = course(points=6.0, tests="2")
    expected = [(file, "q1", "5", "6", "other tests", "after") for file in FILES[:2]]
    assert sorted(changes(course.out)) == expected, "points by hand did not change"
    assert [(one.before, one.after) for one in summary.changes] == [(5.0, 6.0)] * 2
    report = (course.out / "report" / "index.html").read_text("utf-8")
    assert "Changed marks" in report and "other tests" in report
    assert course(points=6.0, tests="2").changes == []
    assert (course.out / "report" / "index.html").read_text("utf-8") == report


def test_published_marks_can_be_kept_until_another_upload_comes(course):
    summary = course(points=6.0, tests="2", keep=True)
    assert len(summary.changes) == 3 and all(change.kept for change in summary.changes)
    assert {marks(course.out, file) for file in FILES} == {5}
    assert {row[-1] for row in changes(course.out)} == {"before"}
    page = course.out / "feedback" / "Ann_Lee_11_assignsubmission_file__a.html"
    assert "graded again it would be 6" in page.read_text("utf-8")
    (course.folder / FILES[0]).write_text("another upload")
    course(points=8.0, tests="2")
    assert marks(course.out) == 8 and marks(course.out, FILES[1]) == 5
    assert changes(course.out)[0] == (FILES[0], "q1", "5", "8", "another upload", "after")


def test_a_changed_environment_grades_again_and_says_so(course, monkeypatch):
    facts = {"python": "CPython 9", "torch": "9", "packages": "9" * 64}
    monkeypatch.setattr("autograder.scoring.assignment.environment_facts", lambda: facts)
    assert course(points=6.0).graded == 3
    assert {row[4] for row in changes(course.out)} == {"another environment"}
    with Gradebook(course.out / "gradebook.sqlite") as book:
        assert {one.graded_by.python for one in book.latest()} == {"CPython 9"}
    for page in (course.out / "feedback").glob("*.html"):
        assert "CPython 9" in page.read_text("utf-8")
    assert "CPython 9" in (course.out / "report" / "index.html").read_text("utf-8")


def test_a_folder_of_which_nothing_can_be_read_is_said_first(course):
    summary = course(points=0.0, tests="3", status=Status.UNREADABLE)
    assert summary.none_readable and len(summary.unreadable) == 3
    report = (course.out / "report" / "index.html").read_text("utf-8")
    first = report.index("None of the 3 submissions can be read")
    assert first < report.index("was the hardest") if "was the hardest" in report else first


@pytest.mark.parametrize("points", ["nan", "inf"])
def test_points_that_are_no_number_are_told_so(course, points):
    with pytest.raises(UsageError, match=f"^{points} points: give a finite number$"):
        give(course.out, FILES[0], "q1", points)


def test_where_no_time_is_known_a_deadline_says_so(course, tmp_path):
    due = datetime(2025, 3, 1, tzinfo=timezone.utc)
    with Gradebook(course.out / "gradebook.sqlite") as gradebook:
        gradebook.set_deadline(due)
    assert course(tests="2").untimed == len(FILES)
    with Gradebook(course.out / "gradebook.sqlite") as gradebook:
        (first, *_) = gradebook.files().values()
        gradebook.set_times({first: "2025-03-02T00:00:00+00:00"})
    assert course(tests="2").untimed == len(FILES) - 1


def test_another_upload_counts_whatever_is_kept(course):
    (course.folder / FILES[0]).write_text("handed in anew")
    summary = course(points=7.0, keep=True)
    assert [(one.file, one.after, one.kept) for one in summary.changes] == [(FILES[0], 7.0, False)]
    with Gradebook(course.out / "gradebook.sqlite") as book:
        scores = {one.file: one.questions[0].score for one in book.latest()}
        assert not book.active_overrides()
    assert scores[FILES[0]] == 7.0 and scores[FILES[1]] == 5.0
