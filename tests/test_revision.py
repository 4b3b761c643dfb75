import csv

import pytest
from click.testing import CliRunner

from autograder.errors import UsageError
from autograder.gradebook import Gradebook
from autograder.revision import export, override
from tests.reports.sample_gradations import sample_gradations


@pytest.fixture
def out(tmp_path):
    with Gradebook(tmp_path / "gradebook.sqlite") as book:
        for gradation in sample_gradations(20, hostile=False):
            book.add(gradation)
    return tmp_path


def run(command, *arguments):
    result = CliRunner().invoke(command, [str(argument) for argument in arguments])
    if isinstance(result.exception, UsageError):
        raise result.exception
    return result


def test_points_given_by_hand_reach_the_lms_file(out):
    roster = out / "roster.csv"
    roster.write_text("Student,ID,SIS Login ID\nAda,10003,ada\nBo,99999,bo\n")
    assert run(override, out, "s00003", "q1", 0.5, "--reason", "agreed").exit_code == 0
    result = run(export, out, "--roster", roster, "--deadline", "2025-03-01T23:59")
    assert "1 students with a submission, 1 without, 19 submissions unmatched" in result.output
    with open(out / "lms" / "canvas.csv", newline="") as file:
        rows = list(csv.reader(file))
    with Gradebook(out / "gradebook.sqlite") as book:
        score = next(g.score for g in book.latest() if g.submission == "s00003")
    assert float(rows[2][-1]) == score


def test_an_override_wants_points_or_withdrawal(out):
    with pytest.raises(UsageError, match="either POINTS or --withdraw"):
        run(override, out, "s00003", "q1", "--reason", "x")


def test_a_folder_without_a_gradebook_is_a_clear_error(tmp_path):
    with pytest.raises(UsageError, match="no gradebook.sqlite"):
        run(override, tmp_path, "s00003", "q1", 1, "--reason", "x")
