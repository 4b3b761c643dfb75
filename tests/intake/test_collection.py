"""A folder of uploads: what is a submission in it, and what each is called."""

import errno
import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import UsageError
from autograder.intake.collection import collect, find_submissions, submission_name


def test_only_files_that_may_be_submissions_are_found(tmp_path):
    outside = tmp_path / "secret.ipynb"
    outside.write_text("{}")
    folder = tmp_path / "class"
    for name in ("b.ipynb", "a/deep/er.zip", "essay.docx", "README.md", "expected.json",
                 "submission_metadata.yml",
                 "Autodiff_bli_attempt_2025-03-01-10-00-00.txt",
                 ".DS_Store", ".ipynb_checkpoints/x.ipynb",
                 "__MACOSX/y.ipynb", ".hidden/z.ipynb"):  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("{}")
    (folder / "out.ipynb").symlink_to(outside)
    (folder / "up").symlink_to(tmp_path)
    (folder / "loop.ipynb").symlink_to(folder / "loop.ipynb")
    os.mkfifo(folder / "pipe.ipynb")
    (folder / "within").symlink_to(folder / "a")
    found = [path.relative_to(folder).as_posix() for path in find_submissions(folder)]
    assert found == ["a/deep/er.zip", "b.ipynb", "essay.docx"]
    # What is not followed may be a student's all the same: it is named.
    assert collect(folder).unread == ("loop.ipynb", "out.ipynb", "pipe.ipynb", "up/")


@pytest.mark.parametrize("place", ["", "ann/", "week 1/ann/"])
def test_a_hidden_notebook_is_not_graded_and_named(tmp_path, place):
    for name in ("bo.ipynb", ".ann.ipynb", ".ann.zip", "._bo.ipynb", ".~bo.ipynb", ".DS_Store",
                 ".gitignore", ".ipynb_checkpoints/bo.ipynb"):  # fmt: skip
        path = tmp_path / (place if "bo" not in name else "") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    found = collect(tmp_path)
    assert found.submissions == ("bo.ipynb",)
    assert found.unread == (f"{place}.ann.ipynb", f"{place}.ann.zip")


def test_a_folder_that_may_not_be_read_is_named(tmp_path, monkeypatch):
    for name in ("ann", "bo"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.ipynb").write_text("{}")
    scandir = os.scandir

    def refuse(path):  # as for a user who is not root
        if os.fspath(path).endswith("bo"):
            raise PermissionError(errno.EACCES, "Permission denied", os.fspath(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = collect(tmp_path)
    assert (found.submissions, found.unread) == (("ann/a.ipynb",), ("bo/",))


def test_the_output_folder_holds_no_submissions_even_before_it_is_a_runs(tmp_path):
    for name in ("ann.ipynb", "marks/report/ann.ipynb"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}")
    found = collect(tmp_path, out=tmp_path / "marks")
    assert (found.submissions, found.left_out) == (("ann.ipynb",), ("marks/",))


def test_a_folder_of_links_says_that_they_are_not_followed(tmp_path):
    (tmp_path / "ana.ipynb").symlink_to("/nowhere/ana.ipynb")
    with pytest.raises(UsageError, match=r"no submissions there \(not read: ana\.ipynb\); put"):
        collect(tmp_path)


def test_a_name_made_to_collide_with_anothers_digest_is_still_unique():
    taken = set()
    names = [submission_name(Path(file), taken) for file in ("a/x.ipynb", *2 * ("a_X.ipynb",))]
    assert len({name.casefold() for name in names}) == 3
    assert taken == {name.casefold() for name in names}


FILE_NAMES = st.binary(min_size=1, max_size=80).filter(lambda b: b"/" not in b and b"\0" not in b)


@given(st.lists(st.lists(FILE_NAMES, min_size=1, max_size=3), max_size=8, unique_by=tuple))
def test_names_are_unique_and_safe_whatever_the_files_are_called(paths):
    taken: set[str] = set()
    names = [submission_name(Path(*map(os.fsdecode, parts)), taken) for parts in paths]
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert 0 < len(name.encode()) <= 130 and name.isprintable()
        assert name[0] not in ".-_" and not set(name) & set("/\\:*?\"<>|\n '")


def test_an_empty_folder_or_none_is_refused_by_name(tmp_path):
    with pytest.raises(UsageError, match="nothing: no such folder"):
        collect(tmp_path / "nothing")
    with pytest.raises(UsageError, match="no submissions there"):
        collect(tmp_path)


CLASSES = {
    "canvas": ("leeann_101_1001_a.ipynb", "leebo_102_1002_a.ipynb"),
    "moodle": (
        "Ann Lee_501_assignsubmission_file_/a.ipynb",
        "Bo_502_assignsubmission_file_/a.ipynb",
    ),
    "windows": ("A_501_assignsubmission_file_\\a.ipynb", "B_502_assignsubmission_file_\\a.ipynb"),
}


@pytest.mark.parametrize("platform", CLASSES)
def test_a_folder_with_nothing_but_a_classes_zip_is_refused_with_the_way_on(tmp_path, platform):
    with zipfile.ZipFile(tmp_path / "submissions.zip", "w") as archive:
        for name in CLASSES[platform]:
            archive.writestr(name, "{}")
    with pytest.raises(UsageError, match="submissions.zip: is a whole class's download; give SUB"):
        collect(tmp_path)
    (tmp_path / "ann.ipynb").write_text("{}")  # whoever hands in such a zip stops nobody else
    assert collect(tmp_path).submissions == ("ann.ipynb", "submissions.zip")


@pytest.mark.parametrize(
    "names", [("a.ipynb", "b.ipynb"), ("leeann_101_1001_a.ipynb", "notes.txt")]
)
def test_a_students_own_zip_is_a_submission(tmp_path, names):
    with zipfile.ZipFile(tmp_path / "ann.zip", "w") as archive:
        for name in names:
            archive.writestr(name, "{}")
    assert collect(tmp_path).submissions == ("ann.zip",)
