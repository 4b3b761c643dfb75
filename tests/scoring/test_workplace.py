"""The assignment's files, as tests and submissions find them: pristine, shared where large."""

import json
import os
import stat
import sys
import zipfile
from pathlib import Path

import pytest

from autograder.engines.local import LocalEngine
from autograder.errors import UsageError
from autograder.model import Limits
from autograder.scoring import assignment as assignments
from autograder.scoring.assignment import load_assignment
from autograder.scoring.workplace import LARGE_BYTES, Workplace
from tests.running import grade, ok_file, outcomes

LARGE = b"1,2\n" * (LARGE_BYTES // 4 + 1)


def make_zip(folder: Path, tests: str = "", **files: bytes) -> Path:
    """Write a grading zip with files; "__" stands for "/" in their names, the suffix is .csv."""
    with zipfile.ZipFile(folder / "lab.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("otter_config.json", json.dumps({}))
        archive.writestr("tests/q1.py", tests or ok_file(">>> 1\n1"))
        for name, data in files.items():
            archive.writestr(f"files/{name.replace('__', '/')}.csv", data)
    return folder / "lab.zip"


@pytest.fixture
def engine(open_folder):
    """Return a maker of entered sandboxes that share an assignment's large files."""
    made = []

    def enter(given):
        engine = LocalEngine(str(open_folder))
        engine.shared = given.lay_files(str(open_folder))
        made.append(engine)
        return engine.__enter__()

    yield enter
    for one in made:
        one.close()


def test_a_large_file_is_read_by_notebook_and_test_and_stays_out_of_memory(tmp_path, engine):
    tests = ok_file(
        ">>> size == " + str(len(LARGE)) + "\nTrue",
        ">>> import os\n>>> os.path.getsize('data/big.csv') == size\nTrue",
        ">>> refused\nTrue",
    )
    given = load_assignment(make_zip(tmp_path, tests, data__big=LARGE, small=b"a"))
    assert (list(given.files), list(given.large)) == (["small.csv"], ["data/big.csv"])
    answer = (
        "size = len(open('data/big.csv', 'rb').read())\n"
        "try:\n    open('data/big.csv', 'w')\n    refused = False\n"
        "except OSError:\n    refused = True"
    )
    # Less room on the disk than the file takes: it counts nothing there.
    limits = Limits(cell_s=20, wall_s=60, disk_mib=2, file_mib=1)
    graded = grade(engine(given), given, (answer, "q1"), limits=limits)
    assert outcomes(graded) == [True, True, True], graded.questions[0].cases


def test_small_files_are_the_submissions_own_and_take_none_of_its_room(tmp_path, engine):
    size = 3 * 2**20
    given = load_assignment(make_zip(tmp_path, ok_file(">>> own\nTrue"), a=b"x" * size))
    assert given.room_mib == 3
    answer = (
        "import os\nown = os.stat('a.csv').st_uid == os.getuid()\nopen('a.csv', 'a').write('y')"
    )
    limits = Limits(cell_s=20, wall_s=60, disk_mib=1)
    graded = grade(engine(given), given, (answer, "q1"), limits=limits)
    assert outcomes(graded) == [True]


def test_large_files_are_laid_once_for_all_to_read_and_none_to_change(tmp_path, open_folder):
    path = make_zip(tmp_path, big=LARGE)
    given = load_assignment(path)
    shared = Path(given.lay_files(str(open_folder)))
    assert given.lay_files() == str(shared)
    assert stat.S_IMODE((shared / "big.csv").stat().st_mode) == 0o444
    with given.beside_files():
        assert os.path.samefile("big.csv", shared / "big.csv")
    assert load_assignment(path).tests_digest == given.tests_digest
    other = load_assignment(make_zip(tmp_path, big=LARGE + b"3,4\n"))
    assert other.tests_digest != given.tests_digest


def test_what_was_unpacked_already_is_linked_and_not_copied(tmp_path):
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "big.csv").write_bytes(LARGE)
    place = Workplace({}, ["big.csv"], str(tmp_path), str(tmp_path))
    assert os.path.samefile(tmp_path / "files" / "big.csv", Path(place.shared, "big.csv"))


def test_helper_modules_are_forgotten_between_assignments(tmp_path):
    for number in (1, 2):
        with Workplace({"course_helper.py": f"number = {number}".encode()}).entered():
            import course_helper

            assert course_helper.number == number
        assert "course_helper" not in sys.modules


HEAD = "OK_FORMAT = False\nfrom otter.test_files import test_case\nname, points = 'q1', 1\n"
CASE = "@test_case()\ndef test(answer):\n    assert answer == {}\n"
DOCTEST = ok_file(">>> answer\n3")


# Otter reads a test file where the assignment's files are: what stands at its top finds them.
@pytest.mark.parametrize("tests", [
    f"{HEAD}import course_helper\n{CASE.format('course_helper.three()')}",
    f"{HEAD}from course_helper import *\n{CASE.format('three()')}",
    f"{HEAD}from parts.deep import three\n{CASE.format('three()')}",
    f"{HEAD}EXPECTED = int(open('data/three.csv').read())\n{CASE.format('EXPECTED')}",
    f"import course_helper\n{DOCTEST}",
    f"{DOCTEST}\nassert open('data/three.csv').read() == '3'\n",
])  # fmt: skip
def test_a_test_file_finds_the_assignments_files_as_it_is_read(tmp_path, engine, tests):
    path = make_zip(tmp_path, tests, data__three=b"3")
    with zipfile.ZipFile(path, "a") as archive:
        for name in ("course_helper.py", "parts/deep.py"):
            archive.writestr(f"files/{name}", "def three():\n    return 3\n")
    given = load_assignment(path)
    entered = engine(given)
    for answer, passes in ((3, True), (4, False)):
        done = grade(entered, given, (f"answer = {answer}", "q1"))
        assert outcomes(done) == [passes] and not given.unreadable
    assert not {"course_helper", "parts", "parts.deep"} & set(sys.modules)


def test_files_that_were_laid_out_to_read_the_tests_are_laid_where_sandboxes_run(tmp_path):
    given = load_assignment(make_zip(tmp_path, big=LARGE))
    given.tests("q1", "en")
    (tmp_path / "place").mkdir()
    shared = given.lay_files(str(tmp_path / "place"))
    assert Path(shared).is_relative_to(tmp_path / "place") and Path(shared, "big.csv").exists()
    assert given.lay_files() == shared


def damaged(folder: Path) -> Path:
    path = make_zip(folder, big=os.urandom(LARGE_BYTES))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    return path


def folder_and_file(folder: Path) -> Path:
    return make_zip(folder, **{"data": b"1", "data.csv__more": b"2"})


@pytest.mark.parametrize("make", [damaged, folder_and_file])
def test_files_that_cannot_be_laid_out_are_told_with_the_zip(tmp_path, make):
    given = load_assignment(make(tmp_path))
    with pytest.raises(UsageError, match=r"lab\.zip: its files/ cannot be laid out \("):
        given.lay_files()


@pytest.mark.parametrize("name", ["files/../../out.csv", "files//etc/out.csv"])
def test_a_file_outside_of_its_folder_is_refused(tmp_path, name):
    path = make_zip(tmp_path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, "x")
    with pytest.raises(UsageError, match="outside"):
        load_assignment(path)


def test_files_over_every_bound_are_refused_in_a_line(tmp_path, monkeypatch):
    monkeypatch.setattr(assignments, "MAX_LARGE_BYTES", LARGE_BYTES)
    with pytest.raises(UsageError, match="larger than"):
        load_assignment(make_zip(tmp_path, big=LARGE))
    monkeypatch.setattr(assignments, "MAX_FILES_BYTES", 10)
    with pytest.raises(UsageError, match="larger than"):
        load_assignment(make_zip(tmp_path, a=b"x" * 6, b=b"x" * 6))
