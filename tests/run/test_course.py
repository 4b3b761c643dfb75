"""One gradebook of a course, made from the runs in a folder."""

import csv
import json
import shutil
from datetime import datetime, timezone
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.__main__ import add_commands, main
from autograder.course import names_in
from autograder.gradebook import Gradebook
from autograder.lms.roster import load_owners, load_roster
from autograder.run.course import counted
from tests.reports.sample_course import write_runs

ROOT = Path(__file__).resolve().parents[2]
ROSTER = (
    "Student,ID,SIS User ID,SIS Login ID,Email\n"
    '"Lee, Ann",1,100001,ann,ann@example.org\n'
    '"王, <i>芳</i>",2,100002,fang,fang@example.org\n'
    '"Bohr, Niels",3,100003,bohr,bohr@example.org\n'
    '"Nobody, Ever",4,100004,ever,ever@example.org\n'
)
CLASSES = {
    "calculus": ["100001_a.ipynb", "100002_a.ipynb", "100003_a.ipynb"],
    "autodiff": ["ann.ipynb", "fang.ipynb", "100001_again.ipynb", "stranger.ipynb"],
    "documentation": [],
}


@pytest.fixture
def out(tmp_path):
    write_runs(tmp_path / "results", CLASSES)
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    return tmp_path / "results"


def make(out, *arguments):
    add_commands()
    return CliRunner().invoke(main, ["course-report", str(out), *map(str, arguments)])


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def test_a_roster_makes_one_gradebook_of_the_runs(out):
    done = make(out, "--roster", out.parent / "roster.csv")
    assert done.exit_code == 0, done.output
    rows = rows_of(out / "course-report" / "course.csv")
    marks = {}
    for name in CLASSES:
        with Gradebook(out / name / "gradebook.sqlite") as book:
            marks[name] = {one.file: one.score for one in book.latest()}
    ann = rows["Lee, Ann"]
    assert float(ann["calculus"]) == marks["calculus"]["100001_a.ipynb"]
    assert float(ann["total_points_earned"]) == pytest.approx(
        float(ann["calculus"]) + float(ann["autodiff"])
    )
    assert float(ann["autodiff"]) in (
        marks["autodiff"]["ann.ipynb"], marks["autodiff"]["100001_again.ipynb"],
    )  # fmt: skip
    assert rows["Bohr, Niels"]["autodiff"] == "" and "autodiff" in rows["Bohr, Niels"]["missing"]
    assert rows["Nobody, Ever"]["total_points_earned"] == "0"
    assert "stranger" in rows and "王, <i>芳</i>" in rows
    data = json.loads((out / "course-report" / "course.json").read_text("utf-8"))
    assert data["format"] == 1 and len(data["students"]) == 5
    (one,) = (s for s in data["students"] if s["name"] == "Lee, Ann")
    assert [other["assignment"] for other in one["not_counted"]] == ["autodiff"]
    assert one["total"] == float(ann["total_points_earned"])
    hardness = [question["earned"] for question in data["questions"]]
    assert hardness == sorted(hardness) and len(hardness) == 10


def test_exports_are_there_per_assignment_and_for_the_total(out):
    arguments = "--roster", out.parent / "roster.csv", "--column", "total=Course"
    assert make(out, *arguments).exit_code == 0
    lms = out / "course-report" / "lms"
    names = {path.name for path in (lms / "calculus").iterdir()}
    assert {"canvas.csv", "moodle.csv", "blackboard.csv", "brightspace.csv", "chinese.csv",
            "gradescope.csv", "attention.csv"} == names  # fmt: skip
    for name in (*CLASSES, "total"):
        assert {path.name for path in (lms / name).iterdir()} == names
    with open(lms / "total" / "canvas.csv", newline="", encoding="utf-8") as file:
        table = list(csv.reader(file))
    assert table[0][-1] == "Course"
    rows = rows_of(out / "course-report" / "course.csv")
    assert {row[0]: row[-1] for row in table[2:]} == {
        name: rows[name]["total_points_earned"]
        for name in ("Lee, Ann", "王, <i>芳</i>", "Bohr, Niels")
    }
    attention = (lms / "total" / "attention.csv").read_text("utf-8")
    assert "autodiff/stranger.ipynb" in attention and "Nobody, Ever" in attention
    heads = (lms / "autodiff" / "canvas.csv").read_text("utf-8").splitlines()
    assert heads[0].endswith(",autodiff")


def test_without_a_roster_files_tell_and_no_export_is_made(out):
    done = make(out)
    assert done.exit_code == 0 and "no files for an LMS" in done.output
    assert not (out / "course-report" / "lms").exists()
    assert set(rows_of(out / "course-report" / "course.csv")) >= {"ann", "fang", "100002"}


def test_names_of_the_grading_roster_are_kept(out):
    with Gradebook(out / "calculus" / "gradebook.sqlite") as book:
        names = {file: name for file, name in book.files().items()}
        ids = [["Lee, Ann", ["100001", "ann"]]]
        book.set_students({names["100001_a.ipynb"]: ["Lee, Ann", "100001", ids]})
    make(out)
    rows = rows_of(out / "course-report" / "course.csv")
    assert rows["Lee, Ann"]["autodiff"] == "" or rows["Lee, Ann"]["id"] == "100001"


