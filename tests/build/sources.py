"""The tiny assignment of these tests, whole or with one thing changed."""

import copy
import json
from pathlib import Path

TINY = Path(__file__).parent / "data" / "tiny"


def load_tiny() -> dict:
    """Return the source notebook, each cell's source as one string."""
    notebook = json.loads((TINY / "tiny.ipynb").read_text("utf-8"))
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    return notebook


def cell_of(notebook: dict, name: str) -> dict:
    """Return the cell with this id."""
    return next(cell for cell in notebook["cells"] if cell["id"] == name)


def changed(name: str, old: str, new: str) -> dict:
    """Return the notebook with a piece of one cell's text exchanged."""
    notebook = load_tiny()
    cell = cell_of(notebook, name)
    assert old in cell["source"]
    cell["source"] = cell["source"].replace(old, new)
    return notebook


def without(*names: str) -> dict:
    """Return the notebook without some cells."""
    notebook = load_tiny()
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] not in names]
    return notebook


def with_entry(name: str, **entries) -> dict:
    """Return the notebook with some of a cell's entries set."""
    notebook = load_tiny()
    cell_of(notebook, name).update(copy.deepcopy(entries))
    return notebook


def write_source(folder: Path, notebook: dict) -> Path:
    """Write an assignment's folder of the name ``tiny``; returns it."""
    target = folder / "tiny"
    target.mkdir(parents=True, exist_ok=True)
    (target / "tiny.ipynb").write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")
    return target


def with_written_question() -> dict:
    """Return the notebook with a question at its end that people mark."""
    notebook = load_tiny()
    texts = (
        ("begin", "raw", "# BEGIN QUESTION\nname: q3\nmanual: true\npoints: 4", None),
        ("prompt-en", "markdown", "**Question 3.** Why is the area $\\pi r^2$?", "en"),
        ("prompt-zh", "markdown", "**问题 3。** 面积为什么是 $\\pi r^2$？", "zh"),
        ("solution-begin", "raw", "# BEGIN SOLUTION", None),
        ("answer", "markdown", "The rings of the disc add up like a triangle.", None),
        ("solution-end", "raw", "# END SOLUTION", None),
        ("end", "raw", "# END QUESTION", None),
    )
    for name, kind, text, language in texts:
        metadata = {"lang": language} if language else {}
        cell = {"id": f"q3-{name}", "cell_type": kind, "metadata": metadata, "source": text}
        notebook["cells"].append(cell)
    return notebook
