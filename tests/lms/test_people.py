"""Whose a file is: what names and numbers tell, and when they tell nothing."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.errors import UsageError
from autograder.lms.claims import claims_of
from autograder.lms.roster import GradedSubmission, Rules, load_roster, match

CLASS = "SID,Name,Email\n20231001,Ann Lee,ann.lee@x.org\n20231002,Bo Ma,bo@x.org\n20231003,李四,\n"
CANVAS = 'Student,ID,SIS User ID\n"Lee, Ann",1001,77\n"Ma, Bo",5501,1001\n'
LIS = "Username,Name\nannl,Ann Li\nli,Lia Li\n"
USERS = "Username,Name\nli,Li Lia\n1,One\n2,Two\n"
MOODLE = "Identifier,Full name,ID number\nParticipant 501,Ann Lee,502\nParticipant 502,Bo Ma,900\n"
TOLD = [
    (CLASS, "Ann Lee - hw.ipynb", "Ann Lee"),
    (CLASS, "hw1_bo_ma.ipynb", "Bo Ma"),
    (CLASS, "week 3/Ma Bo (1).ipynb", ""),
    (CLASS, "自动微分_李四.ipynb", "李四"),
    (CLASS, "May_hw.ipynb", ""),
    (CLASS, "20231002-ann lee.ipynb", "Bo Ma"),
    (CLASS, "20231009-李四-作业.ipynb", ""),
    (CLASS, "Ann Lee_20231002_assignsubmission_file_/a.ipynb", "Ann Lee"),
    (CLASS, "Cy Wu_20231002_assignsubmission_file_/a.ipynb", ""),
    (CLASS, "Cy Wu_9_assignsubmission_file_/20231002.ipynb", "Bo Ma"),
    (CLASS, "Ann Lee_9_assignsubmission_file_/20231002.ipynb", "Ann Lee"),
    (CLASS, "9-9 - Ann Lee - Mar 1, 2025 1005 AM/bo@x.org.ipynb", "Ann Lee"),
    (CLASS, "hw_20231001_attempt_2025-03-01-10-00-00_x_20231002.ipynb", "Ann Lee"),
    (
        CLASS,
        "hw_20231001_attempt_2025-03-01-10-00-00_x_bo_attempt_2025-03-01-10-00-00_.ipynb",
        "Ann Lee",
    ),
    (CLASS, "20231001-9 - Bo Ma - Mar 1, 2025 1005 AM/a.ipynb", "Bo Ma"),
    (CLASS, "cywu_7_20231002_a.ipynb", ""),
    (CANVAS, "leeann_1001_5501_a.ipynb", "Lee, Ann"),
    (CANVAS, "mabo_5501_77_a.ipynb", "Ma, Bo"),
    (CANVAS, "wucy_77_9_a.ipynb", ""),
    (MOODLE, "Bo Ma_502_assignsubmission_file_/a.ipynb", "Bo Ma"),
    (MOODLE, "Cy Wu_900_assignsubmission_file_/a.ipynb", ""),
    (LIS, "Ann Li - hw.ipynb", "Ann Li"),
    (LIS, "li.ipynb", "Lia Li"),
    (LIS, "hw_li.ipynb", "Lia Li"),
    (LIS, "Bo Li_9_assignsubmission_file_/hw.ipynb", ""),
    (LIS, "Bo Li_9_assignsubmission_file_/li.ipynb", ""),
    (LIS, "Ann Li_9_assignsubmission_file_/li.ipynb", "Ann Li"),
    (LIS, "39-25 - Bo Li - Mar 1, 2025 1005 AM/hw.ipynb", ""),
    (LIS, "hw_li_attempt_2025-03-01-10-00-00_Ann Li.ipynb", "Lia Li"),
    (USERS, "Zoeli.ipynb", ""),
    (USERS, "Zoéli.ipynb", ""),
    (USERS, "Zoe\u0308_li.ipynb", "Li Lia"),
    (USERS, "hw_li (1).ipynb", "Li Lia"),
    (USERS, "hw (1).ipynb", ""),
    (USERS, "1.ipynb", "One"),
    (USERS, "submitted/1/hw/hw (2).ipynb", "One"),
    ("identifier,github_username,name\ns12,ada-l,Ada\n", "hw-ada-l/hw.ipynb", "Ada"),
]


@pytest.mark.parametrize(("roster", "file", "name"), TOLD)
def test_a_file_is_whose_names_and_numbers_say_and_nobody_elses(tmp_path, roster, file, name):
    (tmp_path / "roster.csv").write_text(roster)
    found = match(load_roster(tmp_path / "roster.csv"), [GradedSubmission("s", file, 1.0, 1.0)])
    assert [student.name for student, _ in found.chosen] == ([name] if name else [])


PLACES = (
    "{}.ipynb", "{}_hw.ipynb", "hw_{}.ipynb", "hw_{}_2.ipynb", "{} hw (1).ipynb", "{}/hw.ipynb",
    "submitted/{}/hw/hw.ipynb", "hw-submissions/hw-{}/hw.ipynb", "hw - {}.zip",
    "inbound/{}+hw+2026-03-01 10:00:00.000000 UTC/hw.ipynb",
    "Autodiff_{}_attempt_2026-03-01-10-00-00_hw.ipynb",
    "Week 2_ Autodiff_{}_attempt_2026-03-01-10-00-00_hw.ipynb",
    "Autodiff/Lee, Ann({})/Submission attachment(s)/hw.ipynb",
)  # fmt: skip
WORD = st.text("abcxyz0123456789", min_size=2, max_size=4).filter(lambda text: not text.isdecimal())
SHARED = [HealthCheck.function_scoped_fixture]
LOGIN = st.builds(str.join, st.sampled_from("_.-+"), st.lists(WORD, min_size=1, max_size=3))


@pytest.mark.parametrize("place", PLACES)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(LOGIN, WORD, st.sampled_from("_.-+"), st.booleans())
def test_who_is_called_like_a_part_of_another_gets_the_own_file(
    tmp_path, place, part, more, between, is_address
):
    whole, ending = f"{more}{between}{part}", "@x.org" * is_address
    names = [name + ending for name in (part, whole)]
    (tmp_path / "roster.csv").write_text("Username\n" + "\n".join(names))
    files = [place.format(name) for name in names]
    found = match(
        load_roster(tmp_path / "roster.csv"), [GradedSubmission(file, file, 1, 1) for file in files]
    )
    assert {one.login: entry.file for one, entry in found.chosen} == dict(zip(names, files))


def test_two_students_of_one_name_are_told_apart_by_number_or_not_at_all(tmp_path):
    (tmp_path / "roster.csv").write_text("学号,姓名\n20231001,李伟\n20231002,李伟\n")
    files = ("李伟_20231002.ipynb", "李伟.ipynb")
    found = match(
        load_roster(tmp_path / "roster.csv"),
        [GradedSubmission(file, file, 1.0, 1.0) for file in files],
    )
    assert [(one.sis_id, entry.file) for one, entry in found.chosen] == [("20231002", files[0])]
    assert [entry.file for entry, _ in found.unmatched] == [files[1]]


@pytest.mark.parametrize(
    "cell", ["#0012", '"=""0012"""', "'0012", "\t0012"], ids=["hash", "formula", "quote", "tab"]
)
def test_what_guards_an_id_from_a_spreadsheet_is_no_part_of_it(tmp_path, cell):
    (tmp_path / "roster.csv").write_text(f"Student Number,Name\n{cell},Ann\n")
    assert load_roster(tmp_path / "roster.csv")[0].sis_id == "0012"


