"""Downloads and rosters as each platform lays them out: every student's mark reaches its file."""

import csv
import io
import json
import re
from datetime import datetime, timezone
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.errors import UsageError
from autograder.gradebook import Gradebook
from autograder.intake.collection import collect
from autograder.intake.times import TimeSources, find_people, find_times
from autograder.lms.commands import export
from autograder.model import Gradation, QuestionResult, Status
from autograder.wording import CALLER

NOTEBOOK = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []})
NOON = datetime(2025, 3, 1, 12, tzinfo=timezone.utc)


def grade(folder: Path, out: Path, files: dict[str, float]) -> None:
    """Lay files and keep the points of those that are submissions; of text, zero."""
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(NOTEBOOK if name.endswith("ipynb") else "text")
    found = collect(folder, {"demo"}, out=out)
    out.mkdir(exist_ok=True)
    with Gradebook(out / "gradebook.sqlite") as book:
        names = book.name_submissions(found.submissions)
        times = find_times(folder, {name: file for file, name in names.items()}, TimeSources())
        book.begin_run("demo", names.values(), found.attachments)
        book.set_members_of_uploads(find_people(folder))
        for file, name in names.items():
            status = Status.COMPLETED if file.endswith("ipynb") else Status.UNREADABLE
            points = (QuestionResult("q1", files[file], 100.0),)
            book.add(Gradation(name, file, name, "demo", status, questions=points), times.get(name))


