"""Searches a release for what students must not have: hidden tests, solutions, expected values.

What is secret is read from the source notebook alone, never from what Otter made of it: a line
that Otter forgot to strip would otherwise count as shown on purpose.
"""

import ast
import io
import json
import re
import zipfile
from dataclasses import dataclass
from typing import NoReturn

from autograder.build.source import walk_cells
from autograder.errors import BuildError
from autograder.languages import SEPARATOR

SHORTEST = 14  # bytes, so that a Chinese sentence counts; shorter parts of a text say nothing
SHORTEST_LINE = 8  # shorter whole lines say nothing
EXPECTED = re.compile(r"(?<![\w.])-?\d+\.\d{4,}(?![\w.])")
CODE_MARK = re.compile(r"#\s*(?:(BEGIN|END)\s+)?(?:SOLUTION|IGNORE)\b.*$")
SAYS_NOTHING = re.compile(r"#|import |from \S+ import |@|\W*$")


@dataclass(frozen=True)
class Secrets:
    """What a release must not show, by the question it belongs to.

    Attributes:
        parts: texts that may stand nowhere.
        lines: texts that may not be a line of their own.
    """

    parts: dict[str, str]
    lines: dict[str, str]


def find_secrets(notebook: dict, questions: list[dict]) -> Secrets:
    """Return the secrets of a source notebook.

    Args:
        notebook: the source notebook, in all its languages.
        questions: see :func:`autograder.build.source.questions`.
    """
    shown = _shown_lines(notebook["cells"], questions)
    prose = "\n".join(
        cell["source"]
        for cell, _, block in walk_cells(notebook["cells"])
        if cell["cell_type"] == "markdown" and block != "SOLUTION"
    )
    parts: dict[str, str] = {}
    lines: dict[str, str] = {}
    for question in questions:
        for text in _hidden_texts(question):
            if len(text.encode()) >= SHORTEST and text not in shown and text not in prose:
                parts[text] = question["name"]
        for text in _expected_values(question):
            if not any(text in line for line in shown) and text not in prose:
                parts[text] = question["name"]
        for text in _solution_lines(question):
            if text not in shown and text not in prose:
                kind = parts if len(text.encode()) >= SHORTEST else lines
                if len(text) >= SHORTEST_LINE:
                    kind[text] = question["name"]
    return Secrets(parts, lines)


def check_release(files: dict[str, bytes], secrets: Secrets) -> None:
    """Search files, zips in them and the strings within JSON.

    Raises:
        BuildError: a secret was found; the message names file and question.
    """
    for name, data in files.items():
        if data[:4] == b"PK\x03\x04":
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                inner = {f"{name}/{entry}": archive.read(entry) for entry in archive.namelist()}
            check_release(inner, secrets)
            continue
        text = "\n".join(_strings(name, data))
        text += "\n" + text.replace("\\n", "\n").replace('\\"', '"').replace("\\'", "'")
        own_lines = {line.strip() for line in text.splitlines()}
        for secret, question in secrets.parts.items():
            if secret in text:
                _refuse(name, question, secret)
        for secret, question in secrets.lines.items():
            if secret in own_lines:
                _refuse(name, question, secret)


def _refuse(name: str, question: str, secret: str) -> NoReturn:
    raise BuildError(
        f"{name}: the release shows a secret of {question}: {secret[:60]!r}; mark it as solution "
        "or hidden test in the source, or take it out of what students see"
    )


def _shown_lines(cells: list[dict], questions: list[dict]) -> set[str]:
    """Return the lines of code and of public tests that students see on purpose."""
    found = [
        line
        for cell, _, block in walk_cells(cells)
        if cell["cell_type"] == "code" and block != "TESTS"
        for line in _split_code(cell["source"])[0]
    ]
    for question in questions:
        for config, source in question["tests"]:
            if not config.get("hidden"):
                found += [*_texts(source), *_messages(config)]
    return {line.strip() for line in found}


def _split_code(source: str) -> tuple[list[str], list[str]]:
    """Return the lines that stay in the students' notebook and those marked as solution."""
    stay, secret = [], []
    inside = False
    for line in source.splitlines():
        mark = CODE_MARK.search(line)
        if mark and mark[1]:
            inside = mark[1] == "BEGIN"
        elif mark or inside:
            secret.append(line[: mark.start()] if mark else line)
        else:
            stay.append(line)
    return stay, [line.strip() for line in secret]


def _hidden_texts(question: dict) -> list[str]:
    found = []
    for config, source in question["tests"]:
        if config.get("hidden"):
            found += [text.strip() for text in (*_texts(source), *_messages(config))]
    return [text for text in found if not SAYS_NOTHING.match(text)]


def _expected_values(question: dict) -> list[str]:
    return [
        value
        for config, source in question["tests"]
        if config.get("hidden")
        for value in EXPECTED.findall(source)
    ]


def _solution_lines(question: dict) -> list[str]:
    lines = [line for cell in question["solution"] for line in _split_code(cell)[1]]
    lines += [line.strip() for text in question["answers"] for line in text.splitlines()]
    return [line for line in lines if not SAYS_NOTHING.match(line)]


def _texts(source: str) -> list[str]:
    """Return a test's lines, as written and as Otter writes them, and each half of its strings."""
    found = source.splitlines()
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return found
    found += ast.unparse(tree).splitlines()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found += node.value.split(SEPARATOR) if SEPARATOR in node.value else []
    return found


def _messages(config: dict) -> list[str]:
    texts = (config.get("success_message"), config.get("failure_message"))
    return [half for text in texts if text for half in text.split(SEPARATOR)]


def _strings(name: str, data: bytes) -> list[str]:
    text = data.decode("utf-8", "replace")
    if not name.endswith((".ipynb", ".json")):
        return [text]
    found, stack = [], [json.loads(text)]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            stack += [*value.values(), *value.keys()]
        elif isinstance(value, list):
            joined = all(isinstance(item, str) for item in value)
            found += ["".join(value)] if joined else []
            stack += [] if joined else value
        elif isinstance(value, str):
            found.append(value)
    return found
