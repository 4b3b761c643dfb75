"""What of a student's files is graded: a readable notebook before anything else."""

import json
import zipfile

import pytest

from autograder.errors import UsageError
from autograder.intake.collection import collect
from autograder.intake.submission import load_submission

ANSWER = {"tags": ["otter_answer_cell"]}


def notebook(source="x = 1", assignment="demo", **changes):
    metadata = {"autograder": {"assignment": assignment}} if assignment else {}
    cells = [
        {"cell_type": "code", "metadata": ANSWER, "source": source},
        {"cell_type": "code", "metadata": {}, "source": 'grader.check("q1")'},
    ]
    plain = {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells, **changes}
    return json.dumps(plain, ensure_ascii=False).encode()


GOOD, RELEASED = notebook(), notebook("x = ...")
OTHER = notebook(assignment="another")
SCRATCH = notebook(assignment=None, cells=[{"cell_type": "code", "source": "1"}])


def zipped(**files):
    import io

    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/"), content)
    return data.getvalue()


def lay(folder, files):
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return collect(folder, {"demo"})


BESIDE = {
    "a picture": ("z.png", b"\x89PNG"),
    "a paper": ("z.pdf", b"%PDF-1.4"),
    "a typed text": ("onlinetext.html", b"<p>my comment</p>"),
    "a broken notebook": ("z.ipynb", b'{"cells": ['),
    "a damaged zip": ("z.zip", b"PK\x03\x04"),
    "a zip without a notebook": ("z.zip", zipped(a=b"1")),
    "an empty file": ("z.ipynb", b""),
    "a notebook of another assignment": ("z.ipynb", OTHER),
    "the release as it was": ("z.ipynb", RELEASED),
    "a scratch notebook": ("z.ipynb", SCRATCH),
    "a table": ("z.csv", b"a,b"),
}
PLACES = ("Ana_1_assignsubmission_file_/{}", "ana_11_99_{}", "submission_7/{}", "ana/{}",
          "9-9 - Ana E - Mar 1, 2025 1005 AM/{}", "张三-2023010203/{}",
          "HW/Li, Ana(ana01)/Submission attachment(s)/{}")  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("what", BESIDE)
def test_what_lies_beside_a_notebook_is_an_attachment(tmp_path, what, place):
    name, data = BESIDE[what]
    files = {place.format("a.ipynb"): GOOD, place.format(name): data}
    found = lay(tmp_path, {**files, "ben/a.ipynb": GOOD})
    assert set(found.submissions) == {place.format("a.ipynb"), "ben/a.ipynb"}
    assert [(one.file, one.beside) for one in found.attachments] == [
        (place.format(name), place.format("a.ipynb"))
    ]


