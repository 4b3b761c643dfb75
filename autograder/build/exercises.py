"""What pages tell of each exercise: its title, its text, and what to read, from the source."""

import re
from collections.abc import Iterable
from typing import Any

from autograder.build.source import walk_cells
from autograder.languages import LANGUAGES

HEADING = re.compile(r"^#{1,6}[ \t]+(.+)$", re.MULTILINE)
LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\[\]]*\])+)\]\((https?://[^\s()]+)\)")
MAX_LINKS = 6


def describe_exercises(cells: list[dict]) -> dict[str, dict[str, Any]]:
    """Return what the grading zip's manifest says of each question, by its name.

    Returns:
        Per question ``title``, ``text`` (its prompt, Markdown) and ``read`` (pairs of a link's
        words and address), each by language. The links are the first of the notebook's beginning
        (its notes), those of the cells since the question before, and the others of the beginning.
    """
    found: dict[str, dict[str, Any]] = {}
    for language in LANGUAGES:
        beginning: list[str] | None = None
        before: list[str] = []
        for name, text in _texts(cells, language):
            if name is None:
                before.append(text)
                continue
            entry = found.setdefault(name, {"title": {}, "text": {}, "read": {}})
            if language in entry["text"]:  # a prompt of several cells
                entry["text"][language] += f"\n\n{text}"
                before = []
                continue
            if beginning is None:
                beginning = before[:1]
            entry["title"][language] = _title(before)
            entry["text"][language] = text
            own, general = links_in([*before, text]), links_in(beginning)
            read = dict.fromkeys([*general[:1], *own, *general])
            entry["read"][language] = list(read)[:MAX_LINKS]
            before = []
    return found


def describe_titles(cells: list[dict]) -> dict[str, str]:
    """Return what the first heading of each language calls the assignment, up to a colon."""
    found = {}
    for language in LANGUAGES:
        headings = (HEADING.search(text) for _, text in _texts(cells, language))
        first = next(filter(None, headings), None)
        if first:
            found[language] = re.split("[:：]", first[1].strip(" \t#"))[0].strip()
    return found


def _texts(cells: list[dict], language: str) -> Iterable[tuple[str | None, str]]:
    """Yield the Markdown of one language that students see, each with its question, if any."""
    for cell, question, block in walk_cells(cells):
        shown = cell["cell_type"] == "markdown" and block in ("", "PROMPT")
        if shown and cell["metadata"].get("lang", language) == language:
            yield (str(question["name"]) if question else None), cell["source"]


def _title(texts: list[str]) -> str:
    """Return the last heading of the texts before a question, or ""."""
    headings = [heading for text in texts for heading in HEADING.findall(text)]
    return headings[-1].strip(" \t#") if headings else ""


def links_in(texts: Iterable[str]) -> list[tuple[str, str]]:
    """Return the links of Markdown texts as (words, address), each address once."""
    found: dict[str, str] = {}
    for text in texts:
        for words, address in LINK.findall(text):
            found.setdefault(address, words)
    return [(words, address) for address, words in found.items()]
