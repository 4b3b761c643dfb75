"""Feedback pages given back: archives as Moodle and Canvas read them, and a folder to mail from."""

import csv
import re
import zipfile
from dataclasses import replace

import pytest
from click.testing import CliRunner

from autograder.__main__ import main
from autograder.errors import UsageError
from autograder.gradebook import Gradebook
from autograder.lms.feedback import give_back
from autograder.lms.roster import GradedSubmission, Student, match
from autograder.model import Gradation, Status
from tests.reports.sample_gradations import sample_gradations

ADA = Student(name="Lovelace, Ada", email="ada@uni.edu", upload_id="Participant 4711")
BEN = Student(name="=SUM(1) Ben", email="ben@uni.edu", upload_id="4712")
MOODLE = "Ada Lovelace_4711_assignsubmission_file_/autodiff.ipynb"


def entry(file: str) -> GradedSubmission:
    return GradedSubmission(re.sub(r"\W", "_", file), file, 5.0, 8.0)


@pytest.fixture
def pages(tmp_path):
    """Return a function that writes a page for each submission."""

    def write(entries):
        found = {}
        for one in entries:
            found[one.submission] = tmp_path / "feedback" / f"{one.submission}.html"
            found[one.submission].parent.mkdir(exist_ok=True)
            found[one.submission].write_text(f"<p>{one.file}</p>")
        return found

    return write


