"""Written answers: found, laid out for graders, and marked by a sheet that comes back."""

import csv
import io
from dataclasses import replace

import pytest

from autograder.errors import UsageError
from autograder.reports.written import (
    Mark,
    WrittenAnswer,
    WrittenQuestion,
    find_answers,
    load_rubric,
    read_marks,
    settle_marks,
    write_question,
)
from tests.reports.sample_gradations import HOSTILE

RUBRIC = """
[q6]
measured = {points = 2, text = "Names what was measured. ‖ 说明测量了什么。"}
reason = {points = 1.5, text = "Says why. ‖ 说明原因。"}
"""
BEGIN, END, TYPE_HERE = "<!-- BEGIN QUESTION -->", "<!-- END QUESTION -->", "_Type here._"


def text(source, **more):
    return {"cell_type": "markdown", "source": source, **more}


BLANK = [
    text("# Title"),
    text(f"{BEGIN}\n\nWhy?"), text(TYPE_HERE),
    text(f"{END}\n\n{BEGIN}\n\nAnd how?"), text(TYPE_HERE), {"cell_type": "code", "source": "..."},
    text(f"{END}\n\n"),
]  # fmt: skip


def answered(first, *more):
    return [*BLANK[:2], *first, BLANK[3], *more, *BLANK[5:]]


@pytest.fixture
def rubric(tmp_path):
    (tmp_path / "rubric.toml").write_text(RUBRIC, encoding="utf-8")
    return load_rubric(tmp_path / "rubric.toml")


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        (BLANK, [[], []]),
        (answered([text("Because.")], text("So.")), [["Because."], ["So."]]),
        (answered([text(TYPE_HERE), text("Below the prompt."), text(" ")]),
         [["Below the prompt."], []]),
        (answered([{"cell_type": "code", "source": "plot()"}]), [["plot()"], []]),
        ([text("Because, outside."), *BLANK], [[], []]),
        (BLANK[4:], []),
    ],
)  # fmt: skip
def test_an_answer_is_what_the_student_added_between_the_marks(cells, found):
    got = find_answers(cells, [BLANK])
    assert [[cell["source"] for cell in answer] for answer in got] == found


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[q6]\n", "has no criterion"),
        ("[q6]\nreason = 2\n", r"q6\.reason: give it points"),
        ("[q6]\nreason = {points = 0}\n", r"q6\.reason: give it points"),
        ("[q6]\ncomment = {points = 1}\n", "choose another name"),
        ("[q6\n", r"rubric\.toml: "),
    ],
)
def test_a_faulty_rubric_is_refused(tmp_path, content, message):
    (tmp_path / "rubric.toml").write_text(content)
    with pytest.raises(UsageError, match=message):
        load_rubric(tmp_path / "rubric.toml")


def lay_out(folder, rubric, *submissions):
    answers = [WrittenAnswer(name, f"{name}.ipynb", cells) for name, cells in submissions]
    return write_question(folder, rubric[0], [text("Why $x^2$?")], answers)


def points_in(sheet, rubric):
    return {mark.submission: mark.points for mark in read_marks(sheet, rubric)}


