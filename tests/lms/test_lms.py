import csv
import io
from datetime import datetime, timezone

import pytest

from autograder.errors import UsageError
from autograder.intake.times import lateness, parse_deadline
from autograder.lms import files as lms
from autograder.lms.roster import (
    GradedSubmission,
    Rules,
    Student,
    find_columns,
    load_extensions,
    load_owners,
    load_roster,
    match,
    roster_entry,
)
from autograder.model import Gradation, QuestionResult, Status

ADA = Student(first="Ada", last="Lovelace", email="ada@uni.edu", login="alove", sis_id="10815",
              canvas_id="5501", section="A")  # fmt: skip
BEN = Student(name="=SUM(1) Ben", email="ben.li@uni.edu", login="bli", sis_id="20815")
EVE = Student(name="Eve", email="eve@uni.edu", sis_id="108")
ROSTER = [ADA, BEN, EVE]


def at(hour):
    return datetime(2025, 3, 1, hour, tzinfo=timezone.utc)


def entry(file, hour=None, late=False, score=5.0):
    return GradedSubmission(file, file, score, 8.0, at(hour) if hour is not None else None, late)


def rows(text):
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize(
    ("file", "student"),
    [
        ("lovelaceada_5501_998877_autodiff.ipynb", ADA),
        ("lovelaceada_LATE_5501_998877_autodiff-1.ipynb", ADA),
        ("Ada Lovelace_10815_assignsubmission_file_/autodiff.ipynb", ADA),
        ("Autodiff_alove_attempt_2025-03-01-10-00-00_autodiff.ipynb", ADA),
        ("ben.li@uni.edu.ipynb", BEN),
        ("ben.li.ipynb", BEN),
        ("ALOVE.zip", ADA),
        ("=alove.ipynb", ADA),
        ("+bli+.ipynb", BEN),
        ("108_autodiff.ipynb", EVE),
    ],
)
def test_a_file_is_matched_by_id_or_email(file, student):
    assert [found for found, _ in match(ROSTER, [entry(file)], {}).chosen] == [student]


@pytest.mark.parametrize(
    "file", ["autodiff.ipynb", "1081.ipynb", "valove.ipynb", "alove_bli.ipynb"]
)
def test_a_doubtful_file_is_left_to_a_person(file):
    matching = match(ROSTER, [entry(file)], {})
    assert matching.unmatched and not matching.chosen
    assert {student.name or student.last for student in matching.missing} == {
        "Lovelace",
        BEN.name,
        "Eve",
    }


def test_a_list_of_owners_settles_what_file_names_do_not_tell(tmp_path):
    path = tmp_path / "owners.csv"
    path.write_text("file,id\nautodiff.ipynb,BLI\n", encoding="utf-8")
    matching = match(ROSTER, [entry("autodiff.ipynb")], load_owners(path))
    assert matching.chosen[0][0] == BEN


@pytest.mark.parametrize(
    ("entries", "chosen"),
    [
        ([entry("alove-1", 9), entry("alove-2", 11)], "alove-2"),
        ([entry("alove-1", 9), entry("alove-2", 13, late=True)], "alove-1"),
        ([entry("alove-1", 13, late=True), entry("alove-2", 14, late=True)], "alove-2"),
        ([entry("alove-1"), entry("alove-2", 9)], "alove-2"),
        ([entry("alove-2"), entry("alove-1")], "alove-2"),
    ],
)
def test_the_latest_before_the_deadline_counts(entries, chosen):
    matching = match(ROSTER, entries, {})
    assert [kept.file for _, kept in matching.chosen] == [chosen]
    assert len(matching.duplicates) == 1


def test_times_and_lateness_come_from_gradebook_or_file_name():
    graded = Gradation(
        "s", "A_alove_attempt_2025-03-01-10-00-00_x.ipynb", "", "a", Status.COMPLETED
    )
    deadline = parse_deadline("2025-03-01T12:00:00+00:00")
    assert roster_entry(graded, "2025-03-01T13:30:05Z", deadline).late
    assert roster_entry(graded, None, None).submitted_at.hour == 10
    late = roster_entry(graded, "2025-03-01T13:30:05Z", deadline)
    assert lateness(late.file, late.submitted_at, deadline) == "1:30:05"


