"""The source notebook: reading it and refusing what could not be graded rightly."""

import json
import re
from pathlib import Path

import yaml

from autograder.errors import BuildError
from autograder.languages import LANGUAGES, SEPARATOR

MARK = re.compile(r"#\s*(BEGIN|END)\s+([A-Z ]+?)\s*$", re.MULTILINE)


def load_source(path: Path) -> dict:
    """Read a source notebook and check it.

    Raises:
        BuildError: it cannot be built; the message names file, question and repair.
    """
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        cells = notebook["cells"]
    except FileNotFoundError:
        raise BuildError(f"{path}: no source notebook there") from None
    except (OSError, ValueError, KeyError, TypeError):
        raise BuildError(f"{path}: not a notebook; save it again in Jupyter") from None
    for cell in cells:
        cell["source"] = "".join(cell["source"])
        cell.setdefault("metadata", {})
    _check_cells(path, cells)
    for question in questions(cells):
        _check_question(path, question)
    return notebook


def questions(cells: list[dict]) -> list[dict]:
    """Return the questions of a source: dicts with ``name``, ``config``, ``prompts``, ``tests``.

    ``tests`` holds pairs of a test case's config and its source.
    """
    found, current, block = [], None, ""
    for cell in cells:
        mark = MARK.match(cell["source"]) if cell["cell_type"] == "raw" else None
        if mark and mark[1] == "BEGIN" and mark[2] == "QUESTION":
            config = yaml.safe_load(cell["source"][mark.end() :]) or {}
            current = {"name": str(config.get("name", "")), "config": config, "prompts": [],
                       "tests": [], "solution": []}  # fmt: skip
            found.append(current)
        elif mark:
            block = mark[2] if mark[1] == "BEGIN" else ""
            current = None if mark[1] == "END" and mark[2] == "QUESTION" else current
        elif current is not None:
            _sort_cell(cell, block, current)
    return found


def _sort_cell(cell, block, question) -> None:
    if block == "TESTS":
        question["tests"].append(_parse_test(cell["source"]))
    elif cell["cell_type"] == "markdown" and not block:
        question["prompts"].append(cell["metadata"].get("lang"))
    elif cell["cell_type"] == "code":
        question["solution"].append(cell["source"])


def _parse_test(source: str) -> tuple[dict, str]:
    found = re.match(r'\s*"""\s*#\s*BEGIN TEST CONFIG\n(.*?)\n"""\s*#\s*END TEST CONFIG\n', source, re.S)
    return (yaml.safe_load(found[1]) or {}, source[found.end() :]) if found else ({}, source)


def _check_cells(path, cells) -> None:
    seen = set()
    for number, cell in enumerate(cells, 1):
        name = cell.get("id")
        if not name or name in seen:
            raise BuildError(f"{path}, cell {number}: its id is missing or given twice ({name})")
        seen.add(name)
        if cell.get("outputs"):
            raise BuildError(f"{path}, cell {name}: it has outputs; clear all outputs and save")
        if cell["metadata"].get("lang", "en") not in LANGUAGES:
            raise BuildError(f"{path}, cell {name}: unknown language mark; use one of {LANGUAGES}")


def _check_question(path, question) -> None:
    where = f"{path}, question {question['name'] or '(without name)'}"
    if not question["name"]:
        raise BuildError(f'{where}: add "name:" to its question block')
    if question["config"].get("manual"):
        return
    for language in LANGUAGES:
        if language not in question["prompts"] and None not in question["prompts"]:
            raise BuildError(f'{where}: no prompt in "{language}"; add a Markdown cell with '
                             f'"lang": "{language}" in its metadata')  # fmt: skip
    if not any(config.get("hidden") for config, _ in question["tests"]):
        raise BuildError(f'{where}: no hidden test; add a test with "hidden: true"')
    for config, source in question["tests"]:
        _check_test(where, config, source)


def _check_test(where, config, source) -> None:
    if not isinstance(config.get("points"), (int, float)):
        raise BuildError(f'{where}: no points given; add "points:" to each of its tests')
    if not config.get("hidden") and "autograder" in source:
        raise BuildError(f"{where}: a public test uses the autograder package, which students lack")
    for key in ("success_message", "failure_message"):
        text = config.get(key)
        if text is None:
            if config.get("hidden"):
                raise BuildError(f'{where}: a hidden test without "{key}:"; add one that teaches')
        elif '"' in text or "\n" in text or "\\" in text:
            raise BuildError(f"{where}: {key} holds a double quote, backslash or line end; Otter "
                             "cannot store it")  # fmt: skip
        elif SEPARATOR not in text:
            raise BuildError(f'{where}: {key} needs both languages: "English{SEPARATOR}中文"')
