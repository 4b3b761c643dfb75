"""What a build tells pages of the exercises, and that none of it is hidden from students."""

import json
import re

import pytest

from autograder.build.exercises import describe_exercises, describe_titles, links_in
from autograder.build.source import load_source
from autograder.course import ROOT
from autograder.reports import printing

BUNDLED = sorted(path.parent.name for path in (ROOT / "assignments").glob("*/*.ipynb"))


@pytest.mark.parametrize("name", BUNDLED)
def test_every_bundled_question_has_title_text_and_something_to_read(name):
    cells = load_source(ROOT / "assignments" / name / f"{name}.ipynb")["cells"]
    told = describe_exercises(cells)
    assert told
    for entry in told.values():
        for language in ("en", "zh"):
            assert entry["title"][language] and entry["text"][language] and entry["read"][language]
    released = {cell["source"] for cell in cells if cell["cell_type"] == "markdown"}
    for entry in told.values():
        for text in entry["text"].values():
            assert all(part in "\n".join(released) for part in text.split("\n\n"))
    assert json.loads(json.dumps(told)).keys() == told.keys()


ITEM = re.compile(r"^ *(?:\d+\.|[-*]) ", re.MULTILINE)  # as the prompts write lists


@pytest.mark.parametrize("name", BUNDLED)
def test_every_item_of_a_list_is_shown_as_one(name):
    """A number other than 1 right below a paragraph goes on with its text in Jupyter too."""
    cells = load_source(ROOT / "assignments" / name / f"{name}.ipynb")["cells"]
    texts = [cell["source"] for cell in cells if cell["cell_type"] == "markdown"]
    for text in texts:
        assert printing.markdown(text).count("<li>") == len(ITEM.findall(text)), text


def cell(source, kind="markdown", **metadata):
    return {"cell_type": kind, "source": source, "metadata": metadata}


def test_a_source_in_one_language_without_headings_is_described_as_far_as_it_goes():
    cells = [
        cell("Read [the *book*](https://example.org/b)."),
        cell("# BEGIN QUESTION\nname: q1", "raw"),
        cell("Add two numbers."),
        cell("And explain."),
        cell("# BEGIN SOLUTION", "raw"),
        cell("The solution."),
        cell("# END SOLUTION", "raw"),
        cell("# END QUESTION", "raw"),
    ]
    (entry,) = describe_exercises(cells).values()
    assert entry["title"] == {"en": "", "zh": ""}
    assert entry["text"]["en"] == "Add two numbers.\n\nAnd explain."
    assert entry["read"]["en"] == [("the *book*", "https://example.org/b")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[a](https://x.org/1) and [b](https://x.org/1)", [("a", "https://x.org/1")]),
        ("![a picture](https://x.org/p.png)", []),
        ("[a](javascript:alert) [b](#here) [c](file.md)", []),
        ("[`x[0]`](https://x.org/2)", [("`x[0]`", "https://x.org/2")]),
    ],
)
def test_links_are_addresses_of_the_web_each_once(text, found):
    assert links_in([text]) == found


def test_the_notebooks_heading_names_the_assignment_in_both_languages():
    assert describe_titles(
        [
            cell("# Data: four exercises\n\nText", lang="en"),
            cell("# 数据：四道练习", lang="zh"),
            cell("## Later"),
        ]
    ) == {"en": "Data", "zh": "数据"}
    assert describe_titles([cell("no heading")]) == {}