def test_what_was_not_graded_gets_no_mark():
    fault = Gradation("s", "alove.ipynb", "", "a", Status.NOT_GRADED)
    zero = Gradation("s", "alove.ipynb", "", "a", Status.UNREADABLE,
                     questions=(QuestionResult("q1", 0.0, 8.0),))  # fmt: skip
    assert roster_entry(fault, None, None).score is None
    assert roster_entry(zero, None, None).score == 0.0


def test_canvas_gets_its_columns_and_points_row():
    table = rows(lms.canvas(match(ROSTER, [entry("alove.ipynb")], {}), "Autodiff", 8))
    assert table == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Autodiff"],
        ["    Points Possible", "", "", "", "", "8"],
        ["Lovelace, Ada", "5501", "10815", "alove", "A", "5"],
    ]


def test_moodle_can_map_by_email_or_id_number():
    table = rows(lms.moodle(match(ROSTER, [entry("alove.ipynb")], {}), "Autodiff", 8))
    assert table[0][2:6] == ["ID number", "Email address", "Username", "Autodiff"]
    assert table[1] == ["Ada", "Lovelace", "10815", "ada@uni.edu", "alove", "5", "no"]


@pytest.mark.parametrize(
    ("head", "title", "found"),
    [
        ("Student,ID,SIS Login ID,Section,Autodiff (9)", "autodiff", {"canvas": "Autodiff (9)"}),
        ("Student,ID,Linear algebra (7)", "linear-algebra", {"canvas": "Linear algebra (7)"}),
        ('Last Name,Username,"Autodiff [Total Pts: 40 Score] |123"', "Autodiff",
         {"blackboard": "Autodiff [Total Pts: 40 Score] |123"}),
        ("Student,ID,Autodiff two (98765)", "Autodiff", {}),
    ],
)  # fmt: skip
def test_an_existing_column_is_named_as_the_platform_names_it(tmp_path, head, title, found):
    path = tmp_path / "roster.csv"
    path.write_text(f"{head}\n")
    columns = find_columns(path, title)
    assert columns == found
    lms.write_lms_files(tmp_path, match(ROSTER, [entry("alove")], {}), title, 40, columns)
    for platform, column in found.items():
        head = rows((tmp_path / f"{platform}.csv").read_text())[0]
        assert column in head and title not in head


@pytest.mark.parametrize(
    ("roster", "file"),
    [
        ("Identifier,Full name,Email address\nParticipant 657737,Bo Li,bo@uni.edu\n",
         "Bo Li_657737_assignsubmission_file_/autodiff.ipynb"),
        ("Name,SID,Email,Submission ID\nBo Li,7,bo@uni.edu,2233\n", "submission_2233/a.ipynb"),
    ],
)  # fmt: skip
def test_a_roster_that_numbers_the_uploads_matches_them(tmp_path, roster, file):
    path = tmp_path / "roster.csv"
    path.write_text(roster)
    matching = match(load_roster(path), [entry(file)], {})
    assert [student.email for student, _ in matching.chosen] == ["bo@uni.edu"]


