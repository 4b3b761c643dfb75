"""A gradebook of an earlier version opens, with every mark where it belongs."""

import json
import shutil
import sqlite3
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.gradebook import Gradebook, entry_of
from autograder.gradebook.entry import COLUMNS
from tests.reports.sample_gradations import sample_gradations

VERSION_0_1 = Path(__file__).parent / "data" / "version-0.1.sqlite"


@pytest.fixture
def old(tmp_path):
    return shutil.copy(VERSION_0_1, tmp_path / "gradebook.sqlite")


def test_the_gradebook_of_version_0_1_keeps_its_marks_and_points_by_hand(old):
    with sqlite3.connect(old) as before:
        marks = dict(before.execute("SELECT submission, score FROM gradations"))
    with Gradebook(old) as book:
        found = {one.submission: one for one in book.latest(overrides=False)}
        assert {name: one.score for name, one in found.items()} == marks
        (given,) = book.overrides()
        assert (given.submission, given.question, given.points) == ("adriana-costa", "q3", 2.5)
        assert book.files() == {one.file: name for name, one in found.items()}
        assert book.stale, "pages of before are written again"
        assert book.name_submissions(["late/Ann Lee.ipynb"]) == {
            "late/Ann Lee.ipynb": "late_Ann_Lee"
        }


def test_a_migrated_gradebook_is_migrated_once(old):
    Gradebook(old).close()
    data = Path(old).read_bytes()
    Gradebook(old).close()
    assert Path(old).read_bytes() == data


def put(connection, name, file, score, at):
    """Store a gradation as version 0.1 did."""
    one = next(sample_gradations(1))
    question = replace(one.questions[0], name="q1", score=score, possible=10.0)
    one = replace(one, submission=name, file=file, assignment="linear-algebra",
                  questions=(question,))  # fmt: skip
    row = (*entry_of(one).row, at)
    number = connection.execute(
        f"INSERT INTO gradations ({COLUMNS}) VALUES ({', '.join('?' * len(row))})", row
    ).lastrowid
    connection.execute("INSERT INTO questions VALUES (?, 'q1', ?, 10.0)", (number, score))
    connection.execute("INSERT OR IGNORE INTO members VALUES (?)", (name,))


def test_marks_and_points_that_a_later_file_took_over_go_back_to_their_own(old):
    with sqlite3.connect(old) as before:
        put(before, "Ann_Lee", "Ann_Lee.ipynb", 7.0, "2026-01-01T10:00:00+00:00")
        before.execute(
            "INSERT INTO overrides (submission, question, points, reason, made_at)"
            " VALUES ('Ann_Lee', 'q1', 9.0, 'asked', '2026-01-01T11:00:00+00:00')"
        )
        put(before, "Ann_Lee", "Ann Lee.ipynb", 1.0, "2026-01-02T10:00:00+00:00")
        put(before, "Ann_Lee-0123456789", "Ann_Lee.ipynb", 7.0, "2026-01-02T10:00:00+00:00")
    with Gradebook(old) as book:
        found = {one.file: one for one in book.latest()}
        assert found["Ann_Lee.ipynb"].submission == "Ann_Lee"
        assert found["Ann_Lee.ipynb"].questions[0].score == 9.0
        other = found["Ann Lee.ipynb"]
        assert other.questions[0].score == 1.0 and other.submission != "Ann_Lee"
        assert len(list(book.history("Ann_Lee"))) == 2
        assert [one.file for one in found.values()].count("Ann_Lee.ipynb") == 1
    with sqlite3.connect(old) as after:
        for name, facts in after.execute("SELECT submission, facts FROM gradations"):
            assert json.loads(zlib.decompress(facts))["submission"] == name
