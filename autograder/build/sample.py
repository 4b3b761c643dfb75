"""The sample class: submissions made of a student release and labelled answers of the bank.

``assignments/<name>/sample/class.toml`` names, per submission, a bank entry for each question. The
submissions and their expected points lie beside it and are written anew, after the release or the
bank changed, by ``python -m autograder.build.sample <name>``.
"""

import copy
import io
import json
import re
import sys
import zipfile
from pathlib import Path

from otter.test_files.exception_test import ExceptionTestFile

from autograder.build.archive import make_zip
from autograder.build.bank import LabelledAnswer, load_bank, tomllib
from autograder.build.release import to_bytes
from autograder.course import assignment_folder, dist_folder
from autograder.errors import BuildError
from autograder.intake.upload import ANSWER_TAG

CHECK = re.compile(r"grader\.check\(\"([^\"]+)\"\)")


def write_sample_class(folder: Path, built: Path) -> dict[str, dict]:
    """Write every submission of ``folder/sample/class.toml`` and ``expected.json``.

    Args:
        folder: ``assignments/<name>``.
        built: ``dist/<name>``, freshly built.

    Returns:
        Expected points by file: question -> points, and "total".

    Raises:
        BuildError: the class names an entry or a question that does not exist.
    """
    name, sample = folder.name, folder / "sample"
    plain = tomllib.loads((sample / "class.toml").read_text(encoding="utf-8"))
    bank = {(entry.question, entry.id): entry for entry in load_bank(folder / "bank")}
    points = read_points(built / "autograder.zip")
    expected = {}
    for item in plain["submission"]:
        language = item.get("language", "en")
        release = built / "student" / language / f"{name}.ipynb"
        notebook = json.loads(release.read_text(encoding="utf-8"))
        chosen = {q: _find(bank, q, item[q], item["file"]) for q in points if q in item}
        notebook = fill(notebook, {q: list(entry.code) for q, entry in chosen.items()})
        notebook = leave_out(notebook, item.get("removed", []))
        _write(sample / item["file"], f"{name}.ipynb", to_bytes(notebook))
        expected[item["file"]] = expect_points(chosen, points)
    text = json.dumps(expected, indent=1, ensure_ascii=False)
    (sample / "expected.json").write_text(text + "\n", encoding="utf-8")
    return expected


def fill(notebook: dict, answers: dict[str, list[str]]) -> dict:
    """Return a release with answers in its answer cells.

    Args:
        answers: question -> one source per answer cell, or a single one that stands for all.
            Questions without answers stay blank.

    Raises:
        BuildError: a question has another number of answer cells.
    """
    notebook = copy.deepcopy(notebook)
    for question, cells in answer_cells(notebook).items():
        sources = answers.get(question)
        if sources is None:
            continue
        if len(sources) == 1:
            sources = [*sources, *[""] * (len(cells) - 1)]
        if len(sources) != len(cells):
            raise BuildError(
                f"{question}: {len(sources)} answers for {len(cells)} answer cells; give one for "
                "each, or a single one for all"
            )
        for cell, source in zip(cells, sources):
            cell["source"] = source.strip("\n")
    return notebook


def answer_cells(notebook: dict) -> dict[str, list[dict]]:
    """Return the code cells to answer in by question; a check cell closes its question."""
    found, waiting = {}, []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and ANSWER_TAG in cell["metadata"].get("tags", []):
            waiting.append(cell)
        check = CHECK.match("".join(cell["source"])) if cell["cell_type"] == "code" else None
        if check:
            found[check[1]], waiting = waiting, []
    return found


def leave_out(notebook: dict, questions: list[str]) -> dict:
    """Return a notebook without the check cells of some questions, as a student might hand in."""
    kept = [
        cell
        for cell in notebook["cells"]
        if cell["cell_type"] != "code"
        or not (check := CHECK.match("".join(cell["source"])))
        or check[1] not in questions
    ]
    return {**notebook, "cells": kept}


def read_points(grading_zip: Path) -> dict[str, list[float]]:
    """Return the points of each test case by question, from a grading zip."""
    with zipfile.ZipFile(io.BytesIO(grading_zip.read_bytes())) as archive:
        files = {
            Path(entry).stem: archive.read(entry).decode()
            for entry in sorted(archive.namelist())
            if re.fullmatch(r"tests/q\d+\.py", entry)
        }
    return {
        question: [case.points for case in ExceptionTestFile.from_string(text).test_cases]
        for question, text in files.items()
    }


def expect_points(
    chosen: dict[str, LabelledAnswer], points: dict[str, list[float]]
) -> dict[str, float]:
    """Return the points that the labels promise; a question without an answer earns nothing."""
    expected = {
        question: sum(p for p, passed in zip(cases, chosen[question].expect) if passed)
        if question in chosen
        else 0
        for question, cases in points.items()
    }
    return {**expected, "total": sum(expected.values())}


def _find(
    bank: dict[tuple[str, str], LabelledAnswer], question: str, id: str, file: str
) -> LabelledAnswer:
    try:
        return bank[question, id]
    except KeyError:
        raise BuildError(f"{file}: the bank has no answer '{id}' to {question}") from None


def _write(path: Path, inner: str, content: bytes) -> None:
    """Write a notebook, or the zip that Otter's export cell makes of it."""
    if path.suffix == ".zip":
        content = make_zip({inner: content, "__zip_filename__": path.name.encode()})
    path.write_bytes(content)


if __name__ == "__main__":
    for assignment in sys.argv[1:]:
        built = dist_folder() / assignment
        written = write_sample_class(assignment_folder(assignment), built)
        print(f"{assignment}: {len(written)} submissions written")
