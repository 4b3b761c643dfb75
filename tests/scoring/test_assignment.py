"""An assignment as the scorer holds it."""

import json
import pickle
import zipfile

import pytest

from autograder.course import assignment_names
from autograder.engines.packages import read_lists
from autograder.errors import SubmissionError, UsageError
from autograder.intake.submission import load_submission
from autograder.scoring.assignment import load_assignment
from autograder.scoring.pipeline import check_assignment
from tests.running import assignment, grade, outcomes, test_file


def test_an_assignment_that_was_used_can_be_sent_to_another_worker(engine):
    tests = assignment(q1=test_file("q1", "def case(a):\n    assert a == 1"))
    assert outcomes(grade(engine, tests, ("a = 1", "q1"))) == [True]
    sent = pickle.loads(pickle.dumps(tests))
    assert outcomes(grade(engine, sent, ("a = 1", "q1"))) == [True]


def grading_zip(path, **files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


SOUND = {"otter_config.json": '{"assignment_name": "autodiff"}', "tests/q1.py": "points = 1\n"}
CONDA = "dependencies:\r\n- numpy==2.0\r\n- pip: [seaborn]\r\n"
DAMAGED = {
    "no settings": {"otter_config.json": "[1]"},
    "a broken manifest": {"manifest.json": "{"},
    "a manifest that is a list": {"manifest.json": "[]"},
    "points that are no number": {
        "otter_config.json": '{"assignment_name": "autodiff", "points_possible": NaN}'
    },
    "a test that is no text": {"tests/q1.py": b"\xff\xfe\xff"},
}


@pytest.mark.parametrize("case", DAMAGED)
def test_a_damaged_grading_zip_is_one_clear_line(case, tmp_path):
    path = grading_zip(tmp_path / "autograder.zip", **{**SOUND, **DAMAGED[case]})
    with pytest.raises(UsageError, match=r"autograder\.zip: not a grading zip .*run `make build`"):
        load_assignment(path, "autodiff")


def test_a_test_file_that_is_no_text_is_named(tmp_path):
    path = grading_zip(tmp_path / "a.zip", **{**SOUND, "tests/q 1.py": "# ä".encode("latin-1")})
    with pytest.raises(UsageError, match=r"not a grading zip \(tests/q 1\.py is no UTF-8 text"):
        load_assignment(path)


# A shell on Windows writes UTF-16, an editor there may write a mark before UTF-8; pip reads all.
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("listed", ["requirements.txt", "environment.yml"])
def test_a_list_of_packages_is_read_as_pip_reads_it(listed, encoding, tmp_path):
    text = "numpy==2.0\r\nseaborn\r\n" if listed.endswith(".txt") else CONDA
    path = grading_zip(tmp_path / "a.zip", **SOUND, **{listed: text.encode(encoding)})
    found = read_lists(load_assignment(path).lists)
    assert (found.lines, found.told) == (["numpy==2.0", "seaborn"], ())


def test_a_hidden_file_beside_the_tests_is_no_question(tmp_path):
    beside = {"tests/._q1.py": b"\0\5", "tests/.ipynb_checkpoints/q1.py": "1/0"}
    path = grading_zip(tmp_path / "a.zip", **SOUND, **beside)
    assert list(load_assignment(path).sources) == ["q1"]


def test_a_grading_zip_without_tests_is_refused(tmp_path):
    path = grading_zip(tmp_path / "a.zip", **{"otter_config.json": SOUND["otter_config.json"]})
    with pytest.raises(UsageError, match="no tests"):
        load_assignment(path, "autodiff")


def test_the_grading_zip_of_another_assignment_is_refused(tmp_path):
    path = grading_zip(tmp_path / "autograder.zip", **SOUND)
    assert load_assignment(path, "autodiff").name == load_assignment(path).name == "autodiff"
    with pytest.raises(UsageError, match="the grading zip of autodiff, not of linear-algebra"):
        load_assignment(path, "linear-algebra")


def test_only_tests_and_settings_make_a_grading_zip_decide_otherwise(tmp_path):
    def digest(**changes):
        path = grading_zip(tmp_path / "autograder.zip", **{**SOUND, **changes})
        return load_assignment(path).tests_digest

    assert digest(**{"setup.sh": "#!/bin/sh\n"}) == digest()
    assert digest(**{"tests/q1.py": "points = 2\n"}) != digest()
    assert digest(**{"otter_config.json": '{"assignment_name": "autodiff", "seed": 1}'}) != digest()


def test_the_graders_own_code_is_no_file_of_the_assignment(built):
    for name in assignment_names():
        found = set(load_assignment(built / name / "autograder.zip", name).files)
        assert found == ({"houses.csv"} if name == "data" else set())


NAMES = ["Finance & Money", "Lab 1: SQL/Joins", "作业 一", "..", "a" * 140, " lab ", "tab\there"]


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_calls_its_assignment_as_the_zip_does_whatever_its_folder_is_called(
    name, tmp_path
):
    settings = json.dumps({"assignment_name": name})
    path = grading_zip(tmp_path / "a.zip", **{**SOUND, "otter_config.json": settings})
    tests = load_assignment(path)
    assert "/" not in tests.name and load_assignment(path, name).name == tests.name
    check_assignment(handed_in(tmp_path, name), tests)
    with pytest.raises(SubmissionError, match="this notebook is for the assignment 'another'"):
        check_assignment(handed_in(tmp_path, "another"), tests)


def test_a_zip_made_for_gradescope_says_what_notebooks_call_their_assignment(tmp_path):
    settings = json.dumps({"assignment_name": "Lab 1"})
    more = {"otter_config.json": settings, "manifest.json": '{"assignment": "Lab-1"}'}
    tests = load_assignment(grading_zip(tmp_path / "a.zip", **{**SOUND, **more}))
    for name in ("Lab 1", "Lab-1"):
        check_assignment(handed_in(tmp_path, name), tests)


def handed_in(folder, name):
    metadata = {"otter": {"assignment_name": name}}
    notebook = {"cells": [], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    (folder / "a.ipynb").write_text(json.dumps(notebook))
    return load_submission(folder / "a.ipynb", "a")
