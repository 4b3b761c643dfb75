"""Data files that an assignment names: in every release, in the grading zip, where code runs."""

import json
import zipfile

import pytest

from autograder.build.archive import read_folder
from autograder.build.assign import build_assignment
from autograder.errors import BuildError
from autograder.languages import LANGUAGES
from autograder.scoring.assignment import load_assignment
from tests.build.sources import cell_of, load_tiny, write_source

TABLE = "a,b\n1,Ω\n".encode()
ODD = bytes(range(256))


def source(tmp_path, *names):
    notebook = load_tiny()
    config = next(cell for cell in notebook["cells"] if "ASSIGNMENT CONFIG" in cell["source"])
    config["source"] += "\nfiles:\n" + "".join(f'  - "{name}"\n' for name in names)
    assert cell_of(notebook, config["id"]) is config
    folder = write_source(tmp_path, notebook)
    (folder / "more").mkdir()
    (folder / "table.csv").write_bytes(TABLE)
    (folder / "more" / "odd.bin").write_bytes(ODD)
    return folder


@pytest.fixture(scope="module")
def dist(tmp_path_factory):
    tmp_path = tmp_path_factory.mktemp("files")
    build_assignment(source(tmp_path, "table.csv", "more/odd.bin"), tmp_path / "dist", verify=False)
    return tmp_path / "dist" / "tiny"


def test_a_release_holds_the_files_and_says_so(dist):
    for language in LANGUAGES:
        found = read_folder(dist / "student" / language)
        assert found["table.csv"] == TABLE and found["more/odd.bin"] == ODD
        assert "`more/odd.bin`" in found["README.md"].decode()
        with zipfile.ZipFile(dist / "student" / f"tiny-{language}.zip") as archive:
            assert archive.read(f"tiny-{language}/table.csv") == TABLE


def test_the_notebook_for_colab_writes_them(dist, tmp_path, monkeypatch):
    notebook = json.loads((dist / "student" / "en" / "tiny-colab.ipynb").read_text("utf-8"))
    first = next(cell["source"] for cell in notebook["cells"] if cell["id"] == "init-otter")
    monkeypatch.chdir(tmp_path)
    exec(first[first.index("from pathlib") : first.index("grader =")], {})
    assert (tmp_path / "table.csv").read_bytes() == TABLE
    assert (tmp_path / "more" / "odd.bin").read_bytes() == ODD


def test_the_grading_zip_hands_them_to_notebook_and_tests(dist):
    assert load_assignment(dist / "autograder.zip", "tiny").files == {
        "table.csv": TABLE, "more/odd.bin": ODD,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("lost.csv", "no file"), ("../tiny.csv", "leads out"), ("/etc/passwd", "leads out"),
        ("more", "no file"), ("", "no file"), ("requirements.txt", "another"),
        ("tests/q1.py", "another"),
        ("autograder/model.py", "another"), ("old.ipynb", "another"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_shipped_is_refused_by_name(tmp_path, name, said):
    with pytest.raises(BuildError, match=said) as raised:
        build_assignment(source(tmp_path, name), tmp_path / "dist", verify=False)
    assert name in str(raised.value) and "tiny.ipynb" in str(raised.value)