def test_an_upload_of_a_group_counts_for_each_of_them(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_text(
        "Name,Email,Submission ID\nBo,bo@uni.edu,22\nAda,ada@uni.edu,22\nEve,eve@uni.edu,\n"
    )
    matching = match(load_roster(path), [entry("submission_22/a.ipynb")], {})
    assert [student.name for student, _ in matching.chosen] == ["Bo", "Ada"]
    assert [student.name for student in matching.missing] == ["Eve"]
    assert not matching.unmatched


def test_a_name_in_one_piece_is_split_at_its_comma():
    bo = Student(name="Li, Bo", login="boli")
    text = lms.blackboard(match([bo], [entry("boli.ipynb")], {}), "Autodiff", 8)
    assert rows(text)[1][:3] == ["Li", "Bo", "boli"]


def test_blackboard_gets_quoted_cells_and_the_total_in_the_head():
    text = lms.blackboard(match(ROSTER, [entry("alove.ipynb", score=4.5)], {}), "Autodiff", 8)
    assert text == (
        '"Last Name","First Name","Username","Student ID","Autodiff [Total Pts: 8 Score]"\n'
        '"Lovelace","Ada","alove","10815","4.5"\n'
    )


def test_gradescopes_sheet_also_lists_who_did_not_submit():
    matching = match(
        ROSTER, [entry("alove.ipynb", 13, late=True)], rules=Rules(deadline=at(12))
    )  # fmt: skip
    table = rows(lms.gradescope(matching, "Autodiff", 8))
    assert table[0][:7] == [
        "First Name",
        "Last Name",
        "SID",
        "Email",
        "Sections",
        "Total Score",
        "Max Points",
    ]
    assert table[1][5:] == [
        "5",
        "8",
        "Graded",
        "alove.ipynb",
        "2025-03-01 13:00:00+00:00",
        "1:00:00",
    ]
    assert [row[7] for row in table[2:]] == ["Missing", "Missing"]


@pytest.mark.parametrize("platform", lms.PLATFORMS)
def test_no_name_becomes_a_formula(platform):
    text = lms.PLATFORMS[platform](match(ROSTER, [entry("bli.ipynb")], {}), "=Title", 8)
    cells = [cell for row in rows(text) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_everything_that_needs_a_person_is_listed(tmp_path):
    entries = [entry("alove-1", 9), entry("alove-2", 13, late=True), entry("nobody"),
               entry("bli", score=None)]  # fmt: skip
    lms.write_lms_files(
        tmp_path, match(ROSTER, entries, rules=Rules(deadline=at(12))), "Autodiff", 8
    )
    listed = {row[0] for row in rows((tmp_path / "attention.csv").read_text())[1:]}
    assert listed == {"unmatched", "duplicate", "no submission", "not graded"}
    assert {path.stem for path in tmp_path.iterdir()} == {*lms.PLATFORMS, "attention"}


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (
            "Student,ID,SIS User ID,SIS Login ID,Section\n    Points Possible,,,,\n"
            '"Li, Bo",7,70,bo,A\n',
            "utf-8",
        ),
        ("First name,Last name,ID number,Email address\nBo,Li,70,bo@uni.edu\n", "utf-8-sig"),
        ("Last Name\tFirst Name\tUsername\tStudent ID\nLi\tBo\tbo\t70\n", "utf-16"),
        ("Name;SID;Email\nBö Li;70;bo@uni.edu\n", "cp1252"),
    ],
)
def test_rosters_are_read_as_the_platforms_write_them(tmp_path, content, encoding):
    path = tmp_path / "roster.csv"
    path.write_bytes(content.encode(encoding))
    (student,) = load_roster(path)
    assert student.sis_id == "70"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        ("Name\nBo\n", "no column with ids"),
        ("Email\n", "names no student"),
        ("Email\na@b\nA@B\n", "share email"),
    ],
)
def test_a_roster_that_cannot_serve_is_refused(tmp_path, content, message):
    path = tmp_path / "roster.csv"
    path.write_text(content)
    with pytest.raises(UsageError, match=message):
        load_roster(path)


def test_a_deadline_that_is_no_time_is_refused():
    with pytest.raises(UsageError, match="2025-03-01T23:59"):
        parse_deadline("tomorrow")


def test_blackboard_takes_the_name_before_the_at_for_who_has_no_user_name():
    roster = [Student(name="Cy Wu", email="cy.wu@uni.edu", sis_id="7")]
    text = lms.blackboard(match(roster, [entry("cy.wu.ipynb")], {}), "Autodiff", 8)
    assert rows(text)[1][2] == "cy.wu"


def test_what_a_platform_calls_late_is_told_where_no_time_is_known():
    table = rows(lms.gradescope(match(ROSTER, [entry("alove", late=True)]), "Autodiff", 8))
    assert [row[-1] for row in table[1:]] == ["late", "", ""]
    table = rows(lms.gradescope(match(ROSTER, [entry("alove")]), "Autodiff", 8))
    assert [row[-1] for row in table[1:]] == ["", "", ""]


def test_extensions_without_a_date_or_an_id_are_nobodys(tmp_path):
    (tmp_path / "more.csv").write_text(
        "email,deadline\nada@uni.edu,2025-03-01 12:00+00:00\nben.li@uni.edu\n,2025-03-01\nx@y.z,\n"
    )
    assert load_extensions(tmp_path / "more.csv") == {"ada@uni.edu": at(12)}


def test_the_identifier_of_github_classroom_is_the_class_own(tmp_path):
    (tmp_path / "roster.csv").write_text("identifier,github_username\ns12,ada-l\n")
    assert [(one.sis_id, one.upload_id) for one in load_roster(tmp_path / "roster.csv")] == [
        ("s12", "")
    ]
    (tmp_path / "roster.csv").write_text("identifier,name\nParticipant 12,Ada\n")
    assert [(one.sis_id, one.upload_id) for one in load_roster(tmp_path / "roster.csv")] == [
        ("", "Participant 12")
    ]
