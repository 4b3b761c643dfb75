"""The source notebook: reading it and refusing what could not be graded rightly."""

import json
import re
from collections.abc import Iterator
from math import isfinite
from pathlib import Path, PurePosixPath

import yaml

from autograder.errors import BuildError
from autograder.languages import LANGUAGES, SEPARATOR

IMPORTS_OURS = re.compile(r"^\s*(import|from)\s+autograder\b", re.MULTILINE)
TEST_CONFIG = re.compile(
    r'\s*"""\s*#\s*BEGIN TEST CONFIG\n(.*?)\n"""\s*#\s*END TEST CONFIG\n', re.DOTALL
)
TAKEN = ("autograder", "tests", "README.md", "requirements.txt", "print_notebook.py")
MARK = re.compile(r"#\s*(BEGIN|END)\s+([A-Z ]+?)\s*$", re.MULTILINE)


def load_source(path: Path) -> dict:
    """Read a source notebook and check it.

    Raises:
        BuildError: it cannot be built; the message names file, question and repair.
    """
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        cells = notebook["cells"]
        for cell in cells:
            cell["source"] = "".join(cell.get("source", ""))
            cell.setdefault("metadata", {})
            cell.setdefault("cell_type", "raw")
    except FileNotFoundError:
        raise BuildError(f"{path}: no source notebook there") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise BuildError(f"{path}: not a notebook; save it again in Jupyter") from None
    _check_cells(path, cells)
    try:
        _check_name(path, cells)
        found = questions(cells)
    except BuildError as error:
        raise BuildError(f"{path}: {error}") from None
    names = [question["name"] for question in found]
    for question in found:
        _check_question(path, question)
        if names.count(question["name"]) > 1:
            raise BuildError(f"{path}, question {question['name']}: there are two of this name")
    if not found:
        raise BuildError(f'{path}: no questions; begin one with a raw cell "# BEGIN QUESTION"')
    return notebook


def _check_name(path: Path, cells: list[dict]) -> None:
    for cell in cells:
        if cell["source"].lstrip("# ").startswith("ASSIGNMENT CONFIG"):
            name = _parse_yaml(cell["source"].split("\n", 1)[-1]).get("name")
            if name != path.stem:
                raise BuildError(f'the assignment is named "{name}"; write "name: {path.stem}"')
            return
    raise BuildError('no assignment settings; begin with a raw cell "# ASSIGNMENT CONFIG"')


def data_files(folder: Path, cells: list[dict]) -> dict[str, bytes]:
    """Read what the assignment's settings name under ``files:``, by its path in the folder.

    Raises:
        BuildError: it is not there, or not in the folder, or called like something of the build's.
    """
    config = next(
        _parse_yaml(cell["source"].split("\n", 1)[-1])
        for cell in cells
        if cell["source"].lstrip("# ").startswith("ASSIGNMENT CONFIG")
    )
    found = {}
    for name in config.get("files") or []:
        place = PurePosixPath(str(name))
        where = f'{folder / f"{folder.name}.ipynb"}: files: "{name}"'
        if place.is_absolute() or ".." in place.parts:
            raise BuildError(f"{where} leads out of {folder}; move it there and name it from there")
        if {*place.parts[:1]} & {*TAKEN} or place.suffix in (".ipynb", ".zip"):
            raise BuildError(f"{where} is a name that a release uses itself; choose another")
        if not (folder / place).is_file():
            raise BuildError(f"{where} is no file of {folder}; put it there, or take the line out")
        found[place.as_posix()] = (folder / place).read_bytes()
    return found


def questions(cells: list[dict]) -> list[dict]:
    """Return the questions of a source: dicts with these keys.

    ``name``, ``config``; ``prompts``: the language marks of its prompt's cells; ``tests``: pairs of
    a test case's config and its source; ``solution`` and ``answers``: the sources of its solution's
    code and Markdown cells.
    """
    found: list[dict] = []
    for cell, question, block in walk_cells(cells):
        if question is None:
            continue
        if not found or found[-1] is not question:
            found.append(question)
        if cell["cell_type"] == "code":
            if block == "TESTS":
                question["tests"].append(_parse_test(cell["source"]))
            else:
                question["solution"].append(cell["source"])
        elif cell["cell_type"] == "markdown":
            if block == "SOLUTION":
                question["answers"].append(cell["source"])
            elif not block or block == "PROMPT":
                question["prompts"].append(cell["metadata"].get("lang"))
    return found