def test_an_id_that_a_spreadsheet_shortened_is_an_error(tmp_path):
    (tmp_path / "roster.csv").write_text("学号,姓名\n2.0231E+11,李四\n")
    with pytest.raises(UsageError, match="shortened by a spreadsheet"):
        load_roster(tmp_path / "roster.csv")


@pytest.mark.parametrize("text", ["Name|Email\nAnn|a@x\n", "Name,Email\rAnn,a@x\r"])
def test_a_roster_is_read_whatever_separates_its_cells_and_lines(tmp_path, text):
    (tmp_path / "roster.csv").write_bytes(text.encode())
    assert [one.email for one in load_roster(tmp_path / "roster.csv")] == ["a@x"]


def test_a_folder_within_an_upload_makes_it_nobody_elses(tmp_path):
    (tmp_path / "roster.csv").write_text(CLASS)
    people = {"submission_1": ["ann.lee@x.org"], "submission_2": ["bo@x.org"]}
    entry = GradedSubmission("s", "export/submission_1/submission_2/a.ipynb", 1.0, 1.0)
    found = match(load_roster(tmp_path / "roster.csv"), [entry], rules=Rules(people=people))
    assert [student.name for student, _ in found.chosen] == ["Ann Lee"]
    claims = claims_of({"s": entry.file}, "hw", {}, people)["s"]
    assert [claim.name for claim in claims] == ["ann.lee@x.org"]
