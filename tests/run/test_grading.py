"""Grading a folder without sandboxes: what is known of each upload reaches what people read."""

import csv
import os
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timezone
from types import SimpleNamespace

import pytest

from autograder.engines.choice import EngineChoice
from autograder.gradebook import Gradebook
from autograder.intake.submission import digest_file
from autograder.intake.times import Collection, TimeSources
from autograder.model import Gradation, Limits, Status
from autograder.run.console import because
from autograder.run.grading import Means, Order, grade_folder
from autograder.scoring.cores import places_of, stay_on
from tests.reports.sample_gradations import sample_gradations

ASSIGNMENT = SimpleNamespace(
    name="autodiff",
    called=frozenset({"autodiff"}),
    digest="0" * 64,
    tests_digest="1" * 64,
    manifest={},
    questions=(),
)
NOON = datetime(2025, 3, 1, 12, tzinfo=timezone.utc)
TIMES = "file,time\nada.ipynb,2025-03-01T11:00:00Z\nbo.ipynb,2025-03-01T13:30:00Z\n"


def fails_a_hidden_test(gradation):
    cases = [case for question in gradation.questions for case in question.cases]
    return any(case.hidden and not case.passed and not case.slip for case in cases)


def fake_grade(jobs, task, choice, scorers):
    gradation = next(filter(fails_a_hidden_test, sample_gradations(50, hostile=False)))
    for job in jobs:
        own = {"submission": job.name, "file": job.file, "digest": digest_file(job.path)}
        yield task.finish(job, replace(gradation, **own, graded_by=task.by))


@pytest.fixture
def grade(tmp_path):
    folder, out = tmp_path / "class", tmp_path / "out"
    folder.mkdir()
    for name in ("ada", "bo"):
        (folder / f"{name}.ipynb").write_text(name)
    (tmp_path / "times.csv").write_text(TIMES)

    def run(deadline=None, table=None, **changes):
        assignment = SimpleNamespace(**{**vars(ASSIGNMENT), **changes})
        order = Order(assignment, folder, out, Collection(deadline, TimeSources(table)))
        summary = grade_folder(order, Means(EngineChoice("local"), Limits(), 1, fake_grade))
        with open(out / "grades.csv", newline="", encoding="utf-8") as file:
            return summary, {row["file"]: row for row in csv.DictReader(file)}

    run.folder, run.out, run.table = folder, out, tmp_path / "times.csv"
    return run


def test_the_command_only_stores_the_pages_and_results_that_scorers_made(grade, monkeypatch):
    usual = fake_grade

    def elsewhere(jobs, task, choice, scorers):
        for outcome in usual(jobs, task, choice, scorers):
            yield replace(outcome, results='{"made": "elsewhere"}', page="made elsewhere")

    monkeypatch.setattr(sys.modules[__name__], "fake_grade", elsewhere)
    grade()
    for name in ("ada", "bo"):
        results = grade.out / "results" / name / "results.json"
        assert results.read_text(encoding="utf-8") == '{"made": "elsewhere"}'
        assert (grade.out / "feedback" / f"{name}.html").read_text("utf-8") == "made elsewhere"


def test_what_got_no_result_is_counted_apart_and_told_with_its_reason(grade, monkeypatch):
    reason = "bo.ipynb: cannot be read here (Permission denied) ‖ bo.ipynb：无法读取"

    usual = fake_grade

    def one_fails(jobs, task, choice, scorers):
        for job, outcome in zip(jobs, usual(jobs, task, choice, scorers)):
            fault = Gradation(job.name, job.file, digest_file(job.path), "autodiff",
                              Status.NOT_GRADED, reason, graded_by=task.by)  # fmt: skip
            yield task.finish(job, fault) if job.file == "bo.ipynb" else outcome

    monkeypatch.setitem(grade.__globals__, "fake_grade", one_fails)
    summary, _ = grade()
    assert summary.graded == 1 and summary.not_graded == [("bo.ipynb", reason)]
    assert because(*summary.not_graded[0]) == "bo.ipynb: cannot be read here (Permission denied)"
    assert because("bo.ipynb", "the sandbox\nbroke") == "bo.ipynb: the sandbox broke"


