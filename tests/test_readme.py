"""The README agrees with the code: defaults, targets, files."""

import re
import struct
from dataclasses import asdict
from pathlib import Path

import pytest

from autograder.model import Limits

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
HOUSE = TEXT.split("## The house")[1].split("```")[1]


def test_the_first_screen_says_what_it_is_how_to_begin_and_shows_a_report():
    screen = TEXT.split("\nBoth ")[0]
    assert screen.count("\n") < 20 and "##" not in screen
    assert re.findall(r"^\$ (.+?)  ", screen, re.MULTILINE) == ["make grade", "make test"]
    (picture,) = re.findall(r"!\[The class report\]\((.+?)\)", screen)
    width, height = struct.unpack(">II", (ROOT / picture).read_bytes()[16:24])
    assert height < 0.6 * width  # else it pushes everything else off the screen


@pytest.mark.parametrize(("limit", "default"), asdict(Limits()).items())
def test_the_table_of_limits_gives_the_default(limit, default):
    if limit == "open_files":
        return  # not an option: see Limits
    option = "--timeout" if limit == "wall_s" else "--" + limit.replace("_", "-")
    row = re.search(rf"^\| .*`{option}` \| (\d+) \|$", TEXT, re.MULTILINE)
    assert row, f"no row for {option}"
    assert float(row[1]) == default


@pytest.mark.parametrize("target", sorted(set(re.findall(r"`make ([a-z-]+)", TEXT))))
def test_the_make_target_exists(target):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:", makefile, re.MULTILINE)


@pytest.mark.parametrize("name", sorted(set(re.findall(r"\b[a-z_]+\.py|\b[a-z]+/(?=\s)", HOUSE))))
def test_the_house_has_this_room(name):
    path = name.rstrip("/")
    assert (ROOT / path).exists() or (ROOT / "autograder" / path).exists()


@pytest.mark.parametrize("link", re.findall(r"\]\((?!http)([^)]+)\)", TEXT))
def test_the_linked_file_exists(link):
    assert (ROOT / link).exists()
