"""Every misconception that a test can name has a name for people in both languages."""

import ast
import json
import re

import pytest

from autograder.checks import gradients, slips
from autograder.course import ROOT
from autograder.reports.misconceptions import CHINESE
from autograder.reports.strings import slip_name

MESSAGE = re.compile(r"\[([a-z0-9]+(?:-[a-z0-9]+)*)\] ")
SLUG = re.compile(r"[a-z]+(?:-[a-z]+)+")
HAN = re.compile("[\u4e00-\u9fff]")


def sources():
    """Yield the code that names misconceptions, by its place."""
    for path in sorted((ROOT / "assignments").glob("*/*.ipynb")):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            text = "".join(cell["source"])
            if cell["cell_type"] == "code" and "BEGIN TEST CONFIG" in text:
                yield f"{path.stem}, {cell['id']}", text
    for path in sorted((ROOT / "autograder" / "checks").glob("*.py")):
        yield path.name, path.read_text("utf-8")


def slugs():
    """Return every slug with one place where it stands."""
    found = {slug: "slips.py" for slug in slips.TEXTS}
    found |= {slug: "gradients.py" for slug in gradients.SLIPS}
    for place, text in sources():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                named = MESSAGE.match(node.value)
                whole = SLUG.fullmatch(node.value)
                if named or whole:
                    found.setdefault(named[1] if named else whole[0], place)
    return found


@pytest.mark.parametrize(("slug", "place"), sorted(slugs().items()))
def test_a_misconception_has_a_chinese_name(slug, place):
    assert HAN.search(CHINESE.get(slug, "")), f"{place} names [{slug}]; give its Chinese name"


def test_the_search_finds_misconceptions_wherever_they_are_named():
    found = slugs()
    assert {"accumulated-gradient", "no-legend", "swallowed", "first-derivative-only"} <= set(found)
    assert len(found) > 150


def test_an_unknown_misconception_is_shown_by_its_slug():
    assert slip_name("square-for-double") == ("Square for double", "Square for double")