def run(out: Path, roster: Path, *arguments):
    result = CliRunner().invoke(export, [str(out), "--roster", str(roster), *map(str, arguments)])
    if isinstance(result.exception, UsageError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def marks(out: Path, platform: str, key: str) -> dict[str, str]:
    text = (out / "lms" / f"{platform}.csv").read_text("utf-8-sig")
    head, *rows = csv.reader(io.StringIO(text))
    place = next(n for n, cell in enumerate(head) if re.match("demo|total score", cell.lower()))
    return {row[head.index(key)]: row[place] for row in rows if row[head.index(key)]}


CANVAS = (
    "\ufeff\"Student\",ID,SIS User ID,SIS Login ID,Section,Demo (777),Final Score\n"
    ",,,,,Manual Posting,\n"
    "\"    Points Possible\",,,,,100.0,(read only)\n"
    "\"O'Brien, Jr., Sean\",1001,00012345,sean,Sec 1,,\n"
    "\"Example, Ana\",1002,00012346,ana,Sec 1,,\n"
    "\"测试一\",1003,00012347,cs12,Sec 1,,\n"
    "\"Student, Test\",1004,,7f3ad0c1d8a9,Sec 1,,\n"
)  # fmt: skip
MOODLE = (
    "\ufeffIdentifier,\"Full name\",\"Email address\",\"ID number\",Status,Grade\n"
    "\"Participant 1001\",\"Sean O'Brien, Jr.\",sean@x.org,0001,\"Submitted for grading\",\n"
    "\"Participant 1002\",\"Ana Example\",ana@x.org,0002,\"Submitted for grading\",\n"
    "\"Participant 1003\",\"一 测试\",cs@x.org,0003,\"Submitted for grading\",\n"
)  # fmt: skip
BLACKBOARD = (
    '"Last Name","First Name","Username","Student ID","Demo [Total Pts: 100 Score] |123"\n'
    '"O\'Brien, Jr.","Sean","sean","0001",""\n"Example","Ana","ana","0002",""\n'
    '"测试","一","cs12","0003",""\n'
)
GRADESCOPE = (
    "First Name,Last Name,SID,Email,Sections,Submission ID\n"
    'Sean,"O\'Brien, Jr.",0001,sean@x.org,A,1001\nAna,Example,0002,ana@x.org,A,1002\n'
    "一,测试,0003,cs@x.org,A,1003\n"
)
BRIGHTSPACE = (
    "OrgDefinedId,Username,Last Name,First Name,Email,"
    "Demo Points Grade <Numeric MaxPoints:100>,End-of-Line Indicator\n"
    '#0001,#sean,"O\'Brien, Jr.",Sean,sean@x.org,,#\n#0002,#ana,Example,Ana,ana@x.org,,#\n'
    "#0003,#cs12,测试,一,cs@x.org,,#\n"
)
CHINESE = (
    "课程：深度学习\n学号,姓名,邮箱,班级\n2023001,欧白,a@x.cn,1班\n2023002,张三,b@x.cn,1班\n"
    "2023003,李四,c@x.cn,1班\n"
)
DOWNLOADS = {
    "canvas": (CANVAS, "utf-8", "ID", ["1001", "1002", "1003"], {
        "obrienjrsean_1001_9999990_demo.ipynb": 10, "obrienjrsean_1001_10000010_demo-1.ipynb": 50,
        "obrienjrsean_1001_10000011_z.pdf": 0, "exampleana_LATE_1002_5_demo.ipynb": 60,
        "exampleana_1002_text.html": 0, "ceshiyi_1003_6_demo.ipynb": 70}),
    "moodle": (MOODLE, "utf-8", "Email address", ["sean@x.org", "ana@x.org", "cs@x.org"], {
        "Sean O'Brien, Jr._1001_assignsubmission_file_/demo.ipynb": 50,
        "Sean O'Brien, Jr._1001_assignsubmission_onlinetext_/onlinetext.html": 0,
        "Ana Example_1002_assignsubmission_file_/demo.ipynb": 60,
        "Ana Example_1002_assignsubmission_file_/z.png": 0,
        "一 测试_1003_assignsubmission_file_/demo.ipynb": 70}),
    "blackboard": (BLACKBOARD, "utf-16", "Username", ["sean", "ana", "cs12"], {
        "Demo_sean_attempt_2025-03-01-09-00-00_z.ipynb": 10,
        "Demo_sean_attempt_2025-03-01-10-00-00_a.ipynb": 50,
        "Demo_sean_attempt_2025-03-01-10-00-00.txt": 0,
        "Demo_ana_attempt_2025-03-01-10-00-00_demo.ipynb": 60,
        "Demo_ana_attempt_2025-03-02-10-00-00_notes.docx": 0,
        "Demo_cs12_attempt_2025-03-01-10-00-00_demo.ipynb": 70}),
    "gradescope": (GRADESCOPE, "utf-8", "Email", ["sean@x.org", "ana@x.org", "cs@x.org"], {
        "submission_1001/demo.ipynb": 50, "submission_1001/picture.png": 0,
        "submission_1002/demo.ipynb": 60, "submission_1003/demo.ipynb": 70}),
    "brightspace": (BRIGHTSPACE, "utf-8-sig", "OrgDefinedId", ["#0001", "#0002", "#0003"], {
        "55-9 - Sean O'Brien, Jr. - Mar 2, 2025 905 AM/demo.ipynb": 50,
        "55-9 - Sean O'Brien, Jr. - Mar 1, 2025 1005 PM/demo.ipynb": 10,
        "55-9 - Sean O'Brien, Jr. - Mar 3, 2025 1005 PM/z.pdf": 0,
        "56-9 - Ana Example - Mar 1, 2025 1005 AM/demo.ipynb": 60,
        "57-9 - 一 测试 - Mar 1, 2025 1005 AM/demo.ipynb": 70, "index.html": 0}),
    "chinese": (CHINESE, "gb18030", "学号", ["2023001", "2023002", "2023003"], {
        "2023001-欧白/作业.ipynb": 50, "2023001-欧白/说明.docx": 0,
        "张三_2023002_作业.ipynb": 60, "张三_2023002_截图.png": 0, "李四/demo.ipynb": 70}),
}  # fmt: skip


@pytest.mark.parametrize("platform", DOWNLOADS)
def test_every_student_with_a_notebook_gets_its_mark_in_the_platforms_file(tmp_path, platform):
    roster, encoding, key, ids, files = DOWNLOADS[platform]
    grade(tmp_path / "class", tmp_path / "out", files)
    (tmp_path / "roster.csv").write_bytes(roster.encode(encoding))
    told = run(tmp_path / "out", tmp_path / "roster.csv", "--title", "Demo")
    assert "3 students with a submission, 0 without, 0 submissions unmatched" in told
    assert marks(tmp_path / "out", platform, key) == dict(zip(ids, ("50", "60", "70")))


def test_where_marking_is_anonymous_moodle_gets_a_grading_worksheet(tmp_path):
    files = {f"Participant_{n}_assignsubmission_file/demo.ipynb": 10 * n for n in (5, 6)}
    grade(tmp_path / "class", tmp_path / "out", files)
    (tmp_path / "roster.csv").write_text(
        "Identifier,Status,Grade,Maximum Grade\nParticipant 5,S,,100\nParticipant 6,S,,100\n"
        "Participant 7,S,,100\n"
    )
    told = run(tmp_path / "out", tmp_path / "roster.csv")
    assert "2 students with a submission, 1 without, 0 submissions unmatched" in told
    rows = (tmp_path / "out" / "lms" / "moodle.csv").read_text().splitlines()
    assert rows == ["Identifier,Grade,Last modified (grade)", "Participant 5,50,-",
                    "Participant 6,60,-"]  # fmt: skip
    assert ["no submission", "", "Participant 7",
            "its mark is left as it is in the platform"] in listed(tmp_path / "out")  # fmt: skip


def listed(out: Path) -> list[list[str]]:
    text = (out / "lms" / "attention.csv").read_text("utf-8")
    return list(csv.reader(io.StringIO(text)))[1:]


def test_attention_says_which_attempt_counts_and_why_and_what_lies_beside(tmp_path):
    roster, _, _, _, files = DOWNLOADS["canvas"]
    grade(tmp_path / "class", tmp_path / "out", files)
    (tmp_path / "roster.csv").write_text(roster)
    run(tmp_path / "out", tmp_path / "roster.csv")
    rows = listed(tmp_path / "out")
    kept = "obrienjrsean_1001_10000010_demo-1.ipynb"
    assert ["duplicate", "obrienjrsean_1001_9999990_demo.ipynb", "O'Brien, Jr., Sean",
            f"{kept} counts: it is the later attempt"] in rows  # fmt: skip
    assert ["attachment", "obrienjrsean_1001_10000011_z.pdf", "O'Brien, Jr., Sean",
            f"no notebook; graded: {kept}"] in rows  # fmt: skip
    assert ["late", "exampleana_LATE_1002_5_demo.ipynb", "Example, Ana", "late"] in rows


def test_a_file_that_is_no_notebook_never_outranks_one(tmp_path):
    files = {"ana.ipynb": 60, "sub/ana_later.pdf": 0}
    grade(tmp_path / "class", tmp_path / "out", files)
    (tmp_path / "roster.csv").write_text("Name,Username,Email\nAna,ana,a@x.org\n")
    run(tmp_path / "out", tmp_path / "roster.csv")
    assert marks(tmp_path / "out", "moodle", "Username") == {"ana": "60"}


def test_a_roster_of_another_class_is_an_error_and_nothing_is_written(tmp_path):
    grade(tmp_path / "class", tmp_path / "out", {"ana.ipynb": 60})
    (tmp_path / "roster.csv").write_text("Name,Email\nBo,bo@x.org\n")
    with pytest.raises(UsageError, match="none of the 1 submissions belongs to anybody"):
        run(tmp_path / "out", tmp_path / "roster.csv")
    assert not (tmp_path / "out" / "lms").exists()


def test_a_dry_run_shows_what_counts_and_writes_nothing(tmp_path):
    grade(tmp_path / "class", tmp_path / "out", {"ana.ipynb": 60, "x.ipynb": 1})
    (tmp_path / "roster.csv").write_text("Name,Username\nAna,ana\nBo,bo\n")
    told = run(tmp_path / "out", tmp_path / "roster.csv", "--dry-run")
    assert "Ana: 60 from ana.ipynb" in told and "Bo: no submission" in told
    assert "unmatched: x.ipynb" in told and "nothing written" in told
    assert not (tmp_path / "out" / "lms").exists()


def test_a_proposed_column_is_typed_as_the_caller_types(tmp_path, monkeypatch):
    grade(tmp_path / "class", tmp_path / "out", {"ana.ipynb": 60})
    (tmp_path / "roster.csv").write_text("Student,ID,SIS Login ID,It's $5 (88)\nA,1,ana,\n")
    for caller, said in (("", "--title 'It'"), ("make", "TITLE='It'")):
        monkeypatch.setenv(CALLER, caller)
        assert said in run(tmp_path / "out", tmp_path / "roster.csv")


@pytest.mark.parametrize(
    ("heads", "proposed"),
    [
        ("Demo homework (88123),Essay (88124),Current Score", ["--title 'Demo homework'"]),
        ("Homework 1 (88123),Homework 2 (88124)", ["'Homework 1'", "'Homework 2'"]),
        ("Demo (88123)", []),
    ],
)
def test_the_rosters_own_column_is_proposed(tmp_path, heads, proposed):
    grade(tmp_path / "class", tmp_path / "out", {"ana.ipynb": 60})
    (tmp_path / "roster.csv").write_text(f"Student,ID,SIS Login ID,Section,{heads}\nA,1,ana,S,,,\n")
    told = run(tmp_path / "out", tmp_path / "roster.csv")
    assert all(one in told for one in proposed) and ("--title" in told) == bool(proposed)
    assert "Essay" not in told
    if proposed:
        run(tmp_path / "out", tmp_path / "roster.csv", "--title", heads.split(",")[0])
        assert heads.split(",")[0] in (tmp_path / "out" / "lms" / "canvas.csv").read_text()


def test_an_extension_decides_what_counts_and_what_is_late(tmp_path):
    files = {f"Demo_{who}_attempt_2025-03-0{day}-10-00-00_a.ipynb": 10 * day
             for who in ("ana", "bo") for day in (1, 2, 3)}  # fmt: skip
    grade(tmp_path / "class", tmp_path / "out", files)
    (tmp_path / "roster.csv").write_text("Name,Username\nAna,ana\nBo,bo\n")
    (tmp_path / "more.csv").write_text("id,deadline\nana,2025-03-02T23:59\n")
    run(tmp_path / "out", tmp_path / "roster.csv", "--deadline", "2025-03-01T23:59",
        "--extensions", tmp_path / "more.csv")  # fmt: skip
    assert marks(tmp_path / "out", "moodle", "Username") == {"ana": "20", "bo": "10"}
    assert not [row for row in listed(tmp_path / "out") if row[0] == "late"]


def test_a_group_of_gradescope_gets_its_mark_whole(tmp_path):
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "submission_metadata.yml").write_text(
        "submission_7:\n  :submitters:\n  - :name: Ana\n    :email: ana@x.org\n"
        "  - :name: Bo\n    :sid: '0002'\n  :created_at: 2025-03-01 10:00:00 Z\n"
    )
    grade(folder, tmp_path / "out", {"submission_7/a.ipynb": 60})
    (tmp_path / "roster.csv").write_text("Name,SID,Email\nAna,0001,ana@x.org\nBo,0002,bo@x.org\n")
    run(tmp_path / "out", tmp_path / "roster.csv")
    assert marks(tmp_path / "out", "moodle", "ID number") == {"0001": "60", "0002": "60"}