def fill_in(sheet, **marks):
    """Write points and comments into a sheet, as a grader's spreadsheet program does."""
    rows = list(csv.reader(io.StringIO(sheet.read_text("utf-8-sig"))))
    for row in rows[1:]:
        if row[1] in marks:
            row[3:6] = marks[row[1]]
    with open(sheet, "w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=";").writerows(rows)


def test_graders_get_a_page_to_read_and_a_sheet_to_fill_in(tmp_path, rubric):
    page, sheet = lay_out(tmp_path, rubric, ("ada", (text("Because $e=1$."),)), ("bo", ()))
    shown = page.read_text("utf-8")
    assert shown.count("<math") == 2 and "说明测量了什么。" in shown and 'id="bo"' in shown
    rows = list(csv.reader(io.StringIO(sheet.read_text("utf-8-sig"))))
    assert rows == [
        ["question", "submission", "file", "measured /2", "reason /1.5", "comment", "answer"],
        ["q6", "ada", "ada.ipynb", "", "", "", "Because $e=1$."],
        ["q6", "bo", "bo.ipynb", "0", "0", "No answer. 没有作答。", ""],
    ]


def test_a_filled_in_sheet_gives_marks_and_names_what_is_open(tmp_path, rubric):
    cells = (text("Because."),)
    _, sheet = lay_out(tmp_path, rubric, ("ada", cells), ("bo", cells), ("eve", cells))
    fill_in(sheet, ada=["2", "0,5", "Well ‖ seen."], bo=["1", "", ""])
    assert read_marks(sheet, rubric) == [
        Mark("ada", "q6", 2.5, "measured 2/2, reason 0.5/1.5; Well | seen."),
        Mark("bo", "q6", None, "waits for a mark"),
        Mark("eve", "q6", None, "waits for a mark"),
    ]


def test_laying_out_again_keeps_what_graders_wrote(tmp_path, rubric):
    cells = (text("Because."),)
    _, sheet = lay_out(tmp_path, rubric, ("ada", cells))
    fill_in(sheet, ada=["2", "1", "Good."])
    with open(sheet, "a", encoding="utf-8") as file:
        file.write("q6\n")  # as somebody's slip of the mouse leaves it
    lay_out(tmp_path, rubric, ("ada", cells), ("bo", cells))
    assert points_in(sheet, rubric) == {"ada": 3.0, "bo": None}
    lay_out(tmp_path, rubric, ("ada", (text("No: why?"),)), ("bo", cells))
    assert points_in(sheet, rubric) == {"ada": None, "bo": None}
    assert "(measured /2: 2, reason /1.5: 1) Good." in sheet.read_text("utf-8-sig")
    other = [WrittenQuestion("q6", {"else": (1.0, "")})]
    with pytest.raises(UsageError, match="another rubric"):
        lay_out(tmp_path, other, ("ada", cells))


def test_an_answer_that_comes_late_is_no_longer_a_zero(tmp_path, rubric):
    _, sheet = lay_out(tmp_path, rubric, ("ada", ()))
    (zero,) = read_marks(sheet, rubric)
    assert zero.points == 0
    lay_out(tmp_path, rubric, ("ada", (text("Because."),)))
    (waiting,) = read_marks(sheet, rubric)
    assert settle_marks([waiting], {"ada": {"q6": zero}}) == [waiting]
    by_hand = replace(zero, reason="measured 0/2")
    assert settle_marks([waiting], {"ada": {"q6": by_hand}}) == []


def test_sheets_of_several_graders_are_joined_and_may_not_disagree():
    mine, waits = (
        Mark("ada", "q6", 2.0, "measured 2/2"),
        Mark("ada", "q6", None, "waits for a mark"),
    )
    for sheets in ([mine, waits], [waits, mine], [mine, mine]):
        assert settle_marks(sheets, {}) == [mine]
    with pytest.raises(UsageError, match="ada, q6: marked twice"):
        settle_marks([mine, waits, replace(mine, points=1.0)], {})


@pytest.mark.parametrize("points", ["3", "-1", "nan", "two"])
def test_points_that_the_rubric_does_not_allow_are_refused(tmp_path, rubric, points):
    _, sheet = lay_out(tmp_path, rubric, ("ada", (text("Because."),)))
    fill_in(sheet, ada=[points, "1", ""])
    with pytest.raises(UsageError, match="ada: measured /2 is given"):
        read_marks(sheet, rubric)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_an_answer_stays_text(tmp_path, rubric, hostile):
    broken = {"cell_type": "code", "source": "1", "outputs": 5}
    page, sheet = lay_out(tmp_path, rubric, ("ada", (text(hostile), broken)), ("=1", ()))
    shown = page.read_text("utf-8")
    assert "<script" not in shown and "<img" not in shown and "\u202e" not in shown
    rows = list(csv.reader(io.StringIO(sheet.read_text("utf-8-sig"))))
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    assert len(rows) == 3
