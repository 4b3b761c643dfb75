import json
import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograder.errors import UsageError
from autograder.gradebook import Gradebook
from autograder.gradebook.by_hand import Override, with_written
from autograder.gradebook.entry import entry_of, storable
from autograder.model import Provenance, Status
from tests.reports.sample_gradations import sample_gradations

BY = Provenance(grading_zip="a", image="b", limits="{}")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "gradebook.sqlite"


@pytest.fixture
def gradation():
    return replace(next(sample_gradations(1)), graded_by=BY)


def test_a_gradation_comes_back_as_it_was(path):
    gradations = list(sample_gradations(120))
    with Gradebook(path) as book:
        for one in gradations:
            book.add(one)
    with Gradebook(path) as book:
        assert list(book.latest()) == gradations


def test_a_regrade_keeps_history_and_only_the_latest_counts(path, gradation):
    later = replace(gradation, digest="f" * 64)
    with Gradebook(path) as book:
        book.add(gradation)
        book.add(later)
        assert list(book.latest()) == [later]
        assert [old for _, old in book.history(gradation.submission)] == [gradation, later]


def test_the_same_bytes_graded_by_the_same_things_are_found(path, gradation):
    with Gradebook(path) as book:
        book.add(gradation)
        assert book.holds(gradation.digest, replace(BY), gradation.submission)


@pytest.mark.parametrize(
    "change", [{"digest": "other"}, {"by": replace(BY, image="c")}, {"name": "x"}]
)
def test_another_file_grader_or_name_is_not_found(path, gradation, change):
    asked = {"digest": gradation.digest, "by": BY, "name": gradation.submission, **change}
    with Gradebook(path) as book:
        book.add(gradation)
        assert not book.holds(asked["digest"], asked["by"], asked["name"])


def test_a_fault_of_ours_is_graded_again(path, gradation):
    with Gradebook(path) as book:
        book.add(replace(gradation, status=Status.NOT_GRADED))
        assert not book.holds(gradation.digest, BY, gradation.submission)


def test_a_file_that_went_back_is_graded_again(path, gradation):
    with Gradebook(path) as book:
        book.add(gradation)
        book.add(replace(gradation, digest="f" * 64))
        assert not book.holds(gradation.digest, BY, gradation.submission)


def test_only_submissions_of_the_current_class_are_listed(path):
    gradations = list(sample_gradations(5))
    with Gradebook(path) as book:
        for one in gradations:
            book.add(one)
        book.begin_run("autodiff", ["s00001", "s00003"])
        assert [one.submission for one in book.latest()] == ["s00001", "s00003"]


def test_manual_points_survive_a_regrade_and_can_be_taken_back(path, gradation):
    with Gradebook(path) as book:
        book.add(gradation)
        book.override(gradation.submission, "q2", 2.5, "discussed in class")
        book.add(replace(gradation, digest="f" * 64))
        (changed,) = book.latest()
        assert {q.name: q.score for q in changed.questions}["q2"] == 2.5
        assert "discussed in class" in changed.notes[-1]
        book.override(gradation.submission, "q2", None, "a mistake")
        assert list(book.latest()) == [replace(gradation, digest="f" * 64)]
        assert [entry.points for entry in book.overrides()] == [2.5, None]


def test_points_by_hand_where_nothing_was_graded_count_once_every_question_has_some(
    path, gradation
):
    known = {question.name: question.possible for question in gradation.questions}
    with Gradebook(path) as book:
        book.set_written({"q9": 4.0})
        book.add(gradation)
        book.add(replace(gradation, status=Status.NOT_GRADED, questions=()))
        book.override(gradation.submission, "q9", 3.0, "from the ‖ notebook")
        (partly,) = book.latest()
        assert partly.questions == () and len(partly.notes) == 2
        assert [note.count("‖") for note in partly.notes] == [1, 1]
        for name in known:
            book.override(gradation.submission, name, 1.0, "from the notebook")
        (whole,) = book.latest()
    assert {q.name: (q.score, q.possible) for q in whole.questions} == {
        **{name: (1.0, possible) for name, possible in known.items()}, "q9": (3.0, 4.0)
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "question", "points", "reason"),
    [
        ("s00000", "q2", 1.0, " "),
        ("s00000", "q9", 1.0, "why"),
        ("nobody", "q2", 1.0, "why"),
        ("s00000", "q2", -1.0, "why"),
        ("s00000", "q2", float("nan"), "why"),
    ],
)
def test_an_override_without_sense_is_refused(path, gradation, name, question, points, reason):
    with Gradebook(path) as book:
        book.add(gradation)
        with pytest.raises(UsageError):
            book.override(name, question, points, reason)