def test_lateness_is_in_the_csv_the_report_and_the_feedback(grade):
    _, rows = grade(NOON, grade.table)
    assert rows["ada.ipynb"]["lateness"] == "" and rows["bo.ipynb"]["lateness"] == "1:30:00"
    assert datetime.fromisoformat(rows["ada.ipynb"]["submitted_at"]) == NOON.replace(hour=11)
    assert "Handed in late, by 1:30:00" in (grade.out / "report" / "index.html").read_text("utf-8")
    pages = {p.stem: p.read_text("utf-8") for p in (grade.out / "feedback").glob("*.html")}
    assert "by 1:30:00" in pages["bo"] and "Handed in late" not in pages["ada"]


def test_without_a_deadline_the_csv_has_otters_columns_alone(grade):
    _, rows = grade(table=grade.table)
    assert list(rows["ada.ipynb"])[-1] == "grading_status"
    with Gradebook(grade.out / "gradebook.sqlite") as book:
        assert set(book.submission_times()) == {"ada", "bo"}


def test_times_and_deadline_may_be_said_later_and_corrected(grade):
    grade()
    summary, rows = grade(NOON, grade.table)
    assert summary.reused == 2 and rows["bo.ipynb"]["lateness"] == "1:30:00"
    _, rows = grade(NOON.replace(hour=14))
    assert rows["bo.ipynb"]["lateness"] == ""
    assert "Handed in late" not in (grade.out / "feedback" / "bo.html").read_text("utf-8")
    _, rows = grade()
    assert "lateness" in rows["bo.ipynb"], "the deadline of an earlier run stays"


def test_what_was_released_stays_released_in_later_pages(grade):
    further = "A further check did not pass"
    page = grade.out / "feedback" / "ada.html"
    grade(table=grade.table)
    assert further in page.read_text("utf-8")
    with Gradebook(grade.out / "gradebook.sqlite") as book:
        book.set_released(True)
    grade(NOON)
    assert further not in page.read_text("utf-8")
    (grade.folder / "cleo.ipynb").write_text("cleo")
    grade()
    assert further not in (grade.out / "feedback" / "cleo.html").read_text("utf-8")
    with Gradebook(grade.out / "gradebook.sqlite") as book:
        book.set_released(False)
    grade(NOON.replace(hour=14))
    assert further in page.read_text("utf-8")


def test_pages_are_written_again_only_when_something_changed(grade):
    grade()
    report = grade.out / "report" / "index.html"
    os.utime(report, (1, 1))
    grade()
    assert report.stat().st_mtime == 1, "nothing had changed"
    grade(deadline=NOON)
    assert report.stat().st_mtime > 1
    os.utime(report, (1, 1))
    (grade.folder / "cy.ipynb").write_text("cy")
    grade()
    assert report.stat().st_mtime > 1
    report.unlink()
    grade()
    assert report.is_file()


def test_a_changed_grading_zip_regrades_only_where_it_decides_about_marks(grade, monkeypatch):
    assert grade()[0].graded == 2
    assert grade(digest="9" * 64, manifest={"version": "2"})[0].graded == 0
    assert grade(tests_digest="2" * 64)[0].graded == 2
    assert grade(tests_digest="2" * 64)[0].graded == 0
    monkeypatch.setattr("autograder.run.grading.code_digest", lambda: "other code")
    assert grade(tests_digest="2" * 64)[0].graded == 2


@pytest.mark.parametrize("spare", [0, 1])
def test_scorers_keep_to_one_core_where_there_are_workers_for_all(spare):
    cores = sorted(os.sched_getaffinity(0))
    places = [sorted(place) for place in places_of(len(cores) - spare)]
    assert places == ([cores] * (len(cores) - 1) if spare else [[core] for core in cores])


def test_who_stays_on_a_core_starts_others_there():
    cores = os.sched_getaffinity(0)
    try:
        stay_on({min(cores)})
        assert _cores_of_a_child() == str({min(cores)})
    finally:
        stay_on(cores)
    assert _cores_of_a_child() == str(cores)


def _cores_of_a_child() -> str:
    command = [sys.executable, "-c", "import os; print(os.sched_getaffinity(0))"]
    return subprocess.run(command, capture_output=True, text=True).stdout.strip()


@pytest.mark.parametrize("text", ["[" * 100_000, '{"ada.ipynb": {"q1": "all"}}', "[1]", "{"])
def test_a_file_called_as_the_expected_points_that_is_somebody_elses_ends_nothing(grade, text):
    (grade.folder / "expected.json").write_text(text)
    summary, _ = grade()
    assert (summary.graded, summary.expected) == (2, 0)