@pytest.mark.parametrize("where", ["roster", "groups"])
@pytest.mark.parametrize(
    "file",
    ["group3_91_7_a.ipynb", "Group 3_91_assignsubmission_file_/a.ipynb", "Group 3/a.ipynb",
     "Group 3_assignsubmission_file/a.ipynb"],
)  # fmt: skip
def test_a_groups_upload_counts_for_each_member(tmp_path, where, file):
    grade(tmp_path / "class", tmp_path / "out", {file: 60})
    rows = "Name,SID,Email{}\nAna,0001,ana@x.org{}\nBo,0002,bo@x.org{}\nEve,0003,eve@x.org{}\n"
    more = []
    if where == "roster":
        rows = rows.format(",Group", ",Group 3", ",Group 3", ",Group 4")
    else:
        rows = rows.format("", "", "", "")
        (tmp_path / "groups.csv").write_text(
            "name,canvas_user_id,user_id,login_id,sections,group_name\n"
            "Ana,5,0001,ana,S,Group 3\nBo,6,0002,bo,S,Group 3\nEve,7,0003,eve,S,Group 4\n"
        )
        more = ["--groups", tmp_path / "groups.csv"]
    (tmp_path / "roster.csv").write_text(rows)
    run(tmp_path / "out", tmp_path / "roster.csv", *more)
    assert marks(tmp_path / "out", "moodle", "ID number") == {"0001": "60", "0002": "60"}