def walk_cells(cells: list[dict]) -> Iterator[tuple[dict, dict | None, str]]:
    """Yield each cell with its question (or None) and the block within it (``TESTS``...).

    The raw cells that begin and end blocks are yielded as part of their question.
    """
    question, block = None, ""
    for cell in cells:
        mark = MARK.match(cell["source"]) if cell["cell_type"] == "raw" else None
        if mark and mark[1] == "BEGIN" and mark[2] == "QUESTION":
            config = _parse_yaml(cell["source"][mark.end() :])
            question = {"name": str(config.get("name", "")), "config": config, "prompts": [],
                        "tests": [], "solution": [], "answers": []}  # fmt: skip
        elif mark:
            block = mark[2] if mark[1] == "BEGIN" else ""
        yield cell, question, block
        if mark and mark[1] == "END" and mark[2] == "QUESTION":
            question = None


def _parse_test(source: str) -> tuple[dict, str]:
    found = TEST_CONFIG.match(source)
    return (_parse_yaml(found[1]), source[found.end() :]) if found else ({}, source)


def _parse_yaml(text: str) -> dict:
    try:
        config = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise BuildError(f"settings that are no YAML: {text.strip()[:80]!r} ({reason})") from None
    if not isinstance(config, dict):
        raise BuildError(f'settings that are no "key: value" lines: {text.strip()[:80]!r}')
    return config


def _check_cells(path: Path, cells: list[dict]) -> None:
    seen = set()
    for number, cell in enumerate(cells, 1):
        name = cell.get("id")
        if not name or name in seen:
            fault = f'its id "{name}" is given twice' if name else "it has no id"
            raise BuildError(f"{path}, cell {number}: {fault}; give it one of its own")
        seen.add(name)
        if cell.get("outputs"):
            raise BuildError(f"{path}, cell {name}: it has outputs; clear all outputs and save")
        if cell["metadata"].get("lang", "en") not in LANGUAGES:
            raise BuildError(f"{path}, cell {name}: unknown language mark; use one of {LANGUAGES}")


def _check_question(path: Path, question: dict) -> None:
    where = f"{path}, question {question['name'] or '(without name)'}"
    if not question["name"]:
        raise BuildError(f'{where}: add "name:" to its question block')
    for language in LANGUAGES:
        if language not in question["prompts"] and None not in question["prompts"]:
            raise BuildError(f'{where}: no prompt in "{language}"; add a Markdown cell with '
                             f'"lang": "{language}" in its metadata')  # fmt: skip
    if question["config"].get("manual"):
        return
    if not any(config.get("hidden") for config, _ in question["tests"]):
        raise BuildError(f'{where}: no hidden test; add a test with "hidden: true"')
    for config, source in question["tests"]:
        _check_test(where, config, source)


def _check_test(where: str, config: dict, source: str) -> None:
    points = config.get("points")
    if not isinstance(points, (int, float)) or isinstance(points, bool) or not isfinite(points):
        raise BuildError(f'{where}: no points given; add "points:" to each of its tests')
    if not config.get("hidden") and IMPORTS_OURS.search(source):
        raise BuildError(f"{where}: a public test uses the autograder package, which students lack")
    for key in ("success_message", "failure_message"):
        text = config.get(key)
        if text is None:
            if config.get("hidden"):
                raise BuildError(f'{where}: a hidden test without "{key}:"; add one that teaches')
        elif not isinstance(text, str):
            raise BuildError(f"{where}: {key} is no text; put it in quotation marks")
        elif '"' in text or "\n" in text or "\\" in text:
            raise BuildError(f"{where}: {key} holds a double quote, backslash or line end; Otter "
                             "cannot store it")  # fmt: skip
        elif SEPARATOR not in text:
            raise BuildError(f'{where}: {key} needs both languages: "English{SEPARATOR}中文"')