EXPORT = "demo_2026_06_10T14_20_05_123456.zip"  # as Otter names it for everybody
BLANK = notebook(assignment=None, cells=[])
LAYOUTS: dict[str, tuple[dict[str, bytes], set[str]]] = {
    "feedback that Moodle gives back": (
        {"Ana_1_assignfeedback_file_/f.pdf": b"%PDF", "Ana_1_assignsubmission_file_/a.ipynb": GOOD,
         "Ben_2_assignfeedback_comments_c.html": b"x"},
        {"Ana_1_assignsubmission_file_/a.ipynb"}),
    "Sakai's own texts": (
        {"HW/grades.csv": b"a", "HW/Li, Ana(ana)/timestamp.txt": b"20260610",
         "HW/Li, Ana(ana)/Submission attachment(s)/a.ipynb": GOOD,
         "HW/Li, Ana(ana)/Feedback Attachment(s)/f.pdf": b"%PDF",
         "HW/Ma, Bo(bo)/comments.txt": b"", "HW/Ma, Bo(bo)/Ma, Bo(bo)_submissionText.html": b"",
         "HW/Ma, Bo(bo)/Submission attachment(s)/b.pdf": b"%PDF"},
        {"HW/Li, Ana(ana)/Submission attachment(s)/a.ipynb",
         "HW/Ma, Bo(bo)/Submission attachment(s)/b.pdf"}),
    "Otter's exports beside the release": (
        {f"ana/{EXPORT}": zipped(**{"a.ipynb": GOOD}), f"ana/{EXPORT[:-4]} (1).zip": b"PK",
         f"ben/{EXPORT}": b"PK", "ben/demo.ipynb": RELEASED, f"eve/{EXPORT}": b"PK"},
        {f"ana/{EXPORT}", "ben/demo.ipynb", f"eve/{EXPORT}"}),
    "one date in everybody's name": (
        {"自动微分20260610_ana.ipynb": GOOD, "自动微分20260610_ben.ipynb": RELEASED},
        {"自动微分20260610_ana.ipynb", "自动微分20260610_ben.ipynb"}),
    "one number in everybody's name": (
        {"ana/作业10086_完成.ipynb": GOOD, "ben/作业10086_完成.ipynb": RELEASED},
        {"ana/作业10086_完成.ipynb", "ben/作业10086_完成.ipynb"}),
    "what looks like Canvas's numbers": (
        {f"hw_1_2_{name}.ipynb": RELEASED if name == "eve" else GOOD
         for name in ("ana", "ben", "eve")},
        {"hw_1_2_ana.ipynb", "hw_1_2_ben.ipynb", "hw_1_2_eve.ipynb"}),
    "a paper called after the notebook": (
        {"ana.ipynb": GOOD, "ana_report.pdf": b"%PDF", "anabel.pdf": b"%PDF"},
        {"ana.ipynb", "anabel.pdf"}),
    "Google Classroom's names": (
        {"Ana Li - hw.ipynb": GOOD, "Ana Li - notes.pdf": b"%PDF", "Bo Ma - hw.ipynb": GOOD,
         "Bo Ma - hw.ipynb - Colab.pdf": b"%PDF", "Cy Wu - notes.pdf": b"%PDF"},
        {"Ana Li - hw.ipynb", "Bo Ma - hw.ipynb", "Cy Wu - notes.pdf"}),
    "two spellings of a name": (
        {"Zoe\u0308.ipynb": GOOD, "Zo\u00eb.pdf": b"%PDF", "Ana .ipynb": GOOD, "ana.PDF": b"%PDF"},
        {"Zoe\u0308.ipynb", "Ana .ipynb"}),
    "notebooks that nobody named": (
        {"ana/hw.ipynb": GOOD, "ana/Untitled.ipynb": b"", "ana/未命名1.ipynb": BLANK},
        {"ana/hw.ipynb"}),
    "an office's and a system's files": (
        {"ana.ipynb": GOOD, "~$ana.docx": b"x", "._ana.ipynb": b"x", ".DS_Store": b"x",
         "__MACOSX/._ana.ipynb": b"x", "ana/.ipynb_checkpoints/b.ipynb": GOOD, "LICENSE": b"x",
         "readme.md": b"x"},
        {"ana.ipynb"}),
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_students_notebook_is_graded_and_nothing_else(tmp_path, layout):
    files, submissions = LAYOUTS[layout]
    assert set(lay(tmp_path, files).submissions) == submissions


@pytest.mark.parametrize("place", PLACES)
def test_files_that_are_no_notebook_are_one_submission_where_nothing_else_came(tmp_path, place):
    found = lay(tmp_path, {place.format("a.pdf"): b"%PDF", place.format("b.png"): b"\x89PNG"})
    assert len(found.submissions) == len(found.attachments) == 1


def test_every_attempt_with_a_notebook_is_graded(tmp_path):
    files = {"ana_1_9_a.ipynb": GOOD, "ana_1_10_a-1.ipynb": notebook("x = 2")}
    assert set(lay(tmp_path, files).submissions) == set(files)


def test_what_somebody_gave_points_stays_a_submission(tmp_path):
    files = {"ana/a.ipynb": GOOD, "ana/a.pdf": b"%PDF"}
    lay(tmp_path, files)
    assert set(collect(tmp_path, {"demo"}, kept=["ana/a.pdf"]).submissions) == set(files)


def test_tables_notes_and_pages_among_the_submissions_are_no_students(tmp_path):
    files = {"roster.csv": b"Name", "notes.txt": b"x", "grades.xlsx": b"PK", "成绩.pdf": b"%PDF",
             "index.html": b"<p>", "ana.ipynb": GOOD, "ben.pdf": b"%PDF"}  # fmt: skip
    found = lay(tmp_path, files)
    assert found.submissions == ("ana.ipynb", "ben.pdf")
    assert set(found.left_out) == set(files) - set(found.submissions)


@pytest.mark.parametrize("how", ["inside", "through a link", "of another run"])
def test_an_output_folder_among_the_submissions_holds_none(tmp_path, how):
    folder = tmp_path / "class"
    out = folder / "out" if how != "through a link" else tmp_path / "out"
    (out / "feedback").mkdir(parents=True)
    (out / "feedback" / "ana.html").write_text("<p>")
    (out / "gradebook.sqlite").write_bytes(b"")
    (out / "grades.csv").write_text("file")
    if how == "through a link":
        (folder / "ben").mkdir(parents=True)
        (folder / "out").symlink_to(out)
    (folder / "ana.ipynb").write_bytes(GOOD)
    found = collect(folder, {"demo"}, out=None if how == "of another run" else out)
    assert found.submissions == ("ana.ipynb",) and found.left_out == ("out/",)


def test_a_folder_with_tables_alone_holds_no_submission(tmp_path):
    with pytest.raises(UsageError, match="no submissions there"):
        lay(tmp_path, {"roster.csv": b"Name"})


@pytest.mark.parametrize(
    "name",
    ["a.ipynb", "a.ipynb.txt", "a.ipynb.json", "a.json", "a.txt", "a", "a.ipynb (1)", "a.IPYNB"],
)
def test_a_notebook_is_read_whatever_a_browser_called_it(tmp_path, name):
    assert lay(tmp_path, {f"ana/{name}": GOOD}).submissions == (f"ana/{name}",)
    assert len(load_submission(tmp_path / "ana" / name, "s").cells) == 2


def test_a_notebook_in_gb18030_is_read_and_says_so(tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_bytes(notebook('x = "你好，世界"').decode().encode("gb18030"))
    found = load_submission(path, "s")
    assert "你好，世界" in found.cells[0].source and "GB18030" in found.notes[0]


@pytest.mark.parametrize(
    "files",
    [
        {"en/a.ipynb": GOOD, "en/a-colab.ipynb": RELEASED},
        {"en/a.ipynb": RELEASED, "en/a-colab.ipynb": GOOD},
        {"a.ipynb": RELEASED, "work/a.ipynb": GOOD},
        {"a.ipynb.txt": GOOD, "b.ipynb": b"broken"},
    ],
)
def test_the_notebook_of_a_zip_that_somebody_worked_on_is_graded(tmp_path, files):
    path = tmp_path / "a.zip"
    path.write_bytes(zipped(**files))
    found = load_submission(path, "s")
    assert found.cells[0].source == "x = 1" and found.notes