def test_a_gradebook_of_another_assignment_is_refused(path, gradation):
    with Gradebook(path) as book:
        book.add(gradation)
        with pytest.raises(UsageError, match="holds the marks of 'autodiff'"):
            book.begin_run("linear", [])


@pytest.mark.parametrize("content", [b"no database" * 500, b"SQLite format 3\x00" + b"\xff" * 9000])
def test_a_damaged_file_is_a_clear_error(path, content):
    path.write_bytes(content)
    with pytest.raises(UsageError, match="choose another OUT"):
        Gradebook(path)
    assert path.read_bytes() == content


def test_somebody_elses_database_is_left_alone(path):
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE photos (id)")
    with pytest.raises(UsageError, match="is no gradebook"):
        Gradebook(path)


def test_a_newer_schema_is_refused(path):
    Gradebook(path).close()
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA user_version = 999")
    with pytest.raises(UsageError, match="schema 999"):
        Gradebook(path)


def test_damage_anywhere_in_the_file_is_a_clear_error_or_does_no_harm(path):
    with Gradebook(path) as book:
        for one in sample_gradations(40):
            book.add(one)
    whole, told = path.read_bytes(), 0
    for place in range(0, len(whole), len(whole) // 40):
        path.write_bytes(whole[:place] + b"\xff" * 3000 + whole[place + 3000 :])
        try:
            with Gradebook(path) as book:
                assert len(list(book.latest())) <= 40 and book.handed_in() is not None
        except UsageError as error:
            told += str(path) in str(error) and "damaged" in str(error)
    assert told > 10


def test_a_damaged_entry_is_a_clear_error(path, gradation):
    with Gradebook(path) as book:
        book.add(gradation)
    with sqlite3.connect(path) as other:
        other.execute("UPDATE gradations SET facts = x'00'")
    with Gradebook(path) as book, pytest.raises(UsageError, match="damaged"):
        list(book.latest())


def test_what_was_added_survives_a_kill(path):
    script = (
        "import sys, time\n"
        "from autograder.gradebook import Gradebook\n"
        "from tests.reports.sample_gradations import sample_gradations\n"
        "book = Gradebook(sys.argv[1])\n"
        "for gradation in sample_gradations(10): book.add(gradation)\n"
        "print('added', flush=True)\n"
        "time.sleep(60)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE)
    assert child.stdout.readline() == b"added\n"
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    with Gradebook(path) as book:
        assert len(list(book.latest())) == 10


def test_the_tables_hold_what_other_programs_may_ask_for(path, gradation):
    with Gradebook(path) as book:
        book.add(gradation, submitted_at="2025-03-01T10:00:00+00:00")
        assert book.submission_times() == {gradation.submission: "2025-03-01T10:00:00+00:00"}
    with sqlite3.connect(path) as other:
        total, by = other.execute("SELECT score, graded_by FROM gradations").fetchone()
        assert total == gradation.score
        assert json.loads(by) == BY.as_dict()
        cases = other.execute("SELECT COUNT(*) FROM test_cases").fetchone()[0]
    assert cases == sum(len(question.cases) for question in gradation.questions)


def test_a_late_submission_is_noted_whatever_order_things_are_said_in(path, gradation):
    name = gradation.submission
    with Gradebook(path) as book:
        book.add(gradation)
        assert book.deadline is None
        assert list(book.latest()) == [gradation]
        book.set_deadline(datetime(2025, 3, 1, 12, tzinfo=timezone.utc))
        assert list(book.latest()) == [gradation]
        book.set_times({name: "2025-03-01T13:30:00+00:00", "nobody": "2025-03-01T13:30:00+00:00"})
        assert book.handed_in() == {name: ("2025-03-01T13:30:00+00:00", "1:30:00")}
    with Gradebook(path) as book:
        (late,) = book.latest()
        assert "Handed in late, by 1:30:00 ‖" in late.notes[-1]
        book.add(gradation, "2025-03-01T11:00:00+00:00")
        assert list(book.latest()) == [gradation]


def test_a_gradebook_from_before_there_were_settings_opens(path, gradation):
    with Gradebook(path) as book:
        book.add(gradation)
    with sqlite3.connect(path) as other:
        other.execute("DROP TABLE settings")
    with Gradebook(path) as book:
        assert book.deadline is None


@pytest.mark.parametrize("room_kib", [40, 120, 200, 300])
def test_a_full_disk_never_looks_like_a_damaged_gradebook(tmp_path, gradation, room_kib):
    mount, place = ["mount", "-t", "tmpfs", "-o", f"size={room_kib}k", "none"], tmp_path / "small"
    place.mkdir()
    subprocess.run([*mount, place], check=True)
    try:
        with pytest.raises(UsageError) as told, Gradebook(place / "gradebook.sqlite") as book:
            for number in range(2_000):
                book.add(replace(gradation, submission=f"s{number}"))
        assert "full: make room there" in str(told.value) and "damaged" not in str(told.value)
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def test_texts_that_no_database_takes_are_kept_readable(path, gradation):
    with Gradebook(path) as book:
        book.set_folder(Path(os.fsdecode(b"/class \xff")))
        assert book.folder == Path("/class \\udcff")
        book.add(gradation)
        question = gradation.questions[0].name
        book.override(gradation.submission, question, 0.0, os.fsdecode(b"as said \xff"))
        assert book.overrides()[0].reason == "as said \\udcff"


def test_a_file_that_is_refused_is_closed(path, monkeypatch):
    opened = []
    connect = sqlite3.connect
    monkeypatch.setattr(
        sqlite3, "connect", lambda *args, **kw: opened.append(connect(*args, **kw)) or opened[-1]
    )
    for content in (b"no database at all", b""):
        path.write_bytes(content)
        if not content:
            with connect(path) as other:
                other.execute("CREATE TABLE strangers (x)")
            other.close()
        with pytest.raises(UsageError):
            Gradebook(path)
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            opened[-1].execute("SELECT 1")


def test_an_extension_is_not_had_by_calling_a_file_after_its_owner(path):
    due, late = (datetime(2025, 3, day, tzinfo=timezone.utc) for day in (1, 5))
    with Gradebook(path) as book:
        book.set_deadline(due)
        book.set_extensions({"bo@x.org": late, "5501": late})
        told = book.due_dates()
        for file, own in (
            ("bo@x.org.ipynb", late),
            ("mabo_5501_77_a.ipynb", late),
            ("leeann_1001_78_bo@x.org.ipynb", due),
            ("Ann Lee_1001_assignsubmission_file_/5501.ipynb", due),
        ):
            assert told(file, "s") == own
        book.set_students({"s": ["Ann Lee", "ann@x.org", [["Ann Lee", ["ann@x.org"]]]]})
        assert book.due_dates()("bo@x.org.ipynb", "s") == due


BYTES = st.lists(st.sampled_from([b"\xff", b"\xfe", b"\\", b"u", b"d", b"c", b"f", b"e", b"a"]))


@given(first=BYTES, second=BYTES)
@example(first=[b"a", b"\xff"], second=[b"a", b"\\", b"udcff"])
@example(first=[b"\\", b"\xff"], second=[b"\\\\udcff"])
def test_each_name_of_a_file_is_stored_as_another(first, second):
    one, other = (os.fsdecode(b"".join(parts)) for parts in (first, second))
    assert (storable(one) == storable(other)) == (one == other)
    storable(one).encode("utf-8")


def test_what_is_stored_says_of_itself_what_the_gradation_says(gradation):
    told = replace(gradation, reason="too slow ‖ 太慢", digest="d1", file="file of ada")
    entry = entry_of(told)
    assert (entry.submission, entry.file, entry.digest, entry.reason) == (
        told.submission, told.file, told.digest, told.reason
    )  # fmt: skip
    assert (entry.score, entry.possible, entry.graded_by) == (told.score, told.possible, BY)


def test_a_written_question_says_that_it_waits_until_it_is_marked(gradation):
    given = Override(gradation.submission, "essay", 3.0, "read")
    marked = with_written(gradation, {"essay": 4.0, "proof": 2.0}, {"essay": given})
    assert [note.split(":")[0] for note in marked.notes[len(gradation.notes) :]] == ["proof"]
    assert [(q.name, q.score, q.possible) for q in marked.questions[-2:]] == [
        ("essay", 0.0, 4.0), ("proof", 0.0, 2.0)
    ]  # fmt: skip
