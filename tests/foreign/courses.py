"""Other people's courses, as we imagine them: each a table that makes a zip and a class.

``cells`` holds the right notebook's cells in order, ``tests`` a question each: the ``cell`` that it
follows ("": none) and either ``cases``, doctests in Otter's default format, or ``source``, an
exception-based file without its head. ``submissions`` holds other cells by their names, ``scripts``
Python files; ``files``, ``config`` and ``ignored`` are what they say.
"""

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

import tomllib

HERE = Path(__file__).resolve().parent
HEAD = "OK_FORMAT = False\nfrom otter.test_files import test_case\nname = {name!r}\n"


@dataclass(frozen=True)
class Course:
    """One course; see the module."""

    name: str
    plain: dict

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Write the zip and the folder of submissions; returns both paths."""
        folder.mkdir()
        grading_zip, uploads = folder / f"{self.name}.zip", folder / "submissions"
        with zipfile.ZipFile(grading_zip, "w") as archive:
            archive.writestr("otter_config.json", json.dumps(self.plain.get("config", {})))
            for question, spec in self.plain["tests"].items():
                archive.writestr(f"tests/{question}.py", test_source(question, spec))
            for name, text in self.plain.get("files", {}).items():
                archive.writestr(f"files/{name}", text.lstrip("\n"))
        uploads.mkdir()
        for name, cells in self.plain["submissions"].items():
            path = uploads / f"{name}.ipynb"
            path.write_text(json.dumps(self.notebook(cells)), encoding="utf-8")
        for name, text in self.plain.get("scripts", {}).items():
            (uploads / f"{name}.py").write_text(text, encoding="utf-8")
        return grading_zip, uploads

    def notebook(self, changed: dict[str, str]) -> dict:
        """Return a submission's notebook."""
        ignored = self.plain.get("ignored", {}).get("cells", ())
        cells = []
        for name, source in {**self.plain["cells"], **changed}.items():
            tests = [q for q, spec in self.plain["tests"].items() if spec["cell"] == name]
            otter = {"tests": tests} if tests else {}
            metadata = {"otter": {**otter, **({"ignore": True} if name in ignored else {})}}
            cells.append({
                "cell_type": "code", "id": name, "metadata": metadata, "outputs": [],
                "execution_count": None, "source": source.strip("\n"),
            })  # fmt: skip
        kernel = {"display_name": "Python 3", "name": "python3"}
        return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4,
                "nbformat_minor": 5}  # fmt: skip


def load_courses() -> list[Course]:
    """Return every course."""
    return [
        Course(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
        for path in sorted(HERE.glob("*.toml"))
        if path.stem != "reasons"
    ]


def test_source(question: str, spec: dict) -> str:
    """Return the text of a test file."""
    if "source" in spec:
        head = HEAD.format(name=question)
        return head + f"points = {spec.get('points')!r}\n" + spec["source"]
    cases = [
        case if isinstance(case, dict) else {"code": case, "hidden": bool(number % 2)}
        for number, case in enumerate(spec["cases"])
    ]
    suite = {"cases": cases, "scored": True, "setup": "", "teardown": "", "type": "doctest"}
    test = {
        "name": question, "points": spec.get("points"), "suites": [suite],
        "all_or_nothing": spec.get("all_or_nothing", False),
    }  # fmt: skip
    return f"OK_FORMAT = True\n\ntest = {test!r}\n"


test_source.__test__ = False