def test_the_order_is_the_deadlines_or_as_said(out):
    def names(*arguments):
        make(out, *arguments)
        data = json.loads((out / "course-report" / "course.json").read_text("utf-8"))
        return [one["name"] for one in data["assignments"]]

    assert names("--assignment", "documentation", "--assignment", "calculus") == [
        "documentation", "calculus",
    ]  # fmt: skip
    for day, name in enumerate(("documentation", "calculus", "autodiff"), start=1):
        with Gradebook(out / name / "gradebook.sqlite") as book:
            book.set_deadline(datetime(2025, 3, day, tzinfo=timezone.utc))
    assert names() == ["documentation", "calculus", "autodiff"]


def test_points_by_hand_and_a_regrade_reach_the_course(out):
    with Gradebook(out / "calculus" / "gradebook.sqlite") as book:
        names = {file: name for file, name in book.files().items()}
        book.override(names["100003_a.ipynb"], "q1", 0.5, "seen")
    make(out, "--roster", out.parent / "roster.csv")
    data = json.loads((out / "course-report" / "course.json").read_text("utf-8"))
    (one,) = (s for s in data["students"] if s["name"] == "Bohr, Niels")
    assert one["assignments"]["calculus"]["questions"]["q1"] == 0.5


def test_a_folder_without_a_gradebook_is_named_and_left_out(out):
    (out / "probability").mkdir()
    done = make(out)
    assert done.exit_code == 0
    (line,) = (one for one in done.output.splitlines() if "probability" in one)
    assert line.startswith("left out: ") and "no gradebook.sqlite there; grade" in line
    assert "course-report: no gradebook" not in make(out).output, "its own folder is no run"
    found = make(out, "--assignment", "probability")
    assert found.exit_code == 2 and "no gradebook.sqlite there" in found.output


@pytest.mark.parametrize("content", [b"no database", b"SQLite format 3\0" + b"x" * 200, None])
def test_a_broken_gradebook_is_one_line_with_the_repair(out, content):
    path = out / "calculus" / "gradebook.sqlite"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] if content is None else content)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    done = make(out)
    assert done.exit_code == 2, done.output
    (line,) = done.output.splitlines()
    assert line.startswith("error: ") and str(path) in line and "move it away" in line
    assert not (out / "course-report").exists(), "a total without an assignment is no total"
    shutil.rmtree(path.parent)
    assert make(out).exit_code == 0


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (lambda out: shutil.rmtree(out), "no graded assignment there"),
        (lambda out: [shutil.rmtree(one) for one in out.iterdir()], "no graded assignment there"),
        (lambda out: shutil.copytree(out / "autodiff", out / "again"), "and so does"),
        (lambda out: shutil.copy(out / "autodiff" / "gradebook.sqlite", out), "one assignment's"),
        (lambda out: shutil.copytree(out / "autodiff", out / "course-report"), "choose another"),
    ],
)
def test_what_cannot_be_a_course_is_refused_in_a_line(out, prepare, message):
    prepare(out)
    done = make(out)
    assert done.exit_code == 2 and len(done.output.splitlines()) == 1
    assert message in done.output


def test_the_roster_of_another_class_is_refused(out):
    (out.parent / "other.csv").write_text("name,email\nX,x@example.org\n")
    done = make(out, "--roster", out.parent / "other.csv")
    assert done.exit_code == 2 and "none of the 7 submissions" in done.output
    assert make(out, "--owners", "x.csv").exit_code == 2
    wrong = make(out, "--roster", out.parent / "roster.csv", "--column", "algebra=X")
    assert wrong.exit_code == 2 and "one of" in wrong.output


def test_owners_settle_files_of_one_assignment(out):
    owners = out.parent / "owners.csv"
    owners.write_text("file,id\nautodiff/stranger.ipynb,bohr\n")
    make(out, "--roster", out.parent / "roster.csv", "--owners", owners)
    rows = rows_of(out / "course-report" / "course.csv")
    assert rows["Bohr, Niels"]["autodiff"] != "" and "stranger" not in rows


def test_an_empty_course_has_a_page_and_tables(tmp_path):
    write_runs(tmp_path / "results", {"autodiff": [], "calculus": []})
    done = make(tmp_path / "results")
    assert done.exit_code == 0, done.output
    assert rows_of(tmp_path / "results" / "course-report" / "course.csv").keys() == {
        "points-per-question"
    }
    page = (tmp_path / "results" / "course-report" / "index.html").read_text("utf-8")
    assert "Nobody has handed in anything yet." in page


def test_the_bundled_sample_classes_are_one_class():
    folder = ROOT / "assignments"
    known = {student.sis_id for student in load_roster(folder / "roster.csv")}
    owners = load_owners(folder / "owners.csv")
    assert set(owners.values()) == known
    assert {file.partition("/")[0] for file in owners} == set(names_in(ROOT))
    for name in names_in(ROOT):
        named = {file.partition("/")[2] for file in owners if file.startswith(f"{name}/")}
        expected = json.loads((folder / name / "sample" / "expected.json").read_text("utf-8"))
        assert named == set(expected)


@pytest.mark.parametrize("number, told", [(0, "0 students"), (1, "1 student"), (2, "2 students")])
def test_one_is_no_plural(number, told):
    assert counted(number, "student") == told
