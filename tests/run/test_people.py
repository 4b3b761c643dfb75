"""Names: of a roster, or as platforms write them into files' names, on report and feedback."""

import json
from datetime import datetime, timezone
from types import SimpleNamespace

import pytest

from autograder.engines.choice import EngineChoice
from autograder.gradebook import Gradebook
from autograder.intake.times import Collection, TimeSources
from autograder.lms.roster import load_roster
from autograder.model import Limits
from autograder.run.exercises import exercises_of
from autograder.run.grading import Means, Order, grade_folder
from tests.run.test_grading import ASSIGNMENT, fake_grade

ROSTER = "name,email,sid\nLovelace Ada,ada@example.org,100001\nBohr Niels,bohr@example.org,100002\n"
EXERCISES = {
    "q1": {"title": {"en": "Adding", "zh": "加法"}, "text": {"en": "Add."},
           "read": {"en": [["a book", "https://example.org"], ["odd", "javascript:x"]]}},
    "q2": "not what it should be",
    "q6": {"title": {"en": "Writing"}},
}  # fmt: skip


@pytest.fixture
def grade(tmp_path):
    folder, out = tmp_path / "class", tmp_path / "out"
    folder.mkdir()
    for name in ("100001_lab", "bohr@example.org", "stranger", "ada@example.org"):
        (folder / f"{name}.ipynb").write_text(name)
    (tmp_path / "roster.csv").write_text(ROSTER)

    def run(roster=None, collection=None, **changes):
        assignment = SimpleNamespace(**{**vars(ASSIGNMENT), **changes})
        order = Order(assignment, folder, out, collection or Collection(), roster=roster)
        return grade_folder(order, Means(EngineChoice("local"), Limits(), 1, fake_grade))

    run.out, run.roster = out, load_roster(tmp_path / "roster.csv")
    return run


@pytest.mark.parametrize("key", ["100001", "ada@example.org"])
@pytest.mark.parametrize("when", ["with the roster", "before the roster"])
def test_an_extension_is_for_whom_the_roster_tells_whatever_the_file_is_called(
    grade, tmp_path, key, when
):
    (tmp_path / "class" / "Lovelace Ada.ipynb").write_text("by name")
    late = datetime(2025, 3, 2, 12, tzinfo=timezone.utc)
    (tmp_path / "times.csv").write_text(
        "".join(["file,time\n", *(f"{file.name},{late.isoformat()}\n"
                                  for file in (tmp_path / "class").iterdir())])
    )  # fmt: skip
    due = late.replace(day=1)
    collection = Collection(due, TimeSources(tmp_path / "times.csv"), {key: late.replace(day=3)})
    if when == "before the roster":
        grade(None, collection=collection)
    grade(grade.roster, collection=collection)
    with Gradebook(grade.out / "gradebook.sqlite") as book:
        told = book.handed_in()
    known = {name for name, (_, lateness) in told.items() if not lateness}
    assert known == {"100001_lab", "ada_example.org", "Lovelace_Ada"}


def rows_of(out):
    text = (out / "report" / "index.html").read_text("utf-8")
    data = json.loads(text.split('id="data">')[1].split("</script>")[0])
    return {row[0]: row[-1] for row in data["rows"]}


def test_a_roster_gives_report_and_feedback_names(grade):
    grade(grade.roster)
    names = rows_of(grade.out)
    assert names["100001_lab.ipynb"] == "Lovelace Ada" and names["stranger.ipynb"] == ""
    assert names["bohr@example.org.ipynb"] == "Bohr Niels"
    page = next((grade.out / "feedback").glob("*100001_lab*.html")).read_text("utf-8")
    assert "Lovelace Ada" in page and "graded" in page
    report = (grade.out / "report" / "index.html").read_text("utf-8")
    assert 'id="trouble-several"' in report


def test_a_roster_may_be_given_later_and_stays(grade):
    grade()
    assert set(rows_of(grade.out).values()) == {""}
    assert grade(grade.roster).graded == 0
    page = next((grade.out / "feedback").glob("*100001_lab*.html"))
    assert rows_of(grade.out)["100001_lab.ipynb"] == "Lovelace Ada"
    assert "Lovelace Ada" in page.read_text("utf-8")
    grade()
    assert rows_of(grade.out)["100001_lab.ipynb"] == "Lovelace Ada"
    with Gradebook(grade.out / "gradebook.sqlite") as book:
        assert book.students["100001_lab"][0] == "Lovelace Ada"


def test_what_a_manifest_tells_of_exercises_reaches_the_pages(grade):
    grade(manifest={"exercises": EXERCISES}, questions=("q1", "q2"))
    report = (grade.out / "report" / "index.html").read_text("utf-8")
    assert "Adding" in report and "javascript:" not in report
    page = next((grade.out / "feedback").glob("*.html")).read_text("utf-8")
    assert "加法" in page
    told = exercises_of(SimpleNamespace(manifest={"exercises": EXERCISES}, questions=("q1",)))
    assert told["q6"].title == ("Writing", "") and told["q1"].links[1] == ()
