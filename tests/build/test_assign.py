"""The tiny assignment, built: what a release holds, and that it works alone in a plain Jupyter."""

import json
import re
import zipfile

import nbformat
import pytest
from nbclient import NotebookClient

from autograder.build import assign
from autograder.build.archive import read_folder
from autograder.build.assign import build_assignment
from autograder.errors import AutograderError, BuildError
from autograder.intake.submission import load_cells, load_submission
from autograder.languages import LANGUAGES
from autograder.reports.written import find_answers, regions
from tests.build.sources import TINY, changed, with_written_question, write_source

CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def dist(tmp_path_factory):
    dist = tmp_path_factory.mktemp("dist")
    build_assignment(TINY, dist, verify=False)
    return dist / "tiny"


def notebook_in(path):
    return json.loads(path.read_text("utf-8"))


def run(folder, path):
    """Run a notebook in a kernel that works in ``folder``; returns it with its outputs."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    return notebook


def shown(cell) -> str:
    return "\n".join(
        "".join(output.get("text", "")) + str(output.get("data", {}).get("text/plain", ""))
        for output in cell["outputs"]
    )


def test_a_build_holds_releases_grading_zip_and_solutions_and_nothing_else(dist):
    release = {"tiny.ipynb", "tiny-colab.ipynb", "README.md", "requirements.txt"}
    assert set(read_folder(dist)) == {
        "autograder.zip",
        *(f"student/{language}/{name}" for language in LANGUAGES for name in release),
        *(f"student/tiny-{language}.zip" for language in LANGUAGES),
        *(f"solutions/tiny-{language}.ipynb" for language in LANGUAGES),
    }
    for language in LANGUAGES:
        with zipfile.ZipFile(dist / "student" / f"tiny-{language}.zip") as archive:
            assert set(archive.namelist()) == {f"tiny-{language}/{name}" for name in release}


def test_building_twice_gives_the_same_bytes(dist, tmp_path):
    build_assignment(TINY, tmp_path, verify=False)
    assert read_folder(tmp_path / "tiny") == read_folder(dist)


def test_a_build_leaves_the_source_folder_as_it_was(tmp_path):
    before = read_folder(TINY)
    build_assignment(TINY, tmp_path, verify=False)
    assert read_folder(TINY) == before


def test_files_of_an_earlier_build_go_away(tmp_path):
    old = tmp_path / "tiny" / "student" / "fr" / "old.ipynb"
    old.parent.mkdir(parents=True)
    old.write_text("{}")
    build_assignment(TINY, tmp_path, verify=False)
    assert not old.parent.exists()


def test_the_grading_zip_has_otters_layout_with_all_tests_in_both_languages(dist):
    with zipfile.ZipFile(dist / "autograder.zip") as archive:
        names = archive.namelist()
        text = archive.read("tests/q1.py").decode()
        config = json.loads(archive.read("otter_config.json"))
    assert names == sorted(names)
    assert {"otter_config.json", "tests/q1.py", "tests/q2.py", "setup.sh", "run_autograder"} <= set(
        names
    )
    assert config["assignment_name"] == "tiny" and config["seed"] == 42
    assert "test_values" in text and "19.634954" in text and " ‖ " in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_release_speaks_one_language(dist, language):
    for name in ("tiny.ipynb", "tiny-colab.ipynb", "README.md"):
        text = (dist / "student" / language / name).read_text("utf-8")
        assert (CHINESE.search(text) is not None) == (language == "zh"), name
        assert " ‖ " not in text
    notebook = notebook_in(dist / "student" / language / "tiny.ipynb")
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown" and language == "zh" and cell["source"].strip():
            assert CHINESE.search(cell["source"]), cell["id"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_release_says_what_it_is_and_names_its_cells(dist, language):
    notebook = notebook_in(dist / "student" / language / "tiny.ipynb")
    assert notebook["metadata"]["autograder"]["language"] == language
    assert notebook["metadata"]["autograder"]["assignment"] == "tiny"
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    assert [cell["id"] for cell in notebook["cells"]] == [
        "init-otter", f"title-{language}", "setup",
        f"q1-prompt-{language}", "q1-answer", "q1-check",
        f"q2-prompt-{language}", "q2-answer", "q2-check",
        "export-text", "export", "end",
    ]  # fmt: skip
    assert all(cell.get("outputs", []) == [] for cell in notebook["cells"])


@pytest.mark.parametrize(("language", "failed", "passed"),
                         [("en", "A number is missing.", "A number is there."),
                          ("zh", "缺少一个数。", "已经有一个数了。")])  # fmt: skip
def test_public_checks_and_export_work_with_nothing_beside_the_notebook(
    dist, tmp_path, language, failed, passed
):
    path = tmp_path / "tiny.ipynb"
    notebook = notebook_in(dist / "student" / language / "tiny.ipynb")
    path.write_text(json.dumps(notebook), encoding="utf-8")
    cells = {cell["id"]: shown(cell) for cell in run(tmp_path, path)["cells"] if "outputs" in cell}
    assert "All test cases passed" in cells["q1-check"] and failed in cells["q2-check"]
    assert [entry.suffix for entry in sorted(tmp_path.iterdir()) if entry.suffix == ".zip"]
    assert not re.search("Traceback|Warning|WARNING", cells["export"]), cells["export"]
    answer = next(cell for cell in notebook["cells"] if cell["id"] == "q2-answer")
    answer["source"] = "following = 42"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    cells = {cell["id"]: shown(cell) for cell in run(tmp_path, path)["cells"] if "outputs" in cell}
    assert passed in cells["q2-check"]


def test_the_colab_notebook_needs_no_file_beside_it(dist, tmp_path):
    done = run(tmp_path, dist / "student" / "zh" / "tiny-colab.ipynb")
    cells = {cell["id"]: shown(cell) for cell in done["cells"] if "outputs" in cell}
    assert "缺少一个数。" in cells["q2-check"]
    assert not any("grader.export" in cell["source"] for cell in done["cells"])


@pytest.mark.parametrize(
    ("language", "prompt"), [("en", "Why is the area"), ("zh", "面积为什么是")]
)
def test_a_written_question_leaves_a_place_that_graders_find(tmp_path, language, prompt):
    folder = write_source(tmp_path, with_written_question())
    build_assignment(folder, tmp_path / "dist", verify=False)
    path = tmp_path / "dist" / "tiny" / "student" / language / "tiny.ipynb"
    assert "add up like a triangle" not in path.read_text("utf-8")
    blank = load_cells(path)
    ((first, place),) = regions(blank)
    assert prompt in first["source"] and place["id"] == "q3-answer"
    answered = [{**cell, "source": "Because."} if cell == place else cell for cell in blank]
    ((answer,),) = find_answers(answered, [blank])
    assert answer["source"] == "Because."


@pytest.mark.parametrize(
    ("rubric", "message"),
    [
        ("[q4]\nreason = {points = 4}\n", r"rubric\.toml: is for q4; .* written questions are q3"),
        ("[q3]\nreason = 4\n", r"q3\.reason: give it points"),
    ],
)
def test_a_rubric_that_does_not_fit_the_notebook_stops_the_build(tmp_path, rubric, message):
    folder = write_source(tmp_path, with_written_question())
    (folder / "rubric.toml").write_text(rubric)
    with pytest.raises(AutograderError, match=message):
        build_assignment(folder, tmp_path / "dist", verify=False)


def test_where_pdf_is_asked_the_export_holds_one_without_latex(tmp_path, chromium):
    folder = write_source(tmp_path, changed("config", "pdf: false", "pdf: true"))
    build_assignment(folder, tmp_path / "dist", verify=False)
    release = tmp_path / "dist" / "tiny" / "student" / "zh"
    assert "latex2mathml==" in (release / "requirements.txt").read_text("utf-8")
    assert "PDF" in (release / "README.md").read_text("utf-8")
    run(release, release / "tiny.ipynb")
    (exported,) = release.glob("*.zip")
    with zipfile.ZipFile(exported) as archive:
        assert {"tiny.ipynb", "tiny.pdf"} <= set(archive.namelist())
        assert archive.read("tiny.pdf").startswith(b"%PDF-")
    assert not (release / "tiny.html").exists()


def test_graders_leave_the_cell_that_makes_a_pdf_alone(tmp_path):
    folder = write_source(tmp_path, changed("config", "pdf: false", "pdf: true"))
    build_assignment(folder, tmp_path / "dist", verify=False)
    path = tmp_path / "dist" / "tiny" / "student" / "en" / "tiny.ipynb"
    assert "print_notebook" in path.read_text("utf-8")
    cells = load_submission(path, "s").cells
    assert cells and not any("print_notebook" in cell.source for cell in cells)


def test_a_leak_stops_the_build_before_anything_is_written(tmp_path, monkeypatch):
    page = assign.release.make_release

    def leaking(*args):
        return {**page(*args), "notes.md": b"abs(area(2.5) - 19.634954)"}

    monkeypatch.setattr(assign.release, "make_release", leaking)
    with pytest.raises(BuildError, match=r"notes\.md: the release shows a secret of q1"):
        build_assignment(TINY, tmp_path / "dist", verify=False)
    assert not (tmp_path / "dist").exists()


def test_what_otter_refuses_is_told_in_one_line(tmp_path, capfd):
    folder = write_source(tmp_path, changed("q1-answer", "    # END SOLUTION", ""))
    with pytest.raises(BuildError, match=r"tiny\.ipynb: otter assign refuses it: ") as caught:
        build_assignment(folder, tmp_path / "dist", verify=False)
    assert "\n" not in str(caught.value)
    out, err = capfd.readouterr()
    assert out + err == ""
