"""Large classes for measurements: no two notebooks are alike, so that nothing can be reused."""

import json
import random
import zipfile
from pathlib import Path

from autograder.build.bank import load_bank
from autograder.build.sample import fill
from autograder.intake.collection import find_submissions
from autograder.intake.upload import ANSWER_TAG

# Where a cell draws, render every open figure as a notebook shows it: a PNG in memory.
RENDER = """
import io as _io
for _number in plt.get_fignums():
    plt.figure(_number).savefig(_io.BytesIO(), format="png", bbox_inches="tight")
"""


def make_class(
    sample: Path, folder: Path, count: int, seed: int = 0, rendered: bool = False
) -> list[Path]:
    """Write ``count`` different notebooks into a folder, evenly spread over the sample class.

    Args:
        seed: makes the copies of two classes differ.
        rendered: let each cell that draws also render its figures.
    """
    sources = [_read_notebook(path) for path in find_submissions(sample)]
    step = max(1, len(sources) // count)
    made = []
    for number in range(count):
        notebook = json.loads(sources[number * step % len(sources)])
        for cell in _answers(notebook):
            text = "".join(cell["source"])
            if rendered and "plt." in text:
                text += RENDER
            cell["source"] = f"{text}\n# submission {seed}-{number}"
        made.append(_write(folder, number, notebook))
    return made


def make_varied_class(assignment: Path, built: Path, folder: Path, count: int) -> list[Path]:
    """Write ``count`` notebooks, each with answers drawn from the labelled bank.

    Args:
        assignment: ``assignments/<name>``.
        built: ``dist/<name>``.
    """
    release = built / "student" / "en" / f"{assignment.name}.ipynb"
    blank = json.loads(release.read_text(encoding="utf-8"))
    answers: dict[str, list] = {}
    for entry in load_bank(assignment / "bank"):
        answers.setdefault(entry.question, []).append(list(entry.code))
    draw = random.Random(0)
    made = []
    for number in range(count):
        notebook = fill(blank, {q: draw.choice(entries) for q, entries in answers.items()})
        for cell in _answers(notebook):
            cell["source"] += f"\n# submission {number}"
        made.append(_write(folder, number, notebook))
    return made


def _answers(notebook: dict) -> list[dict]:
    return [c for c in notebook["cells"] if ANSWER_TAG in c["metadata"].get("tags", [])]


def _write(folder: Path, number: int, notebook: dict) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{number:06d}.ipynb"
    path.write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")
    return path


def _read_notebook(path: Path) -> str:
    if path.suffix == ".ipynb":
        return path.read_text(encoding="utf-8")
    with zipfile.ZipFile(path) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".ipynb"))
        return archive.read(name).decode("utf-8")