def test_who_is_in_a_group_keeps_a_submission_of_ones_own(tmp_path):
    grade(tmp_path / "class", tmp_path / "out", {
        "Group 3-Ana Li_1_assignsubmission_file_/a.ipynb": 60,
        "Group 3-Bo Li_2_assignsubmission_file_/a.ipynb": 70})  # fmt: skip
    (tmp_path / "roster.csv").write_text(
        "Full name,Email,Group\nAna Li,a@x.org,Group 3\nBo Li,b@x.org,Group 3\n"
    )
    run(tmp_path / "out", tmp_path / "roster.csv")
    assert marks(tmp_path / "out", "moodle", "Email address") == {"a@x.org": "60", "b@x.org": "70"}


@pytest.mark.parametrize("name", ["Ann Lee", "Lee, Ann", "Änn  Lee"])
def test_two_people_of_one_name_are_left_to_a_person(tmp_path, name):
    grade(tmp_path / "class", tmp_path / "out", {"Ann Lee.ipynb": 60, "bo.ipynb": 1})
    (tmp_path / "roster.csv").write_text(
        f'Name,Email\nAnn Lee,ann1@x.org\n"{name}",ann2@x.org\nBo,bo@x.org\n'
    )
    run(tmp_path / "out", tmp_path / "roster.csv")
    assert marks(tmp_path / "out", "moodle", "Email address") == {"bo@x.org": "1"}
