"""Which upload is graded, and what Gradescope says about it."""

import json
from datetime import datetime, timedelta, timezone

import pytest

from autograder.errors import SubmissionError
from autograder.gradescope.upload import Metadata, find_upload, load_metadata

NOON = datetime(2026, 2, 2, 12, tzinfo=timezone.utc)


def upload(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"{}")
    return folder


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["homework.ipynb"], "homework.ipynb"),
        (["homework.ipynb", "notes.txt", "data.csv"], "homework.ipynb"),
        (["homework.ipynb", "export.zip"], "homework.ipynb"),
        (["inner/homework.ipynb"], "homework.ipynb"),
        (["export.zip"], "export.zip"),
        ([".ipynb_checkpoints/old.ipynb", "homework.ipynb"], "homework.ipynb"),
        (["HOMEWORK.IPYNB"], "HOMEWORK.IPYNB"),
    ],
)
def test_the_notebook_is_found(tmp_path, names, chosen):
    assert find_upload(upload(tmp_path, *names)).name == chosen


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], "No notebook was uploaded"),
        (["a.ipynb", "b.ipynb"], "More than one notebook was uploaded (a.ipynb, b.ipynb)"),
        (["homework.py"], "homework.py: not a notebook"),
        (["a.zip", "b.zip"], "More than one"),
        (["homework.html", "homework.pdf"], "homework.html, homework.pdf: not a notebook"),
    ],
)
def test_one_sentence_says_what_to_upload(tmp_path, names, words):
    with pytest.raises(SubmissionError) as caught:
        find_upload(upload(tmp_path, *names))
    text = str(caught.value)
    assert words in text and "lease upload" in text and "请" in text


def test_the_release_beside_the_notebook_that_was_worked_on_is_not_graded(tmp_path):
    for name, source in (("a.ipynb", "x = 1"), ("a-colab.ipynb", "x = ...")):
        cell = {"cell_type": "code", "metadata": {"tags": ["otter_answer_cell"]}, "source": source}
        (tmp_path / name).write_text(json.dumps({"nbformat": 4, "cells": [cell]}))
    (tmp_path / "b.ipynb").write_text("broken")
    assert find_upload(tmp_path).name == "a.ipynb"
    (tmp_path / "a.ipynb").rename(tmp_path / "a.ipynb.txt")
    assert find_upload(tmp_path).name == "a.ipynb.txt"


def test_a_missing_folder_is_an_upload_of_nothing(tmp_path):
    with pytest.raises(SubmissionError, match="No notebook"):
        find_upload(tmp_path / "submission")


def metadata(tmp_path, **plain):
    path = tmp_path / "submission_metadata.json"
    path.write_text(json.dumps(plain), encoding="utf-8")
    return load_metadata(path)


def test_metadata_is_read(tmp_path):
    found = metadata(
        tmp_path,
        id=7,
        created_at="2026-02-02T12:00:00.123456-08:00",
        assignment={"due_date": "2026-02-02T11:00:00.000000-08:00", "total_points": "100.0"},
        previous_submissions=[
            {"submission_time": "2026-02-01T10:00:00.000000-08:00", "score": "3.5"},
            {"submission_time": "2026-02-01T11:00:00-08:00", "autograder_error": True},
        ],
    )
    assert found.late and found.total_points == 100.0
    assert found.last_score == 3.5 and len(found.earlier) == 1


def test_earlier_uploads_count_by_their_times_in_whatever_order_they_come(tmp_path):
    times = "2026-02-01T12:00:00Z", "2026-02-01T10:00:00Z", "2026-02-01T11:00:00Z"
    previous = [{"submission_time": time, "score": n} for n, time in enumerate(times, 1)]
    found = metadata(tmp_path, previous_submissions=previous)
    assert [score for _, score in found.earlier] == [2, 3, 1] and found.last_score == 1


@pytest.mark.parametrize(
    "text", ["", "[]", "null", '{"assignment": 3, "users": "x", "previous_submissions": {}}',
             '{"created_at": "yesterday", "previous_submissions": [1, {"submission_time": 5}]}'],
)  # fmt: skip
def test_malformed_metadata_keeps_nobody_from_a_grade(tmp_path, text):
    path = tmp_path / "submission_metadata.json"
    path.write_text(text)
    assert load_metadata(path).next_grading(1) is None
    assert not load_metadata(path).late


def test_missing_metadata_is_no_error(tmp_path):
    assert load_metadata(tmp_path / "none.json") == Metadata()


def hours_before(*hours):
    return tuple((NOON - timedelta(hours=h), 1.0) for h in sorted(hours, reverse=True))


@pytest.mark.parametrize(
    ("earlier", "per_day", "wait_h"),
    [
        ((), 2, None),
        ((1,), 2, None),
        ((1, 5), 2, 19),
        ((1, 5, 6), 2, 18),
        ((1, 25), 2, None),
        ((1, 2, 3), 0, None),
        ((3,), 1, 21),
        ((1, 2, 3, 23), 1, 1),
        ((1, 2, 23, 25), 1, 23),
        ((0,), 1, 24),
        ((0, 0), 2, 24),
    ],
)
def test_uploads_over_the_rate_limit_wait(earlier, per_day, wait_h):
    found = Metadata(created=NOON, earlier=hours_before(*earlier)).next_grading(per_day)
    assert found == (None if wait_h is None else NOON + timedelta(hours=wait_h))


def test_an_extension_of_ones_own_moves_the_due_date(tmp_path):
    found = metadata(
        tmp_path,
        created_at="2026-02-02T12:00:00Z",
        assignment={"due_date": "2026-02-01T12:00:00Z"},
        users=[{"assignment": {"due_date": "2026-02-03T12:00:00Z"}}],
    )
    assert not found.late
