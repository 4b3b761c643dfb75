"""Names as platforms write them, and the encodings and heads of rosters."""

import pytest

from autograder.errors import UsageError
from autograder.intake.tables import read_table
from autograder.intake.times import parse_time
from autograder.lms.names import spellings, split_name
from autograder.lms.roster import load_roster


@pytest.mark.parametrize(
    ("name", "family", "given"),
    [
        ("O'Brien, Jr.", "O'Brien, Jr.", ""),
        ("O'Brien, Jr., Sean", "O'Brien, Jr.", "Sean"),
        ("O'Brien, Sean, Jr.", "O'Brien, Jr.", "Sean"),
        ("King, Martin Luther, III", "King, III", "Martin Luther"),
        ("Li, Xi", "Li", "Xi"),
        ("Li, Vi", "Li", "Vi"),
        ("Ana Example", "Ana Example", ""),
        ("测试一", "测试一", ""),
        ("", "", ""),
    ],
)
def test_a_name_in_one_piece_is_parted_with_its_suffix(name, family, given):
    assert split_name(name) == (family, given)


def test_the_spellings_of_a_name_agree_with_what_platforms_make_of_it():
    assert {"obrienjrsean", "seanobrien", "obriensean"} <= spellings("O'Brien, Jr., Sean", "", "")
    assert "zoeosample" in spellings("", "Zoë", "O'Sample")


CHINESE = "学号,姓名,邮箱\n2023001,欧阳娜娜,a@x.cn\n2023002,张喆,b@x.cn\n"
SPELLINGS = {
    "Chinese Excel": CHINESE.encode("gb18030"),
    "Chinese Excel with semicolons": CHINESE.replace(",", ";").encode("gbk"),
    "UTF-8 with a mark": CHINESE.encode("utf-8-sig"),
    "UTF-16": CHINESE.replace(",", "\t").encode("utf-16"),
    "UTF-16 without a mark": CHINESE.encode("utf-16-le"),
    "a word of Excel's": ("sep=,\r\n" + CHINESE.replace("\n", "\r\n")).encode(),
    "a title above": ("课程名单\n" + CHINESE).encode(),
    "other heads": CHINESE.replace("学号", "学号/工号 ").replace("邮箱", "电子邮箱").encode(),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_chinese_roster_is_read_in_any_spelling(tmp_path, spelling):
    path = tmp_path / "roster.csv"
    path.write_bytes(SPELLINGS[spelling])
    assert [(one.sis_id, one.name, one.email) for one in load_roster(path)] == [
        ("2023001", "欧阳娜娜", "a@x.cn"),
        ("2023002", "张喆", "b@x.cn"),
    ]


@pytest.mark.parametrize("name", ["Müller", "Zoë", "Ångström", "Núñez"])
def test_western_tables_are_not_taken_for_chinese_ones(tmp_path, name):
    path = tmp_path / "roster.csv"
    path.write_bytes(f"Name;SID\n{name};70\n".encode("cp1252"))
    assert read_table(path)[1] == [name, "70"]


def test_a_workbook_is_refused_with_the_way_on(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_bytes(b"PK\x03\x04...")
    with pytest.raises(UsageError, match="Excel workbook; save it as CSV"):
        load_roster(path)


def test_canvas_test_student_is_nobody(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_text(
        'Student,ID,SIS User ID,SIS Login ID\n"Student, Test",9,,7f3a\n"Li, Bo",7,1,bo\n'
    )
    assert [one.name for one in load_roster(path)] == ["Li, Bo"]


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2026年06月10日 星期三 14:14", 14),
        ("2026年6月10日 星期三 下午2:14", 14),
        ("2026年6月10日星期三 下午 2:14", 14),
        ("2026年6月10日 上午2:14", 2),
        ("2026年6月10日 上午12:14", 0),
        ("2026年6月10日 下午12:14", 12),
        ("2026年6月10日 14时14分", 14),
    ],
)
def test_chinese_times_are_read(text, hour):
    found = parse_time(text)
    assert (found.year, found.month, found.day, found.hour, found.minute) == (2026, 6, 10, hour, 14)


def test_what_only_looks_like_a_chinese_time_is_none():
    assert parse_time("2026年13月10日 14:14") is None
    assert parse_time("2026年3月10日") is None