def contents(path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def read_by_moodle(place: str) -> tuple[int, str, str, str]:
    """Return participant, kind and name of the plugin, and file, as Moodle reads a path."""
    parts = place.split("/")
    while parts:
        info = parts.pop(0).split("_", 4)
        if len(info) >= 4 and info[1].isdecimal():
            rest = "/".join([*info[4:], *parts]).lstrip("/")
            return int(info[1]), info[2], info[3], rest
    raise AssertionError(f"Moodle passes over {place}")


def read_by_canvas(place: str) -> tuple[str, str]:
    """Return student and upload, as Canvas reads the name of a file."""
    name = place.rsplit("/", 1)[-1]
    numbers = [part for part in name.split("_") if re.fullmatch(r"\d+", part)]
    assert len(numbers) >= 2 and not name.startswith("._")
    assert not name.split("_")[-1].startswith("link")
    return numbers[0], numbers[1]


def test_moodle_finds_each_participant(tmp_path, pages):
    entries = [
        entry(MOODLE),
        entry("Group_A-Bo van der Li_4800_assignsubmission_file_/work.ipynb"),
        entry("陈美_4801_assignsubmission_file_autodiff.ipynb"),
    ]
    done = give_back(tmp_path / "out", pages(entries), entries, "autodiff")
    found = contents(tmp_path / "out" / "moodle.zip")
    assert {read_by_moodle(place) for place in found} == {
        (number, "assignfeedback", "file", "autodiff-feedback.html")
        for number in (4711, 4800, 4801)
    }
    assert "Ada Lovelace_4711_assignfeedback_file_/autodiff-feedback.html" in found
    assert sorted(found.values()) == sorted(f"<p>{one.file}</p>" for one in entries)
    assert done.counts == {"moodle.zip": 3, "canvas.zip": 0, "mail": 0} and not done.left


def test_canvas_finds_student_and_upload(tmp_path, pages):
    entries = [
        entry("lovelaceada_5501_998877_autodiff_v2.ipynb"),
        entry("libo_LATE_5502_998878_12_34.zip"),
        entry("lichen_5503_text.html"),
    ]
    done = give_back(tmp_path / "out", pages(entries), entries, "autodiff")
    found = contents(tmp_path / "out" / "canvas.zip")
    assert {read_by_canvas(place) for place in found} == {("5501", "998877"), ("5502", "998878")}
    assert all(place.endswith(".html") and "/" not in place for place in found)
    assert [file for file, _ in done.left] == ["lichen_5503_text.html"]


def test_of_several_uploads_of_a_student_the_last_one_is_given_back(tmp_path, pages):
    entries = [entry(f"lovelaceada_5501_{number}_a.ipynb") for number in (999, 1000)]
    give_back(tmp_path / "out", pages(entries), entries, "autodiff")
    (place,) = contents(tmp_path / "out" / "canvas.zip")
    assert read_by_canvas(place) == ("5501", "1000")


def test_a_roster_gives_addresses_and_moodles_numbers(tmp_path, pages):
    entries = [entry("ada@uni.edu.ipynb"), entry("ben@uni.edu.ipynb")]
    matching = match([ADA, BEN], entries)
    give_back(tmp_path / "out", pages(entries), entries, "autodiff", matching)
    with open(tmp_path / "out" / "mail" / "mail.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["name"], row["email"]) for row in rows] == [
        ("Lovelace, Ada", "ada@uni.edu"), ("'=SUM(1) Ben", "ben@uni.edu"),
    ]  # fmt: skip
    for row, one in zip(rows, entries):
        assert (tmp_path / "out" / "mail" / row["file"]).read_text() == f"<p>{one.file}</p>"
    (place,) = contents(tmp_path / "out" / "moodle.zip")  # 4712 may be Gradescope's number
    assert read_by_moodle(place)[0] == 4711


def test_a_second_call_leaves_nothing_of_the_first(tmp_path, pages):
    entries, out = [entry("ada@uni.edu.ipynb"), entry(MOODLE)], tmp_path / "out"
    give_back(out, pages(entries), entries[:1], "autodiff", match([ADA], entries[:1]))
    give_back(out, pages(entries), entries[1:], "autodiff")
    assert (out / "moodle.zip").is_file() and not list((out / "mail").iterdir())


def test_where_nothing_tells_whose_a_page_is_the_way_out_is_named(tmp_path, pages):
    entries = [entry("autodiff.ipynb")]
    with pytest.raises(UsageError, match="--roster with e-mail addresses"):
        give_back(tmp_path / "out", pages(entries), entries, "autodiff")


def test_a_page_that_is_not_there_is_named(tmp_path, pages):
    entries = [entry(MOODLE)]
    found = pages(entries)
    found[entries[0].submission].unlink()
    with pytest.raises(UsageError, match=r"\.html: is missing; run `report`"):
        give_back(tmp_path / "out", found, entries, "autodiff")


def test_the_command_packs_a_finished_run(tmp_path, pages):
    out = tmp_path / "run"
    out.mkdir()
    with Gradebook(out / "gradebook.sqlite") as book:
        names = book.name_submissions([MOODLE])
        book.begin_run("autodiff", names.values())
        book.add(Gradation(names[MOODLE], MOODLE, "d", "autodiff", Status.COMPLETED))
    (out / "feedback").mkdir()
    (out / "feedback" / f"{names[MOODLE]}.html").write_text("<p>seen</p>")
    done = CliRunner().invoke(main, ["feedback", str(out)])
    assert not done.exit_code, done.output
    assert "moodle.zip: 1 page\n" in done.output and "no canvas.zip" in done.output
    assert list(contents(out / "give-back" / "moodle.zip").values()) == ["<p>seen</p>"]


def graded_as(out, *files: str) -> None:
    """Make a gradebook of the assignment "demo" with these files."""
    sample = next(sample_gradations(1, hostile=False))
    out.mkdir()
    with Gradebook(out / "gradebook.sqlite") as gradebook:
        names = {name: file for name, file in enumerate(files)}
        gradebook.begin_run("demo", [f"s{name}" for name in names])
        for name, file in names.items():
            one = replace(sample, submission=f"s{name}", file=file, assignment="demo")
            gradebook.add(one)
            (out / "feedback").mkdir(exist_ok=True)
            (out / "feedback" / f"s{name}.html").write_text("<p>")


@pytest.mark.parametrize("command", ["export", "feedback"])
def test_one_list_of_owners_serves_the_course_and_each_assignment(tmp_path, command):
    graded_as(tmp_path / "out", "x.ipynb")
    (tmp_path / "roster.csv").write_text("name,sid,email\nAda,1,ada@uni.edu\n")
    (tmp_path / "owners.csv").write_text("file,id\nother/x.ipynb,2\ndemo/x.ipynb,1\n")
    given = ["--roster", tmp_path / "roster.csv", "--owners", tmp_path / "owners.csv"]
    done = CliRunner().invoke(main, [command, str(tmp_path / "out"), *map(str, given)])
    assert done.exit_code == 0, done.output
    assert ("1 students with a submission" in done.output) or ("mail: 1 page" in done.output)


def test_no_name_moves_a_terminals_cursor_or_turns_its_text_round(tmp_path):
    graded_as(tmp_path / "out", "a\x1b[2J\u202eb.ipynb", "ada.ipynb")
    (tmp_path / "roster.csv").write_text("name,sid,email\nAda\x1b[31m,ada,ada@uni.edu\n")
    for command, *more in (("export", "--dry-run"), ("feedback",)):
        given = [str(tmp_path / "out"), "--roster", str(tmp_path / "roster.csv"), *more]
        done = CliRunner().invoke(main, [command, *given])
        assert done.exit_code == 0, done.output
        assert "a?[2J?b.ipynb" in done.output
        assert all(c.isprintable() or c == "\n" for c in done.output)


def test_a_platform_that_gave_no_upload_gets_no_archive(tmp_path, pages):
    entries, out = [entry("lovelaceada_5501_999_a.ipynb"), entry(MOODLE)], tmp_path / "out"
    give_back(out, pages(entries), entries[:1], "autodiff")
    assert (out / "canvas.zip").is_file() and not (out / "moodle.zip").exists()
    give_back(out, pages(entries), entries[1:], "autodiff")
    assert (out / "moodle.zip").is_file() and not (out / "canvas.zip").exists()
